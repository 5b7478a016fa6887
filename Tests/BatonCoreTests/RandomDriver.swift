// A driver that does anything to a broker in any order: valid and invalid commands, several workers
// of several identities, time steps, clock steps, lost connections, restarts. One seed, one
// history.

import BatonCore
import BatonWire
import Testing

struct RandomDriver {
    private(set) var bench: Bench
    private var chance: SplitMix64
    private var sessions: [SessionID] = []
    /// Every attempt that was ever granted.
    private var attempts: [(attempt: Attempt, holder: ActorName)] = []
    private var accepted: Set<TaskID> = []
    private var newestToken = Token(0)
    private var looked = 0
    private var keys: [Digest] = []
    private var ledger: FlowLedger
    private(set) var violations: [String] = []

    static let agents = ["core.orchestrator", "core.quality", "x", "y"]

    init(seed: UInt64) {
        var limits = Limits()
        limits.escalationsPerBriefMax = 3
        limits.submissionsPerMinuteMax = 20
        limits.submissionsBurstMax = 5
        ledger = FlowLedger(limits: limits)
        bench = Bench(limits: limits, seed: seed)
        chance = SplitMix64(seed: seed ^ 0xBA70)
        for name in Self.agents { bench.register(name, isReviewed: name == "x") }
    }

    private mutating func below(_ bound: Int) -> Int {
        Int(chance.next(through: UInt64(bound - 1)))
    }

    private mutating func oneOf<Value>(_ values: [Value]) -> Value? {
        values.isEmpty ? nil : values[below(values.count)]
    }

    // MARK: Steps

    mutating func step() throws {
        switch below(32) {
        case 0...1: submitBrief()
        case 2...4: submitTask()
        case 5...6: connect()
        case 7: disconnect()
        case 8...17: work()
        case 18: useOldAttempt()
        case 19...20: answer()
        case 21: operate()
        case 22: manageAgents()
        case 23...28: passTime()
        case 29: beatAll()
        case 30: stepClock()
        default: try restartSometimes()
        }
        look()
    }

    private mutating func submitBrief() {
        let key = below(4) == 0 ? oneOf(keys) ?? bench.key() : bench.key()
        keys.append(key)
        let submission = BriefSubmission(
            key: key, match: .test(UInt64(below(2))), priority: below(11),
            notBefore: below(5) == 0 ? bench.now + .seconds(below(600)) : nil,
            deadline: below(4) == 0 ? bench.now + .seconds(below(4_000)) : nil,
            budget: budget())
        bench.run(Bench.ann, .submitBrief(submission))
    }

    private mutating func budget() -> Budget {
        Budget(
            attempts: below(3) == 0 ? 1 + below(8) : nil,
            cost: below(4) == 0 ? 1 + below(2_000_000) : nil)
    }

    private mutating func cost() -> Int? {
        below(3) == 0 ? below(500_000) : nil
    }

    private mutating func submitTask() {
        let submission = TaskSubmission(
            key: below(8) == 0 ? oneOf(keys) ?? bench.key() : bench.key(),
            match: .test(UInt64(below(2))), agent: AgentName(oneOf(["x", "y", "z"]) ?? ""),
            priority: below(10), notBefore: below(4) == 0 ? bench.now + .seconds(below(600)) : nil,
            deadline: below(4) == 0 ? bench.now + .seconds(below(2_000)) : nil)
        keys.append(submission.key)
        bench.run(Bench.ann, .submitTask(submission))
    }

    private mutating func connect() {
        guard let name = oneOf(Self.agents),
            bench.state.agents[AgentName(name)]?.isRegistered == true
        else { return }
        let agent = AgentName(name)
        let identities: [ActorName] = [
            .agent(agent), Bench.ann.taking(role: agent),
            ActorName.person("bob").taking(role: agent),
        ]
        let actor = oneOf(identities) ?? .agent(agent)
        // Sometimes an instance comes back and lists some of what it held, and some that it did
        // not.
        let listed = attempts.suffix(40).map(\.attempt).filter { _ in below(3) == 0 }
        let session = below(8) == 0 ? oneOf(sessions) : nil
        sessions.append(
            bench.connect(
                name, credit: below(4), instance: "\(name)#\(below(4))", actor: actor,
                leases: below(2) == 0 ? [] : listed, session: session))
    }

    private mutating func disconnect() {
        guard let session = oneOf(sessions) else { return }
        sessions.removeAll { $0 == session }
        bench.close(session, releasing: below(2) == 0)
    }

    /// One of the leases in hand is worked on.
    private mutating func work() {
        guard let id = oneOf(bench.state.leased.sorted()), let task = bench.state.tasks[id],
            let lease = task.lease
        else { return }
        let attempt = Attempt(task: id, token: lease.token)
        switch below(20) {
        case 0...1:
            bench.run(
                lease.holder,
                .fail(
                    FailureReport(
                        attempt: attempt, isRetryable: below(5) > 0,
                        retryAfter: below(4) == 0 ? .seconds(below(400)) : nil, match: .test(1),
                        cost: cost())))
        case 2: bench.run(lease.holder, .release(attempt))
        case 3:
            let key = oneOf([nil, "k1", "k2"]) ?? nil
            let facts = EscalationFacts.test(
                key: key, deadline: below(2) == 0 ? .seconds(below(500)) : nil,
                match: UInt64(below(3)), recommended: below(5) == 0 ? "none" : "a")
            bench.run(
                lease.holder,
                .escalate(EscalationRequest(attempt: attempt, facts: facts, cost: cost())))
        case 4: deliver(attempt, lease.holder, .incomplete)
        default: deliver(attempt, lease.holder, content(for: task))
        }
    }

    private mutating func deliver(
        _ attempt: Attempt, _ holder: ActorName, _ content: Delivery.Content
    ) {
        bench.run(
            holder,
            .deliver(
                Delivery(
                    attempt: attempt, match: .test(UInt64(below(50))), parts: [], content: content,
                    cost: cost())))
    }

    private mutating func content(for task: TaskRecord) -> Delivery.Content {
        switch task.kind {
        case .plan: .plan(plan())
        case .review: .verdict(accepted: below(3) > 0, escalation: .gate())
        case .work, .close, .direct: .deliverables
        }
    }

    private mutating func plan() -> [PlannedTask] {
        let names = ["a", "b", "c", "d", "e"].prefix(1 + below(5))
        return names.map { name in
            var after = names.prefix { $0 != name }.filter { _ in below(3) == 0 }
            if below(30) == 0 { after.append("e") }
            return PlannedTask(
                id: name, agent: AgentName(below(20) == 0 ? "z" : oneOf(["x", "y"]) ?? "x"),
                depends: Array(after),
                notBefore: below(6) == 0 ? bench.now + .seconds(below(300)) : nil,
                deadline: below(8) == 0 ? bench.now + .seconds(1 + below(3_000)) : nil)
        }
    }

    /// What has ended must stay ended: nothing but a record of the refusal may follow.
    private mutating func useOldAttempt() {
        guard let (attempt, holder) = oneOf(attempts),
            bench.state.tasks[attempt.task]?.lease?.token != attempt.token
        else { return }
        let before = bench.events.count
        let body: Command.Body =
            switch below(4) {
            case 0: .release(attempt)
            case 1: .fail(FailureReport(attempt: attempt, isRetryable: true, match: .test(1)))
            case 2: .escalate(EscalationRequest(attempt: attempt, facts: .test()))
            default:
                .deliver(
                    Delivery(
                        attempt: attempt, match: .test(UInt64(below(50))), parts: [],
                        content: .deliverables))
            }
        let reply = bench.run(holder, body)
        for event in bench.events[before...] where event.type != .accessRefused {
            violations.append("an ended attempt led to \(event.type)")
        }
        switch reply {
        case .refused, .ended(_, _, isDuplicate: true), .escalation(_, _, isDuplicate: true): break
        default: violations.append("an ended attempt was answered with \(reply)")
        }
    }

    private mutating func answer() {
        guard let id = oneOf(bench.state.escalations.keys.sorted()),
            let option = oneOf([
                "a", "b", "c", "d", "revise", "accept", "cancel", "continue", "zzz",
            ])
        else { return }
        let actor = oneOf([Bench.ann, .person("bob"), .agent(AgentName("x"))]) ?? Bench.ann
        bench.answer(id, option, match: UInt64(below(2)), by: actor)
    }

    private mutating func operate() {
        let brief = oneOf(bench.state.briefs.keys.sorted()) ?? BriefID(0)
        let task = oneOf(bench.state.tasks.keys.sorted()) ?? TaskID(0)
        let dead = oneOf(bench.state.tasks.values.filter { $0.state == .dead }.map(\.id).sorted())
        switch below(10) {
        case 0: bench.run(Bench.ann, .cancelBrief(brief))
        case 1...2: bench.run(Bench.ann, .cancelTask(task))
        case 3...4: bench.run(Bench.ann, .retry(task))
        case 5...7: bench.run(Bench.ann, .redrive(dead ?? task))
        case 8: bench.run(Bench.ann, .discard(dead ?? task))
        default: bench.run(.agent(AgentName("y")), .cancelTask(task))
        }
    }

    private mutating func manageAgents() {
        guard let name = oneOf(Self.agents) else { return }
        let agent = AgentName(name)
        switch below(7) {
        case 0: bench.run(Bench.ann, .pause(agent))
        case 1...2: bench.run(Bench.ann, .resume(agent))
        case 3: bench.run(Bench.ann, .withdraw(agent))
        case 4:
            bench.register(
                name, isReviewed: name == "x", leasesMax: below(3) == 0 ? 1 : nil,
                rate: below(3) == 0
                    ? LeaseRate(count: 1 + below(4), period: .seconds(1 + below(90))) : nil)
        case 5: bench.run(.supervisor, .raise(agent, .test(deadline: .seconds(below(100)))))
        default:
            let questions = bench.state.escalations.values.filter { $0.origin == .supervisor }
            guard let question = questions.map(\.id).max() else { return }
            bench.run(.supervisor, .withdrawQuestion(question))
        }
    }

    private mutating func passTime() {
        bench.lag = below(5) == 0 ? .seconds(below(40)) : .zero
        switch below(4) {
        case 0: bench.pass(.milliseconds(below(2_000)))
        case 1: bench.pass(.seconds(below(20)), beating: sessions)
        case 2: bench.pass(.seconds(below(90)), beating: sessions)
        default: bench.pass(.seconds(below(400)), beating: below(2) == 0 ? sessions : [])
        }
    }

    private mutating func beatAll() {
        for session in sessions { bench.beat(session, isProgress: below(2) == 0) }
    }

    private mutating func stepClock() {
        guard below(4) == 0 else { return }
        bench.lead = .seconds(below(200) - 100)
        bench.run(.broker, .tick)
    }

    private mutating func restartSometimes() throws {
        try compareWithReplay()
        guard below(4) == 0 else { return }
        sessions = []
        try bench.restart(snapshot: below(2) == 0 ? below(bench.leaves.count) : nil)
    }

    // MARK: Checks

    /// A fold of the leaves gives the state, byte for byte.
    mutating func compareWithReplay() throws {
        var folded = State()
        for leaf in bench.leaves {
            let event = try Event(leaf: leaf)
            if event.leafBytes() != leaf {
                violations.append("\(event.type) reads back differently")
            }
            folded.apply(event)
        }
        if folded.canonicalBytes() != bench.state.canonicalBytes() {
            violations.append("replay gives another state at event \(bench.events.count)")
        }
    }

    private mutating func look() {
        looked = min(looked, bench.events.count)
        for event in bench.events[looked...] {
            ledger.note(event)
            switch event.body {
            case .taskLeased(let lease):
                if lease.token <= newestToken {
                    violations.append("token \(lease.token) does not grow")
                }
                newestToken = lease.token
                if let task = event.task {
                    attempts.append((Attempt(task: task, token: lease.token), lease.holder))
                }
            case .taskAccepted:
                guard let task = event.task else { break }
                if !accepted.insert(task).inserted {
                    violations.append("\(task) is accepted twice")
                }
            default: break
            }
        }
        looked = bench.events.count
        violations += Invariants(bench).violations() + ledger.violations
    }

    // MARK: The end

    /// Everybody behaves from now on: whatever is open must come to an end.
    mutating func finishEverything() -> [String] {
        bench.lag = .zero
        for session in sessions { bench.close(session, releasing: true) }
        for name in Self.agents {
            bench.register(name, isReviewed: name == "x")
            bench.run(Bench.ann, .resume(AgentName(name)))
        }
        sessions = Self.agents.map { name in
            bench.connect(name, credit: 16, instance: "\(name)#end")
        }
        sessions.append(
            bench.connect(
                "core.quality", credit: 16, instance: "second",
                actor: ActorName.person("zoe").taking(role: .quality)))
        for _ in 0..<4_000 {
            guard let item = nextThing() else { break }
            item(&self)
        }
        look()
        bench.pass(.seconds(120), beating: sessions)
        let state = bench.state
        var left: [String] = []
        left += state.tasks.values.map { "\($0.id) \($0.kind) is \($0.state)" }
        left += state.briefs.values.map { "\($0.id) is \($0.state)" }
        left += state.escalations.values.filter { $0.state == .open && $0.origin != .supervisor }
            .map { "\($0.id) is open" }
        if left.isEmpty, bench.broker.nextDeadline(at: bench.moment) != nil,
            state.escalations.values.allSatisfy({ $0.deadline == nil })
        {
            left.append("nothing is open, and still the core wants to be woken")
        }
        return left.sorted()
    }

    private func nextThing() -> ((inout RandomDriver) -> Void)? {
        let state = bench.state
        if let id = state.leased.min(), let task = state.tasks[id], let lease = task.lease {
            return { driver in
                let content: Delivery.Content =
                    switch task.kind {
                    case .plan: .plan([PlannedTask(id: "a", agent: AgentName("y"))])
                    case .review: .verdict(accepted: true, escalation: nil)
                    case .work, .close, .direct: .deliverables
                    }
                let delivery = Delivery(
                    attempt: Attempt(task: id, token: lease.token), match: driver.bench.key(),
                    parts: [], content: content)
                driver.bench.run(lease.holder, .deliver(delivery))
            }
        }
        let open = state.escalations.values.filter { $0.state == .open && $0.origin != .supervisor }
        if let escalation = open.min(by: { $0.id < $1.id }) {
            let isBudget = escalation.origin == .budget
            let option = escalation.options[isBudget ? 0 : 1].id
            return { $0.bench.answer(escalation.id, option, match: 99) }
        }
        let dead = state.tasks.values.filter { $0.state == .dead }.map(\.id)
        if let id = dead.min() {
            return { $0.bench.run(Bench.ann, .redrive(id)) }
        }
        guard !state.tasks.isEmpty || !state.briefs.isEmpty else { return nil }
        return { driver in driver.bench.pass(.seconds(10), beating: driver.sessions) }
    }

    /// Continues with what was on disk when the process ended after `head` events.
    mutating func crash(at head: Int) throws {
        sessions = []
        try bench.restart(at: head)
        ledger = FlowLedger(limits: bench.broker.limits)
        for event in bench.events { ledger.note(event) }
        looked = bench.events.count
        violations += Invariants(bench).violations() + ledger.violations
    }

    mutating func anyCut() -> Int { oneOf(bench.cuts) ?? bench.events.count }
}
