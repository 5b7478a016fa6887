// escalation.json: a blocker as data. answer.json is in AnswerDocument.swift.
package import JSON

/// What choosing an option does.
package enum EscalationEffect: Sendable, Hashable {
    /// A JSON Merge Patch (RFC 7396) on the packet's inputs.
    case patch(JSONValue)
    case revise(instructions: String)
    /// Cancels the task.
    case cancel
    case none
    /// Accepts the subject with a recorded exception; only a gate's escalation may offer it.
    case accept

    /// The effect's object.
    package var json: JSONValue {
        switch self {
        case .patch(let patch): ["kind": "patch", "patch": patch]
        case .revise(let text): ["kind": "revise", "instructions": .string(text)]
        case .cancel: ["kind": "cancel"]
        case .none: ["kind": "none"]
        case .accept: ["kind": "accept"]
        }
    }

    /// Reads an effect; nil if its kind is unknown.
    package init?(_ value: JSONValue) {
        switch value["kind"]?.stringValue {
        case "patch": self = .patch(value["patch"] ?? .object(JSONObject()))
        case "revise": self = .revise(instructions: value["instructions"]?.stringValue ?? "")
        case "cancel": self = .cancel
        case "none": self = .none
        case "accept": self = .accept
        default: return nil
        }
    }
}

/// One way out of a blocker.
package struct EscalationOption: Sendable, Hashable {
    package var id: String
    package var label: String
    package var tradeoffs: String
    package var effect: EscalationEffect

    package init(id: String, label: String, tradeoffs: String, effect: EscalationEffect) {
        self.id = id
        self.label = label
        self.tradeoffs = tradeoffs
        self.effect = effect
    }

    /// The option's object.
    package var json: JSONValue {
        [
            "id": .string(id), "label": .string(label), "tradeoffs": .string(tradeoffs),
            "effect": effect.json,
        ]
    }
}

/// An escalation.
package struct EscalationDocument: Sendable, Hashable {
    package var blocker: String
    package var impact: String
    /// At least two.
    package var options: [EscalationOption]
    /// The id of one of the options.
    package var recommended: String
    package var rationale: String
    /// The decision that only a person can make, or the input that is missing.
    package var needs: String
    /// One of `DocumentKind.severities`.
    package var severity: String
    /// Left out: the brief's `owners.escalation`, else `operator`.
    package var owner: String?
    /// A second escalation of the brief with the key of an open one joins it.
    package var key: String?
    /// Seconds from now.
    package var deadline: Double?

    package init(
        blocker: String, impact: String, options: [EscalationOption], recommended: String,
        rationale: String, needs: String, severity: String, owner: String? = nil,
        key: String? = nil, deadline: Double? = nil,
    ) {
        self.blocker = blocker
        self.impact = impact
        self.options = options
        self.recommended = recommended
        self.rationale = rationale
        self.needs = needs
        self.severity = severity
        self.owner = owner
        self.key = key
        self.deadline = deadline
    }

    /// Reads an escalation.
    /// - Parameter raisedByGate: only then may an option have the effect `accept`.
    /// - Throws: every finding.
    package init(_ document: JSONValue, raisedByGate: Bool = false) throws(DocumentRefusal) {
        var findings = DocumentKind.escalationShape.findings(in: document)
        if findings.isEmpty {
            findings = Self.ruleFindings(in: document, raisedByGate: raisedByGate)
        }
        guard findings.isEmpty else { throw DocumentRefusal(findings) }
        blocker = document["blocker"]?.stringValue ?? ""
        impact = document["impact"]?.stringValue ?? ""
        options = (document["options"]?.arrayValue ?? []).map { option in
            EscalationOption(
                id: option["id"]?.stringValue ?? "", label: option["label"]?.stringValue ?? "",
                tradeoffs: option["tradeoffs"]?.stringValue ?? "",
                effect: option["effect"].flatMap { EscalationEffect($0) } ?? .none)
        }
        recommended = document["recommended"]?.stringValue ?? ""
        rationale = document["rationale"]?.stringValue ?? ""
        needs = document["needs"]?.stringValue ?? ""
        severity = document["severity"]?.stringValue ?? ""
        owner = document["owner"]?.stringValue
        key = document["key"]?.stringValue
        deadline = document["deadline"]?.doubleValue
    }

    /// The document.
    package var json: JSONValue {
        var object = JSONObject([
            ("format", .string(DocumentKind.escalation.format)),
            ("blocker", .string(blocker)), ("impact", .string(impact)),
            ("options", .array(options.map(\.json))),
            ("recommended", .string(recommended)), ("rationale", .string(rationale)),
            ("needs", .string(needs)), ("severity", .string(severity)),
        ])
        object["owner"] = owner.map { .string($0) }
        object["key"] = key.map { .string($0) }
        object["deadline"] = deadline.map { JSONValue(canonical: $0) }
        return .object(object)
    }

    /// The option of this id.
    package func option(_ id: String) -> EscalationOption? {
        options.first { $0.id == id }
    }

    /// Findings in a document whose shape is already known to be right.
    package static func ruleFindings(
        in document: JSONValue, raisedByGate: Bool,
    ) -> [DocumentFinding] {
        var findings: [DocumentFinding] = []
        var ids: [String] = []
        for (index, option) in (document["options"]?.arrayValue ?? []).enumerated() {
            let id = option["id"]?.stringValue ?? ""
            if ids.contains(id) {
                findings.append(
                    DocumentFinding(
                        pointer: "/options/\(index)/id", message: "\"\(id)\" stands twice",
                        satisfy: "give each option an id of its own"))
            }
            if id == AnswerDocument.revise {
                findings.append(
                    DocumentFinding(
                        pointer: "/options/\(index)/id", message: "\"revise\" is reserved",
                        satisfy: "use another id; every escalation can be answered with revise"))
            }
            ids.append(id)
            if option["effect"]?["kind"]?.stringValue == "accept", !raisedByGate {
                findings.append(
                    DocumentFinding(
                        pointer: "/options/\(index)/effect/kind",
                        message: "accept is offered by an agent",
                        satisfy: "offer patch, revise, cancel or none; only a gate offers accept"))
            }
        }
        let recommended = document["recommended"]?.stringValue ?? ""
        if !ids.contains(recommended) {
            findings.append(
                DocumentFinding(
                    pointer: "/recommended", message: "\"\(recommended)\" is no option",
                    satisfy: "name one of " + ids.joined(separator: ", ")))
        }
        return findings
    }
}
