// How much retries multiply the load, how large bulkheads must be, and when to alert.

import JSON

extension ReliabilityRun {
    /// Amplification over the layers and the budget that bounds it.
    mutating func retries() {
        guard
            let busiest = targets.filter({ $0.attemptsSource != nil })
                .max(by: { $0.attempts < $1.attempts }), let own = busiest.attemptsSource
        else { return }
        var inputs: [(String, Source)] = []
        var layers = ["\(packet.serviceOwner): \(busiest.attempts)"]
        let callers = packet.list("/inputs/callers")
        let worst = callers.indices
            .filter { packet.number("/inputs/callers/\($0)/attempts") != nil }
            .max {
                (packet.number("/inputs/callers/\($0)/attempts") ?? 0)
                    < (packet.number("/inputs/callers/\($1)/attempts") ?? 0)
            }
        if let worst {
            let pointer = "/inputs/callers/\(worst)/attempts"
            inputs.append(("attempts", .pointer(pointer)))
            let name = callers[worst]["name"]?.stringValue ?? "caller"
            layers.insert("\(name): \(Shown.significant(packet.number(pointer) ?? 1))", at: 0)
        } else {
            workings.ask("No caller states its attempts; amplification counts this service only.")
        }
        inputs.append(("attempts", own))
        workings.derive(
            "retry.amplification", "Calls that one request of a person causes at most",
            by: "retry-amplification", inputs)
        let budget = workings.assume(
            "Retries are limited to 10 % of the requests in each layer.", .research,
            confidence: 0.85, "The retry budget of the SRE Book, chapter 21.")
        workings.derive(
            "retry.budget_load", "Load during an outage with a retry budget",
            by: "retry-budget-load",
            [
                ("budget", .assumed(0.1, assumption: budget)),
                ("layers", .assumed(Double(inputs.count), assumption: layerCount(inputs.count))),
            ])
        if busiest.attempts > 1 { backoffSums(busiest) }
        workings.sections.append(
            Section(
                title: "Retries",
                text: "Attempts by layer: \(layers.joined(separator: ", "))."
                    + " Without a budget one request becomes"
                    + " \(workings.shown("retry.amplification")) during an outage; with a budget of"
                    + " 10 % the load grows to \(workings.shown("retry.budget_load")) at most. Only"
                    + " the layer next to the dependency retries, after Retry-After where it"
                    + " is given,"
                    + " plus jitter."))
        workings.decisions.append(
            PlanDecision(
                decision: "Retry in one layer only, within a budget of 10 % of its requests",
                alternatives: [
                    (
                        "Let every layer retry as it likes",
                        "Attempts multiply: \(workings.shown("retry.amplification")) here,"
                            + " just when"
                            + " the dependency is weakest."
                    ),
                    ("Never retry", "Single lost packets would become failures that users see."),
                ], rank: .reliability,
                rationale: "Reliability decides: a bounded load lets a dependency recover."))
    }

    private mutating func layerCount(_ count: Int) -> String {
        workings.assume(
            "\(count == 1 ? "One layer" : "\(count) layers") between a person and a dependency"
                + " may retry.", .definition, confidence: 0.9,
            "Counted from the callers of the brief and this service.")
    }

    private mutating func backoffSums(_ target: CallTarget) {
        let delays = workings.assume(
            "Between \(target.attempts) attempts there"
                + " \(target.attempts == 2 ? "is 1 delay" : "are \(target.attempts - 1) delays").",
            .definition, confidence: 0.95, "Attempts include the first.")
        let count: (String, Source) = (
            "delays", .assumed(Double(target.attempts - 1), assumption: delays)
        )
        let policy = backoffSources()
        workings.derive(
            "backoff.maximum", "Sum of the delays at most", by: "backoff-sum-maximum",
            [count] + policy)
        guard case .assumed(_, let assumption) = policy[0].1 else { return }
        workings.derive(
            "backoff.mean", "Sum of the delays on average", by: "backoff-sum-mean",
            [count] + policy + [("jitter", .assumed(1, assumption: assumption))])
    }

    /// Concurrency limits per call, from Erlang B, beside what a hung dependency would take.
    mutating func capacity() {
        let peak = packet.number("/inputs/traffic/peak/rate") != nil
        let rate = peak ? "/inputs/traffic/peak/rate" : "/inputs/traffic/mean"
        guard packet.number(rate) != nil else {
            workings.ask("No traffic is stated, so bulkheads have no size yet.")
            return
        }
        var rows: [[String]] = []
        let rejection = workings.assume(
            "A bulkhead may refuse one call in 1,000 in normal operation.", .inference,
            confidence: 0.7, "Small beside any error budget that pages; to be tuned under load.")
        for target in targets {
            guard let member = target.members.first, let timeout = target.timeout else { continue }
            let base = "/inputs/dependencies/\(member)"
            guard packet.number("\(base)/latency_p50") != nil else { continue }
            var service: Source = .pointer("\(base)/latency_p50")
            if packet.number("\(base)/latency_p99") != nil {
                let id = "latency.mean.\(target.slug)"
                workings.derive(
                    id, "Mean latency of \(target.name), fitted", by: "lognormal-mean",
                    [
                        ("p50", .pointer("\(base)/latency_p50")),
                        ("p99", .pointer("\(base)/latency_p99")),
                    ])
                if workings.quantity(id) != nil { service = .quantity(id) }
            }
            let calls = callRate(target, traffic: rate)
            workings.derive(
                "bulkhead.\(target.slug)", "Concurrent calls to \(target.name)",
                by: "bulkhead-slots",
                [
                    ("arrival_rate", calls), ("service_time", service),
                    ("rejection", .assumed(0.001, assumption: rejection)),
                ])
            workings.derive(
                "hung.\(target.slug)", "Calls waiting while \(target.name) hangs",
                by: "concurrency", [("arrival_rate", calls), ("service_time", timeout)])
            rows.append([
                target.name, workings.shown("bulkhead.\(target.slug)"),
                workings.shown("hung.\(target.slug)"),
            ])
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Bulkheads and circuit breakers",
                text: "Each call gets its own limit of concurrent calls, sized for the"
                    + " \(peak ? "peak" : "mean") rate of the operations that make the call (of all"
                    + " requests, where no shares are stated). A breaker"
                    + " opens while failures and timeouts of a call stay above the page"
                    + " threshold, and"
                    + " closes after a successful probe. Beyond the limit calls are refused"
                    + " at once.",
                columns: ["Call", "Slots", "Would wait if it hung"], rows: rows))
    }

    /// How often a target is called: by the operations that call it, else by every request.
    private mutating func callRate(_ target: CallTarget, traffic: String) -> Source {
        let names = Set([target.name] + target.memberNames)
        guard let shares = CallReader.shares(packet, of: names), !shares.isEmpty else {
            return .pointer(traffic)
        }
        let id = "calls.\(target.slug)"
        workings.derive(
            id, "Requests a second that call \(target.name)", by: "call-rate",
            [("rate", .pointer(traffic))] + shares.map { ("share", .pointer($0)) })
        return workings.quantity(id) == nil ? .pointer(traffic) : .quantity(id)
    }

    /// Multi-window burn-rate alerts. Source: SRE Workbook, chapter 5.
    mutating func alerts() {
        guard let promised, let window else { return }
        let policy = workings.assume(
            "Page when 2 % of the budget is spent in 1 h or 5 % in 6 h; ticket for 10 % in 1"
                + " d or 3 d.",
            .research, confidence: 0.85, "The recommended policy of the SRE Workbook, chapter 5.")
        var rows: [[String]] = []
        let table: [(id: String, share: Double, long: Double, short: String, kind: String)] = [
            ("page_1h", 0.02, 3600, "5 min", "page"), ("page_6h", 0.05, 21_600, "30 min", "page"),
            ("ticket_1d", 0.1, 86_400, "2 h", "ticket"),
            ("ticket_3d", 0.1, 259_200, "6 h", "ticket"),
        ]
        var dropped: [String] = []
        for row in table {
            let burn = workings.derive(
                "alert.\(row.id).burn", "Burn rate of the alert \(row.id)", by: "burn-rate",
                [
                    ("budget_share", .assumed(row.share, assumption: policy)), ("window", window),
                    ("alert_window", .assumed(row.long, assumption: policy)),
                ])
            let ratio = workings.derive(
                "alert.\(row.id).ratio", "Error ratio of the alert \(row.id)",
                by: "alert-error-ratio",
                [("burn_rate", .quantity("alert.\(row.id).burn")), ("availability", promised)])
            guard let burn, let ratio, burn >= 1, ratio <= 1 else {
                dropped.append(row.id)
                continue
            }
            rows.append([
                row.kind, Shown.duration(row.long, .nearest), row.short,
                workings.shown("alert.\(row.id).burn"), workings.shown("alert.\(row.id).ratio"),
            ])
        }
        var text = "Alert when both the long and the short window are above the error ratio."
        if !dropped.isEmpty {
            text +=
                " Left out, because they would fire below the even spending of the budget or"
                + " never: \(dropped.joined(separator: ", "))."
        }
        workings.sections.append(
            Section(
                title: "Burn-rate alerts", text: text,
                columns: ["Kind", "Long window", "Short window", "Burn rate", "Error ratio"],
                rows: rows))
    }
}
