// What is asked when an engine's delivery was refused: the same input gives the same bytes, so
// another attempt would change nothing.

package import BatonBrief

/// The question of an engine that cannot do better.
package enum StuckEscalation {
    /// Findings that are quoted; the rest say the same of other places.
    private static let findingsMax = 8

    /// - Parameters:
    ///   - task: the task's id, such as `t-18`.
    ///   - findings: what the delivery was refused for, never empty.
    package static func document(
        agent: String, task: String, findings: [String]
    ) -> EscalationDocument {
        let list = findings.prefix(findingsMax).map { "- \($0)" }.joined(separator: "\n")
        return EscalationDocument(
            blocker: "\(agent) cannot meet what its delivery was refused for:\n\(list)",
            impact: "\(task) and everything that depends on it wait.",
            options: [
                EscalationOption(
                    id: "change", label: "Change the inputs, or say what to do",
                    tradeoffs: "The work is done again with what is changed.",
                    effect: .revise(instructions: "Work with the inputs as they are now.")),
                EscalationOption(
                    id: "cancel", label: "Cancel the task and what depends on it",
                    tradeoffs: "The brief ends without this work.", effect: .cancel),
            ],
            recommended: "change",
            rationale:
                "The engine gives the same result for the same inputs; other inputs can help.",
            needs: "Other inputs, or the decision to go on without this work.", severity: "high")
    }
}
