// Everything that a simulation leaves to chance, drawn from one seed.

import BatonCore

/// Draws of one seed. A reference, so that all parts of a simulation share one row of draws.
package final class Chance {
    private var generator: SplitMix64

    package init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    package func bits() -> UInt64 { generator.next() }

    /// A value in `0..<bound`; `bound` is positive.
    func below(_ bound: Int) -> Int { Int(generator.next(through: UInt64(bound - 1))) }

    func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True in so many of a million cases.
    func happens(_ perMillion: Int) -> Bool { below(1_000_000) < perMillion }

    /// True in so many of a hundred cases.
    func happens(percent: Int) -> Bool { below(100) < percent }

    func one<Value>(of values: [Value]) -> Value? {
        values.isEmpty ? nil : values[below(values.count)]
    }

    /// A duration between two, each order of magnitude as likely as the next: short ones are
    /// common, long ones come.
    func duration(_ least: Duration, _ most: Duration) -> Duration {
        var bound = max(least.wholeMicroseconds, 1)
        let end = most.wholeMicroseconds
        while bound * 4 < end, happens(percent: 60) { bound *= 4 }
        let low = bound == max(least.wholeMicroseconds, 1) ? least.wholeMicroseconds : bound
        return .microseconds(low + Int64(below(Int(max(min(bound * 4, end) - low, 0)) + 1)))
    }

    func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
}
