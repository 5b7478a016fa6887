// Second routes of changed figures and of queues that share their workers: products give back their
// factors, and moments add up.

/// Rates and service times of queues, as many of each.
private func flows(_ inputs: FormulaValues) -> [(rate: Double, time: Double)]? {
    guard let rates = inputs.numbers("arrival_rate"), let times = inputs.numbers("service_time"),
        rates.count == times.count, !rates.isEmpty
    else { return nil }
    return zip(rates, times).map { ($0, $1) }
}

let sharingRoutes: [SecondRoute] = [
    SecondRoute(
        "arrivals-scaled", .identity, "value / factor = arrival_rate", source: "definition"
    ) { inputs, value in
        guard let rate = inputs.number("arrival_rate"), let factor = inputs.number("factor") else {
            return false
        }
        return SecondRoute.near(value / factor, rate)
    },
    SecondRoute(
        "service-scaled", .identity, "value / factor = service_time", source: "definition"
    ) { inputs, value in
        guard let time = inputs.number("service_time"), let factor = inputs.number("factor") else {
            return false
        }
        return SecondRoute.near(value / factor, time)
    },
    SecondRoute(
        "workers-left", .identity, "value + lost = workers", source: "definition"
    ) { inputs, value in
        guard let workers = inputs.number("workers"), let lost = inputs.number("lost") else {
            return false
        }
        return value + lost == workers
    },
    SecondRoute(
        "workers-sum", .identity, "value − Σ of the others = the largest; at least the largest",
        source: "definition"
    ) { inputs, value in
        inputs.numbers("workers").map { SecondRoute.addsUp($0, to: value) } ?? false
    },
    SecondRoute(
        "pooled-arrivals", .identity, "value − each rate in turn = 0; at least the largest",
        source: "definition"
    ) { inputs, value in
        guard let rates = inputs.numbers("arrival_rate"), let largest = rates.max() else {
            return false
        }
        let left = rates.reduce(value) { $0 - $1 }
        return value >= largest && left.magnitude <= 1e-9 * value
    },
    SecondRoute(
        "pooled-service-time", .identity,
        "value × Σ arrival_rate = Σ load; between the shortest and the longest",
        source: "Little's law: the loads add up"
    ) { inputs, value in
        guard let flows = flows(inputs), let least = flows.map(\.time).min(),
            let most = flows.map(\.time).max()
        else { return false }
        let loads = flows.reduce(0) { $0 + $1.rate * $1.time }
        let rates = flows.reduce(0) { $0 + $1.rate }
        return value >= least * (1 - 1e-12) && value <= most * (1 + 1e-12)
            && SecondRoute.near(value * rates, loads)
    },
    SecondRoute(
        "pooled-service-cv", .identity,
        "variance = variance within the queues + variance between their means",
        source: "law of total variance"
    ) { inputs, value in
        guard let flows = flows(inputs), let spreads = inputs.numbers("service_cv"),
            spreads.count == flows.count
        else { return false }
        let rates = flows.reduce(0) { $0 + $1.rate }
        let mean = flows.reduce(0) { $0 + $1.rate * $1.time } / rates
        var (within, between) = (0.0, 0.0)
        for (flow, spread) in zip(flows, spreads) {
            let share = flow.rate / rates
            within += share * (spread * flow.time) * (spread * flow.time)
            between += share * (flow.time - mean) * (flow.time - mean)
        }
        return SecondRoute.near(value * mean * (value * mean), within + between)
            || value == 0 && within + between <= 1e-18
    },
]
