// A bench for scripts: a broker without a clock, commands with times in, events out. It follows
// every event into a journal of leaves and notes every transition, so that a test can ask what was
// seen.

import BatonCore
import BatonWire
import Testing

struct Bench {
    private(set) var broker: Broker
    private(set) var now = Instant(microseconds: 1_800_000_000_000_000)
    /// The wall clock's lead over the broker's time.
    var lead = Duration.zero
    /// How long ago the sockets were last found empty.
    var lag = Duration.zero
    private(set) var events: [Event] = []
    private(set) var leaves: [[UInt8]] = []
    /// Every transition since the beginning.
    private(set) var seen: Set<Transition> = []
    private(set) var observer = TransitionObserver()
    private var chance = SplitMix64(seed: 1)
    private var nextSession: UInt64 = 1
    private var nextKey: UInt64 = 1

    static let ann = ActorName.person("ann")

    init(limits: Limits = Limits(), seed: UInt64 = 1) {
        broker = Broker(limits: limits)
        chance = SplitMix64(seed: seed)
        run(
            .broker,
            .create(
                JournalCreated(
                    origin: "baton.local/test", verifierKey: "k", format: 1, version: "1")))
        run(.broker, .start(version: "1"))
    }

    var state: State { broker.state }

    var moment: Moment {
        Moment(now: now, quietSince: now - lag, wall: now + lead)
    }

    // MARK: Acting

    @discardableResult
    mutating func run(_ actor: ActorName, _ body: Command.Body, in session: SessionID? = nil)
        -> Reply
    {
        var moment = self.moment
        moment.entropy = chance.next()
        let command = Command(actor: actor, session: session, body: body)
        let decision = broker.decide(command, at: moment)
        let outcome = broker.handle(command, at: moment)
        #expect(outcome.reply == decision.reply)
        #expect(Array(outcome.events.prefix(decision.events.count)) == decision.events)
        for (previous, event) in zip(decision.events, decision.events.dropFirst()) {
            #expect(event.continuesDecision(of: previous), "\(event.type) may not be cut off")
        }
        keep(outcome.events)
        return outcome.reply
    }

    /// The places where a batch may be cut: the number of events on disk.
    var cuts: [Int] {
        events.indices.dropFirst().filter { !events[$0].continuesDecision(of: events[$0 - 1]) }
            + [events.count]
    }

    /// Lets time pass, waking the core whenever it wants to be woken.
    mutating func pass(_ duration: Duration, beating sessions: [SessionID] = []) {
        let target = now + duration
        var wakings = 0
        while true {
            var next = target
            if let due = broker.nextDeadline(at: moment), due < target { next = max(due, now) }
            if !sessions.isEmpty { next = min(next, now + .seconds(15)) }
            now = next
            for session in sessions { beat(session) }
            run(.broker, .tick)
            wakings += 1
            precondition(wakings < 1_000_000, "the core wants to be woken for ever")
            if next == target { return }
        }
    }

    /// Lets time pass with nobody looking.
    mutating func sleep(_ duration: Duration) {
        now = now + duration
    }

    mutating func keep(_ new: [Event]) {
        for event in new {
            #expect(event.seq == UInt64(events.count), "the sequence is dense")
            if let cause = event.cause { #expect(cause < event.seq, "a cause comes before") }
            seen.formUnion(observer.observe(event))
            events.append(event)
            leaves.append(event.leafBytes())
        }
        // Whoever drives the core asks people at once.
        while let brief = broker.takeUnaskedBudget() {
            run(.broker, .askForBudget(brief, .budget))
        }
    }

    // MARK: Agents and workers

    mutating func register(
        _ name: String, isReviewed: Bool = false, leasesMax: Int? = nil, rate: LeaseRate? = nil,
        dependencies: [String] = [], card: UInt64? = nil
    ) {
        let match = card.map { [Part.test("card.json", $0)] } ?? []
        run(
            .supervisor,
            .register(
                AgentRegistered(
                    agent: AgentName(name), isReviewed: isReviewed, leasesMax: leasesMax,
                    rate: rate,
                    dependencies: dependencies.map { AgentName($0) }, parts: match)))
    }

    /// An instance of an agent, with a token of its own kind.
    mutating func connect(
        _ name: String, credit: Int = 1, instance: String? = nil, actor: ActorName? = nil,
        leases: [Attempt] = [], session: SessionID? = nil, processID: Int = 0
    ) -> SessionID {
        let session = session ?? makeSession()
        let agent = AgentName(name)
        var moment = self.moment
        moment.entropy = chance.next()
        let opened = broker.open(
            Broker.Hello(
                session: session, actor: actor ?? .agent(agent), agent: agent,
                instance: instance ?? "\(name)#\(session.number)", credit: credit, leases: leases,
                processID: processID),
            at: moment)
        guard case .success(let result) = opened else {
            Issue.record("HELLO for \(name) was refused")
            return session
        }
        keep(result.events)
        return session
    }

    mutating func makeSession() -> SessionID {
        defer { nextSession += 1 }
        return SessionID(nextSession)
    }

    mutating func setCredit(_ credit: Int, of session: SessionID) {
        let events = broker.setCredit(credit, of: session, at: moment)
        keep(events)
    }

    mutating func close(_ session: SessionID, releasing: Bool) {
        let events = broker.close(session, releasing: releasing, at: moment)
        keep(events)
    }

    @discardableResult
    mutating func beat(_ session: SessionID, isProgress: Bool = false) -> [BeatState] {
        let held = broker.sessions[session]?.held ?? []
        let beats = held.compactMap { id in
            state.tasks[id]?.lease.map {
                Beat(attempt: Attempt(task: id, token: $0.token), isProgress: isProgress)
            }
        }
        return broker.beat(beats, from: session, at: moment)
    }

    @discardableResult
    mutating func beat(_ attempt: Attempt, from session: SessionID) -> BeatState? {
        broker.beat([Beat(attempt: attempt)], from: session, at: moment).first
    }

    /// The process ends and another one folds what was on disk, up to `head`; with `snapshot` from
    /// the state that a file held at that event.
    mutating func restart(at head: Int? = nil, snapshot: Int? = nil, starts: Bool = true) throws {
        let kept = leaves.prefix(head ?? leaves.count)
        var fresh = Broker(limits: broker.limits)
        var observer = TransitionObserver()
        var folded: [Event] = []
        for (index, leaf) in kept.enumerated() {
            if index == snapshot {
                let restored = try State(canonicalBytes: fresh.state.canonicalBytes())
                fresh = Broker(state: restored, limits: broker.limits)
            }
            let event = try Event(leaf: leaf)
            _ = observer.observe(event)
            fresh.replay(event)
            folded.append(event)
        }
        broker = fresh
        self.observer = observer
        events = folded
        leaves = Array(kept)
        now = max(now, state.time)
        if starts {
            run(.broker, .start(version: "2"))
            run(.broker, .tick)
        }
    }

    // MARK: Work

    func attempt(_ task: TaskID) -> Attempt {
        guard let lease = state.tasks[task]?.lease else {
            Issue.record("\(task) has no lease")
            return Attempt(task: task, token: Token(0))
        }
        return Attempt(task: task, token: lease.token)
    }

    func state(of task: TaskID) -> TaskState? {
        state.tasks[task]?.state ?? state.finishedTasks[task]?.state
    }

    func state(of brief: BriefID) -> BriefState? {
        state.briefs[brief]?.state ?? state.finishedBriefs[brief]?.state
    }

    private func holder(of task: TaskID) -> ActorName {
        state.tasks[task]?.lease?.holder ?? .broker
    }

    mutating func key() -> Digest {
        defer { nextKey += 1 }
        return .test(1_000_000 + nextKey)
    }

    @discardableResult
    mutating func deliver(
        _ task: TaskID, _ content: Delivery.Content = .deliverables, match: UInt64? = nil,
        cost: Int? = nil
    ) -> Reply {
        let digest = match.map { Digest.test($0) } ?? key()
        return run(
            holder(of: task),
            .deliver(
                Delivery(
                    attempt: attempt(task), match: digest, parts: [], content: content, cost: cost))
        )
    }

    @discardableResult
    mutating func fail(
        _ task: TaskID, isRetryable: Bool = true, after wish: Duration? = nil, cost: Int? = nil
    ) -> Reply {
        run(
            holder(of: task),
            .fail(
                FailureReport(
                    attempt: attempt(task), isRetryable: isRetryable, retryAfter: wish,
                    match: .test(7), cost: cost)))
    }

    @discardableResult
    mutating func release(_ task: TaskID) -> Reply {
        run(holder(of: task), .release(attempt(task)))
    }

    @discardableResult
    mutating func escalate(
        _ task: TaskID, _ facts: EscalationFacts = .test(), cost: Int? = nil
    ) -> Reply {
        run(
            holder(of: task),
            .escalate(EscalationRequest(attempt: attempt(task), facts: facts, cost: cost)))
    }

    @discardableResult
    mutating func answer(
        _ escalation: EscalationID, _ option: String, match: UInt64 = 5, by actor: ActorName = ann
    ) -> Reply {
        run(
            actor,
            .answer(AnswerRequest(escalation: escalation, option: option, match: .test(match))))
    }

    /// Judges what is delivered: finds the open review of `subject` and delivers its verdict.
    @discardableResult
    mutating func judge(_ subject: TaskID, accepted: Bool, gate: EscalationFacts = .gate()) -> Reply
    {
        guard let review = state.tasks[subject]?.review else {
            Issue.record("\(subject) has no review")
            return .done
        }
        return deliver(review, .verdict(accepted: accepted, escalation: accepted ? nil : gate))
    }

    // MARK: Submitting

    @discardableResult
    mutating func submitTask(
        _ agent: String, priority: Int = 0, notBefore: Instant? = nil, deadline: Instant? = nil
    ) -> TaskID {
        let submission = TaskSubmission(
            key: key(), match: .test(1), agent: AgentName(agent), priority: priority,
            notBefore: notBefore, deadline: deadline)
        guard case .task(let task, _) = run(Self.ann, .submitTask(submission)) else {
            Issue.record("the task was refused")
            return TaskID(0)
        }
        return task
    }

    /// A brief and its plan task.
    mutating func submitBrief(
        deadline: Instant? = nil, budget: Budget = .none
    ) -> (brief: BriefID, plan: TaskID) {
        let submission = BriefSubmission(
            key: key(), match: .test(2), deadline: deadline, budget: budget)
        guard case .brief(let brief, _) = run(Self.ann, .submitBrief(submission)),
            let plan = state.briefs[brief]?.tasks.first
        else {
            Issue.record("the brief was refused")
            return (BriefID(0), TaskID(0))
        }
        return (brief, plan)
    }
}

extension Digest {
    static func test(_ number: UInt64) -> Digest {
        Digest((0..<32).map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> (8 * UInt64($0)) : 0) })
    }
}

extension Part {
    static func test(_ name: String, _ number: UInt64) -> Part {
        Part(
            name: name, mediaType: "application/json", size: 3, digest: .test(number),
            match: .test(number))
    }
}

extension EscalationFacts {
    static func test(
        key: String? = nil, deadline: Duration? = nil, match: UInt64 = 3,
        options: [OptionFacts] = [
            OptionFacts(id: "a", effect: .patch), OptionFacts(id: "b", effect: .none),
            OptionFacts(id: "c", effect: .cancel), OptionFacts(id: "d", effect: .revise),
        ], recommended: String = "a"
    ) -> EscalationFacts {
        EscalationFacts(
            severity: .medium, options: options, recommended: recommended, key: key,
            deadline: deadline, match: .test(match))
    }

    static let budget = EscalationFacts.test(
        options: [
            OptionFacts(id: "continue", effect: .none), OptionFacts(id: "cancel", effect: .cancel),
        ], recommended: "continue")

    static func gate(key: String? = nil) -> EscalationFacts {
        .test(
            key: key,
            options: [
                OptionFacts(id: "revise", effect: .revise),
                OptionFacts(id: "accept", effect: .accept),
                OptionFacts(id: "cancel", effect: .cancel),
            ], recommended: "revise")
    }
}
