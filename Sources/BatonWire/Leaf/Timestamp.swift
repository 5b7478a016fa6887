// RFC 3339 text for instants, UTC, with microseconds: the form of `time` in every event.

package import BatonCore

package enum Timestamp {
    /// `2026-11-20T08:09:10.123456Z`. The calendar is proleptic Gregorian (the days-to-civil
    /// computation is Howard Hinnant's, "chrono-compatible low-level date algorithms").
    package static func text(_ instant: Instant) -> String {
        String(decoding: bytes(instant), as: UTF8.self)
    }

    static func bytes(_ instant: Instant) -> [UInt8] {
        let micros = instant.microseconds
        let days = floorDivide(micros, 86_400_000_000)
        let inDay = micros - days * 86_400_000_000
        let (year, month, day) = civil(days: days)
        var out: [UInt8] = []
        out.reserveCapacity(27)
        append(year, digits: 4, to: &out)
        out.append(UInt8(ascii: "-"))
        append(month, digits: 2, to: &out)
        out.append(UInt8(ascii: "-"))
        append(day, digits: 2, to: &out)
        out.append(UInt8(ascii: "T"))
        append(inDay / 3_600_000_000, digits: 2, to: &out)
        out.append(UInt8(ascii: ":"))
        append(inDay / 60_000_000 % 60, digits: 2, to: &out)
        out.append(UInt8(ascii: ":"))
        append(inDay / 1_000_000 % 60, digits: 2, to: &out)
        out.append(UInt8(ascii: "."))
        append(inDay % 1_000_000, digits: 6, to: &out)
        out.append(UInt8(ascii: "Z"))
        return out
    }

    /// Reads what `text` writes, and nothing else.
    package static func instant(_ text: String) -> Instant? {
        let bytes = Array(text.utf8)
        guard bytes.count == 27 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let fraction = number(20..<26), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = daysFromCivil(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        let instant = Instant(microseconds: seconds * 1_000_000 + fraction)
        return self.bytes(instant) == bytes ? instant : nil
    }

    private static func append(_ value: Int64, digits: Int, to out: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        var rest = value
        for _ in 0..<digits {
            out.append(UInt8(0x30 + rest / divisor % 10))
            rest %= divisor
            divisor = max(divisor / 10, 1)
        }
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }

    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func daysFromCivil(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
