// Whether a plan can be taken as a whole; if not, every reason at once.

struct PlanCheck {
    let state: State
    let limits: Limits

    func problems(of plan: [PlannedTask]) -> [PlanProblem] {
        guard !plan.isEmpty else { return [.empty] }
        guard plan.count <= limits.tasksPerPlanMax else {
            return [.tooManyTasks(limit: limits.tasksPerPlanMax, value: plan.count)]
        }
        var problems: [PlanProblem] = []
        var known: Set<String> = []
        for item in plan where !known.insert(item.id).inserted {
            problems.append(.repeatedID(item.id))
        }
        for item in plan {
            problems += agentProblems(of: item)
            for dependency in item.depends where !known.contains(dependency) {
                problems.append(.unknownDependency(task: item.id, on: dependency))
            }
            if let priority = item.priority, !(0...limits.priorityMax).contains(priority) {
                problems.append(
                    .priorityOutOfRange(task: item.id, limit: limits.priorityMax, value: priority))
            }
            if [item.notBefore, item.deadline].contains(where: { $0.map { $0 > .latest } ?? false })
            {
                problems.append(.timeTooLate(task: item.id))
            }
        }
        return problems.isEmpty ? chainProblems(of: plan) : problems
    }

    private func agentProblems(of item: PlannedTask) -> [PlanProblem] {
        if item.agent.isCore { return [.coreAgent(task: item.id, item.agent)] }
        guard let agent = state.agents[item.agent], agent.isRegistered else {
            return [.unknownAgent(task: item.id, item.agent)]
        }
        return agent.dependencies.compactMap { needed in
            state.agents[needed]?.isRegistered == true
                ? nil : .unregisteredDependency(task: item.id, item.agent, needs: needed)
        }
    }

    private func chainProblems(of plan: [PlannedTask]) -> [PlanProblem] {
        let lengths = Self.chainLengths(of: plan)
        let left = plan.filter { lengths[$0.id] == nil }
        guard left.isEmpty else { return [.cycle(waitingForEachOther(left).map(\.id))] }
        // The plan before and the close after are not counted: the limit is about what a plan says.
        let longest = lengths.values.max() ?? 0
        guard longest <= limits.dependencyChainMax else {
            return [.chainTooLong(limit: limits.dependencyChainMax, value: longest)]
        }
        return []
    }

    /// The places of a plan's tasks in an order in which each comes after those that it depends on,
    /// and otherwise as the plan has them. The plan has no cycle.
    static func order(of plan: [PlannedTask]) -> [Int] {
        var order: [Int] = []
        var known: Set<String> = []
        while let next = plan.indices.first(where: {
            !known.contains(plan[$0].id) && known.isSuperset(of: plan[$0].depends)
        }) {
            order.append(next)
            known.insert(plan[next].id)
        }
        return order
    }

    /// How long the longest chain is that ends with each task: takes away what waits for nothing
    /// until nothing is left. What stays, and gets no length, waits for itself or for one that
    /// does.
    private static func chainLengths(of plan: [PlannedTask]) -> [String: Int] {
        var lengths: [String: Int] = [:]
        var left = plan
        while true {
            let ready = left.filter { $0.depends.allSatisfy { lengths[$0] != nil } }
            if ready.isEmpty { return lengths }
            for item in ready {
                lengths[item.id] = 1 + (item.depends.compactMap { lengths[$0] }.max() ?? 0)
            }
            left.removeAll { lengths[$0.id] != nil }
        }
    }

    /// Without those that only wait for a cycle: nobody in what is left waits for them.
    private func waitingForEachOther(_ left: [PlannedTask]) -> [PlannedTask] {
        var cycle = left
        while true {
            let wanted = Set(cycle.flatMap(\.depends))
            let fewer = cycle.filter { wanted.contains($0.id) }
            if fewer.count == cycle.count { return cycle }
            cycle = fewer
        }
    }
}
