// `$ref`s. Each is looked up once, one step, when the document is read; who follows a chain counts
// its steps, so that a circle of references ends as one that leads nowhere.

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
        guard fragment.hasPrefix("/") else {
            return anchors[fragment].map { .local($0) } ?? .broken(text)
        }
        return node(at: fragment).map { .local($0) } ?? .broken(text)
    }

    /// What a JSON pointer names; nil when it is not there.
    package func node(at pointer: String) -> APINode? {
        if pointer.isEmpty { return .root }
        guard pointer.hasPrefix("/") else { return nil }
        var place = APINode.root
        for step in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let name = Self.unescaped(step)
            if case .list(let elements) = content(place) {
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
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
        guard var place = node else { return nil }
        for _ in 0..<limits.stepsMax {
            switch references[place] {
            case nil: return place
            case .local(let next)?: place = next
            case .broken?, .external?: return nil
            }
        }
        return nil
    }

    /// Whether the references of a node end nowhere in this document.
    func isCircular(_ node: APINode) -> Bool {
        var place = node
        for _ in 0..<limits.stepsMax {
            guard case .local(let next)? = references[place] else { return false }
            place = next
        }
        return true
    }

    /// `~1` is `/` and `~0` is `~`, in that order (RFC 6901, section 4).
    private static func unescaped(_ step: Substring) -> String {
        guard step.utf8.contains(UInt8(ascii: "~")) else { return String(step) }
        var result: [UInt8] = []
        var bytes = Array(step.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "~"), let code = bytes.first, code == 0x30 || code == 0x31 {
                result.append(code == 0x31 ? UInt8(ascii: "/") : UInt8(ascii: "~"))
                bytes.removeFirst()
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
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
