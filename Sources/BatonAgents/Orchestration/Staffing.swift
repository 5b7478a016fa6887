// Who does the tasks of a playbook: the routed specialists, or whoever fills a role.

import BatonBrief
import JSON

/// The tasks of a playbook with the agents that do them.
struct Staffing: Sendable {
    /// A task of the playbook, and the agents that get one task of the plan each.
    struct Assignment: Sendable {
        let task: Playbook.Task
        let agents: [String]
    }

    private(set) var assignments: [Assignment] = []
    /// Roles of tasks that nobody who is registered fills, and that no person left out.
    private(set) var unfilled: [Playbook.Role] = []

    init(_ playbook: Playbook, chosen: [String], cards: CardShelf, directives: Directives) {
        for task in playbook.plannedTasks {
            guard task.by != Playbook.specialists else {
                assignments.append(Assignment(task: task, agents: chosen))
                continue
            }
            guard let role = playbook.roles.first(where: { $0.id == task.by }) else { continue }
            let named = directives.roles[role.id]
            if named == Directives.nobody { continue }
            if let agent = Self.agent(for: named.map { [$0] } ?? role.agents, cards) {
                assignments.append(Assignment(task: task, agents: [agent]))
            } else if !unfilled.contains(role) {
                unfilled.append(role)
            }
        }
    }

    /// All agents that get a task, each once, in the order of the tasks.
    var agents: [String] {
        var agents: [String] = []
        for agent in assignments.flatMap(\.agents) where !agents.contains(agent) {
            agents.append(agent)
        }
        return agents
    }

    /// The first that is registered, and whose card depends on nobody who is not.
    private static func agent(for candidates: [String], _ cards: CardShelf) -> String? {
        candidates.lazy.compactMap { cards.resolve($0) }.first { agent in
            Router.texts(cards[agent]?["dependencies"]).allSatisfy {
                cards.registered.contains($0) || cards.resolve($0) != nil
            }
        }
    }
}
