// Load with retries, the workers it takes, and what stands in the way.

import Arithmetic
import JSON

extension QueueRun {
    /// Plans the workers of one queue, or notes why it cannot work.
    mutating func planWorkers(_ index: Int) {
        guard var plan = makePlan(index) else { return }
        var candidates: [(String, Source)] = []
        need(plan, rate: plan.effective, name: "steady", label: "at the mean rate", &candidates)
        if let peak = plan.peak {
            need(plan, rate: peak, name: "peak", label: "at peak", &candidates)
        }
        drainNeed(plan, &candidates)
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
        findShortRide(plan)
        plans.append(plan)
    }

    private mutating func makePlan(_ index: Int) -> QueuePlan? {
        let base = "/inputs/queues/\(index)"
        let name = PacketView.name(ofQueue: packet.queues[index], at: index)
        guard let rate = workings.source("\(base)/arrival_rate/mean"),
            let service = workings.source("\(base)/service_time/mean")
        else {
            workings.ask("Queue \(name) states no arrival rate or no service time: not planned.")
            return nil
        }
        var plan = QueuePlan(
            index: index, name: name, slug: "\(index).\(PointerText.slug(name))", rate: rate,
            service: service,
            serviceCV: fittedVariation(index, name)
                ?? variation("\(base)/service_time/cv", "service times of \(name)"),
            arrivalsCV: variation(
                "\(base)/arrivals_cv", "arrivals of \(name)"),
            attempts: 1, attemptsSource: rate, effective: rate)
        planAttempts(&plan)
        effectiveRates(&plan)
        workings.derive(
            plan.id("load"), "Offered load of \(name)", by: "offered-load",
            [("arrival_rate", plan.effective), ("service_time", service)])
        return plan
    }

    /// The variation that a stated 99th percentile leaves, where none is stated itself.
    private mutating func fittedVariation(_ index: Int, _ name: String) -> Source? {
        let times = "/inputs/queues/\(index)/service_time"
        guard packet.number("\(times)/cv") == nil, packet.number("\(times)/p99") != nil else {
            return nil
        }
        let id = "service.cv.\(index).\(PointerText.slug(name))"
        workings.derive(
            id, "Variation of the service times of \(name), fitted", by: "cv-fitted",
            [("mean", .pointer("\(times)/mean")), ("p99", .pointer("\(times)/p99"))])
        if workings.quantity(id) != nil { return .quantity(id) }
        workings.ask(
            "The 99th percentile of the service time of \(name) fits no distribution around its"
                + " mean: is one of them mistaken?")
        return nil
    }

    /// A stated variation, or cv 1 in the open.
    private mutating func variation(
        _ pointer: String, _ what: String
    ) -> Source {
        if let source = workings.source(pointer) { return source }
        let id = workings.assume(
            "The \(what) vary like an exponential distribution (cv 1).", .inference,
            confidence: 0.6, "Not stated; the usual first assumption, to be measured.")
        return .assumed(1, assumption: id)
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
        _ plan: QueuePlan, rate: Source, name: String, label: String,
        _ candidates: inout [(String, Source)]
    ) {
        let flow = plan.flow(at: rate)
        let id = plan.id("workers.\(name)")
        if let objective = objective(plan.base) {
            size(
                id, "Workers of \(plan.name) \(label), for the wait objective", flow,
                wait: .pointer(objective.pointer), quantile: objective.quantile)
        } else {
            workings.ask(
                "Queue \(plan.name) states no max_wait: its workers follow utilisation only.")
            sizeByUtilisation(id, "Workers of \(plan.name) \(label), at 80 % utilisation", flow)
        }
        if workings.quantity(id) != nil { candidates.append(("workers", .quantity(id))) }
    }

    /// The workers that keep utilisation at 80 %.
    mutating func sizeByUtilisation(_ id: String, _ label: String, _ flow: QueueFlow) {
        let limit = workings.assume(
            "Workers are busy at most 80 % of the time.", .inference, confidence: 0.7,
            "No wait objective is stated; above 80 % waits grow quickly with small errors in the"
                + " figures.")
        workings.derive(
            id, label, by: "workers-at-utilisation",
            flow.load + [("utilisation", .assumed(0.8, assumption: limit))])
    }

    /// The workers for a wait, as quantity `id`. Where the formula does not hold the simulation
    /// decides, and what the formula says stands beside it under `id` with `formula.` before it.
    mutating func size(
        _ id: String, _ label: String, _ flow: QueueFlow, wait: Source, quantile: Double?
    ) {
        let sizing = WaitSizing(
            station: station(flow), wait: workings.value(of: wait) ?? 0, quantile: quantile)
        if let servers = sizing.formulaServers, !sizing.isFormulaSound(servers: servers) {
            workings.derive(
                id, label + ", simulated", by: "workers-simulated",
                flow.load + [("wait", wait)] + quantileInput(quantile) + flow.variation)
            guard workings.quantity(id) == nil else {
                sizeByFormula(
                    "formula." + id, label + ", by the formula alone", flow, wait: wait,
                    quantile: quantile)
                return
            }
        }
        sizeByFormula(id, label, flow, wait: wait, quantile: quantile)
    }

    /// The workers for a wait by the formula alone.
    mutating func sizeByFormula(
        _ id: String, _ label: String, _ flow: QueueFlow, wait: Source, quantile: Double?
    ) {
        workings.derive(
            id, label, by: quantile == nil ? "workers-for-mean-wait" : "workers-for-wait-quantile",
            flow.load + [("wait", wait)] + quantileInput(quantile) + flow.variation)
    }

    /// The percentile of an objective among formula inputs; nothing for a mean.
    mutating func quantileInput(_ quantile: Double?) -> [(String, Source)] {
        quantile.map { [("quantile", quantileSource($0))] } ?? []
    }

    /// A station for what-if questions, outside the quantities.
    func station(_ flow: QueueFlow) -> Erlang.Station {
        Erlang.Station(
            arrivalRate: workings.value(of: flow.rate) ?? 0,
            serviceTime: workings.value(of: flow.service) ?? 0,
            arrivalsCV: workings.value(of: flow.arrivalsCV) ?? 1,
            serviceCV: workings.value(of: flow.serviceCV) ?? 1)
    }

    /// The percentile that an objective names, as a formula input.
    mutating func quantileSource(_ quantile: Double) -> Source {
        let id = workings.assume(
            "The wait objective is about the \(percentile(quantile)).", .definition,
            confidence: 0.95, "The name of the field says so.")
        return .assumed(quantile, assumption: id)
    }

    /// Whether only a peak exceeds `limit` workers and breaks no wait objective: its fluid backlog
    /// stays within it, or none is stated.
    private func isPeakOnly(_ plan: QueuePlan, limit: Int) -> Bool {
        guard let steady = workings.quantity(plan.id("workers.steady")),
            steady.value <= Double(limit), let peak = workings.value(of: plan.peak)
        else { return false }
        guard let objective = objective(plan.base) else { return true }
        guard let length = packet.number("\(plan.base)/arrival_rate/peak/for"),
            let wait = packet.number(objective.pointer),
            let service = workings.value(of: plan.service), service > 0
        else { return false }
        let capacity = Double(limit) / service
        return capacity < peak && (peak - capacity) * length / capacity <= wait
    }

    // MARK: what no number of workers helps against

    private mutating func findHottestKey(_ plan: QueuePlan) {
        let pointer = "\(plan.base)/ordering/hottest"
        guard packet.number(pointer) != nil else {
            if let key = packet.text("\(plan.base)/ordering/key") {
                workings.ask(
                    "\(plan.name) is ordered by \(key), and the share of its hottest key"
                        + " (ordering.hottest) is not stated: it is served by one worker, however"
                        + " many there are.")
            }
            return
        }
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
