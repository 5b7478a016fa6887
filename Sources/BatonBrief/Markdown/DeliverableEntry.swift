// One entry of a Markdown deliverable: a table's row or a list's item, with its id, its text and
// its `key: value` pairs.
import Markdown
import PlainText

/// A row or an item.
struct DeliverableEntry {
    /// `AC1`, if the text starts with one.
    var id: String?
    var text: String
    var fields: [String: String]
    let line: Int

    /// The first of the fields of these names.
    func field(_ names: String...) -> String? {
        names.lazy.compactMap { fields[$0] }.first { TextPattern.visible.matches($0) }
    }

    /// All entries in blocks, in order.
    static func entries(in blocks: [MarkdownBlock]) -> [DeliverableEntry] {
        blocks.flatMap { block -> [DeliverableEntry] in
            switch block.kind {
            case .list(_, let items): items.map { DeliverableEntry($0) }
            case .table(let table): table.rows.map { DeliverableEntry($0, columns: table.columns) }
            default: []
            }
        }.filter { TextPattern.visible.matches($0.text) || !$0.fields.isEmpty }
    }

    private init(_ item: MarkdownItem) {
        let pieces = item.text.components(separatedBy: "; ")
        var fields: [String: String] = [:]
        var words: [String] = []
        for (index, piece) in pieces.enumerated() {
            if index > 0, let (key, value) = Self.pair(piece) {
                fields[key] = value
            } else {
                words.append(piece)
            }
        }
        for block in item.blocks {
            guard case .list(_, let inner) = block.kind else { continue }
            for nested in inner {
                if let (key, value) = Self.pair(nested.text) { fields[key] = value }
            }
        }
        let (id, text) = Self.identified(words.joined(separator: "; "))
        self.id = id
        self.text = text
        self.fields = fields
        line = item.line
    }

    private init(_ row: MarkdownTable.Row, columns: [String]) {
        var fields: [String: String] = [:]
        for (column, cell) in zip(columns, row.cells) {
            fields[Self.key(column)] = cell.trimmed
        }
        let first = row.cells.first { TextPattern.visible.matches($0) } ?? ""
        id = fields["id"] ?? fields["#"]
        if let id, !TextPattern.identifier.matches(id) { self.id = nil }
        text = first.trimmed
        self.fields = fields
        line = row.line
    }

    /// `Done when: …` as (`done_when`, `…`). Only short keys: a sentence with a colon is text.
    static func pair(_ text: String) -> (key: String, value: String)? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[..<colon])
        let value = String(text[text.index(after: colon)...]).trimmed
        guard name.count <= 24, !value.isEmpty else { return nil }
        return (key(name), value)
    }

    private static func key(_ name: String) -> String {
        String(name.lowercased().trimmed.map { $0 == " " || $0 == "-" ? "_" : $0 })
    }

    /// `AC1: text` as (`AC1`, `text`).
    static func identified(_ text: String) -> (id: String?, text: String) {
        let letters = text.prefix { $0.isASCII && $0.isLetter && $0.isUppercase }
        let digits = text.dropFirst(letters.count).prefix { $0.isASCII && $0.isNumber }
        guard (1...3).contains(letters.count), (1...4).contains(digits.count) else {
            return (nil, text)
        }
        let rest = text.dropFirst(letters.count + digits.count)
        guard let mark = rest.first, ": .)-–—".contains(mark) else { return (nil, text) }
        let content = String(rest).drop { ": .)-–—".contains($0) }
        return content.isEmpty ? (nil, text) : (String(letters + digits), String(content))
    }
}
