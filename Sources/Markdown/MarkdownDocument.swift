// A parsed Markdown text. The tree is built by libcmark-gfm with its table extension
// (MarkdownTree.swift); this file answers what readers ask of it.

/// A Markdown text and its blocks.
package struct MarkdownDocument: Sendable {
    /// The text's lines without their ends; line 1 has index 0.
    package let lines: [String]
    /// The blocks at the top level.
    package let blocks: [MarkdownBlock]
    /// Added to every line number: where the text starts in its file.
    package let firstLine: Int

    /// Parses a text.
    /// - Parameter firstLine: the line of the file at which the text starts, from 1.
    /// - Returns: nil if `problem(with:)` says why not.
    package init?(parsing text: String, firstLine: Int = 1) {
        guard Self.problem(with: text) == nil else { return nil }
        lines = Self.lines(of: text)
        self.firstLine = firstLine
        blocks = MarkdownTree.blocks(of: text, lineOffset: firstLine - 1)
    }

    /// Splits at LF, CR LF and CR.
    package static func lines(of text: String) -> [String] {
        // A Swift Character joins CR LF, so one rule covers all three.
        text.split(omittingEmptySubsequences: false) { $0.isNewline && "\n\r\r\n".contains($0) }
            .map(String.init)
    }

    /// Every heading with its section, in order; subsections are listed too.
    package var sections: [MarkdownSection] {
        let endLine = firstLine + lines.count
        return blocks.indices.compactMap { index in
            guard case .heading(let level) = blocks[index].kind else { return nil }
            let end =
                blocks[(index + 1)...].firstIndex { block in
                    if case .heading(let other) = block.kind { other <= level } else { false }
                } ?? blocks.endIndex
            let first = blocks[index].lastLine + 1
            let last = end < blocks.endIndex ? blocks[end].line : endLine
            return MarkdownSection(
                heading: blocks[index].text, level: level, line: blocks[index].line,
                blocks: Array(blocks[(index + 1)..<end]), sourceLines: first..<max(first, last))
        }
    }

    /// The blocks before the first heading.
    package var preamble: [MarkdownBlock] {
        Array(
            blocks.prefix { block in
                if case .heading = block.kind { false } else { true }
            })
    }

    /// The source of some lines, numbered as in the file, without blank lines at either end.
    package func source(_ range: Range<Int>) -> String {
        let start = max(0, range.lowerBound - firstLine)
        let end = min(lines.count, range.upperBound - firstLine)
        guard start < end else { return "" }
        var slice = lines[start..<end]
        while slice.first.map(Self.isBlank) ?? false { slice.removeFirst() }
        while slice.last.map(Self.isBlank) ?? false { slice.removeLast() }
        return slice.joined(separator: "\n")
    }

    private static func isBlank(_ line: String) -> Bool {
        line.allSatisfy(\.isWhitespace)
    }
}
