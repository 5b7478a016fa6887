// What a sentence claims about one field of one thing of the brief: “the ledger is available 99.5 %
// of the time” claims an availability of 0.995.

import BatonBrief
import JSON

/// A number that somebody takes for a field.
struct Claim: Sendable {
    /// What a number of that field is measured in.
    enum Dimension: Sendable {
        case ratio, duration, rate, count
    }

    /// A field that claims are compared in, with the words that speak of it and the member of a
    /// dependency that states it.
    struct Field: Sendable {
        let name: String
        let words: Set<String>
        let member: String
        let dimension: Dimension
        /// Whether the lower of two values is the more cautious one.
        let isCautiousLow: Bool
    }

    static let fields = [
        Field(
            name: "availability", words: ["availability", "available", "uptime"],
            member: "availability", dimension: .ratio, isCautiousLow: true),
        Field(
            name: "timeout", words: ["timeout"], member: "timeout", dimension: .duration,
            isCautiousLow: false),
        Field(
            name: "latency", words: ["latency", "p99"], member: "latency_p99", dimension: .duration,
            isCautiousLow: false),
        Field(
            name: "limit", words: ["limit", "quota"], member: "limit", dimension: .rate,
            isCautiousLow: true),
        Field(
            name: "attempts", words: ["attempt", "attempted"], member: "attempts",
            dimension: .count, isCautiousLow: false),
    ]

    /// What the brief calls it.
    let subject: String
    let field: Field
    /// In base units.
    let value: Double

    /// The claim of a sentence that names one thing of the brief, one field and a number of it; nil
    /// for every other sentence.
    init?(_ text: String, names: BriefNames) {
        let tokens = BriefNames.tokens(text)
        let named = names.named(in: tokens)
        let stems = Set(tokens.map(TellingWords.stem))
        let spoken = Self.fields.filter { !stems.isDisjoint(with: $0.words) }
        guard named.count == 1, spoken.count == 1,
            let value = Self.number(in: text, of: spoken[0].dimension)
        else { return nil }
        subject = named[0]
        field = spoken[0]
        self.value = value
    }

    /// The first number of a text that is measured so, in base units.
    static func number(in text: String, of dimension: Dimension) -> Double? {
        NumberReader.numbers(in: text).lazy.compactMap { number -> Double? in
            let unit = number.after.drop { $0 == " " }.lowercased()
            switch dimension {
            case .ratio:
                if unit.hasPrefix("%") { return number.value / 100 }
                return number.step < 1 && number.value <= 1 ? number.value : nil
            case .duration:
                let word = String(unit.prefix { $0.isLetter })
                guard durationUnits.contains(word) else { return nil }
                return Units.seconds(in: word).map { $0 * number.value }
            case .rate: return unit.hasPrefix("/s") ? number.value : nil
            case .count: return number.isCount ? number.value : nil
            }
        }.first
    }

    /// Units of time that are nothing else in a sentence: not `m`, which may be metres or millions.
    private static let durationUnits: Set<String> = [
        "ms", "s", "sec", "second", "seconds", "min", "minute", "minutes", "h", "hour", "hours",
        "d", "day", "days",
    ]

    /// A value of the field as people write it.
    func shown(_ value: Double) -> String {
        switch field.dimension {
        case .ratio: Shown.percent(value, .nearest)
        case .duration: Shown.duration(value, .nearest)
        case .rate: "\(Shown.significant(value))/s"
        case .count: Shown.significant(value)
        }
    }
}
