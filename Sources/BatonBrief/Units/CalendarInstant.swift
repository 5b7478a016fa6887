// Calendar instants: RFC 3339 texts and UTC microseconds, by the proleptic Gregorian calendar. No
// clock and no time zone database: an instant without a zone is refused.

import PlainText

/// Reads and writes instants.
package enum CalendarInstant {
    /// `2026-12-01T08:00Z`, with optional seconds, fraction and offset, in UTC microseconds.
    package static func microseconds(_ text: String) throws(UnitError) -> Int64 {
        guard let value = read(Array(text.trimmed.utf8)) else {
            throw UnitError(
                expected: "an instant with its zone such as 2026-12-01T08:00Z",
                suggestion: text.trimmed.utf8.count == 10 ? text.trimmed + "T00:00Z" : nil)
        }
        return value
    }

    /// `2026-12-01T08:00:00Z`; microseconds only if there are any.
    package static func shown(microseconds: Int64) -> String {
        let seconds = CivilDate.floorDivide(microseconds, by: 1_000_000)
        let fraction = microseconds - seconds * 1_000_000
        let days = CivilDate.floorDivide(seconds, by: 86_400)
        let second = seconds - days * 86_400
        let date = CivilDate(daysSince1970: days)
        let tail = fraction == 0 ? "" : "." + padded(fraction, 6)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
            + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
            + "\(tail)Z"
    }

    private static func read(_ bytes: [UInt8]) -> Int64? {
        var reader = DigitReader(bytes: bytes)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2), reader.take("T") || reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2)
        else { return nil }
        var second: Int64 = 0
        var fraction: Int64 = 0
        if reader.take(":") {
            guard let read = reader.number(2) else { return nil }
            second = read
            if reader.take(".") {
                guard let read = reader.fraction() else { return nil }
                fraction = read
            }
        }
        guard let offset = reader.offset(), reader.isAtEnd, (1...12).contains(month), year >= 1970,
            (1...daysIn(month: month, year: year)).contains(day), hour < 24, minute < 60,
            second < 60
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        return seconds * 1_000_000 + fraction
    }

    private static func daysIn(month: Int64, year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        switch month {
        case 2: return isLeap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Takes digits and marks off the front of an instant's text.
private struct DigitReader {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: mark) else { return false }
        index += 1
        return true
    }

    mutating func number(_ width: Int) -> Int64? {
        guard index + width <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[index..<index + width] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 48)
        }
        index += width
        return value
    }

    /// One to six digits, as microseconds.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var width = 0
        while width < 6, let digit = number(1) {
            value = value * 10 + digit
            width += 1
        }
        guard width > 0 else { return nil }
        for _ in width..<6 { value *= 10 }
        return value
    }

    /// `Z` or `+01:00`, in minutes east.
    mutating func offset() -> Int64? {
        if take("Z") { return 0 }
        let isWest: Bool
        if take("+") {
            isWest = false
        } else if take("-") {
            isWest = true
        } else {
            return nil
        }
        guard let hours = number(2), take(":"), let minutes = number(2), hours < 15, minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isWest ? -1 : 1)
    }
}
