// Decisions and evidence: what is stated about a brief is kept once, and a gate holds the close
// until it is shown to be passed.

import BatonCore
import Testing

@Suite struct StatementTests {
    private static let gates = ["load", "security"].compactMap { GateName($0) }

    /// A brief with one task, whose close waits for two gates.
    private func gatedBrief(_ bench: inout Bench) throws -> (BriefID, task: TaskID, close: TaskID) {
        bench.staff()
        let (brief, plan) = bench.submitBrief()
        let work = PlannedTask(id: "a", agent: AgentName("x"))
        let reply = bench.deliver(plan, .plan([work], evidence: Self.gates))
        #expect(reply == .ended(plan, .accepted, isDuplicate: false))
        let record = try #require(bench.state.briefs[brief])
        let task = try #require(record.tasks.first { bench.state.tasks[$0]?.kind == .work })
        return (brief, task, try #require(record.close))
    }

    private func show(
        _ gate: Int, _ isPassed: Bool, _ match: UInt64, of brief: BriefID, _ bench: inout Bench
    ) -> Reply {
        let evidence = EvidenceAdded(
            gate: Self.gates[gate], isPassed: isPassed, match: .test(match), parts: [])
        return bench.run(Bench.ann, .attest(brief, evidence))
    }

    @Test("the close waits until every gate is passed, and the newest evidence counts")
    func gatesHold() throws {
        var bench = Bench()
        let (brief, task, close) = try gatedBrief(&bench)
        bench.finish(task)
        #expect(bench.state(of: close) == .waiting)
        #expect(bench.state(of: brief) == .running)

        _ = show(0, true, 1, of: brief, &bench)
        _ = show(1, false, 2, of: brief, &bench)
        #expect(bench.state(of: close) == .waiting, "one has failed")
        let record = try #require(bench.state.tasks[close])
        #expect(bench.broker.pendingReason(of: record, at: bench.moment) == .evidence)
        _ = show(0, false, 3, of: brief, &bench)
        _ = show(1, true, 4, of: brief, &bench)
        #expect(bench.state(of: close) == .waiting, "the other is not passed any more")
        _ = show(0, true, 5, of: brief, &bench)

        #expect(bench.state(of: close) == .leased)
        _ = show(0, false, 6, of: brief, &bench)
        #expect(bench.state(of: close) == .leased, "what has begun goes on")
        bench.finish(close)
        #expect(bench.state.briefs[brief] == nil)
    }

    @Test("evidence that came before the work holds nothing up")
    func early() throws {
        var bench = Bench()
        let (brief, task, close) = try gatedBrief(&bench)
        _ = show(0, true, 1, of: brief, &bench)
        _ = show(1, true, 2, of: brief, &bench)
        #expect(bench.state(of: close) == .waiting, "for the work")

        bench.finish(task)

        #expect(bench.state(of: close) == .leased)
    }

    @Test("the same again is the same; a snapshot keeps it")
    func duplicates() throws {
        var bench = Bench()
        let (brief, _, _) = try gatedBrief(&bench)
        let first = show(0, true, 1, of: brief, &bench)
        guard case .stated(let event, isDuplicate: false) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(show(0, true, 1, of: brief, &bench) == .stated(event, isDuplicate: true))
        let decision = DecisionRecorded(match: .test(9))
        guard
            case .stated(let second, isDuplicate: false) =
                bench.run(Bench.ann, .decide(brief, decision))
        else {
            Issue.record("no decision")
            return
        }
        #expect(
            bench.run(Bench.ann, .decide(brief, decision)) == .stated(second, isDuplicate: true))

        let bytes = bench.state.canonicalBytes()
        #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes)
        #expect(try State(canonicalBytes: bytes).briefs[brief]?.isPassed(Self.gates[0]) == true)
    }

    @Test("whoever is in the role of an agent of the brief does not attest its gates")
    func authors() throws {
        var bench = Bench()
        let (brief, _, _) = try gatedBrief(&bench)
        let evidence = EvidenceAdded(
            gate: Self.gates[0], isPassed: true, match: .test(7), parts: [])
        let inRole = Bench.ann.taking(role: AgentName("x"))

        #expect(
            bench.run(inRole, .attest(brief, evidence))
                == .refused(.attestedByAuthor(brief, Self.gates[0])))
        #expect(bench.state.briefs[brief]?.isPassed(Self.gates[0]) == nil)
    }

    @Test("a brief keeps so many statements and no more")
    func limit() throws {
        var limits = Limits()
        limits.statementsPerBriefMax = 1
        var bench = Bench(limits: limits)
        let (brief, _, _) = try gatedBrief(&bench)
        bench.run(Bench.ann, .decide(brief, DecisionRecorded(match: .test(1))))

        #expect(
            bench.run(Bench.ann, .decide(brief, DecisionRecorded(match: .test(2))))
                == .refused(.limitReached(.statementsPerBriefMax, limit: 1, value: 1)))
    }

    @Test("nothing is stated about a brief that has ended")
    func ended() throws {
        var bench = Bench()
        let (brief, _, _) = try gatedBrief(&bench)
        bench.run(Bench.ann, .cancelBrief(brief))

        #expect(
            show(0, true, 1, of: brief, &bench) == .refused(.wrongBriefState(brief, .cancelled)))
    }

    @Test("what an agent decides is recorded with its delivery, by its place")
    func delivered() throws {
        var bench = Bench()
        let (_, task, _) = try gatedBrief(&bench)
        let place = "execution_plan.json#/decisions/0"
        let delivery = Delivery(
            attempt: bench.attempt(task), match: .test(3), parts: [], content: .deliverables,
            decisions: [place])

        bench.run(.agent(AgentName("x")), .deliver(delivery))

        let recorded = try #require(
            bench.events.last {
                if case .decisionRecorded = $0.body { true } else { false }
            })
        #expect(recorded.body == .decisionRecorded(DecisionRecorded(place: place)))
        #expect(recorded.task == task)
        let cause = try #require(recorded.cause.flatMap { bench.events[Int($0)] })
        guard case .taskDelivered = cause.body else {
            Issue.record("caused by \(cause)")
            return
        }
    }
}
