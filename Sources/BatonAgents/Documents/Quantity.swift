// A figure with its derivation, and the one place where figures are derived.
// Engines derive to write, the quality gate and the closing derive again to check.

package import JSON

/// Where one input of a quantity comes from.
package enum Source: Sendable, Hashable {
    /// A JSON pointer into packet.json.
    case pointer(String)
    /// The id of another quantity.
    case quantity(String)
    /// A value that the engine assumed, with the id of the assumption that says why.
    case assumed(Double, assumption: String)

    func json(named name: String) -> JSONValue {
        switch self {
        case .pointer(let pointer): ["name": .string(name), "pointer": .string(pointer)]
        case .quantity(let id): ["name": .string(name), "quantity": .string(id)]
        case .assumed(let value, let assumption):
            ["name": .string(name), "value": .number(value), "assumption": .string(assumption)]
        }
    }
}

/// A figure of a deliverable.
package struct Quantity: Sendable, Hashable {
    package let id: String
    package let label: String
    package let value: Double
    package let unit: String
    package let formula: String
    package let inputs: [JSONValue]
    package let evidence: Evidence
    package let confidence: Double
    package let ceiling: Double
    /// The kind of evidence that sets the ceiling: the formula's, or that of its weakest input.
    package let ceilingKind: Evidence
    /// Why the confidence is no higher.
    package let rationale: String
    package let shown: String

    package var json: JSONValue {
        [
            "id": .string(id), "label": .string(label), "value": .number(value),
            "unit": .string(unit), "formula": .string(formula), "inputs": .array(inputs),
            "evidence": .string(evidence.rawValue), "confidence": .number(confidence),
            "ceiling": .number(ceiling), "ceiling_kind": .string(ceilingKind.rawValue),
            "rationale": .string(rationale), "shown": .string(shown),
        ]
    }
}

/// An input of a formula with the value and the trust it carries.
package struct ResolvedInput: Sendable {
    package let name: String
    package let value: JSONValue
    package let ceiling: Double
    /// The kind of evidence that sets the ceiling.
    package let kind: Evidence
    package let confidence: Double
}

extension FormulaValues {
    /// The values of resolved inputs, without the trust.
    package init(_ inputs: [ResolvedInput]) { self.init(inputs.map { ($0.name, $0.value) }) }
}

/// A derived value and the confidence it may claim.
package struct Derivation: Sendable {
    package let value: Double
    package let ceiling: Double
    /// The kind of evidence that sets the ceiling.
    package let kind: Evidence
    package let confidence: Double
    /// What the formula gives for these inputs.
    package let evidence: Evidence
    /// Why the confidence is no higher: the formula, or the input that it rests on.
    package let rationale: String

    /// Derives `formula` from `inputs`; nil when the formula has no value there.
    package static func derive(_ formula: Formula, _ inputs: [ResolvedInput]) -> Derivation? {
        formula.evaluate(FormulaValues(inputs)).map { claim($0, formula, inputs) }
    }

    /// What may be claimed of the value that `formula` gives for `inputs`.
    package static func claim(
        _ value: Double, _ formula: Formula, _ inputs: [ResolvedInput]
    ) -> Derivation {
        let values = FormulaValues(inputs)
        let weakest = inputs.min { $0.ceiling < $1.ceiling }
        let evidence = formula.evidence(for: values)
        let bound = weakest.flatMap { $0.ceiling < evidence.ceiling ? $0 : nil }
        let ceiling = bound?.ceiling ?? evidence.ceiling
        let kind = bound?.kind ?? evidence
        let doubted = inputs.min { $0.confidence < $1.confidence }
        let confidence = min(ceiling, doubted?.confidence ?? ceiling)
        let rationale =
            if let doubted, confidence < ceiling {
                "no surer than \(doubted.name)"
            } else if let bound {
                "no surer than \(bound.name) (\(bound.kind.rawValue))"
            } else if evidence == .inference {
                "a fit or an approximation"
            } else {
                "computed from inputs that are as sure"
            }
        return Derivation(
            value: value, ceiling: ceiling, kind: kind, confidence: confidence,
            evidence: evidence, rationale: rationale)
    }

    /// An input that is read from the packet at `pointer`.
    package static func packetInput(
        _ name: String, pointer: String, packet: JSONValue, formula: Formula
    ) -> ResolvedInput? {
        guard let value = packet.value(at: pointer) else { return nil }
        let structured = formula.inputs.contains {
            if case .structure = $0.shape { $0.name == name } else { false }
        }
        let kind =
            structured
            ? weakest(value, at: pointer, members: formula.evidenceMembers)
            : Evidence.of(value, at: pointer)
        return ResolvedInput(
            name: name, value: value, ceiling: kind.ceiling, kind: kind, confidence: kind.ceiling)
    }

    /// The evidence with the lowest ceiling among the members of a structure that count.
    private static func weakest(
        _ value: JSONValue, at pointer: String, members: [String]
    ) -> Evidence {
        var weakest = Evidence.definition
        for item in value.arrayValue ?? [value] {
            for member in members {
                guard let figure = item[member] else { continue }
                let kind = Evidence.of(figure, at: pointer + "/" + member)
                if kind.ceiling < weakest.ceiling { weakest = kind }
            }
        }
        return weakest
    }
}
