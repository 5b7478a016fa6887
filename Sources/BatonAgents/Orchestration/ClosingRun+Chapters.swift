// The chapters that a playbook asks of the closing handoff, beside what is merged from the agents.

import BatonBrief
import JSON
import PlainText

extension ClosingRun {
    mutating func addChapters() {
        for chapter in chapters {
            switch chapter {
            case "contract": addContract()
            case "rollout": addRollout()
            case "validation": addGates()
            case "risks": addSerious()
            case "confidence": addConfidence()
            // No playbook has another.
            default: continue
            }
        }
        addDelivered()
        addInferred()
        addFiles()
        addDecisionLog()
    }

    /// What was asked for, and the operations as the specialists understood them.
    private mutating func addContract() {
        let rows = workings.requirements.map { [$0.kind.rawValue, $0.text, $0.source] }
        workings.sections.append(
            Section(
                title: "Intent and contract",
                text: "\(packet.objective.withoutFullStop). What is inferred waits for a"
                    + " confirmation.",
                columns: ["Kind", "Requirement", "Source"], rows: rows))
        let operations = operationRows
        guard !operations.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Contract of the operations",
                text: "What each operation does, and what its callers may do when it fails.",
                columns: [
                    "Operation", "Calls", "Writes and publishes", "Method (RFC 9110)", "Retry",
                    "After a timeout",
                ], rows: operations))
    }

    /// The operations of the brief, or of the description that a specialist has read, with what a
    /// specialist's table of failure semantics says of each.
    private var operationRows: [[String]] {
        let understood =
            upstream.flatMap { $0.documents.list("analysis", "sections") }
            .first { $0["title"]?.stringValue == ReliabilityRun.semanticsTitle }
            .flatMap { $0.value(at: "/table/rows")?.arrayValue } ?? []
        let known = understood.map { Router.texts($0) }.filter { $0.count >= 4 }
        guard !packet.operations.isEmpty else {
            return known.map { [$0[0], "not stated", "not stated"] + $0[1...3] }
        }
        return packet.operations.enumerated().map { index, operation in
            let name = PacketView.name(ofOperation: operation, at: index)
            func list(_ texts: [String]) -> String {
                texts.isEmpty ? "nothing" : texts.joined(separator: ", ")
            }
            let calls = (operation["calls"]?.arrayValue ?? []).flatMap(CallReader.names)
            let effects = Router.texts(operation["writes"]) + Router.texts(operation["publishes"])
            let method = operation["method"]?.stringValue ?? "GET"
            let semantics = known.first { $0[0].hasPrefix("\(name): ") }.map { Array($0[1...3]) }
            return [
                "\(name): \(method.uppercased()) \(operation["path"]?.stringValue ?? "")".trimmed,
                list(calls), list(effects),
            ] + (semantics ?? Array(repeating: "nobody has worked on it", count: 3))
        }
    }

    /// What follows from the inputs and nobody has stated: listed whatever the playbook, because
    /// the plans rest on it.
    private mutating func addInferred() {
        let inferred = workings.requirements.filter { $0.kind == .inferred }
        guard !inferred.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Requirements to confirm",
                text: "Nobody has stated these; they follow from the inputs, and the plans keep"
                    + " them. \(packet.serviceOwner) confirms or corrects each.",
                columns: ["Requirement", "Follows from"],
                rows: inferred.map { [$0.text, $0.source] }))
    }

    /// The files that came with the deliveries: rules, runbooks, whatever an agent attached.
    private mutating func addFiles() {
        let rows = upstream.flatMap { source in
            source.documents.others.filter { !Self.written.contains($0.part) }
                .map { ["\(source.task)/\($0.part)", source.agent, Self.purpose($0.part)] }
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Files of the deliveries",
                text: "They stay with the deliveries that they came with, under these names.",
                columns: ["File", "From", "What it is"], rows: rows))
    }

    /// The author's own text: the documents are made of it.
    private static let written = [Deliverables.markdownName, Deliverables.sourceName]

    private static func purpose(_ part: String) -> String {
        if part.hasSuffix(RulesFile.suffix) {
            return "alert rules, as `promtool check rules` reads them"
        }
        if part.hasPrefix(Runbook.folder) { return "a runbook, named by the alert that it is for" }
        return "an attachment"
    }

    /// Whether a delivery plans the stages of the rollout.
    var areStagesPlanned: Bool { upstream.contains { !$0.places(of: .canaries).isEmpty } }

    /// Who plans what of the rollout, and where it stands.
    private mutating func addPlannedRollout() {
        let items: [(item: ReliabilityRun.RolloutItem, name: String)] = [
            (.migrations, "Migrations"), (.flags, "Flags"), (.canaries, "Stages"),
            (.rollback, "Rollback"),
        ]
        let rows = items.flatMap { item, name in
            upstream.compactMap { source -> [String]? in
                let places = source.places(of: item)
                guard !places.isEmpty else { return nil }
                return [name, "\(source.agent), \(source.task)", places.joined(separator: ", ")]
            }
        }
        workings.sections.append(
            Section(
                title: Self.rolloutTitle,
                text: "Planned with the work; the chapters stand here under the agent's name, and"
                    + " the steps in the one plan.",
                columns: ["What", "Planned by", "Where in that delivery"], rows: rows))
    }

    static let rolloutTitle = "Rollout and rollback"

    /// Stages, each left only when its figures hold: plain ones where no delivery plans any.
    private mutating func addRollout() {
        guard !areStagesPlanned else { return addPlannedRollout() }
        let recovery = packet.number("/inputs/slo/recovery").map {
            " within \(Shown.duration($0, .nearest))"
        }
        workings.sections.append(
            Section(
                title: Self.rolloutTitle,
                text:
                    "Behind a flag, in stages; a stage is left when it has held for an hour. If it"
                    + " does not hold, the flag is turned off\(recovery ?? " at once"), and what"
                    + " was written meanwhile is migrated back.",
                columns: ["Stage", "Traffic", "Goes on while", "Else"],
                rows: RolloutStage.all.enumerated().map { place, stage in
                    [
                        "\(place + 1)", stage.text, stageCondition,
                        "turn the flag off",
                    ]
                }))
    }

    static let gatesTitle = "Gates and their evidence"

    private mutating func addGates() {
        let rows = packet.list("/gates").flatMap { gate -> [[String]] in
            let name = gate["gate"]?.stringValue ?? ""
            let shown = gate["evidence"]?.arrayValue ?? []
            guard !shown.isEmpty else {
                return [[name, "open", "nobody", "nobody", "never", "none", "none stated"]]
            }
            return shown.map { evidence in
                let files = (evidence["files"]?.arrayValue ?? []).map { file in
                    let digest = file["digest"]?.stringValue ?? ""
                    return "\(file["name"]?.stringValue ?? "") (\(digest.prefix(12)))"
                }
                return [
                    name, evidence["result"]?.stringValue == "fail" ? "failed" : "passed",
                    evidence["producer"]?.stringValue ?? "nobody",
                    evidence["by"]?.stringValue ?? "nobody",
                    evidence["time"]?.stringValue ?? "never",
                    files.isEmpty ? "none" : files.joined(separator: ", "),
                    evidence["note"]?.stringValue ?? "none stated",
                ]
            }
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: Self.gatesTitle,
                text:
                    "Added by people and agents that did not do the work, oldest first; the newest"
                    + " of a gate counts.",
                columns: ["Gate", "State", "Produced by", "Added by", "When", "Files", "Note"],
                rows: rows))
    }

    private mutating func addSerious() {
        let serious = workings.risks.filter { $0.severity >= .high }
        guard !serious.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Risks to decide about",
                text: "Those of high and critical severity; the register has all.",
                columns: ["Risk", "Severity", "Owner", "Mitigation"],
                rows: serious.map { risk in
                    [risk.risk, risk.severity.rawValue, risk.owner, risk.mitigation]
                }))
    }

    private func shown(_ confidence: Double) -> String {
        Shown.fixed(confidence, decimals: 2, .down)
    }

    /// The lowest of what the figures rest on: a chain is as sure as its weakest link.
    private mutating func addConfidence() {
        guard let weakest = workings.quantities.min(by: { $0.confidence < $1.confidence }) else {
            return
        }
        workings.sections.append(
            Section(
                title: "Confidence",
                text: "\(shown(weakest.confidence)) (ceiling: \(weakest.evidence.rawValue)"
                    + " \(shown(weakest.ceiling))) - the lowest of"
                    + " \(workings.quantities.count) figures: \(weakest.label)."))
    }

    /// What people decided beside their answers.
    private mutating func addDecisionLog() {
        let rows = packet.list("/decisions").map { entry -> [String] in
            let others = (entry["alternatives"]?.arrayValue ?? []).map {
                "\($0["option"]?.stringValue ?? ""): \($0["why_not"]?.stringValue ?? "")"
            }
            return [
                entry["decision"]?.stringValue ?? "", entry["why"]?.stringValue ?? "",
                others.isEmpty ? "none stated" : others.joined(separator: "; "),
                entry["by"]?.stringValue ?? "", entry["time"]?.stringValue ?? "",
            ]
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Decision log", text: "In the order in which they were made.",
                columns: ["Decision", "Why", "Rejected", "By", "When"], rows: rows))
    }
}
