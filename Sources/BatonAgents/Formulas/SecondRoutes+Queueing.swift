// Second routes of loads, waits and numbers of workers: Little's law the other way round, state
// probabilities from the top down, and one worker less that is not enough.

import Arithmetic

/// What the wait formulas share, read for the second route.
private struct WaitStation {
    let rate: Double
    let time: Double
    let variability: Double

    var load: Double { rate * time }

    init?(_ inputs: FormulaValues) {
        guard let rate = inputs.number("arrival_rate"), rate > 0,
            let time = inputs.number("service_time"), time > 0
        else { return nil }
        self.rate = rate
        self.time = time
        let arrivals = inputs.number("arrivals_cv") ?? 1
        let service = inputs.number("service_cv") ?? 1
        variability = (arrivals * arrivals + service * service) / 2
    }

    /// Mean wait by Little's law: the mean queue over the arrival rate. Nil when not stable.
    func meanWait(_ servers: Double) -> Double? {
        SecondErlang(servers: servers, load: load)?.meanQueue(variability: variability)
            .map { $0 / rate }
    }

    /// The share of messages that wait longer than `wait`. Nil when not stable.
    func share(waitingLongerThan wait: Double, _ servers: Double) -> Double? {
        guard let waiting = SecondErlang(servers: servers, load: load)?.waiting else { return nil }
        guard variability > 0 else { return wait >= 0 ? 0 : waiting }
        let exponent = -(servers - load) * wait / (time * variability)
        return RealFunctions.exp(exponent).map { waiting * $0 }
    }
}

/// A factor is the quotient of the product and the other.
private func isProduct(_ inputs: FormulaValues, _ value: Double) -> Bool {
    guard let station = WaitStation(inputs) else { return false }
    return SecondRoute.near(value / station.time, station.rate)
}

let waitRoutes: [SecondRoute] = [
    SecondRoute(
        "effective-arrivals", .identity, "value = rate × Σ pᵏ, k < n, added up; at least the rate",
        source: "attempt k + 1 is made when k have failed"
    ) { inputs, value in
        guard let rate = inputs.number("rate"), let failure = inputs.number("failure"),
            let attempts = inputs.whole("attempts")
        else { return false }
        return value >= rate * (1 - 1e-12)
            && SecondRoute.near(value / rate, attemptsAddedUp(failure, attempts))
    },
    SecondRoute(
        "offered-load", .identity, "load / service_time = arrival_rate", source: "Little's law",
        holds: isProduct),
    SecondRoute(
        "utilisation", .identity, "value × workers / service_time = arrival_rate",
        source: "each message is served once"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let workers = inputs.number("workers") else {
            return false
        }
        return SecondRoute.near(value * workers / station.time, station.rate)
    },
    SecondRoute(
        "capacity", .identity, "capacity × service_time = workers", source: "Little's law"
    ) { inputs, value in
        guard let workers = inputs.number("workers"), let time = inputs.number("service_time")
        else { return false }
        return SecondRoute.near(value * time, workers)
    },
    SecondRoute(
        "workers-stable", .bound, "value − 1 ≤ load < value", source: "Kleinrock, ch. 2: ρ < 1"
    ) { inputs, value in
        guard let station = WaitStation(inputs) else { return false }
        return value == value.rounded() && station.load < value && value - 1 <= station.load
    },
    SecondRoute(
        "workers-at-utilisation", .bound,
        "load ≤ value × utilisation, and (value − 1) × utilisation < load", source: "definition"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let limit = inputs.number("utilisation") else {
            return false
        }
        let slack = 1e-9 * station.load
        return value == value.rounded() && value >= 1 && station.load <= value * limit + slack
            && (value == 1 || (value - 1) * limit < station.load + slack)
    },
    SecondRoute(
        "erlang-c", .identity,
        "state probabilities from the top down; not below Erlang B, not above 1",
        source: "Kleinrock, ch. 3, eq. 3.40"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let workers = inputs.number("workers"),
            let erlang = SecondErlang(servers: workers, load: station.load),
            let waiting = erlang.waiting
        else { return false }
        return value >= erlang.blocking * (1 - 1e-12) && value <= 1
            && SecondRoute.near(value, waiting)
    },
    SecondRoute(
        "wait-mean", .identity, "wait × arrival_rate = mean queue", source: "Little's law"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let workers = inputs.number("workers"),
            let wait = station.meanWait(workers)
        else { return false }
        return SecondRoute.near(value, wait)
    },
    SecondRoute(
        "wait-quantile", .identity,
        "P(wait > value) = 1 − quantile; 0 where fewer than that wait at all",
        source: "Kleinrock, ch. 5: exponential tail of the wait"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let workers = inputs.number("workers"),
            let quantile = inputs.number("quantile"),
            let longer = station.share(waitingLongerThan: value, workers)
        else { return false }
        if value == 0 { return longer <= (1 - quantile) * (1 + 1e-9) || station.variability == 0 }
        return value > 0 && SecondRoute.near(longer, 1 - quantile, tolerance: 1e-8)
    },
    SecondRoute(
        "workers-for-mean-wait", .bound, "value keeps the wait, value − 1 does not",
        source: "Little's law; the wait falls with each worker"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let wait = inputs.number("wait"),
            let reached = station.meanWait(value), reached <= wait * (1 + 1e-9)
        else { return false }
        return station.meanWait(value - 1).map { $0 > wait * (1 - 1e-9) } ?? true
    },
    SecondRoute(
        "workers-for-wait-quantile", .bound,
        "with value at most 1 − quantile wait longer, with value − 1 more do",
        source: "Kleinrock, ch. 5: exponential tail of the wait"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let wait = inputs.number("wait"),
            let quantile = inputs.number("quantile"),
            let longer = station.share(waitingLongerThan: wait, value),
            longer <= (1 - quantile) * (1 + 1e-9)
        else { return false }
        return station.share(waitingLongerThan: wait, value - 1)
            .map { $0 > (1 - quantile) * (1 - 1e-9) } ?? true
    },
    SecondRoute(
        "key-utilisation", .identity, "value / service_time = share × arrival_rate",
        source: "Little's law for one key"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let share = inputs.number("share") else {
            return false
        }
        return SecondRoute.near(value / station.time, share * station.rate)
    },
    SecondRoute(
        "key-wait", .identity, "wait = queue of the key × service + residual service",
        source: "mean value of M/G/1: Little's law and the residual life"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let share = inputs.number("share") else {
            return false
        }
        // An arrival waits for those before it and, while one is served, for the rest of that.
        let rate = share * station.rate
        let cv = inputs.number("service_cv") ?? 1
        let residual = station.time * (1 + cv * cv) / 2
        let seen = rate * value * station.time + rate * station.time * residual
        return SecondRoute.near(value, seen)
    },
    SecondRoute(
        "concurrency", .identity, "value / service_time = arrival_rate", source: "Little's law",
        holds: isProduct),
    SecondRoute(
        "bulkhead-slots", .bound, "Erlang B(value) ≤ rejection < Erlang B(value − 1)",
        source: "state probabilities from the top down"
    ) { inputs, value in
        guard let station = WaitStation(inputs), let rejection = inputs.number("rejection"),
            let enough = SecondErlang(servers: value, load: station.load),
            enough.blocking <= rejection * (1 + 1e-9)
        else { return false }
        return SecondErlang(servers: value - 1, load: station.load)
            .map { $0.blocking > rejection * (1 - 1e-9) } ?? true
    },
    SecondRoute(
        "largest", .bound, "one of the values, and none is larger", source: "definition"
    ) { inputs, value in
        inputs.numbers("workers").map { isLargest(value, of: $0) } ?? false
    },
    SecondRoute(
        "service-quantile", .identity, "Φ((ln value − μ) / σ) = quantile; exp(μ + σ² / 2) = mean",
        source: "definition of the quantile; Marsaglia 2004"
    ) { inputs, value in
        guard let mean = inputs.number("mean"), let cv = inputs.number("cv"),
            let quantile = inputs.number("quantile"), value > 0,
            let way = RealFunctions.ln(value / mean), let square = RealFunctions.ln(1 + cv * cv)
        else { return false }
        guard square > 0 else { return SecondRoute.near(value, mean) }
        return agrees((way + square / 2) / square.squareRoot(), with: quantile)
    },
    SecondRoute(
        "cv-fitted", .identity,
        "mean × exp(printed z(0.99) × σ − σ² / 2) = p99, σ² = ln(1 + value²)",
        source: "Abramowitz and Stegun, table 26.5"
    ) { inputs, value in
        guard let mean = inputs.number("mean"), let p99 = inputs.number("p99"),
            let square = RealFunctions.ln(1 + value * value),
            let factor = RealFunctions.exp(
                NormalDistribution.z99 * square.squareRoot() - square / 2)
        else { return false }
        return SecondRoute.near(mean * factor, p99, tolerance: 1e-8)
    },
    SecondRoute(
        "longest", .bound, "one of the durations, and none is longer", source: "definition"
    ) { inputs, value in
        inputs.numbers("seconds").map { isLargest(value, of: $0) } ?? false
    },
    SecondRoute(
        "downstream-utilisation", .identity, "value × Σ limit − Σ arrival_rate = 0",
        source: "definition"
    ) { inputs, value in
        guard let rates = inputs.numbers("arrival_rate"), let limits = inputs.numbers("limit")
        else { return false }
        let taken = limits.reduce(0) { $0 + $1 * value }
        return SecondRoute.near(taken, rates.reversed().reduce(0, +))
    },
    SecondRoute(
        "call-rate", .identity, "value = Σ rate × share; one share cannot be more than the rate",
        source: "each operation calls by itself"
    ) { inputs, value in
        guard let rate = inputs.number("rate"), let shares = inputs.numbers("share") else {
            return false
        }
        return SecondRoute.near(value, shares.reversed().reduce(0) { $0 + $1 * rate })
    },
]

private func isLargest(_ value: Double, of list: [Double]) -> Bool {
    list.contains(value) && list.allSatisfy { $0 <= value }
}
