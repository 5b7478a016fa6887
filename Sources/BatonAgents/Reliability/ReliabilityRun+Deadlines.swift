// Timeouts and attempts that fit the time in which a request must be answered.

import Arithmetic
import JSON
import PlainText

extension ReliabilityRun {
    /// Plans timeout and attempts of every call.
    mutating func deadlines() {
        deadline = workings.source("/inputs/slo/latency_p99")
        guard !packet.dependencies.isEmpty else { return }
        let shared = CallReader.sharedPaths(packet.dependencies, packet.operations)
        let others = CallReader.queueOnly(
            packet.dependencies, packet.operations, packet.queues)
        targets = CallReader.targets(packet.dependencies, without: shared + others)
        for index in targets.indices { planTimeout(index) }
        cutSoftTimeouts()
        let unknown = CallReader.unknownCalls(packet.operations, targets: targets)
        if !unknown.isEmpty {
            workings.ask(
                "Operations call \(unknown.joined(separator: ", ")), which no dependency describes."
            )
        }
        let needed = targets.indices.filter { index in
            targets[index].members.contains {
                let kind = packet.dependencies[$0]["kind"]?.stringValue ?? "hard"
                return kind == "hard" || kind == "redundant"
            }
        }
        paths = CallReader.paths(packet.operations, targets: targets, needed: needed)
        if deadline == nil {
            workings.ask(
                "slo.latency_p99 is not stated: timeouts and attempts were not fitted to a"
                    + " deadline."
            )
        }
        cutTimeouts()
        fitAttempts()
        askAboutAttempts()
        deriveWorstCases()
        describeCalls()
    }

    /// The timeout as stated, or the latency quantile at the accepted rate of false timeouts.
    private mutating func planTimeout(_ index: Int) {
        var largest: (source: Source, value: Double, origin: String)?
        var stated: [Double] = []
        for member in targets[index].members {
            let base = "/inputs/dependencies/\(member)"
            if let attempts = packet.number("\(base)/attempts") { stated.append(attempts) }
            guard let (source, origin) = timeout(base, member: member),
                let value = workings.value(of: source)
            else { continue }
            if largest.map({ value > $0.value }) ?? true { largest = (source, value, origin) }
        }
        // A group needs a second attempt to fail over; what a request can do without is tried once.
        let usual = targets[index].kind == "soft" || targets[index].kind == "cached" ? 1 : 2
        targets[index].attemptsMax = stated.min().map { max(1, Int($0)) } ?? usual
        guard let largest else {
            workings.ask(
                "Neither a timeout nor a latency is stated for \(targets[index].name): its"
                    + " calls are"
                    + " not planned.")
            return
        }
        targets[index].timeout = largest.source
        targets[index].timeoutOrigin = largest.origin
    }

    private mutating func timeout(_ base: String, member: Int) -> (Source, String)? {
        let name = PacketView.name(ofDependency: packet.dependencies[member], at: member)
        let p99 = packet.number("\(base)/latency_p99")
        if let stated = packet.number("\(base)/timeout") {
            if let p99, stated < p99 {
                workings.risks.append(
                    Risk(
                        risk: "The timeout of \(name) is shorter than its 99th percentile latency",
                        severity: .high, likelihood: .high,
                        impact: "More than one call in a hundred is given up although it would have"
                            + " succeeded; the retries add load just when \(name) is slow.",
                        mitigation: "Raise the timeout of \(name) above its 99.9th percentile, or"
                            + " agree on a faster \(name).",
                        owner: owner,
                        trigger: "Timeouts of \(name) above 0.1 % of its calls"))
            }
            return (.pointer("\(base)/timeout"), "stated")
        }
        guard let p99 else { return nil }
        guard packet.number("\(base)/latency_p50") != nil else {
            workings.ask(
                "\(name) states no median latency; its 99th percentile,"
                    + " \(Shown.duration(p99, .nearest)), serves as timeout and gives up 1 % of the"
                    + " calls too early.")
            return (.pointer("\(base)/latency_p99"), "99th percentile")
        }
        let assumption = workings.assume(
            "At most one call in 1,000 may be given up although it would have succeeded.",
            .research, confidence: 0.85,
            "The false-timeout rate that the AWS Builders' Library proposes.")
        let id = "timeout.\(member).\(PointerText.slug(name))"
        workings.derive(
            id, "Timeout of \(name): the 99.9th percentile, fitted", by: "lognormal-quantile",
            [
                ("p50", .pointer("\(base)/latency_p50")),
                ("p99", .pointer("\(base)/latency_p99")),
                ("quantile", .assumed(0.999, assumption: assumption)),
            ])
        return workings.quantity(id) == nil
            ? nil : (.quantity(id), "99.9th percentile, fitted to p50 and p99")
    }

    private func seconds(_ target: Int, attempts: Int? = nil) -> Double {
        guard let timeout = workings.value(of: targets[target].timeout) else { return 0 }
        let count = attempts ?? targets[target].attempts
        return Double(count) * timeout + CallReader.delay.maximumSum(delays: count - 1)
    }

    private func total(_ path: CallPath) -> Double {
        path.stages.reduce(0) { $0 + ($1.map { seconds($0) }.max() ?? 0) }
    }

    /// Where even single attempts do not fit, timeouts are cut in proportion.
    private mutating func cutTimeouts() {
        guard let deadline, let limit = workings.value(of: deadline) else { return }
        let slowest = paths.indices.max { total(paths[$0]) < total(paths[$1]) }
        guard let slowest, total(paths[slowest]) > limit else { return }
        let sum = total(paths[slowest])
        for index in paths.indices where total(paths[index]) > limit { paths[index].fits = false }
        for target in paths[slowest].stages.flatMap(\.self) {
            guard let timeout = workings.value(of: targets[target].timeout), timeout > 0 else {
                continue
            }
            // A twentieth stays for the service's own work.
            let share = timeout / sum * 0.95
            let name = targets[target].name
            let assumption = workings.assume(
                "\(name) gets a share of \(Shown.percent(share, .nearest)) of the deadline.",
                .definition, confidence: 0.9,
                "In proportion to its wanted timeout; a twentieth stays for the service itself.")
            let id = "timeout.cut.\(targets[target].slug)"
            workings.derive(
                id, "Timeout of \(name), cut to fit the deadline", by: "share-of-deadline",
                [("deadline", deadline), ("share", .assumed(share, assumption: assumption))])
            targets[target].timeout = .quantity(id)
            targets[target].timeoutOrigin = "cut to fit the latency objective"
        }
        workings.risks.append(
            Risk(
                risk: "The timeouts that the dependencies need do not fit the latency objective",
                severity: .high, likelihood: .medium,
                impact: "Calls are given up that would have succeeded, and these failures count"
                    + " against the error budget.",
                mitigation: "Call in parallel what does not depend on each other, take soft"
                    + " dependencies out of the request, or relax the latency objective.",
                owner: owner, trigger: "Timeouts above 0.1 % of the calls of a dependency"))
    }

    /// Adds attempts one by one while every path still ends before the deadline; groups first,
    /// since without a second attempt their redundancy is of no use to a request.
    private mutating func fitAttempts() {
        let limit = workings.value(of: deadline)
        let order =
            targets.indices.filter { targets[$0].kind == "redundant" }
            + targets.indices.filter { targets[$0].kind != "redundant" }
        var grew = true
        while grew {
            grew = false
            for index in order
            where targets[index].timeout != nil
                && targets[index].attempts < targets[index].attemptsMax
            {
                targets[index].attempts += 1
                let isTooLong =
                    limit.map { limit in
                        paths.contains { path in
                            path.stages.contains { $0.contains(index) }
                                && total(path) > limit * (1 + 1e-12)
                        }
                    } ?? false
                if isTooLong {
                    targets[index].attempts -= 1
                    targets[index].attemptsMax = targets[index].attempts
                } else {
                    grew = true
                }
            }
        }
    }

    /// A stated number of attempts that does not end before the deadline is not dropped silently.
    private mutating func askAboutAttempts() {
        for target in targets {
            guard target.timeout != nil,
                let member = target.members.first(where: {
                    (packet.number("/inputs/dependencies/\($0)/attempts") ?? 0)
                        > Double(target.attempts)
                }),
                let stated = packet.number("/inputs/dependencies/\(member)/attempts")
            else { continue }
            let wait = workings.value(of: target.timeout).map { Shown.duration($0) } ?? ""
            let planned = Counted.text(target.attempts, "attempt")
            named.append(
                ReliabilityFinding(
                    name: "attempts-cut", place: target.name,
                    message: "\(Shown.significant(stated)) attempts are stated; with a timeout of"
                        + " \(wait) only \(planned) at it \(target.attempts == 1 ? "ends" : "end")"
                        + " before the deadline."))
            workings.ask(
                "\(target.name) states \(Shown.significant(stated)) attempts, and with a timeout of"
                    + " \(wait) only \(planned) of it fit the deadline. Is a shorter timeout"
                    + " stated, so that more fit, or are fewer attempts enough?")
        }
    }

    private mutating func deriveWorstCases() {
        for index in targets.indices {
            guard let timeout = targets[index].timeout else { continue }
            let target = targets[index]
            let attempts = attemptsSource(target)
            targets[index].attemptsSource = attempts
            var inputs: [(String, Source)] = [("attempts", attempts), ("timeout", timeout)]
            if target.attempts > 1 { inputs += backoffSources() }
            workings.derive(
                "worst_case.\(target.slug)", "Longest that calls to \(target.name) may take",
                by: "call-worst-case", inputs)
        }
        failoverRisk()
        for path in paths {
            let slowest = path.stages.compactMap { stage in
                stage.max { seconds($0) < seconds($1) }
            }.filter { workings.quantity("worst_case.\(targets[$0].slug)") != nil }
            workings.derive(
                "worst_case.path.\(path.slug)", "Longest that \(path.name) may take", by: "sum",
                slowest.map { ("seconds", .quantity("worst_case.\(targets[$0].slug)")) })
        }
    }

    /// A group whose second attempt does not fit the deadline cannot fail over within a request.
    private mutating func failoverRisk() {
        for target in targets
        where target.members.count > 1 && target.attempts < 2 && target.timeout != nil {
            workings.risks.append(
                Risk(
                    risk: "A request cannot fail over within \(target.name): a second attempt does"
                        + " not fit the deadline",
                    severity: .high, likelihood: .medium,
                    impact: "While one member is down, requests sent to it fail although another"
                        + " could serve them.",
                    mitigation: "Health checks that take a failing member out at once, shorter"
                        + " timeouts, or a longer deadline.",
                    owner: owner, trigger: "One member of \(target.name) fails its health check"))
        }
    }

    /// The stated attempts where they are kept, else the engine's decision as an assumption.
    private mutating func attemptsSource(_ target: CallTarget) -> Source {
        for member in target.members {
            let pointer = "/inputs/dependencies/\(member)/attempts"
            if packet.number(pointer) == Double(target.attempts) { return .pointer(pointer) }
        }
        let id = workings.assume(
            "Calls to \(target.name) are attempted at most \(target.attempts)"
                + (target.attempts == 1 ? " time." : " times."), .definition, confidence: 0.9,
            "Decided here: the most that ends before the deadline, and never more than two unless"
                + " the brief says so.")
        return .assumed(Double(target.attempts), assumption: id)
    }

    /// The backoff policy as formula inputs.
    mutating func backoffSources() -> [(String, Source)] {
        let id = workings.assume(
            "Delays between attempts start at 50 ms at most, double, end at 1 s, with full jitter.",
            .research, confidence: 0.85,
            "Capped exponential backoff with full jitter, as the AWS Architecture Blog found best.")
        return [
            ("base", .assumed(0.05, assumption: id)), ("factor", .assumed(2, assumption: id)),
            ("cap", .assumed(1, assumption: id)),
        ]
    }

    private mutating func describeCalls() {
        let rows = targets.map { target in
            [
                target.name,
                workings.value(of: target.timeout).map { Shown.duration($0) } ?? "not computed",
                target.timeoutOrigin, target.timeout == nil ? "—" : String(target.attempts),
                workings.shown("worst_case.\(target.slug)"),
            ]
        }
        var text =
            sharedText
            + paths.map {
                "\($0.name) ends after \(workings.shown("worst_case.path.\($0.slug)"))"
                    + " at the latest."
            }.joined(separator: " ")
        if let limit = workings.value(of: deadline) {
            text += " The deadline is \(Shown.duration(limit, .nearest)), the latency objective."
        } else {
            text += " No deadline is stated."
        }
        workings.sections.append(
            Section(
                title: "Timeouts and attempts", text: text,
                columns: ["Call", "Timeout", "From", "Attempts", "At most"], rows: rows))
        invertedCallers()
    }

    /// What has no timeout of its own because no call is made to it.
    private var sharedText: String {
        CallReader.sharedPaths(packet.dependencies, packet.operations).map { index in
            let name = packet.dependencies[index]["name"]?.stringValue ?? ""
            let users = packet.dependencies.filter { item in
                (item["shares"]?.arrayValue ?? []).contains { $0.stringValue == name }
            }.compactMap { $0["name"]?.stringValue }
            return "\(name) is on the way to \(users.joined(separator: ", ")): their timeouts"
                + " include it. "
        }.joined()
    }

    /// A caller that gives up before the service does wastes the rest of the work.
    private mutating func invertedCallers() {
        let longest = paths.compactMap { path in
            workings.quantity("worst_case.path.\(path.slug)")
        }.max { $0.value < $1.value }
        guard let longest else { return }
        for (index, caller) in packet.list("/inputs/callers").enumerated() {
            guard let timeout = packet.number("/inputs/callers/\(index)/timeout"),
                timeout < longest.value
            else { continue }
            let name = caller["name"]?.stringValue ?? "caller \(index + 1)"
            named.append(
                ReliabilityFinding(
                    name: "inversion", place: name,
                    message: "It waits \(Shown.duration(timeout, .nearest)), and the service may"
                        + " take \(longest.shown) with all its attempts."))
            workings.risks.append(
                Risk(
                    risk: "Inversion: \(name) gives up after \(Shown.duration(timeout, .nearest)),"
                        + " the service after \(longest.shown)",
                    severity: .high, likelihood: .medium,
                    impact:
                        "Work goes on for requests that nobody waits for, and the caller's retry"
                        + " doubles it.",
                    mitigation:
                        "Send the remaining deadline with each request, or raise the timeout"
                        + " of \(name) above \(longest.shown).",
                    owner: owner, trigger: "Requests finished after their caller has gone"))
        }
    }
}
