// Everything that a delivery may state without making it up: the packet, the cards' words, the
// figures of the delivery, its assumptions, the registry, and what every engineer may cite.

import JSON

/// Sources of the numbers and names in a delivery.
struct FactSources {
    private let numbers: [Double]
    /// The most entries that a list of the delivery has: bare counts up to it count entries.
    private let entries: Double
    private let shown: Set<Double>
    private let words: Set<String>
    private let agents: Set<String>

    init(_ review: Review) {
        var numbers: [Double] = []
        var shown: Set<Double> = []
        var texts: [String] = []
        // “2 questions stay open”: up to a dozen, a count is no fact about the world.
        var entries = 12.0
        Self.collect(review.origin, &numbers, &texts)
        for item in review.delivery.list("analysis", "quantities") {
            if let value = item["value"]?.doubleValue { numbers.append(value) }
            for number in NumberReader.numbers(in: item["shown"]?.stringValue ?? "") {
                shown.insert(number.value)
            }
            texts.append(item["label"]?.stringValue ?? "")
            for input in item["inputs"]?.arrayValue ?? [] {
                if let value = input["value"]?.doubleValue { numbers.append(value) }
            }
        }
        for item in review.delivery.list("objective_snapshot", "assumptions") {
            texts.append(item["statement"]?.stringValue ?? "")
            texts.append(item["rationale"]?.stringValue ?? "")
        }
        for item in review.delivery.list("objective_snapshot", "requirements") {
            texts.append(item["text"]?.stringValue ?? "")
        }
        for check in review.delivery.list("validation_checklist", "checks") {
            if let value = check["threshold"]?.doubleValue { numbers.append(value) }
        }
        for (kind, member) in [
            ("execution_plan", "steps"), ("execution_plan", "decisions"),
            ("risk_register", "risks"),
            ("validation_checklist", "checks"), ("analysis", "quantities"),
        ] {
            entries = max(entries, Double(review.delivery.list(kind, member).count))
        }
        numbers += AlertRow.policy.flatMap { [$0.budgetShare, $0.long, $0.short] }
        for formula in FormulaRegistry.standard.formulas {
            texts += [formula.id, formula.statement, formula.source, formula.range]
        }
        for text in texts {
            for number in NumberReader.numbers(in: text) { shown.insert(number.value) }
        }
        self.numbers = numbers
        self.entries = entries
        self.shown = shown
        words = Set(texts.flatMap(NameReader.words) + review.cardTexts.flatMap(NameReader.words))
        agents = Set(
            ["core.orchestrator", "core.quality", review.subjectAgent]
                + (review.origin.value(at: "/route/reasons")?.arrayValue ?? []).compactMap {
                    $0["agent"]?.stringValue
                }
                + EngineCatalog.engines.map(\.agentID))
    }

    /// Whether a number stands somewhere, or is a count or a citation.
    func explain(_ number: ProseNumber) -> Bool {
        if number.isCount, number.value <= entries { return true }
        if NameReader.isCitation(number) { return true }
        if shown.contains(number.value) { return true }
        return numbers.contains { NumberReader.isScaled(number.value, of: $0) }
            || numbers.contains { $0 < 1 && NumberReader.isScaled(number.value, of: 1 - $0) }
    }

    /// Whether a name stands somewhere.
    func knows(_ name: String) -> Bool {
        words.contains(name.lowercased()) || NameReader.terms.contains(name.lowercased())
    }

    func knowsAgent(_ id: String) -> Bool { agents.contains(id) }

    private static func collect(
        _ value: JSONValue, _ numbers: inout [Double], _ texts: inout [String]
    ) {
        switch value {
        case .integer, .number: if let number = value.doubleValue { numbers.append(number) }
        case .string(let text): texts.append(text)
        case .array(let list): for item in list { collect(item, &numbers, &texts) }
        case .object(let object):
            for (key, item) in object.members {
                texts.append(key)
                collect(item, &numbers, &texts)
            }
        case .null, .bool: break
        }
    }
}
