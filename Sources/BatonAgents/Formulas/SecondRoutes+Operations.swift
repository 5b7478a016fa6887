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
        "backlog-at", .identity, "backlog + done = arrived, or 0 once as much could be done",
        source: "Newell, ch. 2: conservation"
    ) { inputs, value in
        guard let rate = inputs.number("arrival_rate"), let capacity = inputs.number("capacity"),
            let outage = inputs.number("outage"), let time = inputs.number("time")
        else { return false }
        let arrived = rate * time
        let done = capacity * max(0, time - outage)
        if value == 0 { return done >= arrived * (1 - 1e-9) }
        return (value + done - arrived).magnitude <= 1e-9 * max(arrived, done)
    },
    SecondRoute(
        "workers-for-drain", .bound,
        "value workers do all within the time, value − 1 do not",
        source: "Newell, ch. 2: conservation"
    ) { inputs, value in
        guard let backlog = inputs.number("backlog"), let within = inputs.number("within"),
            let rate = inputs.number("arrival_rate"), let time = inputs.number("service_time")
        else { return false }
        let all = backlog + rate * within
        func done(_ workers: Double) -> Double { workers * within / time }
        return value == value.rounded() && done(value) >= all * (1 - 1e-12)
            && done(value - 1) < all
    },
    SecondRoute(
        "surge", .identity, "value × arrival_rate = capacity", source: "definition"
    ) { inputs, value in
        guard let capacity = inputs.number("capacity"), let rate = inputs.number("arrival_rate")
        else { return false }
        return SecondRoute.near(value * rate, capacity)
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
        "job-limit", .identity, "value × prefetch + margin = visibility",
        source: "the messages taken are done one after the other"
    ) { inputs, value in
        guard let visibility = inputs.number("visibility"), let margin = inputs.number("margin"),
            let prefetch = inputs.number("prefetch")
        else { return false }
        return SecondRoute.near(value * prefetch + margin, visibility)
    },
    SecondRoute(
        "heartbeat-interval", .identity, "value + value + value = visibility",
        source: "two heartbeats may get lost"
    ) { inputs, value in
        inputs.number("visibility").map { SecondRoute.near(value + value + value, $0) } ?? false
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
        "outage-dead-letters", .identity,
        "value / arrival_rate + the part that is retried = outage",
        source: "an outage is ridden through, or it is not"
    ) { inputs, value in
        guard let rate = inputs.number("arrival_rate"), let outage = inputs.number("outage"),
            let ride = inputs.number("ride_through")
        else { return false }
        return (value / rate + min(outage, ride) - outage).magnitude <= 1e-12 * max(outage, 1)
    },
    SecondRoute(
        "idempotency-window", .identity,
        "value − each term in turn = 0; at least the retention", source: "definition"
    ) { inputs, value in
        guard let retention = inputs.number("retention"), let attempts = inputs.number("attempts"),
            let visibility = inputs.number("visibility"), let backoff = inputs.number("backoff")
        else { return false }
        let others = ["producer", "dead_letter_retention", "redrive"].map { inputs.number($0) ?? 0 }
        let left = others.reduce(value, -) - backoff - retention - visibility * attempts
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
    SecondRoute(
        "cost-sum", .identity, "value − Σ of the others = the largest; at least the largest",
        source: "definition"
    ) { inputs, value in
        inputs.numbers("cost").map { SecondRoute.addsUp($0, to: value) } ?? false
    },
    SecondRoute(
        "cost-of-retries", .identity,
        "value × arrival_rate + cost × rate = cost × arrival_rate",
        source: "an attempt is the first of its message, or a retry"
    ) { inputs, value in
        guard let cost = inputs.number("cost"), let rate = inputs.number("rate"),
            let attempts = inputs.number("arrival_rate")
        else { return false }
        return SecondRoute.completes(value * attempts, cost * rate, to: cost * attempts)
    },
    SecondRoute(
        "cost-of-duplicates", .identity,
        "value / duplicates × attempts of 24 × 60 × 60 s = cost", source: "definition"
    ) { inputs, value in
        guard let cost = inputs.number("cost"), let duplicates = inputs.number("duplicates"),
            let rate = inputs.number("arrival_rate")
        else { return false }
        guard duplicates > 0 else { return value == 0 }
        return SecondRoute.near(value / duplicates * (24 * 60 * 60 * rate), cost)
    },
]
