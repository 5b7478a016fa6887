// The entries of the deliverables: requirement, assumption, step, decision, risk, check, section.

package import JSON

/// An assumption, with the confidence that its evidence allows.
package struct Assumption: Sendable, Hashable {
    package let id: String
    package let statement: String
    package let evidence: Evidence
    package let confidence: Double
    package let rationale: String

    package var json: JSONValue {
        [
            "id": .string(id), "statement": .string(statement),
            "evidence": .string(evidence.rawValue), "confidence": .number(confidence),
            "ceiling": .number(evidence.ceiling), "rationale": .string(rationale),
        ]
    }
}

/// A requirement with its source.
package struct Requirement: Sendable, Hashable {
    package enum Kind: String, Sendable { case hard, soft, inferred }

    package let text: String
    package let kind: Kind
    /// A pointer into the packet, or where in the brief it stands.
    package let source: String

    package func json(id: String) -> JSONValue {
        [
            "id": .string(id), "text": .string(text), "kind": .string(kind.rawValue),
            "source": .string(source),
        ]
    }
}

/// A step of the execution plan.
package struct PlanStep: Sendable, Hashable {
    package var title: String
    package var detail: String
    package var owner: String
    package var dependsOn: [String] = []
    package var doneWhen: String

    package func json(id: String) -> JSONValue {
        [
            "id": .string(id), "title": .string(title), "detail": .string(detail),
            "owner": .string(owner), "depends_on": .array(dependsOn.map(JSONValue.string)),
            "done_when": .string(doneWhen),
        ]
    }
}

/// What competing recommendations are ranked by, strongest first.
package enum Rank: String, Sendable, CaseIterable {
    case reliability, security, performance, features, convenience
}

/// A decision with what was rejected.
package struct PlanDecision: Sendable, Hashable {
    package var decision: String
    package var alternatives: [(option: String, whyNot: String)]
    package var rank: Rank
    package var rationale: String
    /// What it rests on: figures of the analysis, in words.
    package var evidence: [String] = []

    package func json(id: String) -> JSONValue {
        var json: JSONValue = [
            "id": .string(id), "decision": .string(decision),
            "alternatives": .array(
                alternatives.map {
                    ["option": .string($0.option), "why_not": .string($0.whyNot)]
                }),
            "rank": .string(rank.rawValue), "rationale": .string(rationale),
        ]
        if !evidence.isEmpty { json["evidence"] = .array(evidence.map(JSONValue.string)) }
        return json
    }

    package static func == (left: PlanDecision, right: PlanDecision) -> Bool {
        left.json(id: "") == right.json(id: "")
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(json(id: "")) }
}

/// How bad a risk is. Later cases are worse.
package enum Severity: String, Sendable, CaseIterable {
    case low, medium, high, critical
}

/// A risk with everything that makes it manageable.
package struct Risk: Sendable, Hashable {
    package var risk: String
    package var severity: Severity
    /// low, medium or high.
    package var likelihood: Severity
    package var impact: String
    package var mitigation: String
    package var owner: String
    package var trigger: String
    /// The agents that told of it, with their words; only a merged register has any.
    package var sources: [(agent: String, risk: String)] = []

    /// The impact's level follows from severity and likelihood; no level, where an agent of one's
    /// own rated a risk as no level would.
    package func json(id: String) -> JSONValue {
        var value: JSONValue = [
            "id": .string(id), "risk": .string(risk), "severity": .string(severity.rawValue),
            "likelihood": .string(likelihood.rawValue), "impact": .string(impact),
        ]
        if let level = RiskMatrix.impact(severity: severity, likelihood: likelihood) {
            value["impact_level"] = .string(level.rawValue)
        }
        value["mitigation"] = .string(mitigation)
        value["owner"] = .string(owner)
        value["trigger"] = .string(trigger)
        if !sources.isEmpty {
            value["sources"] = .array(
                sources.map { ["agent": .string($0.agent), "risk": .string($0.risk)] })
        }
        return value
    }

    package static func == (left: Risk, right: Risk) -> Bool {
        left.json(id: "") == right.json(id: "")
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(json(id: "")) }
}

/// A measurable check.
package struct Check: Sendable, Hashable {
    /// What a check is there for beside the criteria: a requirement, by its source, a risk, by its
    /// text, or an assumption, by its statement. They get their ids when the documents are made.
    package enum Reason: Sendable, Hashable {
        case requirement(String)
        case risk(String)
        case assumption(String)
    }

    package var traces: [String]
    package var metric: String
    package var comparator: String
    package var threshold: Double
    package var unit: String
    package var method: String
    package var when: String
    package var owner: String
    package var reasons: [Reason] = []

    /// Whether both measure the same against the same.
    func isSame(as other: Check) -> Bool {
        metric == other.metric && comparator == other.comparator && threshold == other.threshold
            && unit == other.unit
    }

    /// Whether this already checks the number that the criterion `id` states.
    func isCheck(of id: String, _ reading: CriterionReading) -> Bool {
        // 99.9 % read from words and 0.999 from a field may differ in the last bit.
        traces.contains(id) && unit == reading.unit
            && (threshold - reading.threshold).magnitude <= 1e-9 * reading.threshold.magnitude
            && comparator.prefix(1) == reading.comparator.prefix(1)
    }

    package func json(id: String) -> JSONValue {
        [
            "id": .string(id), "traces": .array(traces.map(JSONValue.string)),
            "metric": .string(metric), "comparator": .string(comparator),
            "threshold": .number(threshold), "unit": .string(unit), "method": .string(method),
            "when": .string(when), "owner": .string(owner),
        ]
    }
}

/// A section of the analysis: text, with a table where it helps.
package struct Section: Sendable, Hashable {
    package var title: String
    package var text: String
    package var columns: [String] = []
    package var rows: [[String]] = []

    package var json: JSONValue {
        var value: JSONValue = ["title": .string(title), "text": .string(text)]
        if !columns.isEmpty {
            value["table"] = [
                "columns": .array(columns.map(JSONValue.string)),
                "rows": .array(rows.map { .array($0.map(JSONValue.string)) }),
            ]
        }
        return value
    }
}
