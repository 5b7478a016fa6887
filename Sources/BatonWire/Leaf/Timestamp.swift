// RFC 3339 text for instants, UTC, with microseconds: the form of `time` in every event.

package import BatonCore
import PlainText

package enum Timestamp {
    /// `2026-11-20T08:09:10.123456Z`.
    package static func text(_ instant: Instant) -> String {
        String(decoding: bytes(instant), as: UTF8.self)
    }

    static func bytes(_ instant: Instant) -> [UInt8] {
        let micros = instant.microseconds
        let days = CivilDate.floorDivide(micros, by: 86_400_000_000)
        let inDay = micros - days * 86_400_000_000
        let date = CivilDate(daysSince1970: days)
        var out: [UInt8] = []
        out.reserveCapacity(27)
        append(date.year, digits: 4, to: &out)
        out.append(UInt8(ascii: "-"))
        append(date.month, digits: 2, to: &out)
        out.append(UInt8(ascii: "-"))
        append(date.day, digits: 2, to: &out)
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
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
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
}
