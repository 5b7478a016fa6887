// A state's bytes, as a start finds them in a file: cut, flipped, or made up.

import BatonBroker
import BatonCore

struct SnapshotTarget: FuzzTarget {
    static let name = "snapshot"

    private let mutator = Mutator(words: ["\u{7F}", "leased", "ready", "core.quality"])
    private let states: [[UInt8]]

    init() throws {
        states = try (1...6).map { try LoopTarget.run(seed: $0).loop.core.state.canonicalBytes() }
    }

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let bytes = random.pick(states)
        switch random.below(10) {
        case 0: return bytes
        case 1:
            // A count of any size where one may stand.
            var broken = bytes
            let place = random.below(bytes.count)
            let count: [UInt8] = Array(repeating: 0xFF, count: random.below(10)) + [0x01]
            broken.replaceSubrange(place..<place + 1, with: count)
            return broken
        case 2: return (0..<random.length(upTo: 4_000)).map { _ in random.byte() }
        default: return mutator.mutate(bytes, &random, with: random.pick(states))
        }
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let state: State
        do {
            state = try State(canonicalBytes: input)
        } catch {
            try require((0...input.count).contains(error.offset), "the fault lies outside")
            return .refused("fault")
        }
        let written = state.canonicalBytes()
        do {
            let again = try State(canonicalBytes: written)
            try require(again.canonicalBytes() == written, "writing is no fixed point")
        } catch {
            throw FuzzViolation("what was written is refused: \(error)")
        }
        return .accepted()
    }
}
