// Logarithm, exponential and the normal quantile in plain Swift.
//
// The C library's versions may differ by a last bit between releases; a deliverable must have the
// same bytes wherever the engine runs, so the few functions that the formulas need are here.

/// Elementary functions with one result on every host, accurate to a few units in the last place.
package enum RealFunctions {
    private static let ln2High = 6.93147180369123816490e-01
    private static let ln2Low = 1.90821492927058770002e-10

    /// The natural logarithm; nil for zero, negative and not finite arguments.
    package static func ln(_ x: Double) -> Double? {
        guard x > 0, x.isFinite else { return nil }
        var exponent: Double
        var mantissa: Double
        if x.isNormal {
            // The parts of a double as IEEE 754 lays them out.
            exponent = Double(Int(x.bitPattern >> 52) - 1023)
            mantissa = Double(bitPattern: x.bitPattern & 0xF_FFFF_FFFF_FFFF | 0x3FF0 << 48)
        } else {
            exponent = Double(x.exponent)
            mantissa = x.significand
        }
        if mantissa > 1.4142135623730951 {
            mantissa /= 2
            exponent += 1
        }
        let s = (mantissa - 1) / (mantissa + 1)
        let square = s * s
        // atanh series, 1/25 down to 1/3: |s| <= 0.1716, so twelve terms are below the last bit.
        // Written out, like the polynomials below: a simulation calls this millions of times, and
        // loops over lists are slow without an optimiser.
        var sum = 0.04
        sum = sum * square + 0.043478260869565216
        sum = sum * square + 0.047619047619047616
        sum = sum * square + 0.05263157894736842
        sum = sum * square + 0.058823529411764705
        sum = sum * square + 0.06666666666666667
        sum = sum * square + 0.07692307692307693
        sum = sum * square + 0.09090909090909091
        sum = sum * square + 0.1111111111111111
        sum = sum * square + 0.14285714285714285
        sum = sum * square + 0.2
        sum = sum * square + 0.3333333333333333
        sum *= square
        return exponent * ln2High + (2 * s * (1 + sum) + exponent * ln2Low)
    }

    /// e to the x; nil where the result has no finite Double.
    package static func exp(_ x: Double) -> Double? {
        guard x.isFinite, x < 709 else { return nil }
        guard x > -745 else { return 0 }
        let k = (x * 1.4426950408889634).rounded()
        let r = (x - k * ln2High) - k * ln2Low
        // 1/n! from n = 15: |r| <= 0.3466, so the rest is below the last bit.
        var sum = 7.647163731819816e-13
        sum = sum * r + 1.1470745597729725e-11
        sum = sum * r + 1.6059043836821613e-10
        sum = sum * r + 2.08767569878681e-09
        sum = sum * r + 2.505210838544172e-08
        sum = sum * r + 2.755731922398589e-07
        sum = sum * r + 2.7557319223985893e-06
        sum = sum * r + 2.48015873015873e-05
        sum = sum * r + 0.0001984126984126984
        sum = sum * r + 0.001388888888888889
        sum = sum * r + 0.008333333333333333
        sum = sum * r + 0.041666666666666664
        sum = sum * r + 0.16666666666666666
        sum = sum * r + 0.5
        sum = (sum * r + 1) * r + 1
        let power = Int(k)
        guard power > -1023, power < 1024 else {
            return Double(sign: .plus, exponent: power, significand: sum)
        }
        return sum * Double(bitPattern: UInt64(power + 1023) << 52)
    }

    /// A whole power by squaring; `power(0, 0)` is 1.
    package static func power(_ base: Double, _ exponent: Int) -> Double {
        precondition(exponent >= 0, "only whole, non-negative powers are needed here")
        var result = 1.0
        var factor = base
        var left = exponent
        while left > 0 {
            if left & 1 == 1 { result *= factor }
            factor *= factor
            left >>= 1
        }
        return result
    }

    /// The standard normal quantile z(p), 0 < p < 1: algorithm AS 241 (Wichura 1988), about 16
    /// digits.
    package static func normalQuantile(_ p: Double) -> Double? {
        guard p > 0, p < 1 else { return nil }
        let q = p - 0.5
        if q.magnitude <= 0.425 {
            let r = 0.180625 - q * q
            return q * centre(r) / centreBelow(r)
        }
        guard let logarithm = ln(q < 0 ? p : 1 - p) else { return nil }
        let r = (-logarithm).squareRoot()
        let z = r <= 5 ? middle(r - 1.6) / middleBelow(r - 1.6) : tail(r - 5) / tailBelow(r - 5)
        return q < 0 ? -z : z
    }

    /// A polynomial of degree 7, the highest coefficient first; without a list, as in `ln`.
    private static func polynomial(
        _ x: Double, _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double,
        _ g: Double, _ h: Double
    ) -> Double {
        var sum = a * x + b
        sum = sum * x + c
        sum = sum * x + d
        sum = sum * x + e
        sum = sum * x + f
        sum = sum * x + g
        return sum * x + h
    }

    /// The probability that a standard normal variable exceeds `z`, to about 13 digits; nil unless
    /// `z` is finite. Source: Abramowitz and Stegun, 26.2.11 (series) and 26.2.14 (continued
    /// fraction).
    package static func normalTail(_ z: Double) -> Double? {
        guard z.isFinite else { return nil }
        if z < 0 { return normalTail(-z).map { 1 - $0 } }
        guard let exponential = exp(-z * z / 2) else { return nil }
        let density = exponential / 2.5066282746310002
        guard z >= 3 else {
            // z + z³/3 + z⁵/15 + …; below 3 the terms are gone after some forty.
            var term = z
            var sum = z
            for n in stride(from: 3.0, through: 161, by: 2) {
                term *= z * z / n
                sum += term
            }
            return 0.5 - density * sum
        }
        var fraction = z
        for n in stride(from: 200.0, through: 1, by: -1) { fraction = z + n / fraction }
        return density / fraction
    }

    private static func centre(_ x: Double) -> Double {
        polynomial(
            x, 2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
            4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
            1.3314166789178437745e+2, 3.3871328727963666080e0)
    }

    private static func centreBelow(_ x: Double) -> Double {
        polynomial(
            x, 5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
            2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
            4.2313330701600911252e+1, 1.0)
    }

    private static func middle(_ x: Double) -> Double {
        polynomial(
            x, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
            1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
            4.63033784615654529590e0, 1.42343711074968357734e0)
    }

    private static func middleBelow(_ x: Double) -> Double {
        polynomial(
            x, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
            1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
            2.05319162663775882187e0, 1.0)
    }

    private static func tail(_ x: Double) -> Double {
        polynomial(
            x, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
            2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
            5.46378491116411436990e0, 6.65790464350110377720e0)
    }

    private static func tailBelow(_ x: Double) -> Double {
        polynomial(
            x, 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
            7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
            5.99832206555887937690e-1, 1.0)
    }
}
