// What all callers together ask of a dependency, against what it allows while no more of its
// members are up than the brief needs. A member that is called by its own name is judged by itself,
// with what it gets of its group's calls.

import JSON

extension QueueRun {
    /// Judges each dependency that a queue's workers call, once.
    mutating func downstream() {
        var judged: Set<String> = []
        for plan in plans {
            for name in calls(of: plan) where judged.insert(name).inserted {
                judge(name, for: plan)
            }
        }
    }

    private mutating func judge(_ name: String, for plan: QueuePlan) {
        let members = members(of: name)
        guard let left = membersLeft(of: name) else {
            let silent = members.filter {
                packet.number("/inputs/dependencies/\($0)/limit") == nil
            }
            if silent.count < members.count {
                let names = silent.compactMap { packet.dependencies[$0]["name"]?.stringValue }
                workings.ask(
                    "\(names.joined(separator: ", ")) of \(name) state no limit, so what"
                        + " \(plan.name) may ask of \(name) is not known.")
            }
            return
        }
        let need = left.count
        let allowed = left.map(limit).reduce(0, +)
        let state = need < members.count ? ", \(need) of \(members.count) up" : ""
        let slug = PointerText.slug(name)
        let busy = workings.derive(
            plan.id("downstream.\(slug)"),
            "Share of the limit of \(name) that is taken\(state)", by: "downstream-utilisation",
            taken(of: name, left: left, isPeak: false))
        if let busy, busy >= 1 {
            let others = busy * allowed - (workings.value(of: plan.effective) ?? 0)
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
            taken(of: name, left: left, isPeak: true))
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

    /// How many of these members have to be up.
    func needed(of members: [Int]) -> Int {
        let needs = members.compactMap { packet.number("/inputs/dependencies/\($0)/need") }
        return min(members.count, max(1, Int(needs.first ?? 1)))
    }

    /// The dependencies that a call by this name may go to.
    func members(of name: String) -> [Int] {
        packet.dependencies.indices.filter {
            packet.dependencies[$0]["name"]?.stringValue == name
                || packet.dependencies[$0]["group"]?.stringValue == name
        }
    }

    /// The dependencies that the workers of a queue call.
    func calls(of plan: QueuePlan) -> [String] {
        packet.list("\(plan.base)/calls").flatMap(CallReader.names)
    }

    /// The members that the worst outage which the group is there for leaves: those whose limits
    /// have the least room beside the calls that name them. Nil unless every member states a limit.
    private mutating func membersLeft(of name: String) -> [Int]? {
        let members = members(of: name)
        guard !members.isEmpty,
            members.allSatisfy({ packet.number("/inputs/dependencies/\($0)/limit") != nil })
        else { return nil }
        let rooms = members.map { member in
            let own = packet.dependencies[member]["name"]?.stringValue ?? name
            let calls = own == name ? [] : named(own, false, nil)
            return limit(member) - calls.compactMap { workings.value(of: $0) }.reduce(0, +)
        }
        return Array(
            members.indices.sorted { (rooms[$0], $0) < (rooms[$1], $1) }.map { members[$0] }
                .prefix(needed(of: members)))
    }

    /// What a drain at full capacity asks of everything that the workers call, against its limit.
    mutating func surge(_ plan: QueuePlan) {
        workings.derive(
            plan.id("surge"), "Calls of the workers of \(plan.name) while they catch up",
            by: "surge",
            [("capacity", .quantity(plan.id("capacity"))), ("arrival_rate", plan.effective)])
        var seen: Set<String> = []
        for name in calls(of: plan) where seen.insert(name).inserted {
            guard let left = membersLeft(of: name) else { continue }
            let slug = PointerText.slug(name)
            let share = workings.derive(
                plan.id("downstream.drain.\(slug)"),
                "Share of the limit of \(name) that is taken while \(plan.name) catches up",
                by: "downstream-utilisation",
                taken(of: name, left: left, isPeak: false, draining: plan))
            guard let share, share >= 1 else { continue }
            let slower = limitedDrain(plan, by: left)
            workings.risks.append(
                Risk(
                    risk: "\(plan.name) asks more of \(name) than it allows while it catches up",
                    severity: .high, likelihood: .medium,
                    impact:
                        "\(name) gets \(workings.shown(plan.id("downstream.drain.\(slug)"))) of"
                        + " its limit; what is refused is retried, and the drain takes"
                        + (slower.map { " \($0) within the limit." } ?? " longer than computed."),
                    mitigation: "Limit the rate of the drain to what \(name) allows.",
                    owner: owner, trigger: "Refusals by \(name) during a drain"))
        }
    }

    /// The drain within the limit of what the workers call, where nothing else calls it: as shown;
    /// nil where the limit is shared or leaves nothing to drain with.
    private mutating func limitedDrain(_ plan: QueuePlan, by members: [Int]) -> String? {
        let others = plans.filter { $0.index != plan.index }.flatMap { calls(of: $0) }
        let names = members.flatMap { member in
            ["name", "group"].compactMap { packet.dependencies[member][$0]?.stringValue }
        }
        guard members.count == 1, let member = members.first,
            CallReader.shares(packet, of: Set(names))?.isEmpty ?? true,
            !names.contains(where: others.contains)
        else { return nil }
        let id = plan.id("outage.drain.limited.\(PointerText.slug(names.first ?? ""))")
        workings.derive(
            id, "Time to work off the outage of \(plan.name) within the limit of what it calls",
            by: "drain-time",
            [
                ("backlog", .quantity(plan.id("outage.work"))),
                ("capacity", .pointer("/inputs/dependencies/\(member)/limit")),
                ("arrival_rate", plan.effective),
            ])
        return workings.quantity(id)?.shown
    }

    private func limit(_ member: Int) -> Double {
        packet.number("/inputs/dependencies/\(member)/limit") ?? 0
    }

    /// What reaches it, against its limit: of the workers of all queues, of which one may be
    /// `draining` at full capacity, and of the API. Those are its own calls; of a group also those
    /// to the members that are `left`, by their own names; of a member also those to its group.
    private mutating func taken(
        of name: String, left: [Int], isPeak: Bool, draining: QueuePlan? = nil
    ) -> [(String, Source)] {
        var own = named(name, isPeak, draining)
        for member in left.compactMap({ packet.dependencies[$0]["name"]?.stringValue })
        where member != name {
            own += named(member, isPeak, draining)
        }
        var limits = left.map { Source.pointer("/inputs/dependencies/\($0)/limit") }
        let member = packet.dependencies.first { $0["name"]?.stringValue == name }
        var ofGroup: [Source] = []
        if let group = member?["group"]?.stringValue, group != name {
            ofGroup = named(group, isPeak, draining)
            // The group's calls go evenly to as many members as have to be up, so each of these
            // could take its own calls besides: (group + need × own) / (need × limit).
            let need = needed(of: members(of: group))
            own = Array(repeating: own, count: need).flatMap(\.self)
            limits = Array(repeating: limits, count: need).flatMap(\.self)
        }
        return (own + ofGroup).map { ("arrival_rate", $0) } + limits.map { ("limit", $0) }
    }

    /// The calls that name it so, one for each call of a message or request.
    private mutating func named(
        _ name: String, _ isPeak: Bool, _ draining: QueuePlan?
    ) -> [Source] {
        var rates = plans.flatMap { plan in
            let rate =
                plan.index == draining?.index
                ? .quantity(plan.id("capacity"))
                : isPeak ? plan.peak ?? plan.effective : plan.effective
            return Array(repeating: rate, count: calls(of: plan).count { $0 == name })
        }
        let shares = CallReader.shares(packet, of: [name])
        let peak = "/inputs/traffic/peak/rate"
        let traffic =
            isPeak && packet.number(peak) != nil ? peak : "/inputs/traffic/mean"
        guard let shares, !shares.isEmpty, packet.number(traffic) != nil else { return rates }
        let id = (isPeak ? "calls.api.peak." : "calls.api.") + PointerText.slug(name)
        workings.derive(
            id, "Calls of the API to \(name)\(isPeak ? " at peak" : "")", by: "call-rate",
            [("rate", .pointer(traffic))] + shares.map { ("share", .pointer($0)) })
        if workings.quantity(id) != nil { rates.append(.quantity(id)) }
        return rates
    }
}
