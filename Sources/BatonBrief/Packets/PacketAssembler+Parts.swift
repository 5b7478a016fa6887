// The parts of a packet: their names, what is said about them in packet.json, and which of them
// travel inline.
import JSON

extension PacketAssembler {
    /// `cards/<agent>.json`.
    package static func cardPart(_ agent: String) -> String { "cards/\(agent).json" }
    /// `upstream/<task>/<part>`.
    package static func upstreamPart(_ task: String, _ part: String) -> String {
        "upstream/\(task)/\(part)"
    }
    /// `subject/<part>`.
    package static func subjectPart(_ part: String) -> String { "subject/\(part)" }
    /// `artifacts/<name>`.
    package static func artifactPart(_ name: String) -> String { "artifacts/\(name)" }
    /// `task/<name>`.
    package static func submittedPart(_ name: String) -> String { "task/\(name)" }

    /// What matters most comes first, because inline space is given in this order.
    static func partReferences(_ facts: PacketFacts) -> [PacketPart] {
        var parts: [PacketPart] = []
        var names: Set<String> = []
        func add(_ reference: PartReference, as name: String) {
            // Two parts of one name would be one to the receiver; the first one stands.
            guard names.insert(name).inserted else { return }
            parts.append(
                PacketPart(
                    name: name, mediaType: reference.mediaType, size: reference.size,
                    digestHex: reference.digestHex))
        }
        for part in facts.submitted { add(part, as: submittedPart(part.name)) }
        for part in facts.subject?.parts ?? [] { add(part, as: subjectPart(part.name)) }
        for agent in facts.agents { add(agent.card, as: cardPart(agent.id)) }
        for task in facts.upstream {
            for part in task.parts { add(part, as: upstreamPart(task.task, part.name)) }
        }
        for artifact in facts.artifacts { add(artifact, as: artifactPart(artifact.name)) }
        return parts
    }

    /// Marks parts inline, in order, as long as they fit.
    static func inlined(_ parts: [PacketPart], bytesMax: Int) -> [PacketPart] {
        var room = bytesMax
        return parts.map { part in
            guard part.size <= room else { return part }
            room -= part.size
            var inline = part
            inline.isInline = true
            return inline
        }
    }

    static func artifacts(_ facts: PacketFacts) -> JSONValue {
        orNone(
            facts.artifacts.map { artifact in
                [
                    "name": .string(artifact.name), "part": .string(artifactPart(artifact.name)),
                    "digest": .string(artifact.digestHex), "size": .integer(Int64(artifact.size)),
                    "media_type": .string(artifact.mediaType),
                ]
            })
    }

    static func upstream(_ upstream: PacketFacts.Upstream) -> JSONValue {
        var entry: JSONValue = [
            "task": .string(upstream.task), "agent": .string(upstream.agent),
            "title": orNone(upstream.title),
            "parts": JSONValue(texts: upstream.parts.map { upstreamPart(upstream.task, $0.name) }),
            "accepted_by": .string(upstream.acceptedBy),
        ]
        if !upstream.dependsOn.isEmpty {
            entry["depends_on"] = JSONValue(texts: upstream.dependsOn)
        }
        return entry
    }

    static func subject(_ subject: PacketFacts.Subject, facts: PacketFacts) -> JSONValue {
        var entry: JSONValue = [
            "task": .string(subject.task), "agent": .string(subject.agent),
            "attempt": .integer(Int64(subject.attempt)),
            "title": orNone(subject.title), "instructions": orNone(subject.instructions),
            "parts": JSONValue(texts: subject.parts.map { subjectPart($0.name) }),
            "packet_inputs": orNone(inputs(facts, answers: subject.answers)),
        ]
        entry["deliver"] = subject.plannedTask?["deliver"]
        return entry
    }

    /// All answers in their order, each with what it decided against the inputs as they then were.
    static func answers(_ facts: PacketFacts) -> [JSONValue] {
        var inputs = statedInputs(facts) ?? .object(JSONObject())
        return facts.answers.map { answered in
            let entry = answer(answered, inputs: inputs)
            if let patch = effectivePatch(answered) {
                inputs = inputs.applying(mergePatch: patch)
            }
            return entry
        }
    }

    /// What a person decided by `revise`: the fields with their new and old values, then the words.
    private static func revision(_ answer: JSONValue, inputs: JSONValue) -> String? {
        let changes = answer["patch"].map { InputChange.list(patch: $0, inputs: inputs) } ?? []
        let words = answer["instructions"]?.stringValue.map { [$0] } ?? []
        let parts = changes.isEmpty ? [] : [changes.map(\.description).joined(separator: ", ")]
        let text = (parts + words).joined(separator: "; ")
        return TextPattern.visible.matches(text) ? text : nil
    }

    private static func answer(
        _ answered: PacketFacts.Answered, inputs: JSONValue,
    ) -> JSONValue {
        let id = answered.answer["option"]?.stringValue ?? ""
        let option = answered.escalation["options"]?.arrayValue?
            .first { $0["id"]?.stringValue == id }
        var object = JSONObject([
            ("escalation", .string(answered.escalationID)),
            ("blocker", answered.escalation["blocker"] ?? .string(noneStated)),
            ("option", .string(id)),
            (
                "label",
                option?["label"]
                    ?? .string(revision(answered.answer, inputs: inputs) ?? id)
            ),
        ])
        object["effect"] = option?["effect"]
        object["key"] = answered.escalation["key"]
        object["patch"] = answered.answer["patch"]
        object["instructions"] =
            answered.answer["instructions"] ?? option?["effect"]?["instructions"]
        object["reason"] = answered.answer["reason"] ?? .string(noneStated)
        object["by"] = .string(answered.by)
        object["at"] = .string(answered.at)
        return .object(object)
    }

    // The four forms of "every part present, an empty one says so".

    static func orNone(_ text: String?) -> JSONValue {
        guard let text, TextPattern.visible.matches(text) else { return .string(noneStated) }
        return .string(text)
    }

    static func orNone(texts value: JSONValue?) -> JSONValue {
        let texts = (value?.texts ?? []).filter(TextPattern.visible.matches)
        return texts.isEmpty ? .string(noneStated) : JSONValue(texts: texts)
    }

    static func orNone(_ list: [JSONValue]) -> JSONValue {
        list.isEmpty ? .string(noneStated) : .array(list)
    }

    static func orNone(object value: JSONValue?) -> JSONValue {
        guard let object = value?.objectValue, !object.isEmpty else { return .string(noneStated) }
        return .object(object)
    }

    static func orNone(_ value: JSONValue?) -> JSONValue { value ?? .string(noneStated) }
}
