// A mean of independent replications with the interval that holds it.

/// A simulated figure.
package struct IntervalEstimate: Sendable, Hashable {
    /// The estimate, in the unit of the figure.
    package let mean: Double
    /// Half the width of the 95 % confidence interval.
    package let halfWidth: Double

    /// How many replications an estimate is made of. Student's t below belongs to this number.
    package static let replications = 20
    /// 97.5 % quantiles of Student's t with 19 degrees of freedom, and with 18.
    private static let studentsT = 2.0930240544082634
    private static let studentsTControlled = 2.10092204024096

    /// The mean of independent figures.
    /// - Precondition: one figure for each of the `replications`.
    package init(_ figures: [Double]) {
        precondition(figures.count == Self.replications, "Student's t is for 20 replications")
        mean = Self.mean(figures)
        let variance = Self.covariance(figures, figures) / Double(figures.count)
        halfWidth = Self.studentsT * variance.squareRoot()
    }

    /// The mean of figures of which each has a control: a second figure of the same replication
    /// whose true mean is `expected`. What the controls were off is taken off the figures, by
    /// linear regression.
    /// - Precondition: one figure and one control for each of the `replications`.
    package init(_ figures: [Double], controls: [Double], expected: Double) {
        precondition(figures.count == Self.replications, "Student's t is for 20 replications")
        precondition(controls.count == figures.count, "each figure has its control")
        let spread = Self.covariance(controls, controls)
        // Controls that are all the same explain nothing.
        let slope = spread > 0 ? Self.covariance(figures, controls) / spread : 0
        let distance = spread > 0 ? Self.mean(controls) - expected : 0
        let count = Double(figures.count)
        mean = Self.mean(figures) - slope * distance
        let squares = (Self.covariance(figures, figures) - slope * slope * spread) * (count - 1)
        // The variance of a regression line at the distance of the controls from their mean.
        let residual = max(0, squares) / (count - (spread > 0 ? 2 : 1))
        let leverage = 1 / count + (spread > 0 ? distance * distance / spread / (count - 1) : 0)
        halfWidth =
            (spread > 0 ? Self.studentsTControlled : Self.studentsT)
            * (residual * leverage).squareRoot()
    }

    /// The upper end of the interval: what is planned with.
    package var upper: Double { mean + halfWidth }

    /// Half the width as a share of the mean; nil at mean 0.
    package var relativeHalfWidth: Double? { mean > 0 ? halfWidth / mean : nil }

    /// Whether the interval covers `value`.
    package func covers(_ value: Double) -> Bool { (value - mean).magnitude <= halfWidth }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    private static func covariance(_ left: [Double], _ right: [Double]) -> Double {
        let centre = mean(left)
        let other = mean(right)
        let sum = zip(left, right).reduce(0) { $0 + ($1.0 - centre) * ($1.1 - other) }
        return sum / Double(left.count - 1)
    }
}
