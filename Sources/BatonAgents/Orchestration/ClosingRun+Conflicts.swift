// Conflicts between agents in the closing: all of them shown, those that the ranking decides among
// the decisions, the others open for a person.

import JSON
import PlainText

extension ClosingRun {
    /// What a person has answered about a conflict of two demands: the last answer to a question
    /// that stated this one. One that came up since, or with other words, was not asked about.
    private func answer(about conflict: Conflict) -> JSONValue? {
        packet.answers.last { answer in
            Directives([answer]).conflicts != nil
                && answer["blocker"]?.stringValue?.contains(conflict.statement) ?? false
        }
    }

    /// A conflict with what a person has answered about it. Only those of two demands are asked.
    func answered(_ conflict: Conflict) -> Conflict {
        guard conflict.isContradictedDemand, let answer = answer(about: conflict) else {
            return conflict
        }
        var conflict = conflict
        let by = answer["by"]?.stringValue ?? "a person"
        switch Directives([answer]).conflicts {
        case "recommended": conflict.answer = (conflict.prefersFirst, by)
        case "other": conflict.answer = (!conflict.prefersFirst, by)
        // Left open on purpose.
        default: break
        }
        return conflict
    }

    /// The question about demands of the brief that exclude each other: whoever accepts the work
    /// could never accept both. Nil where there are none, and when all were answered.
    func contradictedDemands() -> JSONValue? {
        let asked = conflicts.filter { $0.isContradictedDemand && answer(about: $0) == nil }
        guard !asked.isEmpty else { return nil }
        func ways(_ side: (Conflict) -> ConflictSide) -> String {
            asked.map { side($0).way }.joined(separator: "; ")
        }
        var draft = EscalationDraft(
            blocker: "The brief demands what excludes each other. "
                + asked.map(\.statement).joined(separator: " "),
            impact: "One of the two can never be shown, so the work could not be accepted.",
            needs: "Which demand holds.", severity: .high, owner: packet.escalationOwner,
            key: "conflicts")
        draft.offer(
            ways { $0.prefersFirst ? $0.first : $0.second },
            tradeoffs: asked.map(\.advice).joined(separator: " "),
            .revise(instructions: "conflicts: recommended"))
        draft.offer(
            ways { $0.prefersFirst ? $0.second : $0.first },
            tradeoffs: "What the brief demands beside it is given up.",
            .revise(instructions: "conflicts: other"))
        draft.offer(
            "Close with the decision open",
            tradeoffs: "Both stay in the checklist, and whoever takes over decides.",
            .revise(instructions: "conflicts: open"))
        draft.offer(
            "Cancel the task", tradeoffs: "Nothing is handed over; the deliveries stay.", .cancel)
        draft.rationale =
            "Both are demanded, so no order of reasons decides; the recommended side is safe"
            + " for whoever relied on the other."
        return draft.json
    }

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
