// An example of an agent: a folder with a packet, what belongs to it, and what must come of it
// (Protocols/card.md, "Examples").
import BatonAgentKit
import BatonBrief
import BatonClient
import BatonPlatform
import CommandTree
import Crypto
import JSON

/// One example, read.
struct AgentExample {
    /// A file of an example with its path below `parts` or `golden`.
    typealias NamedBytes = (name: String, bytes: [UInt8])

    let name: String
    let folder: String
    let packet: AgentPacket
    /// What was recorded, by name; nil when nothing was.
    let golden: [NamedBytes]?
    /// `checks.json`; nil when there is none.
    let checks: JSONValue?

    /// Where the examples of a card lie: `examples/<id>` in the agents folder that it belongs to.
    static func place(of card: Card, at path: String) throws(CommandFailure) -> String {
        "\(try CardFolder.root(of: path))/examples/\(card.id)"
    }

    /// The names of a card's examples, sorted; none when there is no such folder.
    static func names(in place: String) throws(CommandFailure) -> [String] {
        try done { () throws(SystemError) -> [String] in
            guard try isFolder(place) else { return [] }
            var names: [String] = []
            for name in try Files.list(place) where !name.hasPrefix(".") {
                if try isFolder("\(place)/\(name)") { names.append(name) }
            }
            return names
        }
    }

    /// Reads one example.
    /// - Throws: with every problem of the packet, the brief or the checks.
    init(_ name: String, in place: String, of card: Card) throws(CommandFailure) {
        self.name = name
        folder = "\(place)/\(name)"
        let parts = try Self.files(below: "\(folder)/parts") ?? []
        var source = try Self.packet("\(folder)/packet.json")
        if source == nil { source = try Self.packet(ofBrief: "\(folder)/brief.md", for: card) }
        guard let source else {
            throw CommandFailure(
                .badInput, code: "bad_example",
                "\(folder) has neither packet.json nor brief.md")
        }
        let document = Self.filled(source, parts)
        let findings = DocumentKind.packet.findings(in: document)
        guard findings.isEmpty else { throw Self.refusal("\(folder)/packet.json", findings) }
        var bodies: [String: [UInt8]] = [:]
        for part in parts { bodies[part.name] = part.bytes }
        packet = AgentPacket(
            handoff: HandoffPacket(document: document, parts: bodies),
            document: document.encoded())
        golden = try Self.files(below: "\(folder)/golden")
        checks = try Self.checks("\(folder)/checks.json")
    }

    // MARK: - Files

    private static func isFolder(_ path: String) throws(SystemError) -> Bool {
        try Files.status(of: path)?.kind == .directory
    }

    /// The files of a folder and those below it, sorted; nil when there is no such folder.
    private static func files(below folder: String) throws(CommandFailure) -> [NamedBytes]? {
        try done { () throws(SystemError) -> [NamedBytes]? in
            guard try isFolder(folder) else { return nil }
            var found: [NamedBytes] = []
            try collect(folder, "", &found)
            return found
        }
    }

    private static func collect(
        _ folder: String, _ prefix: String, _ found: inout [NamedBytes]
    ) throws(SystemError) {
        for name in try Files.list(folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            if try isFolder(path) {
                try collect(path, "\(prefix)\(name)/", &found)
            } else {
                let bytes = try Files.read(path, bytesMax: Client.contentBytesMax)
                found.append(("\(prefix)\(name)", bytes))
            }
        }
    }

    private static func read(_ path: String) throws(CommandFailure) -> [UInt8]? {
        try done { () throws(SystemError) -> [UInt8]? in
            guard try Files.status(of: path)?.kind == .file else { return nil }
            return try Files.read(path, bytesMax: Client.contentBytesMax)
        }
    }

    private static func checks(_ path: String) throws(CommandFailure) -> JSONValue? {
        guard let bytes = try read(path) else { return nil }
        do throws(DocumentRefusal) {
            return try DocumentKind.exampleChecks.parse(bytes)
        } catch {
            throw refusal(path, error.findings)
        }
    }

    private static func refusal(_ path: String, _ findings: [DocumentFinding]) -> CommandFailure {
        CommandFailure(
            .badInput, code: "bad_example", "\(path) cannot be used",
            problems: findings.map { .init($0.pointer, $0.message, suggestion: $0.satisfy) })
    }

    // MARK: - Packets

    private static func packet(_ path: String) throws(CommandFailure) -> JSONValue? {
        guard let bytes = try read(path) else { return nil }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw CommandFailure(
                .badInput, code: "bad_example", "\(path) is no JSON",
                problems: [.init(path, line: error.line, error.message)])
        }
    }

    /// The packet that a broker would make of a brief for a work task of the card's agent.
    private static func packet(
        ofBrief path: String, for card: Card
    ) throws(CommandFailure) -> JSONValue? {
        guard let bytes = try read(path) else { return nil }
        let reading = BriefParser.parse(bytes, name: Files.name(of: path))
        guard let brief = reading.document, !reading.diagnostics.hasErrors else {
            throw CommandFailure(
                .badInput, code: "bad_example", "\(path) cannot be used",
                problems: reading.diagnostics.inOrder.map { .init($0) })
        }
        guard brief.references.isEmpty else {
            throw CommandFailure(
                .badInput, code: "bad_example",
                "\(path) names files; an example with files needs a packet.json and its parts")
        }
        let facts = PacketFacts(
            task: .init(
                id: "t-1", kind: .work, agent: card.id, title: "Example", instructions: "",
                attempt: 1, rejections: 0),
            briefID: "b-1", sentAt: "1970-01-01T00:00:00.000000Z", brief: brief.json)
        return PacketAssembler.assemble(facts).document
    }

    /// The packet with every list of parts made from the files that are there: nobody has to count
    /// bytes by hand, and a folder of parts may be a link to what another example has recorded.
    private static func filled(_ packet: JSONValue, _ parts: [NamedBytes]) -> JSONValue {
        func names(_ prefix: String) -> JSONValue {
            JSONValue(texts: parts.map(\.name).filter { $0.hasPrefix(prefix) })
        }
        var packet = packet
        packet["parts"] = .array(
            parts.map { part in
                [
                    "name": .string(part.name),
                    "media_type": .string(SourceFile.mediaType(of: part.name)),
                    "size": .integer(Int64(part.bytes.count)),
                    "digest": .string(SHA256.hash(part.bytes).hex), "inline": true,
                ]
            })
        if var subject = packet["subject"], subject.objectValue != nil {
            subject["parts"] = names("subject/")
            packet["subject"] = subject
        }
        if let upstream = packet["upstream"]?.arrayValue {
            packet["upstream"] = .array(
                upstream.map { task in
                    var task = task
                    task["parts"] = names("upstream/\(task["task"]?.stringValue ?? "")/")
                    return task
                })
        }
        return packet
    }
}
