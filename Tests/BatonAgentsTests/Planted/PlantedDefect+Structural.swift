// Defects of what has to be there: completeness, measurability, traceability, scope.

import JSON

private typealias Part = DeliveryDraft

extension PlantedDefect {
    static let structural: [PlantedDefect] = [
        // Completeness.
        PlantedDefect("no checklist", .completeness, "parcel-scans") {
            $0.drop(part: Part.checks)
        },
        PlantedDefect("an analysis without figures", .completeness, "weather-map") {
            try $0.set(Part.analysis, "/quantities", [])
        },
        PlantedDefect("an analysis without sections", .completeness, "lab-results") {
            try $0.set(Part.analysis, "/sections", [])
        },
        PlantedDefect("no requirements", .completeness, "hotel-rates") {
            try $0.set(Part.snapshot, "/requirements", "none stated")
        },
        PlantedDefect("nothing to do next", .completeness, "invoice-mail") {
            try $0.set(Part.handoff, "/next_steps", "none stated")
        },
        PlantedDefect("the second queue is forgotten", .completeness, "push-messages") {
            let list = $0.value(Part.analysis, "/quantities")?.arrayValue ?? []
            try $0.set(
                Part.analysis, "/quantities",
                .array(list.filter { !($0["id"]?.stringValue?.contains("digests") ?? false) }))
            $0.replace("digests", with: "pushes")
        },
        PlantedDefect("a plan that decides nothing", .completeness, "bank-transfer") {
            try $0.set(Part.plan, "/decisions", "none stated")
            try $0.set(Part.handoff, "/decisions", "none stated")
        },

        // Measurability.
        PlantedDefect("a latency that must be at least", .measurability, "library-search") {
            try $0.set(Part.checks, "/checks/unit=s/comparator", ">=")
        },
        PlantedDefect("an availability that must be at most", .measurability, "school-grades") {
            try $0.set(Part.checks, "/checks/comparator=>=/comparator", "<=")
        },
        PlantedDefect("seconds called milliseconds", .measurability, "bank-transfer") {
            try $0.set(Part.checks, "/checks/unit=s/unit", "ms")
        },
        PlantedDefect("a threshold in words", .measurability, "meter-readings") {
            try $0.set(Part.checks, "/checks/0/threshold", "acceptable")
        },
        PlantedDefect("a method that is none", .measurability, "video-encoding") {
            try $0.set(Part.checks, "/checks/0/method", "as usual")
        },
        PlantedDefect("no time of measuring", .measurability, "tram-tickets") {
            try $0.set(Part.checks, "/checks/1/when", "later")
        },
        PlantedDefect("a metric that says nothing", .measurability, "parcel-scans") {
            try $0.set(Part.checks, "/checks/0/metric", "Works well")
        },
        PlantedDefect("a step that ends when it ends", .measurability, "clinic-booking") {
            try $0.set(Part.plan, "/steps/1/done_when", "When it is done")
        },

        // Traceability, both ways.
        PlantedDefect("a criterion that no check traces", .traceability, "bank-transfer") {
            let checks = $0.value(Part.checks, "/checks")?.arrayValue ?? []
            try $0.set(
                Part.checks, "/checks",
                .array(
                    checks.map { check in
                        var check = check
                        let traces = (check["traces"]?.arrayValue ?? []).filter { $0 != "AC3" }
                        check["traces"] = .array(traces)
                        return check
                    }))
        },
        PlantedDefect("a check that traces to nothing", .traceability, "meter-readings") {
            try $0.insert(
                Part.checks, "/checks",
                [
                    "id": "C90", "traces": [], "metric": "Colour of the dashboard",
                    "comparator": "=", "threshold": 1, "unit": "1", "method": "Look at it",
                    "when": "before release", "owner": "metering",
                ])
        },
        PlantedDefect("a check of a requirement that is not there", .traceability, "lab-results") {
            try $0.set(Part.checks, "/checks/0/traces", ["R99"])
        },
        PlantedDefect("a requirement from nowhere", .traceability, "library-search") {
            try $0.set(Part.snapshot, "/requirements/0/source", "/inputs/slo/uptime")
        },
        PlantedDefect("a requirement from a criterion too many", .traceability, "tram-tickets") {
            try $0.set(
                Part.snapshot, "/requirements/3/source",
                "/acceptance_criteria/9")
        },
        PlantedDefect("an objective as a number that is dropped", .traceability, "hotel-rates") {
            try $0.change(Part.snapshot, "/requirements/0", .remove)
        },
        PlantedDefect("a criterion in other words", .traceability, "invoice-mail") {
            try $0.set(
                Part.snapshot, "/acceptance_criteria/0/text",
                "Most invoices wait a short time in the queue.")
        },
        PlantedDefect("two criteria exchanged in the checks", .traceability, "photo-thumbnails") {
            try $0.set(Part.checks, "/checks/0/traces", ["SC1"])
        },

        // Scope.
        PlantedDefect("an objective made easier", .scope, "energy-market", by: GoodBrief.queue) {
            try $0.set(Part.snapshot, "/objective", "Most bids take part")
        },
        PlantedDefect("a constraint dropped", .scope, "lab-results") {
            try $0.set(Part.snapshot, "/constraints", "none stated")
        },
        PlantedDefect("a constraint dropped on the way on", .scope, "bank-transfer") {
            try $0.set(Part.handoff, "/constraints", "none stated")
        },
        PlantedDefect("nothing is out of scope", .scope, "photo-thumbnails") {
            try $0.set(Part.snapshot, "/out_of_scope", "none stated")
        },
        PlantedDefect("a step that is out of scope", .scope, "meter-readings") {
            try $0.insert(
                Part.plan, "/steps",
                [
                    "id": "S90", "title": "Choice of a queueing product",
                    "detail": "Compare three products and buy one.", "owner": "metering",
                    "depends_on": [], "done_when": "The product is bought",
                ])
        },
        PlantedDefect("a success criterion dropped", .scope, "video-encoding") {
            try $0.set(Part.snapshot, "/success_criteria", "none stated")
        },
        PlantedDefect("the definition of done dropped", .scope, "bank-transfer") {
            try $0.set(Part.handoff, "/definition_of_done", "none stated")
        },
        PlantedDefect("a promise lowered without asking", .scope, "weather-map") {
            try $0.insert(
                Part.plan, "/decisions",
                [
                    "id": "D90", "decision": "Lower the promised availability to 99 %",
                    "alternatives": [["option": "Keep it", "why_not": "It is hard to keep."]],
                    "rank": "convenience", "rationale": "Convenience decides: it is easier.",
                ])
            try $0.insert(
                Part.handoff, "/decisions",
                [
                    "id": "D90", "decision": "Lower the promised availability to 99 %",
                    "alternatives": [["option": "Keep it", "why_not": "It is hard to keep."]],
                    "rank": "convenience", "rationale": "Convenience decides: it is easier.",
                ])
        },
    ]
}
