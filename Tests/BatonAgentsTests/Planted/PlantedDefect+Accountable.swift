// Defects of who answers for what: risks, owners, decisions, contradictions.

import JSON

private typealias Part = DeliveryDraft

extension PlantedDefect {
    static let accountable: [PlantedDefect] = [
        // Risks.
        PlantedDefect("a likely and grave risk rated low", .risks, "photo-thumbnails") {
            try $0.set(Part.risks, "/risks/likelihood=high/severity", "low")
        },
        PlantedDefect("an unlikely and small risk rated critical", .risks, "bank-transfer") {
            try $0.set(Part.risks, "/risks/0/likelihood", "low")
            try $0.set(Part.risks, "/risks/0/severity", "critical")
        },
        PlantedDefect("a risk without an impact", .risks, "weather-map") {
            try $0.set(Part.risks, "/risks/0/impact", "none stated")
        },
        PlantedDefect("a risk that nobody knows a remedy for", .risks, "lab-results") {
            try $0.set(Part.risks, "/risks/0/mitigation", "unknown")
        },
        PlantedDefect("a remedy that repeats the risk", .risks, "invoice-mail") {
            let risk = $0.value(Part.risks, "/risks/0/risk") ?? .null
            try $0.set(Part.risks, "/risks/0/mitigation", risk)
        },
        PlantedDefect("a risk without a likelihood", .risks, "hotel-rates") {
            try $0.change(Part.risks, "/risks/0/likelihood", .remove)
        },
        PlantedDefect("a trigger that never shows", .risks, "parcel-scans") {
            try $0.set(Part.risks, "/risks/0/trigger", "n/a")
        },
        PlantedDefect("one risk twice, with two severities", .risks, "video-encoding") {
            var risk = $0.value(Part.risks, "/risks/0") ?? .null
            risk["id"] = "K90"
            risk["severity"] = risk["severity"] == "low" ? "high" : "low"
            try $0.insert(Part.risks, "/risks", risk)
        },

        // Ownership.
        PlantedDefect("a step that is nobody's", .ownership, "school-grades") {
            try $0.set(Part.plan, "/steps/0/owner", "-")
        },
        PlantedDefect("a step that is somebody's", .ownership, "clinic-booking") {
            try $0.set(Part.plan, "/steps/1/owner", "somebody")
        },
        PlantedDefect("a risk that is everybody's", .ownership, "push-messages") {
            try $0.set(Part.risks, "/risks/0/owner", "everyone")
        },
        PlantedDefect("a check whose owner is still to be named", .ownership, "meter-readings") {
            try $0.set(Part.checks, "/checks/0/owner", "to be named")
        },
        PlantedDefect("an owner that the brief does not know", .ownership, "tram-tickets") {
            try $0.set(Part.risks, "/risks/0/owner", "Jane Doe")
        },
        PlantedDefect("a check without an owner", .ownership, "library-search") {
            try $0.change(Part.checks, "/checks/0/owner", .remove)
        },
        PlantedDefect("a step of a team that was made up", .ownership, "lab-results") {
            try $0.set(Part.plan, "/steps/0/owner", "platform-core-squad")
        },

        // Decisions.
        PlantedDefect("a decision without an alternative", .decisions, "photo-thumbnails") {
            try $0.set(Part.plan, "/decisions/0/alternatives", "none stated")
        },
        PlantedDefect("an alternative rejected without a reason", .decisions, "bank-transfer") {
            try $0.set(Part.plan, "/decisions/0/alternatives/0/why_not", "n/a")
        },
        PlantedDefect("an alternative that is the decision", .decisions, "meter-readings") {
            let text = $0.value(Part.plan, "/decisions/0/decision") ?? .null
            try $0.set(Part.plan, "/decisions/0/alternatives/0/option", text)
        },
        PlantedDefect("a reason that is no reason", .decisions, "library-search") {
            try $0.set(Part.plan, "/decisions/0/alternatives/0/why_not", "Because.")
        },
        PlantedDefect("a decision without a rationale", .decisions, "weather-map") {
            try $0.set(Part.plan, "/decisions/0/rationale", "none")
        },
        PlantedDefect("a rank that the rationale denies", .decisions, "invoice-mail") {
            try $0.set(Part.plan, "/decisions/0/rank", "convenience")
        },
        PlantedDefect("a reason that repeats the alternative", .decisions, "tram-tickets") {
            let text = $0.value(Part.plan, "/decisions/0/alternatives/0/option") ?? .null
            try $0.set(Part.plan, "/decisions/0/alternatives/0/why_not", text)
        },

        // Contradictions.
        PlantedDefect("a summary with another figure", .contradictions, "weather-map") {
            let shown = try $0.quantity("error_budget.minutes")["shown"]?.stringValue ?? ""
            let text = $0.value(Part.handoff, "/summary")?.stringValue ?? ""
            try $0.set(
                Part.handoff, "/summary", .string(text.replacing(shown, with: "412.7 min")))
        },
        PlantedDefect("a table with another figure", .contradictions, "bank-transfer") {
            let shown = try $0.quantity("alert.page_1h.ratio")["shown"]?.stringValue ?? ""
            let sections = $0.value(Part.analysis, "/sections")?.arrayValue ?? []
            let edited = sections.map { section -> JSONValue in
                var section = section
                let rows = (section.value(at: "/table/rows")?.arrayValue ?? []).map { row in
                    JSONValue.array(
                        (row.arrayValue ?? []).map { $0 == .string(shown) ? "7.77 %" : $0 })
                }
                if section["table"] != nil { section["table"]?["rows"] = .array(rows) }
                return section
            }
            try $0.set(Part.analysis, "/sections", .array(edited))
        },
        PlantedDefect("a handoff with another objective", .contradictions, "lab-results") {
            try $0.set(Part.handoff, "/objective", "Results reach the ward")
        },
        PlantedDefect("a handoff with other decisions", .contradictions, "photo-thumbnails") {
            try $0.set(
                Part.handoff, "/decisions/0/decision", "Run a single worker and hope for the best")
        },
        PlantedDefect("a handoff with other inputs", .contradictions, "library-search") {
            try $0.set(Part.handoff, "/inputs/slo/availability", 0.9)
        },
        PlantedDefect("one metric, two thresholds", .contradictions, "hotel-rates") {
            var check = $0.value(Part.checks, "/checks/0") ?? .null
            check["id"] = "C90"
            check["threshold"] = .number((check["threshold"]?.doubleValue ?? 1) * 0.9)
            try $0.insert(Part.checks, "/checks", check)
        },
        PlantedDefect("two summaries that differ", .contradictions, "parcel-scans") {
            try $0.set(Part.analysis, "/summary", "Queue scans needs no workers at all.")
        },
        PlantedDefect("an assumption with another number", .contradictions, "invoice-mail") {
            // The figures still use what was assumed before.
            let list = $0.value(Part.snapshot, "/assumptions")?.arrayValue ?? []
            let edited = list.map { item -> JSONValue in
                var item = item
                let text = item["statement"]?.stringValue ?? ""
                item["statement"] = .string(
                    text.replacing("up to 5 min", with: "up to 45 min"))
                return item
            }
            try $0.set(Part.snapshot, "/assumptions", .array(edited))
        },
        PlantedDefect("a step with another number of workers", .contradictions, "lab-results") {
            try $0.append(Part.plan, "/steps/0/detail", " Start 37 workers for results.")
        },
    ]
}
