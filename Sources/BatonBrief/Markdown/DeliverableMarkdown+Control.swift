// The analysis with its numbers, and the control documents, as Markdown.
import JSON

extension DeliverableMarkdown {
    static func analysis(
        _ document: JSONValue, _ writer: inout MarkdownWriter, inputs: JSONValue?,
    ) {
        writer.paragraph(document.shown("summary"))
        writer.heading(2, "Numbers")
        let quantities = document["quantities"]?.listed ?? []
        let explains = (document["sections"]?.listed ?? []).contains { $0["title"] == "Formulas" }
        writer.table(
            ["Number", "Value", "Formula", "From", "Confidence"],
            quantities.map { row in
                [
                    row.shown("label"), row.shown("shown"),
                    explains ? "[\(row.shown("formula"))](#formulas)" : row.shown("formula"),
                    (row["inputs"]?.listed ?? []).map { source($0, quantities, inputs) }
                        .joined(separator: "; "),
                    confidence(of: row),
                ]
            })
        for section in document["sections"]?.listed ?? [] {
            writer.heading(2, section.shown("title"))
            writer.paragraph(section["text"]?.stringValue ?? "")
            if let table = section["table"] {
                writer.table(
                    table["columns"]?.texts ?? [],
                    (table["rows"]?.listed ?? []).map { $0.texts ?? [] })
            }
        }
    }

    /// `availability = slo.availability = 99.9%`: the place by the names that the brief uses, and
    /// its value. Without the packet's inputs only the pointer is known.
    private static func source(
        _ input: JSONValue, _ quantities: [JSONValue], _ inputs: JSONValue?,
    ) -> String {
        let name = input.shown("name")
        if let pointer = input["pointer"]?.stringValue {
            let place = inputs.flatMap { InputPlace(pointer, inputs: $0) }
            return "\(name) = \(place?.description ?? pointer)"
        }
        if let quantity = input["quantity"]?.stringValue {
            let found = quantities.first { $0["id"]?.stringValue == quantity }
            return found.map { "\(name) = \($0.shown("shown")) (\($0.shown("label")))" }
                ?? "\(name) = \(quantity)"
        }
        let assumption = input["assumption"]?.stringValue.map { " (assumption \($0))" } ?? ""
        return "\(name) = \(input.shown("value"))\(assumption)"
    }

    static func plan(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        writer.heading(2, "Tasks")
        writer.table(
            ["Id", "Agent", "Task", "After"],
            (document["tasks"]?.listed ?? []).map { row in
                ["id", "agent", "title", "depends_on"].map { row.shown($0) }
            })
        writer.heading(2, "Route")
        writer.table(
            ["Agent", "Score", "Chosen", "Why"],
            (document["route"]?.listed ?? []).map { row in
                ["agent", "score", "chosen", "reasons"].map { row.shown($0) }
            })
    }

    static func verdict(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        writer.paragraph("\(document.shown("subject")) is \(document.shown("verdict")).")
        writer.paragraph(document["summary"]?.stringValue ?? "")
        let findings = document["findings"]?.listed ?? []
        guard !findings.isEmpty else { return }
        writer.table(
            ["Rule", "Severity", "Where", "Finding", "What would satisfy it"],
            findings.map { row in
                [
                    row.shown("rule"), row.shown("severity"),
                    "\(row.shown("part")) \(row.shown("place"))", row.shown("message"),
                    row.shown("satisfy"),
                ]
            })
    }

    static func escalation(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        writer.paragraph(document.shown("blocker"))
        writer.list(
            [
                ("impact", "Impact"), ("needs", "Needs"), ("severity", "Severity"),
                ("owner", "Owner"),
            ]
            .map { "\($0.1): \(document.shown($0.0))" })
        writer.heading(2, "Options")
        let recommended = document.shown("recommended")
        writer.table(
            ["Option", "What", "Trade-offs", "Effect"],
            (document["options"]?.listed ?? []).map { row in
                let id = row.shown("id")
                let effect = row["effect"] ?? .null
                return [
                    id == recommended ? "\(id) (recommended)" : id, row.shown("label"),
                    row.shown("tradeoffs"),
                    effect["patch"]?.encodedText ?? effect["instructions"]?.stringValue
                        ?? effect.shown("kind"),
                ]
            })
        writer.paragraph("Why \(recommended): \(document.shown("rationale"))")
    }
}
