// `--set slo.availability=99.8%`: one assignment turned into a JSON Merge Patch on a packet's
// inputs, in base units. RFC 7396 replaces lists whole, so an element of a list is patched in a
// copy of the current list, and the whole list goes into the patch.
package import JSON
import PlainText
import YAML

/// Makes merge patches from assignments.
package enum AnswerPatch {
    /// The patch for one assignment such as `dependencies.ledger.availability=99.99%`.
    /// An empty value or `null` removes the field; for an element of a list, the element.
    /// - Parameter inputs: the packet's inputs as they are now.
    package static func make(
        _ assignment: String, inputs: JSONValue = .object(JSONObject()),
    ) throws(AnswerPatchError) -> JSONValue {
        guard let equals = assignment.firstIndex(of: "=") else {
            throw AnswerPatchError("\(assignment) is no assignment", "write path=value")
        }
        let path = String(assignment[..<equals]).trimmed
        let text = String(assignment[assignment.index(after: equals)...]).trimmed
        let keys = path.split(separator: ".").map(String.init)
        guard let first = keys.first,
            let root = FieldCatalog.tree.first(where: { $0.entry.key == first })
        else {
            throw AnswerPatchError(
                "\(path) is not a key of a brief",
                FieldCatalog.suggestion(for: keys.first ?? "", among: FieldCatalog.tree))
        }
        guard root.entry.isInput else {
            throw AnswerPatchError(
                "\(path) is not an input", "give --instructions for what is not a number")
        }
        let value = try changed(
            inputs[first], by: text, field: root, keys: Array(keys.dropFirst()), path: first)
        return .object(JSONObject([(first, value)]))
    }

    /// The patch for several assignments; each sees what those before it changed.
    package static func make(
        _ assignments: [String], inputs: JSONValue = .object(JSONObject()),
    ) throws(AnswerPatchError) -> JSONValue {
        var current = inputs
        var patch = JSONValue.object(JSONObject())
        for assignment in assignments {
            let step = try make(assignment, inputs: current)
            current = current.applying(mergePatch: step)
            patch = merged(patch, step)
        }
        return patch
    }

    /// Two patches one after the other. Unlike applying a patch, a null is kept: it still has to
    /// remove what the inputs hold.
    private static func merged(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        guard var object = first.objectValue, let members = second.objectValue?.members else {
            return second
        }
        for (key, value) in members {
            object[key] = object[key].map { merged($0, value) } ?? value
        }
        return .object(object)
    }

    /// The patch for one field: what replaces, or is merged into, its current value.
    private static func changed(
        _ current: JSONValue?, by text: String, field: FieldNode, keys: [String], path: String,
    ) throws(AnswerPatchError) -> JSONValue {
        if case .list(let identity) = field.entry.kind, !keys.isEmpty {
            return try changedList(
                current?.arrayValue ?? [], by: text, field: field, keys: keys, path: path,
                identity: identity)
        }
        guard let key = keys.first else { return try value(text, of: field, path: path) }
        let place = "\(path).\(key)"
        guard let child = field.child(key) else {
            throw AnswerPatchError(
                "\(place) is not a key of a brief",
                FieldCatalog.suggestion(for: key, among: field.children))
        }
        let inner = try changed(
            current?[key], by: text, field: child, keys: Array(keys.dropFirst()), path: place)
        return .object(JSONObject([(key, inner)]))
    }

    private static func changedList(
        _ elements: [JSONValue], by text: String, field: FieldNode, keys: [String], path: String,
        identity: String,
    ) throws(AnswerPatchError) -> JSONValue {
        let names = elements.map { $0[identity]?.stringValue ?? "" }
        // A name may hold dots: the longest run of keys that is a name is taken.
        for count in stride(from: keys.count, to: 0, by: -1) {
            let name = keys[..<count].joined(separator: ".")
            guard let index = names.firstIndex(of: name) else { continue }
            var changed = elements
            let rest = Array(keys[count...])
            if rest.isEmpty {
                guard isRemoval(text) else {
                    throw AnswerPatchError(
                        "\(path).\(name) needs a key of it", "write \(path).\(name).KEY=VALUE")
                }
                changed.remove(at: index)
                return .array(changed)
            }
            guard let child = field.child(rest[0]) else {
                throw AnswerPatchError(
                    "\(path).\(name).\(rest[0]) is not a key of a brief",
                    FieldCatalog.suggestion(for: rest[0], among: field.children))
            }
            let inner = try Self.changed(
                elements[index][rest[0]], by: text, field: child, keys: Array(rest.dropFirst()),
                path: "\(path).\(name).\(rest[0])")
            changed[index] = elements[index].applying(
                mergePatch: .object(JSONObject([(rest[0], inner)])))
            return .array(changed)
        }
        let near = FieldCatalog.nearest(keys[0], in: names)
        throw AnswerPatchError(
            "\(path) has no \(keys[0])",
            near.map { "did you mean \($0)?" } ?? "it has " + names.joined(separator: ", "))
    }

    private static func isRemoval(_ text: String) -> Bool { text.isEmpty || text == "null" }

    /// Reads the value as the brief's parser would.
    private static func value(
        _ text: String, of field: FieldNode, path: String,
    ) throws(AnswerPatchError) -> JSONValue {
        if isRemoval(text) { return .null }
        var node = YAMLNode(.scalar(text, .doubleQuoted), line: 1)
        if text.hasPrefix("{") || text.hasPrefix("[") {
            do {
                node = try YAMLDocument(parsing: text).root ?? node
            } catch {
                throw AnswerPatchError("\(path): \(error.message)", nil)
            }
        }
        var reader = FieldReader(lineOffset: 0)
        let member = YAMLMember(key: field.entry.key, line: 1, value: node)
        let parent = path.split(separator: ".").dropLast().joined(separator: ".")
        let object = reader.members([member], of: [field], path: parent)
        if let problem = reader.diagnostics.first(where: { $0.severity == .error }) {
            throw AnswerPatchError(problem.message, problem.suggestion)
        }
        if let range = reader.references.first {
            throw AnswerPatchError(
                "\(path) is a file (\(range.path))", "submit a new brief instead")
        }
        guard let value = object[field.entry.key] else {
            throw AnswerPatchError("\(path) needs \(field.entry.kind.expected)", nil)
        }
        return value
    }
}

/// Why an assignment was refused.
package struct AnswerPatchError: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String
    package let suggestion: String?

    init(_ message: String, _ suggestion: String?) {
        self.message = message
        self.suggestion = suggestion
    }

    package var description: String {
        suggestion.map { "\(message); \($0)" } ?? message
    }
}
