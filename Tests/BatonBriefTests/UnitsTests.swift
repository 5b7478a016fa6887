// Claims about numbers with units, both ways.

import BatonBrief
import JSON
import Testing

@Suite struct UnitsTests {
    @Test(
        "cost is shown in dollars with at least two decimals, and none lost",
        arguments: [
            (0, "0.00"), (1, "0.000001"), (250_000, "0.25"), (500_000, "0.50"),
            (1_000_000, "1.00"), (5_123_400, "5.1234"),
            (9_007_199_254_740_991, "9007199254.740991"),
        ] as [(Int64, String)])
    func microDollars(amount: Int64, text: String) {
        #expect(MicroDollars(amount).description == text)
    }

    @Test(
        "durations are seconds",
        arguments: [
            ("800ms", 0.8), ("10m", 600), ("30d", 2_592_000), ("6 weeks", 3_628_800),
            ("12ms", 0.012),
            ("1h30m", 5400), ("1 h 30 min", 5400), ("0.5s", 0.5), ("250us", 0.000_25),
            ("7ms", 0.007),
        ])
    func durations(text: String, seconds: Double) throws {
        #expect(try Units.duration(text) == seconds)
    }

    @Test(
        "shares are exact",
        arguments: [
            ("99.95%", 0.9995), ("0.9995", 0.9995), ("2%", 0.02), ("0.01%", 0.0001), ("100%", 1),
        ])
    func ratios(text: String, value: Double) throws {
        #expect(try Units.ratio(text) == value)
    }

    @Test(
        "rates are per second",
        arguments: [("40/s", 40.0), ("90/min", 1.5), ("3600/h", 1), ("5 req/s", 5), ("20 rps", 20)])
    func rates(text: String, value: Double) throws {
        #expect(try Units.rate(text) == value)
    }

    @Test(
        "sizes are bytes",
        arguments: [("2 MiB", 2_097_152.0), ("2 KiB", 2048), ("1kB", 1000), ("512 bytes", 512)])
    func sizes(text: String, value: Double) throws {
        #expect(try Units.size(text) == value)
    }

    @Test("compound values keep their parts")
    func compounds() throws {
        #expect(try Units.money("0.12 EUR") == ["amount": 0.12, "currency": "EUR"])
        #expect(try Units.money("EUR 0.12") == ["amount": 0.12, "currency": "EUR"])
        #expect(try Units.peak("300/s for 2h") == ["rate": 300, "for": 7200])
        #expect(try Units.maintenance("30m daily") == ["for": 1800, "every": 86_400])
        #expect(try Units.maintenance("2h every 7d") == ["for": 7200, "every": 604_800])
    }

    @Test(
        "instants are UTC microseconds",
        arguments: [
            ("2026-12-01T08:00Z", Int64(1_796_112_000_000_000)),
            ("2026-12-01T09:00:00+01:00", 1_796_112_000_000_000),
            ("1970-01-01T00:00:00.5Z", 500_000), ("2024-02-29T00:00Z", 1_709_164_800_000_000),
        ])
    func instants(text: String, value: Int64) throws {
        #expect(try CalendarInstant.microseconds(text) == value)
    }

    @Test(
        "an instant is shown as it is read",
        arguments: [0, 1_709_164_800_000_000, 4_102_444_799_123_456])
    func shownInstants(value: Int64) throws {
        #expect(
            try CalendarInstant.microseconds(CalendarInstant.shown(microseconds: value)) == value)
    }

    @Test(
        "what is no instant is refused",
        arguments: [
            "2026-12-01", "2026-13-01T00:00Z", "2025-02-29T00:00Z", "2026-12-01T08:00", "x",
            "2026-12-01T24:00Z",
        ])
    func badInstants(text: String) {
        #expect(throws: UnitError.self) { try CalendarInstant.microseconds(text) }
    }

    @Test("a bare number is refused with what it might mean")
    func bareNumbers() {
        func suggestion<T>(_ body: () throws(UnitError) -> T) -> String? {
            do {
                _ = try body()
                return "accepted"
            } catch { return error.suggestion }
        }
        #expect(suggestion { () throws(UnitError) in try Units.duration("800") } == "800ms or 800s")
        #expect(suggestion { () throws(UnitError) in try Units.rate("40") } == "40/s")
        #expect(suggestion { () throws(UnitError) in try Units.ratio("99.95") } == "99.95%")
        #expect(suggestion { () throws(UnitError) in try Units.money("0.12") } == "0.12 EUR")
        #expect(suggestion { () throws(UnitError) in try Units.duration("2 months") } == "60d")
    }

    @Test(
        "what is no number is refused",
        arguments: [
            "", " ", "-5ms", "ms", "1..2s", "0x10s", "5 parsecs", "1e999s", "nan s", "١s", "5s x",
        ])
    func badDurations(text: String) {
        #expect(throws: UnitError.self) { try Units.duration(text) }
    }

    @Test(
        "an availability is never shown better than it is",
        arguments: [
            (0.9995, "99.95%"), (0.999_499_9, "99.9499%"), (0.999_999, "99.9999%"), (0.9, "90%"),
            (0.998, "99.8%"), (1, "100%"), (0.999_94, "99.994%"), (0.9999, "99.99%"),
        ])
    func availability(value: Double, shown: String) throws {
        #expect(Units.shown(value, .availability) == shown)
        #expect(try Units.ratio(shown) <= value)
    }

    @Test(
        "numbers are shown with the unit that fits",
        arguments: [
            (0.8, Units.Kind.duration, "800 ms"), (5184, .duration, "86.4 min"),
            (2_592_000, .duration, "30 d"),
            (90, .duration, "90 s"), (3600, .duration, "1 h"), (0, .duration, "0 s"),
            (40, .rate, "40/s"), (0.05, .rate, "3/min"),
            (2048, .size, "2 KiB"), (0.12, .money(currency: "EUR"), "0.12 EUR"),
            (0.0005, .ratio, "0.05%"),
            (1.4, .number, "1.4"), (-2.5, .number, "-2.5"), (1_000_000, .number, "1000000"),
        ])
    func shown(value: Double, kind: Units.Kind, text: String) {
        #expect(Units.shown(value, kind) == text)
    }

    @Test(
        "numbers beyond all bounds are refused",
        arguments: [
            "1e-9223372036854775808 B", "1e15 TiB", "999999999999999999999999 TiB",
            "1e9223372036854775808%",
        ])
    func beyond(text: String) throws {
        for entry in FieldCatalog.entries where entry.kind == .size {
            #expect(throws: UnitError.self) { try FieldValue.parse(text, as: entry) }
        }
        _ = try? Units.ratio(text)
        _ = try? Units.rate(text)
        _ = BriefParser.parse(
            Array("---\nqueues:\n- {name: q, payload: \(text)}\n---\n".utf8))
    }
}
