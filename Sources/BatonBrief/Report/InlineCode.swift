// Code in a line of text: where a text says that it begins and ends, and how Markdown writes it.
//
// Texts of agents say so with backticks, as Markdown does, but here no backslash and nothing in
// another line takes part: what is written with the marks below is read by every reader of Markdown
// as the same code, and only there may a `<` stand bare.

/// A part of a text that is code, or one that is not.
struct InlineCode: Hashable {
    let text: String
    let isCode: Bool

    /// A run in parts. Code stands between two equal rows of backticks in one line.
    static func parts(of run: DocumentText.Run) -> [InlineCode] {
        guard !run.isCode, run.target == nil else {
            return [InlineCode(text: run.text, isCode: run.isCode)]
        }
        let scalars = Array(run.text.unicodeScalars)
        var parts: [InlineCode] = []
        var start = 0
        func take(_ range: Range<Int>, isCode: Bool) {
            guard !range.isEmpty else { return }
            parts.append(InlineCode(text: text(scalars[range]), isCode: isCode))
        }
        let rows = rows(in: scalars)
        var next = 0
        while next < rows.count {
            let opening = rows[next]
            next += 1
            let closing = rows[next...].firstIndex {
                $0.line != opening.line || $0.range.count == opening.range.count
            }
            guard let closing, rows[closing].line == opening.line else { continue }
            take(start..<opening.range.lowerBound, isCode: false)
            take(
                padless(scalars, opening.range.upperBound..<rows[closing].range.lowerBound),
                isCode: true)
            start = rows[closing].range.upperBound
            next = closing + 1
        }
        take(start..<scalars.count, isCode: false)
        return parts
    }

    /// Rows of backticks, each with the number of its line.
    private static func rows(in scalars: [Unicode.Scalar]) -> [(range: Range<Int>, line: Int)] {
        var rows: [(range: Range<Int>, line: Int)] = []
        var line = 0
        for (index, scalar) in scalars.enumerated() {
            if Character(scalar).isNewline { line += 1 }
            guard scalar == "`" else { continue }
            if let last = rows.last, last.range.upperBound == index {
                rows[rows.count - 1].range = last.range.lowerBound..<index + 1
            } else {
                rows.append((index..<index + 1, line))
            }
        }
        return rows
    }

    /// Without the one space on either side that keeps code and marks apart.
    private static func padless(_ scalars: [Unicode.Scalar], _ range: Range<Int>) -> Range<Int> {
        guard range.count > 2, scalars[range.lowerBound] == " ",
            scalars[range.upperBound - 1] == " ", scalars[range].contains(where: { $0 != " " })
        else { return range }
        return range.lowerBound + 1..<range.upperBound - 1
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    // MARK: Markdown

    /// As Markdown: code between rows of backticks that nothing in it can close, in one line;
    /// anything else with no backtick, and with no `<` that would begin a tag or a comment.
    /// - Parameter isBeforeCode: whether code follows at once, which a backslash would undo.
    func markdown(isBeforeCode: Bool) -> String {
        isCode ? fenced : escaped(isBeforeCode: isBeforeCode)
    }

    private var fenced: String {
        let code = text.unicodeScalars.map { Character($0).isNewline ? " " : $0 }
        let longest = code.split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: longest + 1)
        let isPadded =
            code.first == "`" || code.last == "`" || (code.first == " " && code.last == " ")
        let pad = isPadded ? " " : ""
        return fence + pad + Self.text(code) + pad + fence
    }

    private func escaped(isBeforeCode: Bool) -> String {
        // By scalars: a reader of Markdown sees a mark also where it is one character with others.
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        // Backslashes just written: of an odd number, the last would take the sense of what comes.
        var slashes = 0
        func settle() {
            guard !slashes.isMultiple(of: 2) else { return }
            result.removeLast()
            result.append(contentsOf: "&#92;".unicodeScalars)
        }
        for (index, scalar) in scalars.enumerated() {
            let follower = index + 1 < scalars.count ? scalars[index + 1] : nil
            let opensTag = follower.map {
                $0.properties.isAlphabetic || "/!?".unicodeScalars.contains($0)
            }
            let entity =
                switch scalar {
                case "<" where opensTag == true: "&lt;"
                case "`": "&#96;"
                default: ""
                }
            if entity.isEmpty {
                result.append(scalar)
            } else {
                settle()
                result.append(contentsOf: entity.unicodeScalars)
            }
            slashes = scalar == "\\" ? slashes + 1 : 0
        }
        if isBeforeCode { settle() }
        return String(result)
    }
}
