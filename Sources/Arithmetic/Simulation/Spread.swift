// How times vary around their mean: the declared distributions of the simulation.
// Spec: Protocols/formulas.md, "Simulation".

/// A distribution of mean 1, by its coefficient of variation: constant at cv 0, exponential at
/// cv 1, else lognormal, the usual fit for service times with a long tail.
package enum Spread: Sendable, Hashable {
    case constant
    case exponential
    /// exp(centre + deviation × z) with z standard normal.
    case lognormal(centre: Double, deviation: Double)

    /// Nil for a negative or not finite coefficient.
    package init?(cv: Double) {
        guard cv >= 0, cv.isFinite, let variance = RealFunctions.ln(1 + cv * cv) else { return nil }
        // A computed coefficient may miss 1 by rounding.
        if (cv - 1).magnitude < 1e-9 {
            self = .exponential
        } else {
            let lognormal = Spread.lognormal(
                centre: -variance / 2, deviation: variance.squareRoot())
            self = cv == 0 ? .constant : lognormal
        }
    }

    /// The quantile at `u`, 0 < u < 1, in units of the mean.
    package func quantile(_ u: Double) -> Double {
        switch self {
        case .constant: return 1
        case .exponential: return -(RealFunctions.ln(1 - u) ?? 0)
        case .lognormal(let centre, let deviation):
            let z = RealFunctions.normalQuantile(u) ?? 0
            return RealFunctions.exp(centre + deviation * z) ?? 0
        }
    }
}
