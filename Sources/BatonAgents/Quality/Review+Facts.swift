// Rules about facts: a number or a name in the prose comes from the packet, from a figure of the
// delivery, from a listed assumption, or from the registry; nobody makes up an answer.

import JSON

extension Review {
    /// Numbers and names in prose have a source.
    mutating func checkFacts() {
        let sources = FactSources(self)
        checkNumbers(sources)
        checkNames(sources)
    }

    /// Bare counts up to a dozen are not facts about the world: “2 questions stay open”.
    private mutating func checkNumbers(_ sources: FactSources) {
        var count = 0
        for document in delivery.documents where document.kind != "analysis" || isBuiltIn {
            guard let value = document.value else { continue }
            for (place, text) in prose(document.kind, value) where count < 20 {
                for number in NumberReader.numbers(in: text) where !sources.explain(number) {
                    count += 1
                    find(
                        .numberSourced, authored, part: document.part, place: place,
                        "\(Shown.significant(number.value))\(number.after.prefix(2)) has no source",
                        satisfy: "take it from the packet, a figure or a listed assumption,"
                            + " or leave it out")
                }
            }
        }
    }

    /// Names in an engine's prose are known. What others write may name what only they know.
    private mutating func checkNames(_ sources: FactSources) {
        guard isBuiltIn else { return }
        var count = 0
        for document in delivery.documents {
            guard let value = document.value else { continue }
            for (place, text) in prose(document.kind, value) where count < 20 {
                for name in NameReader.names(in: text) where !sources.knows(name) {
                    count += 1
                    find(
                        .nameSourced, authored, part: document.part, place: place,
                        "“\(name)” is named nowhere in the packet or the card",
                        satisfy: "name what the brief names, or list it as an open question")
                }
            }
        }
        let to = delivery["handoff_packet"]?["to"]?.stringValue ?? "none stated"
        if to != "none stated", !sources.knowsAgent(to) {
            find(
                .nameSourced, .high, part: delivery.part("handoff_packet"), place: "/to",
                "there is no agent \(to) on the route", satisfy: "hand over to the orchestrator")
        }
    }

    /// Evidence that rests on a source names it.
    mutating func checkEvidence() {
        let part = delivery.part("objective_snapshot")
        for (index, item) in delivery.list("objective_snapshot", "assumptions").enumerated() {
            let text =
                (item["statement"]?.stringValue ?? "") + " "
                + (item["rationale"]?.stringValue ?? "")
            switch Evidence(rawValue: item["evidence"]?.stringValue ?? "") {
            case .research where !NameReader.citesSource(item["rationale"]?.stringValue ?? ""):
                find(
                    .evidenceSourced, authored, part: part,
                    place: "/assumptions/\(index)/rationale",
                    "research that names no source",
                    satisfy: "name the book, paper or standard, or call it inference")
            case .measurement where NumberReader.numbers(in: text).isEmpty:
                find(
                    .evidenceSourced, authored, part: part,
                    place: "/assumptions/\(index)/rationale",
                    "a measurement without a figure or a period",
                    satisfy: "state what was measured and when, or call it a report")
            default: break
            }
        }
    }

    /// Nobody carries an answer on that nobody gave.
    mutating func checkAnswersExist() {
        let known = packet.answers.compactMap { $0["escalation"]?.stringValue }
        let places = [("objective_snapshot", "decided"), ("handoff_packet", "answers")]
        for (kind, member) in places {
            for (index, item) in delivery.list(kind, member).enumerated() {
                guard let id = item["escalation"]?.stringValue, !known.contains(id) else {
                    continue
                }
                find(
                    .answerExists, .high, part: delivery.part(kind), place: "/\(member)/\(index)",
                    "nobody answered \(id)", satisfy: "list the answers of the packet only")
            }
        }
    }

    /// The texts of a document that its author wrote: no ids, no sources, no figures as shown, and
    /// nothing that is carried on from the packet.
    func prose(_ kind: String, _ document: JSONValue) -> [(place: String, text: String)] {
        let carried: [String] =
            switch kind {
            case "objective_snapshot":
                [
                    "objective", "success_criteria", "acceptance_criteria", "requirements",
                    "constraints", "decided", "decides", "must_ask", "out_of_scope",
                ]
            case "handoff_packet":
                [
                    "objective", "success_criteria", "constraints", "inputs", "route", "artifacts",
                    "definition_of_done", "findings", "answers", "to",
                ]
            case "analysis": ["quantities"]
            default: []
            }
        let keys: Set<String> = [
            "id", "format", "agent", "task", "evidence", "rank", "severity", "likelihood",
            "impact_level", "comparator", "unit", "traces", "depends_on", "columns", "command",
            "by",
            "pointer", "recommended",
        ]
        var result: [(place: String, text: String)] = []
        func collect(_ value: JSONValue, _ pointer: String) {
            switch value {
            case .string(let text): result.append((pointer, text))
            case .array(let list):
                for (index, item) in list.enumerated() { collect(item, "\(pointer)/\(index)") }
            case .object(let object):
                for (key, item) in object.members where !keys.contains(key) {
                    collect(item, "\(pointer)/\(key)")
                }
            case .null, .bool, .integer, .number: break
            }
        }
        for (key, value) in document.objectValue?.members ?? []
        where !carried.contains(key) && !keys.contains(key) {
            collect(value, "/" + key)
        }
        return result
    }
}
