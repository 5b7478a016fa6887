// Rules of the deliverables that a schema cannot say: ids are unique within their list, references
// lead somewhere, and no confidence is above its ceiling.
package import JSON

/// Checks within one deliverable. What spans several of them is the quality gate's work.
package enum DeliverableRules {
    /// Confidence ceilings by kind of evidence.
    package static let ceilings: [(evidence: String, ceiling: Double)] = [
        ("definition", 0.95), ("measurement", 0.95), ("computed", 0.90), ("research", 0.85),
        ("report", 0.70), ("inference", 0.70),
    ]

    /// The ceiling for a kind of evidence; nil if the kind is unknown.
    package static func ceiling(for evidence: String) -> Double? {
        ceilings.first { $0.evidence == evidence }?.ceiling
    }

    /// Findings in a document whose shape is already known to be right.
    package static func findings(in document: JSONValue, kind: DocumentKind) -> [DocumentFinding] {
        let lists: [String]
        switch kind {
        case .objectiveSnapshot:
            lists = ["success_criteria", "acceptance_criteria", "requirements", "assumptions"]
        case .executionPlan: lists = ["steps", "decisions"]
        case .riskRegister: lists = ["risks"]
        case .validationChecklist: lists = ["checks"]
        case .analysis: lists = ["quantities", "plots"]
        default: lists = []
        }
        var findings: [DocumentFinding] = []
        for list in lists {
            let elements = document[list]?.arrayValue ?? []
            findings += duplicateIDs(elements, at: "/\(list)")
            findings += confidences(elements, at: "/\(list)")
        }
        if kind == .executionPlan {
            findings += unknownSteps(document["steps"]?.arrayValue ?? [])
        }
        return findings
    }

    private static func duplicateIDs(_ elements: [JSONValue], at pointer: String)
        -> [DocumentFinding]
    {
        var seen: [String: Int] = [:]
        return elements.enumerated().compactMap { index, element in
            guard let id = element["id"]?.stringValue else { return nil }
            guard let first = seen[id] else {
                seen[id] = index
                return nil
            }
            return DocumentFinding(
                pointer: "\(pointer)/\(index)/id",
                message: "\"\(id)\" is already the id of \(pointer)/\(first)",
                satisfy: "give each entry an id of its own")
        }
    }

    private static func confidences(_ elements: [JSONValue], at pointer: String)
        -> [DocumentFinding]
    {
        var findings: [DocumentFinding] = []
        for (index, element) in elements.enumerated() {
            guard let confidence = element["confidence"]?.doubleValue,
                let stated = element["ceiling"]?.doubleValue,
                let evidence = element["evidence"]?.stringValue,
                let allowed = ceiling(for: evidence)
            else { continue }
            if stated > allowed {
                findings.append(
                    DocumentFinding(
                        pointer: "\(pointer)/\(index)/ceiling",
                        message: "ceiling \(stated) is above the \(allowed) of \(evidence)",
                        satisfy: "state at most \(allowed)"))
            }
            if confidence > stated {
                findings.append(
                    DocumentFinding(
                        pointer: "\(pointer)/\(index)/confidence",
                        message: "confidence \(confidence) is above its ceiling \(stated)",
                        satisfy: "state at most \(stated)"))
            }
        }
        return findings
    }

    private static func unknownSteps(_ steps: [JSONValue]) -> [DocumentFinding] {
        let ids = Set(steps.compactMap { $0["id"]?.stringValue })
        var findings: [DocumentFinding] = []
        for (index, step) in steps.enumerated() {
            for (place, name) in (step["depends_on"]?.texts ?? []).enumerated()
            where !ids.contains(name) {
                findings.append(
                    DocumentFinding(
                        pointer: "/steps/\(index)/depends_on/\(place)",
                        message: "\"\(name)\" is no step of this plan",
                        satisfy: "name the id of another step"))
            }
        }
        return findings
    }
}
