// What a document declares so that a request can be repeated: keys, conditions, extensions.
// Spec: Protocols/openapi-rules.md, "A way to repeat safely".

extension APIDocument {
    /// Whether a client can find in the document how to repeat an operation safely. A parameter
    /// that could not be followed may say it.
    package func declaresRepetition(of operation: APIOperation) -> Bool {
        operation.hasUnknownParameters || operation.parameters.contains(where: isMechanism)
            || hasExtension(operation.node) || hasKeyInBody(operation)
    }

    /// An idempotency key by name or, for a header, by its own description; or a condition
    /// (RFC 9110, section 13.1), which a repeated request no longer meets.
    private func isMechanism(_ parameter: APIParameter) -> Bool {
        if Self.isKeyName(parameter.name) { return true }
        guard parameter.location == "header" else { return false }
        let name = parameter.name.lowercased()
        if ["if-match", "if-none-match", "if-unmodified-since"].contains(name) { return true }
        return tree.string(tree[parameter.node, "description"]).map {
            Words.contains($0, "idempoten")
        } ?? false
    }

    private static func isKeyName(_ name: String) -> Bool {
        let name = Words.joined(name)
        return name.contains("idempoten")
            || [
                "clienttoken", "clientrequesttoken", "clientrequestid", "deduplicationid",
                "messagededuplicationid", "deduplicationkey", "repeatabilityrequestid",
                "paypalrequestid",
            ].contains(name)
    }

    private func hasExtension(_ node: APINode) -> Bool {
        tree.members(node).contains { member in
            member.key.hasPrefix("x-") && Words.contains(member.key, "idempoten")
                && tree.bool(member.node) != false
        }
    }

    /// A key among the members of the body, by its name alone: descriptions speak of idempotency
    /// for many reasons. A merge patch sets what it names, so it is idempotent by nature.
    private func hasKeyInBody(_ operation: APIOperation) -> Bool {
        guard let written = operation.requestBody else { return false }
        guard let body = tree.resolved(written) else { return true }
        let schemas = tree.schemas(tree[body, "content"])
        if operation.method == "PATCH", !schemas.isEmpty,
            schemas.allSatisfy({ $0.mediaType.hasPrefix("application/merge-patch+json") })
        {
            return true
        }
        return schemas.contains { _, schema in
            guard let schema else { return false }
            let view = SchemaView(schema, in: tree)
            return view.hasUnknown
                || view.properties.contains { Self.isKeyName($0.key) || hasExtension($0.node) }
        }
    }
}
