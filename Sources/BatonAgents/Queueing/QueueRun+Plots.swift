// Two plots of each queue: how busy the workers are for each count of them, and how the backlog of
// the stated outage grows and drains.

import BatonBrief

extension QueueRun {
    mutating func plots(_ plan: QueuePlan) {
        let both = [utilisationPlot(plan), backlogPlot(plan)]
        workings.plots += both.compactMap(\.self)
    }

    /// Counts of workers in one plot, at most.
    private static let countsMax = 60

    /// From where the queue is just not stable to half as many workers again as are planned.
    private func utilisationPlot(_ plan: QueuePlan) -> Plot? {
        guard let planned = workings.value(of: plan.workers),
            let load = workings.quantity(plan.id("load"))?.value
        else { return nil }
        let limit: Source = .pointer("\(plan.base)/workers/max")
        let most = workings.value(of: limit) ?? 0
        let first = max(1, (load * 0.85).rounded(.down))
        // A limit is shown where it is near.
        let last = max((planned * 1.5).rounded(.up), first + 4, most <= planned * 2 ? most : 0)
        let step = max(1, ((last - first) / Double(Self.countsMax)).rounded(.up))
        let counts = Array(stride(from: first, through: last, by: step))
        func series(_ label: String, _ rate: Source?) -> Plot.Series? {
            rate.flatMap {
                workings.series(
                    label, by: "utilisation", plan.flow(at: $0).load, along: "workers", counts)
            }
        }
        let lines = [series("At the mean rate", plan.effective), series("At peak", plan.peak)]
            .compactMap(\.self)
        guard !lines.isEmpty else { return nil }
        var marks = [Plot.Mark(.y, "Above this line the queue only grows", at: 1)]
        marks += [workings.mark(.x, "Planned: \(count(plan))", at: plan.workers)]
            .compactMap(\.self)
        if most > planned, most <= last, let mark = workings.mark(.x, "Limit", at: limit) {
            marks.append(mark)
        }
        return Plot(
            id: plan.id("utilisation").plotID,
            title: "How busy the workers of \(plan.name) are, by their number".plotLabel,
            x: .init(label: "Workers", unit: "workers"),
            y: .init(label: "Utilisation", unit: "ratio"), series: lines, marks: marks)
    }

    /// Points on the way up and on the way down.
    private static let risingPoints = 8
    private static let fallingPoints = 16

    private mutating func backlogPlot(_ plan: QueuePlan) -> Plot? {
        guard let length = workings.source("\(plan.base)/outage"),
            let outage = workings.value(of: length),
            let drain = workings.quantity(plan.id("outage.drain"))?.value
        else { return nil }
        let rising = (0...Self.risingPoints).map {
            outage * Double($0) / Double(Self.risingPoints)
        }
        let falling = (1...Self.fallingPoints).map {
            outage + drain * Double($0) / Double(Self.fallingPoints)
        }
        let line = workings.series(
            "With \(count(plan))", by: "backlog-at",
            [
                ("arrival_rate", plan.effective), ("capacity", .quantity(plan.id("capacity"))),
                ("outage", length),
            ], along: "time", rising + falling)
        guard let line else { return nil }
        let marks = [
            workings.mark(.x, "Workers are back", at: length),
            workings.mark(.x, "Caught up", at: .quantity(plan.id("outage.violation"))),
        ]
        return Plot(
            id: plan.id("backlog").plotID,
            title: "Backlog of \(plan.name) through an outage and its drain".plotLabel,
            x: .init(label: "Time since the outage began", unit: "s"),
            y: .init(label: "Attempts waiting", unit: "messages"), series: [line],
            marks: marks.compactMap(\.self))
    }
}

extension String {
    /// As long as a plot's label may be: names of queues come from the brief.
    var plotLabel: String { String(prefix(Plot.labelMax)) }

    /// As long as a plot's id may be.
    var plotID: String { String(prefix(64)) }
}
