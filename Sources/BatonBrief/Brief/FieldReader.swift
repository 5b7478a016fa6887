// Walks a YAML tree along the catalogue: every key is looked up, every value read with its unit,
// and everything that is wrong is noted with its line. Nothing stops the walk.
import JSON
import PlainText
import YAML

/// Reads fields.
struct FieldReader {
    /// Added to the lines of the tree: where it starts in its file.
    var lineOffset: Int
    var diagnostics: [Diagnostic] = []
    var understood: [UnderstoodField] = []
    var references: [FileReference] = []
    var commands: [ContextCommand] = []

    /// Unknown keys so far.
    private var unknown = 0
    /// Near words are looked for so many times; a text of nothing but unknown keys is no brief.
    private static let suggestionsMax = 128

    init(lineOffset: Int) {
        self.lineOffset = lineOffset
    }

    /// The members of a map.
    mutating func members(
        _ members: [YAMLMember], of children: [FieldNode], path: String,
    ) -> JSONObject {
        var object = JSONObject()
        for member in members {
            let place = path.isEmpty ? member.key : "\(path).\(member.key)"
            if member.key.hasPrefix("x-") { continue }
            guard let child = children.first(where: { $0.entry.key == member.key }) else {
                unknown += 1
                report(
                    member.line, place, "\(place) is not a key of a brief",
                    unknown <= Self.suggestionsMax
                        ? FieldCatalog.suggestion(for: member.key, among: children) : nil)
                continue
            }
            // A repeated key was reported with the text; the first one stands.
            guard object[member.key] == nil else { continue }
            if let value = value(member.value, line: member.line, of: child, path: place) {
                object[member.key] = value
            }
        }
        for child in children where object[child.entry.key] != nil {
            for companion in child.entry.companions where object[companion] == nil {
                let line = members.first { $0.key == child.entry.key }?.line
                report(
                    line, "\(path).\(companion)", "\(child.entry.key) needs \(companion) beside it")
            }
        }
        return object
    }

    /// The value of one key, or nil if it was reported or empty.
    private mutating func value(
        _ node: YAMLNode, line: Int, of field: FieldNode, path: String,
    ) -> JSONValue? {
        if node.isNull {
            report(
                line, path, "\(path) is empty; it needs \(field.entry.kind.expected)",
                "leave the key out if there is nothing to state", severity: .warning)
            return nil
        }
        switch field.entry.kind {
        case .map(let shorthand):
            return map(node, line: line, of: field, path: path, shorthand: shorthand)
        case .list(let identity):
            return list(node, of: field, path: path, identity: identity)
        case .texts, .names, .agents: return texts(node, of: field, path: path)
        case .calls: return calls(node, of: field, path: path)
        case .file: return file(node, line: line, of: field, path: path)
        case .files: return files(node, of: field, path: path)
        case .constraints: return constraints(node, path: path)
        case .text where path == "context" && node.elements != nil: return context(node)
        case .peak where node.members != nil: return peakMap(node, of: field, path: path)
        case .maintenance where node.members != nil: return periodMap(node, of: field, path: path)
        default: return scalar(node, of: field.entry, path: path)
        }
    }

    private mutating func map(
        _ node: YAMLNode, line: Int, of field: FieldNode, path: String, shorthand: String?,
    ) -> JSONValue? {
        if let members = node.members {
            let object = self.members(members, of: field.children, path: path)
            return object.isEmpty ? nil : .object(object)
        }
        guard let shorthand, node.text != nil, let member = field.child(shorthand) else {
            mismatch(node, field.entry, path)
            return nil
        }
        return scalar(node, of: member.entry, path: path).map {
            .object(JSONObject([(shorthand, $0)]))
        }
    }

    private mutating func list(
        _ node: YAMLNode, of field: FieldNode, path: String, identity: String,
    ) -> JSONValue? {
        guard let elements = node.elements else {
            mismatch(node, field.entry, path)
            return nil
        }
        var result: [JSONValue] = []
        var lines: [String: Int] = [:]
        for (index, element) in elements.enumerated() {
            guard let members = element.members else {
                mismatch(element, field.entry, "\(path)[\(index)]")
                continue
            }
            guard let name = element[identity]?.text, TextPattern.identifier.matches(name) else {
                let near = element[identity]?.text.flatMap(FieldValue.slug)
                report(
                    element.line, "\(path)[\(index)].\(identity)",
                    "each of \(path) needs \(FieldKind.name.expected) as \(identity)",
                    near.map { "write \($0)" })
                _ = self.members(members, of: field.children, path: "\(path)[\(index)]")
                continue
            }
            if let first = lines[name] {
                report(
                    element.line, "\(path).\(name)",
                    "\(path) has \(name) twice, first in line \(first)")
                continue
            }
            lines[name] = element.line + lineOffset
            result.append(
                .object(self.members(members, of: field.children, path: "\(path).\(name)")))
        }
        return result.isEmpty ? nil : .array(result)
    }

    /// A list under `context` names programs; the text is left to the heading.
    private mutating func context(_ node: YAMLNode) -> JSONValue? {
        do throws(ContextSyntax) {
            commands = try ContextCommand.read(node).map {
                ContextCommand(words: $0.words, line: $0.line + lineOffset)
            }
        } catch {
            report(error.line, "context", error.message, error.suggestion)
        }
        return nil
    }

    /// A scalar, or `{value:, from:}` around one.
    mutating func scalar(_ node: YAMLNode, of entry: FieldEntry, path: String) -> JSONValue? {
        if let members = node.members, let inner = node["value"] {
            for member in members where member.key != "value" && member.key != "from" {
                report(member.line, path, "\(path) has \(member.key) beside value and from")
            }
            guard let number = scalar(inner, of: entry, path: path) else { return nil }
            guard let from = node["from"]?.text, TextPattern.visible.matches(from) else {
                return number
            }
            return ["value": number, "from": .string(from.trimmed)]
        }
        guard let text = node.text else {
            mismatch(node, entry, path)
            return nil
        }
        do {
            let value = try FieldValue.parse(text, as: entry)
            note(path, value, entry.kind, node.line)
            return value
        } catch {
            let hint = error.suggestion.map { $0.hasPrefix("did") ? $0 : "write \($0)" }
            report(
                node.line, path,
                "\(path) needs \(error.expected); found \(text.trimmed.prefix(60))", hint)
            return nil
        }
    }

    // MARK: Notes

    mutating func note(_ path: String, _ value: JSONValue, _ kind: FieldKind, _ line: Int) {
        understood.append(
            UnderstoodField(
                field: path, shown: FieldValue.shown(value, as: kind), line: line + lineOffset))
    }

    mutating func report(
        _ line: Int?, _ path: String, _ message: String, _ suggestion: String? = nil,
        severity: Diagnostic.Severity = .error,
    ) {
        diagnostics.append(
            Diagnostic(
                severity, line: line.map { $0 + lineOffset }, field: path, message,
                suggestion: suggestion))
    }

    mutating func mismatch(_ node: YAMLNode, _ entry: FieldEntry, _ path: String) {
        let found: String
        switch node.content {
        case .scalar(let text, _): found = String(text.trimmed.prefix(60))
        case .sequence: found = "a list"
        case .mapping: found = "a map"
        }
        report(node.line, path, "\(path) needs \(entry.kind.expected); found \(found)")
    }
}
