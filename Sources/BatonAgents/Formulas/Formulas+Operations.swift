// Backlogs, redelivery, dead letters, storage and cost of a queue.

import Arithmetic

/// Fluid backlogs: Newell, Applications of Queueing Theory, ch. 2. The rest are definitions.
let operationFormulas: [Formula] = [
    Formula(
        "peak-backlog", "max(0, peak − capacity) × duration", source: "Newell, ch. 2",
        unit: "messages",
        inputs: [
            FormulaInput("peak", "arrivals a second at peak, retries included"),
            FormulaInput("capacity", "messages a second that the workers can do"),
            FormulaInput("duration", "length of the peak in seconds"),
        ],
        range: "all > 0"
    ) { values in
        guard let peak = values.number("peak"), let capacity = values.number("capacity"),
            let duration = values.number("duration"), peak > 0, capacity > 0, duration > 0
        else { return nil }
        return max(0, peak - capacity) * duration
    },
    Formula(
        "outage-backlog", "arrival_rate × outage", source: "Newell, ch. 2", unit: "messages",
        inputs: [
            FormulaInput("arrival_rate", "new messages a second"),
            FormulaInput("outage", "length of the outage in seconds"),
        ],
        range: "both > 0"
    ) { values in
        guard let rate = values.number("arrival_rate"), rate > 0,
            let outage = values.number("outage"), outage > 0
        else { return nil }
        return rate * outage
    },
    Formula(
        "backlog-delay", "backlog / capacity", source: "Little's law", unit: "s",
        inputs: [
            FormulaInput("backlog", "messages waiting"),
            FormulaInput("capacity", "messages a second that the workers can do"),
        ],
        range: "backlog ≥ 0, capacity > 0"
    ) { values in
        guard let backlog = values.number("backlog"), backlog >= 0,
            let capacity = values.number("capacity"), capacity > 0
        else { return nil }
        return backlog / capacity
    },
    Formula(
        "drain-time", "backlog / (capacity − arrival_rate)", source: "Newell, ch. 2", unit: "s",
        inputs: [
            FormulaInput("backlog", "messages waiting"),
            FormulaInput("capacity", "messages a second that the workers can do"),
            FormulaInput("arrival_rate", "arrivals a second during the drain"),
        ],
        range: "capacity > arrival_rate"
    ) { values in
        guard let backlog = values.number("backlog"), backlog >= 0,
            let capacity = values.number("capacity"),
            let rate = values.number("arrival_rate"), rate >= 0, capacity > rate
        else { return nil }
        return backlog / (capacity - rate)
    },
    Formula(
        "backlog-at",
        "max(0, arrival_rate × min(time, outage) − (capacity − arrival_rate) × max(0, time −"
            + " outage))",
        source: "Newell, ch. 2", unit: "messages",
        inputs: [
            FormulaInput("arrival_rate", "arrivals a second, retries included"),
            FormulaInput("capacity", "messages a second that the workers can do"),
            FormulaInput("outage", "length of the outage in seconds"),
            FormulaInput("time", "seconds since the outage began"),
        ],
        range: "arrival_rate, capacity and outage > 0, time ≥ 0; fluid, nothing waits before"
    ) { values in
        guard let rate = values.number("arrival_rate"), rate > 0,
            let capacity = values.number("capacity"), capacity > 0,
            let outage = values.number("outage"), outage > 0,
            let time = values.number("time"), time >= 0
        else { return nil }
        return max(0, rate * min(time, outage) - (capacity - rate) * max(0, time - outage))
    },
    Formula(
        "workers-for-drain", "⌈service_time × (arrival_rate + backlog / within)⌉",
        source: "drain-time, solved for the workers", unit: "workers",
        inputs: [
            FormulaInput("backlog", "messages waiting"),
            FormulaInput("within", "seconds in which they are to be worked off"),
            FormulaInput("arrival_rate", "arrivals a second during the drain"),
            FormulaInput("service_time", "mean service time in seconds"),
        ],
        range: "backlog ≥ 0, within > 0, service_time > 0"
    ) { values in
        guard let backlog = values.number("backlog"), backlog >= 0,
            let within = values.number("within"), within > 0,
            let rate = values.number("arrival_rate"), rate >= 0,
            let service = values.number("service_time"), service > 0
        else { return nil }
        return (service * (rate + backlog / within)).rounded(.up)
    },
    Formula(
        "surge", "capacity / arrival_rate", source: "definition", unit: "factor",
        inputs: [
            FormulaInput("capacity", "messages a second that the workers can do"),
            FormulaInput("arrival_rate", "arrivals a second, retries included"),
        ],
        range: "both > 0; what the workers call gets this many times its usual calls in a drain"
    ) { values in
        guard let capacity = values.number("capacity"), capacity > 0,
            let rate = values.number("arrival_rate"), rate > 0
        else { return nil }
        return capacity / rate
    },
    Formula(
        "visibility-timeout", "prefetch × longest + margin",
        source: "Amazon SQS developer guide, visibility timeout", unit: "s",
        inputs: [
            FormulaInput("prefetch", "messages taken at once by one worker"),
            FormulaInput("longest", "service time quantile in seconds"),
            FormulaInput("margin", "time to stop and acknowledge in seconds"),
        ],
        range: "prefetch ≥ 1, longest > 0, margin ≥ 0"
    ) { values in
        guard let prefetch = values.whole("prefetch"), prefetch >= 1,
            let longest = values.number("longest"), longest > 0,
            let margin = values.number("margin"), margin >= 0
        else { return nil }
        return Double(prefetch) * longest + margin
    },
    Formula(
        "job-limit", "(visibility − margin) / prefetch",
        source: "visibility-timeout, solved for one message", unit: "s",
        inputs: [
            FormulaInput("visibility", "visibility timeout in seconds"),
            FormulaInput("margin", "time to stop and acknowledge in seconds"),
            FormulaInput("prefetch", "messages taken at once by one worker"),
        ],
        range: "visibility > margin ≥ 0, prefetch ≥ 1", rounding: .down
    ) { values in
        guard let visibility = values.number("visibility"),
            let margin = values.number("margin"), margin >= 0, visibility > margin,
            let prefetch = values.whole("prefetch"), prefetch >= 1
        else { return nil }
        return (visibility - margin) / Double(prefetch)
    },
    Formula(
        "heartbeat-interval", "visibility / 3", source: "two heartbeats may get lost", unit: "s",
        inputs: [FormulaInput("visibility", "visibility timeout in seconds")],
        range: "visibility > 0", rounding: .down
    ) { values in
        guard let visibility = values.number("visibility"), visibility > 0 else { return nil }
        return visibility / 3
    },
    Formula(
        "duplicates-per-day", "86400 × arrival_rate × exceed", source: "definition", unit: "1/d",
        inputs: [
            FormulaInput("arrival_rate", "messages a second"),
            FormulaInput("exceed", "share of messages that outlast the timeout"),
        ],
        range: "arrival_rate > 0, 0 ≤ exceed ≤ 1"
    ) { values in
        guard let rate = values.number("arrival_rate"), rate > 0,
            let share = values.number("exceed"), (0...1).contains(share)
        else { return nil }
        return 86400 * rate * share
    },
    Formula(
        "dead-letters-per-day", "86400 × rate × (poison + failureᵃᵗᵗᵉᵐᵖᵗˢ)",
        source: "definition", unit: "1/d",
        inputs: [
            FormulaInput("rate", "new messages a second"),
            FormulaInput("failure", "share of attempts that fail"),
            FormulaInput("attempts", "attempts at most"),
            FormulaInput("poison", .optional, "share of messages that can never succeed"),
        ],
        range: "independent failures only; an outage adds its own"
    ) { values in
        guard let rate = values.number("rate"), rate > 0,
            let failure = values.number("failure"), (0...1).contains(failure),
            let attempts = values.whole("attempts"), (1...100_000).contains(attempts)
        else { return nil }
        let poison = values.number("poison") ?? 0
        guard (0...1).contains(poison) else { return nil }
        return 86400 * rate * (poison + RealFunctions.power(failure, attempts))
    },
    Formula(
        "outage-dead-letters", "arrival_rate × max(0, outage − ride_through)",
        source: "definition", unit: "messages",
        inputs: [
            FormulaInput("arrival_rate", "new messages a second"),
            FormulaInput("outage", "length of the outage in seconds"),
            FormulaInput("ride_through", "seconds that nearly all messages are retried for"),
        ],
        range: "arrival_rate > 0, the others ≥ 0; nearly, because few retry longer"
    ) { values in
        guard let rate = values.number("arrival_rate"), rate > 0,
            let outage = values.number("outage"), outage >= 0,
            let ride = values.number("ride_through"), ride >= 0
        else { return nil }
        return rate * max(0, outage - ride)
    },
    Formula(
        "idempotency-window",
        "producer + retention + attempts × visibility + backoff + dead_letter_retention + redrive",
        source: "longest time from a message's first sending to its last delivery", unit: "s",
        inputs: [
            FormulaInput("producer", .optional, "how long a producer retries to send, seconds"),
            FormulaInput("retention", "how long the source keeps a message, seconds"),
            FormulaInput("attempts", "attempts at most"),
            FormulaInput("visibility", "visibility timeout in seconds"),
            FormulaInput("backoff", "maximum sum of delays in seconds"),
            FormulaInput("dead_letter_retention", .optional, "seconds; a redrive may come so late"),
            FormulaInput("redrive", .optional, "how long a redrive takes, seconds"),
        ],
        range: "all ≥ 0"
    ) { values in
        guard let attempts = values.whole("attempts"), attempts >= 1,
            let visibility = values.number("visibility"), visibility >= 0,
            let retention = values.number("retention"), let backoff = values.number("backoff")
        else { return nil }
        let others = [
            retention, backoff, values.number("producer") ?? 0,
            values.number("dead_letter_retention") ?? 0, values.number("redrive") ?? 0,
        ]
        guard others.allSatisfy({ $0 >= 0 }) else { return nil }
        return others.reduce(Double(attempts) * visibility, +)
    },
    Formula(
        "storage", "messages × payload", source: "definition", unit: "bytes",
        inputs: [
            FormulaInput("messages", "messages kept"),
            FormulaInput("payload", "bytes of one message"),
        ],
        range: "both ≥ 0; the broker's own overhead comes on top"
    ) { values in
        guard let messages = values.number("messages"), messages >= 0,
            let payload = values.number("payload"), payload >= 0
        else { return nil }
        return messages * payload
    },
    Formula(
        "cost-per-month", "workers × cost_per_hour × 730", source: "8,760 h a year / 12",
        unit: "a month",
        inputs: [
            FormulaInput("workers", "workers running all the time"),
            FormulaInput("cost_per_hour", "price of one worker an hour"),
        ],
        range: "both ≥ 0"
    ) { values in
        guard let workers = values.number("workers"), workers >= 0,
            let cost = values.number("cost_per_hour"), cost >= 0
        else { return nil }
        return workers * cost * 730
    },
    Formula(
        "cost-sum", "Σ cost", source: "definition", unit: "a month",
        inputs: [FormulaInput("cost", .list, "costs a month, in one currency")],
        range: "each ≥ 0, at least one"
    ) { values in
        guard let list = values.numbers("cost"), !list.isEmpty, list.allSatisfy({ $0 >= 0 })
        else { return nil }
        return list.reduce(0, +)
    },
    Formula(
        "cost-of-retries", "cost × (1 − rate / arrival_rate)",
        source: "the share of the attempts that are not the first", unit: "a month",
        inputs: [
            FormulaInput("cost", "cost of the workers a month"),
            FormulaInput("rate", "new messages a second"),
            FormulaInput("arrival_rate", "attempts a second, retries included"),
        ],
        range: "cost ≥ 0, 0 < rate ≤ arrival_rate"
    ) { values in
        guard let cost = values.number("cost"), cost >= 0, let rate = values.number("rate"),
            rate > 0, let attempts = values.number("arrival_rate"), attempts >= rate
        else { return nil }
        return cost * (1 - rate / attempts)
    },
    Formula(
        "cost-of-duplicates", "cost × duplicates / (86400 × arrival_rate)",
        source: "the share of the attempts that are made twice", unit: "a month",
        inputs: [
            FormulaInput("cost", "cost of the workers a month"),
            FormulaInput("duplicates", "messages a day that are done twice"),
            FormulaInput("arrival_rate", "attempts a second, retries included"),
        ],
        range: "cost ≥ 0, duplicates ≥ 0, arrival_rate > 0"
    ) { values in
        guard let cost = values.number("cost"), cost >= 0,
            let duplicates = values.number("duplicates"), duplicates >= 0,
            let rate = values.number("arrival_rate"), rate > 0
        else { return nil }
        return cost * duplicates / (86400 * rate)
    },
]
