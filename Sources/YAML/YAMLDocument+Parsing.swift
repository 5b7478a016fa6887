// Composes the parser's events into a tree, under the limits of YAMLLimits. An alias is replaced by
// the node it names and counted as many nodes as it stands for, so alias bombs are refused before
// anybody walks the tree. An anchor can be used only after its node has ended: no cycles.

extension YAMLDocument {
    /// Parses one document.
    /// - Throws: the first fault, or the limit that was exceeded. Duplicate keys are no fault here.
    package init(parsing bytes: [UInt8], limits: YAMLLimits = .standard) throws(YAMLError) {
        guard bytes.count <= limits.bytesMax else {
            throw YAMLError(
                line: 0, column: 0,
                message: "\(bytes.count) bytes exceed yamlBytesMax \(limits.bytesMax)")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw YAMLError(line: 0, column: 0, message: "the text is not UTF-8")
        }
        let outcome = unsafe bytes.withUnsafeBufferPointer {
            input -> Result<YAMLDocument, YAMLError> in
            do throws(YAMLError) {
                var composer = YAMLComposer(
                    parser: unsafe try YAMLEventParser(input: input), limits: limits)
                return .success(try composer.compose())
            } catch {
                return .failure(error)
            }
        }
        self = try outcome.get()
    }

    /// Parses a text.
    package init(parsing text: String, limits: YAMLLimits = .standard) throws(YAMLError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

private struct YAMLComposer: ~Copyable {
    var parser: YAMLEventParser
    let limits: YAMLLimits
    var nodes = 0
    var anchors: [String: (node: YAMLNode, nodes: Int, height: Int)] = [:]
    var duplicates: [YAMLDuplicate] = []

    init(parser: consuming YAMLEventParser, limits: YAMLLimits) {
        self.parser = parser
        self.limits = limits
    }

    mutating func compose() throws(YAMLError) -> YAMLDocument {
        var root: YAMLNode?
        var documents = 0
        while true {
            let event = try parser.next()
            switch event.kind {
            case .streamEnd: return YAMLDocument(root: root, duplicates: duplicates)
            case .documentStart:
                documents += 1
                guard documents == 1 else {
                    throw fault(event, "a second document starts here; one is expected")
                }
            case .documentEnd, .other: continue
            default: root = try node(event, depth: 0)
            }
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
        guard depth <= limits.depthMax else {
            throw fault(event, "nesting exceeds yamlDepthMax \(limits.depthMax)")
        }
        if case .alias(let name) = event.kind {
            guard let anchored = anchors[name] else {
                throw fault(event, "alias *\(name) has no anchor before it")
            }
            try count(anchored.nodes, event)
            guard depth + anchored.height <= limits.depthMax else {
                throw fault(event, "nesting exceeds yamlDepthMax \(limits.depthMax)")
            }
            var node = anchored.node
            node.line = event.line
            node.column = event.column
            return node
        }
        let before = nodes
        try count(1, event)
        let content: YAMLNode.Content
        switch event.kind {
        case .scalar(let text, let style): content = .scalar(text, style)
        case .sequenceStart: content = .sequence(try elements(depth: depth))
        case .mappingStart: content = .mapping(try members(depth: depth))
        default: throw fault(event, "a value is expected here")
        }
        let node = YAMLNode(content, line: event.line, column: event.column)
        if let anchor = event.anchor {
            anchors[anchor] = (node, nodes - before, Self.height(of: node))
        }
        return node
    }

    private mutating func elements(depth: Int) throws(YAMLError) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            let event = try parser.next()
            if case .sequenceEnd = event.kind { return elements }
            elements.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func members(depth: Int) throws(YAMLError) -> [YAMLMember] {
        var members: [YAMLMember] = []
        var firstLines: [String: Int] = [:]
        while true {
            let event = try parser.next()
            if case .mappingEnd = event.kind { return members }
            let keyNode = try node(event, depth: depth + 1)
            guard let key = keyNode.text else { throw fault(event, "a key has to be a text") }
            if let first = firstLines[key] {
                duplicates.append(YAMLDuplicate(key: key, line: event.line, firstLine: first))
            } else {
                firstLines[key] = event.line
            }
            let value = try node(try parser.next(), depth: depth + 1)
            members.append(YAMLMember(key: key, line: event.line, value: value))
        }
    }

    /// Levels below a node; its depth is already limited.
    private static func height(of node: YAMLNode) -> Int {
        switch node.content {
        case .scalar: 0
        case .sequence(let elements): 1 + (elements.map { height(of: $0) }.max() ?? 0)
        case .mapping(let members): 1 + (members.map { height(of: $0.value) }.max() ?? 0)
        }
    }

    private mutating func count(_ more: Int, _ event: YAMLEvent) throws(YAMLError) {
        nodes += more
        guard nodes <= limits.nodesMax else {
            throw fault(event, "more than yamlNodesMax \(limits.nodesMax) nodes, aliases expanded")
        }
    }

    private func fault(_ event: YAMLEvent, _ message: String) -> YAMLError {
        YAMLError(line: event.line, column: event.column, message: message)
    }
}
