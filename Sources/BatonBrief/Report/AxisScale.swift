// An axis: from where to where, with ticks at round values and their texts. Arithmetic only, so the
// same plot has the same ticks everywhere.

/// The scale of one axis.
struct AxisScale {
    /// A tick with what stands beside it.
    struct Tick {
        let value: Double
        let text: String
    }

    let low: Double
    let high: Double
    let ticks: [Tick]

    /// About so many steps between ticks: enough to read a value, few enough for their texts.
    private static let stepsWanted = 6.0

    /// Values that differ by less than this share of their size are drawn as one.
    private static let spanMin = 1e-9

    /// - Parameters:
    ///   - values: all that has to fit.
    ///   - isPadded: whether the axis ends at ticks; else it ends where the values do.
    ///   - beginsAtZero: whether 0 is shown although nothing lies there.
    init(_ values: [Double], unit: String, isPadded: Bool, beginsAtZero: Bool) {
        var least = values.min() ?? 0
        var most = values.max() ?? 1
        if beginsAtZero {
            least = min(least, 0)
            most = max(most, 0)
        }
        let size = max(least.magnitude, most.magnitude)
        if most - least < max(size * Self.spanMin, Double.leastNormalMagnitude / Self.spanMin) {
            most = least + max(size, 1)
        }
        let isWhole = values.allSatisfy { $0 == $0.rounded() } && !Self.isTime(unit)
        let step = Self.step(for: (most - least) / Self.stepsWanted, unit: unit, isWhole: isWhole)
        let first = (least / step).rounded(isPadded ? .down : .up)
        let last = (most / step).rounded(isPadded ? .up : .down)
        low = isPadded ? first * step : least
        high = isPadded ? last * step : most
        ticks = (0...Int(max(last - first, 0))).map { index in
            let value = (first + Double(index)) * step
            return Tick(value: value, text: Self.text(value, unit: unit, step: step))
        }
    }

    /// Where a value lies, 0 at the low end and 1 at the high end.
    func share(_ value: Double) -> Double { (value - low) / (high - low) }

    private static func isTime(_ unit: String) -> Bool { unit == "s" || unit == "min" }

    /// Steps in which clocks and calendars count, in seconds.
    private static let clockSteps: [Double] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
        86_400, 172_800, 432_000, 604_800, 864_000, 1_296_000, 2_592_000, 5_184_000,
    ]

    /// The round step that is not below `wanted`: 1, 2 or 5 times a power of ten.
    private static func step(for wanted: Double, unit: String, isWhole: Bool) -> Double {
        if unit == "s", wanted > 1, let step = clockSteps.first(where: { $0 >= wanted }) {
            return step
        }
        let wanted = isWhole ? max(wanted, 1) : wanted
        var power = 1.0
        while power * 10 <= wanted { power *= 10 }
        while power > wanted { power /= 10 }
        return [1, 2, 5].map { $0 * power }.first { $0 >= wanted * (1 - 1e-9) } ?? power * 10
    }

    /// A tick's text, in one unit for the whole axis.
    private static func text(_ value: Double, unit: String, step: Double) -> String {
        switch unit {
        case "ratio": return grouped(value * 100) + " %"
        case "s":
            let units: [(name: String, seconds: Double)] = [
                ("d", 86_400), ("h", 3600), ("min", 60), ("s", 1),
            ]
            guard value != 0 else { return "0" }
            guard let fit = units.first(where: { step >= $0.seconds }) else {
                return grouped(value * 1000) + " ms"
            }
            return grouped(value / fit.seconds) + " " + fit.name
        default: return grouped(value)
        }
    }

    /// With commas between thousands, from 10,000.
    static func grouped(_ value: Double) -> String {
        let text = Units.significant(value, digits: 6)
        let integer = text.prefix { $0 != "." }
        let digits = integer.drop { $0 == "-" }
        guard digits.count > 4, digits.allSatisfy(\.isNumber) else { return text }
        var result = ""
        for (index, digit) in digits.reversed().enumerated() {
            if index > 0, index % 3 == 0 { result = "," + result }
            result = String(digit) + result
        }
        return (value < 0 ? "-" : "") + result + text.dropFirst(integer.count)
    }
}
