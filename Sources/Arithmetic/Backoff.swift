// Delays between attempts that grow by a factor, up to a cap.

/// A schedule of growing delays.
package struct Backoff: Sendable {
    package let base: Double
    package let factor: Double
    package let cap: Double?

    package init(base: Double, factor: Double, cap: Double?) {
        self.base = base
        self.factor = factor
        self.cap = cap
    }

    /// The largest that delay `index` (from 0) may be.
    package func maximum(_ index: Int) -> Double {
        let grown = base * RealFunctions.power(factor, index)
        return cap.map { min($0, grown) } ?? grown
    }

    /// The sum of the first `delays` delays without any luck.
    package func maximumSum(delays: Int) -> Double {
        (0..<delays).reduce(0) { $0 + maximum($1) }
    }
}
