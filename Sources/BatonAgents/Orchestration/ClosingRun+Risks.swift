// One risk register without duplicates: what two agents tell of is one entry that says who told it.

import JSON
import PlainText

extension ClosingRun {
    /// The risks of all agents, each once, the gravest first; `RiskIdentity` says which are one.
    /// What an agent itself lists apart stays apart.
    mutating func mergeRisks() {
        let known = BriefNames(packet)
        var merged: [(risk: Risk, told: [(agent: String, identity: RiskIdentity)])] = []
        for source in upstream {
            for item in source.documents.list("risk_register", "risks") {
                var risk = Self.risk(item, owner: packet.serviceOwner)
                risk.sources = [(source.agent, risk.risk)]
                let identity = RiskIdentity(risk.risk, known: known)
                let at = merged.firstIndex { entry in
                    entry.told.contains { $0.identity.isSame(as: identity) }
                        && !entry.told.contains {
                            $0.agent == source.agent && $0.identity != identity
                        }
                }
                if let at {
                    merged[at].risk = Self.together(merged[at].risk, risk)
                    merged[at].told.append((source.agent, identity))
                } else {
                    merged.append((risk, [(source.agent, identity)]))
                }
            }
            if source.acceptedBy == "exception" { merged.append((exception(source), [])) }
        }
        let ranked = merged.enumerated().sorted {
            $0.element.risk.severity == $1.element.risk.severity
                ? $0.offset < $1.offset : $0.element.risk.severity > $1.element.risk.severity
        }
        workings.risks = ranked.map(\.element.risk)
    }

    /// Both as one: the graver rating and its words, everything that either says beside them.
    private static func together(_ first: Risk, _ second: Risk) -> Risk {
        let isFirst = first.severity >= second.severity
        var risk = isFirst ? first : second
        let other = isFirst ? second : first
        let likelihood = max(risk.likelihood, other.likelihood)
        // Some pairs stand in no table: a critical risk is never unlikely.
        if RiskMatrix.impact(severity: risk.severity, likelihood: likelihood) != nil {
            risk.likelihood = likelihood
        }
        risk.mitigation = risk.mitigation.joined(with: other.mitigation)
        risk.impact = risk.impact.joined(with: other.impact)
        risk.trigger = risk.trigger.joined(with: other.trigger, mark: "; or ")
        risk.owner = risk.owner.joined(with: other.owner, mark: ", ")
        risk.sources = first.sources + second.sources
        return risk
    }

    private func exception(_ source: Upstream) -> Risk {
        Risk(
            risk: "\(source.task) of \(source.agent) was accepted by an exception",
            severity: .high, likelihood: .medium,
            impact: "Findings of the quality gate against it stay unmended.",
            mitigation: "Mend the findings before anything is built on them.",
            owner: packet.escalationOwner, trigger: "A step of its plan is started")
    }

    private static func risk(_ item: JSONValue, owner: String) -> Risk {
        func text(_ key: String) -> String { item[key]?.stringValue ?? "" }
        return Risk(
            risk: text("risk"), severity: Severity(rawValue: text("severity")) ?? .medium,
            likelihood: Severity(rawValue: text("likelihood")) ?? .medium, impact: text("impact"),
            mitigation: text("mitigation"), owner: text("owner").isEmpty ? owner : text("owner"),
            trigger: text("trigger"))
    }
}
