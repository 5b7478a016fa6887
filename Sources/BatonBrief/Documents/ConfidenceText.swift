// Confidence as people read and write it: `0.70 (ceiling: inference 0.70) - rationale`.
// Spec: Protocols/formulas.md, "Evidence and confidence".
package import JSON
internal import PlainText

/// A confidence with the ceiling that bounds it and why it is no higher.
package struct ConfidenceText: Sendable, Hashable, CustomStringConvertible {
    /// 0...1.
    package var confidence: Double
    /// The kind of evidence that sets the ceiling.
    package var kind: String
    /// 0...1.
    package var ceiling: Double
    package var rationale: String

    package init(confidence: Double, kind: String, ceiling: Double, rationale: String) {
        self.confidence = confidence
        self.kind = kind
        self.ceiling = ceiling
        self.rationale = rationale
    }

    /// The confidence of a quantity or an assumption; nil when it states no number.
    package init?(of entry: JSONValue) {
        guard let confidence = entry["confidence"]?.doubleValue,
            let kind = entry["ceiling_kind"]?.stringValue ?? entry["evidence"]?.stringValue
        else { return nil }
        self.init(
            confidence: confidence, kind: kind,
            ceiling: entry["ceiling"]?.doubleValue ?? DeliverableRules.ceiling(for: kind) ?? 0,
            rationale: entry["rationale"]?.stringValue ?? "none stated")
    }

    /// Reads the text; nil when it is written otherwise. Two decimals, as it is printed, or more.
    package init?(_ text: String) {
        guard let open = text.firstIndex(of: "("), let close = text.firstIndex(of: ")"),
            open < close, let confidence = Double(String(text[..<open]).trimmed)
        else { return nil }
        let words = text[text.index(after: open)..<close].split(separator: " ").map(String.init)
        let rest = String(text[text.index(after: close)...]).trimmed
        guard words.count == 3, words[0] == "ceiling:", let ceiling = Double(words[2]),
            DeliverableRules.ceiling(for: words[1]) != nil, rest.hasPrefix("- ")
        else { return nil }
        self.init(
            confidence: confidence, kind: words[1], ceiling: ceiling,
            rationale: String(rest.dropFirst(2)).trimmed)
    }

    package var description: String { "\(figures) - \(rationale)" }

    /// The text without its rationale, for tables that have a column for it.
    package var figures: String {
        "\(Self.shown(confidence)) (ceiling: \(kind) \(Self.shown(ceiling)))"
    }

    /// Two decimals, downwards: a confidence is not rounded up to its ceiling.
    private static func shown(_ value: Double) -> String {
        let hundredths = Int((min(max(value, 0), 1) * 100 + 1e-9).rounded(.down))
        let digits = String(hundredths % 100)
        return "\(hundredths / 100)." + (digits.count < 2 ? "0" : "") + digits
    }
}
