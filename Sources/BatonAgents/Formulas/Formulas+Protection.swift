// What keeps one bad dependency from taking the rest with it: queues in front of a bulkhead, and
// how long a circuit breaker has to look, and the load from which calls are refused. The bulkheads
// themselves are Erlang B, with the queues.

import Arithmetic

/// The steps of Erlang's recurrence at each halving of a load.
private let halving: @Sendable (FormulaValues) -> Int = { values in
    Erlang.halvingsMax * min(max(1, values.whole("slots") ?? 1), 10_000)
}

/// Queue limits and breakers. Sources: SRE Book, ch. 22; Hystrix, configuration.
let protectionFormulas: [Formula] = [
    Formula(
        "queue-limit", "⌊share × slots⌋", source: "SRE Book, ch. 22, queue management",
        unit: "requests",
        inputs: [
            FormulaInput("slots", "calls that may be under way at once"),
            FormulaInput("share", "most that may wait, as a share of the slots, 0..1"),
        ],
        range: "slots ≥ 1, 0 ≤ share ≤ 1", rounding: .down
    ) { values in
        guard let slots = values.number("slots"), slots >= 1, let share = values.number("share"),
            (0...1).contains(share)
        else { return nil }
        return (share * slots + 1e-9).rounded(.down)
    },
    Formula(
        "breaker-window", "max(window, calls / rate)",
        source: "Hystrix, configuration: rolling window, request volume threshold", unit: "s",
        inputs: [
            FormulaInput("window", "shortest time a breaker looks back, in seconds"),
            FormulaInput("calls", "calls that a judgement needs"),
            FormulaInput("rate", "calls a second"),
        ],
        range: "all > 0"
    ) { values in
        guard let window = values.number("window"), window > 0, let calls = values.number("calls"),
            calls > 0, let rate = values.number("rate"), rate > 0
        else { return nil }
        return max(window, calls / rate)
    },
    Formula(
        "shedding-rate",
        "largest arrival_rate with Erlang B(slots, arrival_rate × service_time) ≤ rejection",
        source: "Erlang 1917; Kleinrock, ch. 3", unit: "1/s",
        inputs: [
            FormulaInput("slots", "calls that may be under way at once"),
            FormulaInput("service_time", "mean time of a call in seconds"),
            FormulaInput("rejection", "share of the calls that may be refused, 0..1"),
        ],
        range: "1 ≤ slots ≤ 10,000, service_time > 0, 0 < rejection < 1; no call waits",
        rounding: .down, effort: halving
    ) { values in
        guard let slots = values.whole("slots"), (1...10_000).contains(slots),
            let time = values.number("service_time"), time > 0,
            let rejection = values.number("rejection"),
            let load = Erlang.load(servers: slots, rejection: rejection)
        else { return nil }
        return load / time
    },
    Formula(
        "headroom", "limit / rate", source: "definition", unit: "factor",
        inputs: [
            FormulaInput("limit", "rate from which calls are refused"),
            FormulaInput("rate", "stated calls a second"),
        ],
        range: "both > 0", rounding: .down
    ) { values in
        guard let limit = values.number("limit"), limit > 0, let rate = values.number("rate"),
            rate > 0
        else { return nil }
        return limit / rate
    },
    Formula(
        "shedding-edge", "rate × min headroom",
        source: "each call is a fixed share of the requests", unit: "1/s",
        inputs: [
            FormulaInput("rate", "stated requests a second"),
            FormulaInput("headroom", .list, "headroom of each call, for that rate"),
        ],
        range: "rate > 0, each headroom > 0, at least one", rounding: .down
    ) { values in
        guard let rate = values.number("rate"), rate > 0,
            let list = values.numbers("headroom"), let least = list.min(), least > 0
        else { return nil }
        return rate * least
    },
]
