// Whether the promise can be kept by what the service depends on, and the ways out if not.

import JSON

extension ReliabilityRun {
    /// Compares the promise with what is attainable.
    /// - Returns: an escalation when the promise cannot be kept.
    mutating func availability() -> JSONValue? {
        guard !packet.dependencies.isEmpty else {
            workings.ask("No dependencies are stated, so only the service itself was looked at.")
            workings.sections.append(
                Section(
                    title: "Availability",
                    text: "Not computed for the dependencies: the brief names none."))
            return ownOnly()
        }
        var inputs: [(String, Source)] = [("dependencies", .pointer("/inputs/dependencies"))]
        if packet.number("/inputs/slo/latency_p99") != nil {
            inputs.append(("deadline", .pointer("/inputs/slo/latency_p99")))
        }
        if packet.number("/inputs/slo/recovery") != nil {
            inputs.append(("outage", .pointer("/inputs/slo/recovery")))
        }
        if let graph = graph(packet.inputs), !graph.withoutFigure.isEmpty {
            let source = workings.source(
                "/inputs/dependencies/\(firstWithout(graph))/availability")
            if let source {
                inputs.append(("unstated", source))
                unstated = workings.value(of: source)
            } else {
                workings.ask(
                    "No availability is stated for \(graph.withoutFigure.joined(separator: ", "));"
                        + " the figure for the dependencies is an upper bound.")
            }
        }
        let all = workings.derive(
            "availability.dependencies", "Availability of everything a request needs",
            by: "availability-graph", inputs)
        guard let all else {
            workings.ask(
                "The availability of the dependencies could not be computed: more than"
                    + " \(AvailabilityGraph.sharedMax) shared components, or a group that"
                    + " needs more"
                    + " members than it has.")
            return nil
        }
        describe()
        return compare(all)
    }

    private func firstWithout(_ graph: AvailabilityGraph) -> Int {
        graph.parts.firstIndex { $0.role != .free && $0.availability == nil } ?? 0
    }

    private func graph(_ inputs: JSONValue) -> AvailabilityGraph? {
        inputs["dependencies"].flatMap {
            AvailabilityGraph(
                $0, deadline: packet.number("/inputs/slo/latency_p99"),
                outage: packet.number("/inputs/slo/recovery"), unstated: unstated)
        }
    }

    /// Without dependencies the service's own availability is all there is.
    private mutating func ownOnly() -> JSONValue? {
        guard packet.number("/inputs/own_availability") != nil else { return nil }
        let own = workings.derive(
            "availability.attainable", "Availability of the service", by: "series",
            [("availability", .pointer("/inputs/own_availability"))])
        guard let own, let promised = workings.value(of: promised), own < promised - 1e-12 else {
            return nil
        }
        return unattainable(own)
    }

    /// The promise against dependencies alone, or together with the service's own availability.
    private mutating func compare(_ graph: Double) -> JSONValue? {
        guard let promised, let slo = workings.value(of: promised) else { return nil }
        if packet.number("/inputs/own_availability") != nil {
            let total = workings.derive(
                "availability.attainable", "Availability of service and dependencies",
                by: "series",
                [
                    ("availability", .pointer("/inputs/own_availability")),
                    ("availability", .quantity("availability.dependencies")),
                ])
            guard let total, total < slo - 1e-12 else { return nil }
            return unattainable(total)
        }
        guard graph >= slo - 1e-12 else { return unattainable(graph) }
        workings.derive(
            "availability.own_needed", "Availability that the service itself must reach",
            by: "own-availability-needed",
            [("availability", promised), ("graph", .quantity("availability.dependencies"))])
        if let window {
            workings.derive(
                "availability.own_downtime", "Downtime left for the service itself",
                by: "error-budget",
                [("availability", .quantity("availability.own_needed")), ("window", window)])
        }
        workings.ask(
            "own_availability is not stated: the service itself must reach"
                + " \(workings.shown("availability.own_needed")); is that so?")
        return nil
    }

    /// One row per dependency: how it counts and what it costs.
    private mutating func describe() {
        guard let graph = graph(packet.inputs) else { return }
        var rows: [[String]] = []
        for (index, part) in graph.parts.enumerated() {
            let base = "/inputs/dependencies/\(index)"
            let id = "availability.dependency.\(index).\(PointerText.slug(part.name))"
            var inputs: [(String, Source)] = [("availability", .pointer("\(base)/availability"))]
            if packet.number("\(base)/maintenance/for") != nil,
                packet.number("\(base)/maintenance/every") != nil
            {
                inputs.append(("for", .pointer("\(base)/maintenance/for")))
                inputs.append(("every", .pointer("\(base)/maintenance/every")))
            }
            workings.derive(
                id, "Availability of \(part.name), maintenance included",
                by: "dependency-availability", inputs)
            if let window, workings.quantity(id) != nil {
                workings.derive(
                    "downtime.\(index).\(PointerText.slug(part.name))",
                    "Downtime of \(part.name) in the window", by: "error-budget",
                    [("availability", .quantity(id)), ("window", window)])
            }
            rows.append([
                part.name, workings.quantity(id)?.shown ?? "not stated",
                workings.shown("downtime.\(index).\(PointerText.slug(part.name))"), part.reason,
            ])
        }
        for name in graph.unknownShares {
            workings.ask(
                "\(name) is shared, but not among the dependencies; its own outages are not"
                    + " counted."
            )
        }
        workings.sections.append(
            Section(
                title: "Availability",
                text:
                    "Everything that a request needs is up"
                    + " \(workings.shown("availability.dependencies"))"
                    + " of the time. Shared components are conditioned on; retries are not credited"
                    + " against outages.",
                columns: ["Dependency", "Availability", "Downtime in the window", "How it counts"],
                rows: rows))
    }

    // MARK: the promise cannot be kept

    /// Objectives that people promise, highest first.
    static let ladder = [
        0.99999, 0.99995, 0.9999, 0.9995, 0.999, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9,
    ]

    /// The highest objective of the ladder that `attainable` keeps.
    static func promisable(_ attainable: Double) -> Double {
        ladder.first { $0 <= attainable + 1e-12 }
            ?? ((attainable * 100).rounded(.down) / 100)
    }

    private mutating func unattainable(_ attainable: Double) -> JSONValue {
        let slo = workings.value(of: promised) ?? 1
        let best = Self.promisable(attainable)
        let shownSLO = Shown.percent(slo)
        let weakest = weakestHard()
        var blocker =
            "The promise of \(shownSLO) cannot be kept: service and dependencies together are up"
            + " \(Shown.percent(attainable)) of the time at most"
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
        draft.offer(
            "Promise \(Shown.percent(best)) instead of \(shownSLO)",
            tradeoffs: "Costs nothing to build and can be kept from the first day; users are"
                + " promised less, and contracts that name \(shownSLO) must change.",
            .patch(["slo": ["availability": .number(best)]]))
        offerRedundancy(&draft, slo: slo)
        offerCaching(&draft, slo: slo)
        draft.offer(
            "Cancel the task",
            tradeoffs: "No reliability plan is made, and what depends on it is cancelled too.",
            .cancel)
        draft.rationale =
            "Reliability decides, before features and convenience: \(Shown.percent(best)) is the"
            + " highest customary objective that the stated figures keep, and it needs nothing that"
            + " does not exist yet. Redundancy can raise it later."
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
            + " the objective is missed in an average window."
    }

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
            let name = packet.dependencies[$0]["name"]?.stringValue ?? "dependency \($0 + 1)"
            let value = packet.number("/inputs/dependencies/\($0)/availability") ?? 1
            return "\(name) with \(Shown.percent(value))"
        }
    }

    /// What the changed dependencies would allow.
    private func attainable(_ dependencies: [JSONValue]) -> Double {
        var inputs = packet.inputs
        inputs["dependencies"] = .array(dependencies)
        let own = packet.number("/inputs/own_availability") ?? 1
        return own * (graph(inputs)?.probability() ?? 0)
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
                tradeoffs: "Allows \(Shown.percent(reached)) if the two really fail independently;"
                    + " costs a second provider for each, failover, and keeping both in step.",
                .patch(["dependencies": .array(list)]))
            return
        }
    }

    /// Serves stale answers for the weakest one or two hard dependencies, where that is enough.
    private func offerCaching(_ draft: inout EscalationDraft, slo: Double) {
        var list = packet.dependencies
        var names: [String] = []
        let stale = packet.number("/inputs/slo/recovery") ?? 300
        for index in hardByWeakness().prefix(2) {
            list[index]["kind"] = "cached"
            list[index]["stale_ok"] = .number(
                max(stale, Evidence.number(list[index].value(at: "/maintenance/for")) ?? 0))
            names.append(list[index]["name"]?.stringValue ?? "dependency \(index + 1)")
            let reached = attainable(list)
            guard reached >= slo else { continue }
            draft.offer(
                "Keep \(Shown.percent(slo)) and answer from a cache while"
                    + " \(names.joined(separator: " or ")) is down",
                tradeoffs: "Allows \(Shown.percent(reached)); answers may be up to"
                    + " \(Shown.duration(stale)) old, which fits reads and never a booking.",
                .patch(["dependencies": .array(list)]))
            return
        }
    }
}
