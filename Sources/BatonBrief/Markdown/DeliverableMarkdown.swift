// Deliverables for people: each JSON document as Markdown that a manager can read, the summary
// first, every number with its formula and inputs, and the decisions that were taken.
package import JSON
import PlainText

/// Renders deliverables.
package enum DeliverableMarkdown {
    /// One document as Markdown. Parts of unknown kinds become their JSON in a code block.
    /// - Parameter context: what else is known, so that figures name the value they came from and
    ///   lead to their derivations.
    package static func render(
        _ document: JSONValue, kind: DocumentKind, context: DeliveryContext = DeliveryContext(),
    ) -> String {
        let context = kind == .analysis ? context.showing(document) : context
        let figures = context.figures(in: kind == .analysis ? "" : "analysis.md")
        return writer(document, kind: kind, context: context, figures: figures).text
    }

    /// One document in blocks.
    /// - Parameter shownFigures: for a page where the derivations stand elsewhere, the figures that
    ///   are this document's own; nil shows all, with their derivations.
    static func writer(
        _ document: JSONValue, kind: DocumentKind, context: DeliveryContext,
        figures: FigureLinks, shownFigures: Set<String>? = nil,
    ) -> MarkdownWriter {
        var writer = MarkdownWriter(figures: figures)
        writer.heading(1, kind.title.capitalizedFirst)
        if let agent = document["agent"]?.stringValue, let task = document["task"]?.stringValue {
            writer.paragraph("By \(agent), task \(task).")
        }
        switch kind {
        case .objectiveSnapshot: objectiveSnapshot(document, &writer)
        case .executionPlan: executionPlan(document, &writer)
        case .riskRegister: riskRegister(document, &writer)
        case .validationChecklist: validationChecklist(document, &writer)
        case .handoffPacket: handoffPacket(document, &writer)
        case .analysis: analysis(document, &writer, context: context, only: shownFigures)
        case .plan: plan(document, &writer)
        case .verdict: verdict(document, &writer)
        case .escalation: escalation(document, &writer)
        case .brief, .packet, .answer, .decision, .evidence, .exampleChecks, .card, .event:
            writer.code("json", document.prettyPrinted())
        }
        return writer
    }

    private static func objectiveSnapshot(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        writer.paragraph(document.shown("objective"))
        for (key, title) in [
            ("success_criteria", "Success criteria"),
            ("acceptance_criteria", "Acceptance criteria"),
        ] {
            writer.heading(2, title)
            writer.table(
                ["Id", "Criterion"],
                (document[key]?.listed ?? []).map { [$0.shown("id"), $0.shown("text")] })
        }
        decided(document["decided"], &writer)
        writer.heading(2, "Requirements")
        writer.table(
            ["Id", "Requirement", "Kind", "Source"],
            (document["requirements"]?.listed ?? []).map { row in
                ["id", "text", "kind", "source"].map { row.shown($0) }
            })
        constraints(document["constraints"], &writer)
        writer.heading(2, "Assumptions")
        writer.table(
            ["Id", "Assumption", "Confidence"],
            (document["assumptions"]?.listed ?? []).map { row in
                [row.shown("id"), row.shown("statement"), confidence(of: row)]
            })
        for (key, title) in [("decides", "Decided here"), ("must_ask", "Left to a person")] {
            writer.section(2, title, (document[key]?.listed ?? []).map(\.readable))
        }
        writer.section(2, "Out of scope", (document["out_of_scope"]?.listed ?? []).map(\.readable))
    }

    /// `0.70 (ceiling: inference 0.70) - rationale`.
    static func confidence(of row: JSONValue) -> String {
        ConfidenceText(of: row)?.description ?? row.shown("confidence")
    }

    private static func decided(_ value: JSONValue?, _ writer: inout MarkdownWriter) {
        guard let rows = value?.arrayValue, !rows.isEmpty else { return }
        writer.heading(2, "Decisions taken")
        writer.table(
            ["Escalation", "Decision", "Reason", "By"],
            rows.map {
                [$0.shown("escalation"), $0.shown("label"), $0.shown("reason"), $0.shown("by")]
            })
    }

    private static func constraints(_ value: JSONValue?, _ writer: inout MarkdownWriter) {
        writer.section(
            2, "Constraints",
            (value?.objectValue?.members ?? []).flatMap { name, texts in
                texts.listed.map { "\(name.capitalizedFirst): \($0.readable)" }
            })
    }

    private static func executionPlan(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        let steps = document["steps"]?.listed ?? []
        let free = steps.filter { $0["depends_on"]?.listed.isEmpty ?? true }.map { $0.shown("id") }
        writer.paragraph(
            "\(Counted.text(steps.count, "step")); what can begin at once:"
                + " \(free.joined(separator: ", ")).")
        writer.heading(2, "Steps")
        writer.table(
            ["Id", "Step", "Owner", "After", "Done when"],
            steps.map { step in
                ["id", "title", "owner", "depends_on", "done_when"].map { step.shown($0) }
            })
        for step in steps where step.shown("detail") != step.shown("title") {
            writer.heading(3, "\(step.shown("id")) \(step.shown("title"))")
            writer.paragraph(step.shown("detail"))
        }
        writer.heading(2, "Decisions")
        writer.table(
            ["Id", "Decision", "Rank", "Why", "Rests on", "Instead of"],
            (document["decisions"]?.listed ?? []).map { row in
                let others = (row["alternatives"]?.listed ?? []).map {
                    "\($0.shown("option")) (\($0.shown("why_not")))"
                }
                return [
                    row.shown("id"), row.shown("decision"), row.shown("rank"),
                    row.shown("rationale"),
                    (row["evidence"]?.texts ?? []).joined(separator: "; "),
                    others.joined(separator: "; "),
                ]
            })
    }

    /// Worst first; those of one severity keep their order.
    static func bySeverity(_ risks: [JSONValue]) -> [JSONValue] {
        let order = DocumentKind.severities
        return risks.enumerated().sorted { left, right in
            let first = order.firstIndex(of: left.element.shown("severity")) ?? 0
            let second = order.firstIndex(of: right.element.shown("severity")) ?? 0
            return first == second ? left.offset < right.offset : first > second
        }.map(\.element)
    }

    private static func riskRegister(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        let risks = bySeverity(document["risks"]?.listed ?? [])
        let counts = DocumentKind.severities.reversed().compactMap { severity -> String? in
            let count = risks.count { $0.shown("severity") == severity }
            return count > 0 ? "\(count) \(severity)" : nil
        }
        writer.paragraph(
            "\(Counted.text(risks.count, "risk")): \(counts.joined(separator: ", ")).")
        writer.table(
            ["Id", "Risk", "Severity", "Likelihood", "Impact", "Mitigation", "Owner", "Trigger"],
            risks.map { row in
                [
                    "id", "risk", "severity", "likelihood", "impact", "mitigation", "owner",
                    "trigger",
                ].map { row.shown($0) }
            })
        let told = risks.filter { !($0["sources"]?.listed ?? []).isEmpty }
        guard !told.isEmpty else { return }
        writer.heading(2, DeliverableReader.toldTitle)
        writer.table(
            ["Id", "Agent", "In its words"],
            told.flatMap { risk in
                (risk["sources"]?.listed ?? []).map {
                    [risk.shown("id"), $0.shown("agent"), $0.shown("risk")]
                }
            })
    }

    private static func validationChecklist(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        let checks = document["checks"]?.listed ?? []
        let proved = checks.flatMap { texts($0["traces"]) }
        var criteria: [String] = []
        for id in proved where !criteria.contains(id) { criteria.append(id) }
        writer.paragraph(
            Counted.text(checks.count, "check")
                + (criteria.isEmpty
                    ? "." : "; criteria proved: \(criteria.joined(separator: ", "))."))
        writer.table(
            ["Id", "Proves", "Check", "How", "When", "Owner"],
            checks.map { row in
                [
                    row.shown("id"), row.shown("traces"),
                    "\(row.shown("metric")) \(comparator(row)) \(threshold(row))",
                    row.shown("method"), row.shown("when"), row.shown("owner"),
                ]
            })
    }

    private static func comparator(_ check: JSONValue) -> String {
        switch check.shown("comparator") {
        case "<=": "≤"
        case ">=": "≥"
        case let other: other
        }
    }

    private static func threshold(_ check: JSONValue) -> String {
        let unit = check["unit"]?.stringValue ?? ""
        guard let number = check["threshold"]?.doubleValue else { return check.shown("threshold") }
        switch unit {
        case "s": return Units.shown(number, .duration)
        case "1/s": return Units.shown(number, .rate)
        case "ratio": return Units.shown(number, .ratio)
        case "B": return Units.shown(number, .size)
        case "1/d": return check.shown("threshold") + " a day"
        case "1": return check.shown("threshold")
        default: return check.shown("threshold") + (unit.isEmpty ? "" : " \(unit)")
        }
    }

    private static func handoffPacket(_ document: JSONValue, _ writer: inout MarkdownWriter) {
        writer.paragraph(document.shown("summary"))
        if let to = document["to"]?.stringValue, to != noneStated { writer.paragraph("To: \(to)") }
        writer.section(2, "Next steps", texts(document["next_steps"]))
        writer.section(2, "Open questions", texts(document["open_questions"]))
        openDecisions(document["open_decisions"]?.listed ?? [], &writer)
        commands(document["recommended_commands"]?.listed ?? [], &writer)
        delivered(document["delivered"]?.listed ?? [], &writer)
        writer.heading(2, "Decisions taken")
        writer.table(
            ["Escalation", "Blocker", "Decision", "Reason", "By"],
            (document["answers"]?.listed ?? []).map { row in
                ["escalation", "blocker", "label", "reason", "by"].map { row.shown($0) }
            })
        writer.heading(2, "Proposed tasks")
        writer.table(
            ["Agent", "Task", "Why"],
            (document["proposed_tasks"]?.listed ?? []).map { row in
                ["agent", "title", "why"].map { row.shown($0) }
            })
        writer.heading(2, "Objective")
        writer.paragraph(document.shown("objective"))
        writer.section(2, "Success criteria", texts(document["success_criteria"]))
        constraints(document["constraints"], &writer)
        writer.section(2, "Definition of done", texts(document["definition_of_done"]))
        if let inputs = document["inputs"], inputs.objectValue != nil {
            writer.heading(2, "Inputs, in base units")
            writer.code("json", inputs.prettyPrinted())
        }
    }

    /// What the playbook asked for, and where it stands.
    private static func delivered(_ items: [JSONValue], _ writer: inout MarkdownWriter) {
        guard !items.isEmpty else { return }
        writer.heading(2, "Delivered")
        writer.table(
            ["Item", "Where", "Not applicable because"],
            items.map { row in
                [
                    row.shown("id"), row["where"]?.texts?.joined(separator: ", ") ?? "",
                    row["not_applicable"]?.stringValue ?? "",
                ]
            })
    }

    /// What agents disagree about and no rank decides, with options and the advice.
    static func openDecisions(_ decisions: [JSONValue], _ writer: inout MarkdownWriter) {
        guard !decisions.isEmpty else { return }
        writer.heading(2, "Open decisions")
        for decision in decisions {
            writer.heading(3, "\(decision.shown("id")), for \(decision.shown("owner"))")
            writer.paragraph(decision.shown("question"))
            writer.table(
                ["Agent", "Says", "Where", "Rank"],
                (decision["positions"]?.listed ?? []).map { row in
                    [
                        row.shown("agent"), row.shown("says"),
                        row.shown("part") + row.shown("pointer"), row.shown("rank"),
                    ]
                })
            writer.table(
                ["Option", "What", "Trade-offs"],
                (decision["options"]?.listed ?? []).map { option in
                    let id = option.shown("id")
                    return [
                        id == decision.shown("recommended") ? "\(id) (recommended)" : id,
                        option.shown("label"), option.shown("tradeoffs"),
                    ]
                })
            writer.paragraph(decision.shown("rationale"))
        }
    }

    private static func commands(_ commands: [JSONValue], _ writer: inout MarkdownWriter) {
        guard !commands.isEmpty else { return }
        writer.heading(2, "Recommended commands")
        writer.paragraph("Kept for people to read and to run themselves. Baton never runs them.")
        writer.table(
            ["Command", "Why", "By"],
            commands.map { row in
                [
                    DocumentText(code: row.shown("command")), writer.linked(row.shown("why")),
                    DocumentText(row.shown("by")),
                ]
            })
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        (value?.listed ?? []).map(\.readable)
    }
}
