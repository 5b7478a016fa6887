// The block structure of a Markdown text, as far as documents need it: sections found by heading,
// list items, tables, and the source lines of everything.

/// A block with its lines.
package struct MarkdownBlock: Sendable, Hashable {
    /// What the block is.
    package indirect enum Kind: Sendable, Hashable {
        case heading(level: Int)
        case paragraph
        case list(isOrdered: Bool, items: [MarkdownItem])
        /// `info` is the word after the fence.
        case code(info: String)
        case table(MarkdownTable)
        case quote([MarkdownBlock])
        case other
    }

    package var kind: Kind
    /// The text without markup; for lists, quotes and tables empty.
    package var text: String
    /// From 1.
    package var line: Int
    /// The last line, from 1.
    package var lastLine: Int
}

/// One item of a list.
package struct MarkdownItem: Sendable, Hashable {
    /// The text of the item's first paragraph, without markup.
    package var text: String
    /// The other blocks of the item: further paragraphs, nested lists.
    package var blocks: [MarkdownBlock]
    /// From 1.
    package var line: Int
}

/// A table in the manner of GitHub.
package struct MarkdownTable: Sendable, Hashable {
    package var columns: [String]
    package var rows: [Row]

    /// One row; it has as many cells as there are columns.
    package struct Row: Sendable, Hashable {
        package var cells: [String]
        /// From 1.
        package var line: Int
    }
}

/// A heading and what stands below it, up to the next heading of its level or above.
package struct MarkdownSection: Sendable, Hashable {
    package var heading: String
    package var level: Int
    /// The heading's line, from 1.
    package var line: Int
    /// Everything below the heading, the subsections' headings included.
    package var blocks: [MarkdownBlock]
    /// The lines between the heading and the end of the section.
    package var sourceLines: Range<Int>

    /// The items of all top-level lists in the section.
    package var items: [MarkdownItem] {
        blocks.flatMap { block -> [MarkdownItem] in
            if case .list(_, let items) = block.kind { items } else { [] }
        }
    }

    /// The tables at the top level of the section.
    package var tables: [MarkdownTable] {
        blocks.compactMap { block in
            if case .table(let table) = block.kind { table } else { nil }
        }
    }
}
