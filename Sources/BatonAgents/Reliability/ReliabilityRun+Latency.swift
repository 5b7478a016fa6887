// What timeouts give up by mistake, how long a chain of calls may take, and what happens when one
// request calls the same thing more than once.
// Quantiles do not add: a chain is bounded by the sum of stricter quantiles of its calls.

import JSON

extension ReliabilityRun {
    /// The latency of each path beside the objective.
    mutating func latency() {
        for index in targets.indices { falseTimeouts(targets[index]) }
        var rows: [[String]] = []
        for (position, path) in paths.enumerated() {
            let share = falseTimeouts(of: path)
            chain(path, position)
            fanOut(path, position)
            guard share != nil || workings.quantity("chain.\(position).bound") != nil else {
                continue
            }
            rows.append([
                path.name, String(path.stages.flatMap(\.self).count),
                workings.shown("chain.\(position).bound"),
                workings.shown("chain.\(position).plain"),
                workings.shown("chain.\(position).fan_out"),
                workings.shown("false_timeouts.\(path.slug)"), share ?? "not computed",
            ])
        }
        repeatedCalls()
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Latency",
                text: "99 % of the requests end within the bound: with n calls it is the sum of"
                    + " their 1 − 1 %/n quantiles, parallel calls counted by their slowest."
                    + " Quantiles not given are fitted (lognormal) and inferred. The plain sum of"
                    + " the 99th percentiles is an estimate and no bound. “One of them slow” is"
                    + " the share of requests whose parallel calls hold one beyond its 99th"
                    + " percentile. False timeouts are requests that fail although every answer"
                    + " was on its way; they count against the error budget.",
                columns: [
                    "Path", "Calls", "99 % within", "Plain sum (estimate)", "One of them slow",
                    "False timeouts", "Of the error budget",
                ], rows: rows))
    }

    /// The member of a target whose 99th percentile is the largest; nil unless median and 99th
    /// percentile are stated.
    private func slowest(_ target: CallTarget) -> String? {
        target.members.map { "/inputs/dependencies/\($0)" }
            .filter {
                packet.number("\($0)/latency_p50") != nil
                    && packet.number("\($0)/latency_p99") != nil
            }
            .max {
                (packet.number("\($0)/latency_p99") ?? 0)
                    < (packet.number("\($1)/latency_p99") ?? 0)
            }
    }

    // MARK: false timeouts

    /// How often a call fails because every attempt was given up too early.
    private mutating func falseTimeouts(_ target: CallTarget) {
        guard let timeout = target.timeout, let attempts = target.attemptsSource,
            let base = slowest(target)
        else { return }
        workings.derive(
            "false_timeout.\(target.slug)", "Attempts at \(target.name) given up too early",
            by: "false-timeout-rate",
            [
                ("timeout", timeout), ("p50", .pointer("\(base)/latency_p50")),
                ("p99", .pointer("\(base)/latency_p99")),
            ])
        workings.derive(
            "residual.\(target.slug)",
            "Calls to \(target.name) that fail by false timeouts of every attempt",
            by: "residual-failure",
            [("failure", .quantity("false_timeout.\(target.slug)")), ("attempts", attempts)])
    }

    /// What false timeouts take of the error budget on a path; nil when nothing is known.
    private mutating func falseTimeouts(of path: CallPath) -> String? {
        let residuals = path.stages.flatMap(\.self)
            .filter { targets[$0].kind == "hard" || targets[$0].kind == "redundant" }
            .map { "residual.\(targets[$0].slug)" }
            .filter { workings.quantity($0) != nil }
        guard !residuals.isEmpty, workings.quantity("error_budget.ratio") != nil else {
            return nil
        }
        let id = "false_timeouts.\(path.slug)"
        workings.derive(
            id, "Requests of \(path.name) that fail by false timeouts, at most", by: "failure-sum",
            residuals.map { ("failure", .quantity($0)) })
        let share = workings.derive(
            "false_timeouts.share.\(path.slug)", "What they take of the error budget",
            by: "budget-taken",
            [("part", .quantity(id)), ("budget", .quantity("error_budget.ratio"))])
        guard let share else { return nil }
        let shown = workings.shown("false_timeouts.share.\(path.slug)")
        if share > 0.1 {
            named.append(
                ReliabilityFinding(
                    name: "false-timeouts", place: path.name,
                    message: "Timeouts give up requests that would have succeeded; they take"
                        + " \(shown) of the error budget."))
            workings.risks.append(
                Risk(
                    risk: "False timeouts of \(path.name) take \(shown) of the error budget",
                    severity: share > 1 ? .high : .medium, likelihood: .medium,
                    impact: "The budget is spent although no dependency is down.",
                    mitigation: "Raise the timeouts where the deadline allows it, or give the call"
                        + " a second attempt.",
                    owner: owner,
                    trigger: "Timeouts while the dependency's own error ratio is normal"))
        }
        return shown
    }

    // MARK: chains

    /// The bound of a chain of calls, beside the plain sum that people are tempted by.
    private mutating func chain(_ path: CallPath, _ position: Int) {
        let calls = path.stages.flatMap(\.self)
        guard calls.count > 1 else { return }
        let alpha = workings.assume(
            "The bound of a chain is its 99th percentile.", .definition, confidence: 0.95,
            "The latency objective is one of the 99th percentile.")
        let hops = workings.assume(
            "\(path.name) makes \(calls.count) calls.", .definition, confidence: 0.95,
            "Counted from the brief, parallel ones each.")
        workings.derive(
            "chain.\(position).quantile", "Quantile of each call of \(path.name)",
            by: "hop-quantile",
            [
                ("alpha", .assumed(0.01, assumption: alpha)),
                ("hops", .assumed(Double(calls.count), assumption: hops)),
            ])
        // A stage is as long as its slowest call; without a figure for one there is no bound.
        let bounds = path.stages.compactMap { stage -> Source? in
            let ends = stage.compactMap { callBound($0, position) }
            return ends.count == stage.count ? longest(ends) : nil
        }
        guard bounds.count == path.stages.count else { return }
        let bound = workings.derive(
            "chain.\(position).bound", "99 % of \(path.name) end within, first attempts only",
            by: "sum", bounds.map { ("seconds", $0) })
        let plain = path.stages.compactMap { stage -> Source? in
            let figures = stage.compactMap { slowest(targets[$0]) }
            guard figures.count == stage.count else { return nil }
            return longest(figures.map { .pointer("\($0)/latency_p99") })
        }
        if plain.count == path.stages.count {
            workings.derive(
                "chain.\(position).plain",
                "Estimate only: sum of the 99th percentiles of \(path.name)", by: "percentile-sum",
                plain.map { ("seconds", $0) })
        }
        guard let bound, let limit = workings.value(of: deadline), bound > limit else { return }
        named.append(
            ReliabilityFinding(
                name: "latency-bound", place: path.name,
                message: "Its calls are bounded by \(workings.shown("chain.\(position).bound")),"
                    + " the objective is \(Shown.duration(limit, .nearest)): the stated latencies"
                    + " do not show that it is kept."))
    }

    /// What a call of a chain does not exceed at the chain's quantile: the fitted quantile, or the
    /// timeout where no latencies are stated, since no attempt lasts longer.
    private mutating func callBound(_ target: Int, _ position: Int) -> Source? {
        guard let base = slowest(targets[target]) else { return targets[target].timeout }
        let id = "chain.\(position).call.\(target)"
        let value = workings.derive(
            id, "That quantile of \(targets[target].name), fitted", by: "lognormal-quantile",
            [
                ("p50", .pointer("\(base)/latency_p50")),
                ("p99", .pointer("\(base)/latency_p99")),
                ("quantile", .quantity("chain.\(position).quantile")),
            ])
        return value == nil ? nil : .quantity(id)
    }

    /// The largest of several durations; the first among equals.
    private func longest(_ sources: [Source]) -> Source? {
        var best: (source: Source, value: Double)?
        for source in sources {
            guard let value = workings.value(of: source) else { continue }
            if best.map({ value > $0.value }) ?? true { best = (source, value) }
        }
        return best?.source
    }

    /// How many requests wait for a slow call among parallel ones.
    private mutating func fanOut(_ path: CallPath, _ position: Int) {
        guard let width = path.stages.map(\.count).max(), width > 1 else { return }
        let slow = workings.assume(
            "One call in a hundred takes longer than its 99th percentile.", .definition,
            confidence: 0.95, "What a 99th percentile is.")
        let calls = workings.assume(
            "\(path.name) makes up to \(width) calls at the same time.", .definition,
            confidence: 0.95, "Counted from the brief.")
        workings.derive(
            "chain.\(position).fan_out",
            "Requests of \(path.name) that wait for a call beyond its 99th percentile",
            by: "fan-out-slow",
            [
                ("share", .assumed(0.01, assumption: slow)),
                ("calls", .assumed(Double(width), assumption: calls)),
            ])
    }

    // MARK: repeated calls

    /// Several calls to one dependency: somewhere between one outage for all and one for each.
    private mutating func repeatedCalls() {
        var rows: [[String]] = []
        var ends: [String] = []
        for path in paths {
            let calls = path.stages.flatMap(\.self)
            var further: [(target: String, figure: String)] = []
            for index in targets.indices {
                let count = calls.count { $0 == index }
                guard count > 1, targets[index].members.count == 1,
                    let member = targets[index].members.first
                else { continue }
                let target = targets[index]
                let figure =
                    "availability.dependency.\(member).\(PointerText.slug(target.name))"
                guard workings.quantity(figure) != nil else { continue }
                let stated = workings.assume(
                    "\(path.name) calls \(target.name) \(count) times.", .definition,
                    confidence: 0.95, "Counted from the brief.")
                let id = "repeated.\(path.slug.prefix(24)).\(target.slug.prefix(24))"
                workings.derive(
                    id, "\(target.name) for \(path.name), if each call meets an outage of its own",
                    by: "repeated-calls",
                    [
                        ("availability", .quantity(figure)),
                        ("calls", .assumed(Double(count), assumption: stated)),
                    ])
                rows.append([
                    path.name, target.name, String(count),
                    "\(workings.shown(id)) … \(workings.shown(figure))",
                ])
                if isNeeded(member) {
                    further.append((target.name, furtherCalls(path, target, figure, count - 1)))
                }
            }
            ends += lowerEnd(path, further).map { [$0] } ?? []
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Repeated calls",
                text: "Several calls to one dependency succeed together at least Aⁿ of the time,"
                    + " if each meets outages of its own, and A at most, if one outage meets them"
                    + " all. Long outages are near the upper end, lost calls near the lower."
                    + ends.map { " " + $0 }.joined(),
                columns: ["Path", "Dependency", "Calls", "Availability between"], rows: rows))
    }

    /// Whether no request succeeds while this dependency is down.
    private func isNeeded(_ member: Int) -> Bool {
        graph(packet.inputs).map { $0.parts[member].role != .free } ?? false
    }

    /// How often all calls to a dependency but the first succeed, if each meets outages of its own.
    private mutating func furtherCalls(
        _ path: CallPath, _ target: CallTarget, _ figure: String, _ count: Int
    ) -> String {
        let id = "repeated.further.\(path.slug.prefix(20)).\(target.slug.prefix(24))"
        let stated = workings.assume(
            "\(path.name) calls \(target.name) \(count) more"
                + " \(count == 1 ? "time" : "times") after the first.", .definition,
            confidence: 0.95, "Counted from the brief.")
        workings.derive(
            id, "Further calls of \(path.name) to \(target.name), each with outages of its own",
            by: "repeated-calls",
            [
                ("availability", .quantity(figure)),
                ("calls", .assumed(Double(count), assumption: stated)),
            ])
        return id
    }

    /// The lower end of the whole, in which one call to each dependency is counted already, against
    /// the promise.
    /// - Returns: a sentence; nil where nothing that every request needs is called repeatedly.
    private mutating func lowerEnd(
        _ path: CallPath, _ further: [(target: String, figure: String)]
    ) -> String? {
        let upper =
            workings.quantity("availability.attainable") == nil
            ? "availability.dependencies" : "availability.attainable"
        guard !further.isEmpty, let slo = workings.value(of: promised) else { return nil }
        let id = "repeated.whole.\(path.slug.prefix(40))"
        let lower = workings.derive(
            id, "Availability of \(path.name), if each call meets outages of its own", by: "series",
            ([upper] + further.map(\.figure)).map { ("availability", .quantity($0)) })
        guard let lower else { return nil }
        let between = "\(workings.shown(id)) … \(workings.shown(upper))"
        if lower < slo - 1e-12 {
            missedLowerEnd(path, further.map(\.target).joined(separator: ", "), between, slo)
        }
        return
            "\(path.name) as a whole, with all that every request needs: \(between); repeated calls"
            + " to groups are not in it."
    }

    /// The promise holds at one end of the interval only: what is known does not settle it.
    private mutating func missedLowerEnd(
        _ path: CallPath, _ called: String, _ between: String, _ slo: Double
    ) {
        let promise = Shown.percent(slo)
        named.append(
            ReliabilityFinding(
                name: "repeated-calls", place: path.name,
                message: "It is up \(between) of the time, and \(promise) is promised: kept if one"
                    + " outage meets all its calls to \(called), missed if each call meets outages"
                    + " of its own."))
        workings.ask(
            "Do the calls of \(path.name) to \(called) fail together? Count the requests of which"
                + " some of these calls fail and others succeed: if there are hardly any, the"
                + " promise of \(promise) holds; if there are many, make one call of them.")
        workings.risks.append(
            Risk(
                risk: "Calls of \(path.name) to \(called) fail one by one, not together",
                severity: .high, likelihood: .medium,
                impact: "\(path.name) is up less than the promised \(promise); between \(between)"
                    + " is possible.",
                mitigation: "Ask \(called) once for each request, in a batch or by keeping the"
                    + " first answer until the request ends.",
                owner: owner,
                trigger: "Requests of \(path.name) of which some calls to \(called) fail and"
                    + " others succeed"))
    }
}
