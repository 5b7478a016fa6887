// The gates of a brief that evidence passes: which its plan sets, what has been shown for each, by
// whom and when.

import BatonBrief
import BatonCore
import BatonWire
import JSON

struct GateView {
    let records: any Records

    /// - Parameters:
    ///   - plan: the accepted plan; nil before.
    ///   - event: only what was shown before it; nil: all.
    func rows(
        of record: BriefRecord, plan: JSONValue?, before event: UInt64? = nil
    ) throws(RecordsFault) -> [JSONValue] {
        let brief = record.stated(before: event ?? .max)
        let planned = (plan?["gates"]?.arrayValue ?? []).compactMap { gate in
            gate["id"]?.stringValue.flatMap { GateName($0) }.map {
                (name: $0, title: gate["title"]?.stringValue ?? "")
            }
        }
        var names = planned.map(\.name)
        // Evidence may be shown for more than the plan asks for.
        for statement in brief.statements {
            if let gate = statement.evidence?.gate, !names.contains(gate) { names.append(gate) }
        }
        return try names.compactMapThrowing { (name) throws(RecordsFault) in
            let result = brief.isPassed(name)
            return [
                "gate": .string(name.text),
                "title": .string(planned.first { $0.name == name }?.title ?? ""),
                "planned": .bool(planned.contains { $0.name == name }),
                "state": .string(result.map { $0 ? "passed" : "failed" } ?? "open"),
                "evidence": .array(try evidence(for: name, brief)),
            ]
        }
    }

    private func evidence(
        for gate: GateName, _ brief: BriefRecord
    ) throws(RecordsFault) -> [JSONValue] {
        try brief.statements.filter { $0.evidence?.gate == gate }
            .compactMapThrowing { (statement) throws(RecordsFault) in
                guard let event = try records.event(statement.event) else { return nil }
                let words = try records.json(of: event.seq, part: "evidence.json")
                let files = event.parts.dropFirst().map { part -> JSONValue in
                    [
                        "name": .string(part.name), "digest": .string(part.digest.hex),
                        "size": .integer(Int64(part.size)),
                    ]
                }
                return [
                    "seq": .integer(Int64(event.seq)),
                    "time": .string(Timestamp.text(event.time)),
                    "by": .string(event.actor.text),
                    "producer": words?["producer"] ?? .string(noneStated),
                    "result": .string(statement.evidence?.isPassed == true ? "pass" : "fail"),
                    "note": words?["note"] ?? .string(noneStated), "files": .array(files),
                ]
            }
    }
}
