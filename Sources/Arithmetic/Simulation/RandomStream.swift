// A stream of random numbers that is the same on every host and toolchain.
//
// Source: xoshiro256** by Blackman and Vigna, "Scrambled linear pseudorandom number generators"
// (2021), public domain reference code; seeded by SplitMix64 (Steele, Lea, Flood 2014), as its
// authors recommend. Streams of one seed are 2¹²⁸ numbers apart and never overlap.

/// One stream of xoshiro256**.
package struct RandomStream: Sendable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// The first stream of `seed`.
    package init(seed: UInt64) {
        var state = seed
        func split() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        s0 = split()
        s1 = split()
        s2 = split()
        s3 = split()
    }

    /// The stream in a given state, as the reference code states its test vectors.
    /// - Precondition: not all four words are zero, a state that never changes.
    package init(state: (UInt64, UInt64, UInt64, UInt64)) {
        (s0, s1, s2, s3) = state
        precondition(s0 | s1 | s2 | s3 != 0, "a state of zeros never changes")
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        let scaled = s1 &* 5
        let result = ((scaled << 7) | (scaled >> 57)) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = (s3 << 45) | (s3 >> 19)
        return result
    }

    /// The next uniform number, strictly between 0 and 1: the middle of one of 2⁵² equal
    /// parts, so that neither end has an infinite logarithm or quantile.
    package mutating func uniform() -> Double {
        (Double(next() >> 12) + 0.5) * 0x1p-52
    }

    /// Moves on by 2¹²⁸ numbers, to the next stream of the seed.
    package mutating func jump() {
        var j0: UInt64 = 0
        var j1: UInt64 = 0
        var j2: UInt64 = 0
        var j3: UInt64 = 0
        for word in Self.jumpPolynomial {
            for bit in 0..<64 {
                if word & (1 << UInt64(bit)) != 0 {
                    j0 ^= s0
                    j1 ^= s1
                    j2 ^= s2
                    j3 ^= s3
                }
                _ = next()
            }
        }
        s0 = j0
        s1 = j1
        s2 = j2
        s3 = j3
    }

    /// From the authors' reference code of xoshiro256.
    private static let jumpPolynomial: [UInt64] = [
        0x180E_C6D3_3CFD_0ABA, 0xD5A6_1266_F0C9_392C, 0xA958_2618_E03F_C9AA, 0x39AB_DC45_29B1_661C,
    ]
}
