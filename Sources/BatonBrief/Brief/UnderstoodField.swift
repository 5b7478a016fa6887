// What was understood of a brief, field by field, as a person would write it.
package import JSON

/// A field that was understood.
package struct UnderstoodField: Sendable, Hashable {
    /// `dependencies.ledger.availability`.
    package let field: String
    /// The value as a person would write it.
    package let shown: String
    /// From 1; 0 where the brief has no lines.
    package let line: Int

    init(field: String, shown: String, line: Int) {
        self.field = field
        self.shown = shown
        self.line = line
    }

    /// Every structured field of a normalised brief, in the order of the catalogue. Lines come from
    /// its `source.lines`.
    package static func all(in brief: JSONValue) -> [UnderstoodField] {
        let lines = brief["source"]?["lines"]
        return FieldCatalog.tree.flatMap { node -> [UnderstoodField] in
            let key = node.entry.key
            guard let value = node.entry.isInput ? brief["inputs"]?[key] : brief[key] else {
                return []
            }
            return fields(of: value, node: node, path: key, lines: lines)
        }
    }

    private static func fields(
        of value: JSONValue, node: FieldNode, path: String, lines: JSONValue?,
    ) -> [UnderstoodField] {
        switch node.entry.kind {
        case .list(let identity):
            return (value.arrayValue ?? []).flatMap { element in
                members(
                    of: element, node: node,
                    path: "\(path).\(element[identity]?.stringValue ?? "")", lines: lines)
            }
        case .map: return members(of: value, node: node, path: path, lines: lines)
        case .constraints:
            return (value.objectValue?.members ?? []).map { name, texts in
                field(texts, .texts, path: "\(path).\(name)", lines: lines)
            }
        default: return [field(value, node.entry.kind, path: path, lines: lines)]
        }
    }

    private static func members(
        of value: JSONValue, node: FieldNode, path: String, lines: JSONValue?,
    ) -> [UnderstoodField] {
        node.children.flatMap { child -> [UnderstoodField] in
            guard let member = value[child.entry.key] else { return [] }
            return fields(
                of: member, node: child, path: "\(path).\(child.entry.key)", lines: lines)
        }
    }

    private static func field(
        _ value: JSONValue, _ kind: FieldKind, path: String, lines: JSONValue?,
    ) -> UnderstoodField {
        // A shorthand, and a kind of constraint, stand where what holds them does.
        var place = path[...]
        while lines?[String(place)] == nil, let dot = place.lastIndex(of: ".") {
            place = place[..<dot]
        }
        return UnderstoodField(
            field: path, shown: FieldValue.shown(value, as: kind),
            line: Int(lines?[String(place)]?.integerValue ?? 0))
    }
}
