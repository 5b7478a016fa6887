// How long to wait before trying again: bounded, and spread out so that many clients that lost the
// same broker do not all come back in the same instant.

/// Exponential backoff with full jitter: a random time between nothing and a bound that doubles.
package struct Backoff: Sendable {
    /// The bound of the first wait.
    package var first: Duration
    /// The bound never grows past this.
    package var longest: Duration

    private var state: UInt64

    /// - Parameter seed: chance is data here; drivers draw it once, tests write it down.
    package init(first: Duration, longest: Duration, seed: UInt64) {
        self.first = first
        self.longest = longest
        state = seed
    }

    /// The bound for the given try, counted from 1.
    package func bound(ofTry number: Int) -> Duration {
        // 2^16 times the first bound is past any sensible longest; more would overflow.
        min(longest, first * (1 << min(max(number - 1, 0), 16)))
    }

    /// A fresh wait before the given try, counted from 1.
    package mutating func wait(beforeTry number: Int) -> Duration {
        let bound = bound(ofTry: number)
        let share = Double(next() >> 11) * 0x1p-53
        return bound * share
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to spread clients out.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
