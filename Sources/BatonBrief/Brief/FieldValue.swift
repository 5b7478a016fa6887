// One scalar of a brief: from the text a person wrote to base units, and back to a text to show.
package import JSON
import PlainText

/// Reads and shows the values of fields.
package enum FieldValue {
    /// The value in base units.
    /// - Throws: what was expected, and a suggestion where there is a good one.
    package static func parse(_ text: String, as entry: FieldEntry) throws(UnitError) -> JSONValue {
        let value = try unchecked(text, as: entry.kind)
        guard let range = entry.range, let number = value.doubleValue, !range.contains(number)
        else { return value }
        let low = shown(.number(range.lowerBound), as: entry.kind)
        let high = shown(.number(range.upperBound), as: entry.kind)
        throw UnitError(expected: "a value from \(low) to \(high)", suggestion: nil)
    }

    private static func unchecked(_ text: String, as kind: FieldKind) throws(UnitError) -> JSONValue
    {
        switch kind {
        case .ratio: return JSONValue(canonical: try Units.ratio(text))
        case .duration: return JSONValue(canonical: try Units.duration(text))
        case .rate: return JSONValue(canonical: try Units.rate(text))
        case .size:
            guard let bytes = Int64(exactly: try Units.size(text)) else {
                throw UnitError(expected: kind.expected, suggestion: nil)
            }
            return .integer(bytes)
        case .money: return try Units.money(text)
        case .count: return .integer(try Units.count(text))
        case .number: return JSONValue(canonical: try Units.number(text))
        case .instant: return .integer(try CalendarInstant.microseconds(text))
        case .peak: return try Units.peak(text)
        case .maintenance: return try Units.maintenance(text)
        case .deadline: return try deadline(text)
        case .choice(let names):
            let word = text.trimmed
            if names.contains(word) { return .string(word) }
            if let same = names.first(where: { $0.lowercased() == word.lowercased() }) {
                return .string(same)
            }
            let near = FieldCatalog.nearest(word.lowercased(), in: names)
            throw UnitError(expected: kind.expected, suggestion: near.map { "did you mean \($0)?" })
        case .name:
            guard TextPattern.identifier.matches(text) else {
                throw UnitError(expected: kind.expected, suggestion: slug(text))
            }
            return .string(text)
        case .text, .file:
            guard TextPattern.visible.matches(text) else {
                throw UnitError(expected: kind.expected, suggestion: nil)
            }
            return .string(text.trimmed)
        case .texts, .names, .agents, .calls, .files, .constraints, .map, .list:
            throw UnitError(expected: kind.expected, suggestion: nil)
        }
    }

    private static func deadline(_ text: String) throws(UnitError) -> JSONValue {
        if let seconds = try? Units.duration(text), seconds > 0 {
            return JSONValue(canonical: seconds)
        }
        if let instant = try? CalendarInstant.microseconds(text) {
            return ["at": .integer(instant)]
        }
        throw UnitError(expected: FieldKind.deadline.expected, suggestion: nil)
    }

    /// The nearest text that is a name.
    static func slug(_ text: String) -> String? {
        var slug = ""
        for scalar in text.trimmed.unicodeScalars {
            if scalar.isASCII, TextPattern.identifier.matches(String(scalar)) {
                slug.unicodeScalars.append(scalar)
            } else if !slug.isEmpty, !slug.hasSuffix("-") {
                slug += "-"
            }
        }
        while slug.hasSuffix("-") { slug.removeLast() }
        return slug.isEmpty ? nil : String(slug.prefix(64))
    }

    /// A value in base units, as a person would write it.
    package static func shown(_ value: JSONValue, as kind: FieldKind) -> String {
        if let number = value["value"], let from = value["from"]?.stringValue {
            return shown(number, as: kind) + " (\(from))"
        }
        if let number = value.doubleValue, let unit = unit(of: kind) {
            return Units.shown(number, unit)
        }
        switch kind {
        case .money:
            let currency = value["currency"]?.stringValue ?? ""
            return Units.shown(value["amount"]?.doubleValue ?? 0, .money(currency: currency))
        case .peak:
            let rate = shown(value["rate"] ?? 0, as: .rate)
            return value["for"].map { "\(rate) for \(shown($0, as: .duration))" } ?? rate
        case .maintenance:
            return shown(value["for"] ?? 0, as: .duration) + " every "
                + shown(value["every"] ?? 0, as: .duration)
        case .calls:
            return (value.arrayValue ?? []).map { call in
                call.stringValue ?? call["parallel"]?.texts.map {
                    "\($0.joined(separator: " and ")) in parallel"
                } ?? call.encodedText
            }.joined(separator: ", then ")
        case .deadline:
            return shown(value["at"] ?? 0, as: .instant)
        default:
            return value.stringValue ?? value.texts?.joined(separator: ", ") ?? value.encodedText
        }
    }

    private static func unit(of kind: FieldKind) -> Units.Kind? {
        switch kind {
        case .ratio(let isPromise): isPromise ? .availability : .ratio
        case .duration, .deadline: .duration
        case .rate, .peak: .rate
        case .size: .size
        case .count, .number: .number
        case .instant: .instant
        default: nil
        }
    }
}
