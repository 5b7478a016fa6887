// Parses with libcmark-gfm and copies the tree into Swift values. Nodes nested deeper than
// `depthMax` are left out: a text of a million '>' makes a tree that deep.
private import CMarkGFM

/// The one place that calls libcmark-gfm.
enum MarkdownTree {
    /// Nesting that documents use, with room.
    static let depthMax = 16

    /// Registers the extensions once; `cmark_gfm_core_extensions_ensure_registered` is not safe
    /// to call from two threads at a time, a static constant is.
    private static let isRegistered: Bool = {
        cmark_gfm_core_extensions_ensure_registered()
        return true
    }()

    /// Calls `cmark_parser_feed` and `cmark_parser_finish`.
    static func blocks(of text: String, lineOffset: Int) -> [MarkdownBlock] {
        guard isRegistered, let parser = unsafe cmark_parser_new(CMARK_OPT_VALIDATE_UTF8) else {
            return []
        }
        defer { unsafe cmark_parser_free(parser) }
        if let table = unsafe cmark_find_syntax_extension("table") {
            _ = unsafe cmark_parser_attach_syntax_extension(parser, table)
        }
        var copy = text
        copy.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe cmark_parser_feed(parser, characters.baseAddress, characters.count)
            }
        }
        guard let root = unsafe cmark_parser_finish(parser) else { return [] }
        defer { unsafe cmark_node_free(root) }
        return unsafe children(root, depth: 0, lineOffset: lineOffset)
    }

    private typealias Node = OpaquePointer

    private static func children(_ parent: Node, depth: Int, lineOffset: Int) -> [MarkdownBlock] {
        guard depth < depthMax else { return [] }
        var blocks: [MarkdownBlock] = []
        var next = unsafe cmark_node_first_child(parent)
        while let node = unsafe next {
            unsafe blocks.append(block(node, depth: depth, lineOffset: lineOffset))
            unsafe next = cmark_node_next(node)
        }
        return blocks
    }

    private static func block(_ node: Node, depth: Int, lineOffset: Int) -> MarkdownBlock {
        var block = MarkdownBlock(
            kind: .other, text: "",
            line: Int(unsafe cmark_node_get_start_line(node)) + lineOffset,
            lastLine: Int(unsafe cmark_node_get_end_line(node)) + lineOffset)
        block.lastLine = max(block.line, block.lastLine)
        let type = unsafe cmark_node_get_type(node)
        switch type {
        case CMARK_NODE_HEADING:
            block.kind = .heading(level: Int(unsafe cmark_node_get_heading_level(node)))
            block.text = unsafe inlineText(node)
        case CMARK_NODE_PARAGRAPH:
            block.kind = .paragraph
            block.text = unsafe inlineText(node)
        case CMARK_NODE_CODE_BLOCK:
            block.kind = .code(info: unsafe string(cmark_node_get_fence_info(node)))
            block.text = unsafe string(cmark_node_get_literal(node))
        case CMARK_NODE_HTML_BLOCK:
            block.text = unsafe string(cmark_node_get_literal(node))
        case CMARK_NODE_BLOCK_QUOTE:
            block.kind = .quote(
                unsafe children(node, depth: depth + 1, lineOffset: lineOffset))
        case CMARK_NODE_LIST:
            block.kind = .list(
                isOrdered: unsafe cmark_node_get_list_type(node) == CMARK_ORDERED_LIST,
                items: unsafe items(node, depth: depth + 1, lineOffset: lineOffset))
        default:
            if unsafe string(cmark_node_get_type_string(node)) == "table" {
                block.kind = .table(unsafe table(node, lineOffset: lineOffset))
            }
        }
        return block
    }

    private static func items(_ list: Node, depth: Int, lineOffset: Int) -> [MarkdownItem] {
        var items: [MarkdownItem] = []
        var next = unsafe cmark_node_first_child(list)
        while let node = unsafe next {
            var blocks = unsafe children(node, depth: depth, lineOffset: lineOffset)
            var text = ""
            if let first = blocks.first, first.kind == .paragraph {
                text = first.text
                blocks.removeFirst()
            }
            items.append(
                MarkdownItem(
                    text: text, blocks: blocks,
                    line: Int(unsafe cmark_node_get_start_line(node)) + lineOffset))
            unsafe next = cmark_node_next(node)
        }
        return items
    }

    private static func table(_ table: Node, lineOffset: Int) -> MarkdownTable {
        var rows: [MarkdownTable.Row] = []
        var next = unsafe cmark_node_first_child(table)
        while let row = unsafe next {
            var cells: [String] = []
            var nextCell = unsafe cmark_node_first_child(row)
            while let cell = unsafe nextCell {
                cells.append(unsafe inlineText(cell))
                unsafe nextCell = cmark_node_next(cell)
            }
            let line = Int(unsafe cmark_node_get_start_line(row)) + lineOffset
            rows.append(MarkdownTable.Row(cells: cells, line: line))
            unsafe next = cmark_node_next(row)
        }
        let header = rows.isEmpty ? nil : rows.removeFirst()
        return MarkdownTable(columns: header?.cells ?? [], rows: rows)
    }

    /// The text of all inline nodes below a block, breaks as spaces. Iterates: inline markup can
    /// nest as deep as the text is long.
    private static func inlineText(_ block: Node) -> String {
        guard let iterator = unsafe cmark_iter_new(block) else { return "" }
        defer { unsafe cmark_iter_free(iterator) }
        var text = ""
        while true {
            let event = unsafe cmark_iter_next(iterator)
            if event == CMARK_EVENT_DONE { break }
            guard event == CMARK_EVENT_ENTER, let node = unsafe cmark_iter_get_node(iterator) else {
                continue
            }
            switch unsafe cmark_node_get_type(node) {
            case CMARK_NODE_TEXT, CMARK_NODE_CODE, CMARK_NODE_HTML_INLINE:
                text += unsafe string(cmark_node_get_literal(node))
            case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: text += " "
            default: continue
            }
        }
        return text
    }

    private static func string(_ pointer: UnsafePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}
