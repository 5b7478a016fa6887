// A brief that was read: brief.json, what was understood of it, and the files it names.
package import JSON

/// A file that was stored: what a reference resolves to.
package struct ResolvedReference: Sendable, Hashable {
    /// SHA-256 of the content, lower-case hexadecimal.
    package var digestHex: String
    /// Bytes.
    package var size: Int
    /// Nil: the reference's own guess.
    package var mediaType: String?

    package init(digestHex: String, size: Int, mediaType: String? = nil) {
        self.digestHex = digestHex
        self.size = size
        self.mediaType = mediaType
    }
}

/// A normalised brief.
package struct BriefDocument: Sendable {
    /// A brief is a control document: the broker reads it in one frame. DESIGN: 64 KiB.
    package static let briefBytesMax = 65_536

    /// brief.json. Its artifacts are those already resolved.
    package var json: JSONValue
    /// Every structured field that was understood, in the order of the text.
    package var understood: [UnderstoodField]
    /// Files that have to be stored before the brief can be submitted.
    package var references: [FileReference]
    /// Programs to be run before the brief is submitted, for what they print.
    package var commands: [ContextCommand] = []

    /// The brief with its references named by digest.
    /// - Parameters:
    ///   - resolved: by `FileReference.path`.
    ///   - outputs: what each of `commands` has printed, in their order.
    /// - Throws: every reference that is missing from `resolved`, and the size limit.
    package func resolving(
        references resolved: [String: ResolvedReference], outputs: [ResolvedReference] = [],
    ) throws(DocumentRefusal) -> BriefDocument {
        var findings: [DocumentFinding] = []
        var artifacts = json["artifacts"]?.arrayValue ?? []
        for reference in references {
            guard let content = resolved[reference.path] else {
                findings.append(
                    DocumentFinding(
                        pointer: "/artifacts",
                        message: "line \(reference.line) names \(reference.path), not stored",
                        satisfy: "store the file first"))
                continue
            }
            artifacts.append([
                "name": .string(reference.name), "path": .string(reference.path),
                "digest": .string(content.digestHex), "size": .integer(Int64(content.size)),
                "media_type": .string(content.mediaType ?? reference.mediaType),
            ])
        }
        precondition(outputs.count == commands.count, "every command has an output")
        for (index, (command, output)) in zip(commands, outputs).enumerated() {
            let name = ContextCommand.artifactName(index + 1)
            artifacts.append([
                "name": .string(name), "path": .string(name),
                "digest": .string(output.digestHex), "size": .integer(Int64(output.size)),
                "media_type": "text/plain", "command": JSONValue(texts: command.words),
            ])
        }
        var result = self
        result.references = []
        result.commands = []
        if !artifacts.isEmpty { result.json["artifacts"] = .array(artifacts) }
        findings += DocumentKind.brief.findings(in: result.json)
        let size = result.json.encoded().count
        if size > Self.briefBytesMax {
            findings.append(
                DocumentFinding(
                    pointer: "",
                    message: "brief of \(size) bytes exceeds briefBytesMax \(Self.briefBytesMax)",
                    satisfy: "move long texts into files named under artifacts"))
        }
        guard findings.isEmpty else { throw DocumentRefusal(findings) }
        return result
    }
}

/// What reading a brief gave.
package struct BriefReading: Sendable {
    /// Nil if there is an error among the diagnostics.
    package let document: BriefDocument?
    /// What was understood even if the brief was refused.
    package let understood: [UnderstoodField]
    /// All of them, by line.
    package let diagnostics: [Diagnostic]
}
