// The analysis with its numbers, and the control documents, as Markdown.
package import JSON

extension DeliverableMarkdown {
    static func analysis(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        writer.paragraph(document.shown("summary"))
        writer.heading(2, "Numbers")
        writer.table(
            ["Number", "Value", "Formula", "From", "Evidence", "Confidence"],
            (document["quantities"]?.listed ?? []).map { row in
                [
                    row.shown("label"), row.shown("shown"), row.shown("formula"),
                    (row["inputs"]?.listed ?? []).map(source).joined(separator: "; "),
                    row.shown("evidence"), row.shown("confidence"),
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

    /// `availability = /inputs/slo/availability`.
    private static func source(_ input: JSONValue) -> String {
        let name = input.shown("name")
        if let pointer = input["pointer"]?.stringValue { return "\(name) = \(pointer)" }
        if let quantity = input["quantity"]?.stringValue { return "\(name) = \(quantity)" }
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
        writer.table(
            ["Rule", "Severity", "Where", "Finding", "What would satisfy it"],
            (document["findings"]?.listed ?? []).map { row in
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

    /// One accepted task, as the index of a brief's deliverables lists it.
    package struct IndexEntry: Sendable {
        /// `t-18`.
        package var task: String
        package var kind: TaskKindName
        package var agent: String
        package var title: String
        package var state: String
        /// File names relative to the index.
        package var files: [String]
        /// Parsed documents by part name; those that are there are summed up.
        package var documents: [String: JSONValue]

        package init(
            task: String, kind: TaskKindName, agent: String, title: String, state: String,
            files: [String], documents: [String: JSONValue],
        ) {
            self.task = task
            self.kind = kind
            self.agent = agent
            self.title = title
            self.state = state
            self.files = files
            self.documents = documents
        }
    }

    /// index.md of a brief's deliverables: the closing summary first, then decisions, risks,
    /// numbers and the way to everything else.
    /// - Parameter brief: brief.json.
    package static func index(
        briefID: String, state: String, brief: JSONValue, entries: [IndexEntry],
    ) -> String {
        var writer = MarkdownWriter()
        writer.heading(1, brief["title"]?.stringValue ?? "Brief \(briefID)")
        writer.paragraph("Brief \(briefID) is \(state).")
        writer.paragraph(brief.shown("objective"))
        let close = entries.last { $0.kind == .close }
        let handoff = close?.documents["handoff_packet.json"]
        if let handoff {
            writer.heading(2, "Summary")
            writer.paragraph(handoff.shown("summary"))
            writer.section(2, "Next steps", (handoff["next_steps"]?.listed ?? []).map(\.readable))
            let questions = (handoff["open_questions"]?.listed ?? []).map(\.readable)
            if !questions.isEmpty { writer.section(2, "Open questions", questions) }
            let answers = handoff["answers"]?.listed ?? []
            if !answers.isEmpty {
                writer.heading(2, "Decisions taken")
                writer.table(
                    ["Escalation", "Blocker", "Decision", "Reason", "By"],
                    answers.map { row in
                        ["escalation", "blocker", "label", "reason", "by"].map { row.shown($0) }
                    })
            }
        }
        indexNumbers(entries, &writer)
        writer.heading(2, "Deliverables")
        writer.table(
            ["Task", "Agent", "What", "State", "Files"],
            entries.map { entry in
                [
                    entry.task, entry.agent, entry.title, entry.state,
                    entry.files.map { "[\($0)](\($0))" }.joined(separator: ", "),
                ]
            })
        return writer.text
    }

    private static func indexNumbers(_ entries: [IndexEntry], _ writer: inout MarkdownWriter) {
        let rows = entries.flatMap { entry in
            (entry.documents["analysis.json"]?["quantities"]?.listed ?? []).map { row in
                [row.shown("label"), row.shown("shown"), row.shown("formula"), entry.agent]
            }
        }
        guard !rows.isEmpty else { return }
        writer.heading(2, "Numbers")
        writer.table(["Number", "Value", "Formula", "By"], rows)
    }
}
