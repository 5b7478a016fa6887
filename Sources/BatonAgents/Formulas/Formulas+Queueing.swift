// Load, stability, waits and numbers of workers.

import Arithmetic

let arrival = FormulaInput("arrival_rate", "arrivals a second, retries included")
let service = FormulaInput("service_time", "mean service time in seconds")
private let workers = FormulaInput("workers", "workers")
let arrivalsCV = FormulaInput(
    "arrivals_cv", .optional, "coefficient of variation between arrivals; 1 when absent")
let serviceCV = FormulaInput(
    "service_cv", .optional, "coefficient of variation of the service time; 1 when absent")

/// Reads the station that wait formulas share.
func station(_ values: FormulaValues) -> Erlang.Station? {
    guard let rate = values.number("arrival_rate"), rate > 0,
        let time = values.number("service_time"), time > 0
    else { return nil }
    let arrivals = values.number("arrivals_cv") ?? 1
    let service = values.number("service_cv") ?? 1
    guard arrivals >= 0, service >= 0 else { return nil }
    return Erlang.Station(
        arrivalRate: rate, serviceTime: time, arrivalsCV: arrivals, serviceCV: service)
}

/// The steps of Erlang's recurrence for the stated workers.
private let recurrence: @Sendable (FormulaValues) -> Int = { values in
    min(max(1, values.whole("workers") ?? 1), Erlang.serversMax)
}

/// The steps of a search that tries one server after the other.
private let search: @Sendable (FormulaValues) -> Int = { _ in Erlang.serversMax }

/// Waits. Sources: Kleinrock, Queueing Systems I; Allen, Probability, Statistics and Queueing
/// Theory, ch. 5 (Allen–Cunneen).
let waitFormulas: [Formula] = [
    Formula(
        "effective-arrivals", "rate × (1 − pⁿ) / (1 − p)", source: "geometric sum", unit: "1/s",
        inputs: [
            FormulaInput("rate", "new messages a second"),
            FormulaInput("failure", "share p of attempts that fail"),
            FormulaInput("attempts", "attempts n at most"),
        ],
        range: "rate > 0, 0 ≤ failure ≤ 1, attempts ≥ 1; failures independent"
    ) { values in
        guard let rate = values.number("rate"), rate > 0,
            let failure = values.number("failure"), (0...1).contains(failure),
            let attempts = values.whole("attempts"), (1...100_000).contains(attempts)
        else { return nil }
        return rate * expectedAttempts(failure: failure, attempts: attempts)
    },
    Formula(
        "offered-load", "arrival_rate × service_time", source: "Little's law", unit: "Erl",
        inputs: [arrival, service], range: "both > 0"
    ) { values in station(values)?.load },
    Formula(
        "utilisation", "arrival_rate × service_time / workers", source: "Kleinrock, ch. 2",
        unit: "ratio", inputs: [arrival, service, workers], range: "workers ≥ 1"
    ) { values in
        guard let station = station(values), let count = values.whole("workers"), count >= 1
        else { return nil }
        return station.load / Double(count)
    },
    Formula(
        "capacity", "workers / service_time", source: "definition", unit: "1/s",
        inputs: [workers, service], range: "workers ≥ 1, service_time > 0", rounding: .down
    ) { values in
        guard let count = values.whole("workers"), count >= 1,
            let time = values.number("service_time"), time > 0
        else { return nil }
        return Double(count) / time
    },
    Formula(
        "workers-stable", "⌊arrival_rate × service_time⌋ + 1", source: "Kleinrock, ch. 2",
        unit: "workers", inputs: [arrival, service], range: "load < 1,000,000"
    ) { values in
        guard let station = station(values), station.load < Double(Erlang.serversMax)
        else { return nil }
        return station.load.rounded(.down) + 1
    },
    Formula(
        "workers-at-utilisation", "⌈arrival_rate × service_time / utilisation⌉",
        source: "definition", unit: "workers",
        inputs: [arrival, service, FormulaInput("utilisation", "highest wanted, 0..1")],
        range: "0 < utilisation < 1"
    ) { values in
        guard let station = station(values), station.load < Double(Erlang.serversMax),
            let limit = values.number("utilisation"), limit > 0, limit < 1
        else { return nil }
        return max((station.load / limit).rounded(.up), 1)
    },
    Formula(
        "erlang-c", "P(wait) of M/M/c", source: "Kleinrock, ch. 3", unit: "ratio",
        inputs: [arrival, service, workers], range: "load < workers ≤ 1,000,000",
        effort: recurrence
    ) { values in
        guard let station = station(values), let count = values.whole("workers") else { return nil }
        return Erlang.c(servers: count, load: station.load)
    },
    Formula(
        "wait-mean", "C(c, a) / (c / S − λ) × (Ca² + Cs²) / 2", source: "Allen–Cunneen", unit: "s",
        inputs: [arrival, service, workers, arrivalsCV, serviceCV],
        range: "stable; holds for cv ≤ 1.5 and utilisation ≥ 0.7, beyond that an estimate",
        holds: { values in
            guard let station = station(values), let count = values.whole("workers") else {
                return false
            }
            return WaitSizing.isMeanSound(station, servers: count)
        },
        effort: recurrence
    ) { values in
        guard let station = station(values), let count = values.whole("workers") else { return nil }
        return Erlang.meanWait(station, servers: count)
    },
    Formula(
        "wait-quantile", "max(0, ln(C / (1 − p)) / (c / S − λ)) × (Ca² + Cs²) / 2",
        source: "Kleinrock, ch. 5; factor: Allen–Cunneen", unit: "s",
        inputs: [
            arrival, service, workers, FormulaInput("quantile", "0..1"), arrivalsCV, serviceCV,
        ],
        range: "stable; exact for both cv = 1, else an estimate", evidence: .inference,
        effort: recurrence
    ) { values in
        guard let station = station(values), let count = values.whole("workers"),
            let quantile = values.number("quantile")
        else { return nil }
        return Erlang.waitQuantile(station, servers: count, quantile: quantile)
    },
    Formula(
        "workers-for-mean-wait", "smallest c with wait-mean ≤ wait", source: "Allen–Cunneen",
        unit: "workers",
        inputs: [
            arrival, service, FormulaInput("wait", "mean wait allowed in seconds"), arrivalsCV,
            serviceCV,
        ],
        range: "as wait-mean, wait > 0",
        holds: { values in
            guard let station = station(values), let wait = values.number("wait"),
                let count = Erlang.servers(for: station, wait: wait)
            else { return false }
            return WaitSizing.isMeanSound(station, servers: count)
        },
        effort: search
    ) { values in
        guard let station = station(values), let wait = values.number("wait"), wait > 0
        else { return nil }
        return Erlang.servers(for: station, wait: wait).map(Double.init)
    },
    Formula(
        "workers-for-wait-quantile", "smallest c with wait-quantile ≤ wait",
        source: "Kleinrock, ch. 5", unit: "workers",
        inputs: [
            arrival, service, FormulaInput("wait", "wait allowed in seconds"),
            FormulaInput("quantile", "0..1"), arrivalsCV, serviceCV,
        ],
        range: "as wait-quantile, wait > 0", evidence: .inference, effort: search
    ) { values in
        guard let station = station(values), let wait = values.number("wait"), wait > 0,
            let quantile = values.number("quantile"), quantile > 0, quantile < 1
        else { return nil }
        return Erlang.servers(for: station, wait: wait, quantile: quantile).map(Double.init)
    },
    Formula(
        "key-utilisation", "share × arrival_rate × service_time",
        source: "M/G/1: one key is served in order, by one worker", unit: "ratio",
        inputs: [FormulaInput("share", "share of the hottest key, 0..1"), arrival, service],
        range: "0 ≤ share ≤ 1"
    ) { values in
        guard let station = station(values), let share = values.number("share"),
            (0...1).contains(share)
        else { return nil }
        return share * station.load
    },
    Formula(
        "key-wait", "ρ × S × (1 + Cs²) / 2 / (1 − ρ), ρ = share × arrival_rate × S",
        source: "Pollaczek–Khinchine", unit: "s",
        inputs: [
            FormulaInput("share", "share of the hottest key, 0..1"), arrival, service, serviceCV,
        ],
        range: "ρ < 1"
    ) { values in
        guard let station = station(values), let share = values.number("share"),
            (0...1).contains(share), share * station.load < 1
        else { return nil }
        let busy = share * station.load
        let variability = (1 + station.serviceCV * station.serviceCV) / 2
        return busy * station.serviceTime * variability / (1 - busy)
    },
    Formula(
        "concurrency", "arrival_rate × service_time", source: "Little's law", unit: "slots",
        inputs: [arrival, service], range: "both > 0"
    ) { values in station(values)?.load },
    Formula(
        "bulkhead-slots", "smallest c with Erlang B(c, arrival_rate × service_time) ≤ rejection",
        source: "Erlang 1917; Kleinrock, ch. 3", unit: "slots",
        inputs: [arrival, service, FormulaInput("rejection", "share of calls refused at most")],
        range: "0 < rejection < 1", effort: search
    ) { values in
        guard let station = station(values), let rejection = values.number("rejection")
        else { return nil }
        return Erlang.slots(load: station.load, rejection: rejection).map(Double.init)
    },
    Formula(
        "largest", "max of the values", source: "definition", unit: "workers",
        inputs: [FormulaInput("workers", .list, "numbers of workers")],
        range: "at least one"
    ) { values in values.numbers("workers")?.max() },
    Formula(
        "service-quantile", "exp(μ + z(quantile) × σ), σ² = ln(1 + cv²), μ = ln(mean) − σ² / 2",
        source: "Johnson et al., ch. 14: lognormal with this mean and cv", unit: "s",
        inputs: [
            FormulaInput("mean", "mean service time in seconds"),
            FormulaInput("cv", "coefficient of variation"),
            FormulaInput("quantile", "wanted quantile, 0..1"),
        ],
        range: "mean > 0, cv ≥ 0, 0 < quantile < 1", evidence: .inference
    ) { values in
        guard let mean = values.number("mean"), let centre = RealFunctions.ln(mean),
            let cv = values.number("cv"), cv >= 0, let spread = RealFunctions.ln(1 + cv * cv),
            let quantile = values.number("quantile"),
            let z = RealFunctions.normalQuantile(quantile)
        else { return nil }
        return RealFunctions.exp(centre - spread / 2 + z * spread.squareRoot())
    },
    Formula(
        "cv-fitted", "√(exp(σ²) − 1), σ = z − √(z² − 2 ln(p99 / mean)), z = z(0.99)",
        source: "Johnson et al., ch. 14: lognormal with this mean and quantile", unit: "ratio",
        inputs: [
            FormulaInput("mean", "mean in seconds"),
            FormulaInput("p99", "99th percentile in seconds"),
        ],
        range: "mean ≤ p99 ≤ mean × exp(z² / 2), 14.97 times the mean", evidence: .inference
    ) { values in
        guard let mean = values.number("mean"), mean > 0, let p99 = values.number("p99"),
            p99 >= mean, let way = RealFunctions.ln(p99 / mean),
            let z = RealFunctions.normalQuantile(0.99), z * z >= 2 * way
        else { return nil }
        let sigma = z - (z * z - 2 * way).squareRoot()
        return RealFunctions.exp(sigma * sigma).map { max(0, $0 - 1).squareRoot() }
    },
    Formula(
        "longest", "max of the durations", source: "definition", unit: "s",
        inputs: [FormulaInput("seconds", .list, "durations in seconds")],
        range: "at least one"
    ) { values in values.numbers("seconds")?.max() },
    Formula(
        "downstream-utilisation", "Σ arrival_rate / Σ limit", source: "definition", unit: "ratio",
        inputs: [
            FormulaInput("arrival_rate", .list, "calls a second, by caller"),
            FormulaInput("limit", .list, "calls a second that each member takes that is up"),
        ],
        range: "limits > 0, at least one"
    ) { values in
        guard let rates = values.numbers("arrival_rate"), !rates.isEmpty,
            rates.allSatisfy({ $0 > 0 }), let limits = values.numbers("limit"), !limits.isEmpty,
            limits.allSatisfy({ $0 > 0 })
        else { return nil }
        return rates.reduce(0, +) / limits.reduce(0, +)
    },
    Formula(
        "call-rate", "rate × Σ share", source: "definition", unit: "1/s",
        inputs: [
            FormulaInput("rate", "requests a second"),
            FormulaInput("share", .list, "share of the requests of each operation that calls"),
        ],
        range: "rate > 0, at least one share in 0..1"
    ) { values in
        guard let rate = values.number("rate"), rate > 0, let shares = values.numbers("share"),
            !shares.isEmpty, shares.allSatisfy({ (0...1).contains($0) })
        else { return nil }
        return rate * shares.reduce(0, +)
    },
]
