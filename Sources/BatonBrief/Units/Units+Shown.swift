// Numbers in base units, shown as a person would write them. What is shown can be read back; where
// rounding would promise more than was computed, it rounds to the safe side.

extension Units {
    /// How a number is to be shown.
    package enum Kind: Sendable, Hashable {
        /// A share that is a promise: cut, never rounded up.
        case availability
        /// Any other share.
        case ratio
        /// Seconds.
        case duration
        /// Events a second.
        case rate
        /// Bytes.
        case size
        /// An amount in a currency.
        case money(currency: String)
        case number
        /// UTC microseconds.
        case instant
    }

    /// The value as a person would write it.
    package static func shown(_ value: Double, _ kind: Kind) -> String {
        guard value.isFinite else { return "not finite" }
        switch kind {
        case .availability: return shownAvailability(value)
        case .ratio: return significant(value * 100, digits: 4) + "%"
        case .duration: return shownDuration(value)
        case .rate:
            if value != 0, value < 0.1 / 60 { return significant(value * 3600, digits: 4) + "/h" }
            if value != 0, value < 0.1 { return significant(value * 60, digits: 4) + "/min" }
            return significant(value, digits: 4) + "/s"
        case .size: return shownSize(value)
        case .money(let currency): return significant(value, digits: 6) + " " + currency
        case .number: return significant(value, digits: 6)
        case .instant: return CalendarInstant.shown(microseconds: Int64(value))
        }
    }

    /// Three digits of what is missing to 100%, cut: 0.99949 is never shown as 99.95%.
    private static func shownAvailability(_ value: Double) -> String {
        guard value > 0, value < 1 else { return significant(value * 100, digits: 4) + "%" }
        var decimals = 0
        var scale = 1.0
        while (1 - value) * 100 * scale < 99.5, decimals < 9 {
            decimals += 1
            scale *= 10
        }
        // The product of a decimal such as 0.9995 may fall just below the whole number.
        let cut = (value * 100 * scale * (1 + 1e-14)).rounded(.down)
        return fixed(cut / scale, decimals: decimals) + "%"
    }

    private static func shownDuration(_ value: Double) -> String {
        let units: [(String, Double)] = [
            ("d", 86_400), ("h", 3600), ("min", 60), ("s", 1), ("ms", 1e-3), ("us", 1e-6),
        ]
        if value == 0 { return "0 s" }
        // The largest unit of which there are at least two, or a whole number of it.
        for (name, seconds) in units where value >= seconds {
            let count = value / seconds
            let isWhole = abs(count - count.rounded()) < 1e-9
            if count >= 2 || isWhole || seconds <= 1 {
                return significant(count, digits: 4) + " " + name
            }
        }
        return significant(value * 1e9, digits: 4) + " ns"
    }

    private static func shownSize(_ value: Double) -> String {
        let units: [(String, Double)] = [
            ("TiB", 1_099_511_627_776), ("GiB", 1_073_741_824), ("MiB", 1_048_576), ("KiB", 1024),
        ]
        for (name, bytes) in units where value >= bytes {
            return significant(value / bytes, digits: 4) + " " + name
        }
        return significant(value, digits: 4) + " B"
    }

    /// Rounded to a number of significant digits; whole numbers keep all their digits.
    package static func significant(_ value: Double, digits: Int) -> String {
        let magnitude = abs(value)
        guard magnitude > 0 else { return "0" }
        guard magnitude < 1e15, magnitude >= 1e-9 else { return "\(value)" }
        var decimals = digits - 1
        var bound = 10.0
        while magnitude >= bound, decimals > 0 {
            bound *= 10
            decimals -= 1
        }
        bound = 1
        while magnitude < bound, decimals < 12 {
            bound /= 10
            decimals += 1
        }
        return fixed(value, decimals: decimals)
    }

    /// Without exponent and without zeros at the end.
    static func plain(_ value: Double) -> String { significant(value, digits: 12) }

    /// Rounded to decimals, without zeros at the end.
    private static func fixed(_ value: Double, decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e18 else { return "\(value)" }
        var digits = String(Int64(scaled))
        if decimals > 0 {
            if digits.count <= decimals {
                digits = String(repeating: "0", count: decimals - digits.count + 1) + digits
            }
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
            while digits.hasSuffix("0") { digits.removeLast() }
            if digits.hasSuffix(".") { digits.removeLast() }
        }
        return value < 0 && scaled != 0 ? "-" + digits : digits
    }
}
