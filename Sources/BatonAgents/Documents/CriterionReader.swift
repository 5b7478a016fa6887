// Turns an acceptance criterion in words into a check with comparator, number and unit.
// Where the words hold no number, the check is a demonstration that passes or fails.

import PlainText

/// A measurable reading of a criterion.
package struct CriterionReading: Sendable, Hashable {
    package let comparator: String
    package let threshold: Double
    package let unit: String
}

/// Reads comparators, numbers and units out of a sentence.
package enum CriterionReader {
    /// The reading of `text`, or nil when it states no number that can be compared.
    ///
    /// A number right after a comparator wins (“99 % of the calls within 800 ms” is about 800 ms);
    /// else the first number with a unit.
    package static func read(_ text: String) -> CriterionReading? {
        let candidates = candidates(Array(digits(text.lowercased())))
        return (candidates.first { $0.isCompared } ?? candidates.first)?.reading
    }

    /// “one hour” as “1 hour”.
    private static func digits(_ text: String) -> String {
        let words = [
            "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "ten": "10",
        ]
        return text.split(separator: " ", omittingEmptySubsequences: false)
            .map { words[String($0)] ?? String($0) }.joined(separator: " ")
    }

    private static func candidates(
        _ characters: [Character]
    ) -> [(reading: CriterionReading, isCompared: Bool)] {
        var result: [(CriterionReading, Bool)] = []
        var index = 0
        while index < characters.count {
            guard characters[index].isASCII, characters[index].isNumber,
                index == 0 || !characters[index - 1].isLetter
            else {
                index += 1
                continue
            }
            let start = index
            while index < characters.count, isPartOfNumber(characters, index) { index += 1 }
            let digits = String(characters[start..<index].filter { $0 != "," })
            guard let number = Double(digits) else { continue }
            let before = String(characters[max(0, start - 40)..<start])
            let (factor, unit) = unit(in: characters, from: index)
            // “over 30 days” is a window, not a bound.
            let isWindow = unit == "s" && before.trimmed.hasSuffix("over")
            let found = isWindow ? nil : comparator(before)
            guard let unit else {
                // A bare number counts only when it is compared: “at most 3 calls”.
                if let found, found.isAdjacent {
                    result.append(
                        (
                            CriterionReading(
                                comparator: found.comparator, threshold: number, unit: "1"), true
                        ))
                }
                continue
            }
            let whole = String(characters)
            // “95 % of the scans”, unless what happens to them is nothing to wish for.
            let isShare =
                String(characters[index...]).trimmed.hasPrefix("% of ")
                && !["fail", "error", "lost", "lose", "late", "dupl", "reject", "twice"].contains {
                    whole.contains($0)
                }
            let isFloor =
                unit == "ratio"
                && (whole.contains("avail") || whole.contains("succe") || isShare)
            result.append(
                (
                    CriterionReading(
                        comparator: found?.comparator ?? (isFloor ? ">=" : "<="),
                        threshold: number * factor, unit: unit), found?.isAdjacent ?? false
                ))
        }
        return result
    }

    private static func isPartOfNumber(_ characters: [Character], _ index: Int) -> Bool {
        let character = characters[index]
        if character.isASCII, character.isNumber { return true }
        guard character == "." || character == ",", index + 1 < characters.count else {
            return false
        }
        return characters[index + 1].isASCII && characters[index + 1].isNumber
    }

    private static let units: [(names: Set<String>, factor: Double, unit: String)] = [
        (["ms", "millisecond", "milliseconds"], 0.001, "s"),
        (["s", "sec", "second", "seconds"], 1, "s"),
        (["min", "mins", "minute", "minutes", "m"], 60, "s"),
        (["h", "hour", "hours"], 3600, "s"), (["d", "day", "days"], 86400, "s"),
    ]

    /// The unit that follows a number, with its factor to base units.
    private static func unit(
        in characters: [Character], from index: Int
    ) -> (Double, String?) {
        var position = index
        while position < characters.count, characters[position] == " " { position += 1 }
        guard position < characters.count else { return (1, nil) }
        if characters[position] == "%" { return (0.01, "ratio") }
        if characters[position] == "/" {
            let follows = position + 1 < characters.count && characters[position + 1] == "s"
            return (1, follows ? "1/s" : nil)
        }
        var word = ""
        while position < characters.count, characters[position].isLetter {
            word.append(characters[position])
            position += 1
        }
        let found = units.first { $0.names.contains(word) }
        return found.map { ($0.factor, $0.unit) } ?? (1, nil)
    }

    private static let comparators: [(phrase: String, comparator: String)] = [
        ("no more than", "<="), ("not more than", "<="), ("at most", "<="), ("up to", "<="),
        ("no longer than", "<="), ("not longer than", "<="), ("no later than", "<="),
        ("longer than", ">"), ("shorter than", "<"),
        ("within", "<="), ("exceed", "<="), ("less than", "<"), ("fewer than", "<"),
        ("below", "<"), ("under", "<"), ("<=", "<="), ("≤", "<="), ("no less than", ">="),
        ("at least", ">="), (">=", ">="), ("≥", ">="), ("more than", ">"), ("above", ">"),
        ("over", ">"), ("<", "<"), (">", ">"), ("exactly", "="),
    ]

    /// The comparator phrase closest to the number.
    private static func comparator(
        _ before: String
    ) -> (comparator: String, isAdjacent: Bool)? {
        var best: (end: Int, length: Int, comparator: String)?
        let text = Array(before)
        for (phrase, comparator) in comparators {
            let wanted = Array(phrase)
            guard text.count >= wanted.count else { continue }
            for start in stride(from: text.count - wanted.count, through: 0, by: -1)
            where Array(text[start..<start + wanted.count]) == wanted {
                let end = start + wanted.count
                let isBetter =
                    best.map { end > $0.end || (end == $0.end && wanted.count > $0.length) } ?? true
                if isBetter { best = (end, wanted.count, comparator) }
                break
            }
        }
        return best.map { ($0.comparator, text[$0.end...].allSatisfy { $0 == " " }) }
    }
}
