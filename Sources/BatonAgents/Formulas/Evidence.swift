// Kinds of evidence and how much confidence each may carry.
// Spec: Protocols/formulas.md, "Evidence and confidence".

package import JSON

/// How a figure is known. The ceiling is the most confidence that this kind may claim.
package enum Evidence: String, Sendable, CaseIterable {
    case definition, measurement, computed, research, report, inference

    /// The highest confidence for the kind.
    package var ceiling: Double {
        switch self {
        case .definition, .measurement: 0.95
        case .computed: 0.90
        case .research: 0.85
        case .report, .inference: 0.70
        }
    }

    /// The evidence of the figure at `pointer` in a packet: what its author says with `from`;
    /// without it, a decision of the requester (an objective, a limit he sets) is a definition,
    /// and a claim about the world (an availability, a rate, a service time) is a report.
    package static func of(_ value: JSONValue, at pointer: String) -> Evidence {
        if let from = value["from"]?.stringValue {
            return of(from: from)
        }
        return isDecision(pointer) ? .definition : .report
    }

    /// The evidence that a `from` text names.
    package static func of(from text: String) -> Evidence {
        let word = text.lowercased().split(separator: " ").first.map(String.init) ?? ""
        switch word {
        case "measured", "measurement": return .measurement
        case "research": return .research
        case "definition", "decided", "decision": return .definition
        case "estimate", "estimated", "guess", "inference", "fitted": return .inference
        default: return .report
        }
    }

    private static let decidedGroups: Set<String> = [
        "slo", "max_wait", "workers", "callers", "now", "ordering",
    ]
    private static let decidedFields: Set<String> = [
        "timeout", "attempts", "need", "retention", "prefetch", "stale_ok", "window", "backoff",
        "kind", "limit",
    ]

    /// Whether the field at `pointer` is something the requester sets rather than observes.
    private static func isDecision(_ pointer: String) -> Bool {
        let path = pointer.split(separator: "/").map(String.init)
        // The share of the hottest key is observed; the key itself is chosen.
        if path.last == "hottest" { return false }
        if let last = path.last, decidedFields.contains(last) { return true }
        return path.contains { decidedGroups.contains($0) }
    }

    /// The number in `value`: plain, `{"value": …, "from": …}`, or an amount of money.
    package static func number(_ value: JSONValue?) -> Double? {
        guard let value else { return nil }
        return value.doubleValue ?? value["value"]?.doubleValue ?? value["amount"]?.doubleValue
    }
}
