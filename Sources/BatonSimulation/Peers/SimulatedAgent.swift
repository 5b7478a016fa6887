// A worker of an agent: diligent, slow, hung, silent, forgetful, or a zombie that delivers what is
// no longer its own. Its session is the real one; only what its handler does is drawn.

import BatonAgentKit
import BatonBroker
import BatonClient
import BatonCore
import BatonWire
import JSON

final class SimulatedAgent: SimulatedPeer {
    /// The worker kit's, not the core's.
    private typealias AttemptEnd = BatonAgentKit.AttemptEnd

    /// One attempt in its handler's hands.
    private struct Job {
        let assignment: Assignment
        var end: AttemptEnd
        /// Progress that is still to come before the end.
        var steps: Int
        var isHung = false
    }

    private enum Question {
        case stale(LeaseName)
        case answer(String)
    }

    let number: Int
    /// What its process is: mostly one agent's worker for good; some become another's, without
    /// ending, whenever they have said BYE.
    private let roles: [String]
    private var place = 0
    private var isMoving = false
    private unowned let world: any PeerWorld
    private let actor: ActorName
    private var seat: String { "\(role)#\(number)" }
    private var session: WorkerSession
    private var jobs: [Int: Job] = [:]
    private var jobCount = 0
    private var lives = 1
    /// Ends of leases that were taken away, for a zombie to deliver.
    private var leftovers: [(lease: LeaseName, parts: [Parcel.Part])] = []
    private var questions: [RequestID: Question] = [:]
    /// Deaf and dumb until then: its clock does not move.
    private var frozenUntil: Duration = .zero

    init(number: Int, roles: [String], actor: ActorName, world: any PeerWorld) {
        self.number = number
        self.roles = roles
        self.actor = actor
        self.world = world
        session = Self.makeSession(roles[0], "\(roles[0])#\(number)", world)
    }

    private static func makeSession(
        _ role: String, _ seat: String, _ world: any PeerWorld
    ) -> WorkerSession {
        WorkerSession(
            role: .init(agent: role, instance: seat, concurrency: world.chance.within(1...3)),
            options: .init(name: seat), seed: world.chance.bits())
    }

    var role: String { roles[place] }
    var name: String { seat }
    var identity: TransportIdentity {
        TransportIdentity(actor: actor, processID: number * 1_000 + lives)
    }
    var nextDeadline: Duration? {
        session.nextDeadline.map { max($0, frozenUntil) }
    }
    var isWaiting: Bool { !session.leases.isEmpty || !questions.isEmpty }
    var waitingFor: String { "\(session.leases), \(questions.count) questions" }

    func die() {
        if isMoving {
            isMoving = false
            place = (place + 1) % roles.count
            world.counters.note("role changed")
        } else {
            lives += 1
        }
        jobs = [:]
        leftovers = []
        questions = [:]
        frozenUntil = .zero
        session = Self.makeSession(role, seat, world)
    }

    func hear(_ input: ClientSession.Input) {
        if case .tick = input, world.clock.uptime < frozenUntil, !world.isCalm { return }
        take(session.handle(.transport(input), at: world.clock.uptime))
    }

    private func take(_ outputs: [WorkerSession.Output]) {
        for output in outputs {
            switch output {
            case .send(let message): world.send(message, from: number)
            case .start(let assignment): start(assignment)
            case .stop(let lease, _): stop(lease)
            case .findings(let lease, let refusal): mend(lease, refusal)
            case .settled(let lease, let settlement): judge(lease, settlement)
            case .complete(let id, let result): judge(id, result)
            case .established, .interrupted: break
            case .ended(let ending): ended(ending)
            }
        }
    }

    private func ended(_ ending: WorkerSession.Ending) {
        // Its card may not be there yet: a supervisor starts it again, as it does after a drain.
        if case .refused(let failure) = ending {
            guard case .refused(let refusal) = failure, refusal.code == .unknownAgent else {
                return world.complain("\(seat) was turned away: \(failure)")
            }
        }
        world.replace(number, in: .seconds(2))
    }

    // MARK: Work

    private func start(_ assignment: Assignment) {
        world.counters.assignments += 1
        jobCount += 1
        var job = Job(assignment: assignment, end: delivery(for: assignment), steps: 0)
        var duration = world.chance.duration(.milliseconds(20), .seconds(40))
        if !world.isCalm, world.chance.happens(percent: world.weather.badAttempts) {
            (job, duration) = spoiled(job, duration)
        }
        jobs[jobCount] = job
        world.plan(.work(peer: number, jobCount), in: duration)
    }

    private func delivery(for assignment: Assignment) -> AttemptEnd {
        let chance = world.chance
        switch assignment.kind {
        case "plan":
            let isGood = world.isCalm || chance.happens(percent: 85)
            return .deliver(SimulatedTeam.plan(chance, isGood: isGood))
        case "review":
            let subject =
                (try? JSONValue(parsing: assignment.packet))?.value(at: "/subject/task")?
                .stringValue ?? ""
            let isAccepted =
                world.isCalm || !chance.happens(percent: world.weather.rejections)
            world.model.intentions.verdicts[assignment.lease.token] = isAccepted
            return .deliver(SimulatedTeam.verdict(of: subject, isAccepted: isAccepted))
        default:
            // Now and then the very bytes of the last time.
            let note =
                chance.happens(percent: 10) && !world.isCalm
                ? assignment.lease.task : assignment.lease.description
            return .deliver(SimulatedTeam.deliverables(note))
        }
    }

    /// What agents do instead of their work.
    private func spoiled(_ job: Job, _ duration: Duration) -> (Job, Duration) {
        var job = job
        let chance = world.chance
        switch chance.below(12) {
        case 0...2: job.end = failure(isRetryable: true, job.assignment.lease)
        case 3: job.end = failure(isRetryable: false, job.assignment.lease)
        case 4...5: job.end = .escalate(SimulatedTeam.escalation(chance))
        case 6: job.end = .release
        case 7:
            // Nothing at all, with heartbeats: the broker's silence timeout ends it.
            job.isHung = true
        case 8:
            // Progress without an end: the attempt's own time is up one day.
            job.steps = 400
            return (job, .seconds(9))
        case 9:
            freeze(for: chance.duration(.seconds(1), .seconds(400)))
        case 10:
            // Incomplete: the broker names what is missing.
            if job.assignment.kind != "direct" { job.end = .deliver(SimulatedTeam.note("half")) }
        default:
            return (job, chance.duration(.seconds(40), .seconds(3_000)))
        }
        return (job, duration)
    }

    private func failure(isRetryable: Bool, _ lease: LeaseName) -> AttemptEnd {
        var wish: Int64?
        if world.chance.happens(percent: 20) {
            wish = Int64(world.chance.within(1...600_000))
            world.model.intentions.waits[lease.token] = (wish ?? 0) * 1_000
        }
        return .fail(
            retryable: isRetryable, retryAfterMilliseconds: wish, code: "test", message: "no luck")
    }

    /// The process is stopped: it neither beats nor reads.
    private func freeze(for duration: Duration) {
        frozenUntil = world.clock.uptime + duration
        world.counters.note("agent frozen")
    }

    func finish(_ number: Int) {
        guard var job = jobs[number], !job.isHung || world.isCalm else { return }
        let now = world.clock.uptime
        if now < frozenUntil, !world.isCalm {
            return world.plan(.work(peer: self.number, number), in: frozenUntil - now)
        }
        if job.steps > 0, !world.isCalm {
            job.steps -= 1
            jobs[number] = job
            world.plan(.work(peer: self.number, number), in: .seconds(9))
            let progress = WorkerSession.Input.progress(
                job.assignment.lease, percent: job.steps % 100, message: nil)
            return take(session.handle(progress, at: now))
        }
        jobs[number] = nil
        sent[job.assignment.lease] = job.end
        world.counters.requests += 1
        take(session.handle(.finished(job.assignment.lease, job.end), at: now))
    }

    /// What was said last for each lease that has no answer yet.
    private var sent: [LeaseName: AttemptEnd] = [:]

    /// The broker refused the documents, and the lease stays: once more, and properly.
    private func mend(_ lease: LeaseName, _ refusal: Refusal) {
        world.counters.note("mended \(refusal.code.rawValue)")
        let end: AttemptEnd
        switch refusal.code {
        case .planRefused: end = .deliver(SimulatedTeam.plan(world.chance, isGood: true))
        case .unchanged: end = .deliver(SimulatedTeam.deliverables("again \(lease)"))
        case .incompleteDelivery:
            if world.model.intentions.verdicts[lease.token] != nil {
                end = .release
            } else if sentPlan(lease) {
                end = .deliver(SimulatedTeam.plan(world.chance, isGood: true))
            } else {
                end = .deliver(SimulatedTeam.deliverables("whole \(lease)"))
            }
        case .limitReached: end = .release
        default:
            world.complain("\(seat): \(lease) was refused: \(refusal.code) \(refusal.message)")
            end = .release
        }
        sent[lease] = end
        world.counters.requests += 1
        take(session.handle(.finished(lease, end), at: world.clock.uptime))
    }

    private func sentPlan(_ lease: LeaseName) -> Bool {
        role == SimulatedTeam.orchestrator
            && world.model.place(of: lease.task) == .leased
            && world.model.kind(of: lease.task) == "plan"
    }

    private func stop(_ lease: LeaseName) {
        guard let number = jobs.first(where: { $0.value.assignment.lease == lease })?.key,
            let job = jobs.removeValue(forKey: number)
        else { return }
        // A zombie does not hear that its work is over.
        if case .deliver(let parts) = job.end { leftovers.append((lease, parts)) }
        if leftovers.count > 20 { leftovers.removeFirst() }
    }

    /// A zombie's deed, or an agent that answers what only people may.
    func act() {
        if !world.isCalm {
            world.plan(.act(peer: number), in: .seconds(world.chance.within(5...90)))
        }
        guard session.session.isEstablished else { return }
        if roles.count > 1, !world.isCalm, world.chance.happens(percent: 40) {
            isMoving = true
            return take(session.handle(.drain(limit: .seconds(20)), at: world.clock.uptime))
        }
        if world.chance.happens(percent: 30),
            let open = world.chance.one(of: world.model.openEscalations)
        {
            return answer(open.id)
        }
        guard let leftover = world.chance.one(of: leftovers) else { return }
        let header = JSONObject([
            ("task", .string(leftover.lease.task)), ("token", .integer(leftover.lease.token)),
        ])
        let parcel = Parcel(parts: leftover.parts)
        world.counters.note("stale delivery")
        ask(
            .stale(leftover.lease),
            ClientRequest(.deliver, header, body: parcel.bodyFrames, timeout: .seconds(600)))
    }

    private func answer(_ escalation: String) {
        let document: JSONValue = [
            "format": "baton.answer/1", "option": "go", "reason": "the agent thinks so",
        ]
        world.counters.note("answer by an agent")
        ask(
            .answer(escalation),
            ClientRequest(
                .answer, JSONObject([("escalation", .string(escalation))]),
                body: [document.encoded()], timeout: .seconds(600)))
    }

    private func ask(_ question: Question, _ request: ClientRequest) {
        world.counters.requests += 1
        let (id, outputs) = session.request(request, at: world.clock.uptime)
        questions[id] = question
        take(outputs)
    }

    // MARK: Judging

    private func judge(_ id: RequestID, _ result: Result<Message, RequestFailure>) {
        guard let question = questions.removeValue(forKey: id) else { return }
        world.counters.replies += 1
        switch (question, result) {
        case (.stale(let lease), .success):
            if world.model.end(ofToken: lease.token)?.how != "delivered" {
                world.complain("\(seat): a stale delivery of \(lease) was accepted")
            }
        case (.answer(let escalation), .success):
            world.complain("\(seat) answered \(escalation), which only people may")
        // That a refusal of right is on record is judged where it leaves.
        case (_, .failure): break
        }
    }

    private func judge(_ lease: LeaseName, _ settlement: WorkerSession.Settlement) {
        world.counters.replies += 1
        let said = sent.removeValue(forKey: lease)
        let end = world.model.end(ofToken: lease.token)
        switch settlement {
        case .taken:
            let how: String? =
                switch said {
                case .deliver: "delivered"
                case .fail: "failed"
                case .escalate: "escalated"
                case .release: "released"
                case nil: nil
                }
            // An assignment that crossed a CREDIT is given back without its handler.
            if end?.how != how ?? "released" {
                world.complain(
                    "\(seat): \(lease) was acknowledged as \(how ?? "released"), and the journal "
                        + "says \(end?.how ?? "nothing")")
            }
        case .dropped(let refusal):
            if world.model.isOpen(lease.token, of: lease.task) {
                world.complain("\(seat): \(lease) is open and was refused: \(refusal.code)")
            }
        case .unknown: break
        }
    }
}
