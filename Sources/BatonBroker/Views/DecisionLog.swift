// What was decided about a brief, by whom, why, and against what: people's decisions, answers to
// escalations, and what agents decided in their deliveries, in the order of the journal.

import BatonBrief
import BatonCore
import BatonWire
import JSON

struct DecisionLog {
    let records: any Records

    func entries(of brief: BriefID) throws(RecordsFault) -> [JSONValue] {
        var entries: [JSONValue] = []
        for seq in try records.find(
            .typesInBrief([.decisionRecorded, .escalationAnswered], brief))
        {
            guard let event = try records.event(seq), let words = try words(of: event) else {
                continue
            }
            var entry = JSONObject([
                ("seq", .integer(Int64(seq))), ("time", .string(Timestamp.text(event.time))),
                ("by", .string(event.actor.text)),
            ])
            entry["task"] = event.task.map { .id($0) }
            for name in ["decision", "why", "alternatives", "evidence"] {
                entry[name] = words[name] ?? .string(noneStated)
            }
            entries.append(.object(entry))
        }
        return entries
    }

    /// The members of one entry; nil for an event that decides nothing, or whose words were erased.
    private func words(of event: Event) throws(RecordsFault) -> JSONValue? {
        switch event.body {
        case .decisionRecorded(let body):
            guard let place = body.place else {
                return try records.json(of: event.seq, part: "decision.json")
            }
            return try delivered(place, by: event.cause)
        case .escalationAnswered(let body): return try answered(body, event)
        default: return nil
        }
    }

    /// `execution_plan.json#/decisions/0` of the delivery.
    private func delivered(
        _ place: String, by delivery: UInt64?
    ) throws(RecordsFault) -> JSONValue? {
        let halves = place.split(separator: "#", maxSplits: 1).map(String.init)
        guard let delivery, halves.count == 2,
            let item = try records.json(of: delivery, part: halves[0])?.value(at: halves[1])
        else { return nil }
        return [
            "decision": item["decision"] ?? .string(noneStated),
            "why": item["rationale"] ?? .string(noneStated),
            "alternatives": item["alternatives"] ?? .string(noneStated),
            "evidence": item["evidence"] ?? .string(noneStated),
        ]
    }

    private func answered(
        _ body: EscalationAnswered, _ event: Event
    ) throws(RecordsFault) -> JSONValue? {
        let question = try records.json(of: body.escalation.number, part: "escalation.json")
        let answer = try records.json(of: event.seq, part: "answer.json")
        let options = question?["options"]?.arrayValue ?? []
        func label(_ option: JSONValue) -> String {
            let id = option["id"]?.stringValue ?? ""
            return "\(id): \(option["label"]?.stringValue ?? id)"
        }
        let chosen = options.first { $0["id"]?.stringValue == body.option }
        let others = options.filter { $0["id"]?.stringValue != body.option }
        return [
            "decision": .string(
                "\(body.escalation) was answered with \(chosen.map(label) ?? body.option)"),
            "why": answer?["reason"] ?? .string(noneStated),
            "alternatives": .array(
                others.map { option in
                    [
                        "option": .string(label(option)),
                        "why_not": option["tradeoffs"] ?? .string(noneStated),
                    ]
                }),
            "evidence": question?["blocker"].map { .array([$0]) } ?? .string(noneStated),
        ]
    }
}
