// The YAML reader: anchors, aliases, flow and block nesting, scalars of every style.

import YAML

struct YAMLTarget: FuzzTarget {
    static let name = "yaml"

    private let mutator = Mutator(words: TextGenerator.yamlWords)

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let text = Array(TextGenerator.yaml(&random).utf8)
        return random.once(in: 5) ? text : mutator.mutate(text, &random, with: text)
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let document: YAMLDocument
        do {
            document = try YAMLDocument(parsing: input)
        } catch {
            try requireBounded(error.message, "the message")
            try require(error.line >= 0 && error.column >= 0, "the fault lies before the text")
            return .refused(error.message)
        }
        guard let root = document.root else { return .accepted("empty") }
        var nodes = 0
        try Self.count(root, depth: 0, &nodes)
        return .accepted()
    }

    private static func count(
        _ node: YAMLNode, depth: Int, _ nodes: inout Int
    ) throws(FuzzViolation) {
        nodes += 1
        let limits = YAMLLimits.standard
        try require(nodes <= limits.nodesMax, "the tree has more than \(limits.nodesMax) nodes")
        try require(depth <= limits.depthMax, "the tree is deeper than \(limits.depthMax)")
        for element in node.elements ?? [] { try count(element, depth: depth + 1, &nodes) }
        for member in node.members ?? [] { try count(member.value, depth: depth + 1, &nodes) }
    }
}
