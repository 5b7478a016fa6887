// Flow control in the core: rates of agents and submitters, bounds of the queue, and an order in
// which nothing starves.

import BatonCore
import BatonWire
import Testing

@Suite struct FlowControlTests {
    // MARK: Rates of agents

    private func leases(_ bench: Bench) -> [Instant] {
        bench.events.filter { $0.type == .taskLeased }.map(\.time)
    }

    @Test("an agent gets no more leases in any period than its rate says")
    func leaseRate() {
        var bench = Bench()
        bench.register("x", rate: LeaseRate(count: 3, period: .seconds(60)))
        let worker = bench.connect("x", credit: 100)

        for _ in 0..<10 {
            bench.submitTask("x")
            bench.pass(.seconds(1), beating: [worker])
        }
        bench.pass(.seconds(200), beating: [worker])

        let times = leases(bench)
        #expect(times.count == 10, "all were leased in the end")
        for (index, time) in times.enumerated().dropFirst(3) {
            #expect(time - times[index - 3] >= .seconds(60))
        }
    }

    @Test("the core wakes once for a task that its agent's rate holds back, and not before")
    func rateWakes() throws {
        var bench = Bench()
        bench.register("x", rate: LeaseRate(count: 1, period: .seconds(60)))
        let worker = bench.connect("x", credit: 2)
        let first = bench.submitTask("x")
        bench.deliver(first)
        let begin = bench.now
        bench.pass(.seconds(20), beating: [worker])
        let second = bench.submitTask("x")

        let record = try #require(bench.state.tasks[second])
        #expect(record.state == .ready)
        #expect(bench.broker.pendingReason(of: record, at: bench.moment) == .rateLimited)
        #expect(bench.broker.nextDeadline(at: bench.moment) == begin + .seconds(60))

        bench.pass(.seconds(40))
        #expect(bench.state(of: second) == .leased)
        bench.deliver(second)
        #expect(bench.broker.nextDeadline(at: bench.moment) == nil, "idle costs nothing")
    }

    @Test("an agent without a rate of its own has the broker's")
    func defaultRate() {
        var limits = Limits()
        limits.agentLeasesPerMinuteMax = 2
        var bench = Bench(limits: limits)
        bench.register("x")
        bench.register("y", rate: LeaseRate(count: 4, period: .seconds(60)))
        _ = bench.connect("x", credit: 10)
        _ = bench.connect("y", credit: 10)

        let mine = (0..<5).map { _ in bench.submitTask("x") }
        let others = (0..<5).map { _ in bench.submitTask("y") }

        #expect(mine.count { bench.state(of: $0) == .leased } == 2)
        #expect(others.count { bench.state(of: $0) == .leased } == 4)
    }

    @Test("a card that changes its rate begins a new count; one without lifts it")
    func changedRate() {
        var bench = Bench()
        bench.register("x", rate: LeaseRate(count: 1, period: .seconds(3_600)))
        _ = bench.connect("x", credit: 10)
        let tasks = (0..<4).map { _ in bench.submitTask("x") }
        #expect(tasks.count { bench.state(of: $0) == .leased } == 1)

        bench.register("x", rate: LeaseRate(count: 2, period: .seconds(3_600)))
        #expect(tasks.count { bench.state(of: $0) == .leased } == 3)
        bench.register("x")
        #expect(tasks.count { bench.state(of: $0) == .leased } == 4)
    }

    @Test("an open circuit's probe waits for the rate, and comes")
    func probeWithinRate() {
        var limits = Limits()
        limits.circuitFailuresMax = 2
        var bench = Bench(limits: limits)
        bench.register("x", rate: LeaseRate(count: 2, period: .seconds(120)))
        _ = bench.connect("x", credit: 4)
        for _ in 0..<2 {
            let task = bench.submitTask("x")
            bench.fail(task, after: .seconds(3_600))
        }
        let probe = bench.submitTask("x")

        bench.pass(.seconds(119))
        #expect(bench.state(of: probe) == .ready)
        bench.pass(.seconds(1))

        #expect(bench.state(of: probe) == .leased)
    }

    @Test("a start forgets what was leased before, as it forgets all of sessions")
    func rateAfterRestart() throws {
        var bench = Bench()
        bench.register("x", rate: LeaseRate(count: 1, period: .seconds(600)))
        _ = bench.connect("x")
        bench.deliver(bench.submitTask("x"))
        let second = bench.submitTask("x")
        #expect(bench.state(of: second) == .ready)

        try bench.restart()
        _ = bench.connect("x")

        #expect(bench.state(of: second) == .leased)
    }

    // MARK: Rates of submitters

    private func submission(_ bench: inout Bench, key: Digest? = nil) -> Command.Body {
        .submitTask(
            TaskSubmission(key: key ?? bench.key(), match: .test(1), agent: AgentName("x")))
    }

    private func limits(perMinute: Int, burst: Int, submitters: Int = 10) -> Limits {
        var limits = Limits()
        limits.submissionsPerMinuteMax = perMinute
        limits.submissionsBurstMax = burst
        limits.submittersMax = submitters
        return limits
    }

    private func wait(_ reply: Reply) -> Duration? {
        guard case .refused(.rateExceeded(.submissionsPerMinuteMax, _, let wait)) = reply else {
            return nil
        }
        return wait
    }

    @Test("a submitter beyond the rate is told when there is room, and then there is")
    func submitterRate() throws {
        var bench = Bench(limits: limits(perMinute: 7, burst: 3))
        bench.register("x")
        for _ in 0..<3 {
            #expect(wait(bench.run(Bench.ann, submission(&bench))) == nil)
        }

        let refused = try #require(wait(bench.run(Bench.ann, submission(&bench))))
        // A minute divided by seven, in whole microseconds.
        #expect(refused == .microseconds(8_571_429))
        bench.sleep(refused - .microseconds(1))
        #expect(wait(bench.run(Bench.ann, submission(&bench))) == .microseconds(1))
        bench.sleep(.microseconds(1))
        #expect(wait(bench.run(Bench.ann, submission(&bench))) == nil)
        #expect(wait(bench.run(Bench.ann, submission(&bench))) != nil)
    }

    @Test("over any time a submitter gets the burst and the rate, and no more")
    func submitterRateOverTime() {
        var bench = Bench(limits: limits(perMinute: 60, burst: 5))
        bench.register("x")
        var taken: [Instant] = []

        for _ in 0..<600 {
            if case .task = bench.run(Bench.ann, submission(&bench)) { taken.append(bench.now) }
            bench.sleep(.milliseconds(170))
        }

        #expect(taken.count > 100, "102 seconds at one a second")
        for first in taken.indices {
            for last in first..<taken.count {
                let seconds = (taken[last] - taken[first]).components.seconds
                #expect(Int64(last - first + 1) <= 5 + seconds + 1)
            }
        }
    }

    @Test("the same key again is answered and takes nothing")
    func duplicateTakesNothing() {
        var bench = Bench(limits: limits(perMinute: 1, burst: 2))
        bench.register("x")
        let key = bench.key()
        let first = bench.run(Bench.ann, submission(&bench, key: key))
        guard case .task(let id, _) = first else {
            Issue.record("the first was refused")
            return
        }

        for _ in 0..<10 {
            #expect(
                bench.run(Bench.ann, submission(&bench, key: key)) == .task(id, isDuplicate: true))
        }
        #expect(wait(bench.run(Bench.ann, submission(&bench))) == nil)
        #expect(wait(bench.run(Bench.ann, submission(&bench))) != nil)
        #expect(
            bench.run(Bench.ann, submission(&bench, key: key)) == .task(id, isDuplicate: true),
            "also when nothing is left")
    }

    @Test("a person has one rate in all roles, and one person's rate is not another's")
    func identities() {
        var bench = Bench(limits: limits(perMinute: 1, burst: 1))
        bench.register("x")
        let role = Bench.ann.taking(role: AgentName("x"))
        #expect(wait(bench.run(Bench.ann, submission(&bench))) == nil)

        #expect(wait(bench.run(role, submission(&bench))) != nil)
        #expect(wait(bench.run(.person("bob"), submission(&bench))) == nil)
    }

    @Test("briefs and tasks take from one bucket; what is refused takes nothing")
    func briefsToo() {
        var limits = limits(perMinute: 1, burst: 2)
        limits.queuedTasksMax = 200
        var bench = Bench(limits: limits)
        bench.register("x")
        _ = bench.submitBrief()
        for _ in 0..<5 {
            bench.run(
                Bench.ann,
                .submitTask(
                    TaskSubmission(key: bench.key(), match: .test(1), agent: AgentName("none"))))
        }

        #expect(wait(bench.run(Bench.ann, submission(&bench))) == nil)
        #expect(wait(bench.run(Bench.ann, submission(&bench))) != nil)
    }

    @Test("more submitters than are kept apart cost no memory, and refuse nobody")
    func manySubmitters() {
        var bench = Bench(limits: limits(perMinute: 1, burst: 1, submitters: 8))
        bench.register("x")

        for number in 0..<100 {
            let reply = bench.run(.person("p\(number)"), submission(&bench))
            #expect(wait(reply) == nil)
        }

        #expect(bench.broker.submittersKept <= 8)
        #expect(wait(bench.run(.person("p99"), submission(&bench))) != nil)
    }

    // MARK: Bytes

    private func task(of bytes: Int, _ bench: inout Bench) -> Reply {
        let part = Part(
            name: "a", mediaType: "text/plain", size: bytes, digest: .test(1), match: .test(1))
        return bench.run(
            Bench.ann,
            .submitTask(
                TaskSubmission(
                    key: bench.key(), match: .test(1), agent: AgentName("x"), parts: [part])))
    }

    @Test("new submissions beyond the bytes of the queue are refused; what ends makes room")
    func queuedBytes() {
        var limits = Limits()
        limits.queuedBytesMax = 1_000
        var bench = Bench(limits: limits)
        bench.register("x")
        guard case .task(let first, _) = task(of: 600, &bench) else {
            Issue.record("the first was refused")
            return
        }

        #expect(
            task(of: 401, &bench)
                == .refused(.overloaded(.queuedBytesMax, limit: 1_000, value: 1_001)))
        #expect(bench.state.queuedBytes == 600)
        guard case .task = task(of: 400, &bench) else {
            Issue.record("what fits was refused")
            return
        }
        _ = bench.connect("x")
        bench.deliver(first)

        #expect(bench.state.queuedBytes == 400)
        guard case .task = task(of: 600, &bench) else {
            Issue.record("there is room again")
            return
        }
    }

    @Test("the bytes of a brief count until it is over, and a snapshot counts the same")
    func briefBytes() throws {
        var bench = Bench()
        bench.staff()
        let part = Part(
            name: "brief.json", mediaType: "application/json", size: 321, digest: .test(1),
            match: .test(1))
        bench.run(
            Bench.ann,
            .submitBrief(BriefSubmission(key: bench.key(), match: .test(2), parts: [part])))
        #expect(bench.state.queuedBytes == 321)

        let restored = try State(canonicalBytes: bench.state.canonicalBytes())
        #expect(restored.queuedBytes == 321)

        let brief = try #require(bench.state.briefs.keys.first)
        bench.run(Bench.ann, .cancelBrief(brief))
        #expect(bench.state.queuedBytes == 0)
    }

    // MARK: Order

    @Test("a task of no priority is taken although others of the highest keep coming")
    func noStarvation() {
        var bench = Bench()
        bench.register("x")
        let worker = bench.connect("x", credit: 1)
        let low = bench.submitTask("x")
        let busy = bench.submitTask("x", priority: 9)
        bench.release(low)
        #expect(bench.state(of: busy) == .leased)
        let begin = bench.now

        // One arrives with the highest priority whenever one is done, once a second.
        while bench.state(of: low) != .leased, bench.now - begin < .seconds(1_000) {
            bench.submitTask("x", priority: 9)
            bench.pass(.seconds(1), beating: [worker])
            if let id = bench.state.leased.first, id != low { bench.deliver(id) }
        }

        // Nine steps of a minute are what the highest priority is worth.
        #expect(bench.state(of: low) == .leased)
        #expect(bench.now - begin >= .seconds(530))
        #expect(bench.now - begin <= .seconds(545))
    }

    @Test("a long queue of one submitter delays another by its age and no more")
    func queueIsByAge() {
        var bench = Bench()
        bench.register("x")
        for _ in 0..<500 { bench.submitTask("x") }
        bench.sleep(.seconds(60))
        guard
            case .task(let urgent, _) = bench.run(
                .person("bob"),
                .submitTask(
                    TaskSubmission(
                        key: bench.key(), match: .test(1), agent: AgentName("x"), priority: 2)))
        else {
            Issue.record("it was refused")
            return
        }

        _ = bench.connect("x")

        #expect(bench.state(of: urgent) == .leased, "two steps outweigh a minute of age")
    }
}
