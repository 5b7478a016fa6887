// An escalation as an engine writes it: real options with effects, and one recommendation.

package import JSON

/// A blocker with its ways out.
package struct EscalationDraft: Sendable {
    /// What choosing an option does.
    package enum Effect: Sendable, Hashable {
        /// A merge patch (RFC 7396) on the packet's inputs.
        case patch(JSONValue)
        case revise(instructions: String)
        case cancel
        /// Nothing but another attempt.
        case none

        var json: JSONValue {
            switch self {
            case .patch(let patch): ["kind": "patch", "patch": patch]
            case .revise(let text): ["kind": "revise", "instructions": .string(text)]
            case .cancel: ["kind": "cancel"]
            case .none: ["kind": "none"]
            }
        }
    }

    package var blocker: String
    package var impact: String
    private var options: [(label: String, tradeoffs: String, effect: Effect)] = []
    package var recommended = 0
    package var rationale = ""
    package var needs: String
    package var severity: Severity
    package var owner: String
    package var key: String

    package init(
        blocker: String, impact: String, needs: String, severity: Severity, owner: String,
        key: String
    ) {
        self.blocker = blocker
        self.impact = impact
        self.needs = needs
        self.severity = severity
        self.owner = owner
        self.key = key
    }

    package var optionCount: Int { options.count }

    /// Adds an option; ids are a, b, c … in this order.
    package mutating func offer(_ label: String, tradeoffs: String, _ effect: Effect) {
        precondition(options.count < 26, "an escalation has at most 26 options")
        options.append((label, tradeoffs, effect))
    }

    /// The document.
    package var json: JSONValue {
        precondition(options.count >= 2, "an escalation needs at least two options")
        return [
            "format": "baton.escalation/1", "blocker": .string(blocker),
            "impact": .string(impact),
            "options": .array(
                options.enumerated().map {
                    [
                        "id": .string(Self.id($0)), "label": .string($1.label),
                        "tradeoffs": .string($1.tradeoffs), "effect": $1.effect.json,
                    ]
                }),
            "recommended": .string(Self.id(recommended)), "rationale": .string(rationale),
            "needs": .string(needs), "severity": .string(severity.rawValue),
            "owner": .string(owner), "key": .string(key),
        ]
    }

    /// a, b, c …
    static func id(_ index: Int) -> String {
        String(Character(Unicode.Scalar(UInt8(97 + index))))
    }
}

/// What earlier answers tell an engine about its own escalation.
package enum AnswerReader {
    /// Answers with instructions and no change of the inputs: texts that an engine cannot apply.
    /// Lines that the orchestrator reads are not among them; it has applied those.
    package static func instructionsOnly(_ answers: [JSONValue]) -> [JSONValue] {
        answers.filter { answer in
            let hasPatch =
                answer["patch"]?.objectValue.map { !$0.isEmpty } ?? false
                || answer.value(at: "/effect/kind")?.stringValue == "patch"
            return instructions(answer) != nil && !hasPatch && Directives([answer]).isEmpty
        }
    }

    /// The instructions of an answer: the answer's own, else those of the chosen option.
    package static func instructions(_ answer: JSONValue) -> String? {
        let own = answer["instructions"]?.stringValue ?? ""
        if !own.isEmpty, own != "none stated" { return own }
        let chosen = answer.value(at: "/effect/instructions")?.stringValue ?? ""
        return chosen.isEmpty ? nil : chosen
    }
}
