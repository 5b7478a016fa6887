// A plan is taken whole or refused whole, with every problem.

import BatonCore
import Testing

private enum ProblemName: String, CaseIterable {
    case empty, tooManyTasks, repeatedID, unknownAgent, coreAgent, unregisteredDependency
    case unknownDependency, cycle, chainTooLong, priorityOutOfRange, timeTooLate

    init(_ problem: PlanProblem) {
        self =
            switch problem {
            case .empty: .empty
            case .tooManyTasks: .tooManyTasks
            case .repeatedID: .repeatedID
            case .unknownAgent: .unknownAgent
            case .coreAgent: .coreAgent
            case .unregisteredDependency: .unregisteredDependency
            case .unknownDependency: .unknownDependency
            case .cycle: .cycle
            case .chainTooLong: .chainTooLong
            case .priorityOutOfRange: .priorityOutOfRange
            case .timeTooLate: .timeTooLate
            }
    }
}

private func item(
    _ id: String, _ agent: String = "x", after: [String] = [], priority: Int? = nil,
    notBefore: Instant? = nil
) -> PlannedTask {
    PlannedTask(
        id: id, agent: AgentName(agent), depends: after, priority: priority, notBefore: notBefore)
}

private let never = Instant(microseconds: Instant.latest.microseconds + 1)

private let badPlans: [(plan: [PlannedTask], problems: [PlanProblem])] = [
    ([], [.empty]),
    ((0..<65).map { item("t\($0)") }, [.tooManyTasks(limit: 64, value: 65)]),
    (
        [
            item("a"), item("a"), item("b", "nobody"), item("c", "core.quality"),
            item("d", "needy"),
            item("e", after: ["z"]), item("f", priority: 10), item("g", notBefore: never),
        ],
        [
            .repeatedID("a"), .unknownAgent(task: "b", AgentName("nobody")),
            .coreAgent(task: "c", .quality),
            .unregisteredDependency(task: "d", AgentName("needy"), needs: AgentName("gone")),
            .unknownDependency(task: "e", on: "z"),
            .priorityOutOfRange(task: "f", limit: 9, value: 10), .timeTooLate(task: "g"),
        ]
    ),
    ([item("a", after: ["a"])], [.cycle(["a"])]),
    (
        [
            item("first"), item("a", after: ["first", "c"]), item("b", after: ["a"]),
            item("c", after: ["b"]), item("last", after: ["c"]),
        ],
        [.cycle(["a", "b", "c"])]
    ),
    (
        (0..<17).map { item("t\($0)", after: $0 == 0 ? [] : ["t\($0 - 1)"]) },
        [.chainTooLong(limit: 16, value: 17)]
    ),
]

@Suite struct PlanTests {
    @Test("a plan is refused with every problem, and the lease stays", arguments: badPlans)
    func refused(plan: [PlannedTask], problems: [PlanProblem]) {
        var bench = Bench()
        bench.staff()
        bench.register("needy", dependencies: ["gone"])
        let (brief, task) = bench.submitBrief()

        let reply = bench.deliver(task, .plan(plan))

        #expect(reply == .refused(.planRefused(problems)))
        #expect(bench.state(of: task) == .leased)
        #expect(bench.state.briefs[brief]?.tasks == [task])
    }

    @Test("every problem of a plan is reached")
    func everyProblem() {
        let reached = Set(badPlans.flatMap(\.problems).map(ProblemName.init))

        #expect(Set(ProblemName.allCases).subtracting(reached).map(\.rawValue).sorted() == [])
    }

    @Test("the largest plan is taken: 64 tasks, a chain of 16, named twice")
    func largest() {
        var bench = Bench()
        bench.staff(credit: 64)
        let plan = (0..<64).map {
            item("t\($0)", after: $0 % 16 == 0 ? [] : ["t\($0 - 1)", "t\($0 - 1)"])
        }
        let (brief, task) = bench.submitBrief()

        bench.deliver(task, .plan(plan))

        let record = bench.state.briefs[brief]
        #expect(record?.tasks.count == 66)
        #expect(record?.counts[.leased] == 4)
        let second = record.flatMap { bench.state.tasks[$0.tasks[2]] }
        #expect(second?.depends.count == 1, "a dependency counts once")
    }

    @Test("a plan may list its tasks in any order")
    func anyOrder() {
        var bench = Bench()
        bench.staff()
        let (brief, task) = bench.submitBrief()

        bench.deliver(
            task,
            .plan([
                item("last", after: ["middle"]), item("middle", after: ["first"]), item("first"),
            ]))

        let made = (bench.state.briefs[brief]?.tasks ?? []).compactMap { bench.state.tasks[$0] }
        #expect(made.map(\.entry) == [nil, 2, 1, 0, nil])
        #expect(made.map(\.state) == [.accepted, .leased, .waiting, .waiting, .waiting])
        #expect(made[4].depends == made[1...3].map(\.id))
    }

    @Test("what a plan makes lies within its brief's deadline, unless a redrive lifted it")
    func deadline() {
        var bench = Bench()
        bench.staff()
        let end = bench.now + .seconds(100)
        let (brief, plan) = bench.submitBrief(deadline: end)
        let late = PlannedTask(id: "a", agent: AgentName("x"), deadline: end + .seconds(50))

        bench.deliver(plan, .plan([late]))

        let tasks = bench.state.briefs[brief]?.tasks ?? []
        #expect(tasks.map { bench.state.tasks[$0]?.deadline } == [end, end, end])

        let (second, secondPlan) = bench.submitBrief(deadline: bench.now + .seconds(10))
        bench.run(Bench.ann, .pause(.orchestrator))
        bench.pass(.seconds(10))
        bench.run(Bench.ann, .resume(.orchestrator))
        bench.run(Bench.ann, .redrive(secondPlan))
        bench.deliver(secondPlan, .plan([item("a")]))

        let rest = bench.state.briefs[second]?.tasks ?? []
        #expect(rest.count == 3)
        #expect(rest.allSatisfy { bench.state.tasks[$0]?.deadline == nil })
    }
}
