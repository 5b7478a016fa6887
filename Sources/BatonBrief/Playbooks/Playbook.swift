// A playbook: how a brief is worked on. Markdown with front matter; the phases say what is made and
// by whom, the gates what must be shown by somebody else before the brief is closed.

package struct Playbook: Sendable, Hashable {
    /// One step of the way.
    package struct Phase: Sendable, Hashable {
        package var id: String
        package var title: String
        /// An agent's id, or `specialists` for all that were routed to.
        package var by: String
        /// What it must deliver, one thing a line.
        package var deliver: [String]
    }

    /// Who does a phase that is done by all routed specialists.
    package static let specialists = "specialists"
    /// The one that is used when a brief names none.
    package static let defaultID = "default"
    /// Far above what a person writes.
    package static let bytesMax = 65_536

    package var id: String
    package var name: String
    package var phases: [Phase]
    /// What must be shown before the close; a plan takes them over.
    package var gates: [PlanDocument.Gate]
    /// Chapters that the closing handoff has beside what is merged.
    package var closing: [String]

    /// The playbook of a brief that asks for nothing else: no gates, no chapters.
    package static let plain = Playbook(
        id: defaultID, name: "Default playbook", phases: [], gates: [], closing: [])

    package init(
        id: String, name: String, phases: [Phase], gates: [PlanDocument.Gate], closing: [String]
    ) {
        self.id = id
        self.name = name
        self.phases = phases
        self.gates = gates
        self.closing = closing
    }
}

/// What reading a playbook gave.
package struct PlaybookReading: Sendable {
    /// Nil if there is an error among the diagnostics.
    package let playbook: Playbook?
    package let diagnostics: [Diagnostic]
}
