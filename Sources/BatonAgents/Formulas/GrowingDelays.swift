// The sum of growing delays in closed form; the formulas add them up one by one.

/// A schedule of delays that grow by a factor up to a cap.
struct GrowingDelays {
    private let base: Double
    private let factor: Double
    private let cap: Double

    /// Reads `base`, `factor` (2 when absent) and `cap` (none when absent).
    init?(_ inputs: FormulaValues) {
        guard let base = inputs.number("base"), base > 0 else { return nil }
        self.base = base
        factor = inputs.number("factor") ?? 2
        cap = inputs.number("cap") ?? .infinity
        guard factor >= 1, cap > 0 else { return nil }
    }

    /// The sum of the first `count` delays.
    func sum(_ count: Int) -> Double {
        guard base < cap else { return Double(count) * cap }
        guard factor > 1 else { return Double(count) * base }
        var below = 0
        var power = 1.0
        while below < count, base * power < cap {
            below += 1
            power *= factor
        }
        let growing = base * (power - 1) / (factor - 1)
        return growing + (count > below ? Double(count - below) * cap : 0)
    }
}
