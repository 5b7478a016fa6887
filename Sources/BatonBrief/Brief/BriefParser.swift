// Reads a brief: Markdown with YAML front matter, plain Markdown, YAML, or JSON. All problems are
// reported at once. Numbers in prose are proposed, never used.
import JSON
import Markdown
import YAML

/// The parser of briefs.
package enum BriefParser {
    /// Largest source text, in bytes: four times what a normalised brief may have.
    package static let briefSourceBytesMax = 262_144

    /// Reads a brief.
    /// - Parameter name: the file's name, for `source` and to tell YAML from Markdown.
    package static func parse(_ bytes: [UInt8], name: String = "brief.md") -> BriefReading {
        guard bytes.count <= briefSourceBytesMax else {
            return refused(
                "the brief of \(bytes.count) bytes exceeds briefSourceBytesMax"
                    + " \(briefSourceBytesMax)",
                "move long texts into files named under artifacts")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return refused("the brief is not UTF-8", "save it as UTF-8 text")
        }
        if let zero = bytes.firstIndex(of: 0) {
            let line = bytes[..<zero].reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
            return refused("the brief holds a zero byte", "save it as plain text", line: line)
        }
        let trimmed = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if trimmed.isEmpty { return refused("the brief is empty", "state an objective") }
        if trimmed.hasPrefix("{") { return parseJSON(bytes, text: text, name: name) }
        let lowered = name.lowercased()
        if lowered.hasSuffix(".yaml") || lowered.hasSuffix(".yml") {
            return parseMarkdown(
                "---\n\(text)\n---\n", lineOffset: -1, name: name, "application/yaml")
        }
        return parseMarkdown(text, lineOffset: 0, name: name, "text/markdown")
    }

    private static func refused(
        _ message: String, _ suggestion: String, line: Int? = nil,
    ) -> BriefReading {
        BriefReading(
            document: nil, understood: [],
            diagnostics: [Diagnostic(.error, line: line, message, suggestion: suggestion)])
    }

    private static func parseMarkdown(
        _ text: String, lineOffset: Int, name: String, _ mediaType: String,
    ) -> BriefReading {
        let split = FrontMatter(splitting: text)
        var draft = BriefDraft(
            lineOffset: split.yamlLineOffset + lineOffset, mediaType: mediaType)
        if split.isUnclosed {
            draft.reader.diagnostics.append(
                Diagnostic(
                    .error, line: 1, "the front matter has no closing --- line",
                    suggestion: "add a line --- after the last key"))
        }
        if let yaml = split.yaml {
            draft.read(yaml: yaml)
        } else if let key = bareKey(in: split.body) {
            draft.reader.diagnostics.append(
                Diagnostic(
                    .warning, line: 1, field: key, "\(key): stands outside of front matter",
                    suggestion: "put a line --- before and after the keys"))
        }
        if let markdown = MarkdownDocument(parsing: split.body, firstLine: split.bodyFirstLine) {
            let structure = BriefStructure(markdown)
            draft.read(structure: structure)
            draft.read(prose: BriefProse(markdown), understood: structure.lines)
        } else if let problem = MarkdownDocument.problem(with: split.body) {
            draft.reader.diagnostics.append(
                Diagnostic(
                    .error, line: split.bodyFirstLine, problem,
                    suggestion: "move long texts into files named under artifacts"))
        }
        return draft.finished(name: name, mediaType: mediaType)
    }

    /// The key with which a text without front matter starts, if it is one of a brief.
    private static func bareKey(in body: String) -> String? {
        let word = body.drop(while: \.isWhitespace).prefix { $0.isLetter || $0 == "_" }
        guard body.drop(while: \.isWhitespace).dropFirst(word.count).first == ":" else {
            return nil
        }
        return FieldCatalog.tree.contains { $0.entry.key == word } ? String(word) : nil
    }

    private static func parseJSON(_ bytes: [UInt8], text: String, name: String) -> BriefReading {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            return refused(
                "the brief is not readable as JSON: column \(error.column): \(error.message)",
                "write one JSON object",
                line: error.line)
        }
        if value["format"]?.stringValue == DocumentKind.brief.format {
            return normalised(value)
        }
        var draft = BriefDraft(lineOffset: 0, mediaType: "application/json")
        // Most JSON is YAML too, and then its lines are known. Where it is not, lines are 1.
        let tree = (try? YAMLDocument(parsing: text))?.root ?? YAMLNode(value)
        draft.read(tree: tree)
        return draft.finished(name: name, mediaType: "application/json")
    }

    /// A brief.json as this module writes it.
    private static func normalised(_ value: JSONValue) -> BriefReading {
        var findings = DocumentKind.brief.findings(in: value)
        let size = value.encoded().count
        if size > BriefDocument.briefBytesMax {
            findings.append(
                DocumentFinding(
                    pointer: "",
                    message: "brief of \(size) bytes exceeds briefBytesMax "
                        + "\(BriefDocument.briefBytesMax)",
                    satisfy: "move long texts into files named under artifacts"))
        }
        let diagnostics = findings.map { finding in
            Diagnostic(
                .error, line: nil, field: finding.pointer, "\(finding.pointer): \(finding.message)",
                suggestion: finding.satisfy)
        }
        let understood = findings.isEmpty ? UnderstoodField.all(in: value) : []
        let document = BriefDocument(json: value, understood: understood, references: [])
        return BriefReading(
            document: findings.isEmpty ? document : nil, understood: understood,
            diagnostics: diagnostics.inOrder)
    }
}

extension YAMLNode {
    /// A tree without places.
    init(_ value: JSONValue) {
        switch value {
        case .null: self.init(.scalar("null", .plain), line: 1)
        case .bool(let flag): self.init(.scalar(flag ? "true" : "false", .plain), line: 1)
        case .integer(let number): self.init(.scalar("\(number)", .plain), line: 1)
        case .number(let number): self.init(.scalar("\(number)", .plain), line: 1)
        case .string(let text): self.init(.scalar(text, .doubleQuoted), line: 1)
        case .array(let elements):
            self.init(.sequence(elements.map { YAMLNode($0) }), line: 1)
        case .object(let object):
            let members = object.members.map { key, value in
                YAMLMember(key: key, line: 1, value: YAMLNode(value))
            }
            self.init(.mapping(members), line: 1)
        }
    }
}
