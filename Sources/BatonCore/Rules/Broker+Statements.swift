// What is stated about a brief beside its work: decisions of people, and evidence for its gates.
// Both are kept by their content, so that saying the same again changes nothing.

extension Broker {
    func decide(_ id: BriefID, _ body: DecisionRecorded, _ draft: Draft) -> Decision {
        state(id, .decisionRecorded(body), match: body.match, draft)
    }

    /// Evidence comes from whoever does not work on the brief: nobody attests his own gate.
    func attest(_ id: BriefID, _ body: EvidenceAdded, _ draft: Draft) -> Decision {
        if let role = draft.actor.role, let brief = state.briefs[id],
            brief.tasks.contains(where: { state.tasks[$0]?.agent == role })
        {
            return draft.refusing(.attestedByAuthor(id, body.gate))
        }
        return state(id, .evidenceAdded(body), match: body.match, draft)
    }

    private func state(
        _ id: BriefID, _ body: Event.Body, match: Digest?, _ draft: Draft
    ) -> Decision {
        guard let brief = state.briefs[id] else {
            guard let finished = state.finishedBriefs[id] else {
                return draft.refusing(.unknownBrief(id))
            }
            return draft.refusing(.wrongBriefState(id, finished.state))
        }
        if let known = brief.statements.first(where: { $0.match == match?.fingerprint }) {
            return draft.replying(.stated(known.event, isDuplicate: true))
        }
        let count = brief.statements.count
        guard count < limits.statementsPerBriefMax else {
            return draft.refusing(
                .limitReached(
                    .statementsPerBriefMax, limit: limits.statementsPerBriefMax, value: count))
        }
        var draft = draft
        let event = draft.next
        draft.add(body, brief: id)
        return draft.replying(.stated(event, isDuplicate: false))
    }
}
