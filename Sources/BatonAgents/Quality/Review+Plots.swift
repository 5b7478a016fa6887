// Rules about plots: every point is what its formula gives there, and every marker line stands
// where its source says.

import BatonBrief
import JSON

extension Review {
    /// Computes each point again, from the subject's inputs and quantities.
    mutating func checkPlots() {
        let part = delivery.part("analysis")
        var known: [String: KnownFigure] = [:]
        for item in delivery.list("analysis", "quantities") {
            guard let id = item["id"]?.stringValue, let value = item["value"]?.doubleValue else {
                continue
            }
            known[id] = KnownFigure(
                value: value, ceiling: item["ceiling"]?.doubleValue ?? 1,
                kind: Evidence(rawValue: item["ceiling_kind"]?.stringValue ?? "") ?? .inference)
        }
        for (index, item) in delivery.list("analysis", "plots").enumerated() {
            let place = "/plots/\(index)"
            guard let plot = Plot(item) else {
                find(
                    .plotPoints, .high, part: part, place: place,
                    "a plot has not one point for each of its values",
                    satisfy: "state values and points of one count")
                continue
            }
            for (number, series) in plot.series.enumerated() {
                check(
                    series, of: plot, item.value(at: "/series/\(number)") ?? .null, known,
                    part: part, place: "\(place)/series/\(number)")
            }
            for (number, mark) in plot.marks.enumerated() {
                check(mark, known, part: part, place: "\(place)/marks/\(number)")
            }
        }
    }

    private mutating func check(
        _ series: Plot.Series, of plot: Plot, _ item: JSONValue,
        _ known: [String: KnownFigure], part: String, place: String
    ) {
        guard let formula = FormulaRegistry.standard[series.formula] else {
            find(
                .plotFormula, .high, part: part, place: place + "/formula",
                "there is no formula “\(series.formula)” in the registry",
                satisfy: "plot a formula of Protocols/formulas.md")
            return
        }
        if plot.y.unit != formula.unit {
            find(
                .plotUnit, .high, part: part, place: place,
                "\(formula.id) gives \(formula.unit), and the axis shows \(plot.y.unit)",
                satisfy: "state the unit \(formula.unit)")
        }
        if zip(series.values, series.values.dropFirst()).contains(where: { $0 >= $1 }) {
            find(
                .plotPoints, .high, part: part, place: place + "/values",
                "the values of \(series.runs) do not rise",
                satisfy: "state each value once, in rising order")
        }
        let assumptions = delivery.list("objective_snapshot", "assumptions")
        guard let inputs = resolve(item, formula, known, assumptions, part: part, place: place)
        else { return }
        for (index, (value, point)) in zip(series.values, series.points).enumerated() {
            let values = FormulaValues(inputs, along: series.runs, at: value)
            guard affords(formula, values, part: part, place: "\(place)/points/\(index)") else {
                return
            }
            let derived = work.value(formula, values)
            if let derived, QuantityRule.agree(point, derived) { continue }
            let right = derived.map { "\($0)" } ?? "no value there (\(formula.range))"
            find(
                .plotRecomputed, .critical, part: part, place: "\(place)/points/\(index)",
                "at \(series.runs) \(value) the point is \(point), and \(formula.statement) gives"
                    + " \(right)",
                satisfy: "plot what the formula gives, or correct the inputs")
            // One wrong point says it; a wrong input would make all of them wrong.
            return
        }
    }

    private mutating func check(
        _ mark: Plot.Mark, _ known: [String: KnownFigure], part: String,
        place: String
    ) {
        guard let source = mark.source else { return }
        let value =
            source.key == "quantity"
            ? known[source.text]?.value : Evidence.number(origin.value(at: source.text))
        if let value, QuantityRule.agree(mark.value, value) { return }
        find(
            .plotMark, .high, part: part, place: place,
            "the line “\(mark.label)” stands at \(mark.value), and \(source.text) is"
                + " \(value.map { "\($0)" } ?? "not there")",
            satisfy: "draw the line at what its source says")
    }
}
