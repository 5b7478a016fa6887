// One checklist: what several agents check is checked once.

import JSON

extension ClosingRun {
    /// Checks that measure the same against the same threshold are one. Different thresholds of one
    /// metric are a conflict; where the ranking decides it, only the check that holds is kept.
    mutating func mergeChecks() {
        var merged: [CheckPlace] = []
        let finder = ConflictFinder(packet: packet, upstream: upstream)
        for source in upstream {
            for place in places(source) {
                let check = place.check
                if let at = merged.firstIndex(where: { $0.check.isSame(as: check) }) {
                    merged[at] = merged[at].joined(with: place)
                    continue
                }
                let at = merged.firstIndex {
                    $0.check.metric == check.metric && $0.agent != place.agent
                }
                guard let at else {
                    merged.append(place)
                    continue
                }
                let conflict = answered(finder.conflict(check.metric, merged[at], place))
                conflicts.append(conflict)
                if conflict.winner == nil {
                    merged.append(place)
                } else if conflict.winner?.agent == place.agent {
                    merged[at] = place
                }
            }
        }
        keepChecks(merged.map(\.check))
    }

    /// The checks of a delivery, with what they prove.
    private func places(_ source: Upstream) -> [CheckPlace] {
        let names = criterionNames(source)
        let reasons = reasonNames(source)
        let hard = source.documents.list("objective_snapshot", "requirements").filter {
            $0["kind"] == "hard"
        }
        return source.documents.list("validation_checklist", "checks").enumerated().map {
            index, item in
            var check = self.check(item, names)
            let traces = Router.texts(item["traces"])
            check.reasons = traces.compactMap { reasons[$0] }
            let sources = hard.filter { traces.contains($0["id"]?.stringValue ?? "") }
                .compactMap { $0["source"]?.stringValue }
            return CheckPlace(
                check: check, agent: source.agent, part: source.place("validation_checklist"),
                pointer: "/checks/\(index)",
                isDemanded: check.traces.contains { isDemand($0, check) }
                    || sources.contains { isDemand(at: $0, check) })
        }
    }

    /// Whether the acceptance criterion `id` demands this check: where it states a number for it,
    /// only that number is demanded.
    private func isDemand(_ id: String, _ check: Check) -> Bool {
        guard id.hasPrefix("AC"), let number = Int(id.dropFirst(2)),
            packet.acceptanceCriteria.indices.contains(number - 1)
        else { return false }
        guard let reading = CriterionReader.read(packet.acceptanceCriteria[number - 1]),
            reading.unit == check.unit
        else { return true }
        return check.isCheck(of: id, reading)
    }

    /// Whether the hard requirement from `pointer` demands this check.
    private func isDemand(at pointer: String, _ check: Check) -> Bool {
        let criterion = "/acceptance_criteria/"
        if pointer.hasPrefix(criterion), let index = Int(pointer.dropFirst(criterion.count)) {
            return isDemand("AC\(index + 1)", check)
        }
        guard let stated = packet.number(pointer) else { return true }
        return QuantityRule.agree(stated, check.threshold)
    }

    /// The merged checks, and one for each criterion that none of them proves.
    private mutating func keepChecks(_ merged: [Check]) {
        workings.checks = merged
        let traced = Set(merged.flatMap(\.traces))
        let isAcceptance = !packet.acceptanceCriteria.isEmpty
        let count = (isAcceptance ? packet.acceptanceCriteria : packet.successCriteria).count
        let ids = (0..<count).map { (isAcceptance ? "AC" : "SC") + "\($0 + 1)" }
        guard ids.contains(where: { !traced.contains($0) }) else { return }
        // Agents of one's own may trace nothing; the criteria are still checked in the closing.
        let before = workings.checks
        workings.addCriterionChecks()
        workings.checks =
            before
            + workings.checks.dropFirst(before.count).filter { check in
                check.traces.contains { !traced.contains($0) }
            }
    }

    /// The id in this closing of each criterion id that the agent used, matched by text.
    private func criterionNames(_ source: Upstream) -> [String: String] {
        var names: [String: String] = [:]
        let lists = [
            ("acceptance_criteria", "AC", packet.acceptanceCriteria),
            ("success_criteria", "SC", packet.successCriteria),
        ]
        for (member, prefix, texts) in lists {
            for item in source.documents.list("objective_snapshot", member) {
                guard let id = item["id"]?.stringValue, let text = item["text"]?.stringValue,
                    let at = texts.firstIndex(of: text)
                else { continue }
                names[id] = "\(prefix)\(at + 1)"
            }
        }
        return names
    }

    /// What the ids of requirements and risks that the agent used stand for.
    private func reasonNames(_ source: Upstream) -> [String: Check.Reason] {
        var names: [String: Check.Reason] = [:]
        for item in source.documents.list("objective_snapshot", "requirements") {
            guard let id = item["id"]?.stringValue, let from = item["source"]?.stringValue else {
                continue
            }
            names[id] = .requirement(from)
        }
        for item in source.documents.list("objective_snapshot", "assumptions") {
            guard let id = item["id"]?.stringValue, let text = item["statement"]?.stringValue else {
                continue
            }
            names[id] = .assumption(text)
        }
        for item in source.documents.list("risk_register", "risks") {
            guard let id = item["id"]?.stringValue, let text = item["risk"]?.stringValue else {
                continue
            }
            // The register keeps one wording of a risk that several agents tell of.
            let kept = workings.risks.first { risk in
                risk.sources.contains { $0.agent == source.agent && $0.risk == text }
            }?.risk
            names[id] = .risk(kept ?? text)
        }
        return names
    }

    private func check(_ item: JSONValue, _ names: [String: String]) -> Check {
        func text(_ key: String) -> String { item[key]?.stringValue ?? "" }
        let threshold = item["threshold"]
        // A threshold in words becomes a demonstration: shown or not.
        let number = threshold?.doubleValue
        let words = threshold?.stringValue.map { " \(text("comparator")) \($0)" } ?? ""
        return Check(
            traces: Router.texts(item["traces"]).compactMap { names[$0] },
            metric: text("metric") + (number == nil ? words : ""),
            comparator: number == nil ? ">=" : text("comparator"), threshold: number ?? 1,
            unit: number == nil ? "passing test" : text("unit").isEmpty ? "1" : text("unit"),
            method: text("method"), when: text("when"), owner: text("owner"))
    }
}

extension Severity: Comparable {
    package static func < (left: Severity, right: Severity) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
