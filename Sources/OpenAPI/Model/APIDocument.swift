// An OpenAPI 3 document as the checks see it: operations with everything that counts for them.
internal import PlainText

/// A document, read and understood.
package struct APIDocument: Sendable {
    let tree: APITree
    /// `3.0.2`, `3.1.0`.
    package let version: String
    package let title: String
    /// The API's own version.
    package let apiVersion: String
    /// In the order of the text.
    package let operations: [APIOperation]

    /// A title is a line.
    private static let titleBytesMax = 200

    /// Reads and understands a document.
    /// - Throws: what keeps it from being checked: not JSON and not YAML, not OpenAPI 3, a limit.
    package init(
        reading bytes: [UInt8], limits: APILimits = .standard
    ) throws(APIReadError) {
        let tree = try APITree(reading: bytes, limits: limits)
        guard let field = tree[.root, "openapi"], let version = tree.scalar(field) else {
            let isOld = tree[.root, "swagger"] != nil
            throw APIReadError(
                line: 1,
                message: isOld
                    ? "this is a Swagger 2 document; convert it to OpenAPI 3"
                    : "this is no OpenAPI document: it has no `openapi` at the top")
        }
        guard version.hasPrefix("3.") else {
            throw APIReadError(
                line: tree.line(field),
                message: "OpenAPI \(version.prefix(bytes: 20)) is not 3.0 or 3.1")
        }
        self.tree = tree
        self.version = version.prefix(bytes: 20)
        let info = tree[.root, "info"]
        let title = tree.scalar(tree[info, "title"]) ?? "untitled API"
        self.title = title.prefix(bytes: Self.titleBytesMax)
        apiVersion = (tree.scalar(tree[info, "version"]) ?? "")
            .prefix(bytes: Self.titleBytesMax)
        operations = Self.operations(tree)
    }

    /// The line of a pointer's node; nil when there is none.
    package func line(at pointer: String) -> Int? { tree.node(at: pointer).map(tree.line) }

    private static func operations(_ tree: APITree) -> [APIOperation] {
        let security = tree[.root, "security"]
        var result: [APIOperation] = []
        for item in tree.members(tree[.root, "paths"]) where item.key.hasPrefix("/") {
            // What the path item itself says goes before what it refers to.
            let target = tree.resolved(item.node)
            let shared = Self.parameters(
                tree, tree[item.node, "parameters"] ?? tree[target, "parameters"])
            let members = tree.members(item.node).filter { $0.key != "$ref" }
            let others = target == item.node ? [] : tree.members(target)
            var done: Set<String> = []
            for member in members + others
            where APIOperation.methods.contains(member.key) && tree.isMap(member.node)
                && done.insert(member.key).inserted
            {
                result.append(
                    operation(tree, member, path: item.key, shared: shared, security: security))
            }
        }
        return result
    }

    private static func operation(
        _ tree: APITree, _ member: APIMember, path: String,
        shared: (known: [APIParameter], hasUnknown: Bool), security: APINode?
    ) -> APIOperation {
        let node = member.node
        let own = parameters(tree, tree[node, "parameters"])
        let replaced = Set(own.known.map(\.identity))
        let id = tree.string(tree[node, "operationId"])
        return APIOperation(
            method: member.key.uppercased(), path: path, node: node,
            id: id.flatMap { $0.isEmpty ? nil : $0 },
            parameters: own.known + shared.known.filter { !replaced.contains($0.identity) },
            hasUnknownParameters: own.hasUnknown || shared.hasUnknown,
            requestBody: tree[node, "requestBody"],
            responses: tree.members(tree[node, "responses"])
                .filter { isStatus($0.key) }
                .map {
                    APIResponse(status: $0.key, place: $0.node, node: tree.resolved($0.node))
                },
            security: requirements(tree, tree[node, "security"] ?? security))
    }

    private static func isStatus(_ key: String) -> Bool {
        if key == "default" { return true }
        guard key.utf8.count == 3, let first = key.utf8.first, (0x31...0x35).contains(first)
        else { return false }
        return key.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) || $0 | 0x20 == 0x78 }
    }

    private static func requirements(_ tree: APITree, _ node: APINode?) -> APIOperation.Security {
        guard let node, tree.isList(node) else { return .unsaid }
        let alternatives = tree.elements(node)
        let isOpen =
            alternatives.isEmpty
            || alternatives.contains { tree.isMap($0) && tree.members($0).isEmpty }
        return isOpen ? .open : .required(node)
    }

    private static func parameters(
        _ tree: APITree, _ list: APINode?
    ) -> (known: [APIParameter], hasUnknown: Bool) {
        var known: [APIParameter] = []
        var hasUnknown = false
        for element in tree.elements(list) {
            guard let node = tree.resolved(element) else {
                hasUnknown = true
                continue
            }
            guard let name = tree.string(tree[node, "name"]),
                let location = tree.string(tree[node, "in"])
            else { continue }
            let content = tree[node, "content"].flatMap { tree.members($0).first?.node }
            known.append(
                APIParameter(
                    name: name, location: location,
                    isRequired: tree.bool(tree[node, "required"]) ?? false, node: node,
                    schema: tree[node, "schema"] ?? tree[content, "schema"]))
        }
        return (known, hasUnknown)
    }
}
