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
    private var rows: [[Cell]] = []

    /// A table with these headings; the named columns are aligned to the right.
    package init(_ headings: [String], rightAligned: Set<Int> = []) {
        self.headings = headings
        self.rightAligned = rightAligned
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row of as many cells as there are headings.
    package mutating func add(_ cells: [Cell]) {
        precondition(cells.count == headings.count, "a row has one cell for each heading")
        rows.append(cells)
    }

    /// The lines, at most `width` characters wide: the last column gives way.
    package func text(paint: Paint, width: Int) -> String {
        var widths = headings.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column], cell.text.count)
            }
        }
        let last = headings.count - 1
        let before = widths.dropLast().reduce(0) { $0 + $1 + 2 }
        widths[last] = min(widths[last], max(width - before, 12))
        let heading = line(headings.map { Cell($0, .dim) }, widths: widths, paint: paint)
        return ([heading] + rows.map { line($0, widths: widths, paint: paint) })
            .joined(separator: "\n")
    }

    private func line(_ cells: [Cell], widths: [Int], paint: Paint) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let isLast = column == cells.count - 1
            let text = Prose.shortened(cell.text, width: widths[column])
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
