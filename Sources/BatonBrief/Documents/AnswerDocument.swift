// answer.json: a person's decision on an escalation, made once.
package import JSON

/// An answer: one option of the escalation, or a revision of the inputs, with a reason.
package struct AnswerDocument: Sendable, Hashable {
    /// The choice that is open in every escalation.
    package static let revise = "revise"

    /// An option's id, or `revise`.
    package var option: String
    /// Only with `revise`: a merge patch on the packet's inputs, in base units.
    package var patch: JSONValue?
    /// Only with `revise`.
    package var instructions: String?
    package var reason: String

    package init(
        option: String, patch: JSONValue? = nil, instructions: String? = nil, reason: String,
    ) {
        self.option = option
        self.patch = patch
        self.instructions = instructions
        self.reason = reason
    }

    /// Reads an answer.
    /// - Throws: every finding.
    package init(_ document: JSONValue) throws(DocumentRefusal) {
        let findings = DocumentKind.answer.findings(in: document)
        guard findings.isEmpty else { throw DocumentRefusal(findings) }
        option = document["option"]?.stringValue ?? ""
        patch = document["patch"]
        instructions = document["instructions"]?.stringValue
        reason = document["reason"]?.stringValue ?? ""
    }

    /// The document.
    package var json: JSONValue {
        var object = JSONObject([
            ("format", .string(DocumentKind.answer.format)), ("option", .string(option)),
        ])
        object["patch"] = patch
        object["instructions"] = instructions.map { .string($0) }
        object["reason"] = .string(reason)
        return .object(object)
    }

    /// Findings against the options of the escalation that is answered.
    package func findings(for escalation: EscalationDocument) -> [DocumentFinding] {
        if option == Self.revise || escalation.option(option) != nil { return [] }
        let ids = escalation.options.map(\.id) + [Self.revise]
        return [
            DocumentFinding(
                pointer: "/option", message: "\"\(option)\" is no option of this escalation",
                satisfy: "name one of " + ids.joined(separator: ", "))
        ]
    }

    /// A patch or instructions belong to `revise`, which needs at least one of them.
    package static func ruleFindings(in document: JSONValue) -> [DocumentFinding] {
        let extras = ["patch", "instructions"].filter { document[$0] != nil }
        if document["option"]?.stringValue == revise {
            guard extras.isEmpty else { return [] }
            return [
                DocumentFinding(
                    pointer: "/option", message: "revise without a patch and without instructions",
                    satisfy: "add --set path=value, or instructions")
            ]
        }
        return extras.map { name in
            DocumentFinding(
                pointer: "/\(name)", message: "\(name) beside an option of the escalation",
                satisfy: "leave it out, or answer with revise")
        }
    }
}
