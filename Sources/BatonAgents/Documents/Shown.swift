// Figures as people read them: rounded once, to the safe side, with a unit.
// The stored value of a quantity is never rounded; only its `shown` text is.

import Arithmetic

/// Text for figures.
package enum Shown {
    /// The side to which a figure may be rounded without becoming an empty promise.
    package enum Rounding: Sendable {
        case up, down, nearest
    }

    /// `value` in `unit`, with about four significant digits.
    package static func text(_ value: Double, unit: String, rounding: Rounding) -> String {
        switch unit {
        case "ratio": percent(value, rounding)
        case "s": duration(value, rounding)
        case "min": significant(value, rounding) + " min"
        case "1/s": significant(value, rounding) + "/s"
        case "1/d": significant(value, rounding) + " a day"
        case "bytes": bytes(value, rounding)
        case "1": significant(value, rounding)
        case "factor": significant(value, rounding) + "×"
        default: counted(significant(value, rounding), unit)
        }
    }

    /// `12 workers`, `1 worker`.
    private static func counted(_ number: String, _ unit: String) -> String {
        number + " " + (number == "1" && unit.hasSuffix("s") ? String(unit.dropLast()) : unit)
    }

    /// A ratio as a percentage: five decimals just below 100 %, where they are what matters, else
    /// four significant digits.
    package static func percent(_ ratio: Double, _ rounding: Rounding = .down) -> String {
        let isPromise = ratio >= 0.9 && ratio <= 1
        return
            (isPromise
            ? fixed(ratio * 100, decimals: 5, rounding) : significant(ratio * 100, rounding)) + " %"
    }

    /// An availability beside a promise: a percentage with two decimals more than the promise has,
    /// so that what is lacking is seen and no more is claimed than the figures hold; five decimals
    /// without a promise. To be truncated, except for what must be reached.
    package static func availability(
        _ ratio: Double, promised: Double?, _ rounding: Rounding = .down
    ) -> String {
        let decimals = promised.map { promised in
            let text = fixed(promised * 100, decimals: 7, .nearest)
            return (text.split(separator: ".").dropFirst().first?.count ?? 0) + 2
        }
        return fixed(ratio * 100, decimals: decimals ?? 5, rounding) + " %"
    }

    /// Seconds as people say them.
    package static func duration(_ seconds: Double, _ rounding: Rounding = .up) -> String {
        switch seconds.magnitude {
        case 0: "0 s"
        case ..<1: significant(seconds * 1000, rounding) + " ms"
        case ..<120: significant(seconds, rounding) + " s"
        case ..<7200: significant(seconds / 60, rounding) + " min"
        case ..<172_800: significant(seconds / 3600, rounding) + " h"
        default: significant(seconds / 86400, rounding) + " d"
        }
    }

    private static func bytes(_ value: Double, _ rounding: Rounding) -> String {
        switch value.magnitude {
        case ..<1024: significant(value, rounding) + " bytes"
        case ..<1_048_576: significant(value / 1024, rounding) + " KiB"
        case ..<1_073_741_824: significant(value / 1_048_576, rounding) + " MiB"
        default: significant(value / 1_073_741_824, rounding) + " GiB"
        }
    }

    /// Whole numbers whole; others with four significant digits.
    package static func significant(_ value: Double, _ rounding: Rounding = .nearest) -> String {
        let magnitude = value.magnitude
        if magnitude < 1e15, value == value.rounded() { return fixed(value, decimals: 0, rounding) }
        let decimals =
            switch magnitude {
            case 1000...: 0
            case 100..<1000: 1
            case 10..<100: 2
            case 1..<10: 3
            case 0.1..<1: 4
            case 0.01..<0.1: 5
            default: 9
            }
        return fixed(value, decimals: decimals, rounding)
    }

    /// `value` with at most `decimals` decimals, trailing zeros dropped. A difference below 1e-9
    /// relative counts as rounding noise, so 86.40000000000008 rounded up stays 86.4.
    package static func fixed(_ value: Double, decimals: Int, _ rounding: Rounding) -> String {
        let scale = RealFunctions.power(10, decimals)
        let scaled = value * scale
        guard scaled.magnitude < 9e15 else { return "\(value)" }
        let noise = max(scaled.magnitude * 1e-9, 1e-12)
        let whole: Int64 =
            switch rounding {
            case .up: Int64((scaled - noise).rounded(.up))
            case .down: Int64((scaled + noise).rounded(.down))
            case .nearest: Int64(scaled.rounded())
            }
        let sign = whole < 0 ? "-" : ""
        var digits = String(whole.magnitude)
        while digits.count <= decimals { digits = "0" + digits }
        var fraction = digits.suffix(decimals)
        while fraction.last == "0" { fraction = fraction.dropLast() }
        var integer = ""
        for (index, digit) in digits.dropLast(decimals).reversed().enumerated() {
            if index > 0, index % 3 == 0, digits.count - decimals > 4 { integer = "," + integer }
            integer = String(digit) + integer
        }
        return sign + integer + (fraction.isEmpty ? "" : "." + fraction)
    }
}
