// Second routes of simulated figures. No other way gives the same digits: a range is what
// probability allows, and a figure outside of it is a mistake.

import Arithmetic

/// The variance of a sum of even draws between 0 and each maximum.
private func spread(_ maxima: [Double]) -> Double {
    (maxima.reduce(0) { $0 + $1 * $1 } / 12).squareRoot()
}

/// What a simulated mean wait can be, in seconds.
private struct WaitBounds {
    let least: Double
    let most: Double

    init?(_ inputs: FormulaValues) {
        guard let station = station(inputs), let workers = inputs.whole("workers"),
            let formula = Erlang.meanWait(station, servers: workers)
        else { return nil }
        // Of arrivals more regular than chance Allen–Cunneen is an upper bound only.
        least = station.arrivalsCV < 1 ? 0 : Self.least(station, workers, formula)
        // Bursts find many workers busy at once: there the formula is far too low.
        most =
            station.arrivalsCV > 1 ? 2 * Self.kingman(station, Double(workers)) : 2.5 * formula
    }

    /// λ × (σ_A² + σ_S² / c + (c − 1) / c² × S²) / 2 / (1 − ρ), an upper bound for GI/G/c.
    private static func kingman(_ station: Erlang.Station, _ servers: Double) -> Double {
        let gap = station.arrivalsCV / station.arrivalRate
        let work = station.serviceCV * station.serviceTime
        let share = station.serviceTime / servers
        let variance = gap * gap + work * work / servers + (servers - 1) * share * share
        return station.arrivalRate * variance / 2 / (1 - station.load / servers)
    }

    /// With half of the workers busy, and arrivals no more regular than chance.
    private static func least(
        _ station: Erlang.Station, _ workers: Int, _ formula: Double
    ) -> Double {
        guard station.load >= 0.5 * Double(workers) else { return 0 }
        var exponential = station
        exponential.arrivalsCV = 1
        exponential.serviceCV = 1
        let twin = Erlang.meanWait(exponential, servers: workers) ?? 0
        return min(twin, formula) / 4
    }
}

let simulationRoutes: [SecondRoute] = [
    SecondRoute(
        "wait-simulated", .range,
        "the mean at most 2.5 × Allen–Cunneen's, in bursts (Ca > 1) twice Kingman's bound; with"
            + " Ca ≥ 1 and half of the workers busy at least a quarter of that of M/M/c or"
            + " Allen–Cunneen, the less, or below a thousandth of the service; a quantile at most"
            + " mean / (1 − quantile)",
        source: "sections 6.2 and 6.3; Kingman 1970, for GI/G/c; Markov's inequality"
    ) { inputs, value in
        guard let bounds = WaitBounds(inputs), let time = inputs.number("service_time") else {
            return false
        }
        if let quantile = inputs.number("quantile") {
            return value >= 0 && value <= bounds.most / (1 - quantile)
        }
        // Waits that hardly ever happen may not have been met.
        let least = bounds.least < time / 1000 ? 0 : bounds.least
        return value >= least && value <= bounds.most
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
