// A playbook: how a brief is worked on. Markdown with front matter; the phases say what has to come
// of it, the tasks who does which phases and after whom, the roles who that is among the registered
// agents, the gates what must be shown by somebody else before the brief is closed.

package struct Playbook: Sendable, Hashable {
    /// One part of the way, and what must come of it.
    package struct Phase: Sendable, Hashable {
        package var id: String
        package var title: String
        package var deliver: [DeliveryItem]
    }

    /// Work that a plan gives out.
    package struct Task: Sendable, Hashable {
        package var id: String
        /// How people call it; empty where the agent's name is enough.
        package var title: String
        /// `core.orchestrator`, `specialists` or a role.
        package var by: String
        /// The phases that are done in it.
        package var phases: [String]
        /// Tasks of the playbook that must be accepted first.
        package var after: [String]
    }

    /// Who does a task that is not for all specialists.
    package struct Role: Sendable, Hashable {
        package var id: String
        package var title: String
        /// The first of these that is registered fills the role.
        package var agents: [String]
    }

    /// Who does a task that all routed specialists do, one task each.
    package static let specialists = "specialists"
    /// Who plans and closes; it does no other task.
    package static let orchestrator = "core.orchestrator"
    /// The ids of the orchestrator's two tasks. The plan comes first and the close last, always.
    package static let orchestratorTasks = ["plan", "close"]
    /// The one that is used when a brief names none.
    package static let defaultID = "default"
    /// Far above what a person writes.
    package static let bytesMax = 65_536

    package var id: String
    package var name: String
    package var roles: [Role] = []
    package var phases: [Phase] = []
    package var tasks: [Task]
    /// What must be shown before the close; a plan takes them over.
    package var gates: [PlanDocument.Gate] = []
    /// Chapters that the closing handoff has beside what is merged.
    package var closing: [String] = []

    /// The playbook of a brief that asks for nothing else: one task for each specialist.
    package static let plain = Playbook(
        id: defaultID, name: "Default playbook",
        tasks: [Task(id: "work", title: "", by: specialists, phases: [], after: [])])

    /// What has to come of the phases that are done in a task, in their order.
    package func items(of task: Task) -> [DeliveryItem] {
        task.phases.flatMap { id in phases.first { $0.id == id }?.deliver ?? [] }
    }

    /// The tasks that a plan gives out: all but the orchestrator's own.
    package var plannedTasks: [Task] { tasks.filter { $0.by != Self.orchestrator } }

    /// What the orchestrator itself owes. A plan is not reviewed, so that what planning has to
    /// bring is shown in the closing handoff.
    package var closingItems: [DeliveryItem] {
        tasks.filter { $0.by == Self.orchestrator }.flatMap(items(of:))
    }
}

/// What reading a playbook gave.
package struct PlaybookReading: Sendable {
    /// Nil if there is an error among the diagnostics.
    package let playbook: Playbook?
    package let diagnostics: [Diagnostic]
}
