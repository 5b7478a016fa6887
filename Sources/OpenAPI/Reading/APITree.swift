// A JSON or YAML document as one array of nodes, each with its line and its parent: a pointer can
// be told from a node, a large map has an index, and `$ref`s are looked up once, when it is read.
// Reading is in `APITree+Reading`, references are in `APITree+References`.
internal import JSON

/// The place of a node in its tree; meaningless for any other tree.
package struct APINode: Sendable, Hashable {
    let index: Int32

    static let root = APINode(index: 0)
}

/// One name and its value.
package struct APIMember: Sendable {
    package let key: String
    package let node: APINode
}

/// A document.
package struct APITree: Sendable {
    /// What a node holds.
    enum Content: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case list([APINode])
        case map([APIMember])
    }

    struct Entry: Sendable {
        var content: Content
        /// From 1; of a member, where its name stands.
        let line: Int32
        /// The root is its own parent.
        let parent: APINode
        /// Among the children of the parent.
        let position: Int32
    }

    /// Depth first, in the order of the text.
    var entries: [Entry] = []
    /// Members by name, of the maps that are too long to be walked at each look.
    var indexes: [APINode: [String: APINode]] = [:]
    /// Where the maps with a `$ref` lead.
    var references: [APINode: APIReference] = [:]
    /// Names that stand twice in a map of YAML, with the later line.
    var repeatedKeys: [(key: String, line: Int)] = []
    let limits: APILimits

    /// Maps with more members than this get an index.
    static let walkedMax = 12

    init(limits: APILimits) { self.limits = limits }

    // MARK: One node

    func content(_ node: APINode) -> Content { entries[Int(node.index)].content }

    /// The line of a node, or of its name in a map; from 1.
    package func line(_ node: APINode) -> Int { Int(entries[Int(node.index)].line) }

    /// A map's members in the order of the text; none for anything else.
    func members(_ node: APINode?) -> [APIMember] {
        guard let node, case .map(let members) = content(node) else { return [] }
        return members
    }

    /// A list's elements; none for anything else.
    func elements(_ node: APINode?) -> [APINode] {
        guard let node, case .list(let elements) = content(node) else { return [] }
        return elements
    }

    func isMap(_ node: APINode) -> Bool {
        if case .map = content(node) { true } else { false }
    }

    func isList(_ node: APINode) -> Bool {
        if case .list = content(node) { true } else { false }
    }

    func string(_ node: APINode?) -> String? {
        guard let node, case .string(let text) = content(node) else { return nil }
        return text
    }

    func number(_ node: APINode?) -> Double? {
        guard let node, case .number(let value) = content(node) else { return nil }
        return value
    }

    func bool(_ node: APINode?) -> Bool? {
        guard let node, case .bool(let value) = content(node) else { return nil }
        return value
    }

    /// Scalars as they would be compared and shown.
    func scalar(_ node: APINode?) -> String? {
        guard let node else { return nil }
        return switch content(node) {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): Self.shown(value)
        case .string(let text): text
        case .list, .map: nil
        }
    }

    static func shown(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    // MARK: Ways

    /// The member of a map; nil for anything else.
    subscript(node: APINode?, key: String) -> APINode? {
        guard let node, case .map(let members) = content(node) else { return nil }
        if let index = indexes[node] { return index[key] }
        return members.first { $0.key == key }?.node
    }

    /// The name or number of a node in its parent; nil for the root.
    func key(_ node: APINode) -> String? {
        guard node != .root else { return nil }
        let entry = entries[Int(node.index)]
        if case .map(let members) = content(entry.parent) {
            return members[Int(entry.position)].key
        }
        return String(entry.position)
    }

    /// The JSON pointer of a node (RFC 6901).
    package func pointer(_ node: APINode) -> String {
        var steps: [String] = []
        var place = node
        while let key = key(place) {
            steps.append(JSONPointer.escaped(key))
            place = entries[Int(place.index)].parent
        }
        return steps.reversed().reduce(into: "") { $0 += "/" + $1 }
    }
}
