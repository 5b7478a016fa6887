// verdict.json: what a review task delivers.
package import JSON

/// One reason of a verdict: rule, place, and what would satisfy it.
package struct VerdictFinding: Sendable, Hashable {
    package var rule: String
    /// One of `DocumentKind.severities`.
    package var severity: String
    /// The part's name; empty if the finding is about the delivery as a whole.
    package var part: String
    /// A JSON pointer, or `line 12`.
    package var place: String
    package var message: String
    package var satisfy: String

    package init(
        rule: String, severity: String, part: String, place: String, message: String,
        satisfy: String,
    ) {
        self.rule = rule
        self.severity = severity
        self.part = part
        self.place = place
        self.message = message
        self.satisfy = satisfy
    }

    fileprivate init(_ value: JSONValue) {
        rule = value["rule"]?.stringValue ?? ""
        severity = value["severity"]?.stringValue ?? ""
        part = value["part"]?.stringValue ?? ""
        place = value["place"]?.stringValue ?? ""
        message = value["message"]?.stringValue ?? ""
        satisfy = value["satisfy"]?.stringValue ?? ""
    }

    /// The finding's object, as it stands in a verdict and in the next attempt's packet.
    package var json: JSONValue {
        [
            "rule": .string(rule), "severity": .string(severity), "part": .string(part),
            "place": .string(place), "message": .string(message), "satisfy": .string(satisfy),
        ]
    }
}

/// The quality gate's answer.
package struct VerdictDocument: Sendable, Hashable {
    package var isAccepted: Bool
    /// The reviewed task's id text, `t-20`.
    package var subject: String
    package var findings: [VerdictFinding]
    /// Counts of what was checked, by name.
    package var checked: JSONObject
    package var summary: String

    package init(
        isAccepted: Bool, subject: String, findings: [VerdictFinding],
        checked: JSONObject = JSONObject(), summary: String = "",
    ) {
        self.isAccepted = isAccepted
        self.subject = subject
        self.findings = findings
        self.checked = checked
        self.summary = summary
    }

    /// Reads a verdict.
    /// - Throws: every finding about the document itself.
    package init(_ document: JSONValue) throws(DocumentRefusal) {
        let problems = DocumentKind.verdict.findings(in: document)
        guard problems.isEmpty else { throw DocumentRefusal(problems) }
        isAccepted = document["verdict"]?.stringValue == "accepted"
        subject = document["subject"]?.stringValue ?? ""
        findings = (document["findings"]?.arrayValue ?? []).map(VerdictFinding.init)
        checked = document["checked"]?.objectValue ?? JSONObject()
        summary = document["summary"]?.stringValue ?? ""
    }

    /// The document.
    package var json: JSONValue {
        [
            "format": .string(DocumentKind.verdict.format),
            "verdict": .string(isAccepted ? "accepted" : "rejected"),
            "subject": .string(subject),
            "findings": .array(findings.map(\.json)),
            "checked": .object(checked),
            "summary": .string(summary),
        ]
    }

    /// Rejected needs a finding; accepted carries remarks only.
    package static func ruleFindings(in document: JSONValue) -> [DocumentFinding] {
        let findings = document["findings"]?.arrayValue ?? []
        if document["verdict"]?.stringValue == "rejected" {
            guard findings.isEmpty else { return [] }
            return [
                DocumentFinding(
                    pointer: "/findings", message: "a rejection without a finding",
                    satisfy: "say in at least one finding what would satisfy the review")
            ]
        }
        return findings.enumerated().compactMap { index, finding in
            let severity = finding["severity"]?.stringValue ?? ""
            guard severity == "high" || severity == "critical" else { return nil }
            return DocumentFinding(
                pointer: "/findings/\(index)/severity",
                message: "an accepting verdict carries a finding of severity \(severity)",
                satisfy: "reject, or lower the finding to low or medium")
        }
    }
}
