// The control documents for people: plan, verdict and escalation.
import JSON

extension DeliverableMarkdown {
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
                [
                    row.shown("agent"), row.shown("score"),
                    row["chosen"]?.boolValue == true ? "yes" : "no", row.shown("reasons"),
                ]
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
