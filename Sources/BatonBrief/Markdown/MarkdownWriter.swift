// Puts a document for people together: headings, paragraphs, lists, tables, code and plots, its
// figures linked to their derivations; and writes it as Markdown, with the characters escaped that
// would break it. HTMLPrinter writes the same blocks as HTML.
import JSON
import PlainText

/// A document in the making.
struct MarkdownWriter {
    private(set) var blocks: [DocumentBlock] = []
    /// Where figures in texts lead; nil where no text has any.
    let figures: FigureLinks?

    init(figures: FigureLinks? = nil) { self.figures = figures }

    mutating func heading(_ level: Int, _ text: String, anchor: String? = nil) {
        blocks.append(.heading(level: level, text: DocumentText(text), anchor: anchor))
    }

    mutating func paragraph(_ text: String) {
        if TextPattern.visible.matches(text) { paragraph(linked(text.trimmed)) }
    }

    mutating func paragraph(_ text: DocumentText) { blocks.append(.paragraph(text)) }

    /// One line an item; nothing for an empty list.
    mutating func list(_ items: [String]) { list(items.map { linked($0) }) }

    mutating func list(_ items: [DocumentText]) {
        if !items.isEmpty { blocks.append(.list(items)) }
    }

    /// A heading with a list, or with `none stated`.
    mutating func section(_ level: Int, _ title: String, _ items: [String]) {
        heading(level, title)
        if items.isEmpty { paragraph(noneStated) } else { list(items) }
    }

    /// A table; `none stated` for no rows.
    mutating func table(_ columns: [String], _ rows: [[String]]) {
        let titles = columns.map(FigureLinks.Cell.words)
        table(
            columns,
            rows.map { row in
                let cell = FigureLinks.Cell(row: row)
                return zip(titles + Array(repeating: [], count: row.count), row).map {
                    linked($1, in: cell.below($0))
                }
            })
    }

    mutating func table(_ columns: [String], _ rows: [[DocumentText]]) {
        if rows.isEmpty {
            paragraph(noneStated)
        } else {
            blocks.append(.table(columns: columns, rows: rows))
        }
    }

    mutating func code(_ language: String, _ text: String) {
        blocks.append(.code(language: language, text: text))
    }

    mutating func plot(_ plot: Plot, file: String) { blocks.append(.plot(plot, file: file)) }

    func linked(_ text: String, in cell: FigureLinks.Cell? = nil) -> DocumentText {
        figures?.linked(text, in: cell) ?? DocumentText(text)
    }

    // MARK: Markdown

    /// The text, ending in a newline.
    var text: String { blocks.map(Self.markdown).joined(separator: "\n\n") + "\n" }

    private static func markdown(_ block: DocumentBlock) -> String {
        switch block {
        case .heading(let level, let text, let anchor):
            let place = anchor.map { "<a id=\"\($0)\"></a>" } ?? ""
            return String(repeating: "#", count: level) + " " + place + line(text)
        case .paragraph(let text): return markdown(text)
        case .list(let items): return items.map { "- " + line($0) }.joined(separator: "\n")
        case .table(let columns, let rows):
            let head = [
                row(columns.map { DocumentText($0) }), row(columns.map { _ in "---" }),
            ]
            return (head + rows.map(row)).joined(separator: "\n")
        case .code(let language, let text):
            // A fence longer than any in the text cannot be closed by it.
            var fence = "```"
            while text.contains(fence) { fence += "`" }
            return "\(fence)\(language)\n\(text.hasSuffix("\n") ? text : text + "\n")\(fence)"
        case .plot(let plot, let file):
            let bare = plot.title.unicodeScalars.filter { $0 != "[" && $0 != "]" }
            let title = line(DocumentText(String(bare)))
            return "![\(title)](\(file))\n\n\(line(DocumentText(PlotDrawing(plot).description)))"
        }
    }

    private static func row(_ cells: [DocumentText]) -> String {
        let texts = cells.map { cell in
            // By scalars, as a reader of Markdown counts.
            let scalars = line(cell).unicodeScalars.flatMap { $0 == "|" ? ["\\", "|"] : [$0] }
            return String(String.UnicodeScalarView(scalars))
        }
        return "| " + texts.joined(separator: " | ") + " |"
    }

    /// Without line ends.
    private static func line(_ text: DocumentText) -> String {
        markdown(text).split(whereSeparator: \.isNewline).map { String($0).trimmed }
            .joined(separator: " ")
    }

    private static func markdown(_ text: DocumentText) -> String {
        text.runs.map { run in
            let parts = InlineCode.parts(of: run)
            let text = parts.enumerated().map { index, part in
                let isBeforeCode = index + 1 < parts.count && parts[index + 1].isCode
                return part.markdown(isBeforeCode: isBeforeCode)
            }.joined()
            let place = run.anchor.map { "<a id=\"\($0)\"></a>" } ?? ""
            return place + (run.target.map { "[\(text)](\($0))" } ?? text)
        }.joined()
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
