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
    package let shown: String

    package var json: JSONValue {
        [
            "id": .string(id), "label": .string(label), "value": .number(value),
            "unit": .string(unit), "formula": .string(formula), "inputs": .array(inputs),
            "evidence": .string(evidence.rawValue), "confidence": .number(confidence),
            "ceiling": .number(ceiling), "shown": .string(shown),
        ]
    }
}

/// An input of a formula with the value and the trust it carries.
package struct ResolvedInput: Sendable {
    package let name: String
    package let value: JSONValue
    package let ceiling: Double
    package let confidence: Double
}

/// A derived value and the confidence it may claim.
package struct Derivation: Sendable {
    package let value: Double
    package let ceiling: Double
    package let confidence: Double

    /// Derives `formula` from `inputs`; nil when the formula has no value there.
    package static func derive(_ formula: Formula, _ inputs: [ResolvedInput]) -> Derivation? {
        let values = FormulaValues(inputs.map { ($0.name, $0.value) })
        guard let value = formula.evaluate(values) else { return nil }
        let ceiling = inputs.reduce(formula.evidence.ceiling) { min($0, $1.ceiling) }
        let confidence = inputs.reduce(ceiling) { min($0, $1.confidence) }
        return Derivation(value: value, ceiling: ceiling, confidence: confidence)
    }

    /// An input that is read from the packet at `pointer`.
    package static func packetInput(
        _ name: String, pointer: String, packet: JSONValue, formula: Formula
    ) -> ResolvedInput? {
        guard let value = packet.value(at: pointer) else { return nil }
        let structured = formula.inputs.contains {
            if case .structure = $0.shape { $0.name == name } else { false }
        }
        let ceiling =
            structured
            ? leastCeiling(value, at: pointer, members: formula.evidenceMembers)
            : Evidence.of(value, at: pointer).ceiling
        return ResolvedInput(name: name, value: value, ceiling: ceiling, confidence: ceiling)
    }

    /// The lowest ceiling among the members of a structure whose evidence counts.
    private static func leastCeiling(
        _ value: JSONValue, at pointer: String, members: [String]
    ) -> Double {
        var least = Evidence.definition.ceiling
        for item in value.arrayValue ?? [value] {
            for member in members {
                guard let figure = item[member] else { continue }
                least = min(least, Evidence.of(figure, at: pointer + "/" + member).ceiling)
            }
        }
        return least
    }
}
