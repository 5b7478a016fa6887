// What is fuzzed: something that reads input from outside, a maker of inputs for it, and what must
// hold for each.

/// One reader of hostile input.
package protocol FuzzTarget: SendableMetatype {
    /// As the command line names it.
    static var name: String { get }

    init() throws

    /// The next input: mostly something valid, then broken.
    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8]

    /// Reads an input and holds what came of it against the target's properties.
    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome
}

/// What came of one input.
package struct FuzzOutcome: Sendable {
    package let isAccepted: Bool
    /// A few words; inputs of one kind of outcome have the same.
    package let kind: String

    static func accepted(_ kind: String = "") -> FuzzOutcome {
        FuzzOutcome(isAccepted: true, kind: kind)
    }

    /// - Parameter message: the refusal's text; figures and names from the input do not make
    ///   another kind.
    static func refused(_ message: String) -> FuzzOutcome {
        var kind: [UInt8] = []
        var isQuoted = false
        for byte in message.utf8.prefix(160) {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            let isLetter = (0x61...0x7A).contains(byte | 0x20) || byte == 0x20
            if isLetter, !isQuoted { kind.append(byte) }
            if kind.count == 48 { break }
        }
        return FuzzOutcome(isAccepted: false, kind: String(decoding: kind, as: UTF8.self))
    }
}

/// A property that an input broke.
package struct FuzzViolation: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Bounds that every target keeps.
enum FuzzLimits {
    /// A text that tells why something was refused quotes at most a piece of it.
    static let refusalTextBytesMax = 2_048
}

func require(
    _ condition: Bool, _ claim: @autoclosure () -> String
) throws(FuzzViolation) {
    guard condition else { throw FuzzViolation(claim()) }
}

func requireBounded(_ text: String, _ what: String) throws(FuzzViolation) {
    let bytes = text.utf8.count
    guard bytes <= FuzzLimits.refusalTextBytesMax else {
        throw FuzzViolation(
            "\(what) has \(bytes) bytes, more than \(FuzzLimits.refusalTextBytesMax): "
                + "\(String(decoding: text.utf8.prefix(160), as: UTF8.self))…")
    }
}
