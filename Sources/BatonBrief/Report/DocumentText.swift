// A text with links in it, and the blocks that a document for people is made of. A document is put
// together once (MarkdownWriter) and written as Markdown or as HTML.

/// A text of which parts are links.
struct DocumentText: Sendable, Hashable, ExpressibleByStringLiteral {
    /// A part of the text.
    struct Run: Sendable, Hashable {
        var text: String
        /// Where it leads: a relative path, an anchor, or both; nil for plain text.
        var target: String?
        /// A place in the page that links lead to; nil for none.
        var anchor: String?
        /// Whether it is code as a whole: no mark in it means anything.
        var isCode = false
    }

    var runs: [Run]

    init(_ text: String, target: String? = nil) { runs = [Run(text: text, target: target)] }

    /// A place that links lead to.
    init(_ text: String, anchor: String) {
        runs = [Run(text: text, target: nil, anchor: anchor)]
    }

    init(runs: [Run]) { self.runs = runs }

    /// Code in a line, as it is to be typed.
    init(code: String) { runs = [Run(text: code, target: nil, isCode: true)] }

    init(stringLiteral text: String) { self.init(text) }

    /// Without the links.
    var plain: String { runs.map(\.text).joined() }

    static func + (left: DocumentText, right: DocumentText) -> DocumentText {
        DocumentText(runs: left.runs + right.runs)
    }

    /// Texts with a separator between them.
    static func joined(_ texts: [DocumentText], separator: String) -> DocumentText {
        DocumentText(
            runs: Array(texts.map(\.runs).joined(separator: [Run(text: separator, target: nil)])))
    }
}

/// A block of a document.
enum DocumentBlock: Sendable, Hashable {
    /// `anchor` is a place that links lead to.
    case heading(level: Int, text: DocumentText, anchor: String?)
    case paragraph(DocumentText)
    case list([DocumentText])
    case table(columns: [String], rows: [[DocumentText]])
    case code(language: String, text: String)
    /// `file` is where its drawing lies, for documents that cannot hold it.
    case plot(Plot, file: String)
}
