// A schema seen from outside: its properties with those of everything it is composed of.
// Composition is walked with a list, not by recursion: documents decide how deep it goes.

/// The properties that a value of a schema can have.
struct SchemaView {
    /// By name, in the order of the text; of two with one name the first.
    private(set) var properties: [APIMember] = []
    private(set) var required: Set<String> = []
    /// The schema and all it is composed of, references followed.
    private(set) var parts: [APINode] = []
    /// A part lies outside the document, so that anything may be there.
    private(set) var hasUnknown = false

    /// - Parameter withAlternatives: also what `oneOf` and `anyOf` offer; of these nothing is
    ///   required.
    init(_ schema: APINode, in tree: APITree, withAlternatives: Bool = true) {
        var stack: [(node: APINode, isCertain: Bool)] = [(schema, true)]
        var seen: Set<APINode> = []
        var names: Set<String> = []
        while let (next, isCertain) = stack.popLast() {
            guard let node = tree.resolved(next) else {
                hasUnknown = true
                continue
            }
            guard seen.insert(node).inserted, parts.count < tree.limits.stepsMax else { continue }
            parts.append(node)
            for member in tree.members(tree[node, "properties"])
            where names.insert(member.key).inserted {
                properties.append(member)
            }
            if isCertain {
                let list = tree.elements(tree[node, "required"])
                required.formUnion(list.compactMap { tree.string($0) })
            }
            var more = tree.elements(tree[node, "allOf"]).map { ($0, isCertain) }
            if withAlternatives {
                for key in ["oneOf", "anyOf"] {
                    more += tree.elements(tree[node, key]).map { ($0, false) }
                }
            }
            stack += more.reversed()
        }
    }

    /// What the schema, or the first part that says it, says of `key`.
    func first(_ key: String, in tree: APITree) -> APINode? {
        for part in parts {
            if let node = tree[part, key] { return node }
        }
        return nil
    }

    /// The types of the first part that says any.
    func types(in tree: APITree) -> Set<String> {
        for part in parts {
            let types = tree.types(part)
            if !types.isEmpty { return types }
        }
        return []
    }
}

extension APITree {
    /// The types that a schema allows, `null` among them; empty when it says none.
    func types(_ schema: APINode) -> Set<String> {
        var types: Set<String> = []
        if let type = self[schema, "type"] {
            if let text = string(type) { types.insert(text) }
            types.formUnion(elements(type).compactMap { string($0) })
        } else if self[schema, "properties"] != nil {
            types.insert("object")
        } else if self[schema, "items"] != nil {
            types.insert("array")
        }
        // OpenAPI 3.0 writes null so.
        if !types.isEmpty, bool(self[schema, "nullable"]) == true { types.insert("null") }
        return types
    }

    /// The schemas of a content map by media type, as far as there are any.
    func schemas(_ content: APINode?) -> [(mediaType: String, schema: APINode?)] {
        members(content).map { member in
            (member.key, self[resolved(member.node), "schema"])
        }
    }

    /// Whether a media type is JSON, or any.
    static func isJSON(_ mediaType: String) -> Bool {
        let type = mediaType.prefix { $0 != ";" }.lowercased()
        return type == "application/json" || type.hasSuffix("+json") || type == "*/*"
            || type == "application/*" || type == "text/json"
    }
}
