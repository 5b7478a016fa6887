// What keeps one slow dependency from taking the rest with it: concurrency limits, queue limits,
// circuit breakers, and the order in which load is shed.

import JSON

extension ReliabilityRun {
    /// Concurrency limits per call, from Erlang B, beside what a hung dependency would take.
    mutating func capacity() {
        let peak = packet.number("/inputs/traffic/peak/rate") != nil
        let rate = peak ? "/inputs/traffic/peak/rate" : "/inputs/traffic/mean"
        guard packet.number(rate) != nil else {
            workings.ask("No traffic is stated, so bulkheads have no size yet.")
            return
        }
        var rows: [[String]] = []
        var unsized: [String] = []
        let rejection = workings.assume(
            "A bulkhead may refuse one call in 1,000 in normal operation.", .inference,
            confidence: 0.7, "Small beside any error budget that pages; to be tuned under load.")
        for target in targets {
            guard let member = target.members.first, let timeout = target.timeout else { continue }
            let base = "/inputs/dependencies/\(member)"
            guard let service = meanLatency(target, base) else {
                unsized.append(target.name)
                continue
            }
            let calls = callRate(target, traffic: rate)
            workings.derive(
                "bulkhead.\(target.slug)", "Concurrent calls to \(target.name)",
                by: "bulkhead-slots",
                [
                    ("arrival_rate", calls), ("service_time", service),
                    ("rejection", .assumed(0.001, assumption: rejection)),
                ])
            workings.derive(
                "hung.\(target.slug)", "Calls waiting while \(target.name) hangs",
                by: "concurrency", [("arrival_rate", calls), ("service_time", timeout)])
            protect(target, calls: calls)
            sheddingRate(target, calls: calls, service: service, rejection: rejection)
            rows.append([
                target.name, workings.shown("bulkhead.\(target.slug)"),
                workings.shown("hung.\(target.slug)"),
                workings.shown("waiting.\(target.slug)"),
                workings.shown("breaker.\(target.slug)"),
                workings.quantity("shed.\(target.slug)").map {
                    "\($0.shown) (\(workings.shown("headroom.\(target.slug)")))"
                } ?? "not computed",
            ])
        }
        if !unsized.isEmpty {
            workings.ask(
                "latency_p50 of \(unsized.joined(separator: ", ")) is not stated, so their"
                    + " bulkheads have no size yet.")
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Bulkheads and circuit breakers",
                text: "Each call gets its own limit of concurrent calls, sized for the"
                    + " \(peak ? "peak" : "mean") rate of the operations that make the call (of all"
                    + " requests, where no shares are stated). A hung dependency would take as many"
                    + " calls as the third column says; the bulkhead stops it at its slots. Up to"
                    + " the queue limit calls wait, beyond it they are refused at once with 503 and"
                    + " Retry-After. A breaker opens when half of at least 20 calls have failed or"
                    + " timed out within its window; while it is open calls fail at once, then one"
                    + " probe decides. Without soft and cached calls the answer goes on. The last"
                    + " column is the rate of calls from which more than one in 1,000 finds no"
                    + " slot, and that rate ÷ the stated one.",
                columns: [
                    "Call", "Slots", "Would wait if it hung", "Queue limit", "Breaker looks back",
                    "Refuses more than planned from",
                ],
                rows: rows))
        decideBulkheads()
        sheddingEdge(traffic: rate)
        shedding(isPeak: peak)
    }

    private mutating func decideBulkheads() {
        workings.decisions.append(
            PlanDecision(
                decision: "Each dependency has its own limit of concurrent calls, and a breaker",
                alternatives: [
                    (
                        "One pool for all calls",
                        "The first dependency that hangs takes all of it, and with it every"
                            + " operation."
                    ),
                    (
                        "Timeouts alone",
                        "While one dependency hangs, calls that wait for it pile up until each of"
                            + " their timeouts has ended."
                    ),
                ], rank: .reliability,
                rationale: "Reliability decides, before the use of every slot: one bad dependency"
                    + " stays one.",
                evidence: workings.evidence(
                    targets.flatMap { ["bulkhead.\($0.slug)", "hung.\($0.slug)"] })))
    }

    /// The mean time of a call: fitted from two quantiles; its median where that is all there is;
    /// nil without either.
    private mutating func meanLatency(_ target: CallTarget, _ base: String) -> Source? {
        guard let median = packet.number("\(base)/latency_p50") else { return nil }
        let id = "latency.mean.\(target.slug)"
        workings.derive(
            id, "Mean latency of \(target.name), fitted", by: "lognormal-mean",
            [
                ("p50", .pointer("\(base)/latency_p50")),
                ("p99", .pointer("\(base)/latency_p99")),
            ])
        if workings.quantity(id) != nil { return .quantity(id) }
        let assumption = workings.assume(
            "A call to \(target.name) takes \(Shown.duration(median, .up)) on average.", .inference,
            confidence: 0.5,
            "Its median, because no 99th percentile is stated; the mean is longer than that.")
        return .assumed(median, assumption: assumption)
    }

    /// Queue limit and breaker window of one call.
    private mutating func protect(_ target: CallTarget, calls: Source) {
        let queue = workings.assume(
            "At most half as many calls wait as there are slots.", .research, confidence: 0.85,
            "The SRE Book, chapter 22: a long queue only makes every answer late.")
        workings.derive(
            "waiting.\(target.slug)", "Calls that may wait for \(target.name)", by: "queue-limit",
            [
                ("slots", .quantity("bulkhead.\(target.slug)")),
                ("share", .assumed(0.5, assumption: queue)),
            ])
        let breaker = workings.assume(
            "A breaker judges by at least 20 calls of at least 10 s.", .research, confidence: 0.85,
            "The defaults of Hystrix, which many libraries have taken over.")
        workings.derive(
            "breaker.\(target.slug)", "Window of the breaker of \(target.name)",
            by: "breaker-window",
            [
                ("window", .assumed(10, assumption: breaker)),
                ("calls", .assumed(20, assumption: breaker)), ("rate", calls),
            ])
    }

    /// The rate of calls from which the slots refuse more than they may.
    private mutating func sheddingRate(
        _ target: CallTarget, calls: Source, service: Source, rejection: String
    ) {
        workings.derive(
            "shed.\(target.slug)", "Calls a second from which those to \(target.name) are shed",
            by: "shedding-rate",
            [
                ("slots", .quantity("bulkhead.\(target.slug)")), ("service_time", service),
                ("rejection", .assumed(0.001, assumption: rejection)),
            ])
        workings.derive(
            "headroom.\(target.slug)", "That rate of \(target.name) ÷ the stated one",
            by: "headroom", [("limit", .quantity("shed.\(target.slug)")), ("rate", calls)])
    }

    /// The calls without which a request fails, with their headroom.
    private var neededHeadrooms: [(name: String, headroom: Quantity)] {
        targets.filter { $0.kind == "hard" || $0.kind == "redundant" }.compactMap { target in
            workings.quantity("headroom.\(target.slug)").map { (target.name, $0) }
        }
    }

    /// The rate of requests from which the first of those calls is shed.
    private mutating func sheddingEdge(traffic: String) {
        workings.derive(
            "shed.edge", "Requests a second from which some are shed", by: "shedding-edge",
            [("rate", .pointer(traffic))]
                + neededHeadrooms.map { ("headroom", .quantity($0.headroom.id)) })
    }

    /// Where shedding starts, as a sentence; empty where nothing has slots.
    private func sheddingStart(isPeak: Bool) -> String {
        let first = neededHeadrooms.min { $0.headroom.value < $1.headroom.value }
        guard let first, let edge = workings.quantity("shed.edge") else { return "" }
        return " It starts at \(edge.shown), \(first.headroom.shown) the stated"
            + " \(isPeak ? "peak" : "mean"): there the slots of \(first.name) refuse more than one"
            + " call in 1,000. The slots were sized for the stated rate, so this is what their"
            + " rounding up leaves: more load takes more slots first."
            + (unsized.isEmpty
                ? ""
                : " Not looked at, because they have no slots:"
                    + " \(unsized.joined(separator: ", ")).")
    }

    /// Calls without which a request fails, and whose slots nobody can compute.
    private var unsized: [String] {
        targets.filter { target in
            (target.kind == "hard" || target.kind == "redundant")
                && workings.quantity("headroom.\(target.slug)") == nil
        }.map(\.name)
    }

    /// What is refused first when there is too much of everything.
    private mutating func shedding(isPeak: Bool) {
        let unsafe = packet.operations.enumerated().filter { _, operation in
            !["GET", "HEAD", "OPTIONS"].contains(
                (operation["method"]?.stringValue ?? "GET").uppercased())
        }.map { PacketView.name(ofOperation: $1, at: $0) }
        workings.sections.append(
            Section(
                title: "Load shedding",
                text: "The service refuses work at its edge, before any is done: first hedges and"
                    + " repetitions, then what nobody waits for, then reads that a cache can answer"
                    + (unsafe.isEmpty
                        ? ""
                        : ", and last \(unsafe.joined(separator: ", ")), which change something")
                    + "." + sheddingStart(isPeak: isPeak)
                    + " Requests whose deadline has passed while they waited are dropped. A"
                    + " refusal is a 503 with Retry-After; it counts against the error budget, as"
                    + " it is one to the client."))
    }

    /// How often a target is called: by the operations that call it, else by every request.
    private mutating func callRate(_ target: CallTarget, traffic: String) -> Source {
        let names = Set([target.name] + target.memberNames)
        guard let shares = CallReader.shares(packet, of: names), !shares.isEmpty else {
            return .pointer(traffic)
        }
        let id = "calls.\(target.slug)"
        workings.derive(
            id, "Requests a second that call \(target.name)", by: "call-rate",
            [("rate", .pointer(traffic))] + shares.map { ("share", .pointer($0)) })
        return workings.quantity(id) == nil ? .pointer(traffic) : .quantity(id)
    }
}
