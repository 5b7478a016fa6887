// What the workers cost a month: today, as planned, and where a figure or a decision is another.

import JSON

extension QueueRun {
    /// What a number of workers is for, in ids and for people.
    private static let costCases: [(part: String, name: String)] = [
        ("now", "Today"), ("planned", "As planned"), ("left", "One worker less"),
        ("drain", "Enough to catch up after the outage"),
        ("arrivals", "Enough for 20 % more at the mean rate"),
        ("service", "Enough for doubled service at the mean rate"),
    ]

    private func workers(_ part: String, _ plan: QueuePlan) -> Source? {
        switch part {
        case "now": .pointer("\(plan.base)/workers/now")
        case "planned": plan.workers
        default: .quantity(plan.id("workers.\(part)"))
        }
    }

    private func costID(_ part: String, _ plan: QueuePlan) -> String {
        plan.id(part == "planned" ? "cost" : "cost.\(part)")
    }

    private func price(_ plan: QueuePlan) -> String { "\(plan.base)/workers/cost_per_hour" }

    private func currency(_ plan: QueuePlan) -> String {
        packet.text("\(price(plan))/currency") ?? "the stated currency"
    }

    @discardableResult
    private mutating func cost(_ part: String, _ name: String, _ plan: QueuePlan) -> Double? {
        guard let workers = workers(part, plan) else { return nil }
        return workings.derive(
            costID(part, plan),
            "Cost of the workers of \(plan.name) in \(currency(plan)), \(name.lowercased())",
            by: "cost-per-month",
            [("workers", workers), ("cost_per_hour", .pointer(price(plan)))])
    }

    /// Cost of the workers of one queue, in each case that has a number of them.
    mutating func money(_ plan: QueuePlan) {
        guard packet.number(price(plan)) != nil else { return }
        var rows: [[String]] = []
        for (part, name) in Self.costCases {
            guard cost(part, name, plan) != nil, let workers = workers(part, plan) else { continue }
            rows.append([name, count(workers), workings.shown(costID(part, plan))])
        }
        let team = pool(of: plan).map { ", as a team of its own beside \($0.label)" } ?? ""
        workings.sections.append(
            Section(
                title: "Cost of \(plan.name)",
                text: "\(count(plan)) all the time\(team): \(workings.shown(plan.id("cost"))) in"
                    + " \(currency(plan))." + repetitions(plan),
                columns: ["Case", "Workers", "Cost"], rows: rows))
    }

    /// What goes into work that was done before, as a sentence.
    private mutating func repetitions(_ plan: QueuePlan) -> String {
        let cost: (String, Source) = ("cost", .quantity(plan.id("cost")))
        let attempts: (String, Source) = ("arrival_rate", plan.effective)
        workings.derive(
            plan.id("cost.retries"), "Cost of the retries of \(plan.name) in \(currency(plan))",
            by: "cost-of-retries", [cost, ("rate", plan.rate), attempts])
        workings.derive(
            plan.id("cost.duplicates"),
            "Cost of the duplicates of \(plan.name) in \(currency(plan))",
            by: "cost-of-duplicates",
            [cost, ("duplicates", .quantity(plan.id("duplicates"))), attempts])
        let isKnown = workings.quantity(plan.id("arrivals.effective")) != nil
        let shares = [
            isKnown
                ? workings.quantity(plan.id("cost.retries")).map { "retries \($0.shown)" } : nil,
            workings.quantity(plan.id("cost.duplicates")).map { "duplicates \($0.shown)" },
        ].compactMap(\.self)
        return shares.isEmpty
            ? "" : " By their share of the attempts, \(shares.joined(separator: " and ")) of it."
    }

    /// Cost of a set of queues that share their workers, and apart: at the dearest price, because
    /// any worker may be needed for any queue. Nothing where prices are missing or in several
    /// currencies.
    mutating func poolCost(_ pool: WorkerPool) {
        let currencies = Set(pool.plans.map(currency))
        let costs = pool.plans.map { costID("planned", $0) }
        for plan in pool.plans { cost("planned", "As planned", plan) }
        guard currencies.count == 1, costs.allSatisfy({ workings.quantity($0) != nil }),
            let dearest = pool.plans.max(by: {
                (packet.number(price($0)) ?? 0) < (packet.number(price($1)) ?? 0)
            })
        else { return }
        workings.derive(
            pool.id("cost.shared"),
            "Cost of the workers of \(pool.label) in \(currency(dearest)), if they share them",
            by: "cost-per-month",
            [
                ("workers", .quantity(pool.id("shared.workers"))),
                ("cost_per_hour", .pointer(price(dearest))),
            ])
        workings.derive(
            pool.id("cost.apart"),
            "Cost of the workers of \(pool.label) in \(currency(dearest)), each queue with its own",
            by: "cost-sum", costs.map { ("cost", .quantity($0)) })
    }

    /// The cost over all queues, a section for each currency; one queue is its own total.
    mutating func costOfAll() {
        let priced = plans.filter { workings.quantity($0.id("cost")) != nil }
        var currencies: [String] = []
        for name in priced.map(currency) where !currencies.contains(name) {
            currencies.append(name)
        }
        for name in currencies {
            let members = priced.filter { currency($0) == name }
            guard members.count > 1 else { continue }
            let silent = plans.filter { packet.number(price($0)) == nil }.map(\.name)
            workings.sections.append(
                Section(
                    title: "Cost of all queues in \(name)",
                    text: "\(members.map(\.name).joined(separator: ", ")) together."
                        + (silent.isEmpty
                            ? "" : " Without a price: \(silent.joined(separator: ", ")).")
                        + " A case stands here where each queue has it.",
                    columns: ["Case", "Cost"], rows: totals(of: members, name)))
        }
    }

    private mutating func totals(of members: [QueuePlan], _ currency: String) -> [[String]] {
        let slug = PointerText.slug(currency)
        var rows: [[String]] = []
        func total(_ part: String, _ name: String, _ costs: [String]) {
            let id = "cost.total.\(part).\(slug)"
            guard costs.allSatisfy({ workings.quantity($0) != nil }) else { return }
            workings.derive(
                id, "Cost of the workers of all queues in \(currency), \(name.lowercased())",
                by: "cost-sum", costs.map { ("cost", .quantity($0)) })
            rows.append([name, workings.shown(id)])
        }
        let shared = pools.filter { pool in
            pool.isShared && pool.plans.allSatisfy { self.currency($0) == currency }
                && workings.quantity(pool.id("cost.shared")) != nil
        }
        for (part, name) in Self.costCases {
            // Where pools share, what is planned is below.
            let isPlan = part == "planned" && !shared.isEmpty
            total(
                part, isPlan ? "Each queue with its own" : name, members.map { costID(part, $0) })
        }
        guard !shared.isEmpty else { return rows }
        let alone = members.filter { plan in
            !shared.contains { $0.plans.contains { $0.index == plan.index } }
        }
        total(
            "shared", "As planned",
            shared.map { $0.id("cost.shared") } + alone.map { $0.id("cost") })
        return rows
    }
}
