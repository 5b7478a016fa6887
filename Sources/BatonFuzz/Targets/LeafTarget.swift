// Leaves, as a start reads them from a journal that somebody may have touched.

import BatonCore
import BatonWire

struct LeafTarget: FuzzTarget {
    static let name = "leaf"

    private let mutator = Mutator(
        words: ["\"data\":{", "\"seq\":", "\"type\":\"", "\"time\":\""]
            + EventType.allCases.map(\.rawValue))
    private let leaves: [[UInt8]]

    init() throws {
        leaves = try (1...4).flatMap { try LoopTarget.run(seed: $0).leaves() }
    }

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let leaf = random.pick(leaves)
        return random.once(in: 10) ? leaf : mutator.mutate(leaf, &random, with: random.pick(leaves))
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let event: Event
        do {
            event = try Event(leaf: input)
        } catch {
            try requireBounded("\(error)", "the message")
            return .refused("\(error)")
        }
        let written = event.leafBytes()
        do {
            let again = try Event(leaf: written)
            try require(again.leafBytes() == written, "writing is no fixed point")
        } catch {
            throw FuzzViolation("what was written is refused: \(error)")
        }
        return .accepted(event.type.rawValue)
    }
}
