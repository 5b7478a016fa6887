// Second routes of queues in front of bulkheads, of breakers' windows, and of the load from which
// calls are refused.

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
    SecondRoute(
        "shedding-rate", .identity, "Erlang B(slots, value × service_time) = rejection",
        source: "state probabilities from the top down"
    ) { inputs, value in
        guard let slots = inputs.number("slots"), let time = inputs.number("service_time"),
            let rejection = inputs.number("rejection"),
            let erlang = SecondErlang(servers: slots, load: value * time)
        else { return false }
        return SecondRoute.near(erlang.blocking, rejection, tolerance: 1e-8)
    },
    SecondRoute(
        "headroom", .identity, "value × rate = limit", source: "definition"
    ) { inputs, value in
        guard let limit = inputs.number("limit"), let rate = inputs.number("rate") else {
            return false
        }
        return SecondRoute.near(value * rate, limit)
    },
    SecondRoute(
        "shedding-edge", .bound, "value / rate is one headroom, and none is smaller",
        source: "definition"
    ) { inputs, value in
        guard let rate = inputs.number("rate"), let list = inputs.numbers("headroom") else {
            return false
        }
        let ratio = value / rate
        return list.contains { SecondRoute.near($0, ratio) }
            && list.allSatisfy { $0 >= ratio * (1 - 1e-9) }
    },
]
