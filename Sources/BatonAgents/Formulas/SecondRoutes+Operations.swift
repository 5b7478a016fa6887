// Second routes of backlogs, redelivery, storage and cost: what came is what was done and what is
// left, and products give back their factors.

let operationRoutes: [SecondRoute] = [
    SecondRoute(
        "peak-backlog", .identity, "backlog + done during the peak = arrived during the peak",
        source: "Newell, ch. 2: conservation"
    ) { inputs, value in
        guard let peak = inputs.number("peak"), let capacity = inputs.number("capacity"),
            let duration = inputs.number("duration")
        else { return false }
        let done = min(peak, capacity) * duration
        return value >= 0
            && (value + done - peak * duration).magnitude <= 1e-12 * (peak * duration)
    },
    SecondRoute(
        "outage-backlog", .identity, "backlog / outage = arrival_rate",
        source: "Newell, ch. 2: nothing is done in an outage"
    ) { inputs, value in
        guard let rate = inputs.number("arrival_rate"), let outage = inputs.number("outage")
        else { return false }
        return SecondRoute.near(value / outage, rate)
    },
    SecondRoute(
        "backlog-delay", .identity, "delay × capacity = backlog", source: "Little's law"
    ) { inputs, value in
        guard let backlog = inputs.number("backlog"), let capacity = inputs.number("capacity")
        else { return false }
        return SecondRoute.near(value * capacity, backlog)
    },
    SecondRoute(
        "drain-time", .identity,
        "backlog + arrival_rate × drain = capacity × drain; at least backlog / capacity",
        source: "Newell, ch. 2: conservation"
    ) { inputs, value in
        guard let backlog = inputs.number("backlog"), let capacity = inputs.number("capacity"),
            let rate = inputs.number("arrival_rate")
        else { return false }
        let spare = capacity - rate
        return value >= backlog / capacity * (1 - 1e-12) && SecondRoute.near(value * spare, backlog)
    },
    SecondRoute(
        "visibility-timeout", .identity, "(value − margin) / prefetch = longest",
        source: "the messages taken are done one after the other"
    ) { inputs, value in
        guard let prefetch = inputs.number("prefetch"), let longest = inputs.number("longest"),
            let margin = inputs.number("margin")
        else { return false }
        return SecondRoute.near((value - margin) / prefetch, longest)
    },
    SecondRoute(
        "duplicates-per-day", .identity, "value / (24 × 60 × 60) / arrival_rate = exceed",
        source: "a day has 86,400 s"
    ) { inputs, value in
        guard let rate = inputs.number("arrival_rate"), let share = inputs.number("exceed") else {
            return false
        }
        return SecondRoute.near(value / (24 * 60 * 60) / rate, share)
    },
    SecondRoute(
        "dead-letters-per-day", .identity,
        "share of a day's messages − poison = failure, multiplied once for each attempt",
        source: "a message is dead when every attempt has failed"
    ) { inputs, value in
        guard let rate = inputs.number("rate"), let failure = inputs.number("failure"),
            let attempts = inputs.whole("attempts")
        else { return false }
        let poison = inputs.number("poison") ?? 0
        var failed = 1.0
        for _ in 0..<attempts where failed > 0 { failed *= failure }
        return SecondRoute.near(value / (24 * 60 * 60) / rate, poison + failed)
    },
    SecondRoute(
        "idempotency-window", .identity,
        "value − each term in turn = 0; at least the retention", source: "definition"
    ) { inputs, value in
        guard let retention = inputs.number("retention"), let attempts = inputs.number("attempts"),
            let visibility = inputs.number("visibility"), let backoff = inputs.number("backoff")
        else { return false }
        let dead = inputs.number("dead_letter_retention") ?? 0
        let left = value - dead - backoff - retention - visibility * attempts
        return value >= retention && left.magnitude <= 1e-9 * max(1, value)
    },
    SecondRoute(
        "storage", .identity, "value / payload = messages", source: "definition"
    ) { inputs, value in
        guard let messages = inputs.number("messages"), let payload = inputs.number("payload")
        else { return false }
        return payload == 0 ? value == 0 : SecondRoute.near(value / payload, messages)
    },
    SecondRoute(
        "cost-per-month", .identity, "value × 12 = workers × cost_per_hour × 8,760",
        source: "hours of a year"
    ) { inputs, value in
        guard let workers = inputs.number("workers"), let cost = inputs.number("cost_per_hour")
        else { return false }
        return SecondRoute.near(value * 12, workers * cost * 8760)
    },
]
