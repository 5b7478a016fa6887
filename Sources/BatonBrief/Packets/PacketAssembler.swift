// Builds packet.json from what the broker knows. A pure function: the same facts give the same
// bytes, so a packet can be recomputed at any time from the journal.
package import JSON

/// The assembled packet.
package struct AssembledPacket: Sendable {
    /// packet.json.
    package var document: JSONValue
    /// All parts in the order of the manifest; the bodies of those that are inline follow the
    /// packet in this order.
    package var parts: [PacketPart]

    /// The parts whose bytes travel with the lease, in order.
    package var inlineParts: [PacketPart] { parts.filter(\.isInline) }
}

/// Assembles handoff packets.
package enum PacketAssembler {
    /// Inline parts together at most this many bytes: a packet has to fit beside its own JSON into
    /// one message that a slow peer can still take. DESIGN: 256 KiB.
    package static let packetInlineBytesMax = 256 * 1024

    /// Assembles the packet of one lease.
    package static func assemble(
        _ facts: PacketFacts, inlineBytesMax: Int = packetInlineBytesMax,
    ) -> AssembledPacket {
        let source = facts.brief ?? directSource(facts)
        let parts = inlined(partReferences(facts), bytesMax: inlineBytesMax)
        var packet = JSONObject([
            ("format", .string(DocumentKind.packet.format)),
            ("task", task(facts.task, asked: facts.plannedTask?["deliver"])),
            ("brief", orNone(facts.briefID)),
            ("sent_at", .string(facts.sentAt)),
            ("objective", orNone(source?["objective"]?.stringValue)),
            ("success_criteria", orNone(texts: source?["success_criteria"])),
            ("acceptance_criteria", orNone(texts: source?["acceptance_criteria"])),
            ("constraints", constraints(source?["constraints"])),
            ("inputs", orNone(inputs(facts, answers: facts.answers))),
            (
                "assume",
                .string(source?["assume"]?.stringValue == "conservative" ? "conservative" : "never")
            ),
            ("owners", orNone(object: source?["owners"])),
            ("tags", orNone(texts: source?["tags"])),
            ("context", orNone(source?["context"]?.stringValue)),
            ("requested_route", orNone(texts: source?["route"])),
            ("route", route(facts)),
            ("artifacts", artifacts(facts)),
        ])
        packet["definition_of_done"] = orNone(texts: source?["definition_of_done"])
        packet["upstream"] = orNone(facts.upstream.map(upstream))
        packet["subject"] = facts.subject.map { subject($0, facts: facts) } ?? .string(noneStated)
        packet["findings"] = orNone(facts.findings)
        packet["answers"] = orNone(answers(facts))
        packet["decisions"] = orNone(facts.decisions)
        if facts.task.kind == .close || !facts.gates.isEmpty {
            packet["gates"] = orNone(facts.gates)
        }
        packet["agents"] = orNone(
            facts.agents.map { agent in
                [
                    "agent": .string(agent.id), "part": .string(cardPart(agent.id)),
                    "registered": true,
                ]
            })
        let carriesBrief = facts.task.kind == .plan || facts.task.kind == .close
        packet["brief_document"] = orNone(object: carriesBrief ? facts.brief : nil)
        packet["parts"] = .array(
            parts.map { part in
                [
                    "name": .string(part.name), "media_type": .string(part.mediaType),
                    "size": .integer(Int64(part.size)), "digest": .string(part.digestHex),
                    "inline": .bool(part.isInline),
                ]
            })
        return AssembledPacket(document: .object(packet), parts: parts)
    }

    /// The inputs after the effects of `answers`, in their order; nil if nothing is stated.
    package static func inputs(
        _ facts: PacketFacts, answers: [PacketFacts.Answered],
    ) -> JSONValue? {
        var inputs = statedInputs(facts)
        for answered in answers {
            if let patch = effectivePatch(answered) {
                inputs = (inputs ?? .object(JSONObject())).applying(mergePatch: patch)
            }
        }
        guard let inputs, inputs.objectValue.map({ !$0.isEmpty }) ?? false else { return nil }
        return inputs
    }

    /// The inputs as they were submitted, before any answer.
    static func statedInputs(_ facts: PacketFacts) -> JSONValue? {
        if let brief = facts.brief { return brief["inputs"] }
        guard let document = facts.submittedDocument, document.objectValue != nil else {
            return nil
        }
        return document["objective"] == nil ? document : document["inputs"]
    }

    /// The merge patch that an answer stands for, if it changes the inputs.
    package static func effectivePatch(_ answered: PacketFacts.Answered) -> JSONValue? {
        let option = answered.answer["option"]?.stringValue
        let patch: JSONValue?
        if option == AnswerDocument.revise {
            patch = answered.answer["patch"]
        } else {
            let effect = chosenOption(answered)?["effect"]
            patch = effect?["kind"]?.stringValue == "patch" ? effect?["patch"] : nil
        }
        // A patch that is no object would replace the inputs as a whole.
        return patch?.objectValue == nil ? nil : patch
    }

    private static func chosenOption(_ answered: PacketFacts.Answered) -> JSONValue? {
        let id = answered.answer["option"]?.stringValue
        return answered.escalation["options"]?.arrayValue?.first { $0["id"]?.stringValue == id }
    }

    private static func directSource(_ facts: PacketFacts) -> JSONValue? {
        guard let document = facts.submittedDocument, document["objective"] != nil else {
            return nil
        }
        return document
    }

    private static func task(
        _ task: PacketFacts.LeasedTask, asked: JSONValue?
    ) -> JSONValue {
        var entry: JSONValue = [
            "id": .string(task.id), "kind": .string(task.kind.rawValue),
            "agent": .string(task.agent),
            "title": orNone(task.title), "instructions": orNone(task.instructions),
            "attempt": .integer(Int64(task.attempt)),
            "rejections": .integer(Int64(task.rejections)),
        ]
        entry["deliver"] = asked
        return entry
    }

    private static func constraints(_ stated: JSONValue?) -> JSONValue {
        .object(
            JSONObject(
                DocumentKind.constraintNames.map { name in
                    (name, orNone(texts: stated?[name]))
                }))
    }

    private static func route(_ facts: PacketFacts) -> JSONValue {
        let chosen = (facts.route?.arrayValue ?? []).filter { $0["chosen"]?.boolValue ?? false }
        let reasons = chosen.map { entry -> JSONValue in
            [
                "agent": entry["agent"] ?? .string(noneStated), "score": entry["score"] ?? 0,
                "reasons": entry["reasons"] ?? .array([]),
            ]
        }
        return ["phase": .string(facts.task.kind.rawValue), "reasons": orNone(reasons)]
    }
}
