// The fields of a brief that are lists or maps of a form of their own.
import JSON
import PlainText
import YAML

extension FieldReader {
    /// `[a, b]`, or one scalar for a list of one.
    mutating func texts(_ node: YAMLNode, of field: FieldNode, path: String) -> JSONValue? {
        let nodes = node.elements ?? [node]
        let pattern: TextPattern
        switch field.entry.kind {
        case .names: pattern = .identifier
        case .agents: pattern = .agent
        default: pattern = .visible
        }
        var texts: [String] = []
        for element in nodes {
            guard let text = element.text, pattern.matches(text) else {
                mismatch(element, field.entry, path)
                continue
            }
            texts.append(text.trimmed)
        }
        guard !texts.isEmpty else { return nil }
        let value = JSONValue(texts: texts)
        note(path, value, field.entry.kind, node.line)
        return value
    }

    /// `[ledger, psp, {parallel: [rates, mailer]}]`.
    mutating func calls(_ node: YAMLNode, of field: FieldNode, path: String) -> JSONValue? {
        var calls: [JSONValue] = []
        for element in node.elements ?? [node] {
            if let name = element.text, TextPattern.identifier.matches(name) {
                calls.append(.string(name))
                continue
            }
            let names = element["parallel"]?.elements?.compactMap(\.text)
            guard element.members?.count == 1, let names, !names.isEmpty,
                names.count == element["parallel"]?.elements?.count,
                names.allSatisfy(TextPattern.identifier.matches)
            else {
                mismatch(element, field.entry, path)
                continue
            }
            calls.append(["parallel": JSONValue(texts: names)])
        }
        guard !calls.isEmpty else { return nil }
        note(path, .array(calls), .calls, node.line)
        return .array(calls)
    }

    /// `{rate: 300/s, for: 2h}`.
    mutating func peakMap(_ node: YAMLNode, of field: FieldNode, path: String) -> JSONValue? {
        pair(
            node, of: field, path: path,
            first: FieldEntry("rate", .rate, ""), second: FieldEntry("for", .duration, ""),
            isSecondOptional: true)
    }

    /// `{for: 30m, every: 1d}`.
    mutating func periodMap(_ node: YAMLNode, of field: FieldNode, path: String) -> JSONValue? {
        pair(
            node, of: field, path: path,
            first: FieldEntry("for", .duration, ""), second: FieldEntry("every", .duration, ""),
            isSecondOptional: false)
    }

    private mutating func pair(
        _ node: YAMLNode, of field: FieldNode, path: String, first: FieldEntry, second: FieldEntry,
        isSecondOptional: Bool,
    ) -> JSONValue? {
        var object = JSONObject()
        for member in node.members ?? [] {
            guard let entry = [first, second].first(where: { $0.path == member.key }) else {
                report(
                    member.line, path,
                    "\(path) has \(member.key); it needs \(first.path) and \(second.path)")
                continue
            }
            object[member.key] = scalar(member.value, of: entry, path: "\(path).\(member.key)")
        }
        guard object[first.path] != nil, isSecondOptional || object[second.path] != nil else {
            mismatch(node, field.entry, path)
            return nil
        }
        return .object(object)
    }

    /// A path of a file beside the brief; becomes a reference.
    mutating func file(
        _ node: YAMLNode, line: Int, of field: FieldNode, path: String,
    ) -> JSONValue? {
        guard let text = node.text, let reference = reference(text, node, role: path) else {
            if node.text == nil { mismatch(node, field.entry, path) }
            return nil
        }
        note(path, .string(reference.path), .file, node.line)
        return .string(reference.name)
    }

    /// Paths, or maps with `path` and `name`. They become references only: the list in the brief
    /// is written when their digests are known.
    mutating func files(_ node: YAMLNode, of field: FieldNode, path: String) -> JSONValue? {
        for element in node.elements ?? [node] {
            guard let text = element.text ?? element["path"]?.text else {
                mismatch(element, field.entry, path)
                continue
            }
            if let reference = reference(text, element, role: path, name: element["name"]?.text) {
                note(path, .string(reference.path), .file, element.line)
            }
        }
        return nil
    }

    private mutating func reference(
        _ text: String, _ node: YAMLNode, role: String, name: String? = nil,
    ) -> FileReference? {
        let path = text.trimmed
        if let problem = FileReference.problem(withPath: path) {
            report(node.line, role, "\(role) names \(path.prefix(80)), \(problem)")
            return nil
        }
        if let known = references.first(where: { $0.path == path }) { return known }
        guard references.count < FileReference.referencesMax else {
            report(
                node.line, role,
                "more than referencesMax \(FileReference.referencesMax) files are named")
            return nil
        }
        let reference = FileReference(
            path: path, wantedName: name, taken: references.map(\.name), role: role,
            line: node.line + lineOffset)
        references.append(reference)
        return reference
    }

    /// `{security: […], timeline: 6 weeks}`, or a list for `other`.
    mutating func constraints(_ node: YAMLNode, path: String) -> JSONValue? {
        let entry = FieldEntry("constraints", .texts, "")
        let field = FieldNode(entry: entry, children: [])
        guard let members = node.members else {
            return texts(node, of: field, path: "\(path).other").map { ["other": $0] }
        }
        var object = JSONObject()
        for member in members {
            let place = "\(path).\(member.key)"
            guard DocumentKind.constraintNames.contains(member.key) else {
                let near = FieldCatalog.nearest(
                    member.key.lowercased(), in: DocumentKind.constraintNames)
                report(
                    member.line, place, "\(place) is not a kind of constraint",
                    near.map { "did you mean \($0)?" } ?? "put it under other")
                continue
            }
            if member.value.isNull || (member.value.elements?.isEmpty ?? false) { continue }
            object[member.key] = texts(member.value, of: field, path: place)
        }
        return object.isEmpty ? nil : .object(object)
    }
}
