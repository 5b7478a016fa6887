// Rules about figures: they are what their formula says, and claim no more than they may.

import Arithmetic
import JSON
import PlainText

/// How close a stated figure must be to the derived one.
enum QuantityRule {
    /// Equal to 1e-9 relative.
    static func agree(_ stated: Double, _ derived: Double) -> Bool {
        (stated - derived).magnitude <= 1e-9 * max(stated.magnitude, derived.magnitude)
    }

    /// Factors between a value in base units and the figure that people read.
    private static let scales: [Double] = [
        1, 100, 1000, 1 / 60, 1 / 3600, 1 / 86400, 60, 1 / 1024, 1 / 1_048_576, 1 / 1_073_741_824,
        1_000_000,
    ]

    /// Whether the first number in `shown` is the value in some customary unit, to one per cent, or
    /// to one unit of its last digit where it shows few of them.
    static func shows(_ shown: String, _ value: Double) -> Bool {
        guard let (number, step) = firstNumber(shown) else { return true }
        return scales.contains { scale in
            let scaled = value * scale
            let slack = max(scaled.magnitude * 0.01, scale == 1 || scale == 100 ? step : 0)
            // A percentage near 100 must be exact in its last digit: one per cent of 99.9 is too
            // much.
            let isNearOne = scale == 100 && scaled > 90 && scaled <= 100
            return (number - scaled).magnitude <= (isNearOne ? step : slack)
        }
    }

    /// The first number of a text, and one unit of its last digit.
    private static func firstNumber(_ text: String) -> (Double, Double)? {
        var digits = ""
        for character in text {
            if character.isASCII, character.isNumber || (character == "." && !digits.isEmpty) {
                digits.append(character)
            } else if character == ",", !digits.isEmpty {
                continue
            } else if !digits.isEmpty {
                break
            } else if character == "-" {
                continue
            }
        }
        while digits.last == "." { digits.removeLast() }
        guard let number = Double(digits) else { return nil }
        let decimals = digits.split(separator: ".").dropFirst().first?.count ?? 0
        return (number, 1 / RealFunctions.power(10, decimals))
    }
}

/// A figure that was judged, for those that are derived from it.
struct KnownFigure: Sendable {
    let value: Double
    let ceiling: Double
    let kind: Evidence
}

extension Review {
    /// Derives each quantity again, in order, from the subject's inputs.
    mutating func checkQuantities() {
        let part = delivery.part("analysis")
        let assumptions = delivery.list("objective_snapshot", "assumptions")
        var known: [String: KnownFigure] = [:]
        for (index, item) in delivery.list("analysis", "quantities").enumerated() {
            let place = "/quantities/\(index)"
            guard let id = item["id"]?.stringValue else { continue }
            guard let stated = item["value"]?.doubleValue else {
                find(
                    .quantityRecomputed, authored, part: part, place: place + "/value",
                    "the value of \(id) is no number", satisfy: "state the number")
                continue
            }
            quantitiesChecked += 1
            let evidence = Evidence(rawValue: item["evidence"]?.stringValue ?? "") ?? .inference
            let ceiling = item["ceiling"]?.doubleValue ?? 1
            let kind = Evidence(rawValue: item["ceiling_kind"]?.stringValue ?? "") ?? evidence
            defer { known[id] = KnownFigure(value: stated, ceiling: ceiling, kind: kind) }
            checkShown(item, stated, part: part, place: place)
            guard let formula = FormulaRegistry.standard[item["formula"]?.stringValue ?? ""] else {
                checkUnknownFormula(item, evidence, part: part, place: place)
                continue
            }
            if item["unit"]?.stringValue != formula.unit {
                find(
                    .quantityUnit, .high, part: part, place: place + "/unit",
                    "\(formula.id) gives \(formula.unit), not \(item["unit"]?.stringValue ?? "")",
                    satisfy: "state the unit \(formula.unit)")
            }
            guard
                let inputs = resolve(item, formula, known, assumptions, part: part, place: place)
            else { continue }
            let values = FormulaValues(inputs)
            guard affords(formula, values, part: part, place: place) else { return }
            guard
                let derived = work.value(formula, values).map({
                    Derivation.claim($0, formula, inputs)
                })
            else {
                find(
                    .quantityRecomputed, .high, part: part, place: place,
                    "\(formula.id) has no value for these inputs (\(formula.range))",
                    satisfy: "give the inputs that the formula names, within its range")
                continue
            }
            if !QuantityRule.agree(stated, derived.value) {
                find(
                    .quantityRecomputed, .critical, part: part, place: place + "/value",
                    "\(id) is stated as \(stated), and \(formula.statement) gives \(derived.value)",
                    satisfy: "state \(derived.value), or correct the inputs")
            }
            checkSecondRoute(formula, values, stated, part: part, place: place)
            checkMeaning(item, formula, known: known, part: part, place: place)
            checkCeiling(
                item, evidence, formula, derived, ceiling: ceiling, part: part, place: place)
        }
    }

    private mutating func checkShown(
        _ item: JSONValue, _ value: Double, part: String, place: String
    ) {
        guard let shown = item["shown"]?.stringValue, !QuantityRule.shows(shown, value) else {
            return
        }
        find(
            .quantityShown, .high, part: part, place: place + "/shown",
            "“\(shown)” does not show the value \(value)",
            satisfy: "show the stored value, rounded once, to the safe side")
    }

    /// Only figures that nobody claims to have computed may come without a registered formula.
    private mutating func checkUnknownFormula(
        _ item: JSONValue, _ evidence: Evidence, part: String, place: String
    ) {
        let name = item["formula"]?.stringValue ?? ""
        switch evidence {
        case .computed, .definition:
            find(
                .quantityFormula, .high, part: part, place: place + "/formula",
                "there is no formula “\(name)” in the registry",
                satisfy: "use a formula of Protocols/formulas.md, or say report, research,"
                    + " measurement or inference")
        case .measurement, .research, .report, .inference:
            find(
                .quantityFormula, .low, part: part, place: place + "/formula",
                "“\(name)” is not in the registry, so the figure was not derived again",
                satisfy: "use a formula of Protocols/formulas.md where one fits")
        }
    }

    private mutating func checkCeiling(
        _ item: JSONValue, _ evidence: Evidence, _ formula: Formula, _ derived: Derivation,
        ceiling: Double, part: String, place: String
    ) {
        if evidence.ceiling > derived.evidence.ceiling + 1e-12 {
            find(
                .confidenceCeiling, .high, part: part, place: place + "/evidence",
                "\(formula.id) gives \(derived.evidence.rawValue), not \(evidence.rawValue)",
                satisfy: "state \(derived.evidence.rawValue)")
        }
        if ceiling > derived.ceiling + 1e-12 {
            find(
                .confidenceCeiling, .high, part: part, place: place + "/ceiling",
                "ceiling \(ceiling) is above \(derived.ceiling), the lowest of the formula's and"
                    + " its inputs'",
                satisfy: "state at most \(derived.ceiling)")
        }
        checkRationale(item, derived, part: part, place: place)
        if let confidence = item["confidence"]?.doubleValue, confidence > derived.ceiling + 1e-12 {
            find(
                .confidenceCeiling, .high, part: part, place: place + "/confidence",
                "confidence \(confidence) is above the ceiling \(derived.ceiling)",
                satisfy: "state at most \(derived.ceiling)")
        }
    }

    /// An engine says which kind of evidence bounds the confidence, and why it is no higher.
    private mutating func checkRationale(
        _ item: JSONValue, _ derived: Derivation, part: String, place: String
    ) {
        let stated = item["ceiling_kind"]?.stringValue
        if let kind = stated.flatMap(Evidence.init), kind.ceiling > derived.kind.ceiling + 1e-12 {
            find(
                .confidenceRationale, .high, part: part, place: place + "/ceiling_kind",
                "\(kind.rawValue) does not set the ceiling, \(derived.kind.rawValue) does",
                satisfy: "state \(derived.kind.rawValue)")
        }
        guard isBuiltIn, stated == nil || item["rationale"]?.stringValue?.isEmptyTalk ?? true
        else { return }
        find(
            .confidenceRationale, .high, part: part, place: place + "/rationale",
            "the figure does not say why its confidence is no higher",
            satisfy: "state ceiling_kind and rationale")
    }

    /// The inputs of a quantity; nil after a finding when one points nowhere.
    mutating func resolve(
        _ item: JSONValue, _ formula: Formula,
        _ known: [String: KnownFigure], _ assumptions: [JSONValue],
        part: String, place: String
    ) -> [ResolvedInput]? {
        var result: [ResolvedInput] = []
        for (index, input) in (item["inputs"]?.arrayValue ?? []).enumerated() {
            let at = "\(place)/inputs/\(index)"
            let name = input["name"]?.stringValue ?? ""
            if let pointer = input["pointer"]?.stringValue {
                guard
                    let resolved = Derivation.packetInput(
                        name, pointer: pointer, packet: origin, formula: formula)
                else {
                    find(
                        .inputExists, .high, part: part, place: at + "/pointer",
                        "\(pointer) leads nowhere in the packet",
                        satisfy: "point to an input that the packet has")
                    return nil
                }
                result.append(resolved)
            } else if let quantity = input["quantity"]?.stringValue {
                guard let earlier = known[quantity] else {
                    find(
                        .inputExists, .high, part: part, place: at + "/quantity",
                        "\(quantity) is no quantity before this one",
                        satisfy: "refer to a quantity that stands earlier")
                    return nil
                }
                result.append(
                    ResolvedInput(
                        name: name, value: .number(earlier.value), ceiling: earlier.ceiling,
                        kind: earlier.kind, confidence: earlier.ceiling))
            } else {
                let id = input["assumption"]?.stringValue
                guard let value = input["value"], let id,
                    let assumption = assumptions.first(where: { $0["id"]?.stringValue == id })
                else {
                    find(
                        .inputAssumed, .high, part: part, place: at,
                        "the value of \(name) has neither a source nor a listed assumption",
                        satisfy: "point into the packet, or name the assumption it rests on")
                    return nil
                }
                let kind =
                    Evidence(rawValue: assumption["evidence"]?.stringValue ?? "") ?? .inference
                result.append(
                    ResolvedInput(
                        name: name, value: value, ceiling: kind.ceiling, kind: kind,
                        confidence: assumption["confidence"]?.doubleValue ?? 0))
            }
        }
        return result
    }

    /// No assumption claims more than its kind of evidence allows.
    mutating func checkAssumptions() {
        let part = delivery.part("objective_snapshot")
        for (index, item) in delivery.list("objective_snapshot", "assumptions").enumerated() {
            let kind = Evidence(rawValue: item["evidence"]?.stringValue ?? "") ?? .inference
            for member in ["ceiling", "confidence"] {
                guard let value = item[member]?.doubleValue, value > kind.ceiling + 1e-12 else {
                    continue
                }
                find(
                    .confidenceCeiling, .high, part: part,
                    place: "/assumptions/\(index)/\(member)",
                    "\(member) \(value) is above \(kind.ceiling), the ceiling of \(kind.rawValue)",
                    satisfy: "state at most \(kind.ceiling)")
            }
            if item["rationale"]?.stringValue.map(\.isEmptyTalk) ?? true {
                find(
                    .assumptionRationale, authored, part: part,
                    place: "/assumptions/\(index)/rationale", "an assumption says not why",
                    satisfy: "say why it may be assumed")
            }
        }
    }
}

extension String {
    /// Whether a text says nothing: empty, a dash, or a word that stands for not knowing.
    var isEmptyTalk: Bool {
        let text = trimmed.lowercased()
        return text.isEmpty
            || ["-", "—", "n/a", "na", "none", "none stated", "unknown", "?", "nobody", "."]
                .contains(text)
    }
}
