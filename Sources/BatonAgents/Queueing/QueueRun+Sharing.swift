// Queues whose workers are shared, or could be: one station instead of several.

import JSON

extension QueueRun {
    /// Sizes each pool of the brief; all queues as one set where it names none.
    mutating func sizePools() {
        for var pool in workerSets() {
            size(pool)
            poolCost(pool)
            pool.apart = reasonApart(pool)
            if pool.name != nil { achieve(pool) }
            pools.append(pool)
        }
    }

    /// Why the queues are better apart; nil where they share: what would make others wait, then
    /// what one set of workers may not have, then the price, unless a queue alone lacks workers.
    private func reasonApart(_ pool: WorkerPool) -> WorkerPool.Apart? {
        if let flooding = pool.plans.first(where: { $0.peak != nil && !keepsUp($0) }) {
            return .peak(queue: flooding.name)
        }
        let drain = workings.quantity(pool.id("shared.workers_drain"))
        if let drain, drain.value > workersMax(pool) { return .drain(workers: drain.shown) }
        let isNeeded = pool.plans.contains(where: lacksWorkers)
        return isNeeded || savesSomething(pool) ? nil : .savesNothing
    }

    /// Whether a team of its own would need more workers than the queue may have.
    private func lacksWorkers(_ plan: QueuePlan) -> Bool {
        blockers.contains { blocker in
            guard case .workers = blocker.cause else { return false }
            return blocker.plan.index == plan.index
        }
    }

    /// Whether the queues cost less together than apart, or take fewer workers where a price is
    /// missing.
    private func savesSomething(_ pool: WorkerPool) -> Bool {
        let costs = ["cost.shared", "cost.apart"].map { workings.quantity(pool.id($0))?.value }
        let workers = ["shared.workers", "shared.apart"].map {
            workings.quantity(pool.id($0))?.value
        }
        let known = costs.contains(nil) ? workers : costs
        guard let together = known[0], let apart = known[1] else { return false }
        return together < apart
    }

    /// The pool whose workers serve the queue; nil where it has a team of its own.
    func pool(of plan: QueuePlan) -> WorkerPool? {
        pools.first { pool in
            pool.isShared && pool.plans.contains { $0.index == plan.index }
        }
    }

    /// Whether a queue that needs more workers than it may have gets by with those of its pool.
    func isSettledBySharing(_ blocker: QueueBlocker) -> Bool {
        guard case .workers = blocker.cause, let pool = pool(of: blocker.plan),
            let needed = workings.quantity(pool.id("shared.workers"))?.value
        else { return false }
        return needed <= workersMax(pool)
    }

    /// The most workers that the queues of a pool may have together; infinite where one is free.
    private func workersMax(_ pool: WorkerPool) -> Double {
        pool.plans.map { packet.number("\($0.base)/workers/max") ?? .infinity }.reduce(0, +)
    }

    /// How many workers run for the pool, as people say it.
    func count(_ pool: WorkerPool) -> String {
        count(.quantity(pool.id("shared.workers")))
    }

    private mutating func workerSets() -> [WorkerPool] {
        func name(_ plan: QueuePlan) -> String? { packet.text("\(plan.base)/pool") }
        let planned = plans.filter { workings.value(of: $0.workers) != nil }
        var names: [String] = []
        for name in plans.compactMap(name) where !names.contains(name) { names.append(name) }
        for pool in names {
            let silent = plans.filter { name($0) == pool }.map(\.name)
                .filter { queue in !planned.contains { $0.name == queue } }
            guard !silent.isEmpty else { continue }
            workings.ask(
                "\(silent.joined(separator: ", ")) of pool \(pool) has no worker count, so the pool"
                    + " is not sized: what is its rate and service time?")
            names.removeAll { $0 == pool }
        }
        let sets =
            names.isEmpty
            ? [WorkerPool(name: nil, key: "", plans: planned)]
            : names.enumerated().map { position, pool in
                WorkerPool(
                    name: pool, key: "pool\(position + 1).\(PointerText.slug(pool))",
                    plans: planned.filter { name($0) == pool })
            }
        return sets.filter { $0.plans.count > 1 }
    }

    /// What the queues take together, at the mean rates and at peak, beside what they take apart.
    private mutating func size(_ pool: WorkerPool) {
        var candidates: [(String, Source)] = []
        needed(pool, "shared", "", rates: pool.plans.map(\.effective), &candidates)
        if pool.plans.contains(where: keepsUp) {
            needed(
                pool, "shared.peak", " at peak",
                rates: pool.plans.map { (keepsUp($0) ? $0.peak : nil) ?? $0.effective },
                &candidates)
        }
        if pool.name != nil { drainNeed(pool, &candidates) }
        workings.derive(
            pool.id("shared.workers"), "Workers of \(pool.label), if they share them",
            by: "largest", candidates)
        workings.derive(
            pool.id("shared.apart"), "Workers of \(pool.label), each queue with its own",
            by: "workers-sum", pool.plans.compactMap(\.workers).map { ("workers", $0) })
    }

    /// Whether the queue has a peak that its planned workers keep up with, or would if they were
    /// not too few.
    private func keepsUp(_ plan: QueuePlan) -> Bool {
        if plan.peak != nil, lacksWorkers(plan) { return true }
        guard plan.peak != nil, let planned = workings.value(of: plan.workers) else { return false }
        return workings.quantity(plan.id("workers.peak")).map { $0.value <= planned } ?? false
    }

    /// The workers that keep every wait objective of the pool at these rates, as candidates.
    private mutating func needed(
        _ pool: WorkerPool, _ part: String, _ when: String, rates: [Source],
        _ candidates: inout [(String, Source)]
    ) {
        let arrivals = rates.map { ("arrival_rate", $0) }
        let services = pool.plans.map { ("service_time", $0.service) }
        let spreads = pool.plans.map { ("service_cv", $0.serviceCV) }
        let name = "\(pool.label)\(when)"
        workings.derive(
            pool.id("\(part).arrivals"), "Attempts a second of \(name)", by: "pooled-arrivals",
            arrivals)
        workings.derive(
            pool.id("\(part).service"), "Mean service time of \(name)", by: "pooled-service-time",
            arrivals + services)
        workings.derive(
            pool.id("\(part).cv"), "Variation of the service times of \(name)",
            by: "pooled-service-cv", arrivals + services + spreads)
        guard workings.quantity(pool.id("\(part).cv")) != nil else { return }
        let mixed = workings.assume(
            "The arrivals of several queues together are independent (cv 1).", .inference,
            confidence: 0.6, "Many sources together come close to a Poisson process.")
        let flow = QueueFlow(
            rate: .quantity(pool.id("\(part).arrivals")),
            service: .quantity(pool.id("\(part).service")),
            arrivalsCV: .assumed(1, assumption: mixed),
            serviceCV: .quantity(pool.id("\(part).cv")))
        for plan in pool.plans {
            let id = plan.id("\(part).workers")
            if let objective = objective(plan.base) {
                size(
                    id, "Workers of \(name) for the wait objective of \(plan.name)", flow,
                    wait: .pointer(objective.pointer), quantile: objective.quantile)
            } else {
                sizeByUtilisation(id, "Workers of \(name) at 80 % utilisation", flow)
            }
            if workings.quantity(id) != nil { candidates.append(("workers", .quantity(id))) }
        }
    }

    /// The load of a pool in formulas of stations.
    private func load(_ pool: WorkerPool) -> [(String, Source)] {
        [
            ("arrival_rate", .quantity(pool.id("shared.arrivals"))),
            ("service_time", .quantity(pool.id("shared.service"))),
        ]
    }

    /// Backlog of an outage of all queues of the pool at once, and the workers that a criterion
    /// asks for to catch up in time.
    private mutating func drainNeed(
        _ pool: WorkerPool, _ candidates: inout [(String, Source)]
    ) {
        let lengths = pool.plans.compactMap { workings.source("\($0.base)/outage") }
        workings.derive(
            pool.id("shared.outage"), "Longest stated outage of \(pool.label)", by: "longest",
            lengths.map { ("seconds", $0) })
        workings.derive(
            pool.id("shared.backlog"), "Attempts that wait after an outage of \(pool.label)",
            by: "outage-backlog",
            [load(pool)[0], ("outage", .quantity(pool.id("shared.outage")))])
        guard let within = drainLimit(pool.label) else { return }
        let id = pool.id("shared.workers_drain")
        let needed = workings.derive(
            id, "Workers of \(pool.label) to catch up in time", by: "workers-for-drain",
            [("backlog", .quantity(pool.id("shared.backlog"))), ("within", within)] + load(pool))
        // What cannot be had keeps the queues apart; see `reasonApart`.
        if let needed, needed <= workersMax(pool) {
            candidates.append(("workers", .quantity(id)))
        }
    }

    /// What the workers of a pool achieve: utilisation, one of them lost, the drain.
    private mutating func achieve(_ pool: WorkerPool) {
        let workers: (String, Source) = ("workers", .quantity(pool.id("shared.workers")))
        workings.derive(
            pool.id("shared.stable"), "Workers below which \(pool.label) never catches up",
            by: "workers-stable", load(pool))
        workings.derive(
            pool.id("shared.utilisation"), "Utilisation of the workers of \(pool.label)",
            by: "utilisation", load(pool) + [workers])
        workings.derive(
            pool.id("shared.left"), "Workers of \(pool.label) when one is lost",
            by: "workers-left", [workers, ("lost", oneLost())])
        workings.derive(
            pool.id("shared.utilisation_left"),
            "Utilisation when one worker of \(pool.label) is lost", by: "utilisation",
            load(pool) + [("workers", .quantity(pool.id("shared.left")))])
        workings.derive(
            pool.id("shared.capacity"), "Attempts a second that \(pool.label) can do",
            by: "capacity", [workers, load(pool)[1]])
        workings.derive(
            pool.id("shared.drain"), "Time to work off an outage of \(pool.label)",
            by: "drain-time",
            [
                ("backlog", .quantity(pool.id("shared.backlog"))),
                ("capacity", .quantity(pool.id("shared.capacity"))), load(pool)[0],
            ])
    }

    // MARK: sections and decisions

    /// A section for each set of queues, and a decision for each pool of the brief.
    mutating func describePools() {
        for pool in pools {
            let parts = [
                "shared.arrivals", "shared.service", "shared.cv", "shared.peak.arrivals",
                "shared.workers_drain", "shared.workers", "shared.apart", "shared.utilisation",
                "shared.utilisation_left", "shared.stable", "shared.drain", "cost.shared",
                "cost.apart",
            ]
            workings.sections.append(
                Section(
                    title: pool.name.map { "Workers of pool \($0)" } ?? "Shared workers",
                    text: text(pool), columns: ["Figure", "Value"],
                    rows: figures(
                        pool.plans.flatMap { plan in
                            ["shared.workers", "shared.peak.workers"].map { plan.id($0) }
                        } + parts.map { pool.id($0) })))
            if pool.name != nil { decide(pool) }
        }
    }

    private func text(_ pool: WorkerPool) -> String {
        let together = workings.shown(pool.id("shared.workers"))
        let apart = workings.shown(pool.id("shared.apart"))
        let floods =
            " Shared workers stand in for each other, and a slow queue takes them from the others:"
            + " give each queue a share of its own where that matters."
        guard pool.name != nil else {
            return "If one set of workers served all queues, oldest message first, \(together)"
                + " would keep every wait objective at the mean rates and at the peaks that the"
                + " plan keeps up with, all at once; apart the plan has \(apart)." + floods
        }
        return "\(pool.queues) share their workers, oldest message first: \(together) keep every"
            + " wait objective of the pool at the mean rates and at the peaks that the plan keeps"
            + " up with, all at once; apart they take \(apart). An outage is one of all these"
            + " queues." + floods
    }

    /// Why a pool is kept apart, as a clause, and what sharing would cost.
    private func text(_ reason: WorkerPool.Apart, _ pool: WorkerPool) -> (String, String) {
        switch reason {
        case .savesNothing:
            let prices = ["cost.shared", "cost.apart"].map { id in
                workings.quantity(pool.id(id)).map { " for \($0.shown)" } ?? ""
            }
            return (
                "save nothing by it: together they take"
                    + " \(workings.shown(pool.id("shared.workers")))\(prices[0]), apart"
                    + " \(workings.shown(pool.id("shared.apart")))\(prices[1])",
                "The strictest wait objective would hold for every message, and the dearest price"
                    + " for every worker."
            )
        case .peak(let queue):
            return (
                "the peak of \(queue) may pile up, and all the others would wait behind it",
                "Oldest message first, every queue waits until the peak of \(queue) is worked off."
            )
        case .drain(let workers):
            return (
                "an outage of all of them is not worked off in time with the workers that the pool"
                    + " may have: it takes \(workers)",
                "The backlog of one queue holds up the others for longer than the brief allows."
            )
        }
    }

    private mutating func decide(_ pool: WorkerPool) {
        let together = workings.shown(pool.id("shared.workers"))
        let apart = workings.shown(pool.id("shared.apart"))
        let evidence = workings.evidence(
            ["shared.workers", "shared.apart", "cost.shared", "cost.apart"].map { pool.id($0) })
        if let reason = pool.apart {
            let (why, cost) = text(reason, pool)
            workings.ask(
                "\(pool.queues) are said to share the workers of \(pool.label), and \(why). Shall"
                    + " they stay apart, as planned?")
            workings.decisions.append(
                PlanDecision(
                    decision: "Keep a team of workers for each queue of \(pool.label)",
                    alternatives: [("One pool of \(together)", cost)], rank: .reliability,
                    rationale: "Reliability decides: a slow queue would take the workers of the"
                        + " others, and \(why).", evidence: evidence))
            return
        }
        workings.decisions.append(
            PlanDecision(
                decision: "Run \(together) for \(pool.label), which serve \(pool.queues)",
                alternatives: [
                    (
                        "A team of workers for each queue: \(apart)",
                        "Workers of one queue are idle while messages of another wait."
                    )
                ], rank: .performance,
                rationale: "Performance decides: reliability is the same, since either keeps every"
                    + " wait objective, and shared workers are used better.", evidence: evidence))
    }
}
