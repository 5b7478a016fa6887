// The normal distribution function by its Taylor series. The quantile comes from a rational
// approximation (RealFunctions); putting its result in here must give the probability back.

import Arithmetic

/// The standard normal distribution.
enum NormalDistribution {
    /// z(0.99) as tables print it. Source: Abramowitz and Stegun, table 26.5.
    static let z99 = 2.326_347_874_040_841

    /// Φ(x). Source: Marsaglia, Evaluating the normal distribution, J. Stat. Software 11 (2004).
    static func probability(below x: Double) -> Double {
        guard x.magnitude < 8 else { return x < 0 ? 0 : 1 }
        var term = x
        var sum = x
        var step = 3.0
        while term.magnitude > 1e-18, step < 1000 {
            term *= x * x / step
            sum += term
            step += 2
        }
        let density = RealFunctions.exp(-x * x / 2 - 0.918_938_533_204_672_7) ?? 0
        return 0.5 + sum * density
    }
}
