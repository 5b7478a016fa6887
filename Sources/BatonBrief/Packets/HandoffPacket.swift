// What an agent consumes: packet.json and the bytes of its parts, with typed access to what every
// agent looks at. Built by PacketAssembler in the broker, read by kits, engines and reviewers.
package import JSON

/// A handoff packet.
package struct HandoffPacket: Sendable {
    /// packet.json.
    package var document: JSONValue
    /// Bytes by part name: those that travelled inline, and those that were fetched since.
    package var parts: [String: [UInt8]]

    package init(document: JSONValue, parts: [String: [UInt8]] = [:]) {
        self.document = document
        self.parts = parts
    }

    /// Reads packet.json and cuts `body`, the inline parts one after another, into parts.
    /// - Throws: every finding; one if `body` is not as long as the inline parts together.
    package init(packetBytes: [UInt8], body: [UInt8]) throws(DocumentRefusal) {
        document = try DocumentKind.packet.parse(packetBytes)
        parts = [:]
        let inline = partManifest.filter(\.isInline)
        let expected = inline.reduce(0) { $0 + $1.size }
        guard expected == body.count else {
            throw DocumentRefusal([
                DocumentFinding(
                    pointer: "/parts",
                    message: "inline parts of \(expected) bytes travel with \(body.count) bytes",
                    satisfy: "send exactly the inline parts, in the order of /parts")
            ])
        }
        var offset = 0
        for part in inline {
            parts[part.name] = Array(body[offset..<offset + part.size])
            offset += part.size
        }
    }

    /// `t-18`.
    package var taskID: String { text("/task/id") }
    package var kind: TaskKindName { TaskKindName(rawValue: text("/task/kind")) ?? .direct }
    package var agent: String { text("/task/agent") }
    package var title: String { text("/task/title") }
    package var instructions: String { text("/task/instructions") }
    /// From 1.
    package var attempt: Int { Int(document.value(at: "/task/attempt")?.integerValue ?? 1) }
    package var rejections: Int { Int(document.value(at: "/task/rejections")?.integerValue ?? 0) }
    /// `b-17`; nil for direct tasks.
    package var briefID: String? { stated("/brief")?.stringValue }
    package var sentAt: String { text("/sent_at") }
    /// Nil when none is stated.
    package var objective: String? { stated("/objective")?.stringValue }
    package var successCriteria: [String] { texts("/success_criteria") }
    package var acceptanceCriteria: [String] { texts("/acceptance_criteria") }
    package var definitionOfDone: [String] { texts("/definition_of_done") }
    package var tags: [String] { texts("/tags") }
    package var context: String? { stated("/context")?.stringValue }
    package var requestedRoute: [String] { texts("/requested_route") }
    /// `never` or `conservative`.
    package var assume: String { text("/assume") }
    /// The inputs in base units with the effects of all answers; an empty object if none.
    package var inputs: JSONValue { stated("/inputs") ?? .object(JSONObject()) }
    package var owners: JSONValue { stated("/owners") ?? .object(JSONObject()) }
    package var answers: [JSONValue] { list("/answers") }
    /// Findings of the last rejecting verdict.
    package var findings: [JSONValue] { list("/findings") }
    package var upstream: [JSONValue] { list("/upstream") }
    package var artifacts: [JSONValue] { list("/artifacts") }
    package var decisions: [JSONValue] { list("/decisions") }
    /// Plan tasks: all registered agents.
    package var agents: [JSONValue] { list("/agents") }
    /// Review tasks: the task under review.
    package var subject: JSONValue? { stated("/subject") }
    /// Constraints of one kind, such as `security`.
    package func constraints(_ name: String) -> [String] { texts("/constraints/\(name)") }

    /// The named parts in the order of the manifest.
    package var partManifest: [PacketPart] {
        (document["parts"]?.arrayValue ?? []).map { part in
            PacketPart(
                name: part["name"]?.stringValue ?? "",
                mediaType: part["media_type"]?.stringValue ?? "",
                size: Int(part["size"]?.integerValue ?? 0),
                digestHex: part["digest"]?.stringValue ?? "",
                isInline: part["inline"]?.boolValue ?? false)
        }
    }

    /// The value at a pointer; nil if it is absent or says `none stated`.
    package func stated(_ pointer: String) -> JSONValue? {
        guard let value = document.value(at: pointer), value.stringValue != noneStated else {
            return nil
        }
        return value
    }

    /// A part parsed as JSON; nil if it is absent or no JSON.
    package func json(part name: String) -> JSONValue? {
        // A part that is no JSON is the sender's fault and is reported by the quality gate.
        parts[name].flatMap { try? JSONValue(parsing: $0) }
    }

    private func text(_ pointer: String) -> String {
        document.value(at: pointer)?.stringValue ?? ""
    }

    private func texts(_ pointer: String) -> [String] { stated(pointer)?.texts ?? [] }
    private func list(_ pointer: String) -> [JSONValue] { stated(pointer)?.arrayValue ?? [] }
}

/// One line of a packet's manifest.
package struct PacketPart: Sendable, Hashable {
    package var name: String
    package var mediaType: String
    /// Bytes.
    package var size: Int
    /// SHA-256 of the content, lower-case hexadecimal.
    package var digestHex: String
    /// Whether the bytes travel with the lease.
    package var isInline: Bool

    package init(
        name: String, mediaType: String, size: Int, digestHex: String, isInline: Bool = false,
    ) {
        self.name = name
        self.mediaType = mediaType
        self.size = size
        self.digestHex = digestHex
        self.isInline = isInline
    }
}
