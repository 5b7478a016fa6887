// What keeps one bad dependency from taking the rest with it: queues in front of a bulkhead, and
// how long a circuit breaker has to look. The bulkheads themselves are Erlang B, with the queues.

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
]
