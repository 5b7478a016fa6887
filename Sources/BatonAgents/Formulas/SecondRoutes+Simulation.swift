// Second routes of simulated figures. No other way gives the same digits: a range is what
// probability allows, and a figure outside of it is a mistake.

import Arithmetic

/// The variance of a sum of even draws between 0 and each maximum.
private func spread(_ maxima: [Double]) -> Double {
    (maxima.reduce(0) { $0 + $1 * $1 } / 12).squareRoot()
}

let simulationRoutes: [SecondRoute] = [
    SecondRoute(
        "wait-simulated", .range,
        "the mean within a factor of 2.5 of Allen–Cunneen, or both below a thousandth of the"
            + " service; a quantile at most mean / (1 − quantile)",
        source: "section 6.2; Markov's inequality"
    ) { inputs, value in
        guard let rate = inputs.number("arrival_rate"), let time = inputs.number("service_time"),
            let workers = inputs.whole("workers"),
            let mean = Erlang.meanWait(
                Erlang.Station(
                    arrivalRate: rate, serviceTime: time,
                    arrivalsCV: inputs.number("arrivals_cv") ?? 1,
                    serviceCV: inputs.number("service_cv") ?? 1), servers: workers)
        else { return false }
        if let quantile = inputs.number("quantile") {
            return value >= 0 && value <= 2.5 * mean / (1 - quantile)
        }
        // Waits that hardly ever happen may not have been met.
        if max(value, mean) < time / 1000 { return value >= 0 }
        // Of arrivals more regular than chance Allen–Cunneen is an upper bound only.
        if inputs.number("arrivals_cv") ?? 1 < 1 { return value >= 0 && value <= mean * 2.5 }
        return value >= mean / 2.5 && value <= mean * 2.5
    },
    SecondRoute(
        "workers-simulated", .range, "load < value ≤ 100, a whole number",
        source: "Kleinrock, ch. 2: ρ < 1; section 6"
    ) { inputs, value in
        guard let rate = inputs.number("arrival_rate"), let time = inputs.number("service_time")
        else { return false }
        return value > rate * time && value <= 100 && value == value.rounded()
    },
    SecondRoute(
        "ride-through", .range,
        "mean − σ × √((1 − share) / share) ≤ value ≤ the maximum; below the mean for share < ½",
        source: "Cantelli's inequality; the sum is symmetric"
    ) { inputs, value in
        guard let delays = inputs.whole("delays"), let backoff = Backoff(inputs),
            let share = inputs.number("share")
        else { return false }
        let maxima = (0..<delays).map { backoff.maximum($0) }
        let most = maxima.reduce(0, +)
        let lower = most / 2 - spread(maxima) * ((1 - share) / share).squareRoot()
        return value >= max(0, lower) && value <= (share < 0.5 ? most / 2 : most)
    },
]
