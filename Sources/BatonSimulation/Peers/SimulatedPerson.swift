// A person at a command line: submits, submits again, answers, cancels, looks, and judges every
// answer against what the journal says.

import BatonBroker
import BatonClient
import BatonCore
import BatonWire
import JSON

final class SimulatedPerson: SimulatedPeer {
    enum Deed {
        case register(String)
        case submission(Int)
        /// The same key with other content.
        case clash(Int)
        case answer(escalation: String, option: String)
        case cancelBrief(String)
        case cancelTask(String)
        case redrive(String)
        case discard(String)
        case retry(String)
        case pause(String)
        case resume(String)
        case look
    }

    let number: Int
    let name: String
    unowned let world: any PeerWorld
    private let actor: ActorName
    private var session: ClientSession
    private var deeds: [RequestID: Deed] = [:]
    private var lives = 1

    init(number: Int, name: String, world: any PeerWorld) {
        self.number = number
        self.name = name
        self.world = world
        actor = .person(name)
        session = Self.makeSession(name, world)
    }

    private static func makeSession(_ name: String, _ world: any PeerWorld) -> ClientSession {
        ClientSession(options: .init(name: name), seed: world.chance.bits())
    }

    var identity: TransportIdentity {
        TransportIdentity(actor: actor, processID: number * 1_000 + lives)
    }
    var nextDeadline: Duration? { session.nextDeadline }
    var isWaiting: Bool { !deeds.isEmpty }
    var waitingFor: String {
        "\(deeds.sorted { $0.key < $1.key }.map(\.value)), \(session.state)"
    }

    func hear(_ input: ClientSession.Input) {
        take(session.handle(input, at: world.clock.uptime))
    }

    func finish(_ job: Int) {}

    /// What was under way is done again by the next process, as a person would.
    func die() {
        lives += 1
        session = Self.makeSession(name, world)
        let open = deeds.sorted { $0.key < $1.key }.map(\.value)
        deeds = [:]
        for deed in open {
            if case .submission(let place) = deed { resubmit(place) }
        }
    }

    private func take(_ outputs: [ClientSession.Output]) {
        for output in outputs {
            switch output {
            case .send(let message): world.send(message, from: number)
            case .complete(let id, let result):
                guard let deed = deeds.removeValue(forKey: id) else { continue }
                judge(deed, result)
            case .push, .established, .interrupted, .beatDue: break
            case .refused(let failure): world.complain("\(name) was turned away: \(failure)")
            }
        }
    }

    private func ask(
        _ deed: Deed, _ verb: Verb, _ header: JSONObject, _ body: [[UInt8]] = []
    ) {
        world.counters.requests += 1
        let request = ClientRequest(verb, header, body: body, timeout: nil)
        let (id, outputs) = session.request(request, at: world.clock.uptime)
        deeds[id] = deed
        take(outputs)
    }

    // MARK: Deeds

    func act() {
        if !world.isCalm {
            world.plan(.act(peer: number), in: pause)
        }
        switch world.chance.below(100) {
        case _ where deeds.count > 40: break
        case 0..<18: submit(Submissions.brief(world.submissions.all.count, world))
        case 18..<48: submit(Submissions.task(world.submissions.all.count, world))
        case 48..<62: resubmitAny()
        case 62..<78: answerSomething()
        case 78..<82: cancelSomething()
        case 82..<88: tendTheDead()
        case 88..<92: retrySomething()
        case 92..<95: pauseOrResume()
        default: look()
        }
    }

    private var pause: Duration {
        world.chance.duration(.milliseconds(10), .microseconds(world.weather.deedEvery * 4))
    }

    func register(_ card: JSONValue) {
        ask(
            .register(card["id"]?.stringValue ?? ""), .register, JSONObject(), [card.encoded()])
    }

    func submit(_ submission: Submission) {
        world.model.intentions.keys.insert(world.match(Array(submission.key.utf8)))
        resubmit(world.submissions.add(submission))
    }

    private func resubmit(_ place: Int) {
        let submission = world.submissions.all[place]
        ask(.submission(place), submission.verb, submission.header, submission.body)
    }

    private func resubmitAny() {
        guard !world.submissions.all.isEmpty else { return }
        let place = world.chance.below(world.submissions.all.count)
        guard world.chance.happens(percent: 15) else { return resubmit(place) }
        let submission = world.submissions.all[place]
        let other: [[UInt8]] =
            submission.verb == .submit
            ? Submissions.brief(1_000_000 + place, world).body
            : Submissions.task(1_000_000 + place, world).body
        ask(.clash(place), submission.verb, submission.header, other)
    }

    private func answerSomething() {
        guard let open = world.chance.one(of: world.model.openEscalations) else { return }
        answer(open.id, world.chance.one(of: open.options + ["revise"]) ?? "revise")
    }

    func answer(_ escalation: String, _ option: String) {
        var document = JSONObject([("format", "baton.answer/1"), ("option", .string(option))])
        if option == "revise" { document["instructions"] = .string("Try again, said \(name).") }
        document["reason"] = .string("\(name) thinks so")
        world.model.intentions.answers.insert("\(escalation) \(option) \(actor.text)")
        ask(
            .answer(escalation: escalation, option: option), .answer,
            JSONObject([("escalation", .string(escalation))]),
            [JSONValue.object(document).encoded()])
    }

    private func cancelSomething() {
        if world.chance.happens(percent: 40) {
            guard let brief = world.chance.one(of: world.model.runningBriefs) else { return }
            world.model.intentions.cancelled.insert(brief)
            ask(.cancelBrief(brief), .cancel, JSONObject([("brief", .string(brief))]))
        } else {
            let places: [TaskPlace] = [.waiting, .ready, .leased, .delivered, .blocked, .backoff]
            let open = places.flatMap { world.model.tasks(in: $0) }
            guard let task = world.chance.one(of: open) else { return }
            world.model.intentions.cancelled.insert(task)
            ask(.cancelTask(task), .cancel, JSONObject([("task", .string(task))]))
        }
    }

    private func tendTheDead() {
        guard let task = world.chance.one(of: world.model.tasks(in: .dead)) else { return }
        if world.chance.happens(percent: 70) {
            redrive(task)
        } else {
            world.model.intentions.discarded.insert(task)
            ask(.discard(task), .discard, JSONObject([("task", .string(task))]))
        }
    }

    func redrive(_ task: String) {
        world.model.intentions.redriven.insert(task)
        ask(.redrive(task), .redrive, JSONObject([("task", .string(task))]))
    }

    private func retrySomething() {
        guard let task = world.chance.one(of: world.model.tasks(in: .backoff)) else { return }
        world.model.intentions.retried.insert(task)
        ask(.retry(task), .retry, JSONObject([("task", .string(task))]))
    }

    private func pauseOrResume() {
        if let paused = world.model.pausedAgents.first { return resume(paused) }
        let agent = world.chance.one(of: SimulatedTeam.agents) ?? "team.x"
        ask(.pause(agent), .pause, JSONObject([("agent", .string(agent))]))
    }

    func resume(_ agent: String) {
        ask(.resume(agent), .resume, JSONObject([("agent", .string(agent))]))
    }

    private func look() {
        switch world.chance.below(4) {
        case 0: ask(.look, .status, JSONObject())
        case 1: ask(.look, .list, JSONObject([("what", "tasks"), ("limit", 20)]))
        case 2: ask(.look, .list, JSONObject([("what", "escalations")]))
        default:
            guard let brief = world.chance.one(of: world.model.runningBriefs) else { return }
            ask(.look, .show, JSONObject([("brief", .string(brief))]))
        }
    }
}
