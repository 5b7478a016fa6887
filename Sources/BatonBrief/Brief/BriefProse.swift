// The prose of a brief: sections found by their headings, and numbers that look like fields.
import JSON
import Markdown
import PlainText

/// What the Markdown body of a brief says.
struct BriefProse {
    /// A section that is a field of the brief.
    struct Section {
        let key: String
        let value: JSONValue
        let line: Int
    }

    private(set) var title: String?
    private(set) var titleLine = 1
    private(set) var sections: [Section] = []
    let proposals: [ProseProposal]
    /// Headings that are nearly one of a field: what stands below them goes into the context, which
    /// the author hardly meant.
    let slips: [(heading: String, line: Int, meant: String)]

    /// Headings by the key they stand for.
    static let headings: [(key: String, names: [String])] = [
        ("objective", ["objective", "objectives", "goal", "goals"]),
        ("success_criteria", ["success criteria", "success criterion", "success"]),
        ("acceptance_criteria", ["acceptance criteria", "acceptance criterion", "acceptance"]),
        ("constraints", ["constraints", "constraint"]),
        ("deliverables", ["deliverables", "deliverable"]),
        ("definition_of_done", ["definition of done", "done when", "done"]),
        ("context", ["context", "background", "notes"]),
    ]

    init(_ document: MarkdownDocument) {
        proposals = ProseProposal.found(in: document)
        slips = document.sections.compactMap { section in
            guard Self.key(of: section.heading) == nil,
                let meant = FieldCatalog.nearest(
                    Self.plain(section.heading), in: Self.headings.flatMap(\.names))
            else { return nil }
            return (section.heading, section.line, meant)
        }
        var leftovers: [String] = []
        let preamble = document.preamble.isEmpty ? "" : Self.preambleSource(document)
        if !preamble.isEmpty { leftovers.append(preamble) }
        for (index, (section, key)) in Self.zones(of: document).enumerated() {
            let source = document.source(section.sourceLines)
            if let key {
                guard let value = Self.value(of: section, key: key, source: source) else {
                    continue
                }
                add(Section(key: key, value: value, line: section.line))
            } else if index == 0, section.level == 1 {
                title = section.heading
                titleLine = section.line
                if !source.isEmpty { leftovers.append(source) }
            } else {
                let marks = String(repeating: "#", count: section.level)
                leftovers.append("\(marks) \(section.heading)\n\n\(source)".trimmed)
            }
        }
        guard !leftovers.isEmpty else { return }
        let text = leftovers.joined(separator: "\n\n")
        add(Section(key: "context", value: .string(text), line: document.firstLine))
    }

    /// A second heading of the same key continues the first.
    private mutating func add(_ section: Section) {
        guard let index = sections.firstIndex(where: { $0.key == section.key }) else {
            sections.append(section)
            return
        }
        let first = sections[index]
        let value: JSONValue
        if let texts = first.value.texts {
            value = JSONValue(texts: texts + (section.value.texts ?? []))
        } else if let text = first.value.stringValue {
            value = .string(text + "\n\n" + (section.value.stringValue ?? ""))
        } else {
            value = first.value.applying(mergePatch: section.value)
        }
        sections[index] = Section(key: section.key, value: value, line: first.line)
    }

    /// Cuts the document into zones: a heading that stands for a key reaches to the next heading of
    /// its level, to any other such heading or to one of fields that is no subheading; others reach
    /// to the next heading.
    private static func zones(
        of document: MarkdownDocument,
    ) -> [(section: MarkdownSection, key: String?)] {
        let all = document.sections.map { section in (section, key(of: section.heading)) }
        var zones: [(section: MarkdownSection, key: String?)] = []
        var coveredUpTo = 0
        for (index, (section, key)) in all.enumerated() {
            if key == nil, section.line < coveredUpTo { continue }
            let next = all[(index + 1)...].first { other, otherKey in
                key == nil || otherKey != nil
                    || other.level <= section.level
                        && BriefStructure.key(of: other.heading) != nil
            }?.0.line
            let end = min(section.sourceLines.upperBound, next ?? .max)
            var zone = section
            zone.sourceLines =
                section.sourceLines
                .lowerBound..<max(
                    section.sourceLines.lowerBound, end)
            zone.blocks = section.blocks.filter { $0.line < end }
            zones.append((zone, key))
            if key != nil { coveredUpTo = end }
        }
        return zones
    }

    /// Lines of the headings inside of sections that stand for a key: `### Load` below
    /// `## Acceptance criteria`.
    static func subheadingLines(of document: MarkdownDocument) -> Set<Int> {
        let inside = zones(of: document).filter { $0.key != nil }.flatMap(\.section.blocks)
        return Set(inside.filter(\.isHeading).map(\.line))
    }

    /// The key that a heading stands for.
    static func key(of heading: String) -> String? {
        let name = plain(heading)
        return headings.first { $0.names.contains(name) }?.key
    }

    /// In lower case, without a number before it and without a mark at its end.
    static func plain(_ heading: String) -> String {
        var name = heading.lowercased().trimmed
        while let last = name.last, last == ":" || last == "." { name.removeLast() }
        return String(name.drop { $0.isNumber || $0 == "." || $0 == ")" || $0 == " " })
    }

    private static func preambleSource(_ document: MarkdownDocument) -> String {
        let first = document.preamble.first?.line ?? document.firstLine
        let last = document.preamble.last?.lastLine ?? first
        return document.source(first..<(last + 1))
    }

    private static func value(
        of section: MarkdownSection, key: String, source: String,
    ) -> JSONValue? {
        guard TextPattern.visible.matches(source) else { return nil }
        switch key {
        case "objective", "context": return .string(source)
        case "constraints": return constraints(section)
        default:
            let texts = statements(section.blocks)
            return texts.isEmpty ? .array([.string(source)]) : JSONValue(texts: texts)
        }
    }

    /// List items; paragraphs where there are no lists.
    private static func statements(_ blocks: [MarkdownBlock]) -> [String] {
        var texts: [String] = []
        for block in blocks {
            switch block.kind {
            case .list(_, let items): texts += items.map(\.wholeText)
            case .paragraph: texts.append(block.text)
            case .table(let table):
                texts += table.rows.map { $0.cells.joined(separator: ": ") }
            default: continue
            }
        }
        let hasItems = blocks.contains { block in
            if case .list = block.kind { true } else { false }
        }
        if hasItems {
            let paragraphs = Set(blocks.filter { $0.kind == .paragraph }.map(\.text))
            texts.removeAll { paragraphs.contains($0) }
        }
        return texts.filter(TextPattern.visible.matches)
    }

    /// Items under subheadings of a kind, or `Security: …`; the rest is `other`.
    private static func constraints(_ section: MarkdownSection) -> JSONValue? {
        var lists: [String: [String]] = [:]
        var current = "other"
        var pending: [MarkdownBlock] = []
        func flush() {
            for text in statements(pending) {
                let (kind, rest) = constraintKind(of: text)
                lists[kind ?? current, default: []].append(kind == nil ? text : rest)
            }
            pending = []
        }
        for block in section.blocks {
            if case .heading = block.kind {
                flush()
                let name = block.text.lowercased().trimmed
                current = DocumentKind.constraintNames.contains(name) ? name : "other"
            } else {
                pending.append(block)
            }
        }
        flush()
        let members = DocumentKind.constraintNames.compactMap { name in
            lists[name].map { (name, JSONValue(texts: $0)) }
        }
        return members.isEmpty ? nil : .object(JSONObject(members))
    }

    private static func constraintKind(of text: String) -> (kind: String?, rest: String) {
        guard let colon = text.firstIndex(of: ":") else { return (nil, text) }
        let name = text[..<colon].lowercased()
        let rest = String(text[text.index(after: colon)...]).trimmed
        guard DocumentKind.constraintNames.contains(name), !rest.isEmpty else { return (nil, text) }
        return (name, rest)
    }
}

extension MarkdownItem {
    /// The item's text with what is nested below it.
    var wholeText: String {
        var parts = text.isEmpty ? [] : [text]
        for block in blocks {
            if case .list(_, let items) = block.kind {
                parts += items.map(\.wholeText)
            } else if !block.text.isEmpty {
                parts.append(block.text.trimmed)
            }
        }
        return parts.joined(separator: "; ")
    }
}
