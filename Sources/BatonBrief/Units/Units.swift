// Numbers with units as people write them, turned into base units: seconds, events a second, ratios
// from 0 to 1, bytes, an amount with its currency, UTC microseconds. A bare number where a unit is
// needed is refused. Formatting the other way is in Units+Shown.swift.
package import JSON
import PlainText

/// Why a text is not what a field needs.
package struct UnitError: Error, Sendable, Hashable {
    /// "a duration such as 800ms".
    package let expected: String
    /// What might have been meant; nil if there is no good guess.
    package let suggestion: String?
}

/// Units of measure.
package enum Units {
    /// `99.95%` or `0.9995`, from 0 to 1.
    package static func ratio(_ text: String) throws(UnitError) -> Double {
        let expected = "a share such as 99.95% or 0.9995"
        guard let (number, unit) = split(text) else {
            throw UnitError(expected: expected, suggestion: nil)
        }
        let value: Double?
        switch unit {
        case "%", "percent": value = Double(shifting(number, by: -2))
        case "": value = Double(number)
        default: value = nil
        }
        guard let value, (0...1).contains(value) else {
            let isPercentage = unit.isEmpty && (Double(number).map { $0 > 1 && $0 <= 100 } ?? false)
            throw UnitError(expected: expected, suggestion: isPercentage ? "\(number)%" : nil)
        }
        return value
    }

    /// `800ms`, `10m`, `1h30m`, `30d`, `6 weeks`, in seconds.
    package static func duration(_ text: String) throws(UnitError) -> Double {
        let expected = "a duration such as 800ms, 10m or 30d"
        var rest = Substring(text.trimmed)
        var seconds = 0.0
        var parts = 0
        while !rest.isEmpty {
            guard let (number, after) = leadingNumber(rest) else { break }
            let unit = after.drop(while: \.isWhitespace).prefix { $0.isLetter }
            guard let value = durationPart(number, unit: String(unit)) else {
                throw UnitError(
                    expected: expected,
                    suggestion: unit.isEmpty ? "\(number)ms or \(number)s" : nearMonth(unit, number)
                )
            }
            seconds += value
            parts += 1
            rest = after.drop(while: \.isWhitespace).dropFirst(unit.count)
                .drop(while: \.isWhitespace)
        }
        guard parts > 0, rest.isEmpty, seconds.isFinite else {
            throw UnitError(expected: expected, suggestion: nil)
        }
        return seconds
    }

    /// The seconds in one `ms`, `min`, `days` and so on; nil for what is no unit of time.
    package static func seconds(in unit: String) -> Double? { durationPart("1", unit: unit) }

    /// `40/s`, `90/min`, `5 req/s`, in events a second.
    package static func rate(_ text: String) throws(UnitError) -> Double {
        let expected = "a rate such as 40/s or 90/min"
        guard let (number, unit) = split(text) else {
            throw UnitError(expected: expected, suggestion: nil)
        }
        let period: Double?
        let pieces = unit.split(separator: "/", omittingEmptySubsequences: false)
        if pieces.count == 2, pieces[0].allSatisfy({ $0.isLetter || $0 == " " }) {
            period = seconds(in: String(pieces[1]).trimmed)
        } else {
            period = unit == "rps" || unit == "qps" ? 1 : nil
        }
        guard let period, let value = Double(number) else {
            throw UnitError(expected: expected, suggestion: unit.isEmpty ? "\(number)/s" : nil)
        }
        return value / period
    }

    /// `2 MiB`, `64 kB`, `512 bytes`, in bytes.
    package static func size(_ text: String) throws(UnitError) -> Double {
        let expected = "a size such as 2 KiB or 1 MB"
        let units: [(String, Double)] = [
            ("b", 1), ("byte", 1), ("bytes", 1),
            ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12),
            ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("tib", 1_099_511_627_776),
        ]
        guard let (number, unit) = split(text), let value = Double(number),
            let factor = units.first(where: { $0.0 == unit.lowercased() })?.1
        else {
            let bare = split(text).map {
                $0.unit.isEmpty ? "\($0.number) B or \($0.number) KiB" : nil
            }
            throw UnitError(expected: expected, suggestion: bare ?? nil)
        }
        return (value * factor).rounded()
    }

    /// `0.12 EUR` or `EUR 0.12`, with its currency.
    package static func money(_ text: String) throws(UnitError) -> JSONValue {
        let expected = "an amount with a currency such as 0.12 EUR"
        let words = text.trimmed.split(separator: " ").map(String.init)
        let ordered =
            words.count == 2 && TextPattern.currency.matches(words[0])
            ? "\(words[1]) \(words[0])" : text
        guard let (number, unit) = split(ordered), let amount = Double(number) else {
            throw UnitError(expected: expected, suggestion: nil)
        }
        let currency = unit == "€" ? "EUR" : unit
        guard TextPattern.currency.matches(currency) else {
            throw UnitError(expected: expected, suggestion: unit.isEmpty ? "\(number) EUR" : nil)
        }
        return ["amount": JSONValue(canonical: amount), "currency": .string(currency)]
    }

    /// A bare number, not negative.
    package static func number(_ text: String) throws(UnitError) -> Double {
        guard let (number, unit) = split(text), unit.isEmpty, let value = Double(number) else {
            throw UnitError(expected: "a number without a unit such as 1.4", suggestion: nil)
        }
        return value
    }

    /// A bare whole number, not negative.
    package static func count(_ text: String) throws(UnitError) -> Int64 {
        let value = try? number(text)
        guard let value, let whole = Int64(exactly: value) else {
            throw UnitError(expected: "a whole number such as 4", suggestion: nil)
        }
        return whole
    }

    /// `300/s for 2h`, or `300/s`: `{"rate", "for"}`.
    package static func peak(_ text: String) throws(UnitError) -> JSONValue {
        let words = text.components(separatedBy: " for ")
        let expected = "a rate with how long it lasts such as 300/s for 2h"
        guard words.count <= 2 else { throw UnitError(expected: expected, suggestion: nil) }
        do {
            var peak = JSONObject([("rate", JSONValue(canonical: try rate(words[0])))])
            if words.count == 2 { peak["for"] = JSONValue(canonical: try duration(words[1])) }
            return .object(peak)
        } catch {
            throw UnitError(expected: expected, suggestion: error.suggestion)
        }
    }

    /// `30m daily`, `2h every 7d`: `{"for", "every"}`.
    package static func maintenance(_ text: String) throws(UnitError) -> JSONValue {
        let expected = "a length with how often it comes such as 30m daily or 2h every 7d"
        let rhythms: [(String, Double)] = [
            (" hourly", 3600), (" daily", 86_400), (" weekly", 604_800), (" monthly", 2_592_000),
        ]
        do {
            for (word, seconds) in rhythms where text.trimmed.hasSuffix(word) {
                let length = try duration(String(text.trimmed.dropLast(word.count)))
                return [
                    "for": JSONValue(canonical: length), "every": JSONValue(canonical: seconds),
                ]
            }
            let words = text.components(separatedBy: " every ")
            guard words.count == 2 else { throw UnitError(expected: expected, suggestion: nil) }
            let period =
                words[1].trimmed == "day" ? "1d" : words[1].trimmed == "week" ? "7d" : words[1]
            return [
                "for": JSONValue(canonical: try duration(words[0])),
                "every": JSONValue(canonical: try duration(period)),
            ]
        } catch {
            throw UnitError(expected: expected, suggestion: nil)
        }
    }

    // MARK: Reading

    /// A number at the start and what follows it, without the space between.
    private static func split(_ text: String) -> (number: String, unit: String)? {
        guard let (number, rest) = leadingNumber(Substring(text.trimmed)) else { return nil }
        return (number, String(rest).trimmed)
    }

    /// Digits with `_` between them, a fraction and an exponent; no sign.
    private static func leadingNumber(_ text: Substring) -> (String, Substring)? {
        var digits = ""
        var rest = text
        var hasPoint = false
        while let character = rest.first {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else if character == ".", !hasPoint, !digits.isEmpty {
                hasPoint = true
                digits.append(character)
            } else if character != "_" || digits.isEmpty {
                break
            }
            rest.removeFirst()
        }
        guard let last = digits.last, last != ".", digits.count <= 24 else { return nil }
        if rest.first == "e" || rest.first == "E" {
            let exponent = rest.dropFirst().prefix {
                $0 == "-" || $0 == "+" || ("0"..."9").contains($0)
            }
            if let power = Int(exponent), (-15...15).contains(power) {
                digits += "e\(power)"
                rest = rest.dropFirst(1 + exponent.count)
            }
        }
        return (digits, rest)
    }

    /// Shifts the decimal point in the text, so that 99.95% is exactly the double 0.9995.
    private static func shifting(_ number: String, by power: Int) -> String {
        guard let mark = number.firstIndex(of: "e") else { return number + "e\(power)" }
        let exponent = Int(number[number.index(after: mark)...]) ?? 0
        return number[..<mark] + "e\(exponent + power)"
    }

    private static func durationPart(_ number: String, unit: String) -> Double? {
        let powers: [String: Int] = ["ns": -9, "us": -6, "µs": -6, "μs": -6, "ms": -3]
        if let power = powers[unit] { return Double(shifting(number, by: power)) }
        let factors: [([String], Double)] = [
            (["s", "sec", "secs", "second", "seconds"], 1),
            (["m", "min", "mins", "minute", "minutes"], 60),
            (["h", "hr", "hrs", "hour", "hours"], 3600),
            (["d", "day", "days"], 86_400),
            (["w", "week", "weeks"], 604_800),
        ]
        guard let factor = factors.first(where: { $0.0.contains(unit) })?.1 else { return nil }
        return Double(number).map { $0 * factor }
    }

    /// Months and years have no fixed length, so the days have to be said.
    private static func nearMonth(_ unit: Substring, _ number: String) -> String? {
        guard let count = Double(number) else { return nil }
        switch unit {
        case "month", "months", "mo": return plain(count * 30) + "d"
        case "year", "years", "y": return plain(count * 365) + "d"
        default: return nil
        }
    }
}
