// The work of deriving the figures of one delivery again: what comes twice is done once, and all
// of it stays within a limit. Whoever wrote the delivery chose how many figures there are and how
// large a simulation each of them needs.
// Spec: Protocols/quality-rules.md, section 2.3.

import JSON

/// What was derived so far, and what that took.
struct ReviewWork {
    /// Steps that one review may take: some minutes, well within an attempt. A usual plan takes
    /// less than a hundredth, and twenty queues of a hundred workers each about a half; no more of
    /// them fit into an analysis.
    static let stepsMax = 10_000_000_000

    /// A figure by what it is computed from.
    private struct Figure: Hashable {
        let formula: String
        let names: [String]
        let values: [JSONValue]

        init(_ formula: Formula, _ inputs: FormulaValues) {
            self.formula = formula.id
            names = inputs.entries.map(\.name)
            values = inputs.entries.map(\.value)
        }
    }

    /// A value that is stated for a figure.
    private struct Claim: Hashable {
        let figure: Figure
        let value: Double
    }

    let limit: Int
    private(set) var steps = 0
    private var values: [Figure: Double?] = [:]
    private var verdicts: [Claim: Bool] = [:]

    /// - Parameter limit: steps that all figures together may take.
    init(limit: Int) { self.limit = limit }

    /// Whether `limit` is exceeded: nothing is derived from then on.
    var isExceeded: Bool { steps > limit }

    /// Whether the figure may still be derived; counts the steps that it takes.
    mutating func affords(_ formula: Formula, _ inputs: FormulaValues) -> Bool {
        guard !isExceeded else { return false }
        if formula.isCostly, values[Figure(formula, inputs)] != nil { return true }
        steps += formula.steps(for: inputs)
        return !isExceeded
    }

    /// What `formula` gives; nil where it gives nothing.
    mutating func value(_ formula: Formula, _ inputs: FormulaValues) -> Double? {
        guard formula.isCostly else { return formula.evaluate(inputs) }
        let figure = Figure(formula, inputs)
        if let known = values[figure] { return known }
        let value = formula.evaluate(inputs)
        values[figure] = .some(value)
        return value
    }

    /// Whether `value` stands the second route of `formula`.
    mutating func accepts(
        _ value: Double, by route: SecondRoute, _ formula: Formula, _ inputs: FormulaValues
    ) -> Bool {
        guard formula.isCostly else { return route.accepts(value, for: inputs) }
        let claim = Claim(figure: Figure(formula, inputs), value: value)
        if let known = verdicts[claim] { return known }
        let isAccepted = route.accepts(value, for: inputs)
        verdicts[claim] = isAccepted
        return isAccepted
    }
}

extension Review {
    /// Whether the figure may be derived; else the delivery asks for more work than a review does,
    /// which is found once.
    mutating func affords(
        _ formula: Formula, _ inputs: FormulaValues, part: String, place: String
    ) -> Bool {
        let before = work.steps
        if work.affords(formula, inputs) { return true }
        // What comes after the figure that exceeds the limit is not looked at.
        guard work.steps > before else { return false }
        find(
            .quantityBounded, .high, part: part, place: place,
            "deriving \(formula.id) again takes up to \(work.steps - before) steps after"
                + " \(before) for the figures before it, which exceeds reviewStepsMax"
                + " \(work.limit); no figure from here on was derived",
            satisfy: "state fewer simulated figures, or figures of smaller simulations")
        return false
    }
}
