// Load with retries, the workers it takes, and what stands in the way.

import JSON

extension QueueRun {
    /// Plans the workers of one queue, or notes why it cannot work.
    mutating func planWorkers(_ index: Int) {
        guard var plan = makePlan(index) else { return }
        var candidates: [(String, Source)] = []
        need(&plan, rate: plan.effective, name: "steady", label: "at the mean rate", &candidates)
        if let peak = plan.peak {
            need(&plan, rate: peak, name: "peak", label: "at peak", &candidates)
        }
        let needed = workings.derive(
            plan.id("workers.planned"), "Workers of \(plan.name)", by: "largest", candidates)
        plan.workers = .quantity(plan.id("workers.planned"))
        if let needed, let limit = packet.number("\(plan.base)/workers/max"), needed > limit {
            if isPeakOnly(plan, limit: Int(limit)) {
                plan.workers = .pointer("\(plan.base)/workers/max")
            } else {
                blockers.append(
                    QueueBlocker(
                        plan: plan, cause: .workers(needed: Int(needed), max: Int(limit))))
            }
        } else if needed == nil {
            workings.ask(
                "The workers of \(plan.name) could not be computed from the stated figures.")
        }
        findHottestKey(plan)
        plans.append(plan)
    }

    private mutating func makePlan(_ index: Int) -> QueuePlan? {
        let base = "/inputs/queues/\(index)"
        let name = packet.queues[index]["name"]?.stringValue ?? "queue \(index + 1)"
        guard let rate = workings.source("\(base)/arrival_rate/mean"),
            let service = workings.source("\(base)/service_time/mean")
        else {
            workings.ask("Queue \(name) states no arrival rate or no service time: not planned.")
            return nil
        }
        var plan = QueuePlan(
            index: index, name: name, slug: "\(index).\(PointerText.slug(name))", rate: rate,
            service: service,
            serviceCV: variation(
                "\(base)/service_time/cv", "/inputs/queues/*/service_time/cv",
                "service times of \(name)"),
            arrivalsCV: variation(
                "\(base)/arrivals_cv", "/inputs/queues/*/arrivals_cv", "arrivals of \(name)"),
            attempts: 1, attemptsSource: rate, effective: rate)
        planAttempts(&plan)
        effectiveRates(&plan)
        workings.derive(
            plan.id("load"), "Offered load of \(name)", by: "offered-load",
            [("arrival_rate", plan.effective), ("service_time", service)])
        return plan
    }

    /// A stated variation, or cv 1 in the open.
    private mutating func variation(
        _ pointer: String, _ pattern: String, _ what: String
    ) -> Source {
        if packet.number(pointer) != nil { return .pointer(pointer) }
        let id = workings.assume(
            "The \(what) vary like an exponential distribution (cv 1).", .inference,
            confidence: 0.6, "Not stated; the usual first assumption, to be measured.")
        return .assumed(1, assumption: id)
    }

    /// Attempts: at least the stated ones, and enough delays to outlast the stated outage.
    private mutating func planAttempts(_ plan: inout QueuePlan) {
        let pointer = "\(plan.base)/now/attempts"
        let stated = packet.number(pointer).map { max(1, Int($0)) }
        let backoff = self.backoff(plan)
        var attempts = stated ?? 5
        if let outage = workings.value(of: workings.source("\(plan.base)/outage")) {
            while attempts < 100, backoff.maximumSum(delays: attempts - 1) / 2 < outage {
                attempts += 1
            }
        }
        plan.attempts = attempts
        if stated == attempts {
            plan.attemptsSource = .pointer(pointer)
            return
        }
        let id = workings.assume(
            "A message of \(plan.name) is attempted at most \(attempts) times.", .definition,
            confidence: 0.9,
            "Decided here: the fewest attempts whose average delays outlast the stated outage, and"
                + " no fewer than the queue has now.")
        plan.attemptsSource = .assumed(Double(attempts), assumption: id)
    }

    /// The delays between attempts.
    func backoff(_ plan: QueuePlan) -> Backoff {
        Backoff(base: packet.number("\(plan.base)/now/backoff") ?? 5, factor: 2, cap: 300)
    }

    /// The delays as formula inputs.
    mutating func backoffSources(_ plan: QueuePlan) -> [(String, Source)] {
        let growth = workings.assume(
            "Delays between attempts double up to 5 min, with full jitter.", .research,
            confidence: 0.85, "Capped exponential backoff with full jitter, AWS Architecture Blog.")
        let pointer = "\(plan.base)/now/backoff"
        let base: Source
        if packet.number(pointer) != nil {
            base = .pointer(pointer)
        } else {
            let id = workings.assume(
                "The first delay of \(plan.name) is 5 s at most.", .definition, confidence: 0.9,
                "Decided here, because none is stated.")
            base = .assumed(5, assumption: id)
        }
        return [
            ("base", base), ("factor", .assumed(2, assumption: growth)),
            ("cap", .assumed(300, assumption: growth)),
        ]
    }

    private mutating func effectiveRates(_ plan: inout QueuePlan) {
        let peak = "\(plan.base)/arrival_rate/peak/rate"
        if packet.number(peak) != nil { plan.peak = .pointer(peak) }
        guard let fail = workings.source("\(plan.base)/fail") else {
            workings.ask(
                "Queue \(plan.name) states no share of failing attempts (fail): retries are not in"
                    + " its load.")
            return
        }
        workings.derive(
            plan.id("arrivals.effective"), "Attempts a second of \(plan.name), retries included",
            by: "effective-arrivals",
            [("rate", plan.rate), ("failure", fail), ("attempts", plan.attemptsSource)])
        plan.effective = .quantity(plan.id("arrivals.effective"))
        if let peak = plan.peak {
            workings.derive(
                plan.id("arrivals.peak"), "Attempts a second of \(plan.name) at peak",
                by: "effective-arrivals",
                [("rate", peak), ("failure", fail), ("attempts", plan.attemptsSource)])
            plan.peak = .quantity(plan.id("arrivals.peak"))
        }
    }

    /// The workers for one arrival rate, as a candidate for the plan.
    private mutating func need(
        _ plan: inout QueuePlan, rate: Source, name: String, label: String,
        _ candidates: inout [(String, Source)]
    ) {
        let flow: [(String, Source)] = [("arrival_rate", rate), ("service_time", plan.service)]
        let variation = [("arrivals_cv", plan.arrivalsCV), ("service_cv", plan.serviceCV)]
        let id = plan.id("workers.\(name)")
        if let objective = objective(plan.base) {
            let wait: (String, Source) = ("wait", .pointer(objective.pointer))
            if let quantile = objective.quantile {
                workings.derive(
                    id, "Workers of \(plan.name) \(label), for the wait objective",
                    by: "workers-for-wait-quantile",
                    flow + [wait, ("quantile", quantileSource(quantile))] + variation)
            } else {
                workings.derive(
                    id, "Workers of \(plan.name) \(label), for the wait objective",
                    by: "workers-for-mean-wait", flow + [wait] + variation)
            }
        } else {
            let limit = workings.assume(
                "Workers are busy at most 80 % of the time.", .inference, confidence: 0.7,
                "No wait objective is stated; above 80 % waits grow quickly with small errors"
                    + " in the"
                    + " figures.")
            workings.ask(
                "Queue \(plan.name) states no max_wait: its workers follow utilisation only.")
            workings.derive(
                id, "Workers of \(plan.name) \(label), at 80 % utilisation",
                by: "workers-at-utilisation",
                flow + [("utilisation", .assumed(0.8, assumption: limit))])
        }
        if workings.quantity(id) != nil { candidates.append(("workers", .quantity(id))) }
    }

    /// The percentile that an objective names, as a formula input.
    mutating func quantileSource(_ quantile: Double) -> Source {
        let id = workings.assume(
            "The wait objective is about the"
                + " \(Shown.fixed(quantile * 100, decimals: 3, .nearest))th"
                + " percentile.", .definition, confidence: 0.95, "The name of the field says so.")
        return .assumed(quantile, assumption: id)
    }

    /// Whether only a peak exceeds `limit` workers, and so briefly that the fluid backlog stays
    /// within the wait objective.
    private func isPeakOnly(_ plan: QueuePlan, limit: Int) -> Bool {
        guard let steady = workings.quantity(plan.id("workers.steady")),
            steady.value <= Double(limit), let peak = workings.value(of: plan.peak),
            let length = packet.number("\(plan.base)/arrival_rate/peak/for"),
            let objective = objective(plan.base), let wait = packet.number(objective.pointer),
            let service = workings.value(of: plan.service), service > 0
        else { return false }
        let capacity = Double(limit) / service
        return capacity < peak && (peak - capacity) * length / capacity <= wait
    }

    // MARK: what no number of workers helps against

    private mutating func findHottestKey(_ plan: QueuePlan) {
        let pointer = "\(plan.base)/ordering/hottest"
        guard packet.number(pointer) != nil else { return }
        let flow: [(String, Source)] = [
            ("share", .pointer(pointer)), ("arrival_rate", plan.effective),
            ("service_time", plan.service),
        ]
        let busy = workings.derive(
            plan.id("key.utilisation"), "Utilisation by the hottest key of \(plan.name)",
            by: "key-utilisation", flow)
        workings.derive(
            plan.id("key.wait"), "Mean wait behind the hottest key of \(plan.name)",
            by: "key-wait", flow + [("service_cv", plan.serviceCV)])
        if let busy, busy >= 1 {
            blockers.append(QueueBlocker(plan: plan, cause: .hottestKey(utilisation: busy)))
        }
    }
}
