// Writes the blocks of a document as HTML.
//
// Pages are made of the same blocks as the Markdown and not of the Markdown itself: so every text
// of an agent is escaped in one place, and no markup of it can become markup of the page. Of
// Markdown's own marks only code between backticks is shown as such; all others stay as written.

/// Prints blocks as HTML.
struct HTMLPrinter {
    /// Begins every anchor in the page that comes from these blocks, so that two documents with
    /// the same anchors can stand in one page; empty for none.
    var prefix = ""
    /// Levels by which headings stand deeper than in their own document.
    var depth = 0

    /// Characters of a column's title that its cells repeat.
    private static let columnMax = 60

    func html(_ blocks: [DocumentBlock]) -> String {
        blocks.map(html).joined(separator: "\n")
    }

    private func html(_ block: DocumentBlock) -> String {
        switch block {
        case .heading(let level, let text, let anchor):
            let name = "h\(min(level + depth, 6))"
            let place = anchor.map { " id=\"\(HTMLText.escaped(prefix + $0))\"" } ?? ""
            return "<\(name)\(place)>\(inline(text))</\(name)>"
        case .paragraph(let text): return "<p>\(inline(text))</p>"
        case .list(let items):
            return "<ul>\n" + items.map { "<li>\(inline($0))</li>\n" }.joined() + "</ul>"
        case .table(let columns, let rows):
            let head = columns.map { "<th scope=\"col\">\(HTMLText.escaped($0))</th>" }.joined()
            // Cut: a long title would stand in every row again.
            let names = columns.map { HTMLText.escaped(String($0.prefix(Self.columnMax))) }
            let body = rows.map { row in
                // On a narrow screen each cell stands below the last, with its column's name.
                let cells = zip(names + Array(repeating: "", count: row.count), row)
                return "<tr>"
                    + cells.map { column, cell in
                        "<td data-column=\"\(column)\">\(inline(cell))</td>"
                    }.joined() + "</tr>\n"
            }.joined()
            // Two columns have room on any screen.
            let kind = columns.count > 2 ? " class=\"rows\"" : ""
            return "<div class=\"wide\"><table\(kind)>\n<thead><tr>\(head)</tr></thead>\n"
                + "<tbody>\n\(body)</tbody>\n</table></div>"
        case .code(_, let text): return "<pre><code>\(HTMLText.escaped(text))</code></pre>"
        case .plot(let plot, _):
            let drawing = PlotDrawing(plot)
            let name = HTMLText.escaped("\(prefix)plot-\(plot.id)")
            return "<figure>\n\(drawing.element(named: name))\n"
                + "<figcaption>\(HTMLText.escaped(drawing.description))</figcaption>\n</figure>"
        }
    }

    func inline(_ text: DocumentText) -> String {
        text.runs.map { run in
            let content = InlineCode.parts(of: run).map { part in
                let text = HTMLText.escaped(part.text)
                return part.isCode ? "<code>\(text)</code>" : text
            }.joined()
            let place = run.anchor.map { "<span id=\"\(HTMLText.escaped(prefix + $0))\"></span>" }
            let link = run.target.map { "<a href=\"\(HTMLText.escaped($0))\">\(content)</a>" }
            return (place ?? "") + (link ?? content)
        }.joined()
    }
}
