// Manifest and bodies of a parcel.

import BatonWire
import PlainText

struct ParcelTarget: FuzzTarget {
    static let name = "parcel"

    private let mutator = Mutator(words: [
        "{\"name\":\"a\",\"media_type\":\"a/b\",\"size\":0}", "\"size\":", "\"name\":", "../",
        "a/b/c", ",",
    ])

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let frames = Self.parcel(&random).bodyFrames
        guard !random.once(in: 5) else { return FrameBytes.join(frames) }
        guard random.once(in: 2) else {
            return FrameBytes.join([mutator.mutate(frames[0], &random), frames[1]])
        }
        return mutator.mutate(FrameBytes.join(frames), &random, with: frames[0])
    }

    static func parcel(_ random: inout FuzzRandom) -> Parcel {
        let names = [
            "a", "plan.json", "deliverables.md", "x/y/z.txt", String(repeating: "n", count: 128),
        ]
        return Parcel(
            parts: (0..<random.length(upTo: 33)).map { index in
                Parcel.Part(
                    name: random.pick(names) + (index == 0 ? "" : "\(index)"),
                    mediaType: random.pick(["text/plain", "application/json", "a/b"]),
                    body: Array(repeating: random.byte(), count: random.length(upTo: 300)))
            })
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let frames = FrameBytes.split(input)
        let (manifest, bodies) = (frames.first ?? [], frames.count > 1 ? frames[1] : [])
        let parcel: Parcel
        do {
            parcel = try Parcel(manifest: manifest, bodies: bodies)
        } catch {
            try requireBounded(error.message, "the message")
            return .refused(error.message)
        }
        try require(Array(parcel.parts.map(\.body).joined()) == bodies, "parts do not add up")
        try require(parcel.parts.allSatisfy { PartName.isValid($0.name) }, "a name is not valid")
        try require(
            Set(parcel.parts.map { Array($0.name.utf8) }).count == parcel.parts.count,
            "a name stands twice")
        let written = parcel.bodyFrames
        do {
            let again = try Parcel(manifest: written[0], bodies: written[1])
            try require(again.parts == parcel.parts, "writing is no fixed point")
        } catch {
            throw FuzzViolation("what was written is refused: \(error)")
        }
        return .accepted("\(min(parcel.parts.count, 3))")
    }
}
