// Visibility timeout, retry schedule, idempotency window and dead letters.

import JSON

extension QueueRun {
    mutating func redelivery(_ plan: QueuePlan) {
        let rows = visibility(plan) + retrySchedule(plan) + idempotency(plan) + deadLetters(plan)
        checkMaxima(plan)
        decideRedelivery(plan)
        workings.sections.append(
            Section(
                title: "Redelivery of \(plan.name)",
                text: "A worker kills its job at the job limit, before the visibility timeout ends;"
                    + " jobs that may take longer send heartbeats, three within one timeout."
                    + " Two bounds, never one: the retries of nearly all messages outlast the"
                    + " longest outage; the longest life of any message is the idempotency window."
                    + " A message that fails for good goes to the dead letters with its history,"
                    + " and a person redrives it.",
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
        guard let key = packet.text("\(plan.base)/ordering/key") else { return }
        workings.risks.append(
            Risk(
                risk: "A message of \(plan.name) that fails holds up every later one of its \(key)",
                severity: .medium, likelihood: .medium,
                impact: "Those wait up to \(workings.shown(plan.id("backoff.maximum"))) until it"
                    + " is done or dead-lettered, or they overtake it.",
                mitigation: "Decide for each type of message: stop the \(key), or let later ones"
                    + " overtake and make their effects independent of order.",
                owner: owner, trigger: "One \(key) whose oldest message is older than the others'"))
    }

    /// What is chosen here beside the number of workers, and against what.
    private mutating func decideRedelivery(_ plan: QueuePlan) {
        workings.decisions += [
            PlanDecision(
                decision: "Attempt each message of \(plan.name) \(plan.attempts) times",
                alternatives: [
                    (
                        "Retry without an end",
                        "A message that can never be done would be tried for ever, and hide among"
                            + " those that can."
                    ),
                    (
                        "A few quick attempts",
                        "They end while the outage lasts that made them necessary, and nearly"
                            + " everything of that time is dead-lettered."
                    ),
                ], rank: .reliability,
                rationale: "Reliability decides: nearly all messages are retried for longer than"
                    + " the longest outage that is stated.",
                evidence: workings.evidence(
                    ["ride_through", "outage.longest", "backoff.maximum"].map { plan.id($0) })),
            PlanDecision(
                decision: "A visibility timeout of \(plannedVisibility(plan)) for \(plan.name), and"
                    + " a job limit below it",
                alternatives: [
                    (
                        "A short timeout that heartbeats extend",
                        "A lost worker's messages come back sooner, but a worker that forgets a"
                            + " heartbeat has its job done twice; right for jobs of very different"
                            + " length."
                    ),
                    (
                        "The default of the queue product",
                        "It knows nothing of how long a message of this queue takes."
                    ),
                ], rank: .reliability,
                rationale: "Reliability decides, before the speed of a takeover: a message that is"
                    + " worked on is not given to a second worker.",
                evidence: workings.evidence(
                    ["service.longest", "visibility", "job.limit", "duplicates"]
                        .map { plan.id($0) })),
            PlanDecision(
                decision: "Keep the ids of \(plan.name) for"
                    + " \(workings.shown(plan.id("idempotency"))), in the store of the effect",
                alternatives: [
                    (
                        "Rely on the deduplication of the queue product",
                        "Its window is shorter than a message can live, and no redrive is in it."
                    )
                ], rank: .reliability,
                rationale: "Reliability decides, before storage: a repetition has no second effect"
                    + " as long as one can come.",
                evidence: workings.evidence([plan.id("idempotency")])),
        ].filter { !$0.evidence.isEmpty }
    }

    private func now(_ plan: QueuePlan, _ field: String) -> String {
        packet.number("\(plan.base)/now/\(field)").map { Shown.duration($0, .nearest) }
            ?? "not stated"
    }

    /// Long enough that all but one in 10,000 messages are done, prefetched ones included.
    private mutating func visibility(_ plan: QueuePlan) -> [[String]] {
        let tail = workings.assume(
            "The tail of the service time is looked at where one message in 10,000 takes longer.",
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
        let prefetch = prefetch(plan)
        let margin = Source.assumed(
            5,
            assumption: workings.assume(
                "A worker needs 5 s at most to stop and to acknowledge.", .inference,
                confidence: 0.7, "To be measured; small beside the timeout."))
        let wanted = workings.derive(
            plan.id("visibility"), "Visibility timeout of \(plan.name) at least",
            by: "visibility-timeout",
            [
                ("prefetch", prefetch), ("longest", .quantity(plan.id("service.longest"))),
                ("margin", margin),
            ])
        let inForce = visibilityInForce(plan)
        workings.derive(
            plan.id("job.limit"), "Time after which a worker of \(plan.name) kills its job",
            by: "job-limit", [("visibility", inForce), ("margin", margin), ("prefetch", prefetch)])
        workings.derive(
            plan.id("heartbeat"), "Heartbeats of \(plan.name) at least every",
            by: "heartbeat-interval", [("visibility", inForce)])
        workings.derive(
            plan.id("duplicates"), "Duplicates of \(plan.name) from slow messages",
            by: "duplicates-per-day",
            [("arrival_rate", plan.rate), ("exceed", exceeding(plan, tail))])
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
            ["Job limit", "not stated", workings.shown(plan.id("job.limit"))],
            ["Heartbeat at least every", "not stated", workings.shown(plan.id("heartbeat"))],
            ["Duplicates", "not stated", workings.shown(plan.id("duplicates"))],
        ]
    }

    /// The share of the messages that take longer than the longest time planned for: by the fitted
    /// tail one in 10,000, but one in 100 where the stated 99th percentile lies beyond it.
    private mutating func exceeding(_ plan: QueuePlan, _ tail: String) -> Source {
        let fitted = workings.quantity(plan.id("service.tail"))?.value ?? 0
        guard let stated = packet.number("\(plan.base)/service_time/p99"), stated > fitted else {
            return .assumed(0.0001, assumption: tail)
        }
        let slowest = workings.assume(
            "1 % of the messages of \(plan.name) take longer than the stated 99th percentile.",
            .definition, confidence: 0.95, "The name of the field says so.")
        return .assumed(0.01, assumption: slowest)
    }

    /// Messages that a worker takes at once: as stated, else one.
    private mutating func prefetch(_ plan: QueuePlan) -> Source {
        let pointer = "\(plan.base)/prefetch"
        if let stated = packet.number(pointer), stated >= 1 { return .pointer(pointer) }
        let id = workings.assume(
            "A worker of \(plan.name) takes one message at a time.", .definition,
            confidence: 0.9, "Decided here, because no prefetch is stated.")
        return .assumed(1, assumption: id)
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
        let policy = backoffSources(plan)
        let count: (String, Source) = (
            "delays", delaysSource(plan, attempts: plan.attempts)
        )
        workings.derive(
            plan.id("backoff.maximum"), "Delays of one message of \(plan.name) at most",
            by: "backoff-sum-maximum", [count] + policy)
        var jitter = count.1
        if case .assumed(_, let growth) = policy[1].1 { jitter = .assumed(1, assumption: growth) }
        workings.derive(
            plan.id("backoff.mean"), "Delays of one message of \(plan.name) on average",
            by: "backoff-sum-mean", [count] + policy + [("jitter", jitter)])
        let has = packet.number("\(plan.base)/now/attempts").map { Shown.significant($0) }
        let today = rideThroughNow(plan)
        let outage = workings.value(of: plan.longestOutage).map { Shown.duration($0, .nearest) }
        return [
            ["Attempts", has ?? "not stated", String(plan.attempts)],
            [
                "Retried for, 99 % of the messages", today.ride,
                workings.shown(plan.id("ride_through")),
            ],
            [
                "Longest outage or maintenance", outage ?? "not stated",
                outage == nil ? "not computed" : "is outlasted",
            ],
            ["Dead letters of such an outage", today.lost, outage == nil ? "not computed" : "few"],
            ["Sum of delays on average", "—", workings.shown(plan.id("backoff.mean"))],
            ["Sum of delays at most", "—", workings.shown(plan.id("backoff.maximum"))],
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
        var inputs = producerHorizon(plan)
        inputs += [
            ("retention", .pointer("\(plan.base)/retention")), ("attempts", plan.attemptsSource),
            ("visibility", visibilityInForce(plan)),
            ("backoff", .quantity(plan.id("backoff.maximum"))),
        ]
        let dead = "\(plan.base)/now/dead_letter_retention"
        if packet.number(dead) != nil {
            let redrive = workings.assume(
                "A redrive of dead letters takes 1 d at most.", .definition, confidence: 0.9,
                "Decided here: a redrive is rate limited, and watched by the person who started it."
            )
            inputs += [
                ("dead_letter_retention", .pointer(dead)),
                ("redrive", .assumed(86400, assumption: redrive)),
            ]
        } else {
            workings.ask(
                "Queue \(plan.name) states no retention of dead letters"
                    + " (now.dead_letter_retention): its idempotency window covers no redrive.")
        }
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

    /// How long the callers of what publishes to the queue go on sending: each attempt may have
    /// been the one that arrived.
    private mutating func producerHorizon(_ plan: QueuePlan) -> [(String, Source)] {
        let publishes = packet.operations.contains {
            ($0["publishes"]?.arrayValue ?? []).contains { $0.stringValue == plan.name }
        }
        let callers = packet.list("/inputs/callers")
        var horizons: [(String, Source)] = []
        if publishes {
            let pause = workings.assume(
                "A caller pauses 1 s at most between two attempts.", .inference, confidence: 0.7,
                "A guess until those who call state theirs; small beside the window.")
            for index in callers.indices {
                let base = "/inputs/callers/\(index)"
                guard packet.number("\(base)/timeout") != nil,
                    packet.number("\(base)/attempts") != nil
                else { continue }
                let id = plan.id("producer.\(index)")
                workings.derive(
                    id, "Time for which \(callers[index]["name"]?.stringValue ?? "a caller") sends",
                    by: "call-worst-case",
                    [
                        ("attempts", .pointer("\(base)/attempts")),
                        ("timeout", .pointer("\(base)/timeout")),
                        ("base", .assumed(1, assumption: pause)),
                        ("cap", .assumed(1, assumption: pause)),
                    ])
                if workings.quantity(id) != nil { horizons.append(("seconds", .quantity(id))) }
            }
        }
        guard !horizons.isEmpty else {
            let id = workings.assume(
                "A producer of \(plan.name) retries to send for 10 min at most.", .definition,
                confidence: 0.9, "Decided here, to be agreed with the producers.")
            return [("producer", .assumed(600, assumption: id))]
        }
        workings.derive(
            plan.id("producer"), "Longest time for which a producer of \(plan.name) sends",
            by: "longest", horizons)
        return [("producer", .quantity(plan.id("producer")))]
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
                    when: "continuously", owner: owner,
                    reasons: [workings.reason(for: "\(plan.base)/fail")]))
        }
        return [["Dead letters", "not stated", workings.shown(plan.id("dead_letters"))]]
    }

    /// Settings that a widely used queue product does not take.
    private mutating func checkMaxima(_ plan: QueuePlan) {
        func stated(_ field: String) -> Double? { packet.number("\(plan.base)/\(field)") }
        let held = workings.value(of: plan.workers).map { $0 * (stated("prefetch") ?? 1) }
        let settings: [(name: String, value: Double?, most: Double, text: String, way: String)] = [
            (
                "visibility timeout",
                workings.value(of: visibilityInForce(plan)), QueueMaxima.visibility, "12 h",
                "Cut the job into steps that are messages of their own; heartbeats do not go beyond"
                    + " this either."
            ),
            (
                "retention", stated("retention"), QueueMaxima.retention, "14 d",
                "Keep what must live longer in a table, not in a queue."
            ),
            (
                "retention of dead letters", stated("now/dead_letter_retention"),
                QueueMaxima.retention, "14 d", "Move dead letters to a store of your own in time."
            ),
            (
                "payload", stated("payload"), QueueMaxima.payload, "256 KiB",
                "Send a reference to an object in a store instead."
            ),
            (
                "number of unacknowledged messages", held, QueueMaxima.inFlight, "120,000",
                "Lower the prefetch, or use several queues."
            ),
        ]
        for setting in settings {
            guard let value = setting.value, value > setting.most else { continue }
            workings.risks.append(
                Risk(
                    risk: "The \(setting.name) of \(plan.name) is beyond what queues such as Amazon"
                        + " SQS allow (\(setting.text))",
                    severity: .high, likelihood: .medium,
                    impact: "The setting is refused, and the plan does not hold.",
                    mitigation: setting.way, owner: owner,
                    trigger: "The queue product is chosen, or refuses the setting"))
        }
    }
}
