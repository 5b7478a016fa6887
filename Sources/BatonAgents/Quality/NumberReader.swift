// Numbers as they stand in prose, and whether a text states a value in one of the customary units.

import Arithmetic

/// A number in a text.
struct ProseNumber: Sendable, Hashable {
    let value: Double
    /// One unit of the last digit that is written.
    let step: Double
    /// The text up to the number, for what it means there.
    let before: String
    /// What follows directly: a unit, a percent sign, a word.
    let after: String

    /// Whether it is a bare count, such as “2 questions”: no decimals and no unit behind it.
    var isCount: Bool {
        guard step == 1, value == value.rounded() else { return false }
        let word = after.drop { $0 == " " }.prefix { $0.isLetter || $0 == "%" || $0 == "/" }
        return !NumberReader.units.contains(word.lowercased()) && !word.hasPrefix("%")
            && !word.hasPrefix("/") && !after.hasPrefix("×")
    }
}

/// Reads numbers out of prose.
enum NumberReader {
    /// Words that make a number a figure, not a count.
    static let units: Set<String> = [
        "ms", "s", "sec", "second", "seconds", "min", "minute", "minutes", "h", "hour", "hours",
        "d", "day", "days", "bytes", "kib", "mib", "gib", "kb", "mb", "gb", "b", "eur", "usd",
        "erl", "x", "requests", "messages", "calls", "slots", "workers",
    ]

    /// Numbers that words state. Source: how the engines' own assumptions put them.
    private static let words: [(word: String, value: Double)] = [
        ("full jitter", 1), ("doubl", 2), ("one ", 1), ("two ", 2), ("three ", 3), ("half", 0.5),
        ("no delay", 0), ("none", 0),
    ]

    /// Factors between base units and what people write.
    private static let scales: [Double] = [
        1, 100, 1000, 1 / 60, 1 / 3600, 1 / 86400, 60, 1 / 1024, 1 / 1_048_576, 1 / 1_073_741_824,
        1_000_000,
    ]

    /// All numbers of a text that stand for themselves: not those within a name such as `S1`.
    static func numbers(in text: String) -> [ProseNumber] {
        let bytes = Array(text.utf8)
        var result: [ProseNumber] = []
        var index = 0
        while index < bytes.count {
            guard isDigit(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < bytes.count, isPart(bytes, index) { index += 1 }
            let isFree = start == 0 || isBoundary(bytes[start - 1])
            // “3rd-party” is a name, “99th” is a number.
            guard isFree else { continue }
            let digits = String(decoding: bytes[start..<index].filter { $0 != 44 }, as: UTF8.self)
            guard let value = Double(digits) else { continue }
            let decimals = digits.split(separator: ".").dropFirst().first?.count ?? 0
            result.append(
                ProseNumber(
                    value: value, step: 1 / RealFunctions.power(10, decimals),
                    before: String(decoding: bytes[max(0, start - 24)..<start], as: UTF8.self),
                    after: String(
                        decoding: bytes[index..<min(bytes.count, index + 16)], as: UTF8.self)))
        }
        return result
    }

    /// Whether `text` states `value`, as a number in a customary unit, as its reciprocal (“one in
    /// 1,000”), or as a word.
    static func states(_ text: String, _ value: Double) -> Bool {
        let lower = text.lowercased()
        if words.contains(where: { $0.value == value && lower.contains($0.word) }) { return true }
        return numbers(in: text).contains { number in
            isScaled(number.value, of: value)
                || (value > 0 && isScaled(number.value, of: 1 / value))
                || (value > 0 && value < 1
                    && (isScaled(number.value, of: 1 - value)
                        || isScaled(number.value, of: 1 / (1 - value))))
        }
    }

    /// Whether `stated` is `value` in one of the customary units, to a thousandth.
    static func isScaled(_ stated: Double, of value: Double) -> Bool {
        scales.contains { scale in
            let scaled = value * scale
            return (stated - scaled).magnitude <= 1e-3 * scaled.magnitude
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    /// A digit, or a point or comma between digits.
    private static func isPart(_ bytes: [UInt8], _ index: Int) -> Bool {
        if isDigit(bytes[index]) { return true }
        guard bytes[index] == 46 || bytes[index] == 44 else { return false }
        return index + 1 < bytes.count && isDigit(bytes[index + 1])
    }

    /// Letters, digits, and what joins the parts of a name make a number part of that name.
    private static func isBoundary(_ byte: UInt8) -> Bool {
        let isLetter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
        return !(isLetter || isDigit(byte) || [45, 46, 47, 95].contains(byte))
    }
}
