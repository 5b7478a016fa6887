// What a decision changes, in people's words: of each option of an escalation before the answer,
// of the answer after it. Patches replace lists whole, so that only a comparison with the inputs
// shows it. For SHOW; lists do without.

import BatonBrief
import BatonCore
import JSON

extension Views {
    /// SHOW escalation.
    func showEscalation(_ id: EscalationID) throws(RecordsFault) -> JSONValue? {
        guard let escalation = state.escalations[id] else { return nil }
        var source = state
        if let brief = escalation.brief, state.finishedBriefs[brief] != nil {
            source = try History(records: records).fold(brief)
        }
        return try escalationView(id, in: source)
    }

    /// The row with `changes` in its options and its answer.
    func escalationView(
        _ id: EscalationID, in source: State
    ) throws(RecordsFault) -> JSONValue? {
        guard let escalation = state.escalations[id], var row = try escalationRow(id) else {
            return nil
        }
        let inputs = try inputs(before: escalation, in: source)
        row["options"] = .array(
            (row["options"]?.arrayValue ?? []).map { option in
                guard let patch = option["effect"]?["patch"] else { return option }
                var option = option
                option["changes"] = .array(
                    InputChange.list(patch: patch, inputs: inputs).map { .string($0.arrow) })
                return option
            })
        guard let answered = try answered(escalation), var answer = row["answer"] else {
            return row
        }
        answer["label"] =
            (row["options"]?.arrayValue ?? []).first {
                $0["id"] == answer["option"]
            }?["label"]
        answer["changes"] = PacketAssembler.effectivePatch(answered).map { patch in
            .array(
                InputChange.list(patch: patch, inputs: inputs).map { .string($0.description) })
        }
        row["answer"] = answer
        return row
    }

    /// The inputs that the question was about: with the effects of all answers before its own.
    private func inputs(
        before escalation: EscalationRecord, in source: State
    ) throws(RecordsFault) -> JSONValue {
        var inputs: JSONValue?
        var answers: [EscalationID] = []
        if let brief = escalation.brief {
            inputs = try cache.brief(brief)?["inputs"]
            answers = source.briefs[brief]?.answers ?? []
        } else if let task = escalation.tasks.first {
            let document = try records.submittedDocument(of: task)
            inputs = document?["objective"] == nil ? document : document?["inputs"]
            answers = source.tasks[task]?.answers ?? []
        }
        var result = inputs ?? .object(JSONObject())
        for id in answers.prefix(while: { $0 != escalation.id }) {
            guard let earlier = state.escalations[id], let answered = try answered(earlier),
                let patch = PacketAssembler.effectivePatch(answered)
            else { continue }
            result = result.applying(mergePatch: patch)
        }
        return result
    }

    private func answered(
        _ escalation: EscalationRecord
    ) throws(RecordsFault) -> PacketFacts.Answered? {
        guard let answer = escalation.answer else { return nil }
        return PacketFacts.Answered(
            escalationID: escalation.id.description,
            escalation: try cache.document("escalation.json", of: escalation.id.number) ?? [:],
            answer: try cache.document("answer.json", of: answer.event)
                ?? ["option": .string(answer.option)],
            by: answer.actor.text, at: "")
    }
}
