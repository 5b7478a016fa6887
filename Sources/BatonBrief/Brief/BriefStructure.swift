// Fields of a brief that stand in tables and lists under headings such as Dependencies, as people
// write them who know no front matter. What fits the catalogue becomes input, with its line; what
// does not is said, and stays text.
import Markdown
import PlainText
import YAML

/// The structured fields of a Markdown body.
struct BriefStructure {
    /// The keys of a brief, as the front matter would have them.
    private(set) var members: [YAMLMember] = []
    /// Lines that were understood whole.
    private(set) var lines: Set<Int> = []
    /// Lines that look like fields and are none, as warnings.
    private(set) var diagnostics: [Diagnostic] = []

    /// Rows and items that are looked at; a brief of more is a file to be named under artifacts.
    private static let itemsMax = 512
    private var itemCount = 0

    /// Headings by the key they stand for.
    private static let headings: [(key: String, names: [String])] = [
        (
            "slo",
            [
                "slo", "slos", "service level objective", "service level objectives",
                "service levels",
            ]
        ),
        ("traffic", ["traffic", "load"]), ("callers", ["callers", "clients"]),
        ("dependencies", ["dependencies", "dependency"]),
        ("operations", ["operations", "endpoints"]), ("queues", ["queues", "queue"]),
        ("owners", ["owners", "ownership"]),
    ]

    /// One statement: what a cell's column or the words before a value call it, and the value.
    private typealias Pair = (label: String, value: String)

    init(_ document: MarkdownDocument) {
        for section in document.sections {
            guard let key = Self.key(of: section.heading),
                !members.contains(where: { $0.key == key }),
                let node = FieldCatalog.tree.first(where: { $0.entry.key == key })
            else { continue }
            // What stands below a further heading is about something else.
            let blocks = section.blocks.prefix { block in
                if case .heading = block.kind { false } else { true }
            }
            let found: YAMLNode.Content?
            if case .list(let identity) = node.entry.kind {
                found = elements(blocks, of: node, identity)
            } else {
                found = map(blocks, of: node)
            }
            guard let found else { continue }
            members.append(
                YAMLMember(
                    key: key, line: section.line, value: YAMLNode(found, line: section.line)))
        }
    }

    /// The key that a heading stands for.
    static func key(of heading: String) -> String? {
        let name = BriefProse.plain(heading)
        return headings.first { $0.names.contains(name) }?.key
    }

    // MARK: - Lists of things

    private mutating func elements(
        _ blocks: some Sequence<MarkdownBlock>, of node: FieldNode, _ identity: String
    ) -> YAMLNode.Content? {
        var found: [YAMLNode] = []
        func add(_ name: String, _ pairs: [Pair], _ line: Int) {
            var content: [YAMLMember] = [Self.member(identity, name, line)]
            var strange: [String] = []
            for pair in pairs where !Self.insert(pair, of: node, line, into: &content) {
                strange.append(pair.label.isEmpty ? pair.value : pair.label)
            }
            // Prose is not taken for a thing of that name.
            let isThing = content.count > 1
            let element = YAMLNode(.mapping(content), line: line)
            let isTaken = accepts(isThing ? .sequence([element]) : nil, of: node, line, strange)
            if isTaken { found.append(element) }
        }
        for block in blocks {
            switch block.kind {
            case .table(let table):
                for row in table.rows {
                    let cells = zip(table.columns, row.cells).dropFirst()
                        .filter { !["", "-", "–", "—"].contains($0.1.trimmed) }
                    add(row.cells.first?.trimmed ?? "", cells.map { ($0, $1) }, row.line)
                }
            case .list(_, let items):
                for item in items {
                    let text = item.wholeText
                    guard let colon = text.firstIndex(of: ":") else {
                        add("", [], item.line)
                        continue
                    }
                    let clauses = text[text.index(after: colon)...]
                        .split { $0 == "," || $0 == ";" }.map(\.trimmed)
                    add(
                        text[..<colon].trimmed,
                        clauses.map { Self.pair($0, of: node) ?? ("", $0) }, item.line)
                }
            default: continue
            }
        }
        return found.isEmpty ? nil : .sequence(found)
    }

    // MARK: - Maps

    private mutating func map(
        _ blocks: some Sequence<MarkdownBlock>, of node: FieldNode
    ) -> YAMLNode.Content? {
        var found: [YAMLMember] = []
        func add(_ pair: Pair?, _ line: Int) {
            var tried: [YAMLMember] = []
            if let pair { _ = Self.insert(pair, of: node, line, into: &tried) }
            guard accepts(tried.isEmpty ? nil : .mapping(tried), of: node, line, []), let pair
            else { return }
            _ = Self.insert(pair, of: node, line, into: &found)
        }
        for block in blocks {
            switch block.kind {
            case .table(let table) where table.columns.count >= 2:
                for row in table.rows { add((row.cells[0], row.cells[1]), row.line) }
            case .list(_, let items):
                for item in items { add(Self.pair(item.wholeText, of: node), item.line) }
            default: continue
            }
        }
        return found.isEmpty ? nil : .mapping(found)
    }

    /// Whether the reader of the front matter takes it. A warning names what it does not take, and
    /// what of the line is no field.
    private mutating func accepts(
        _ content: YAMLNode.Content?, of node: FieldNode, _ line: Int, _ strange: [String]
    ) -> Bool {
        let key = node.entry.key
        itemCount += 1
        guard itemCount <= Self.itemsMax else { return false }
        var problem: Diagnostic?
        if let content {
            var reader = FieldReader(lineOffset: 0)
            _ = reader.members(
                [YAMLMember(key: key, line: line, value: YAMLNode(content, line: line))],
                of: FieldCatalog.tree, path: "")
            problem = reader.diagnostics.first
        }
        let isTaken = content != nil && problem == nil
        if isTaken { lines.insert(line) }
        guard !isTaken || !strange.isEmpty else { return true }
        let what =
            isTaken
            ? "“\(strange.joined(separator: "”, “"))” under \(key) is not understood"
            : "this line under \(key) is not understood" + (problem.map { ": \($0.message)" } ?? "")
        diagnostics.append(
            Diagnostic(
                .warning, line: line, field: key, "\(what); it stays text",
                suggestion: problem?.suggestion
                    ?? "write fields with values and units, such as availability 99.9 %, p99 300 ms"
            ))
        return isTaken
    }

    // MARK: - Labels and values

    /// Words of a label before or after its value.
    private static let labelWordsMax = 4

    /// Words of a label that say nothing.
    private static let fillers: Set<String> = [
        "at", "most", "up", "to", "the", "of", "a", "target",
    ]

    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
            .filter { !fillers.contains($0) }.map { $0 == "median" ? "p50" : $0 }
    }

    /// `p99 latency`, `max workers`: the path below a node that has these words, in any order.
    private static func path(_ label: String, of node: FieldNode) -> [String]? {
        let wanted = Set(words(label))
        guard !wanted.isEmpty else { return nil }
        let all = paths(of: node, [])
        return all.first { Set(words($0.joined(separator: " "))) == wanted }
            // A percentile alone is one of the latency, a rate alone the rate of arrivals.
            ?? all.first { path in
                Set(words(path.joined(separator: " "))).subtracting(["latency", "arrival"])
                    == wanted
            }
    }

    private static func paths(of node: FieldNode, _ prefix: [String]) -> [[String]] {
        node.children.flatMap { child in
            let path = prefix + [child.entry.key]
            return [path] + paths(of: child, path)
        }
    }

    /// `availability 99.5 %`, `p99: 300 ms`, `at most 8 workers`, `40/s`; nil for anything else.
    private static func pair(_ text: String, of node: FieldNode) -> Pair? {
        if let mark = text.firstIndex(where: { $0 == ":" || $0 == "=" }) {
            let label = String(text[..<mark])
            guard path(label, of: node) != nil else { return nil }
            return (label, text[text.index(after: mark)...].trimmed)
        }
        let pieces = text.split(separator: " ").map(String.init)
        let countMax = min(labelWordsMax, pieces.count - 1)
        guard countMax >= 1 else { return bareRate(text, of: node) }
        for count in (1...countMax).reversed() {
            let label = pieces[..<count].joined(separator: " ")
            if path(label, of: node) != nil {
                return (label, pieces[count...].joined(separator: " "))
            }
        }
        for count in (1...countMax).reversed() {
            let label = pieces.suffix(count).joined(separator: " ")
            let value = pieces.dropLast(count).filter { !fillers.contains($0.lowercased()) }
            if path(label, of: node) != nil { return (label, value.joined(separator: " ")) }
        }
        return bareRate(text, of: node)
    }

    private static func bareRate(_ text: String, of node: FieldNode) -> Pair? {
        guard (try? Units.rate(text)) != nil else { return nil }
        return (node.entry.key == "queues" ? "arrival rate" : "mean", text)
    }

    /// Puts a value at its path; false where the label is none or the place is taken.
    private static func insert(
        _ pair: Pair, of node: FieldNode, _ line: Int, into members: inout [YAMLMember]
    ) -> Bool {
        guard let path = path(pair.label, of: node) else { return false }
        var kind = node
        for key in path { kind = kind.child(key) ?? kind }
        let value = kind.entry.kind == .calls ? calls(pair.value, line) : scalar(pair.value, line)
        return insert(value, at: path[...], line, into: &members)
    }

    private static func insert(
        _ value: YAMLNode, at path: ArraySlice<String>, _ line: Int,
        into members: inout [YAMLMember]
    ) -> Bool {
        guard let key = path.first else { return false }
        let index = members.firstIndex { $0.key == key }
        guard path.count > 1 else {
            guard index == nil else { return false }
            members.append(YAMLMember(key: key, line: line, value: value))
            return true
        }
        var inner: [YAMLMember] = []
        if let index {
            guard let existing = members[index].value.members else { return false }
            inner = existing
        }
        guard insert(value, at: path.dropFirst(), line, into: &inner) else { return false }
        let member = YAMLMember(key: key, line: line, value: YAMLNode(.mapping(inner), line: line))
        if let index { members[index] = member } else { members.append(member) }
        return true
    }

    private static func member(_ key: String, _ text: String, _ line: Int) -> YAMLMember {
        YAMLMember(key: key, line: line, value: scalar(text, line))
    }

    private static func scalar(_ text: String, _ line: Int) -> YAMLNode {
        YAMLNode(.scalar(text.trimmed, .plain), line: line)
    }

    /// `a, b and c`, one after the other, or `a, b in parallel`.
    private static func calls(_ text: String, _ line: Int) -> YAMLNode {
        let mark = "in parallel"
        let isParallel = text.lowercased().hasSuffix(mark)
        let names = (isParallel ? String(text.dropLast(mark.count)) : text)
            .split { $0 == "," || $0 == "+" || $0 == " " }.map(String.init)
            .filter { $0 != "and" }
        let list = YAMLNode(.sequence(names.map { scalar($0, line) }), line: line)
        guard isParallel else { return list }
        let parallel = YAMLMember(key: "parallel", line: line, value: list)
        return YAMLNode(.sequence([YAMLNode(.mapping([parallel]), line: line)]), line: line)
    }
}
