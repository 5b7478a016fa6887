// All findings on one document, as values and as JSON.
package import JSON

/// The outcome of a check.
package struct APIReport: Sendable {
    /// As in the document: `3.1.0`.
    package let version: String
    package let title: String
    package let apiVersion: String
    /// Title and version of the API.
    package var name: String { apiVersion.isEmpty ? title : "\(title) \(apiVersion)" }
    package let operationCount: Int
    /// Operations that say `security: []`: counted, and no finding.
    package let openOperationCount: Int
    /// The worst first, then in the order of the rules.
    package let findings: [APIFinding]
    /// A comparison that was too large to be finished, in words; nil otherwise.
    package let incomplete: String?

    /// The findings at least so bad.
    package func findings(from severity: APISeverity) -> [APIFinding] {
        findings.filter { $0.severity >= severity }
    }

    /// `{"openapi","title","version","operations","open_operations","counts":{RULE:N},
    /// "findings":[…],"incomplete"?}`. Spec: Protocols/openapi-rules.md.
    package var json: JSONValue {
        var object = JSONObject([
            ("openapi", .string(version)), ("title", .string(title)),
            ("version", .string(apiVersion)), ("operations", .integer(Int64(operationCount))),
            ("open_operations", .integer(Int64(openOperationCount))),
            (
                "counts",
                .object(JSONObject(findings.map { ($0.rule.id, .integer(Int64($0.count))) }))
            ),
            ("findings", .array(findings.map(\.json))),
        ])
        object["incomplete"] = incomplete.map { .string($0) }
        return .object(object)
    }
}

extension APIFinding {
    package var json: JSONValue {
        [
            "rule": .string(rule.id), "severity": .string(severity.rawValue),
            "what": .string(rule.what), "message": .string(message), "why": .string(rule.why),
            "mend": .string(rule.mend), "count": .integer(Int64(count)),
            "places": .array(places.map(\.json)),
        ]
    }
}

extension APIPlace {
    package var json: JSONValue {
        var object = JSONObject([
            ("pointer", .string(pointer)), ("line", .integer(Int64(line))),
        ])
        if isInBaseline { object["document"] = "baseline" }
        if !subject.isEmpty { object["operation"] = .string(subject) }
        if !detail.isEmpty { object["detail"] = .string(detail) }
        return .object(object)
    }
}
