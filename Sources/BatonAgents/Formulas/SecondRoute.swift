// A second way to judge the value of a formula, which shares no step with the first: a bound that
// any right value keeps, or an identity that only the right value fulfils.
//
// The gate derives each figure again through the registry. A mistake in the registry itself would
// pass there, because author and gate make it together; it does not pass here.
// Spec: Protocols/formulas.md, "Second routes".

import Arithmetic

/// The second route of one formula.
package struct SecondRoute: Sendable {
    package enum Kind: String, Sendable {
        /// Holds for the right value only, to about nine digits.
        case identity
        /// Holds for the right whole number only: it is enough, and one less is not.
        case bound
        /// What probability allows a simulated figure to be.
        case range
    }

    /// The id of the formula that is judged.
    package let formula: String
    package let kind: Kind
    /// What must hold, for people.
    package let statement: String
    /// Where the bound or identity comes from.
    package let source: String
    private let holds: @Sendable (FormulaValues, Double) -> Bool

    package init(
        _ formula: String, _ kind: Kind, _ statement: String, source: String,
        holds: @escaping @Sendable (FormulaValues, Double) -> Bool
    ) {
        self.formula = formula
        self.kind = kind
        self.statement = statement
        self.source = source
        self.holds = holds
    }

    /// Whether `value` can be right for these inputs.
    package func accepts(_ value: Double, for inputs: FormulaValues) -> Bool {
        value.isFinite && holds(inputs, value)
    }

    /// Every route, in the order of the registry.
    package static let standard =
        budgetRoutes + availabilityRoutes + callRoutes + retryRoutes + waitRoutes
        + sharingRoutes + operationRoutes + simulationRoutes + protectionRoutes + rolloutRoutes

    private static let positions = Dictionary(
        uniqueKeysWithValues: standard.enumerated().map { ($1.formula, $0) })

    /// The route that judges a formula.
    package static func route(for formula: String) -> SecondRoute? {
        positions[formula].map { standard[$0] }
    }

    /// Equal to `tolerance` relative: nine digits, which leaves room for the rounding of a route
    /// that takes many steps.
    static func near(_ left: Double, _ right: Double, tolerance: Double = 1e-9) -> Bool {
        (left - right).magnitude <= tolerance * max(left.magnitude, right.magnitude)
    }

    /// Whether the parts make the whole. A part may be a millionth of the whole and must still be
    /// right, so only the rounding of the whole itself is forgiven.
    static func completes(_ parts: Double..., to whole: Double) -> Bool {
        (parts.reduce(0, +) - whole).magnitude <= 1e-14 * whole.magnitude
    }

    /// Whether the parts add up to the value, the largest taken last; no sum is below it.
    static func addsUp(_ parts: [Double], to value: Double) -> Bool {
        guard let largest = parts.max() else { return false }
        let rest = parts.sorted().dropLast().reduce(0, +)
        return value >= largest && (value - rest - largest).magnitude <= 1e-9 * value.magnitude
    }

    /// baseᶜᵒᵘⁿᵗ by logarithms, for a base of 0 to 1.
    static func powerByLogarithm(_ base: Double, _ count: Int) -> Double? {
        guard base > 0 else { return 0 }
        return RealFunctions.ln(base).flatMap { RealFunctions.exp(Double(count) * $0) }
    }
}
