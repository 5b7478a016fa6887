// Frames as they come from a socket: signature, verb, header, body.

import BatonWire
import JSON

struct MessageTarget: FuzzTarget {
    static let name = "message"

    private let mutator = Mutator(
        words: ["BATON1", "BATON2", "{\"id\":1}", "\"id\":", "[\"a\"]"]
            + Verb.allCases.map(\.rawValue))

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let frames = RequestGenerator.anything(&random).frames
        let input = FrameBytes.join(frames)
        switch random.below(8) {
        case 0: return input
        case 1: return FrameBytes.join(frames + Array(repeating: [1], count: random.below(40)))
        case 2, 3, 4:
            // Inside one frame, the lengths left right.
            var broken = frames
            let place = random.below(frames.count)
            broken[place] = mutator.mutate(frames[place], &random, with: input)
            return FrameBytes.join(broken)
        default: return mutator.mutate(input, &random, with: input)
        }
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let frames = FrameBytes.split(input)
        let message: Message
        do {
            message = try Message(frames: frames)
        } catch {
            try requireBounded(error.message, "the message")
            return .refused(error.message)
        }
        try require(message.body == Array(frames[3...]), "the body is another")
        let written = message.frames
        do {
            let again = try Message(frames: written)
            try require(again.frames == written, "writing is no fixed point")
        } catch let fault as WireFault {
            // Escapes may make a header longer than it came.
            try require(fault.isOverLimit, "what was written is refused: \(fault)")
        } catch {
            throw FuzzViolation("\(error)")
        }
        return .accepted(message.verb.rawValue)
    }
}
