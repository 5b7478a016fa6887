// Defects of numbers: figures, formulas applied wrongly with all that follows, confidence.

import Arithmetic
import BatonAgents
import JSON
import Testing

private typealias Part = DeliveryDraft

extension PlantedDefect {
    static let numerical: [PlantedDefect] = [
        // Figures.
        PlantedDefect("a load one per cent too high", .figures, "photo-thumbnails") {
            try $0.change(
                Part.analysis, "/quantities/id=load.0.thumbnails/value", .scale(1.01))
        },
        PlantedDefect("one worker fewer", .figures, "invoice-mail") {
            let workers = try $0.figure("workers.planned.0.invoices")
            try $0.set(
                Part.analysis, "/quantities/id=workers.planned.0.invoices/value",
                .number(workers - 1))
        },
        PlantedDefect("minutes called seconds", .figures, "weather-map") {
            try $0.set(Part.analysis, "/quantities/id=error_budget.minutes/unit", "s")
        },
        PlantedDefect("a figure shown better than it is", .figures, "bank-transfer") {
            try $0.set(
                Part.analysis, "/quantities/id=availability.dependencies/shown", "99.999 %")
        },
        PlantedDefect("an input that is not there", .figures, "lab-results") {
            try $0.set(
                Part.analysis, "/quantities/id=load.0.results/inputs/1/pointer",
                "/inputs/queues/3/service_time/mean")
        },
        PlantedDefect("an input that comes later", .figures, "meter-readings") {
            try $0.set(
                Part.analysis, "/quantities/id=load.0.readings/inputs/0/quantity",
                "capacity.0.readings")
        },
        PlantedDefect("a figure of no formula", .figures, "hotel-rates") {
            try $0.set(
                Part.analysis, "/quantities/id=availability.dependencies/formula", "experience")
        },
        PlantedDefect("a figure in words", .figures, "parcel-scans") {
            try $0.set(Part.analysis, "/quantities/id=load.0.scans/value", "about three")
        },

        // Another formula, and everything that depends on it derived from its result.
        PlantedDefect("Erlang B sold as Erlang C", .formulas, "photo-thumbnails") {
            let load = try $0.figure("load.0.thumbnails")
            let workers = try $0.figure("workers.planned.0.thumbnails")
            try $0.restate(
                "erlang_c.0.thumbnails",
                try #require(Erlang.b(servers: Int(workers), load: load)))
        },
        PlantedDefect("a wait without its variation", .formulas, "video-encoding") {
            try $0.restate("wait.mean.0.encodes", try $0.figure("wait.mean.0.encodes") / 0.745)
        },
        PlantedDefect("a load without the retries", .formulas, "invoice-mail") {
            try $0.derive(
                "load.0.invoices", by: "offered-load",
                [
                    [
                        "name": "arrival_rate",
                        "pointer": "/inputs/queues/0/arrival_rate/mean",
                    ],
                    [
                        "name": "service_time",
                        "pointer": "/inputs/queues/0/service_time/mean",
                    ],
                ])
        },
        PlantedDefect("redundant providers taken in series", .formulas, "hotel-rates") {
            try $0.derive(
                "availability.dependencies", by: "series",
                (0..<3).map {
                    [
                        "name": "availability",
                        "pointer": .string("/inputs/dependencies/\($0)/availability"),
                    ]
                })
        },
        PlantedDefect("a drain at full capacity", .formulas, "meter-readings") {
            let backlog = try $0.figure("outage.backlog.0.readings")
            try $0.restate(
                "outage.drain.0.readings", backlog / (try $0.figure("capacity.0.readings")))
        },
        PlantedDefect("a drain by the formula of a delay", .formulas, "photo-thumbnails") {
            try $0.derive(
                "outage.drain.0.thumbnails", by: "backlog-delay",
                [
                    ["name": "backlog", "quantity": "outage.backlog.0.thumbnails"],
                    ["name": "capacity", "quantity": "capacity.0.thumbnails"],
                ])
        },
        PlantedDefect("an error budget in hours", .formulas, "school-grades") {
            try $0.restate(
                "error_budget.minutes", try $0.figure("error_budget.minutes") / 60)
        },
        PlantedDefect("workers that only just keep up", .formulas, "lab-results") {
            try $0.derive(
                "workers.steady.0.results", by: "workers-stable",
                [
                    ["name": "arrival_rate", "quantity": "arrivals.effective.0.results"],
                    [
                        "name": "service_time",
                        "pointer": "/inputs/queues/0/service_time/mean",
                    ],
                ])
        },
        PlantedDefect("the median sold as the mean", .formulas, "bank-transfer") {
            try $0.restate("latency.mean.0.ledger", 0.015)
        },
        PlantedDefect("a timeout from the 99th percentile", .formulas, "hotel-rates") {
            try $0.restate("timeout.0.provider-a", 0.38)
        },
        PlantedDefect("the availability of another dependency", .formulas, "bank-transfer") {
            try $0.derive(
                "availability.dependency.0.ledger", by: "dependency-availability",
                [
                    [
                        "name": "availability",
                        "pointer": "/inputs/dependencies/1/availability",
                    ]
                ])
        },
        PlantedDefect("the mean taken for the peak", .formulas, "parcel-scans") {
            let inputs = (try $0.quantity("utilisation.peak.0.scans"))["inputs"]?.arrayValue ?? []
            try $0.derive(
                "utilisation.peak.0.scans", by: "utilisation",
                [["name": "arrival_rate", "quantity": "arrivals.effective.0.scans"]]
                    + inputs.dropFirst())
        },

        // Confidence.
        PlantedDefect("an estimate as sure as a computation", .confidence, "tram-tickets") {
            try $0.set(
                Part.analysis, "/quantities/id=availability.attainable/ceiling", 0.9)
            try $0.set(
                Part.analysis, "/quantities/id=availability.attainable/confidence", 0.9)
        },
        PlantedDefect("a fitted quantile called computed", .confidence, "hotel-rates") {
            try $0.set(
                Part.analysis, "/quantities/id=timeout.0.provider-a/evidence", "computed")
        },
        PlantedDefect("a fit above the ceiling of inference", .confidence, "lab-results") {
            try $0.set(
                Part.analysis, "/quantities/id=workers.steady.0.results/confidence", 0.9)
        },
        PlantedDefect("an assumption surer than its kind", .confidence, "photo-thumbnails") {
            try $0.set(Part.snapshot, "/assumptions/0/confidence", 1)
        },
        PlantedDefect("a report called a measurement", .confidence, "video-encoding") {
            try $0.set(
                Part.analysis, "/quantities/id=load.0.encodes/evidence", "measurement")
        },
        PlantedDefect("a guess called a definition", .confidence, "news-comments") {
            let id = "/assumptions/evidence=inference"
            try $0.set(Part.snapshot, id + "/ceiling", 0.95)
            try $0.set(Part.snapshot, id + "/confidence", 0.95)
            try $0.set(Part.snapshot, id + "/evidence", "definition")
        },
        PlantedDefect("sure of what rests on a report", .confidence, "weather-map") {
            try $0.set(
                Part.analysis, "/quantities/id=error_budget.requests/confidence", 0.88)
            try $0.set(
                Part.analysis, "/quantities/id=error_budget.requests/ceiling", 0.88)
        },
    ]
}
