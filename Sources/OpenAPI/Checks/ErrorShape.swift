// What a client has to know to read an error: its members and their types, one level deep.

/// The members of an error's body, or its type where it is no object.
struct ErrorShape: Equatable {
    /// The types of each member, as `integer|string`; empty where the body is no object.
    private let members: [String: String]
    /// Of a body that is no object.
    private let type: String

    /// - Returns: nil for a schema that says nothing of a shape, or lies elsewhere.
    init?(_ schema: APINode, in tree: APITree) {
        let view = SchemaView(schema, in: tree)
        guard !view.hasUnknown else { return nil }
        if view.properties.isEmpty {
            let types = view.parts.flatMap { tree.types($0) }
            guard let type = types.first(where: { $0 != "null" && $0 != "object" }) else {
                return nil
            }
            members = [:]
            self.type = type
        } else {
            var members: [String: String] = [:]
            for property in view.properties {
                let node = tree.resolved(property.node)
                let types = node.map(tree.types) ?? []
                members[property.key] = types.subtracting(["null"]).sorted().joined(separator: "|")
            }
            self.members = members
            type = ""
        }
    }

    /// Whether whoever can read `other` can read this. A member that says no type may have any.
    func extends(_ other: ErrorShape) -> Bool {
        guard type == other.type else { return false }
        return other.members.allSatisfy { name, type in
            guard let own = members[name] else { return false }
            return own == type || own.isEmpty || type.isEmpty
        }
    }

    var description: String {
        guard type.isEmpty else { return "a body of type \(type)" }
        let names = members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return (names.count == 1 ? "the member " : "the members ")
            + Words.listed(names, first: 6)
    }
}
