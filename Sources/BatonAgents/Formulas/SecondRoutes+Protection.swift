// Second routes of queues in front of bulkheads and of breakers' windows.

let protectionRoutes: [SecondRoute] = [
    SecondRoute(
        "queue-limit", .bound, "value ≤ share × slots < value + 1", source: "definition"
    ) { inputs, value in
        guard let slots = inputs.number("slots"), let share = inputs.number("share") else {
            return false
        }
        let most = share * slots
        return value == value.rounded() && value <= most + 1e-9 && most < value + 1
    },
    SecondRoute(
        "breaker-window", .bound, "long enough for both, and exactly one of them",
        source: "definition"
    ) { inputs, value in
        guard let window = inputs.number("window"), let calls = inputs.number("calls"),
            let rate = inputs.number("rate")
        else { return false }
        let isFilled = SecondRoute.near(value * rate, calls)
        return value >= window && (isFilled || value == window && value * rate > calls)
    },
]
