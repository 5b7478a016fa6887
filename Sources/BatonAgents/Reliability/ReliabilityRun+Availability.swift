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
        deadline = workings.source("/inputs/slo/latency_p99")
        inputs += deadlineInputs()
        if packet.dependencies.contains(where: { $0["kind"] == "cached" }) {
            recovery = workings.source("/inputs/slo/recovery")
        }
        if let recovery { inputs.append(("outage", recovery)) }
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
        graphSources = inputs
        let all = workings.derive(
            "availability.dependencies", "Availability of everything a request needs",
            by: "availability-graph", inputs)
        guard let all else {
            workings.ask(
                "The availability of the dependencies could not be computed: a group needs more"
                    + " members than it has, or too many components hang together.")
            return nil
        }
        describe()
        longSoftCalls()
        return compare(all)
    }

    private func firstWithout(_ graph: AvailabilityGraph) -> Int {
        graph.parts.firstIndex { $0.role != .free && $0.availability == nil } ?? 0
    }

    func graph(_ inputs: JSONValue) -> AvailabilityGraph? {
        inputs["dependencies"].flatMap {
            AvailabilityGraph(
                $0, deadline: workings.value(of: deadline), remaining: remaining(inputs),
                outage: workings.value(of: recovery), unstated: unstated)
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
            let place = "\(index).\(PointerText.slug(part.name))"
            let id = "availability.dependency.\(place)"
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
                    "downtime.\(place)", "Downtime of \(part.name) in the window",
                    by: "error-budget", [("availability", .quantity(id)), ("window", window)])
                if index < Self.costsMax {
                    workings.derive(
                        "outages.\(place)", "What outages of \(part.name) take from the window",
                        by: "dependency-cost",
                        graphSources + [
                            ("dependency", .pointer("\(base)/name")), ("window", window),
                        ])
                }
            }
            rows.append([
                part.name, workings.quantity(id)?.shown ?? "not stated",
                workings.shown("downtime.\(place)"), workings.shown("outages.\(place)"),
                part.reason,
            ])
            openCache(part, base)
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
                    + " of the time (truncated). Shared components are conditioned on; retries are"
                    + " not credited against outages. What a dependency costs is what the whole"
                    + " would gain if it never failed."
                    + taken(),
                columns: [
                    "Dependency", "Availability", "Downtime in the window", "Costs the whole",
                    "How it counts",
                ],
                rows: rows))
        commonCauses(graph)
    }

    /// Costs are derived for so many dependencies; each takes the graph twice.
    private static let costsMax = 24

    /// A cache is free only while it outlasts the outage, which somebody must have bounded.
    private mutating func openCache(_ part: AvailabilityGraph.Part, _ base: String) {
        guard part.role == .free, let stale = packet.number("\(base)/stale_ok"),
            recovery == nil
        else { return }
        workings.ask(
            "slo.recovery is not stated: \(part.name) is cached and counts as free, which holds"
                + " only while no outage lasts longer than \(Shown.duration(stale, .down)).")
    }

    /// What the dependencies that every request needs take of the budget, as a sentence.
    private mutating func taken() -> String {
        let downtimes = hardDowntimes
        guard !downtimes.isEmpty, workings.quantity("error_budget.minutes") != nil else {
            return ""
        }
        workings.derive(
            "availability.taken",
            "Downtime of what every request needs, if no two outages overlap", by: "downtime-sum",
            downtimes.map { ("minutes", .quantity($0.downtime.id)) })
        workings.derive(
            "availability.taken_share", "Share of the error budget that this is",
            by: "budget-taken",
            [
                ("part", .quantity("availability.taken")),
                ("budget", .quantity("error_budget.minutes")),
            ])
        return " Of the \(workings.shown("error_budget.minutes")) of the budget, the dependencies"
            + " that every request needs take \(workings.shown("availability.taken"))"
            + " (\(workings.shown("availability.taken_share")))."
    }

    /// Members of a group fail together more often than independent ones: how much that costs.
    private mutating func commonCauses(_ graph: AvailabilityGraph) {
        var groups: [(name: String, members: [Int])] = []
        for (index, part) in graph.parts.enumerated() {
            guard case .member(let group) = part.role else { continue }
            if let at = groups.firstIndex(where: { $0.name == group }) {
                groups[at].members.append(index)
            } else {
                groups.append((group, [index]))
            }
        }
        var notes: [String] = []
        for (position, group) in groups.enumerated() where group.members.count > 1 {
            let figures = group.members.map {
                "availability.dependency.\($0).\(PointerText.slug(graph.parts[$0].name))"
            }
            guard figures.allSatisfy({ workings.quantity($0) != nil }) else { continue }
            let id = "common_cause.\(position).\(PointerText.slug(group.name))"
            let beta = workings.assume(
                "One outage in 10 of the members of a group takes all of them.", .inference,
                confidence: 0.5,
                "The upper end of what IEC 61508-6, annex D, gives; nobody has measured it here.")
            workings.derive(
                id, "Availability of group \(group.name) with common causes", by: "common-cause",
                [("need", need(group.name, group.members))]
                    + figures.map { ("availability", .quantity($0)) }
                    + [("share", .assumed(0.1, assumption: beta))])
            notes.append(
                "\(group.name): \(workings.shown(id)) by itself if one outage in ten takes all its"
                    + " members")
        }
        guard !notes.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Common causes",
                text: "The figure for the whole takes members of a group as independent, but for"
                    + " what they are said to share. A release, a certificate or an operator that"
                    + " they have in common makes them less so. \(notes.joined(separator: "; "))."))
    }

    /// How many members of a group must be up: as stated by the first that does, else one.
    private mutating func need(_ group: String, _ members: [Int]) -> Source {
        for member in members {
            let pointer = "/inputs/dependencies/\(member)/need"
            if packet.number(pointer) != nil { return .pointer(pointer) }
        }
        let id = workings.assume(
            "One member of \(group) is enough.", .definition, confidence: 0.9,
            "The brief states no need for the group; one is what redundant means.")
        return .assumed(1, assumption: id)
    }
}
