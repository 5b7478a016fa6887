// What all callers together ask of a dependency, against what it allows while no more of its
// members are up than the brief needs.

import JSON

extension QueueRun {
    /// Judges each dependency that a queue's workers call, once.
    mutating func downstream() {
        var judged: Set<String> = []
        for plan in plans {
            for name in packet.list("\(plan.base)/calls").flatMap(CallReader.names)
            where judged.insert(name).inserted {
                judge(name, for: plan)
            }
        }
    }

    private mutating func judge(_ name: String, for plan: QueuePlan) {
        let members = members(of: name)
        let stated = members.filter { packet.number("/inputs/dependencies/\($0)/limit") != nil }
        guard !members.isEmpty, stated.count == members.count else { return }
        let needs = members.compactMap { packet.number("/inputs/dependencies/\($0)/need") }
        let need = min(members.count, max(1, Int(needs.first ?? 1)))
        // The outage that the group is there for leaves its smallest members.
        let left = members.sorted { limit($0) < limit($1) }.prefix(need)
        let limits = left.map { ("limit", Source.pointer("/inputs/dependencies/\($0)/limit")) }
        let allowed = left.map(limit).reduce(0, +)
        let state = need < members.count ? ", \(need) of \(members.count) up" : ""
        let slug = PointerText.slug(name)
        let rates = rates(of: name, slug: slug, isPeak: false)
        let busy = workings.derive(
            plan.id("downstream.\(slug)"),
            "Share of the limit of \(name) that is taken\(state)", by: "downstream-utilisation",
            rates.map { ("arrival_rate", $0) } + limits)
        if let busy, busy >= 1 {
            let all = rates.compactMap { workings.value(of: $0) }.reduce(0, +)
            let others = all - (workings.value(of: plan.effective) ?? 0)
            blockers.append(
                QueueBlocker(
                    plan: plan,
                    cause: .downstream(
                        name: name, members: members, need: need, limit: allowed, others: others)))
            return
        }
        let peak = workings.derive(
            plan.id("downstream.peak.\(slug)"),
            "Share of the limit of \(name) that is taken at peak\(state)",
            by: "downstream-utilisation",
            self.rates(of: name, slug: slug, isPeak: true).map { ("arrival_rate", $0) } + limits)
        if let peak, peak >= 1 { peakRisk(name, plan, state, allowed) }
    }

    private mutating func peakRisk(
        _ name: String, _ plan: QueuePlan, _ state: String, _ allowed: Double
    ) {
        workings.risks.append(
            Risk(
                risk: "At peak more is called of \(name) than it allows\(state)", severity: .high,
                likelihood: .medium,
                impact: "\(name) takes \(Shown.significant(allowed)) calls a second; what is above"
                    + " it is refused, retried, and delays the rest.",
                mitigation:
                    "Let the workers of \(plan.name) wait while \(name) refuses, or agree on"
                    + " a higher limit.",
                owner: owner, trigger: "Refusals by \(name)"))
    }

    private func members(of name: String) -> [Int] {
        packet.dependencies.indices.filter {
            packet.dependencies[$0]["name"]?.stringValue == name
                || packet.dependencies[$0]["group"]?.stringValue == name
        }
    }

    private func limit(_ member: Int) -> Double {
        packet.number("/inputs/dependencies/\(member)/limit") ?? 0
    }

    /// Everything that calls it: the workers of all queues, and the API.
    private mutating func rates(of name: String, slug: String, isPeak: Bool) -> [Source] {
        let queues = plans.filter {
            packet.list("\($0.base)/calls").flatMap(CallReader.names).contains(name)
        }
        var rates = queues.map { isPeak ? $0.peak ?? $0.effective : $0.effective }
        let names = Set(
            [name] + members(of: name).compactMap { packet.dependencies[$0]["name"]?.stringValue })
        let shares = CallReader.shares(packet, of: names)
        let peak = "/inputs/traffic/peak/rate"
        let traffic =
            isPeak && packet.number(peak) != nil ? peak : "/inputs/traffic/mean"
        guard let shares, !shares.isEmpty, packet.number(traffic) != nil else { return rates }
        let id = (isPeak ? "calls.api.peak." : "calls.api.") + slug
        workings.derive(
            id, "Calls of the API to \(name)\(isPeak ? " at peak" : "")", by: "call-rate",
            [("rate", .pointer(traffic))] + shares.map { ("share", .pointer($0)) })
        if workings.quantity(id) != nil { rates.append(.quantity(id)) }
        return rates
    }
}
