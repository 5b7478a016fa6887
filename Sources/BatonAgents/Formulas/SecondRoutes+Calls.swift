// Second routes of latencies, timeouts and retries: fits give back the quantiles that they were
// made from, and sums of growing delays have a closed form.

import Arithmetic

let callRoutes: [SecondRoute] = [
    SecondRoute(
        "lognormal-quantile", .identity,
        "Φ(ln(value / p50) / σ) = quantile, σ from the printed z(0.99)",
        source: "definition of the quantile; Abramowitz and Stegun, table 26.5"
    ) { inputs, value in
        guard let p50 = inputs.number("p50"), let p99 = inputs.number("p99"),
            let quantile = inputs.number("quantile")
        else { return false }
        guard p99 > p50 else { return SecondRoute.near(value, p50) }
        guard let spread = RealFunctions.ln(p99 / p50), let way = RealFunctions.ln(value / p50)
        else { return false }
        return agrees(way / (spread / NormalDistribution.z99), with: quantile)
    },
    SecondRoute(
        "lognormal-mean", .identity, "(value / p50)² = exp(σ²), σ from the printed z(0.99)",
        source: "Johnson et al., ch. 14: mean and median"
    ) { inputs, value in
        guard let p50 = inputs.number("p50"), let p99 = inputs.number("p99"),
            let spread = RealFunctions.ln(p99 / p50)
        else { return false }
        let sigma = spread / NormalDistribution.z99
        return RealFunctions.exp(sigma * sigma).map {
            SecondRoute.near(value * value / (p50 * p50), $0)
        } ?? false
    },
    SecondRoute(
        "lognormal-sigma", .identity, "p50 × exp(value × printed z(0.99)) = p99",
        source: "Abramowitz and Stegun, table 26.5"
    ) { inputs, value in
        guard let p50 = inputs.number("p50"), let p99 = inputs.number("p99"),
            let factor = RealFunctions.exp(value * NormalDistribution.z99)
        else { return false }
        return SecondRoute.near(p50 * factor, p99)
    },
    SecondRoute(
        "call-worst-case", .identity, "value − attempts × timeout = closed form of the delays",
        source: "geometric series"
    ) { inputs, value in
        guard let attempts = inputs.whole("attempts"), let timeout = inputs.number("timeout")
        else { return false }
        guard attempts > 1 else { return SecondRoute.near(value, timeout) }
        guard let delays = GrowingDelays(inputs) else { return false }
        return SecondRoute.near(value, Double(attempts) * timeout + delays.sum(attempts - 1))
    },
    SecondRoute(
        "sum", .identity, "value − Σ of the others = the longest; at least the longest",
        source: "definition"
    ) { inputs, value in
        inputs.numbers("seconds").map { SecondRoute.addsUp($0, to: value) } ?? false
    },
    SecondRoute(
        "share-of-deadline", .identity, "value / share = deadline; at most the deadline",
        source: "definition"
    ) { inputs, value in
        guard let deadline = inputs.number("deadline"), let share = inputs.number("share")
        else { return false }
        return value <= deadline && SecondRoute.near(value / share, deadline)
    },
    SecondRoute(
        "deadline-remaining", .identity,
        "value and the others in turn make the deadline, or value = 0 beyond it",
        source: "definition"
    ) { inputs, value in
        guard let deadline = inputs.number("deadline"), let list = inputs.numbers("seconds")
        else { return false }
        let whole = list.sorted().reduce(value, +)
        return value >= 0
            && (SecondRoute.near(whole, deadline, tolerance: 1e-12)
                || value == 0 && whole >= deadline)
    },
    SecondRoute(
        "false-timeout-rate", .identity,
        "Φ(ln(timeout / p50) / σ) + rate = 1, σ from the printed z(0.99)",
        source: "complementary events; Abramowitz and Stegun, table 26.5"
    ) { inputs, value in
        guard let timeout = inputs.number("timeout"), let p50 = inputs.number("p50"),
            let p99 = inputs.number("p99"), let spread = RealFunctions.ln(p99 / p50),
            let way = RealFunctions.ln(timeout / p50)
        else { return false }
        let below = NormalDistribution.probability(below: way / (spread / NormalDistribution.z99))
        return (1 - below - value).magnitude <= 1e-8 * value + 1e-14
    },
    SecondRoute(
        "residual-failure", .identity, "ln value = attempts × ln failure",
        source: "logarithm of the product"
    ) { inputs, value in
        guard let failure = inputs.number("failure"), let attempts = inputs.whole("attempts"),
            let power = SecondRoute.powerByLogarithm(failure, attempts)
        else { return false }
        return SecondRoute.near(value, power)
    },
    SecondRoute(
        "failure-sum", .identity, "value − Σ of the others = the largest, or value = 1 below it",
        source: "Boole's inequality"
    ) { inputs, value in
        guard let list = inputs.numbers("failure") else { return false }
        return SecondRoute.addsUp(list, to: value) || value == 1 && list.reduce(0, +) >= 1
    },
    SecondRoute(
        "hop-quantile", .identity, "(1 − value) × hops = alpha", source: "Boole's inequality"
    ) { inputs, value in
        guard let alpha = inputs.number("alpha"), let hops = inputs.number("hops") else {
            return false
        }
        return SecondRoute.near((1 - value) * hops, alpha)
    },
    SecondRoute(
        "percentile-sum", .identity,
        "value − Σ of the others = the longest; at least the longest", source: "definition"
    ) { inputs, value in
        inputs.numbers("seconds").map { SecondRoute.addsUp($0, to: value) } ?? false
    },
    SecondRoute(
        "fan-out-slow", .identity, "ln(1 − value) = calls × ln(1 − share)",
        source: "logarithm of the product"
    ) { inputs, value in
        guard let share = inputs.number("share"), let calls = inputs.whole("calls"),
            let none = SecondRoute.powerByLogarithm(1 - share, calls)
        else { return false }
        return SecondRoute.completes(value, none, to: 1)
    },
]

let retryRoutes: [SecondRoute] = [
    SecondRoute(
        "retry-amplification", .identity, "value ÷ the attempts of each layer in turn = 1",
        source: "SRE Book, ch. 22: each layer multiplies"
    ) { inputs, value in
        guard let list = inputs.numbers("attempts"), !list.isEmpty else { return false }
        return SecondRoute.near(list.reduce(value) { $0 / $1 }, 1)
    },
    SecondRoute(
        "expected-attempts", .identity, "value = Σ pᵏ, k < n, added up",
        source: "attempt k + 1 is made when k have failed"
    ) { inputs, value in
        guard let failure = inputs.number("failure"), let attempts = inputs.whole("attempts")
        else { return false }
        return SecondRoute.near(value, attemptsAddedUp(failure, attempts))
    },
    SecondRoute(
        "retry-budget-load", .identity, "value ÷ (1 + budget), once for each layer, = 1",
        source: "SRE Book, ch. 21"
    ) { inputs, value in
        guard let budget = inputs.number("budget"), let layers = inputs.whole("layers"),
            layers >= 1
        else { return false }
        return SecondRoute.near((0..<layers).reduce(value) { left, _ in left / (1 + budget) }, 1)
    },
    SecondRoute(
        "backoff-sum-maximum", .identity, "value = closed form of the delays",
        source: "geometric series up to the cap, then the cap"
    ) { inputs, value in
        guard let count = inputs.whole("delays"), let delays = GrowingDelays(inputs) else {
            return false
        }
        return SecondRoute.near(value, delays.sum(count))
    },
    SecondRoute(
        "backoff-sum-mean", .identity, "2 × value = (2 − jitter) × closed form of the delays",
        source: "AWS Architecture Blog: the mean of an even draw is its middle"
    ) { inputs, value in
        guard let count = inputs.whole("delays"), let delays = GrowingDelays(inputs),
            let jitter = inputs.number("jitter")
        else { return false }
        return SecondRoute.near(2 * value, (2 - jitter) * delays.sum(count))
    },
]

/// Whether a point of the standard normal distribution has the wanted share below it.
func agrees(_ point: Double, with quantile: Double) -> Bool {
    (NormalDistribution.probability(below: point) - quantile).magnitude
        <= 1e-8 * min(quantile, 1 - quantile)
}

/// Σ pᵏ for k < n, without the quotient that the formula uses.
func attemptsAddedUp(_ failure: Double, _ attempts: Int) -> Double {
    var sum = 0.0
    var reached = 1.0
    for _ in 0..<attempts {
        sum += reached
        reached *= failure
        if reached < 1e-18 * sum { break }
    }
    return sum
}
