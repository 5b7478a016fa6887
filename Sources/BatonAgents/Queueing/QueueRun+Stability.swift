// What the planned workers achieve: utilisation, waits, the peak, and one worker less.

import JSON

extension QueueRun {
    mutating func stability(_ plan: QueuePlan) {
        guard let workers = plan.workers, workings.value(of: workers) != nil else { return }
        let flow: [(String, Source)] = [
            ("arrival_rate", plan.effective), ("service_time", plan.service), ("workers", workers),
        ]
        let variation = [("arrivals_cv", plan.arrivalsCV), ("service_cv", plan.serviceCV)]
        workings.derive(
            plan.id("stable"), "Workers below which \(plan.name) never catches up",
            by: "workers-stable",
            [("arrival_rate", plan.effective), ("service_time", plan.service)])
        workings.derive(
            plan.id("utilisation"), "Utilisation of the workers of \(plan.name)",
            by: "utilisation", flow)
        if let peak = plan.peak {
            workings.derive(
                plan.id("utilisation.peak"), "Utilisation of the workers of \(plan.name) at peak",
                by: "utilisation", [("arrival_rate", peak)] + flow.dropFirst())
        }
        workings.derive(
            plan.id("capacity"), "Messages a second that the workers of \(plan.name) can do",
            by: "capacity", [("workers", workers), ("service_time", plan.service)])
        workings.derive(
            plan.id("erlang_c"), "Share of the messages of \(plan.name) that wait at all",
            by: "erlang-c", flow)
        workings.derive(
            plan.id("wait.mean"), "Mean wait at the mean rate", by: "wait-mean", flow + variation)
        if let peak = plan.peak {
            workings.derive(
                plan.id("wait.peak"), "Mean wait at peak", by: "wait-mean",
                [("arrival_rate", peak)] + flow.dropFirst() + variation)
        }
        if let objective = objective(plan.base), let quantile = objective.quantile {
            workings.derive(
                plan.id("wait.objective"),
                "\(Shown.fixed(quantile * 100, decimals: 3, .nearest))th percentile of the wait",
                by: "wait-quantile",
                flow + [("quantile", quantileSource(quantile))] + variation)
        }
        let served = peakBacklog(plan)
        describeStability(plan, peak: served)
        stabilityRisks(plan)
    }

    /// The fluid backlog of the peak, when the workers cannot keep up with it.
    private mutating func peakBacklog(_ plan: QueuePlan) -> String {
        guard let peak = plan.peak else { return "No peak is stated." }
        let length = "\(plan.base)/arrival_rate/peak/for"
        guard packet.number(length) != nil else {
            workings.ask("How long the peak of \(plan.name) lasts is not stated.")
            return "The length of the peak is not stated, so its backlog is not computed."
        }
        let backlog = workings.derive(
            plan.id("peak.backlog"), "Backlog at the end of the peak", by: "peak-backlog",
            [
                ("peak", peak), ("capacity", .quantity(plan.id("capacity"))),
                ("duration", .pointer(length)),
            ])
        guard let backlog, backlog > 0 else { return "The workers keep up with the peak." }
        workings.derive(
            plan.id("peak.delay"), "Wait at the end of the peak", by: "backlog-delay",
            [
                ("backlog", .quantity(plan.id("peak.backlog"))),
                ("capacity", .quantity(plan.id("capacity"))),
            ])
        workings.derive(
            plan.id("peak.drain"), "Time to work off the peak", by: "drain-time",
            [
                ("backlog", .quantity(plan.id("peak.backlog"))),
                ("capacity", .quantity(plan.id("capacity"))), ("arrival_rate", plan.effective),
            ])
        return "The peak leaves \(workings.shown(plan.id("peak.backlog"))), a wait of"
            + " \(workings.shown(plan.id("peak.delay"))), and is worked off after"
            + " \(workings.shown(plan.id("peak.drain")))."
    }

    private mutating func describeStability(_ plan: QueuePlan, peak: String) {
        var rows = [
            ["Offered load", workings.shown(plan.id("load"))],
            ["Stable from", workings.shown(plan.id("stable"))],
            ["At the mean rate", workings.shown(plan.id("workers.steady"))],
        ]
        if workings.quantity(plan.id("workers.peak")) != nil {
            rows.append(["At peak", workings.shown(plan.id("workers.peak"))])
        }
        rows.append(["Planned", count(plan)])
        rows.append(["Utilisation", workings.shown(plan.id("utilisation"))])
        if let busy = workings.quantity(plan.id("utilisation.peak")) {
            rows.append(["Utilisation at peak", busy.shown])
        }
        rows.append(["Messages that wait", workings.shown(plan.id("erlang_c"))])
        rows.append(["Mean wait", workings.shown(plan.id("wait.mean"))])
        for part in ["wait.peak", "wait.objective"] {
            if let wait = workings.quantity(plan.id(part)) {
                rows.append([wait.label, wait.shown])
            }
        }
        for part in ["key.utilisation", "key.wait"] {
            if let key = workings.quantity(plan.id(part)) { rows.append([key.label, key.shown]) }
        }
        for quantity in workings.quantities
        where quantity.id.hasPrefix("downstream.") && quantity.id.hasSuffix(plan.slug) {
            rows.append([quantity.label, quantity.shown])
        }
        workings.sections.append(
            Section(
                title: "Workers of \(plan.name)", text: peak, columns: ["Figure", "Value"],
                rows: rows))
        workings.decisions.append(
            PlanDecision(
                decision: "Run \(count(plan)) for \(plan.name)",
                alternatives: [
                    (
                        "Only as many as keep it stable: \(workings.shown(plan.id("stable")))",
                        "The waits would miss the objective, and one slow minute would start a"
                            + " backlog."
                    ),
                    (
                        "Scale with the backlog only",
                        "Workers that start after the backlog is there come too late for the wait"
                            + " objective; scaling may add to the planned number, not replace it."
                    ),
                ], rank: .reliability,
                rationale: "Reliability decides, before cost: the fewest workers with which the"
                    + " stated rates and waits hold at the same time."))
    }

    private mutating func stabilityRisks(_ plan: QueuePlan) {
        let name = plan.name
        if let planned = workings.value(of: plan.workers),
            let load = workings.quantity(plan.id("load"))?.value
        {
            let isTight = load >= planned - 1
            workings.risks.append(
                Risk(
                    risk: "One worker of \(name) is lost", severity: isTight ? .high : .medium,
                    likelihood: .medium,
                    impact: isTight
                        ? "The rest cannot keep up even with the mean rate; the backlog grows until"
                            + " it is back."
                        : "The rest keep up with the mean rate; waits grow.",
                    mitigation: isTight
                        ? "Keep one worker more than planned, or restart lost ones within a minute."
                        : "Restart lost workers by a supervisor.",
                    owner: owner, trigger: "Running workers of \(name) below the planned number"))
        }
        if workings.quantity(plan.id("peak.backlog")).map({ $0.value > 0 }) ?? false {
            workings.risks.append(
                Risk(
                    risk: "The peak of \(name) outgrows the workers", severity: .medium,
                    likelihood: .high,
                    impact: "Waits reach \(workings.shown(plan.id("peak.delay"))).",
                    mitigation:
                        "Start more workers before announced peaks, or limit what is taken in.",
                    owner: owner,
                    trigger: "The oldest message of \(name) is older than the wait objective"))
        }
        if let key = workings.quantity(plan.id("key.utilisation")), key.value > 0.7 {
            workings.risks.append(
                Risk(
                    risk: "The hottest key of \(name) is served by one worker, busy \(key.shown)",
                    severity: .high, likelihood: .medium,
                    impact: "Messages of that key wait \(workings.shown(plan.id("key.wait"))) on"
                        + " average, whatever the number of workers.",
                    mitigation: "Order by a finer key, or take the hottest keys to a queue of their"
                        + " own.",
                    owner: owner, trigger: "The wait of one key is ten times that of the others"))
        }
        if workings.quantity(plan.id("arrivals.effective")) == nil {
            workings.risks.append(
                Risk(
                    risk: "The retries of \(name) are not in its load", severity: .medium,
                    likelihood: .medium, impact: "The workers may be too few while attempts fail.",
                    mitigation: "State the share of failing attempts (fail) and plan again.",
                    owner: packet.escalationOwner, trigger: "Failed attempts above 1 %"))
        }
    }
}
