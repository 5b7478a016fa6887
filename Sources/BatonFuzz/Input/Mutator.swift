// Breaks bytes: what transmission, mistakes and malice do to a text that was once valid.

/// Changes an input a few times. The words are what the format is made of, so that a change hits
/// its grammar and not only its letters.
struct Mutator: Sendable {
    let words: [[UInt8]]

    init(words: [String] = []) {
        self.words = (words + Self.common).map { Array($0.utf8) } + Self.brokenTexts
    }

    /// An input that grew beyond this is cut: the limits of all formats lie below.
    static let bytesMax = 1 << 20

    private static let common = [
        "0", "-1", "1e300", "-1e-300", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551616", "1e-9223372036854775808", "0.0000001",
        "NaN", "null", "true", "{}", "[]", "\"\"", "\\u0000", "\\ud800", "\u{0}", "\n", "\r\n",
        "\t",
        "\u{FEFF}", "e\u{301}", "\u{1F468}\u{200D}\u{1F469}", "..", "/", "~1", "t-1", "b-1", "e-1",
    ]

    /// Overlong forms, halves of pairs, a lonely continuation, a cut scalar.
    private static let brokenTexts: [[UInt8]] = [
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x80], [0xF0, 0x9F, 0x98], [0xFF], [0xF5, 0x80, 0x80],
    ]

    func mutate(_ input: [UInt8], _ random: inout FuzzRandom, with other: [UInt8] = []) -> [UInt8] {
        var bytes = input
        let times = random.once(in: 4) ? 1 + random.below(8) : 1
        for _ in 0..<times { change(&bytes, &random, other) }
        if bytes.count > Self.bytesMax { bytes.removeLast(bytes.count - Self.bytesMax) }
        return bytes
    }

    private func change(
        _ bytes: inout [UInt8], _ random: inout FuzzRandom, _ other: [UInt8]
    ) {
        guard !bytes.isEmpty else {
            bytes = random.pick(words)
            return
        }
        let place = random.below(bytes.count)
        let end = min(bytes.count, place + 1 + random.length(upTo: bytes.count))
        switch random.below(12) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = random.byte()
        case 2: bytes.insert(random.byte(), at: place)
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.removeSubrange(place...)
        case 5: bytes.insert(contentsOf: random.pick(words), at: place)
        case 6: bytes.replaceSubrange(place..<end, with: random.pick(words))
        case 7: replaceNumber(in: &bytes, from: place, random.pick(words))
        case 8: repeatPiece(place..<end, of: &bytes, &random)
        case 9: bytes.replaceSubrange(place..<end, with: bytes[random.below(bytes.count)...])
        case 10 where !other.isEmpty:
            let start = random.below(other.count)
            let piece = other[
                start..<min(other.count, start + 1 + random.length(upTo: other.count))]
            bytes.replaceSubrange(place..<end, with: piece)
        default: nest(&bytes, at: place, &random)
        }
    }

    /// Puts a word in the place of the next run of digits.
    private func replaceNumber(in bytes: inout [UInt8], from place: Int, _ word: [UInt8]) {
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.endIndex
        bytes.replaceSubrange(start..<end, with: word)
    }

    private func repeatPiece(
        _ range: Range<Int>, of bytes: inout [UInt8], _ random: inout FuzzRandom
    ) {
        let piece = Array(bytes[range])
        let room = max(1, min(Self.bytesMax, 1 << (6 + random.below(12))) / piece.count)
        let times = 1 + random.length(upTo: room)
        bytes.insert(contentsOf: repeatElement(piece, count: times).joined(), at: range.upperBound)
    }

    /// Opens something many times over.
    private func nest(_ bytes: inout [UInt8], at place: Int, _ random: inout FuzzRandom) {
        let openings = [
            "[", "{\"a\":", "{a: ", "- ", "> ", "[[", "(", "`", "*", "? ", "|", "&a [", "~",
        ]
        let opening = Array(random.pick(openings).utf8)
        let times = 1 << random.below(10)
        bytes.insert(contentsOf: repeatElement(opening, count: times).joined(), at: place)
    }
}
