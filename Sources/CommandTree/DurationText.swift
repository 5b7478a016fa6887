// Lengths of time as people type and read them.

/// Reads `90s`, `1h30m`, `250ms`; writes `1 h 30 m`.
package enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Milliseconds, or nil when the text is not a length of time. Every number needs its unit.
    package static func milliseconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let suffix = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(suffix.count)
            guard let amount = Double(String(number)), amount >= 0,
                let unit = units.first(where: { $0.suffix == suffix })
            else { return nil }
            let part = amount * Double(unit.milliseconds)
            guard part <= 1e14 else { return nil }
            total += Int64(part.rounded())
        }
        return total
    }

    /// A length for people: `350 ms`, `4.2 s`, `3 m 20 s`, `2 h 5 m`, `4 d 2 h`.
    package static func text(milliseconds: Int64) -> String {
        if milliseconds < 0 { return "-" + text(milliseconds: -milliseconds) }
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds < 10_000 {
            let tenths = milliseconds / 100
            return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
        }
        let seconds = milliseconds / 1000
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return pair(seconds / 60, "m", seconds % 60, "s") }
        if seconds < 86_400 { return pair(seconds / 3600, "h", seconds % 3600 / 60, "m") }
        return pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ lower: String)
        -> String
    {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(lower)"
    }
}
