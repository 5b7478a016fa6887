// One Markdown document with the five headings, turned into the five JSON documents. What is stated
// is kept; what the schemas need and the text does not say is refused with its line. What the
// packet already says (criteria, constraints, inputs) is taken from there.
package import JSON
import Markdown
import PlainText

/// A Markdown delivery that was refused; every problem with its line.
package struct MarkdownRefusal: Error, Sendable {
    /// Never empty.
    package let diagnostics: [Diagnostic]
}

/// Reads Markdown deliveries.
package enum MarkdownDeliverables {
    /// The five headings, in the order of the deliverables.
    package static let headings: [(kind: DocumentKind, heading: String)] = [
        (.objectiveSnapshot, "objective snapshot"), (.executionPlan, "execution plan"),
        (.riskRegister, "risk register"), (.validationChecklist, "validation checklist"),
        (.handoffPacket, "handoff packet"),
    ]

    /// The five documents.
    /// - Parameters:
    ///   - packet: the packet that the delivery answers; gives agent, task and what it states.
    /// - Throws: every problem, by line.
    package static func documents(
        fromMarkdown bytes: [UInt8], packet: HandoffPacket,
    ) throws(MarkdownRefusal) -> [(name: String, document: JSONValue)] {
        func refused(_ message: String, _ suggestion: String) -> MarkdownRefusal {
            MarkdownRefusal(diagnostics: [
                Diagnostic(.error, line: nil, message, suggestion: suggestion)
            ])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw refused("the document is not UTF-8", "deliver UTF-8 text")
        }
        guard let markdown = MarkdownDocument(parsing: text) else {
            throw refused(
                MarkdownDocument.problem(with: text) ?? "the document is not Markdown",
                "deliver a shorter document")
        }
        var diagnostics: [Diagnostic] = []
        let zones = zones(of: markdown, &diagnostics)
        var documents: [(name: String, document: JSONValue)] = []
        for (kind, heading) in headings {
            guard let zone = zones.first(where: { $0.kind == kind }) else { continue }
            var reader = DeliverableReader(packet: packet, zone: zone.zone)
            let document = reader.document(kind)
            diagnostics += reader.diagnostics
            if !reader.diagnostics.hasErrors {
                diagnostics += kind.findings(in: document).map { finding in
                    Diagnostic(
                        .error, line: zone.zone.line, field: heading,
                        "\(heading): \(finding.pointer): \(finding.message)",
                        suggestion: finding.satisfy)
                }
            }
            documents.append(("\(kind.rawValue).json", document))
        }
        guard !diagnostics.hasErrors else {
            throw MarkdownRefusal(diagnostics: diagnostics.inOrder)
        }
        return documents
    }

    private static func zones(
        of markdown: MarkdownDocument, _ diagnostics: inout [Diagnostic],
    ) -> [(kind: DocumentKind, zone: DeliverableZone)] {
        let found = markdown.sections.compactMap { section -> (DocumentKind, MarkdownSection)? in
            kind(of: section.heading).map { ($0, section) }
        }
        var zones: [(kind: DocumentKind, zone: DeliverableZone)] = []
        let end = markdown.firstLine + markdown.lines.count
        for (index, (kind, section)) in found.enumerated() {
            let last = index + 1 < found.count ? found[index + 1].1.line : end
            if let first = zones.first(where: { $0.kind == kind }) {
                diagnostics.append(
                    Diagnostic(
                        .error, line: section.line, field: kind.title,
                        "the heading \(kind.title) stands twice, first in line \(first.zone.line)",
                        suggestion: "keep one of them"))
                continue
            }
            let blocks = markdown.blocks.filter { $0.line > section.line && $0.line < last }
            if blocks.isEmpty {
                diagnostics.append(
                    Diagnostic(
                        .error, line: section.line, field: kind.title,
                        "nothing stands below the heading \(kind.title)",
                        suggestion: "fill the section"))
            }
            zones.append((kind, DeliverableZone(line: section.line, blocks: blocks)))
        }
        for (kind, heading) in headings where !zones.contains(where: { $0.kind == kind }) {
            diagnostics.append(
                Diagnostic(
                    .error, line: nil, field: heading, "the heading \(heading) is missing",
                    suggestion: "add a heading ## \(heading.capitalizedFirst)"))
        }
        return zones
    }

    private static func kind(of heading: String) -> DocumentKind? {
        let plain = heading.lowercased().trimmed
        let name = plain.drop { $0.isNumber || $0 == "." || $0 == ")" || $0 == " " }
        return headings.first { $0.heading == name || $0.heading + ":" == name }?.kind
    }
}

/// The blocks below one of the five headings.
struct DeliverableZone {
    let line: Int
    let blocks: [MarkdownBlock]

    /// The blocks under a subheading of one of these names, up to the next subheading.
    func part(_ names: String...) -> [MarkdownBlock] {
        guard
            let start = blocks.firstIndex(where: { block in
                guard case .heading = block.kind else { return false }
                return names.contains(block.text.lowercased().trimmed)
            })
        else { return [] }
        return Array(blocks[(start + 1)...].prefix { !$0.isHeading })
    }

    /// The blocks that stand under no subheading.
    var opening: [MarkdownBlock] { Array(blocks.prefix { !$0.isHeading }) }

    /// The blocks under none of these subheadings.
    func except(_ names: String...) -> [MarkdownBlock] {
        var isOut = false
        return blocks.filter { block in
            if block.isHeading { isOut = names.contains(block.text.lowercased().trimmed) }
            return !isOut && !block.isHeading
        }
    }
}

extension MarkdownBlock {
    var isHeading: Bool {
        if case .heading = kind { true } else { false }
    }
}

extension String {
    package var capitalizedFirst: String {
        prefix(1).uppercased() + dropFirst()
    }
}
