// A check of a Markdown checklist: `AC1: p99 latency <= 800 ms at peak` as metric, comparator,
// threshold and unit. A check without a number becomes one that has to be true.
import JSON
import PlainText

/// One check.
struct MeasuredCheck {
    let json: JSONValue

    private static let comparators: [(written: String, meant: String)] = [
        ("<=", "<="), (">=", ">="), ("≤", "<="), ("≥", ">="), ("<", "<"), (">", ">"), ("=", "="),
    ]

    init(_ entry: DeliverableEntry) {
        let text = entry.field("metric", "check") ?? entry.text
        var metric = text
        var comparator = entry.field("comparator").flatMap(Self.meant) ?? "="
        var threshold = entry.field("threshold", "target")
        if threshold == nil, let cut = Self.cut(text) {
            metric = cut.metric
            comparator = cut.comparator
            threshold = cut.threshold
        } else if let stated = threshold, let cut = Self.cut("metric " + stated) {
            comparator = cut.comparator
            threshold = cut.threshold
        }
        let (number, unit) = threshold.map(Self.measured) ?? (.bool(true), "")
        json = [
            "id": .string(entry.id ?? ""), "traces": JSONValue(texts: Self.traces(entry)),
            "metric": .string(TextPattern.visible.matches(metric) ? metric : text),
            "comparator": .string(comparator), "threshold": number,
            "unit": .string(entry.field("unit") ?? unit),
            "method": .string(entry.field("method", "how") ?? noneStated),
            "when": .string(entry.field("when") ?? noneStated),
            "owner": .string(entry.field("owner") ?? noneStated),
        ]
    }

    private static func meant(_ written: String) -> String? {
        comparators.first { $0.written == written.trimmed }?.meant
    }

    private static func cut(
        _ text: String,
    ) -> (metric: String, comparator: String, threshold: String)? {
        for (written, meant) in comparators {
            guard let range = text.firstRange(of: written) else { continue }
            let rest = String(text[range.upperBound...]).trimmed
            guard rest.first.map({ $0.isNumber }) ?? false else { continue }
            return (String(text[..<range.lowerBound]).trimmed, meant, rest)
        }
        return nil
    }

    /// The number in base units where the unit is known, else as written.
    private static func measured(_ text: String) -> (JSONValue, String) {
        let words = text.split(separator: " ").map(String.init)
        for count in [2, 1] where words.count >= count {
            let head = words[..<count].joined(separator: " ")
            if head.hasSuffix("%"), let share = try? Units.ratio(head) {
                return (JSONValue(canonical: share), "ratio")
            }
            if let seconds = try? Units.duration(head) {
                return (JSONValue(canonical: seconds), "s")
            }
            if let rate = try? Units.rate(head) { return (JSONValue(canonical: rate), "1/s") }
            if let bytes = try? Units.size(head) { return (JSONValue(canonical: bytes), "B") }
        }
        if let first = words.first, let number = try? Units.number(first) {
            return (JSONValue(canonical: number), words.count > 1 ? words[1] : "")
        }
        return (.string(text), "")
    }

    /// Stated, or any acceptance criterion that the text names.
    private static func traces(_ entry: DeliverableEntry) -> [String] {
        let stated = entry.field("traces", "traces_to", "criterion", "acceptance_criterion")
        let text = stated ?? ([entry.text] + entry.fields.values.sorted()).joined(separator: " ")
        var traces: [String] = []
        for word in text.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
            let name = String(word)
            let isCriterion = name.hasPrefix("AC") && name.dropFirst(2).allSatisfy(\.isNumber)
            if isCriterion, name.count > 2, !traces.contains(name) { traces.append(name) }
        }
        return traces
    }
}
