// Chance for inputs: everything that a run tries follows from its seed, on every machine.

import BatonCore

/// Draws numbers; two of one seed draw the same.
package struct FuzzRandom: Sendable {
    private var generator: SplitMix64

    package init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    /// The draws of one input: a function of the run's seed, the target's name and the input's
    /// number, so that any input can be made again alone.
    package init(seed: UInt64, target: String, number: UInt64) {
        var mixed = SplitMix64(seed: seed)
        var place = mixed.next()
        // FNV-1a over the name keeps the targets' inputs apart.
        for byte in target.utf8 { place = (place ^ UInt64(byte)) &* 0x100_0000_01B3 }
        mixed = SplitMix64(seed: place ^ number &* 0x9E37_79B9_7F4A_7C15)
        self.init(seed: mixed.next())
    }

    mutating func next() -> UInt64 { generator.next() }

    /// A number from 0 to below `bound`, which is positive.
    mutating func below(_ bound: Int) -> Int {
        Int(generator.next(through: UInt64(bound - 1)))
    }

    /// True once in so many times.
    mutating func once(in times: Int) -> Bool { below(times) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

    /// A length: nearly always small, sometimes near the bound, where limits are.
    mutating func length(upTo bound: Int) -> Int {
        switch below(16) {
        case 0: bound
        case 1: below(bound + 1)
        case 2, 3: min(bound, below(256))
        default: min(bound, below(12))
        }
    }
}
