// Rules of time and right that the tables do not show: backoff numbers, order of a queue, restarts,
// idleness, repeats, roles, pending reasons.

import BatonCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct BackoffTests {
    @Test(
        "the n-th failure waits 5 s × 3^(n-1), at most 300 s, at least half of it",
        arguments: zip(1...7, [5, 15, 45, 135, 300, 300, 300]))
    func numbers(failure: Int, seconds: Int) {
        var waits: [Duration] = []
        for seed in 1...60 as ClosedRange<UInt64> {
            var bench = Bench(seed: seed)
            let (task, worker) = bench.leasedTask()
            for _ in 1..<failure {
                bench.fail(task)
                bench.pass(.seconds(300), beating: [worker])
            }
            bench.fail(task)
            waits.append((bench.state.tasks[task]?.until ?? .distantPast) - bench.now)
        }

        #expect(waits.allSatisfy { $0 >= .seconds(seconds) / 2 && $0 <= .seconds(seconds) })
        #expect(Set(waits).count > 50, "half of it is drawn")
    }

    @Test("a worker's wish is a lower bound, never an upper one")
    func wish() {
        var bench = Bench()
        let (task, _) = bench.leasedTask()
        bench.fail(task, after: .seconds(40))
        #expect(bench.state.tasks[task]?.until == bench.now + .seconds(40))

        bench.pass(.seconds(40))
        bench.fail(task, after: .milliseconds(1))
        let until = bench.state.tasks[task]?.until ?? .distantPast
        #expect(until >= bench.now + .milliseconds(7_500))
    }

    @Test("tasks that expire together do not come back together")
    func spread() {
        var bench = Bench()
        bench.register("x")
        _ = bench.connect("x", credit: 4)
        let tasks = (1...4).map { _ in bench.submitTask("x") }

        bench.pass(.seconds(60))

        let waits = Set(tasks.map { bench.state.tasks[$0]?.until })
        #expect(waits.count == 4)
    }
}

@Suite(.timeLimit(.minutes(10))) struct QueueOrderTests {
    @Test("a step of priority is worth a minute of waiting, and ids decide")
    func order() {
        var bench = Bench()
        bench.register("x")
        let old = bench.submitTask("x")
        bench.sleep(.seconds(59))
        let urgent = bench.submitTask("x", priority: 1)
        let twin = bench.submitTask("x", priority: 1)
        bench.sleep(.seconds(2))
        let late = bench.submitTask("x", priority: 1)

        let worker = bench.connect("x")
        var order: [TaskID] = []
        for _ in 1...4 {
            guard let next = bench.broker.sessions[worker]?.held.first else { break }
            order.append(next)
            bench.deliver(next)
        }

        #expect(order == [urgent, twin, old, late])
    }

    @Test("a retry keeps its first ready time")
    func firstReady() {
        var bench = Bench()
        let (task, _) = bench.leasedTask()
        let first = bench.state.tasks[task]?.firstReady
        bench.fail(task)
        bench.sleep(.seconds(1))
        let other = bench.submitTask("x")
        bench.fail(other)
        bench.run(Bench.ann, .pause(AgentName("x")))
        bench.pass(.seconds(5))
        bench.run(Bench.ann, .resume(AgentName("x")))
        #expect(bench.state.tasks[task]?.firstReady == first)
        #expect(bench.state(of: task) == .leased)
    }

    @Test("an instance gets as many as it grants, an agent as many as its card allows")
    func credit() {
        var bench = Bench()
        bench.register("x", leasesMax: 3)
        for _ in 1...9 { bench.submitTask("x") }
        let first = bench.connect("x", credit: 2)
        _ = bench.connect("x", credit: 2)
        #expect(bench.state.agents[AgentName("x")]?.leased == 3)

        bench.setCredit(0, of: first)
        bench.register("x", leasesMax: 9)
        #expect(bench.state.agents[AgentName("x")]?.leased == 4)
        bench.setCredit(7, of: first)
        #expect(bench.state.agents[AgentName("x")]?.leased == 9)
    }

    @Test("a long queue behind tasks that the only reviewer wrote himself costs nobody else")
    func behind() {
        var bench = Bench()
        bench.register("core.quality")
        bench.register("x", isReviewed: true)
        let ann = Bench.ann
        _ = bench.connect("x", actor: ann.taking(role: AgentName("x")), processID: 7)
        for _ in 1...50 { bench.deliver(bench.submitTask("x")) }
        let bob = bench.connect("x", actor: ActorName.person("bob").taking(role: AgentName("x")))
        let late = (1...2).map { _ in bench.submitTask("x") }
        let his = late.first { bench.broker.sessions.holder(of: $0) == bob } ?? TaskID(0)
        bench.deliver(his)

        _ = bench.connect("core.quality", actor: ann.taking(role: .quality), processID: 7)

        let review = bench.state.tasks[his]?.review ?? TaskID(0)
        #expect(bench.state(of: review) == .leased)
    }
}

@Suite(.timeLimit(.minutes(10))) struct RestartTests {
    @Test("an instance that comes back and lists its lease keeps it and delivers")
    func listed() throws {
        var bench = Bench()
        let (task, worker) = bench.leasedTask()
        let instance = bench.broker.sessions[worker]?.instance
        let attempt = bench.attempt(task)
        bench.sleep(.seconds(7_200))
        try bench.restart()

        let back = bench.connect("x", instance: instance, leases: [attempt])
        bench.pass(.seconds(40), beating: [back])

        #expect(bench.deliver(task) == .ended(task, .accepted, isDuplicate: false))
    }

    @Test("neither the downtime nor forgotten progress counts against a worker")
    func downtime() throws {
        var bench = Bench()
        let (task, worker) = bench.leasedTask()
        let instance = bench.broker.sessions[worker]?.instance
        let attempt = bench.attempt(task)
        bench.sleep(.seconds(7_200))
        try bench.restart()
        let back = bench.connect("x", instance: instance, leases: [attempt])

        bench.pass(.seconds(59), beating: [back])

        #expect(bench.state.tasks[task]?.failures == 0)
        #expect(bench.state(of: task) == .leased)
    }

    @Test("only the identity that holds a lease can list it, beat for it or have it released")
    func thief() throws {
        var bench = Bench()
        let (task, worker) = bench.leasedTask()
        let instance = bench.broker.sessions[worker]?.instance
        let attempt = bench.attempt(task)

        let thief = bench.connect(
            "x", credit: 0, instance: instance, actor: Bench.ann.taking(role: AgentName("x")),
            leases: [attempt])

        #expect(bench.state(of: task) == .leased)
        #expect(bench.broker.sessions.holder(of: task) == worker)
        #expect(bench.beat(attempt, from: thief) == .lost)
        _ = bench.connect(
            "x", credit: 0, instance: instance, actor: Bench.ann.taking(role: AgentName("x")))
        #expect(bench.state(of: task) == .leased)
    }

    @Test("a session that takes another role gives back what it held")
    func otherRole() {
        var bench = Bench()
        bench.register("y")
        let (task, worker) = bench.leasedTask()
        bench.run(Bench.ann, .pause(AgentName("x")))

        _ = bench.connect("y", session: worker)

        #expect(bench.state(of: task) == .backoff)
        #expect(bench.broker.sessions[worker]?.held == [])
    }

    @Test("a broker that was held up blames nobody for heartbeats that it had not read")
    func stall() {
        var bench = Bench()
        let (task, worker) = bench.leasedTask()
        bench.sleep(.seconds(90))
        bench.lag = .seconds(89)
        bench.run(.broker, .tick)
        #expect(bench.state(of: task) == .leased)
        #expect(bench.broker.silentSessions(at: bench.moment) == [])
        let next = bench.broker.nextDeadline(at: bench.moment) ?? .distantPast
        #expect(next >= bench.now + .milliseconds(900), "it does not spin meanwhile")
        let silence = bench.broker.nextSilence(at: bench.moment) ?? .distantPast
        #expect(silence >= bench.now + .milliseconds(900))

        bench.beat(worker)
        bench.lag = .zero
        bench.pass(.seconds(50))
        #expect(bench.state(of: task) == .leased)
    }

    @Test("leases are given back after a start also when the sockets were not empty in time")
    func settleAfterStall() throws {
        var bench = Bench()
        let (task, _) = bench.leasedTask()
        try bench.restart()
        bench.sleep(.seconds(31))
        bench.lag = .seconds(10)
        bench.run(.broker, .tick)
        #expect(bench.state(of: task) == .leased)
        bench.lag = .zero
        bench.pass(.seconds(1))

        #expect(bench.state(of: task) == .backoff)
        #expect(bench.state.tasks[task]?.failures == 0)
    }
}

@Suite(.timeLimit(.minutes(10))) struct RepeatTests {
    private static let worker = ActorName.agent(AgentName("x"))

    @Test("a delivery, a failure, a release and a question that come again get their first answers")
    func again() throws {
        var bench = Bench()
        bench.register("x")
        _ = bench.connect("x", credit: 4)
        let tasks = (1...4).map { _ in bench.submitTask("x") }
        let attempts = tasks.map { bench.attempt($0) }
        let bodies: [Command.Body] = [
            .deliver(
                Delivery(attempt: attempts[0], match: .test(1), parts: [], content: .deliverables)),
            .fail(
                FailureReport(
                    attempt: attempts[1], isRetryable: true, retryAfter: .seconds(900),
                    match: .test(1))),
            .release(attempts[2]),
            .escalate(EscalationRequest(attempt: attempts[3], facts: .test())),
        ]
        let first = bodies.map { bench.run(Self.worker, $0) }
        try bench.restart()
        let before = bench.events.count

        let second = bodies.map { bench.run(Self.worker, $0) }

        #expect(bench.events.count == before)
        #expect(first[0] == .ended(tasks[0], .accepted, isDuplicate: false))
        #expect(second[0] == .ended(tasks[0], .accepted, isDuplicate: true))
        #expect(second[1] == .ended(tasks[1], .backoff, isDuplicate: true))
        #expect(second[2] == .ended(tasks[2], .backoff, isDuplicate: true))
        let question = bench.state.tasks[tasks[3]]?.escalation ?? EscalationID(0)
        #expect(second[3] == .escalation(question, isJoined: false, isDuplicate: true))
    }

    @Test("a submission that comes again gets its first answer, also when the brief is done")
    func submissions() {
        var bench = Bench()
        bench.staff()
        let body = BriefSubmission(key: .test(1), match: .test(2))
        guard case .brief(let brief, false) = bench.run(Bench.ann, .submitBrief(body)) else {
            return
        }
        bench.run(Bench.ann, .cancelBrief(brief))
        bench.run(Bench.ann, .withdraw(AgentName("x")))

        #expect(bench.run(Bench.ann, .submitBrief(body)) == .brief(brief, isDuplicate: true))
    }

    @Test("an attachment that comes again is the one that is there")
    func document() {
        var bench = Bench()
        let body = Command.Body.putDocument(DocumentPut(content: .test(1), parts: []))

        let first = bench.run(Bench.ann, body)
        let second = bench.run(Bench.ann, body)

        #expect(first == .document(2))
        #expect(second == first)
    }
}

@Suite(.timeLimit(.minutes(10))) struct PermissionTests {
    private static let actors: [(name: String, actor: ActorName)] = [
        ("broker", .broker), ("supervisor", .supervisor), ("agent", .agent(AgentName("x"))),
        ("person", Bench.ann), ("bare worker", Bench.ann.taking(role: AgentName("x"))),
    ]

    private static let attempt = Attempt(task: TaskID(99), token: Token(1))

    private static let bodies: [(body: Command.Body, allowed: Set<String>)] = [
        (
            .create(JournalCreated(origin: "", verifierKey: "", format: 1, version: "")), ["broker"]
        ),
        (.start(version: ""), ["broker"]), (.stop(state: .test(0)), ["broker"]),
        (.tick, ["broker"]),
        (
            .submitBrief(BriefSubmission(key: .test(1), match: .test(1), documents: [.test(9)])),
            ["person", "bare worker"]
        ),
        (
            .submitTask(TaskSubmission(key: .test(1), match: .test(1), agent: AgentName("no"))),
            ["person", "bare worker"]
        ),
        (.putDocument(DocumentPut(content: .test(1), parts: [])), ["person", "bare worker"]),
        (.cancelBrief(BriefID(99)), ["person", "bare worker"]),
        (.cancelTask(TaskID(99)), ["person", "bare worker"]),
        (.retry(TaskID(99)), ["person", "bare worker"]),
        (.redrive(TaskID(99)), ["person", "bare worker"]),
        (.discard(TaskID(99)), ["person", "bare worker"]),
        (.pause(AgentName("no")), ["person", "bare worker"]),
        (.resume(AgentName("no")), ["person", "bare worker"]),
        (
            .answer(AnswerRequest(escalation: EscalationID(99), option: "a", match: .test(1))),
            ["person"]
        ),
        (
            .deliver(Delivery(attempt: attempt, match: .test(1), parts: [], content: .incomplete)),
            ["broker", "agent", "bare worker"]
        ),
        (
            .fail(FailureReport(attempt: attempt, isRetryable: true, match: .test(1))),
            ["broker", "agent", "bare worker"]
        ),
        (.release(attempt), ["broker", "agent", "bare worker"]),
        (
            .escalate(EscalationRequest(attempt: attempt, facts: .test())),
            ["broker", "agent", "bare worker"]
        ),
        (
            .register(AgentRegistered(agent: AgentName("x"), isReviewed: false)),
            ["person", "supervisor", "agent", "bare worker"]
        ),
        (
            .register(AgentRegistered(agent: AgentName("y"), isReviewed: false)),
            ["person", "supervisor"]
        ),
        (.withdraw(AgentName("x")), ["person", "supervisor"]),
        (.raise(AgentName("no"), .test()), ["supervisor"]),
        (.notified(EscalationID(99), status: 0), ["supervisor"]),
    ]

    @Test("everybody may do what is his, and nothing else")
    func matrix() {
        let bench = Bench()
        for (body, allowed) in Self.bodies {
            for (name, actor) in Self.actors {
                // A journal that exists cannot be created again.
                if case .create = body, name == "broker" { continue }
                let command = Command(actor: actor, body: body)
                let reply = bench.broker.decide(command, at: bench.moment).reply
                let isRefused = reply == .refused(.notPermitted(actor, verb: body.verb))
                #expect(isRefused == !allowed.contains(name), "\(name): \(body.verb)")
            }
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct PendingReasonTests {
    private func reason(_ task: TaskID, _ bench: Bench) -> PendingReason? {
        bench.state.tasks[task].flatMap { bench.broker.pendingReason(of: $0, at: bench.moment) }
    }

    @Test("a task that waits says why, whatever it waits for")
    func reasons() throws {
        var bench = Bench()
        bench.staff()
        let (_, tasks, _) = bench.plannedBrief([("a", []), ("b", ["a"])])
        #expect(reason(tasks[0], bench) == nil, "it is at work")
        #expect(reason(tasks[1], bench) == .dependency)
        bench.fail(tasks[0])
        #expect(reason(tasks[0], bench) == .backoff)
        bench.run(Bench.ann, .retry(tasks[0]))
        bench.escalate(tasks[0])
        #expect(reason(tasks[0], bench) == .escalation)
        #expect(
            reason(bench.submitTask("x", notBefore: bench.now + .seconds(9)), bench) == .notBefore)

        bench.register("y")
        let first = bench.submitTask("y")
        let second = bench.submitTask("y")
        #expect(reason(first, bench) == .starting)
        let worker = bench.connect("y", credit: 0)
        #expect(reason(first, bench) == .agentsBusy)
        #expect(reason(second, bench) == .backlog)
        bench.run(Bench.ann, .pause(AgentName("y")))
        #expect(reason(first, bench) == .paused)
        bench.run(Bench.ann, .resume(AgentName("y")))
        bench.close(worker, releasing: true)
        #expect(reason(first, bench) == .noAgent)
        bench.run(Bench.ann, .withdraw(AgentName("y")))
        #expect(reason(first, bench) == .noAgent)
        try bench.restart()
        bench.register("y")
        #expect(reason(first, bench) == .starting)
    }
}

@Suite(.timeLimit(.minutes(10))) struct IdleTests {
    @Test("a thousand tasks later nothing is left that would wake an idle broker")
    func nothingLeft() {
        var bench = Bench()
        bench.register("x")
        _ = bench.connect("x", credit: 4)

        for number in 1...1_000 {
            let task = bench.submitTask(
                "x", deadline: number % 2 == 0 ? bench.now + .seconds(9_999) : nil)
            bench.deliver(task)
        }

        #expect(bench.broker.nextDeadline(at: bench.moment) == nil)
        #expect(bench.state.tasks.isEmpty)
    }

    @Test("one refusal wakes nobody; a repeated one is written when its minute is over")
    func refusals() {
        var bench = Bench()
        let body = Command.Body.cancelTask(TaskID(1))
        bench.run(.agent(AgentName("x")), body)
        #expect(bench.broker.nextDeadline(at: bench.moment) == nil)
        bench.run(.agent(AgentName("x")), body)
        #expect(bench.broker.nextDeadline(at: bench.moment) == bench.now + .seconds(60))
    }

    @Test("who makes up subjects fills no journal: beyond the limit they are folded without them")
    func madeUpSubjects() {
        var limits = Limits()
        limits.refusalSubjectsMax = 3
        var bench = Bench(limits: limits)
        let before = bench.events.count
        for number in 1...50 as ClosedRange<UInt64> {
            bench.run(.agent(AgentName("x")), .cancelTask(TaskID(number)))
            bench.run(.agent(AgentName("x")), .pause(AgentName("made-up-\(number)")))
        }
        bench.run(.agent(AgentName("y")), .cancelTask(TaskID(1)))

        func written(from place: Int) -> [String] {
            bench.events[place...].compactMap { event in
                guard case .accessRefused(let body) = event.body else { return nil }
                return "\(event.actor.text) \(body.verb) '\(body.subject)' \(body.count)"
            }
        }
        #expect(
            written(from: before) == [
                "agent/x CANCEL 't-1' 1", "agent/x PAUSE 'made-up-1' 1", "agent/x CANCEL 't-2' 1",
                "agent/x PAUSE '' 1", "agent/x CANCEL '' 1", "agent/y CANCEL 't-1' 1",
            ])
        let folded = bench.events.count
        bench.pass(.seconds(60))
        #expect(
            written(from: folded) == ["agent/x PAUSE '' 48", "agent/x CANCEL '' 47"])
        bench.run(.agent(AgentName("x")), .cancelTask(TaskID(9)))
        #expect(written(from: bench.events.count - 1) == ["agent/x CANCEL 't-9' 1"])
    }

    @Test("every event of a consequence names what led to it")
    func causes() {
        var bench = Bench()
        bench.staff()
        let (_, tasks, close) = bench.plannedBrief([("a", []), ("b", ["a"])])
        bench.finish(tasks[0])
        bench.finish(tasks[1])
        bench.finish(close)

        let without = bench.events.filter { $0.cause == nil && $0.actor == .broker }
        #expect(without.map(\.seq) == [0, 1])
    }
}
