// Plots of the engines: every point is what its formula gives, by figures from outside; and the
// gate finds a planted point, line, formula and unit that is wrong.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Plots")
struct PlotTests {
    static let analysis = "analysis.json"
    private static let reliability = "backend.api_reliability"
    private static let planner = "backend.queue_worker_planner"

    private func plots(_ agent: String) throws -> [Plot] {
        let delivered = try Desk(try Repository.brief("payment-capture.md"))
            .delivered(agent, task: "t-5")
        return (try delivered.json(Self.analysis)["plots"]?.arrayValue ?? [])
            .compactMap { Plot($0) }
    }

    private func at(_ series: Plot.Series?, _ value: Double) -> Double? {
        series.flatMap { series in
            series.values.firstIndex(of: value).map { series.points[$0] }
        }
    }

    static let formulas: [Vector] = [
        Vector("budget-used", budget(burn: 1, 648_000), 0.25),
        // 14.4 spends 2 % of 30 days' budget in an hour: the SRE Workbook's own example.
        Vector("budget-used", budget(burn: 14.4, 3600), 0.02),
        Vector("backlog-at", backlog(0), 0), Vector("backlog-at", backlog(450), 18_000),
        Vector("backlog-at", backlog(900), 36_000),
        // 50/s against 40/s: half of 36,000 is left after half of the hour that it takes.
        Vector("backlog-at", backlog(2700), 18_000), Vector("backlog-at", backlog(4500), 0),
        Vector("backlog-at", backlog(9000), 0),
    ]

    /// In a window of 30 days.
    static func budget(burn: Double, _ time: Double) -> [(String, Double)] {
        [("burn_rate", burn), ("window", 2_592_000), ("time", time)]
    }

    /// 15 minutes at 40/s, six workers of 120 ms.
    static func backlog(_ time: Double) -> [(String, Double)] {
        [("arrival_rate", 40), ("capacity", 50), ("outage", 900), ("time", time)]
    }

    @Test("the plots' formulas give the values of outside vectors", arguments: formulas)
    func vectors(_ vector: Vector) throws {
        let value = try #require(vector.value)

        #expect((value - vector.expected).magnitude <= vector.tolerance * vector.expected.magnitude)
    }

    @Test("utilisation falls with the workers; the plan, the limit and 1.0 are marked")
    func utilisation() throws {
        let plot = try #require(try plots(Self.planner).first { $0.id == "utilisation.0.captures" })
        let steady = try #require(plot.series.first)

        // 40/s with 2 % retried is 40.81632653/s, 4.897959184 Erlangs.
        #expect((at(steady, 11) ?? 0) > 0.4452690 && (at(steady, 11) ?? 0) < 0.4452691)
        #expect(plot.series.count == 2)
        #expect(zip(steady.points, steady.points.dropFirst()).allSatisfy { $0 > $1 })
        #expect((steady.points.first ?? 0) > 1)
        #expect(plot.marks.map(\.label).contains("Planned: 11 workers"))
        #expect(plot.marks.contains { $0.side == .y && $0.value == 1 })
        #expect(plot.marks.contains { $0.source?.text == "/inputs/queues/0/workers/max" })
    }

    @Test("the backlog rises through the outage and is gone when the drain ends")
    func backlog() throws {
        let plot = try #require(try plots(Self.planner).first { $0.id == "backlog.0.captures" })
        let line = try #require(plot.series.first)
        let back = plot.marks.first { $0.label == "Workers are back" }
        let done = try #require(plot.marks.first { $0.label == "Caught up" })

        #expect(back?.value == 900)
        let top = try #require(at(line, 900))
        #expect(line.points.max() == top)
        #expect((line.values.last ?? 0) == done.value)
        #expect((line.points.last ?? 1) <= 1e-9 * top)
    }

    @Test("the budget lasts the window at burn rate 1, and 50 hours at the first page")
    func budget() throws {
        let plot = try #require(try plots(Self.reliability).first { $0.id == "error_budget" })

        #expect(plot.series.first?.values.last == 2_592_000)
        let page = try #require(plot.series.first { $0.label.hasPrefix("14.4×") })
        #expect(((page.values.last ?? 0) - 180_000).magnitude < 1e-6)
        #expect(plot.series.allSatisfy { (($0.points.last ?? 0) - 1).magnitude < 1e-9 })
        #expect(Set(plot.series.map(\.label)).count == plot.series.count)
    }

    @Test("a queue of a hundred thousand Erlangs is drawn with a bounded count of points")
    func large() throws {
        let desk = try Desk([
            "format": "baton.brief/1", "objective": "Keep up", "assume": "never",
            "success_criteria": ["It works"],
            "inputs": [
                "queues": [
                    [
                        "name": "big", "arrival_rate": ["mean": 100_000],
                        "service_time": ["mean": 1], "max_wait": ["mean": 0.2],
                    ]
                ]
            ],
        ])
        let document = try #require(try desk.work(Self.planner).part(Self.analysis))
        let plots = (document["plots"]?.arrayValue ?? []).compactMap { Plot($0) }
        let plot = try #require(plots.first)

        #expect((20...64).contains(plot.series[0].points.count))
    }

    static let defects: [Mutation] = [
        Mutation(
            "a wrong point", analysis, "/plots/0/series/0/points/3", .scale(1.01),
            "plot-recomputed"),
        Mutation(
            "a point off by 1e-6", analysis, "/plots/0/series/1/points/2", .scale(1.000001),
            "plot-recomputed"),
        Mutation(
            "a value that no point was computed for", analysis, "/plots/0/series/0/values/3",
            .scale(1.01), "plot-recomputed"),
        Mutation(
            "a point too few", analysis, "/plots/0/series/0/points/3", .remove, "plot-points"),
        Mutation(
            "values that fall", analysis, "/plots/0/series/0/values/3", .set(1), "plot-points"),
        Mutation(
            "another formula", analysis, "/plots/0/series/0/formula", .set("budget-left"),
            "plot-formula"),
        Mutation(
            "another unit", analysis, "/plots/0/y/unit", .set("s"), "plot-unit"),
        Mutation(
            "an input that leads nowhere", analysis, "/plots/0/series/0/inputs/1/pointer",
            .set("/inputs/slo/month"), "input-exists"),
    ]

    @Test("a planted defect in a plot is rejected by its rule", arguments: defects)
    func planted(_ defect: Mutation) throws {
        #expect(try rules(defect, in: Self.reliability).contains(defect.rule))
    }

    static let movedMarks: [Mutation] = [
        Mutation("a plan shown lower", analysis, "/plots/0/marks/1/value", .set(9), "plot-mark"),
        Mutation(
            "a line of a figure that is not there", analysis, "/plots/0/marks/1/quantity",
            .set("workers.dreamt"), "plot-mark"),
    ]

    @Test("a marker line away from its source is rejected", arguments: movedMarks)
    func marks(_ defect: Mutation) throws {
        #expect(try rules(defect, in: Self.planner).contains(defect.rule))
    }

    /// The rules that reject a delivery with the defect; the delivery without it is accepted.
    private func rules(_ defect: Mutation, in agent: String) throws -> [String] {
        let desk = try Desk(try Repository.brief("payment-capture.md"))
        var item = try desk.delivered(agent, task: "t-5")
        #expect(try desk.review(item)["verdict"] == "accepted")
        let place = try #require(item.parts.firstIndex { $0.name == defect.part })
        item.parts[place].bytes = try defect.applied(to: try item.json(defect.part)).encoded()
        let verdict = try desk.review(item)
        #expect(verdict["verdict"] == "rejected")
        return (verdict["findings"]?.arrayValue ?? []).compactMap { $0["rule"]?.stringValue }
    }
}
