// The chapters that a playbook asks of the closing handoff, beside what is merged from the agents.

import BatonBrief
import JSON

extension ClosingRun {
    mutating func addChapters() {
        for chapter in playbook.closing {
            switch chapter {
            case "contract": addContract()
            case "rollout": addRollout()
            case "validation": addGates()
            case "risks": addSerious()
            case "confidence": addConfidence()
            // The parser takes no other.
            default: continue
            }
        }
        addDecisionLog()
    }

    /// What was asked for, and the operations as the specialists understood them.
    private mutating func addContract() {
        let rows = workings.requirements.map { [$0.kind.rawValue, $0.text, $0.source] }
        workings.sections.append(
            Section(
                title: "Intent and contract",
                text: "\(packet.objective.withoutFullStop). What is inferred is to be confirmed.",
                columns: ["Kind", "Requirement", "Source"], rows: rows))
    }

    /// Stages, each left only when its figures hold. The steps are those that canary releases use;
    /// the figures are the brief's own.
    private mutating func addRollout() {
        let latency = packet.number("/inputs/slo/latency_p99").map {
            "99 % of the answers within \(Shown.duration($0, .nearest))"
        }
        let errors = packet.number("/inputs/slo/error_rate").map {
            "errors below \(Shown.percent($0))"
        }
        let kept = [latency, errors].compactMap(\.self)
        let condition =
            kept.isEmpty ? "no page-level alert fires" : kept.joined(separator: " and ")
        let recovery = packet.number("/inputs/slo/recovery").map {
            " within \(Shown.duration($0, .nearest))"
        }
        let stages = ["1 % of the traffic", "10 %", "50 %", "all of it"]
        workings.sections.append(
            Section(
                title: "Rollout and rollback",
                text:
                    "Behind a flag, in stages; a stage is left when it has held for an hour. If it"
                    + " does not hold, the flag is turned off\(recovery ?? " at once"), and what"
                    + " was written meanwhile is migrated back.",
                columns: ["Stage", "Traffic", "Goes on while", "Else"],
                rows: stages.enumerated().map { place, traffic in
                    ["\(place + 1)", traffic, condition, "turn the flag off"]
                }))
    }

    private mutating func addGates() {
        let rows = packet.list("/gates").map { gate -> [String] in
            let newest = gate["evidence"]?.arrayValue?.last
            let files = (newest?["files"]?.arrayValue ?? []).map { file in
                let digest = file["digest"]?.stringValue ?? ""
                return "\(file["name"]?.stringValue ?? "") (\(digest.prefix(12)))"
            }
            return [
                gate["gate"]?.stringValue ?? "", gate["state"]?.stringValue ?? "open",
                newest?["producer"]?.stringValue ?? "nobody",
                newest?["by"]?.stringValue ?? "nobody", newest?["time"]?.stringValue ?? "never",
                files.isEmpty ? "none" : files.joined(separator: ", "),
                newest?["note"]?.stringValue ?? "none stated",
            ]
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Gates and their evidence",
                text: "Added by people and agents that did not do the work; the newest counts.",
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
