// Timeouts, deadlines, retries and backoff between a service and what it calls.

import Arithmetic

/// Latency and deadlines. Source: Brooker, Timeouts, retries and backoff with jitter (AWS Builders'
/// Library); lognormal fit: Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions, ch.
/// 14.
let callFormulas: [Formula] = [
    Formula(
        "lognormal-quantile", "p50 × exp(z(quantile) × ln(p99 / p50) / z(0.99))",
        source: "Johnson et al., ch. 14", unit: "s",
        inputs: [
            FormulaInput("p50", "median latency in seconds"),
            FormulaInput("p99", "99th percentile in seconds"),
            FormulaInput("quantile", "wanted quantile, 0..1"),
        ],
        range: "0 < p50 ≤ p99, 0 < quantile < 1", evidence: .inference
    ) { values in
        guard let sigma = lognormalSigma(values), let p50 = values.number("p50"),
            let quantile = values.number("quantile"),
            let z = RealFunctions.normalQuantile(quantile),
            let factor = RealFunctions.exp(z * sigma)
        else { return nil }
        return p50 * factor
    },
    Formula(
        "lognormal-mean", "p50 × exp(σ² / 2), σ = ln(p99 / p50) / z(0.99)",
        source: "Johnson et al., ch. 14", unit: "s",
        inputs: [
            FormulaInput("p50", "median latency in seconds"),
            FormulaInput("p99", "99th percentile in seconds"),
        ],
        range: "0 < p50 ≤ p99", evidence: .inference
    ) { values in
        guard let sigma = lognormalSigma(values), let p50 = values.number("p50"),
            let factor = RealFunctions.exp(sigma * sigma / 2)
        else { return nil }
        return p50 * factor
    },
    Formula(
        "lognormal-sigma", "ln(p99 / p50) / z(0.99)", source: "Johnson et al., ch. 14", unit: "1",
        inputs: [
            FormulaInput("p50", "median latency in seconds"),
            FormulaInput("p99", "99th percentile in seconds"),
        ],
        range: "0 < p50 ≤ p99", evidence: .inference
    ) { values in lognormalSigma(values) },
    Formula(
        "call-worst-case", "attempts × timeout + Σ min(cap, base × factorⁱ), i < attempts − 1",
        source: "AWS Builders' Library", unit: "s",
        inputs: [
            FormulaInput("attempts", "attempts, the first included"),
            FormulaInput("timeout", "timeout of one attempt in seconds"),
            FormulaInput("base", .optional, "first maximum backoff in seconds"),
            FormulaInput("factor", .optional, "growth of the backoff"),
            FormulaInput("cap", .optional, "largest backoff in seconds"),
        ],
        range: "attempts ≥ 1, timeout > 0; base is needed when attempts > 1"
    ) { values in
        guard let attempts = values.whole("attempts"), attempts >= 1, attempts <= 1000,
            let timeout = values.number("timeout"), timeout > 0
        else { return nil }
        guard attempts > 1 else { return timeout }
        guard let backoff = Backoff(values) else { return nil }
        return Double(attempts) * timeout + backoff.maximumSum(delays: attempts - 1)
    },
    Formula(
        "sum", "Σ seconds", source: "definition", unit: "s",
        inputs: [FormulaInput("seconds", .list, "durations in seconds")],
        range: "each ≥ 0, at least one"
    ) { values in
        guard let list = values.numbers("seconds"), !list.isEmpty, list.allSatisfy({ $0 >= 0 })
        else { return nil }
        return list.reduce(0, +)
    },
    Formula(
        "share-of-deadline", "deadline × share", source: "definition", unit: "s",
        inputs: [
            FormulaInput("deadline", "deadline in seconds"),
            FormulaInput("share", "part of it, 0..1"),
        ],
        range: "deadline > 0, 0 < share ≤ 1", rounding: .down
    ) { values in
        guard let deadline = values.number("deadline"), deadline > 0,
            let share = values.number("share"), share > 0, share <= 1
        else { return nil }
        return deadline * share
    },
    Formula(
        "deadline-remaining", "max(0, deadline − Σ seconds)", source: "definition", unit: "s",
        inputs: [
            FormulaInput("deadline", "deadline in seconds"),
            FormulaInput("seconds", .list, "times that other calls may take, in seconds"),
        ],
        range: "deadline > 0, each ≥ 0, at least one", rounding: .down
    ) { values in
        guard let deadline = values.number("deadline"), deadline > 0,
            let list = values.numbers("seconds"), !list.isEmpty, list.allSatisfy({ $0 >= 0 })
        else { return nil }
        return max(0, deadline - list.reduce(0, +))
    },
    Formula(
        "false-timeout-rate", "P(Z > ln(timeout / p50) / σ), σ = ln(p99 / p50) / z(0.99)",
        source: "Johnson et al., ch. 14; AWS Builders' Library", unit: "ratio",
        inputs: [
            FormulaInput("timeout", "timeout of one attempt in seconds"),
            FormulaInput("p50", "median latency in seconds"),
            FormulaInput("p99", "99th percentile in seconds"),
        ],
        range: "timeout > 0, 0 < p50 < p99", evidence: .inference
    ) { values in
        guard let sigma = lognormalSigma(values), sigma > 0, let p50 = values.number("p50"),
            let timeout = values.number("timeout"), timeout > 0,
            let logarithm = RealFunctions.ln(timeout / p50)
        else { return nil }
        return RealFunctions.normalTail(logarithm / sigma)
    },
    Formula(
        "residual-failure", "failureᵃᵗᵗᵉᵐᵖᵗˢ", source: "independent attempts", unit: "ratio",
        inputs: [
            FormulaInput("failure", "share of the attempts that fail, 0..1"),
            FormulaInput("attempts", "attempts, the first included"),
        ],
        range: "0 ≤ failure ≤ 1, attempts ≥ 1; an outage fails all attempts alike",
        evidence: .inference
    ) { values in
        guard let failure = values.number("failure"), (0...1).contains(failure),
            let attempts = values.whole("attempts"), (1...1000).contains(attempts)
        else { return nil }
        return RealFunctions.power(failure, attempts)
    },
    Formula(
        "failure-sum", "min(1, Σ failure)", source: "Boole's inequality", unit: "ratio",
        inputs: [FormulaInput("failure", .list, "shares of the requests that fail, 0..1")],
        range: "each 0..1, at least one"
    ) { values in
        guard let list = values.numbers("failure"), !list.isEmpty,
            list.allSatisfy({ (0...1).contains($0) })
        else { return nil }
        return min(1, list.reduce(0, +))
    },
    Formula(
        "hop-quantile", "1 − alpha / hops",
        source: "Boole's inequality", unit: "ratio",
        inputs: [
            FormulaInput("alpha", "share of the requests that may take longer than the bound"),
            FormulaInput("hops", "calls of the chain, parallel ones counted each"),
        ],
        range: "0 < alpha < 1, hops ≥ 1", rounding: .nearest
    ) { values in
        guard let alpha = values.number("alpha"), alpha > 0, alpha < 1,
            let hops = values.whole("hops"), (1...10_000).contains(hops)
        else { return nil }
        return 1 - alpha / Double(hops)
    },
    Formula(
        "percentile-sum", "Σ p99, an estimate: quantiles do not add",
        source: "rule of thumb; the bound is the sum of the hop-quantiles", unit: "s",
        inputs: [FormulaInput("seconds", .list, "99th percentiles in seconds")],
        range: "each ≥ 0, at least one", evidence: .inference, rounding: .nearest
    ) { values in
        guard let list = values.numbers("seconds"), !list.isEmpty, list.allSatisfy({ $0 >= 0 })
        else { return nil }
        return list.reduce(0, +)
    },
    Formula(
        "fan-out-slow", "1 − (1 − share)ᶜᵃˡˡˢ",
        source: "Dean and Barroso, The Tail at Scale", unit: "ratio",
        inputs: [
            FormulaInput("share", "share of the calls that are slow, 0..1"),
            FormulaInput("calls", "calls that one request makes at the same time"),
        ],
        range: "0 ≤ share ≤ 1, calls ≥ 1; independent calls"
    ) { values in
        guard let share = values.number("share"), (0...1).contains(share),
            let calls = values.whole("calls"), (1...100_000).contains(calls)
        else { return nil }
        return 1 - RealFunctions.power(1 - share, calls)
    },
]

/// Retries. Source: AWS Builders' Library; SRE Book, ch. 22 (retry budgets and amplification).
let retryFormulas: [Formula] = [
    Formula(
        "retry-amplification", "Π attempts over the layers", source: "SRE Book, ch. 22",
        unit: "factor",
        inputs: [FormulaInput("attempts", .list, "attempts of each layer, the first included")],
        range: "each ≥ 1, at least one"
    ) { values in
        guard let list = values.numbers("attempts"), !list.isEmpty, list.allSatisfy({ $0 >= 1 })
        else { return nil }
        return list.reduce(1, *)
    },
    Formula(
        "expected-attempts", "(1 − pⁿ) / (1 − p)", source: "geometric sum", unit: "factor",
        inputs: [
            FormulaInput("failure", "probability p that an attempt fails"),
            FormulaInput("attempts", "attempts n at most, the first included"),
        ],
        range: "0 ≤ failure ≤ 1, attempts ≥ 1; n at failure = 1"
    ) { values in
        guard let failure = values.number("failure"), (0...1).contains(failure),
            let attempts = values.whole("attempts"), attempts >= 1, attempts <= 100_000
        else { return nil }
        return expectedAttempts(failure: failure, attempts: attempts)
    },
    Formula(
        "retry-budget-load", "(1 + budget)ˡᵃʸᵉʳˢ", source: "SRE Book, ch. 21", unit: "factor",
        inputs: [
            FormulaInput("budget", "retries allowed per request, 0..1"),
            FormulaInput("layers", "layers that retry"),
        ],
        range: "budget ≥ 0, layers ≥ 1"
    ) { values in
        guard let budget = values.number("budget"), budget >= 0,
            let layers = values.whole("layers"), (1...64).contains(layers)
        else { return nil }
        return RealFunctions.power(1 + budget, layers)
    },
    Formula(
        "backoff-sum-maximum", "Σ min(cap, base × factorⁱ), i < delays",
        source: "AWS Architecture Blog, exponential backoff and jitter", unit: "s",
        inputs: backoffInputs, range: "base > 0, factor ≥ 1, cap > 0", effort: delays
    ) { values in
        guard let delays = values.whole("delays"), (0...100_000).contains(delays),
            let backoff = Backoff(values)
        else { return nil }
        return backoff.maximumSum(delays: delays)
    },
    Formula(
        "backoff-sum-mean", "(1 − jitter / 2) × Σ min(cap, base × factorⁱ), i < delays",
        source: "AWS Architecture Blog, exponential backoff and jitter", unit: "s",
        inputs: backoffInputs + [
            FormulaInput("jitter", "random share of each delay: 1 is full jitter, 0 none")
        ],
        range: "base > 0, factor ≥ 1, cap > 0, 0 ≤ jitter ≤ 1", rounding: .nearest, effort: delays
    ) { values in
        guard let delays = values.whole("delays"), (0...100_000).contains(delays),
            let backoff = Backoff(values), let jitter = values.number("jitter"),
            (0...1).contains(jitter)
        else { return nil }
        return (1 - jitter / 2) * backoff.maximumSum(delays: delays)
    },
]

/// The steps of adding up delay after delay.
private let delays: @Sendable (FormulaValues) -> Int = { values in
    min(max(1, values.whole("delays") ?? 1), 100_000)
}

let backoffInputs = [
    FormulaInput("delays", "number of delays: attempts − 1"),
    FormulaInput("base", "first maximum delay in seconds"),
    FormulaInput("factor", .optional, "growth from delay to delay; 2 when absent"),
    FormulaInput("cap", .optional, "largest delay in seconds; none when absent"),
]

extension Backoff {
    /// The schedule that the inputs `base`, `factor` (2 when absent) and `cap` describe.
    init?(_ values: FormulaValues) {
        guard let base = values.number("base"), base > 0 else { return nil }
        let factor = values.number("factor") ?? 2
        let cap = values.number("cap")
        guard factor >= 1, cap.map({ $0 > 0 }) ?? true else { return nil }
        self.init(base: base, factor: factor, cap: cap)
    }
}

/// (1 − pⁿ)/(1 − p), also at p = 1.
func expectedAttempts(failure: Double, attempts: Int) -> Double {
    failure == 1
        ? Double(attempts) : (1 - RealFunctions.power(failure, attempts)) / (1 - failure)
}

private func lognormalSigma(_ values: FormulaValues) -> Double? {
    guard let p50 = values.number("p50"), p50 > 0, let p99 = values.number("p99"), p99 >= p50,
        let ratio = RealFunctions.ln(p99 / p50), let z = RealFunctions.normalQuantile(0.99)
    else { return nil }
    return ratio / z
}
