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
    /// The first row or item beyond the limit.
    private var excessLine: Int?

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
        ("layers", ["retry layers"]),
        ("dependencies", ["dependencies", "dependency"]),
        ("operations", ["operations", "endpoints"]), ("queues", ["queues", "queue"]),
        ("owners", ["owners", "ownership"]),
    ]

    /// One statement: what a cell's column or the words before a value call it, and the value.
    private typealias Pair = (label: String, value: String)

    init(_ document: MarkdownDocument) {
        let subheadings = BriefProse.subheadingLines(of: document)
        var places: [(node: FieldNode, line: Int, blocks: [MarkdownBlock])] = []
        for section in document.sections {
            guard let key = Self.key(of: section.heading),
                let node = FieldCatalog.tree.first(where: { $0.entry.key == key })
            else { continue }
            // What stands below a further heading is about something else.
            let blocks = section.blocks.prefix { !$0.isHeading }.filter(Self.holdsStatements)
            guard !blocks.isEmpty else { continue }
            if subheadings.contains(section.line) {
                warn(
                    section.line, key,
                    "the heading \"\(section.heading)\" stands inside of a section of prose;"
                        + " what is below it is text of that section and no field",
                    "to state \(key), give both headings the same level")
            } else if let index = places.firstIndex(where: { $0.node.entry.key == key }) {
                warn(
                    section.line, key,
                    "\(key) stands under two headings, first in line \(places[index].line);"
                        + " both are read as one", "write them under one heading")
                places[index].blocks += blocks
            } else {
                places.append((node, section.line, blocks))
            }
        }
        for (node, line, blocks) in places {
            let found: YAMLNode.Content?
            if case .list(let identity) = node.entry.kind {
                found = elements(blocks, of: node, identity)
            } else {
                found = map(blocks, of: node)
            }
            guard let found else { continue }
            members.append(
                YAMLMember(key: node.entry.key, line: line, value: YAMLNode(found, line: line)))
        }
        guard let excessLine else { return }
        warn(
            excessLine, nil,
            "\(itemCount) rows and items under headings of fields exceed itemsMax"
                + " \(Self.itemsMax); from this line on they stay text",
            "move long lists into files named under artifacts")
    }

    private static func holdsStatements(_ block: MarkdownBlock) -> Bool {
        switch block.kind {
        case .table, .list: true
        default: false
        }
    }

    /// The key that a heading stands for.
    static func key(of heading: String) -> String? {
        let name = BriefProse.plain(heading)
        return headings.first { $0.names.contains(name) }?.key
    }

    // MARK: - Lists of things

    private mutating func elements(
        _ blocks: [MarkdownBlock], of node: FieldNode, _ identity: String
    ) -> YAMLNode.Content? {
        var found: [YAMLNode] = []
        var firstLines: [String: Int] = [:]
        /// - Parameter isWhole: nothing is taken if a part is not understood.
        func add(_ name: String, _ pairs: [Pair], _ line: Int, isWhole: Bool) {
            guard isWithinLimit(line) else { return }
            var content: [YAMLMember] = [Self.member(identity, name, line)]
            var strange: [String] = []
            for pair in pairs where !Self.insert(pair, of: node, line, into: &content) {
                strange.append(pair.label.isEmpty ? pair.value : pair.label)
            }
            // Prose is not taken for a thing of that name.
            let isThing = content.count > 1 && !(isWhole && !strange.isEmpty)
            if isThing, let first = firstLines[name] {
                repeated("\(node.entry.key).\(name)", line, first: first)
                return
            }
            let element = YAMLNode(.mapping(content), line: line)
            guard accepts(isThing ? .sequence([element]) : nil, of: node, line, strange) else {
                return
            }
            found.append(element)
            firstLines[name] = line
        }
        for block in blocks {
            switch block.kind {
            case .table(let table):
                for row in table.rows {
                    let cells = zip(table.columns, row.cells).dropFirst()
                        .filter { !["", "-", "–", "—"].contains($0.1.trimmed) }
                    add(
                        row.cells.first?.trimmed ?? "", cells.map { ($0, $1) }, row.line,
                        isWhole: false)
                }
            case .list(_, let items):
                for item in items {
                    let text = item.wholeText
                    let colon = text.firstIndex(of: ":") ?? text.endIndex
                    let rest = text[colon...].dropFirst()
                    let pairs = Self.clauses(rest, of: node)
                        .map { Self.pair($0, of: node) ?? ("", $0) }
                    // Words that are not understood may change what a number beside them means.
                    add(
                        text[..<colon].trimmed, pairs, item.line,
                        isWhole: rest.contains(where: \.isNumber))
                }
            default: continue
            }
        }
        return found.isEmpty ? nil : .sequence(found)
    }

    // MARK: - Maps

    /// Titles of the column that states what holds, where a table has more than two.
    private static let valueTitles = ["target", "objective", "value", "promised", "promise"]

    /// The one column of values; nil if it cannot be told.
    private static func valueColumn(of columns: [String]) -> Int? {
        if columns.count == 2 { return 1 }
        let titled = columns.indices.dropFirst().filter {
            valueTitles.contains(BriefProse.plain(columns[$0]))
        }
        return titled.count == 1 ? titled[0] : nil
    }

    private mutating func map(_ blocks: [MarkdownBlock], of node: FieldNode) -> YAMLNode.Content? {
        let key = node.entry.key
        var found: [YAMLMember] = []
        func add(_ pair: Pair?, _ line: Int) {
            guard isWithinLimit(line) else { return }
            var tried: [YAMLMember] = []
            if let pair { _ = Self.insert(pair, of: node, line, into: &tried) }
            if let first = found.first(where: { $0.key == tried.first?.key }) {
                repeated("\(key).\(first.key)", line, first: first.line)
            } else if accepts(tried.isEmpty ? nil : .mapping(tried), of: node, line, []) {
                found += tried
            }
        }
        for block in blocks {
            switch block.kind {
            case .table(let table):
                guard let column = Self.valueColumn(of: table.columns) else {
                    warn(
                        block.line, key,
                        "the table under \(key) has \(table.columns.count) columns and not one"
                            + " titled Target, so its values are not told apart; it stays text",
                        "write two columns, or title one of them Target")
                    continue
                }
                for row in table.rows { add((row.cells[0], row.cells[column]), row.line) }
            case .list(_, let items):
                for item in items { add(Self.pair(item.wholeText, of: node), item.line) }
            default: continue
            }
        }
        return found.isEmpty ? nil : .mapping(found)
    }

    // MARK: - What is taken

    private mutating func isWithinLimit(_ line: Int) -> Bool {
        itemCount += 1
        if itemCount == Self.itemsMax + 1 { excessLine = line }
        return itemCount <= Self.itemsMax
    }

    private mutating func repeated(_ path: String, _ line: Int, first: Int) {
        warn(
            line, path, "\(path) stands twice, first in line \(first); the first is used",
            "keep one of them")
    }

    private mutating func warn(
        _ line: Int, _ field: String?, _ message: String, _ suggestion: String
    ) {
        diagnostics.append(
            Diagnostic(.warning, line: line, field: field, message, suggestion: suggestion))
    }

    /// Whether the reader of the front matter takes it. A warning names what it does not take, and
    /// what of the line is no field.
    private mutating func accepts(
        _ content: YAMLNode.Content?, of node: FieldNode, _ line: Int, _ strange: [String]
    ) -> Bool {
        let key = node.entry.key
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
        let parts = "“\(strange.joined(separator: "”, “"))”"
        let reason = problem?.message ?? (strange.isEmpty ? nil : parts)
        let what =
            isTaken
            ? "\(parts) under \(key) is not understood"
            : "this line under \(key) is not understood" + (reason.map { ": \($0)" } ?? "")
        warn(
            line, key, "\(what); it stays text",
            problem?.suggestion
                ?? "write fields with values and units, such as availability 99.9 %, p99 300 ms")
        return isTaken
    }

    // MARK: - Labels and values

    /// Words of a label before or after its value.
    private static let labelWordsMax = 4

    /// Words of a label that say nothing.
    private static let fillers: Set<String> = [
        "at", "most", "up", "to", "the", "of", "a", "target",
    ]

    private static func isFiller(_ word: String) -> Bool { fillers.contains(word.lowercased()) }

    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
            .filter { !fillers.contains($0) }.map { $0 == "median" ? "p50" : $0 }
    }

    /// `p99 latency`, `max workers`: the path below a node that has these words, in any order.
    private static func path(_ label: String, of node: FieldNode) -> [String]? {
        let wanted = Set(words(label))
        guard !wanted.isEmpty else { return nil }
        let all = paths(of: node, [])
        // `cost per hour` is the workers', because nothing else has a key of these words.
        let keys = all.filter { Set(words($0.last ?? "")) == wanted }
        return all.first { Set(words($0.joined(separator: " "))) == wanted }
            // A percentile alone is one of the latency, a rate alone the rate of arrivals.
            ?? all.first { path in
                Set(words(path.joined(separator: " "))).subtracting(["latency", "arrival"])
                    == wanted
            }
            ?? (keys.count == 1 ? keys[0] : nil)
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
        guard countMax >= 1 else { return bare(text, of: node) }
        for count in (1...countMax).reversed() {
            let label = pieces[..<count].joined(separator: " ")
            if path(label, of: node) != nil {
                return (label, pieces[count...].joined(separator: " "))
            }
        }
        for count in (1...countMax).reversed() {
            let label = pieces.suffix(count).joined(separator: " ")
            // Between two values a word says something: `1 s to 3 s`.
            var value = pieces.dropLast(count).drop(while: isFiller)
            while let last = value.last, isFiller(last) { value.removeLast() }
            if path(label, of: node) != nil { return (label, value.joined(separator: " ")) }
        }
        return bare(text, of: node)
    }

    /// A value without a label: a rate, or a word that one key alone takes, such as `POST`.
    private static func bare(_ text: String, of node: FieldNode) -> Pair? {
        if (try? Units.rate(text)) != nil {
            return (node.entry.key == "queues" ? "arrival rate" : "mean", text)
        }
        let takers = node.children.filter { child in
            if case .choice(let names) = child.entry.kind { names.contains(text) } else { false }
        }
        return takers.count == 1 ? (takers[0].entry.key, text) : nil
    }

    /// The clauses of an item, divided by commas and semicolons. A comma inside of a number divides
    /// nothing, and names that follow a list of names belong to it.
    private static func clauses(_ text: Substring, of node: FieldNode) -> [String] {
        var pieces = [""]
        for index in text.indices {
            let character = text[index]
            let isInNumber =
                character == "," && text[..<index].last?.isNumber == true
                && text[index...].dropFirst().first?.isNumber == true
            if [",", ";"].contains(character), !isInNumber {
                pieces.append("")
            } else {
                pieces[pieces.count - 1].append(character)
            }
        }
        var clauses: [String] = []
        for piece in pieces.map(\.trimmed) where !piece.isEmpty {
            if let last = clauses.last, isListOfNames(last, of: node),
                pair(piece, of: node) == nil, continuesNames(piece)
            {
                clauses[clauses.count - 1] = "\(last), \(piece)"
            } else {
                clauses.append(piece)
            }
        }
        return clauses
    }

    private static func isListOfNames(_ clause: String, of node: FieldNode) -> Bool {
        guard let label = pair(clause, of: node)?.label else { return false }
        return [.calls, .names].contains(kind(of: label, in: node))
    }

    /// `b`, `b and c`, `and c in parallel`; not a phrase of several words.
    private static func continuesNames(_ piece: String) -> Bool {
        let words = withoutParallel(piece).text.split { $0 == " " || $0 == "+" }
        let names = names(in: piece)
        let joints = words.count - names.count + piece.count { $0 == "+" }
        return !names.isEmpty && names.count <= joints + 1
            && names.allSatisfy { $0.first?.isLetter == true }
    }

    private static func kind(of label: String, in node: FieldNode) -> FieldKind? {
        path(label, of: node).map { self.node(at: $0, below: node).entry.kind }
    }

    private static func node(at path: [String], below node: FieldNode) -> FieldNode {
        path.reduce(node) { $0.child($1) ?? $0 }
    }

    /// Puts a value at its path; false where the label is none or the place is taken.
    private static func insert(
        _ pair: Pair, of node: FieldNode, _ line: Int, into members: inout [YAMLMember]
    ) -> Bool {
        guard let path = path(pair.label, of: node) else { return false }
        let target = self.node(at: path, below: node)
        if let parts = parts(pair.value, of: target) {
            return parts.allSatisfy { part in
                insert(
                    scalar(part.value, line), at: (path + part.path)[...], line, into: &members)
            }
        }
        let value =
            switch target.entry.kind {
            case .calls: calls(pair.value, line)
            case .names: list(names(in: pair.value), line)
            default: scalar(pair.value, line)
            }
        return insert(value, at: path[...], line, into: &members)
    }

    /// `mean 5 s, p95 12 s` as what is said of a field with keys of its own; nil where the text is
    /// anything else, such as one value for all of it.
    private static func parts(
        _ text: String, of node: FieldNode
    ) -> [(path: [String], value: String)]? {
        guard !node.children.isEmpty else { return nil }
        var parts: [(path: [String], value: String)] = []
        for clause in clauses(text[...], of: node) {
            guard let pair = pair(clause, of: node), let path = path(pair.label, of: node) else {
                return nil
            }
            parts.append((path, pair.value))
        }
        return parts.isEmpty ? nil : parts
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

    private static func list(_ names: [String], _ line: Int) -> YAMLNode {
        YAMLNode(.sequence(names.map { scalar($0, line) }), line: line)
    }

    /// The names of `a, b and c`.
    private static func names(in text: String) -> [String] {
        withoutParallel(text).text.split { $0 == "," || $0 == "+" || $0 == " " }
            .map(String.init).filter { $0 != "and" }
    }

    private static func withoutParallel(_ text: String) -> (text: String, isParallel: Bool) {
        let mark = "in parallel"
        let isParallel = text.lowercased().hasSuffix(mark)
        return (isParallel ? String(text.dropLast(mark.count)) : text, isParallel)
    }

    /// `a, b and c`, one after the other, or `a, b in parallel`.
    private static func calls(_ text: String, _ line: Int) -> YAMLNode {
        let list = list(names(in: text), line)
        guard withoutParallel(text).isParallel else { return list }
        let parallel = YAMLMember(key: "parallel", line: line, value: list)
        return YAMLNode(.sequence([YAMLNode(.mapping([parallel]), line: line)]), line: line)
    }
}
