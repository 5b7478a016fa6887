// Requirements out of the packet, each with its source, and a check for every acceptance criterion.

import JSON
import PlainText

/// Normalises what a brief demands. The orchestrator plans with it, the specialists repeat it.
package enum RequirementReader {
    /// Hard: objectives as numbers, acceptance criteria, constraints. Soft: success criteria.
    /// Inferred: what the structured inputs imply.
    package static func requirements(of packet: PacketView) -> [Requirement] {
        objectives(packet) + criteria(packet) + inferred(packet)
    }

    private static func objectives(_ packet: PacketView) -> [Requirement] {
        let known: [(field: String, text: (Double) -> String)] = [
            ("availability", { "Availability of at least \(Shown.percent($0))" }),
            ("error_rate", { "An error rate of at most \(Shown.percent($0, .up))" }),
            ("latency_p50", { "A median latency of at most \(Shown.duration($0, .nearest))" }),
            (
                "latency_p95",
                { "A 95th percentile latency of at most \(Shown.duration($0, .nearest))" }
            ),
            (
                "latency_p99",
                { "A 99th percentile latency of at most \(Shown.duration($0, .nearest))" }
            ),
            ("recovery", { "Recovery from an outage within \(Shown.duration($0, .nearest))" }),
        ]
        var result: [Requirement] = []
        for (field, text) in known {
            let pointer = "/inputs/slo/\(field)"
            if let value = packet.number(pointer) {
                result.append(Requirement(text: text(value), kind: .hard, source: pointer))
            }
        }
        for (index, queue) in packet.queues.enumerated() {
            let name = queue["name"]?.stringValue ?? "\(index)"
            for (key, value) in queue["max_wait"]?.objectValue?.members ?? [] {
                guard let seconds = Evidence.number(value) else { continue }
                result.append(
                    Requirement(
                        text: "Queue \(name): a \(key) wait of at most "
                            + Shown.duration(seconds, .nearest),
                        kind: .hard, source: "/inputs/queues/\(index)/max_wait/\(key)"))
            }
        }
        return result
    }

    private static func criteria(_ packet: PacketView) -> [Requirement] {
        packet.acceptanceCriteria.enumerated().map {
            Requirement(text: $1, kind: .hard, source: "/acceptance_criteria/\($0)")
        }
            + packet.constraintTexts.map {
                Requirement(
                    text: "\($0.text) (\($0.kind))", kind: .hard,
                    source: "/constraints/\($0.kind)")
            }
            + packet.successCriteria.enumerated().map {
                Requirement(text: $1, kind: .soft, source: "/success_criteria/\($0)")
            }
    }

    private static func inferred(_ packet: PacketView) -> [Requirement] {
        var result: [Requirement] = []
        for (index, operation) in packet.operations.enumerated() {
            let method = operation["method"]?.stringValue ?? "GET"
            guard method == "POST" || method == "PATCH" else { continue }
            let id = operation["id"]?.stringValue ?? "\(index)"
            result.append(
                Requirement(
                    text: "A repeated \(method) of \(id) has one effect", kind: .inferred,
                    source: "/inputs/operations/\(index)"))
        }
        for (index, queue) in packet.queues.enumerated() {
            let name = queue["name"]?.stringValue ?? "\(index)"
            result.append(
                Requirement(
                    text: "A message of \(name) that is delivered twice has one effect",
                    kind: .inferred, source: "/inputs/queues/\(index)"))
            if Evidence.number(queue["fail"]) != nil {
                result.append(
                    Requirement(
                        text: "A message of \(name) whose attempts all fail is kept and counted",
                        kind: .inferred, source: "/inputs/queues/\(index)/fail"))
            }
        }
        return result
    }
}

extension Workings {
    /// Adds a check for each acceptance criterion (or each success criterion when there is none).
    package mutating func addCriterionChecks() {
        let isAcceptance = !packet.acceptanceCriteria.isEmpty
        let texts = isAcceptance ? packet.acceptanceCriteria : packet.successCriteria
        for (index, text) in texts.enumerated()
        where CriterionScope.isOwn(text, agent: agentID, packet: packet) {
            let id = (isAcceptance ? "AC" : "SC") + "\(index + 1)"
            if let reading = CriterionReader.read(text) {
                if checks.contains(where: { $0.isCheck(of: id, reading) }) { continue }
                checks.append(
                    Check(
                        traces: [id], metric: "Measured for \(id), “\(text.withoutFullStop)”",
                        comparator: reading.comparator,
                        threshold: reading.threshold, unit: reading.unit,
                        method: "Measure it in a load test with production-like traffic, then in"
                            + " production over the first complete window",
                        when: "before release, then continuously",
                        owner: packet.serviceOwner))
            } else {
                checks.append(
                    Check(
                        traces: [id], metric: "Demonstrated: \(text.withoutFullStop)",
                        comparator: ">=",
                        threshold: 1, unit: "passing test",
                        method: "Write a test that fails while the claim is false; keep its run"
                            + " as evidence",
                        when: "before release", owner: packet.serviceOwner))
            }
        }
    }

    /// Ids of the criteria whose text has one of `words`; the id lists of checks use it.
    package func criteria(about words: [String]) -> [String] {
        let isAcceptance = !packet.acceptanceCriteria.isEmpty
        let texts = isAcceptance ? packet.acceptanceCriteria : packet.successCriteria
        return texts.enumerated().compactMap { index, text in
            let lower = text.lowercased()
            guard CriterionScope.isOwn(text, agent: agentID, packet: packet),
                words.contains(where: { lower.contains($0) })
            else { return nil }
            return (isAcceptance ? "AC" : "SC") + "\(index + 1)"
        }
    }

    /// The longest time that these criteria allow; nil when none of them states one.
    func longestAllowed(_ ids: [String]) -> Double? {
        let isAcceptance = !packet.acceptanceCriteria.isEmpty
        let texts = isAcceptance ? packet.acceptanceCriteria : packet.successCriteria
        return texts.enumerated().compactMap { index, text -> Double? in
            guard ids.contains((isAcceptance ? "AC" : "SC") + "\(index + 1)"),
                let reading = CriterionReader.read(text), reading.unit == "s",
                reading.comparator.hasPrefix("<")
            else { return nil }
            return reading.threshold
        }.min()
    }

    /// The first thing to do with what was delivered: only what there is to go through.
    func reviewStep() -> String {
        openQuestions.isEmpty
            ? "\(packet.serviceOwner): go through the assumptions, and confirm or correct them."
            : "\(packet.serviceOwner): go through the open questions and the assumptions, and"
                + " confirm or correct them."
    }

    /// The decision on serious risks, where the register has any.
    func riskStep() -> [String] {
        let serious = risks.count { $0.severity >= .high }
        guard serious > 0 else { return [] }
        let what = serious == 1 ? "the risk" : "the \(serious) risks"
        return [
            "\(packet.escalationOwner): decide about \(what) that the register marks high or"
                + " critical."
        ]
    }

    /// Says which decisions of people the work rests on.
    package mutating func citeAnswers() {
        guard !packet.answers.isEmpty else { return }
        var rows: [[String]] = []
        for answer in packet.answers {
            let label = answer["label"]?.stringValue ?? "revised inputs"
            rows.append([
                answer["escalation"]?.stringValue ?? "", answer["option"]?.stringValue ?? "",
                label, answer["by"]?.stringValue ?? "", answer["reason"]?.stringValue ?? "",
            ])
            decisions.append(
                PlanDecision(
                    decision: "\(answer["escalation"]?.stringValue ?? "Escalation") was answered:"
                        + " \(label.isEmpty ? "revised inputs" : label)",
                    alternatives: [], rank: .reliability,
                    rationale: "Decided by \(answer["by"]?.stringValue ?? "a person"):"
                        + " \(answer["reason"]?.stringValue ?? "no reason given")"))
        }
        sections.append(
            Section(
                title: "Decisions by people",
                text: "The inputs in this packet already carry the effects of these answers.",
                columns: ["Escalation", "Option", "Label", "By", "Reason"], rows: rows))
    }
}

extension String {
    /// Both texts, unless this one says the other already.
    /// - Parameter mark: what stands between them; by itself a space after a full stop, else a
    ///   semicolon.
    func joined(with other: String, mark: String? = nil) -> String {
        if other.isEmpty || contains(other) { return self }
        return isEmpty ? other : self + (mark ?? (hasSuffix(".") ? " " : "; ")) + other
    }

    /// For a sentence that goes on within another.
    var withoutFullStop: String {
        let text = trimmed
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
