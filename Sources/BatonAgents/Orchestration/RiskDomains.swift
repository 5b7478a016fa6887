// Domains that a risk may belong to, and the specialist for each: a high risk that nobody planned
// for should not stay a line in a table.

import JSON
import PlainText

/// One field of knowledge.
struct RiskDomain: Sendable {
    let name: String
    /// Who looks at it; the names are proposals and need not be registered.
    let specialist: String
    /// Words and phrases of risks in it, in lower case.
    let phrases: [String]

    /// In the order in which a risk is looked up; the first that fits counts.
    static let all: [RiskDomain] = [
        RiskDomain(
            name: "security", specialist: "security.reviewer",
            phrases: [
                "attacker", "attack", "breach", "credential", "credentials", "injection",
                "vulnerability", "unauthorised", "unauthorized", "secret", "secrets",
                "card numbers", "security",
            ]),
        RiskDomain(
            name: "privacy", specialist: "legal.privacy_reviewer",
            phrases: ["personal data", "gdpr", "privacy", "data protection"]),
        RiskDomain(
            name: "data", specialist: "data.migration_planner",
            phrases: [
                "migration", "schema change", "backup", "backups", "restore", "data loss",
                "corrupted data",
            ]),
        RiskDomain(
            name: "queueing", specialist: "backend.queue_worker_planner",
            phrases: [
                "backlog", "redelivery", "redelivered", "dead letter", "dead letters",
                "dead-lettered", "visibility timeout",
            ]),
        RiskDomain(
            name: "reliability", specialist: "backend.api_reliability",
            phrases: [
                "error budget", "retries", "retry storm", "circuit breaker", "timeout", "timeouts",
            ]),
    ]

    /// The domain of a risk, by its own words and its impact; nil when none of ours.
    static func of(_ risk: String) -> RiskDomain? {
        let text = plain(risk)
        return all.first { domain in domain.phrases.contains { text.contains(plain($0)) } }
    }

    /// Words in lower case with one space between them and at both ends.
    private static func plain(_ text: String) -> String {
        " " + text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ") + " "
    }

    /// Whether one of the agents works in the domain: the specialist itself, or one that has the
    /// domain's name in its id.
    func isCovered(by agents: [String]) -> Bool {
        agents.contains { agent in
            agent == specialist
                || agent.split { ".-_".contains($0) }.contains { $0 == name }
        }
    }
}

extension ClosingRun {
    /// High risks of domains for which nobody was planned: a task for each domain's specialist.
    mutating func proposeSpecialists() {
        let agents = upstream.map(\.agent)
        for risk in workings.risks where risk.severity >= .high {
            guard let domain = RiskDomain.of("\(risk.risk) \(risk.impact)"),
                !domain.isCovered(by: agents),
                !workings.proposedTasks.contains(where: { $0.agent == domain.specialist })
            else { continue }
            workings.proposedTasks.append(
                (
                    domain.specialist, "Look at the risk: \(risk.risk)",
                    "A risk of severity \(risk.severity.rawValue) in the domain \(domain.name),"
                        + " for which no task was planned"
                ))
        }
    }
}
