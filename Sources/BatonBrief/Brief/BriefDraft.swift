// A brief while it is read: first the structured fields, then the prose, then the checks across
// fields; at the end brief.json in its fixed order.
import JSON
import YAML

/// A brief in the making.
struct BriefDraft {
    var reader: FieldReader
    var fields = JSONObject()
    var proposed: [JSONValue] = []
    /// Lines of fields that came from prose.
    var proseLines: [(field: String, line: Int)] = []
    /// Where the keys stand, for messages: only Markdown has front matter.
    private let place: String

    init(lineOffset: Int, mediaType: String = "text/markdown") {
        reader = FieldReader(lineOffset: lineOffset)
        place = mediaType == "text/markdown" ? "the front matter" : "the brief"
    }

    mutating func read(yaml: String) {
        do {
            let document = try YAMLDocument(parsing: yaml)
            for duplicate in document.duplicates {
                reader.report(
                    duplicate.line, duplicate.key,
                    "\(duplicate.key) stands twice, first in line "
                        + "\(duplicate.firstLine + reader.lineOffset)")
            }
            if let root = document.root { read(tree: root) }
        } catch {
            let line = error.line > 0 ? error.line : nil
            reader.diagnostics.append(
                Diagnostic(
                    .error, line: line.map { $0 + reader.lineOffset },
                    "\(place) is not readable as YAML: \(error.message)",
                    suggestion: "put texts with ': ' or a leading sign into quotes"))
        }
    }

    mutating func read(tree: YAMLNode) {
        if tree.isNull { return }
        guard let members = tree.members else {
            reader.report(tree.line, "", "\(place) is a list or text, not a map of keys")
            return
        }
        fields = reader.members(members, of: FieldCatalog.tree, path: "")
    }

    /// Adds what tables and lists say. A key of the front matter wins over a heading, with a
    /// warning.
    mutating func read(structure: BriefStructure) {
        reader.diagnostics += structure.diagnostics
        let kept = reader.lineOffset
        // Its lines are those of the file.
        reader.lineOffset = 0
        defer { reader.lineOffset = kept }
        for member in structure.members {
            guard fields[member.key] == nil else {
                reader.report(
                    member.line, member.key,
                    "\(member.key) stands in the front matter and under a heading; "
                        + "the front matter is used", "keep one of them", severity: .warning)
                continue
            }
            let read = reader.members([member], of: FieldCatalog.tree, path: "")
            fields[member.key] = read[member.key]
        }
    }

    /// Adds what the headings say. A key of the front matter wins over a heading, with a warning.
    /// - Parameter lines: those that were understood as fields; nothing is proposed for them.
    mutating func read(prose: BriefProse, understood lines: Set<Int>) {
        for slip in prose.slips {
            reader.diagnostics.append(
                Diagnostic(
                    .warning, line: slip.line,
                    "the heading \"\(slip.heading)\" is no heading of a brief; what stands below"
                        + " it becomes context",
                    suggestion: "did you mean \(slip.meant.capitalizedFirst)?"))
        }
        for section in prose.sections {
            let key = section.key
            proseLines.append((key, section.line))
            if fields[key] == nil {
                fields[key] = section.value
            } else if key == "context", let stated = fields[key]?.stringValue {
                fields[key] = .string(stated + "\n\n" + (section.value.stringValue ?? ""))
            } else if fields[key] != section.value {
                reader.diagnostics.append(
                    Diagnostic(
                        .warning, line: section.line, field: key,
                        "\(key) stands in the front matter and under a heading; "
                            + "the front matter is used", suggestion: "keep one of them"))
            }
        }
        if fields["title"] == nil, let title = prose.title {
            fields["title"] = .string(title)
            proseLines.append(("title", prose.titleLine))
        }
        for proposal in prose.proposals
        where FieldCatalog.value(proposal.field, in: fields) == nil
            && !lines.contains(proposal.line)
        {
            proposed.append([
                "field": .string(proposal.field), "text": .string(proposal.text),
                "line": .integer(Int64(proposal.line)),
            ])
        }
    }

    /// Runs the checks across fields and puts brief.json together.
    mutating func finished(name: String, mediaType: String) -> BriefReading {
        var diagnostics = reader.diagnostics
        if fields["objective"] == nil, !diagnostics.contains(where: { $0.field == "objective" }) {
            diagnostics.append(
                Diagnostic(
                    .error, line: nil, field: "objective", "the brief has no objective",
                    suggestion: "add a heading # Objective, or the key objective"))
        }
        if fields["success_criteria"] == nil, fields["acceptance_criteria"] == nil {
            diagnostics.append(
                Diagnostic(
                    .warning, line: nil, field: "success_criteria",
                    "the brief has no success criterion and no acceptance criterion",
                    suggestion: "add a heading # Success criteria with a list"))
        }
        diagnostics += BriefChecks(fields: fields, understood: reader.understood).diagnostics
        let json = normalised(name: name, mediaType: mediaType)
        let size = json.encoded().count
        if size > BriefDocument.briefBytesMax {
            diagnostics.append(
                Diagnostic(
                    .error, line: nil,
                    "the normalised brief of \(size) bytes exceeds briefBytesMax "
                        + "\(BriefDocument.briefBytesMax)",
                    suggestion: "move long texts into files named under artifacts"))
        }
        if !diagnostics.hasErrors {
            // What the reader lets through has to fit the schema; a gap between them is reported
            // here and not by the broker.
            diagnostics += DocumentKind.brief.findings(in: json).map { finding in
                Diagnostic(
                    .error, line: nil, field: finding.pointer,
                    "\(finding.pointer): \(finding.message)", suggestion: finding.satisfy)
            }
        }
        let document = BriefDocument(
            json: json, understood: reader.understood, references: reader.references,
            commands: reader.commands)
        return BriefReading(
            document: diagnostics.hasErrors ? nil : document, understood: reader.understood,
            diagnostics: diagnostics.inOrder)
    }

    private func normalised(name: String, mediaType: String) -> JSONValue {
        var brief = JSONObject([("format", .string(DocumentKind.brief.format))])
        for key in [
            "title", "objective", "success_criteria", "acceptance_criteria", "constraints",
            "deliverables", "definition_of_done", "context", "owners",
        ] {
            brief[key] = fields[key]
        }
        var inputs = JSONObject()
        for key in FieldCatalog.inputRoots { inputs[key] = fields[key] }
        brief["inputs"] = .object(inputs)
        for key in ["tags", "route", "playbook", "priority", "budget", "not_before", "deadline"] {
            brief[key] = fields[key]
        }
        brief["assume"] = fields["assume"] ?? "never"
        if !proposed.isEmpty { brief["proposed"] = .array(proposed) }
        var lines = JSONObject()
        for (field, line) in proseLines where lines[field] == nil {
            lines[field] = .integer(Int64(max(1, line)))
        }
        for field in reader.understood { lines[field.field] = .integer(Int64(max(1, field.line))) }
        brief["source"] = [
            "name": .string(TextPattern.visible.matches(name) ? name : "brief"),
            "media_type": .string(mediaType), "lines": .object(lines),
        ]
        return .object(brief)
    }
}

extension FieldCatalog {
    /// The value at a dotted path of maps.
    static func value(_ path: String, in fields: JSONObject) -> JSONValue? {
        var value: JSONValue? = .object(fields)
        for key in path.split(separator: ".") { value = value?[String(key)] }
        return value
    }
}
