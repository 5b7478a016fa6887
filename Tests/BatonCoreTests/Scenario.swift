// A scenario: a script and the rows of the lifecycle's table that it shows.

import BatonCore
import Testing

struct Scenario: Sendable, CustomTestStringConvertible {
    let claim: String
    /// `thing: from → event detail → to`, as in the table.
    let shows: [String]
    let limits: Limits
    let script: @Sendable (inout Bench) throws -> Void

    init(
        _ claim: String, shows: [String], limits: Limits = Limits(),
        script: @escaping @Sendable (inout Bench) throws -> Void
    ) {
        self.claim = claim
        self.shows = shows
        self.limits = limits
        self.script = script
    }

    var testDescription: String { claim }

    /// The rows that the script went through.
    func run() throws -> Set<String> {
        var bench = Bench(limits: limits)
        try script(&bench)
        return Set(bench.seen.map { $0.description.replacing("  ", with: " ") })
    }

    static let all: [Scenario] =
        taskScenarios + endScenarios + gateScenarios + briefScenarios + escalationScenarios
        + agentScenarios + budgetScenarios
}

extension Bench {
    /// An agent `x`, one instance of it, and a direct task in its hands.
    mutating func leasedTask(isReviewed: Bool = false) -> (task: TaskID, worker: SessionID) {
        register("x", isReviewed: isReviewed)
        let worker = connect("x")
        let task = submitTask("x")
        #expect(state(of: task) == .leased)
        return (task, worker)
    }

    /// The three agents that a brief needs, all connected.
    mutating func staff(_ agents: [String] = ["x"], credit: Int = 8) {
        for name in ["core.orchestrator", "core.quality"] + agents {
            register(name, isReviewed: !name.hasPrefix("core."))
            _ = connect(name, credit: credit)
        }
    }

    /// A brief with an accepted plan: one task for `x` for each id, each after those named.
    mutating func plannedBrief(
        _ plan: [(id: String, after: [String])] = [("a", [])], deadline: Instant? = nil,
        notBefore: Instant? = nil, budget: Budget = .none
    ) -> (brief: BriefID, tasks: [TaskID], close: TaskID) {
        let (brief, planTask) = submitBrief(deadline: deadline, budget: budget)
        let reply = deliver(
            planTask,
            .plan(
                plan.map {
                    PlannedTask(
                        id: $0.id, agent: AgentName("x"), depends: $0.after, notBefore: notBefore)
                }))
        #expect(reply == .ended(planTask, .accepted, isDuplicate: false))
        let record = state.briefs[brief]
        let tasks = record?.tasks.filter { state.tasks[$0]?.kind == .work } ?? []
        return (brief, tasks, record?.close ?? TaskID(0))
    }

    /// Delivers a task and has the delivery accepted.
    mutating func finish(_ task: TaskID) {
        deliver(task)
        judge(task, accepted: true)
        #expect(state(of: task) == .accepted)
    }

    /// Fails a task until it is dead.
    mutating func exhaust(_ task: TaskID, by worker: SessionID) {
        for _ in 0..<8 {
            fail(task)
            pass(.seconds(300), beating: [worker])
        }
        #expect(state(of: task) == .dead)
    }
}
