// The promise cannot be kept: what that costs, and the ways out, the cheapest first.

import JSON

extension ReliabilityRun {
    /// Objectives that people promise, highest first.
    static let ladder = [
        0.99999, 0.99995, 0.9999, 0.9995, 0.999, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9,
    ]

    /// The highest objective of the ladder that `attainable` keeps.
    static func promisable(_ attainable: Double) -> Double {
        ladder.first { $0 <= attainable + 1e-12 }
            ?? ((attainable * 100).rounded(.down) / 100)
    }

    mutating func unattainable(_ attainable: Double) -> JSONValue {
        let slo = workings.value(of: promised) ?? 1
        let best = Self.promisable(attainable)
        let shownSLO = Shown.percent(slo)
        let weakest = weakestHard()
        var blocker =
            "The promise of \(shownSLO) cannot be kept: service and dependencies together are up"
            + " \(shownAvailability(attainable)) of the time at most"
        if let weakest { blocker += " (the weakest: \(weakest))" }
        blocker += "."
        let texts = AnswerReader.instructionsOnly(packet.answers)
        if let text = texts.last.flatMap(AnswerReader.instructions) {
            blocker +=
                " The instruction “\(text)” changes no figure, and this engine can apply"
                + " figures only."
        }
        var draft = EscalationDraft(
            blocker: blocker, impact: impact(slo: slo, attainable: attainable),
            needs: "The decision which objective to promise, or what to spend on the dependencies.",
            severity: .high, owner: packet.escalationOwner, key: "slo-vs-dependencies")
        let isSettled = offerShorterTimeouts(&draft, slo: slo)
        draft.offer(
            "Promise \(Shown.percent(best)) instead of \(shownSLO)",
            tradeoffs: "Costs nothing to build and can be kept from the first day; users are"
                + " promised less, and contracts that name \(shownSLO) must change.",
            .patch(["slo": ["availability": .number(best)]]))
        offerRaise(&draft, slo: slo)
        offerRedundancy(&draft, slo: slo)
        offerCaching(&draft, slo: slo)
        draft.offer(
            "Cancel the task",
            tradeoffs: "No reliability plan is made, and what depends on it is cancelled too.",
            .cancel)
        draft.rationale =
            isSettled
            ? "Reliability decides, before features: the promise is kept as it is, and what is"
                + " soft is missed a little more often."
            : "Reliability decides, before features and convenience: \(Shown.percent(best)) is the"
                + " highest customary objective that the stated figures keep, and it needs nothing"
                + " that does not exist yet. Redundancy can raise it later."
        return draft.json
    }

    private func impact(slo: Double, attainable: Double) -> String {
        guard let seconds = workings.value(of: window) else {
            return "On average more requests fail than the error budget allows; the budget is spent"
                + " before the service itself has failed once."
        }
        let expected = (1 - attainable) * seconds / 60
        let budget = (1 - slo) * seconds / 60
        let length = Shown.duration(seconds, .nearest)
        return "About \(Shown.significant(expected, .up)) min of outage are to be expected in"
            + " \(length), and the budget is \(Shown.significant(budget, .down)) min:"
            + " the objective is missed in an average window." + costs(seconds)
    }

    /// What the costliest dependencies take from the window, as a sentence.
    private func costs(_ seconds: Double) -> String {
        guard let graph = graph(packet.inputs), let now = graph.probability() else { return "" }
        let parts = graph.parts.prefix(Self.costsShown).compactMap {
            part -> (name: String, minutes: Double)? in
            guard part.role != .free, part.availability != nil,
                let without = graph.probability(setting: part.name)
            else { return nil }
            return (part.name, (without - now) * seconds / 60)
        }
        let costliest = parts.filter { $0.minutes > 0 }.enumerated()
            .sorted { ($1.element.minutes, $0.offset) < ($0.element.minutes, $1.offset) }
            .prefix(3).map {
                "\($0.element.name) \(Shown.significant($0.element.minutes, .up)) min"
            }
        return costliest.isEmpty
            ? "" : " Of these cost \(costliest.joined(separator: ", "))."
    }

    /// Dependencies that are asked what they cost.
    private static let costsShown = 24

    /// Positions of the hard dependencies, least available first.
    private func hardByWeakness() -> [Int] {
        packet.dependencies.indices
            .filter { packet.dependencies[$0]["kind"]?.stringValue ?? "hard" == "hard" }
            .filter { packet.number("/inputs/dependencies/\($0)/availability") != nil }
            .sorted {
                let left = packet.number("/inputs/dependencies/\($0)/availability") ?? 1
                let right = packet.number("/inputs/dependencies/\($1)/availability") ?? 1
                return left == right ? $0 < $1 : left < right
            }
    }

    private func weakestHard() -> String? {
        hardByWeakness().first.map {
            let name = PacketView.name(ofDependency: packet.dependencies[$0], at: $0)
            let value = packet.number("/inputs/dependencies/\($0)/availability") ?? 1
            return "\(name) with \(Shown.percent(value))"
        }
    }

    /// What the changed dependencies would allow.
    func attainable(_ dependencies: [JSONValue]) -> Double {
        var inputs = packet.inputs
        inputs["dependencies"] = .array(dependencies)
        let own = packet.number("/inputs/own_availability") ?? 1
        return own * (graph(inputs)?.probability() ?? 0)
    }

    /// The smallest change of one figure that meets the promise.
    private func offerRaise(_ draft: inout EscalationDraft, slo: Double) {
        guard let change = smallestChange(to: slo) else { return }
        // Rounded up, so that the promise is met by what is written.
        let figure = min(0.999_999_999, ((change.needed * 1e7).rounded(.up) / 1e7))
        let value: JSONValue = ["value": .number(figure), "from": "estimate"]
        var patch: JSONValue = ["own_availability": value]
        if let index = change.position {
            var list = packet.dependencies
            list[index]["availability"] = value
            // The figure counts maintenance in, so it is not taken off again.
            var object = list[index].objectValue ?? JSONObject()
            object["maintenance"] = nil
            list[index] = .object(object)
            guard attainable(list) >= slo - 1e-12 else { return }
            patch = ["dependencies": .array(list)]
        }
        draft.offer(
            "Keep \(Shown.percent(slo)) and raise \(change.name) from"
                + " \(Shown.percent(change.now)) to \(Shown.percent(figure, .up))",
            tradeoffs: "The smallest change of one figure that is enough: \(change.name) must be"
                + " down \(Shown.significant(change.factor, .up)) times less than now. It holds"
                + " only if somebody makes it true, by a contract or by work on it.",
            .patch(patch))
    }

    /// Doubles the weakest hard dependencies, one after the other, until the promise can be kept.
    private func offerRedundancy(_ draft: inout EscalationDraft, slo: Double) {
        var list = packet.dependencies
        var names: [String] = []
        for index in hardByWeakness() {
            let name = list[index]["name"]?.stringValue ?? "dependency-\(index + 1)"
            list[index]["kind"] = "redundant"
            list[index]["group"] = .string("\(name)-pair")
            list[index]["need"] = 1
            var twin = list[index]
            twin["name"] = .string("\(name)-second")
            list.append(twin)
            names.append(name)
            let reached = attainable(list)
            guard reached >= slo else { continue }
            draft.offer(
                "Keep \(Shown.percent(slo)) and add a second, independent"
                    + " \(names.joined(separator: " and "))",
                tradeoffs: "Allows \(shownAvailability(reached)) if the two really fail"
                    + " independently; costs a second provider for each, failover, and keeping"
                    + " both in step.",
                .patch(["dependencies": .array(list)]))
            return
        }
    }

    /// Serves stale answers for the weakest one or two hard dependencies, where that is enough.
    private func offerCaching(_ draft: inout EscalationDraft, slo: Double) {
        var list = packet.dependencies
        var names: [String] = []
        var stale = workings.value(of: recovery) ?? 300
        for index in hardByWeakness().prefix(2) {
            list[index]["kind"] = "cached"
            stale = max(stale, Evidence.number(list[index].value(at: "/maintenance/for")) ?? 0)
            list[index]["stale_ok"] = .number(stale)
            names.append(PacketView.name(ofDependency: list[index], at: index))
            let reached = attainable(list)
            guard reached >= slo else { continue }
            draft.offer(
                "Keep \(Shown.percent(slo)) and answer from a cache while"
                    + " \(names.joined(separator: " or ")) is down",
                tradeoffs: "Allows \(shownAvailability(reached)); answers may be up to"
                    + " \(Shown.duration(stale)) old, which fits reads and never a booking.",
                .patch(["dependencies": .array(list)]))
            return
        }
    }
}
