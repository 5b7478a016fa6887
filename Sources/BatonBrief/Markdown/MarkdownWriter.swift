// Puts Markdown together: headings, paragraphs, lists and tables, with the characters escaped that
// would break them.
import JSON
import PlainText

/// A Markdown text in the making.
struct MarkdownWriter {
    private(set) var blocks: [String] = []

    /// The text, ending in a newline.
    var text: String { blocks.joined(separator: "\n\n") + "\n" }

    mutating func heading(_ level: Int, _ text: String) {
        blocks.append(String(repeating: "#", count: level) + " " + Self.line(text))
    }

    mutating func paragraph(_ text: String) {
        if TextPattern.visible.matches(text) { blocks.append(text.trimmed) }
    }

    /// One line an item; nothing for an empty list.
    mutating func list(_ items: [String]) {
        guard !items.isEmpty else { return }
        blocks.append(items.map { "- " + Self.line($0) }.joined(separator: "\n"))
    }

    /// A heading with a list, or with `none stated`.
    mutating func section(_ level: Int, _ title: String, _ items: [String]) {
        heading(level, title)
        if items.isEmpty { paragraph(noneStated) } else { list(items) }
    }

    /// A table; `none stated` for no rows.
    mutating func table(_ columns: [String], _ rows: [[String]]) {
        guard !rows.isEmpty else {
            paragraph(noneStated)
            return
        }
        var lines = [Self.row(columns), Self.row(columns.map { _ in "---" })]
        lines += rows.map(Self.row)
        blocks.append(lines.joined(separator: "\n"))
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |"
    }

    private static func escaped(_ cell: String) -> String {
        var text = ""
        for character in line(cell) {
            if character == "|" { text += "\\" }
            text.append(character)
        }
        return text
    }

    /// Without line ends.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { String($0).trimmed }.joined(separator: " ")
    }
}

extension JSONValue {
    /// A value as a reader wants to see it: texts bare, lists with commas, objects as their text.
    var readable: String {
        switch self {
        case .string(let text): text
        case .null: noneStated
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): "\(number)"
        case .number(let number): Units.significant(number, digits: 6)
        case .array(let elements): elements.map(\.readable).joined(separator: ", ")
        case .object(let object):
            object["text"]?.stringValue
                ?? object.members.map { "\($0.key): \($0.value.readable)" }.joined(separator: ", ")
        }
    }

    /// The elements of a list; none for `none stated`.
    var listed: [JSONValue] { arrayValue ?? [] }

    /// A member as text, `none stated` if it is absent.
    func shown(_ key: String) -> String { self[key]?.readable ?? noneStated }
}
