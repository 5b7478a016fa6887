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

    /// Takes away what waits for nothing until nothing is left; what stays waits for itself.
    private func chainProblems(of plan: [PlannedTask]) -> [PlanProblem] {
        var lengths: [String: Int] = [:]
        var left = plan
        while true {
            let ready = left.filter { $0.depends.allSatisfy { lengths[$0] != nil } }
            if ready.isEmpty { break }
            for item in ready {
                lengths[item.id] = 1 + (item.depends.compactMap { lengths[$0] }.max() ?? 0)
            }
            left.removeAll { lengths[$0.id] != nil }
        }
        guard left.isEmpty else { return [.cycle(left.map(\.id))] }
        // The plan task before and the close after are links of the chain too.
        let longest = lengths.values.max() ?? 0
        guard longest <= limits.dependencyChainMax else {
            return [.chainTooLong(limit: limits.dependencyChainMax, value: longest)]
        }
        return []
    }
}
