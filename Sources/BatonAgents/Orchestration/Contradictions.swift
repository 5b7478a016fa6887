// What a brief says twice and differently. The more cautious reading is offered, never taken
// silently.

import JSON

/// Looks for contradictions in the structured inputs.
struct Contradictions: Sendable {
    let packet: PacketView
    private var sentences: [String] = []
    private var remedies: [String] = []
    private var edited: JSONValue

    init(_ packet: PacketView) {
        self.packet = packet
        edited = packet.inputs
        rates("/inputs/traffic", mean: "mean", name: "traffic")
        for (index, queue) in packet.queues.enumerated() {
            rates(
                "/inputs/queues/\(index)/arrival_rate", mean: "mean",
                name: "the arrivals of \(PacketView.name(ofQueue: queue, at: index))")
        }
        latencies()
        groups()
        duplicates()
    }

    /// One escalation for all contradictions and, where they can be assumed, missing inputs.
    func escalation(missing: [MissingInput]) -> JSONValue? {
        guard !sentences.isEmpty else { return nil }
        var inputs = edited
        var label = "Take the more cautious reading: \(remedies.joined(separator: "; "))"
        var blocker = "The brief contradicts itself: \(sentences.joined(separator: " "))"
        let assumable = missing.allSatisfy { $0.assumable != nil }
        if !missing.isEmpty {
            let fields = missing.map { PointerText.field($0.pointer) }
            blocker += " Required inputs are missing as well: \(fields.joined(separator: ", "))."
            if assumable {
                for input in missing {
                    inputs = InputEdit.setting(
                        input.pointer, to: .number(input.assumable ?? 0), in: inputs)
                    label +=
                        "; assume \(PointerText.field(input.pointer)) ="
                        + " \(Shown.significant(input.assumable ?? 0))"
                }
            }
        }
        var draft = EscalationDraft(
            blocker: blocker,
            impact: "Figures computed from either reading would be wrong for the other one.",
            needs: "Which of the contradicting statements is true.", severity: .medium,
            owner: packet.escalationOwner, key: "contradictions")
        draft.offer(
            label,
            tradeoffs: "Work starts now and errs on the safe side; capacity may be larger and"
                + " promises lower than needed.",
            .patch(InputEdit.patch(from: packet.inputs, to: inputs)))
        draft.offer(
            "State what is true",
            tradeoffs: "Takes somebody who knows the system; the result rests on facts.",
            .revise(instructions: "Answer with revise and --set FIELD=VALUE for what was wrong"))
        draft.offer(
            "Cancel the task", tradeoffs: "No plan is made; nothing else is affected.", .cancel)
        draft.rationale =
            "Reliability decides: the cautious reading is safe whichever statement is true,"
            + " and can be"
            + " corrected by a later brief."
        return draft.json
    }

    private mutating func rates(_ base: String, mean: String, name: String) {
        guard let average = packet.number("\(base)/\(mean)"),
            let peak = packet.number("\(base)/peak/rate"), peak < average
        else { return }
        sentences.append(
            "The peak of \(name), \(Shown.significant(peak))/s, is below its mean,"
                + " \(Shown.significant(average))/s.")
        remedies.append("the peak of \(name) is \(Shown.significant(average))/s")
        edited = InputEdit.setting("\(base)/peak/rate", to: .number(average), in: edited)
    }

    private mutating func latencies() {
        for (index, item) in packet.dependencies.enumerated() {
            let base = "/inputs/dependencies/\(index)"
            guard let median = packet.number("\(base)/latency_p50"),
                let tail = packet.number("\(base)/latency_p99"), median > tail
            else { continue }
            let name = PacketView.name(ofDependency: item, at: index)
            sentences.append(
                "The median latency of \(name), \(Shown.duration(median, .nearest)), is above its"
                    + " 99th percentile, \(Shown.duration(tail, .nearest)).")
            remedies.append("both latencies of \(name) are \(Shown.duration(median, .nearest))")
            edited = InputEdit.setting("\(base)/latency_p99", to: .number(median), in: edited)
        }
    }

    /// A group cannot need more members than it has.
    private mutating func groups() {
        var groups: [(name: String, members: [Int])] = []
        for (index, item) in packet.dependencies.enumerated()
        where item["kind"]?.stringValue == "redundant" {
            let name = item["group"]?.stringValue ?? item["name"]?.stringValue ?? "\(index)"
            if let at = groups.firstIndex(where: { $0.name == name }) {
                groups[at].members.append(index)
            } else {
                groups.append((name, [index]))
            }
        }
        for group in groups {
            let needs = group.members.map { packet.number("/inputs/dependencies/\($0)/need") ?? 0 }
            guard let most = needs.max(), most > Double(group.members.count) else { continue }
            let count = group.members.count
            sentences.append(
                "Group \(group.name) needs \(Shown.significant(most)) members and has \(count).")
            remedies.append("group \(group.name) needs all \(count)")
            for (position, index) in group.members.enumerated() where needs[position] > 0 {
                edited = InputEdit.setting(
                    "/inputs/dependencies/\(index)/need", to: .integer(Int64(count)), in: edited)
            }
        }
    }

    /// A name listed twice with differing figures: the less available, slower one is the cautious
    /// one.
    private mutating func duplicates() {
        for key in ["dependencies", "queues"] {
            guard let list = edited[key]?.arrayValue else { continue }
            var kept: [JSONValue] = []
            var changed = false
            for item in list {
                guard let name = item["name"]?.stringValue,
                    let at = kept.firstIndex(where: { $0["name"]?.stringValue == name })
                else {
                    kept.append(item)
                    continue
                }
                guard kept[at] != item else { continue }
                changed = true
                sentences.append("\(name) is listed twice in \(key) with differing figures.")
                remedies.append("the worse figures of \(name) hold")
                kept[at] = Self.worse(kept[at], item)
            }
            if changed { edited[key] = .array(kept) }
        }
    }

    /// Of each figure the one that promises less: lower availabilities and limits, else the higher.
    private static func worse(_ left: JSONValue, _ right: JSONValue) -> JSONValue {
        let lowerIsWorse: Set<String> = ["availability", "limit", "attempts", "stale_ok"]
        var result = left
        for (key, value) in right.objectValue?.members ?? [] {
            guard let other = left[key] else {
                result[key] = value
                continue
            }
            guard let a = Evidence.number(other), let b = Evidence.number(value) else { continue }
            let takesRight = lowerIsWorse.contains(key) ? b < a : b > a
            if takesRight { result[key] = value }
        }
        return result
    }
}
