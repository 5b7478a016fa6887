// Plots: a formula of the registry along one input, each point as a quantity would be derived.

package import BatonBrief
import JSON

extension Workings {
    /// `formulaID` over the values of the input `name`; what it has no value for is left out. Nil
    /// where an input is missing or fewer than two points are left.
    package func series(
        _ label: String, by formulaID: String, _ inputs: [(String, Source)], along name: String,
        _ values: [Double]
    ) -> Plot.Series? {
        guard let formula = FormulaRegistry.standard[formulaID] else {
            preconditionFailure("no formula \(formulaID)")
        }
        precondition(values.count <= Plot.pointsMax, "\(values.count) points exceed pointsMax")
        var resolved: [ResolvedInput] = []
        for (name, source) in inputs {
            guard let input = resolve(name, source, formula) else { return nil }
            resolved.append(input)
        }
        let known = values.compactMap { value in
            formula.evaluate(FormulaValues(resolved, along: name, at: value)).map { (value, $0) }
        }
        guard known.count >= 2 else { return nil }
        return Plot.Series(
            label: label, formula: formulaID, inputs: inputs.map { $1.json(named: $0) },
            runs: name, values: known.map(\.0), points: known.map(\.1))
    }

    /// A marker line at what `source` says; nil where it says nothing.
    package func mark(_ side: Plot.Mark.Side, _ label: String, at source: Source?) -> Plot.Mark? {
        guard let source, let value = value(of: source) else { return nil }
        switch source {
        case .pointer(let pointer):
            return Plot.Mark(side, label, at: value, source: ("pointer", pointer))
        case .quantity(let id):
            return Plot.Mark(side, label, at: value, source: ("quantity", id))
        case .assumed: return Plot.Mark(side, label, at: value)
        }
    }
}

extension FormulaValues {
    /// The values of a point: `inputs` stay, and `name` is `value`.
    init(_ inputs: [ResolvedInput], along name: String, at value: Double) {
        self.init(inputs)
        entries.append((name, .number(value)))
    }
}
