// Soft dependencies count as free only while their timeouts end within the deadline, and the other
// calls of an operation have their part of it.

import JSON

extension ReliabilityRun {
    /// What the formulas over the graph read of the deadline: the whole, and where operations make
    /// other calls beside soft ones, what is left to each soft dependency in turn.
    mutating func deadlineInputs() -> [(String, Source)] {
        guard let deadline else { return [] }
        let calls = SoftCall.tightest(packet.inputs)
        guard calls.contains(where: { $0 != nil }) else { return [("deadline", deadline)] }
        let rest = calls.map { call -> (String, Source) in
            guard let call else { return ("remaining", deadline) }
            let id = Self.leftID(call, packet)
            workings.derive(
                id,
                "Deadline left to \(dependency(call)) beside the other calls of \(operation(call))",
                by: "deadline-remaining",
                [("deadline", deadline)] + call.beside.map { ("seconds", .pointer($0)) })
            return ("remaining", .quantity(id))
        }
        return [("deadline", deadline)] + rest
    }

    /// What is left to each soft dependency of other inputs than the packet's; empty where only the
    /// whole deadline counts.
    func remaining(_ inputs: JSONValue) -> [Double] {
        let calls = SoftCall.tightest(inputs)
        guard let deadline = workings.value(of: deadline), calls.contains(where: { $0 != nil })
        else { return [] }
        return calls.map { max(0, deadline - ($0?.seconds ?? 0)) }
    }

    /// Names what soft calls take beyond what is left to them.
    mutating func longSoftCalls() {
        for call in SoftCall.tightest(packet.inputs).compactMap(\.self) {
            let pointer = "/inputs/dependencies/\(call.dependency)/timeout"
            guard let left = workings.quantity(Self.leftID(call, packet)),
                let timeout = packet.number(pointer), !SoftCall.fits(timeout, within: left.value)
            else { continue }
            let name = dependency(call)
            let wait = Shown.duration(timeout, .nearest)
            named.append(
                ReliabilityFinding(
                    name: "soft-timeout", place: name,
                    message: "It is waited for up to \(wait), and the other calls of"
                        + " \(operation(call)) leave \(left.shown) of the deadline: until its"
                        + " timeout is no longer than that, its outages count."))
            workings.risks.append(
                Risk(
                    risk: "\(name) hangs, and \(operation(call)) misses its deadline although it"
                        + " could do without",
                    severity: .high, likelihood: .medium,
                    impact: "An outage of \(name), which no request needs, is one of"
                        + " \(operation(call)).",
                    mitigation: left.value > 0
                        ? "Cut the timeout of \(name) to \(left.shown) at most, or call it at the"
                            + " same time as the others."
                        : "Call \(name) at the same time as the others, or after the answer.",
                    owner: owner,
                    trigger: "Requests of \(operation(call)) beyond the latency objective while"
                        + " \(name) is slow"))
        }
    }

    /// Soft calls are planned with what is left to them, so that hard calls keep their timeouts.
    mutating func cutSoftTimeouts() {
        for call in SoftCall.tightest(packet.inputs).compactMap(\.self) {
            let id = Self.leftID(call, packet)
            guard let left = workings.quantity(id)?.value, left > 0,
                let target = targets.firstIndex(where: { $0.members == [call.dependency] }),
                let timeout = workings.value(of: targets[target].timeout),
                !SoftCall.fits(timeout, within: left)
            else { continue }
            targets[target].timeout = .quantity(id)
            targets[target].timeoutOrigin = "cut to what other calls leave of the deadline"
        }
    }

    /// The way out where outages of soft dependencies count only because of their timeouts.
    /// - Returns: whether that alone keeps the promise.
    func offerShorterTimeouts(_ draft: inout EscalationDraft, slo: Double) -> Bool {
        var list = packet.dependencies
        var cuts: [String] = []
        for (call, left) in zip(SoftCall.tightest(packet.inputs), remaining(packet.inputs)) {
            // Whole milliseconds, downwards, so that what is written fits.
            let cut = (left * 1000).rounded(.down) / 1000
            guard let call, cut > 0,
                let timeout = packet.number("/inputs/dependencies/\(call.dependency)/timeout"),
                !SoftCall.fits(timeout, within: left)
            else { continue }
            list[call.dependency]["timeout"] = .number(cut)
            cuts.append("\(dependency(call)) to \(Shown.duration(cut, .down))")
        }
        guard !cuts.isEmpty, attainable(list) >= slo - 1e-12 else { return false }
        draft.offer(
            "Keep \(Shown.percent(slo)) and cut the timeout of \(cuts.joined(separator: " and "))",
            tradeoffs: "Costs no availability of the service; answers come without what is soft"
                + " more often.",
            .patch(["dependencies": .array(list)]))
        return true
    }

    /// No number may stand alone between the points: it would be a position to the gate.
    private static func leftID(_ call: SoftCall, _ packet: PacketView) -> String {
        let name = PacketView.name(
            ofDependency: packet.dependencies[call.dependency], at: call.dependency)
        return "deadline_left.at\(call.dependency)-\(PointerText.slug(name))"
    }

    private func dependency(_ call: SoftCall) -> String {
        PacketView.name(ofDependency: packet.dependencies[call.dependency], at: call.dependency)
    }

    private func operation(_ call: SoftCall) -> String {
        PacketView.name(ofOperation: packet.operations[call.operation], at: call.operation)
    }
}
