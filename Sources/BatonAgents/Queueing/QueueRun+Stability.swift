// What the planned workers achieve: utilisation, waits, the peak, and one worker less.

import JSON

extension QueueRun {
    mutating func stability(_ plan: QueuePlan) {
        guard let workers = plan.workers, workings.value(of: workers) != nil else { return }
        let flow = plan.flow.load + [("workers", workers)]
        let variation = plan.flow.variation
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
                waitName(quantile), by: "wait-quantile",
                flow + [("quantile", quantileSource(quantile))] + variation)
        }
        simulatedWaits(plan, workers)
        oneWorkerLess(plan, workers)
        let served = peakBacklog(plan)
        describeStability(plan, peak: served)
        describeWorkers(plan)
        stabilityRisks(plan)
    }

    /// The wait again by simulation, beside the formulas, where those are not exact: at the busiest
    /// rate that the workers keep up with, and at the mean rate where the simulation decided it.
    private mutating func simulatedWaits(_ plan: QueuePlan, _ workers: Source) {
        guard !WaitSizing.isExact(station(plan.flow)) else { return }
        let quantile = objective(plan.base)?.quantile
        let share = quantileInput(quantile)
        let what = waitName(quantile)
        if let peak = plan.peak {
            workings.derive(
                plan.id("wait.peak.simulated"), "\(what) at peak, simulated", by: "wait-simulated",
                plan.flow(at: peak).load + [("workers", workers)] + share + plan.flow.variation)
        }
        if isSimulated(plan, "steady") || workings.quantity(plan.id("wait.peak.simulated")) == nil {
            workings.derive(
                plan.id("wait.simulated"), "\(what) at the mean rate, simulated",
                by: "wait-simulated",
                plan.flow.load + [("workers", workers)] + share + plan.flow.variation)
        }
    }

    /// The same load on what is left when one worker is lost.
    private mutating func oneWorkerLess(_ plan: QueuePlan, _ workers: Source) {
        workings.derive(
            plan.id("workers.left"), "Workers of \(plan.name) when one is lost", by: "workers-left",
            [("workers", workers), ("lost", oneLost())])
        let left: [(String, Source)] = [("workers", .quantity(plan.id("workers.left")))]
        workings.derive(
            plan.id("utilisation.left"), "Utilisation when one worker of \(plan.name) is lost",
            by: "utilisation", plan.flow.load + left)
        workings.derive(
            plan.id("wait.left"), "Mean wait when one worker of \(plan.name) is lost",
            by: "wait-mean", plan.flow.load + left + plan.flow.variation)
    }

    /// The workers that are away at once.
    mutating func oneLost() -> Source {
        let one = workings.assume(
            "One worker is lost at a time.", .definition, confidence: 0.9,
            "Decided here: a supervisor brings it back before another one is lost.")
        return .assumed(1, assumption: one)
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
        if objective(plan.base) == nil {
            workings.ask(
                "After its peak messages of \(plan.name) wait"
                    + " \(workings.shown(plan.id("peak.delay"))); no max_wait is stated that would"
                    + " say whether that may be.")
        }
        return "The peak leaves \(workings.shown(plan.id("peak.backlog"))), a wait of"
            + " \(workings.shown(plan.id("peak.delay"))), and is worked off after"
            + " \(workings.shown(plan.id("peak.drain")))."
    }

    /// The five ways to be unstable, each with its own figure.
    private mutating func describeStability(_ plan: QueuePlan, peak: String) {
        func row(_ what: String, _ parts: [String], _ missing: String) -> [String] {
            let figures = parts.compactMap { workings.quantity(plan.id($0)) }
            let text = figures.map { "\($0.label): \($0.shown)" }.joined(separator: "; ")
            return [what, text.isEmpty ? missing : text]
        }
        let downstream = workings.quantities.filter {
            $0.id.hasPrefix("downstream.") && $0.id.hasSuffix("." + plan.slug)
        }
        let calls = downstream.map { "\($0.label): \($0.shown)" }.joined(separator: "; ")
        workings.sections.append(
            Section(
                title: "Stability of \(plan.name)",
                text:
                    "Each line can fail alone, and more workers help against the first, the second"
                    + " and the last only. \(peak)",
                columns: ["Case", "Figures"],
                rows: [
                    row(
                        "Mean rate, failures retried",
                        ["arrivals.effective", "load", "stable", "utilisation"], "not computed"),
                    row(
                        "Peak",
                        ["utilisation.peak", "peak.backlog", "peak.delay", "peak.drain"],
                        "no peak is stated"),
                    ["What the workers call", calls.isEmpty ? "no limit is stated" : calls],
                    row(
                        "Hottest key", ["key.utilisation", "key.wait"],
                        "no share of a hottest key is stated"),
                    row(
                        "One worker lost", ["utilisation.left", "wait.left"],
                        "nothing is left to serve the queue"),
                ]))
    }

    private mutating func describeWorkers(_ plan: QueuePlan) {
        let needed = [
            "workers.steady", "workers.peak", "workers.drain", "formula.workers.steady",
            "formula.workers.peak",
        ]
        let waits = [
            "wait.mean", "wait.peak", "wait.objective", "wait.simulated", "wait.peak.simulated",
        ]
        var rows = [["Stable from", workings.shown(plan.id("stable"))]]
        rows += figures(needed.map { plan.id($0) })
        rows.append(["Planned", count(plan)])
        rows.append(["Messages that wait", workings.shown(plan.id("erlang_c"))])
        rows += figures(waits.map { plan.id($0) })
        let shared = pool(of: plan).map {
            " These are figures of a team of its own; it shares the workers of \($0.label)."
        }
        workings.sections.append(
            Section(
                title: "Workers of \(plan.name)", text: decisive(plan) + (shared ?? ""),
                columns: ["Figure", "Value"], rows: rows))
        guard shared == nil else { return }
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
                    + " stated rates and waits hold at the same time.",
                evidence: workings.evidence(
                    ["workers.planned", "utilisation", "utilisation.peak", "wait.mean"]
                        .map { plan.id($0) })))
    }

    /// Which way to the number of workers decided, and what stands beside it.
    private func decisive(_ plan: QueuePlan) -> String {
        if WaitSizing.isExact(station(plan.flow)) {
            return "Times are taken as exponential, so the formulas are exact."
        }
        let beyond = "a percentile, a variation above 1.5 or a utilisation below 0.7"
        if isSimulated(plan, "steady") || isSimulated(plan, "peak") {
            return "The formula does not hold here (\(beyond)), so the simulation decides and the"
                + " formula stands beside it."
        }
        guard objective(plan.base) != nil else {
            return "No wait is promised, so utilisation decides."
        }
        let isEstimate = ["steady", "peak"].contains {
            workings.quantity(plan.id("workers.\($0)"))?.evidence == .inference
        }
        if isEstimate {
            return "The formula does not hold here (\(beyond)) and the queue is too large or too"
                + " busy to be simulated: the formula decides, as an estimate."
        }
        let waits = ["wait.simulated", "wait.peak.simulated"]
        return waits.contains { workings.quantity(plan.id($0)) != nil }
            ? "The formula decides; the simulation, with the upper end of its 95 % interval,"
                + " stands beside it."
            : "The formula decides; the queue is too large or too busy to be simulated beside it."
    }

    /// Whether messages of the hottest key wait longer on average than the objective allows.
    private func missesObjective(_ plan: QueuePlan) -> Bool {
        guard let wait = workings.quantity(plan.id("key.wait")),
            let most = objective(plan.base).flatMap({ packet.number($0.pointer) })
        else { return false }
        return wait.value > most
    }

    private mutating func stabilityRisks(_ plan: QueuePlan) {
        let name = plan.name
        let left = workings.quantity(plan.id("utilisation.left"))
        let isTight = left.map { $0.value >= 1 } ?? true
        workings.risks.append(
            Risk(
                risk: "One worker of \(name) is lost", severity: isTight ? .high : .medium,
                likelihood: .medium,
                impact: isTight
                    ? "The rest cannot keep up even with the mean rate; the backlog grows until"
                        + " it is back."
                    : "The rest keep up with the mean rate, busy \(left?.shown ?? "") of the"
                        + " time; a message waits \(workings.shown(plan.id("wait.left"))) on"
                        + " average.",
                mitigation: isTight
                    ? "Keep one worker more than planned, or restart lost ones within a minute."
                    : "Restart lost workers by a supervisor.",
                owner: owner, trigger: "Running workers of \(name) below the planned number"))
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
        if let key = workings.quantity(plan.id("key.utilisation")),
            key.value > 0.7 || missesObjective(plan)
        {
            workings.risks.append(
                Risk(
                    risk: "The hottest key of \(name) is served by one worker, busy \(key.shown)",
                    severity: .high, likelihood: .medium,
                    impact: "Messages of that key wait \(workings.shown(plan.id("key.wait"))) on"
                        + " average, whatever the number of workers"
                        + (missesObjective(plan) ? ": longer than the wait objective." : "."),
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
