// Columns that line up. Cells are measured before they are coloured.

/// A table of short texts.
package struct Table: Sendable {
    /// How a cell looks on a terminal.
    package enum Look: Sendable { case plain, bold, dim, good, warning, bad, name }

    /// One cell: harmless text and its look.
    package struct Cell: Sendable, ExpressibleByStringLiteral {
        let text: String
        let look: Look

        package init(_ text: String, _ look: Look = .plain) {
            self.text = Prose.harmless(text)
            self.look = look
        }

        package init(stringLiteral text: String) {
            self.init(text)
        }
    }

    private let headings: [String]
    private let rightAligned: Set<Int>
    private let wrapsLast: Bool
    private var rows: [[Cell]] = []

    /// A table with these headings; the named columns are aligned to the right. The last column
    /// is cut like the others when there is no room, or goes on below itself.
    package init(_ headings: [String], rightAligned: Set<Int> = [], wrapsLast: Bool = false) {
        self.headings = headings
        self.rightAligned = rightAligned
        self.wrapsLast = wrapsLast
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row of as many cells as there are headings.
    package mutating func add(_ cells: [Cell]) {
        precondition(cells.count == headings.count, "a row has one cell for each heading")
        rows.append(cells)
    }

    /// The lines, at most `width` characters wide: the last column gives way down to a few words,
    /// then the widest, but none further than its heading and a word. Nil: as wide as it takes.
    package func text(paint: Paint, width: Int?) -> String {
        var widths = headings.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column], cell.text.count)
            }
        }
        if let width { fit(&widths, into: width) }
        let heading = line(headings.map { Cell($0, .dim) }, widths: widths, paint: paint)
        return ([heading] + rows.map { line($0, widths: widths, paint: paint) })
            .joined(separator: "\n")
    }

    private func fit(_ widths: inout [Int], into width: Int) {
        var excess = widths.reduce(2 * (headings.count - 1), +) - width
        while excess > 0 {
            // Numbers are never cut, nor what is short already.
            let yielding = headings.indices.filter { column in
                !rightAligned.contains(column)
                    && widths[column] > max(headings[column].count, Self.columnWidthMin)
            }
            let last = headings.count - 1
            let widest =
                yielding.contains(last) && widths[last] > Self.lastWidthMin
                ? last : yielding.max { widths[$0] < widths[$1] }
            guard let widest else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }

    /// Room for a word; ids and states never give way for the sake of texts.
    private static let columnWidthMin = 12
    /// The text at the end gives way to all others, down to a few words.
    private static let lastWidthMin = 24

    private func line(_ cells: [Cell], widths: [Int], paint: Paint) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let isLast = column == cells.count - 1
            if isLast, wrapsLast, cell.text.count > widths[column] {
                let offset = widths.dropLast().reduce(0) { $0 + $1 + 2 }
                let lines = Prose.wrapped(cell.text, width: widths[column]).split(separator: "\n")
                line +=
                    "  "
                    + lines.map { paint.look(String($0), cell.look) }
                    .joined(separator: "\n" + String(repeating: " ", count: offset))
                continue
            }
            let text =
                cell.look == .name
                ? Prose.shortenedName(cell.text, width: widths[column])
                : Prose.shortened(cell.text, width: widths[column])
            let gap = String(repeating: " ", count: max(widths[column] - text.count, 0))
            if column > 0 { line += "  " }
            if rightAligned.contains(column) { line += gap }
            line += paint.look(text, cell.look)
            if !rightAligned.contains(column), !isLast { line += gap }
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}

extension Paint {
    /// The text in one of the table's looks.
    package func look(_ text: String, _ look: Table.Look) -> String {
        switch look {
        case .plain: text
        case .bold: bold(text)
        case .dim: dim(text)
        case .good: green(text)
        case .warning: yellow(text)
        case .bad: red(text)
        case .name: cyan(text)
        }
    }
}
