// From bytes to a tree. What begins with a brace is JSON, everything else is read as YAML, whose
// plain scalars become what YAML's core schema says: null, booleans, numbers, else texts.
internal import JSON
internal import YAML

extension APITree {
    /// Reads JSON or YAML.
    init(reading bytes: [UInt8], limits: APILimits) throws(APIReadError) {
        guard bytes.count <= limits.bytesMax else {
            throw APIReadError(
                line: 0,
                message: "a document of \(bytes.count) bytes exceeds bytesMax \(limits.bytesMax)")
        }
        self.init(limits: limits)
        // JSON has no byte order mark, but files have.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
        let first = text.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        if first == UInt8(ascii: "{") { try readJSON(text) } else { try readYAML(text) }
        resolveReferences()
    }

    private mutating func readJSON(_ bytes: [UInt8]) throws(APIReadError) {
        let located: (value: JSONValue, lines: [Int32])
        do throws(JSONError) {
            located = try JSONValue.located(
                parsing: bytes,
                limits: JSONLimits(depthMax: limits.depthMax, bytesMax: limits.bytesMax))
        } catch {
            throw APIReadError(line: error.line, message: error.message)
        }
        let count = located.lines.count
        guard count <= limits.nodesMax else {
            throw APIReadError(
                line: 0, message: "\(count) values exceed nodesMax \(limits.nodesMax)")
        }
        entries.reserveCapacity(count)
        add(located.value, located.lines, parent: .root, position: 0)
    }

    /// The lines come in the order in which the entries are added.
    @discardableResult
    private mutating func add(
        _ value: JSONValue, _ lines: [Int32], parent: APINode, position: Int
    ) -> APINode {
        let node = append(line: lines[entries.count], parent: parent, position: position)
        switch value {
        case .null: set(node, .null)
        case .bool(let value): set(node, .bool(value))
        case .integer(let value): set(node, .number(Double(value)))
        case .number(let value): set(node, .number(value))
        case .string(let text): set(node, .string(text))
        case .array(let elements):
            var nodes: [APINode] = []
            nodes.reserveCapacity(elements.count)
            for (position, element) in elements.enumerated() {
                nodes.append(add(element, lines, parent: node, position: position))
            }
            set(node, .list(nodes))
        case .object(let object):
            var members: [APIMember] = []
            members.reserveCapacity(object.count)
            for (position, member) in object.members.enumerated() {
                members.append(
                    APIMember(
                        key: member.key,
                        node: add(member.value, lines, parent: node, position: position)))
            }
            set(node, .map(members))
        }
        return node
    }

    private mutating func readYAML(_ bytes: [UInt8]) throws(APIReadError) {
        let document: YAMLDocument
        do throws(YAMLError) {
            document = try YAMLDocument(
                parsing: bytes,
                limits: YAMLLimits(
                    bytesMax: limits.bytesMax, depthMax: limits.depthMax,
                    nodesMax: limits.nodesMax))
        } catch {
            throw APIReadError(line: error.line, message: error.message)
        }
        guard let root = document.root else {
            throw APIReadError(line: 0, message: "the document is empty")
        }
        repeatedKeys = document.duplicates.map { ($0.key, $0.line) }
        add(root, line: root.line, parent: .root, position: 0)
    }

    @discardableResult
    private mutating func add(
        _ value: YAMLNode, line: Int, parent: APINode, position: Int
    ) -> APINode {
        let node = append(line: Int32(clamping: line), parent: parent, position: position)
        switch value.content {
        case .scalar(let text, let style):
            set(node, style == .plain ? Self.plain(text) : .string(text))
        case .sequence(let elements):
            var nodes: [APINode] = []
            for (position, element) in elements.enumerated() {
                nodes.append(add(element, line: element.line, parent: node, position: position))
            }
            set(node, .list(nodes))
        case .mapping(let written):
            var members: [APIMember] = []
            for member in Self.merged(written) {
                members.append(
                    APIMember(
                        key: member.key,
                        node: add(
                            member.value, line: member.line, parent: node,
                            position: members.count)))
            }
            set(node, .map(members))
        }
        return node
    }

    /// The members without repeated names, and with those of `<<`: not part of OpenAPI, but
    /// written by hand often enough, and every other reader takes it.
    private static func merged(_ members: [YAMLMember]) -> [YAMLMember] {
        var seen: Set<String> = []
        let own = members.filter { seen.insert($0.key).inserted }
        guard seen.contains("<<") else { return own }
        return own.flatMap { member -> [YAMLMember] in
            guard member.key == "<<" else { return [member] }
            let sources = member.value.elements ?? [member.value]
            return sources.flatMap { $0.members ?? [] }.filter { seen.insert($0.key).inserted }
        }
    }

    /// A scalar without quotes, by YAML's core schema.
    private static func plain(_ text: String) -> Content {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first,
            (first >= 0x30 && first <= 0x39) || first == UInt8(ascii: "-")
                || first == UInt8(ascii: "+") || first == UInt8(ascii: "."),
            let number = Double(text), number.isFinite
        else { return .string(text) }
        return .number(number)
    }

    private mutating func append(line: Int32, parent: APINode, position: Int) -> APINode {
        let node = APINode(index: Int32(entries.count))
        entries.append(
            Entry(content: .null, line: line, parent: parent, position: Int32(position)))
        return node
    }

    private mutating func set(_ node: APINode, _ content: Content) {
        entries[Int(node.index)].content = content
        if case .map(let members) = content, members.count > Self.walkedMax {
            indexes[node] = Dictionary(
                members.map { ($0.key, $0.node) }, uniquingKeysWith: { first, _ in first })
        }
    }
}
