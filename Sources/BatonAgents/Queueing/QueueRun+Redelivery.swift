// Visibility timeout, retry schedule, idempotency window and dead letters.

import JSON

extension QueueRun {
    mutating func redelivery(_ plan: QueuePlan) {
        let rows = visibility(plan) + retrySchedule(plan) + idempotency(plan) + deadLetters(plan)
        workings.sections.append(
            Section(
                title: "Redelivery of \(plan.name)",
                text: "A worker ends its job before the visibility timeout does; jobs that may take"
                    + " longer send heartbeats, three within one timeout. A message that fails for"
                    + " good goes to the dead letters with its history, and a person redrives it.",
                columns: ["Figure", "Now", "Planned"], rows: rows))
        workings.risks.append(
            Risk(
                risk: "A message of \(plan.name) is delivered twice", severity: .high,
                likelihood: .high,
                impact: "Without an idempotent consumer its effect happens twice.",
                mitigation: "Record the message's id in the transaction of its effect, and keep it"
                    + " for the idempotency window.",
                owner: owner,
                trigger: "Redeliveries of \(plan.name) above the planned duplicates"))
    }

    private func now(_ plan: QueuePlan, _ field: String) -> String {
        packet.number("\(plan.base)/now/\(field)").map { Shown.duration($0, .nearest) }
            ?? "not stated"
    }

    /// Long enough that all but one in 10,000 messages are done, prefetched ones included.
    private mutating func visibility(_ plan: QueuePlan) -> [[String]] {
        let tail = workings.assume(
            "One message in 10,000 may outlast its visibility timeout and be delivered again.",
            .inference, confidence: 0.7, "Few enough for an idempotent consumer not to notice.")
        workings.derive(
            plan.id("service.tail"), "99.99th percentile of the service time, fitted",
            by: "service-quantile",
            [
                ("mean", plan.service), ("cv", plan.serviceCV),
                ("quantile", .assumed(0.9999, assumption: tail)),
            ])
        var durations: [(String, Source)] = []
        if workings.quantity(plan.id("service.tail")) != nil {
            durations.append(("seconds", .quantity(plan.id("service.tail"))))
        }
        let p99 = "\(plan.base)/service_time/p99"
        if packet.number(p99) != nil { durations.append(("seconds", .pointer(p99))) }
        workings.derive(
            plan.id("service.longest"), "Longest service time planned for", by: "longest", durations
        )
        let prefetchPointer = "\(plan.base)/prefetch"
        let prefetch: Source
        if let stated = packet.number(prefetchPointer), stated >= 1 {
            prefetch = .pointer(prefetchPointer)
        } else {
            let id = workings.assume(
                "A worker of \(plan.name) takes one message at a time.", .definition,
                confidence: 0.9, "Decided here, because no prefetch is stated.")
            prefetch = .assumed(1, assumption: id)
        }
        let margin = workings.assume(
            "A worker needs 5 s at most to stop and to acknowledge.", .inference, confidence: 0.7,
            "To be measured; small beside the timeout.")
        let wanted = workings.derive(
            plan.id("visibility"), "Visibility timeout of \(plan.name) at least",
            by: "visibility-timeout",
            [
                ("prefetch", prefetch), ("longest", .quantity(plan.id("service.longest"))),
                ("margin", .assumed(5, assumption: margin)),
            ])
        workings.derive(
            plan.id("duplicates"), "Duplicates of \(plan.name) from slow messages",
            by: "duplicates-per-day",
            [("arrival_rate", plan.rate), ("exceed", .assumed(0.0001, assumption: tail))])
        if let wanted, let has = packet.number("\(plan.base)/now/visibility_timeout"), has < wanted
        {
            workings.risks.append(
                Risk(
                    risk:
                        "The visibility timeout of \(plan.name) is"
                        + " \(Shown.duration(has, .nearest)),"
                        + " shorter than its slowest messages take",
                    severity: .high, likelihood: .medium,
                    impact: "Messages are delivered again while they are still worked on.",
                    mitigation: "Set it to \(workings.shown(plan.id("visibility"))), or send"
                        + " heartbeats.",
                    owner: owner, trigger: "Acknowledgements of \(plan.name) after the timeout"))
        }
        return [
            [
                "Visibility timeout", now(plan, "visibility_timeout"), plannedVisibility(plan),
            ],
            ["Duplicates", "not stated", workings.shown(plan.id("duplicates"))],
        ]
    }

    /// The timeout that holds from now on: the present one where that is long enough, because what
    /// is needed is a least value.
    private func visibilityInForce(_ plan: QueuePlan) -> Source {
        let pointer = "\(plan.base)/now/visibility_timeout"
        guard let has = packet.number(pointer),
            let wanted = workings.quantity(plan.id("visibility"))?.value, has >= wanted
        else { return .quantity(plan.id("visibility")) }
        return .pointer(pointer)
    }

    func plannedVisibility(_ plan: QueuePlan) -> String {
        let least = workings.shown(plan.id("visibility"))
        guard case .pointer = visibilityInForce(plan) else { return least }
        return "\(now(plan, "visibility_timeout")) as now (at least \(least))"
    }

    private mutating func retrySchedule(_ plan: QueuePlan) -> [[String]] {
        let delays = workings.assume(
            "Between \(plan.attempts) attempts there are \(plan.attempts - 1) delays.",
            .definition, confidence: 0.95, "Attempts include the first.")
        let policy = backoffSources(plan)
        let count: (String, Source) = (
            "delays", .assumed(Double(plan.attempts - 1), assumption: delays)
        )
        workings.derive(
            plan.id("backoff.maximum"), "Delays of one message of \(plan.name) at most",
            by: "backoff-sum-maximum", [count] + policy)
        var jitter: Source = .assumed(1, assumption: delays)
        if case .assumed(_, let growth) = policy[1].1 { jitter = .assumed(1, assumption: growth) }
        workings.derive(
            plan.id("backoff.mean"), "Delays of one message of \(plan.name) on average",
            by: "backoff-sum-mean", [count] + policy + [("jitter", jitter)])
        let has = packet.number("\(plan.base)/now/attempts").map { Shown.significant($0) }
        if let mean = workings.quantity(plan.id("backoff.mean")),
            let outage = packet.number("\(plan.base)/outage"), mean.value < outage
        {
            workings.risks.append(
                Risk(
                    risk: "The retries of \(plan.name) end before the stated outage does",
                    severity: .critical, likelihood: .medium,
                    impact: "Messages that fail during the outage are dead-lettered, all of them.",
                    mitigation:
                        "Pause the consumers while what they call is down, or retry longer.",
                    owner: owner, trigger: "Dead letters of \(plan.name) during an outage"))
        }
        return [
            ["Attempts", has ?? "not stated", String(plan.attempts)],
            ["Sum of delays at most", "—", workings.shown(plan.id("backoff.maximum"))],
            ["Sum of delays on average", "—", workings.shown(plan.id("backoff.mean"))],
        ]
    }

    private mutating func idempotency(_ plan: QueuePlan) -> [[String]] {
        guard packet.number("\(plan.base)/retention") != nil else {
            workings.ask(
                "Queue \(plan.name) states no retention: the idempotency window is not computed.")
            return [
                [
                    "Idempotency window", now(plan, "dedup_window"),
                    "not computed: no retention stated",
                ]
            ]
        }
        var inputs: [(String, Source)] = [
            ("retention", .pointer("\(plan.base)/retention")), ("attempts", plan.attemptsSource),
            ("visibility", visibilityInForce(plan)),
            ("backoff", .quantity(plan.id("backoff.maximum"))),
        ]
        let dead = "\(plan.base)/now/dead_letter_retention"
        if packet.number(dead) != nil { inputs.append(("dead_letter_retention", .pointer(dead))) }
        let window = workings.derive(
            plan.id("idempotency"), "Idempotency window of \(plan.name)",
            by: "idempotency-window", inputs)
        if let window, let has = packet.number("\(plan.base)/now/dedup_window"), has < window {
            workings.risks.append(
                Risk(
                    risk: "The deduplication window of \(plan.name) is"
                        + " \(Shown.duration(has, .nearest)), shorter than a message can live",
                    severity: .high, likelihood: .low,
                    impact: "A late redelivery or a redrive has its effect a second time.",
                    mitigation:
                        "Keep ids for \(workings.shown(plan.id("idempotency"))), in the store"
                        + " of the effect.",
                    owner: owner, trigger: "A redrive of messages older than the window"))
        }
        return [
            [
                "Idempotency window", now(plan, "dedup_window"),
                workings.shown(plan.id("idempotency")),
            ]
        ]
    }

    private mutating func deadLetters(_ plan: QueuePlan) -> [[String]] {
        guard let fail = workings.source("\(plan.base)/fail") else {
            return [["Dead letters", "not stated", "not computed: no share of failures stated"]]
        }
        var inputs: [(String, Source)] = [
            ("rate", plan.rate), ("failure", fail), ("attempts", plan.attemptsSource),
        ]
        if packet.number("\(plan.base)/poison") != nil {
            inputs.append(("poison", .pointer("\(plan.base)/poison")))
        }
        let volume = workings.derive(
            plan.id("dead_letters"), "Dead letters of \(plan.name), failures independent",
            by: "dead-letters-per-day", inputs)
        if let volume {
            workings.checks.append(
                Check(
                    traces: workings.criteria(about: ["dead", "lost", "lose"]),
                    metric: "Dead letters of \(plan.name)", comparator: "<=",
                    threshold: max(1, volume * 2), unit: "1/d",
                    method: "Count them; twice the expected volume points to a new cause",
                    when: "continuously", owner: owner))
        }
        return [["Dead letters", "not stated", workings.shown(plan.id("dead_letters"))]]
    }
}
