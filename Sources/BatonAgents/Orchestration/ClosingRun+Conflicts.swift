// Conflicts between agents in the closing: all of them shown, those that the ranking decides among
// the decisions, the others open for a person.

import JSON
import PlainText

extension ClosingRun {
    /// Says what holds where the ranking decides, and asks where it does not.
    mutating func settleConflicts() {
        guard !conflicts.isEmpty else { return }
        workings.decisions += conflicts.compactMap(\.decision)
        workings.openDecisions = conflicts.compactMap {
            $0.openDecision(owner: packet.escalationOwner)
        }
        workings.sections.append(
            Section(
                title: "Conflicts between agents",
                text: "What cannot hold side by side. Reasons rank in this order:"
                    + " \(Rank.allCases.map(\.rawValue).joined(separator: ", ")). What the brief"
                    + " demands goes before what an agent chose. Where both rank the same, or both"
                    + " are demanded, a person decides: the handoff has the options.",
                columns: Conflict.columns, rows: conflicts.map(\.row)))
    }

    /// What the plan has to do about conflicts before anything is tested; nil where there are none.
    var settlingStep: PlanStep? {
        guard !conflicts.isEmpty else { return nil }
        let decided = conflicts.compactMap(\.decision).map { $0.decision + "." }
        let open = conflicts.filter { $0.winner == nil }.map(\.matter)
        return PlanStep(
            title: "Settle what the agents' plans say against each other",
            detail: (decided + open.map { "To decide: \($0)." }).joined(separator: " "),
            owner: open.isEmpty ? packet.serviceOwner : packet.escalationOwner,
            doneWhen: "Each open decision is on record, and every plan follows what holds")
    }

    /// Who decides what is open; nothing where nothing is.
    var decidingStep: [String] {
        let count = workings.openDecisions.count
        guard count > 0 else { return [] }
        let what =
            count == 1
            ? "the open decision of this handoff; its options and a recommendation are there."
            : "the \(count) open decisions of this handoff; options and a recommendation are there."
        return ["\(packet.escalationOwner): decide \(what)"]
    }
}
