// `$ref`s. Each is looked up once, one step, when the document is read; who follows a chain counts
// its steps, so that a circle of references ends as one that leads nowhere.
internal import JSON

extension APITree {
    /// Looks all references up.
    mutating func resolveReferences() {
        var anchors: [String: APINode] = [:]
        var places: [(APINode, String)] = []
        visitDescriptions { tree, node in
            guard case .map = tree.content(node) else { return }
            if let anchor = tree.string(tree[node, "$anchor"]) { anchors[anchor] = node }
            if let text = tree.string(tree[node, "$ref"]) { places.append((node, text)) }
        }
        for (node, text) in places { references[node] = target(of: text, anchors) }
    }

    /// Walks all that describes; examples, defaults, constants and extensions are data of others,
    /// and a `$ref` in them means nothing.
    private func visitDescriptions(_ visit: (APITree, APINode) -> Void) {
        // Names below these are free, so that a property may be called `example`.
        let named: Set = [
            "properties", "patternProperties", "$defs", "definitions", "schemas", "responses",
            "parameters", "requestBodies", "headers", "examples", "links", "callbacks", "paths",
            "pathItems", "securitySchemes", "content", "webhooks", "variables", "encoding",
            "dependentSchemas",
        ]
        let data: Set = ["example", "default", "enum", "const", "value"]
        var stack: [(node: APINode, isNamed: Bool)] = [(.root, false)]
        while let (node, isNamed) = stack.popLast() {
            visit(self, node)
            switch content(node) {
            case .map(let members):
                for member in members.reversed() {
                    if !isNamed, data.contains(member.key) || member.key.hasPrefix("x-") {
                        continue
                    }
                    let isMapOfNames = !isNamed && named.contains(member.key)
                    stack.append((member.node, isMapOfNames && isMap(member.node)))
                }
            case .list(let elements):
                // In JSON Schema, `examples` is a list of data.
                if key(node) == "examples" { continue }
                for element in elements.reversed() { stack.append((element, false)) }
            case .null, .bool, .number, .string: break
            }
        }
    }

    private func target(of text: String, _ anchors: [String: APINode]) -> APIReference {
        guard text.hasPrefix("#") else { return .external(text) }
        let fragment = Self.percentDecoded(text.dropFirst())
        if fragment.isEmpty { return .local(.root) }
        guard fragment.utf8.first == UInt8(ascii: "/") else {
            return anchors[fragment].map { .local($0) } ?? .broken(text)
        }
        return node(at: fragment).map { .local($0) } ?? .broken(text)
    }

    /// What a JSON pointer names; nil when it is not there.
    package func node(at pointer: String) -> APINode? {
        guard let names = JSONPointer.names(pointer) else { return nil }
        var place = APINode.root
        for name in names {
            if case .list(let elements) = content(place) {
                guard let index = Int(name), elements.indices.contains(index),
                    name == String(index)
                else { return nil }
                place = elements[index]
            } else if let member = self[place, name] {
                place = member
            } else {
                return nil
            }
        }
        return place
    }

    /// The node that says what stands here: itself, or where its references lead; nil where they
    /// lead out of the document, nowhere, or in a circle.
    func resolved(_ node: APINode?) -> APINode? {
        guard let node, let end = end(of: node), references[end] == nil else { return nil }
        return end
    }

    /// Whether the references of a node only lead to each other.
    func isCircular(_ node: APINode) -> Bool { end(of: node) == nil }

    /// Where the references of a node end, itself if it has none; nil in a circle.
    private func end(of node: APINode) -> APINode? {
        var place = node
        for _ in 0..<limits.stepsMax {
            guard case .local(let next)? = references[place] else { return place }
            place = next
        }
        return nil
    }

    /// A reference is a URI, so braces and others may be written as `%7B`.
    private static func percentDecoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var result: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            let digits = String(decoding: bytes.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), bytes.count >= 2, let code = UInt8(digits, radix: 16) {
                result.append(code)
                bytes.removeFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
