// How fast the error budget goes at even spending and at the burn rates of the alerts.

import BatonBrief

extension ReliabilityRun {
    /// Points of one line, which is straight.
    private static let budgetPoints = 8

    /// One line for even spending and one for each alert that can fire, each up to where the budget
    /// is used up.
    mutating func budgetPlot() {
        guard let promised = workings.value(of: promised), let window,
            let length = workings.value(of: window)
        else { return }
        let even = workings.assume(
            "Burn rate 1 spends the error budget evenly over its window.", .definition,
            confidence: 0.95, "The definition of the burn rate (SRE Workbook, chapter 5).")
        var rates: [(label: String, source: Source, rate: Double)] = [
            ("1×: spent evenly over the window", .assumed(1, assumption: even), 1)
        ]
        for quantity in workings.quantities where quantity.formula == "burn-rate" {
            let canFire = quantity.value > 1 && quantity.value * (1 - promised) <= 1
            let isNew = !rates.contains { $0.rate == quantity.value }
            guard canFire, isNew, rates.count < Plot.seriesMax else { continue }
            rates.append(
                ("\(quantity.shown): \(quantity.label)", .quantity(quantity.id), quantity.value))
        }
        let lines = rates.compactMap { label, source, rate in
            workings.series(
                label.plotLabel, by: "budget-used", [("burn_rate", source), ("window", window)],
                along: "time",
                (0...Self.budgetPoints).map {
                    length / rate * Double($0) / Double(Self.budgetPoints)
                })
        }
        guard !lines.isEmpty else { return }
        workings.plots.append(
            Plot(
                id: "error_budget", title: "Error budget used, by the rate at which it burns",
                x: .init(label: "Time since the burning began", unit: "s"),
                y: .init(label: "Error budget used", unit: "ratio"), series: lines,
                marks: [Plot.Mark(.y, "Nothing is left", at: 1)]))
    }
}
