// What changes when figures do, and what queues need that share their workers.

private let arrivals = FormulaInput("arrival_rate", .list, "arrivals a second of each queue")
private let services = FormulaInput("service_time", .list, "mean service time of each queue")

/// Rates and service times of queues in the same order; nil unless they are as many and positive.
private func flows(_ values: FormulaValues) -> [(rate: Double, service: Double)]? {
    guard let rates = values.numbers("arrival_rate"), !rates.isEmpty,
        let times = values.numbers("service_time"), times.count == rates.count,
        rates.allSatisfy({ $0 > 0 }), times.allSatisfy({ $0 > 0 })
    else { return nil }
    return Array(zip(rates, times)).map { ($0, $1) }
}

/// Mean service time over all messages of the queues.
private func pooledService(_ flows: [(rate: Double, service: Double)]) -> Double {
    flows.reduce(0) { $0 + $1.rate * $1.service } / flows.reduce(0) { $0 + $1.rate }
}

/// Sensitivity, and queues as one station. The mixture of service times: Kleinrock, Queueing
/// Systems I, ch. 5.
let sharingFormulas: [Formula] = [
    Formula(
        "arrivals-scaled", "arrival_rate × factor", source: "definition", unit: "1/s",
        inputs: [
            FormulaInput("arrival_rate", "arrivals a second"), FormulaInput("factor", "change"),
        ],
        range: "both > 0"
    ) { values in
        guard let rate = values.number("arrival_rate"), rate > 0,
            let factor = values.number("factor"), factor > 0
        else { return nil }
        return rate * factor
    },
    Formula(
        "service-scaled", "service_time × factor", source: "definition", unit: "s",
        inputs: [
            FormulaInput("service_time", "mean service time in seconds"),
            FormulaInput("factor", "change"),
        ],
        range: "both > 0"
    ) { values in
        guard let time = values.number("service_time"), time > 0,
            let factor = values.number("factor"), factor > 0
        else { return nil }
        return time * factor
    },
    Formula(
        "workers-left", "workers − lost", source: "definition", unit: "workers",
        inputs: [FormulaInput("workers", "workers"), FormulaInput("lost", "workers lost")],
        range: "0 ≤ lost < workers", rounding: .down
    ) { values in
        guard let workers = values.whole("workers"), let lost = values.whole("lost"), lost >= 0,
            lost < workers
        else { return nil }
        return Double(workers - lost)
    },
    Formula(
        "workers-sum", "Σ workers", source: "definition", unit: "workers",
        inputs: [FormulaInput("workers", .list, "workers of each team")],
        range: "each ≥ 0, at least one"
    ) { values in
        guard let list = values.numbers("workers"), !list.isEmpty, list.allSatisfy({ $0 >= 0 })
        else { return nil }
        return list.reduce(0, +)
    },
    Formula(
        "pooled-arrivals", "Σ arrival_rate", source: "definition", unit: "1/s", inputs: [arrivals],
        range: "each > 0, at least one"
    ) { values in
        guard let rates = values.numbers("arrival_rate"), !rates.isEmpty,
            rates.allSatisfy({ $0 > 0 })
        else { return nil }
        return rates.reduce(0, +)
    },
    Formula(
        "pooled-service-time", "Σ arrival_rate × service_time / Σ arrival_rate",
        source: "Kleinrock, ch. 5", unit: "s", inputs: [arrivals, services],
        range: "as many rates as times, each > 0"
    ) { values in flows(values).map(pooledService) },
    Formula(
        "pooled-service-cv",
        "√(Σ arrival_rate × service_time² × (1 + cv²) / Σ arrival_rate / S² − 1)",
        source: "Kleinrock, ch. 5; S: pooled-service-time", unit: "1",
        inputs: [
            arrivals, services,
            FormulaInput("service_cv", .list, "coefficient of variation of each queue"),
        ],
        range: "as many rates, times and cv, cv ≥ 0"
    ) { values in
        guard let flows = flows(values), let spreads = values.numbers("service_cv"),
            spreads.count == flows.count, spreads.allSatisfy({ $0 >= 0 })
        else { return nil }
        let mean = pooledService(flows)
        let squares = zip(flows, spreads).reduce(0) {
            $0 + $1.0.rate * $1.0.service * $1.0.service * (1 + $1.1 * $1.1)
        }
        let second = squares / flows.reduce(0) { $0 + $1.rate }
        return max(0, second / (mean * mean) - 1).squareRoot()
    },
]
