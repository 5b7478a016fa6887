// Values with units, one at a time: far more of them than through whole briefs.

import BatonBrief
import JSON

struct UnitsTarget: FuzzTarget {
    static let name = "units"

    private let mutator = Mutator(words: [
        "%", "ms", "s", "m", "h", "d", "weeks", "/s", " req/s", "rps", " KiB", " TiB", " EUR",
        "EUR ", " for ",
        " every ", " daily", "T", "Z", "+01:00", "-23:59", ":", ".", "_", "e", "e15", "e-15", "€",
        "9999",
        "99999999999999999999999", "years", "\u{664}", "²",
    ])

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let text = Array(random.pick(FieldCatalog.entries).example.utf8)
        return mutator.mutate(mutator.mutate(text, &random), &random)
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let text = String(decoding: input.prefix(4_096), as: UTF8.self)
        var accepted = 0
        for entry in FieldCatalog.entries {
            guard let value = try? FieldValue.parse(text, as: entry) else { continue }
            accepted += 1
            if let number = value.doubleValue {
                try require(number.isFinite, "\(entry.path) became \(number)")
                if let range = entry.range {
                    try require(range.contains(number), "\(entry.path) became \(number)")
                }
            }
            try JSONTarget.requireFixedPoint(value.encoded())
            _ = FieldValue.shown(value, as: entry.kind)
        }
        return accepted > 0 ? .accepted() : .refused("fits nothing")
    }
}
