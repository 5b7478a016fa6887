// Names of things. An id is the sequence number of the event that created the thing; the prefix
// tells people which kind it is.

/// An id that is a sequence number with a letter in front.
package protocol Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    static var prefix: Character { get }
    var number: UInt64 { get }
    init(_ number: UInt64)
}

extension Identifier {
    /// Reads `t-18` or `18`; nil when it is neither.
    package init?(text: String) {
        var digits = Substring(text)
        if digits.first == Self.prefix, digits.dropFirst().first == "-" {
            digits = digits.dropFirst(2)
        }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(digits)
        else { return nil }
        self.init(number)
    }

    package var description: String { "\(Self.prefix)-\(number)" }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

package struct BriefID: Identifier {
    package static let prefix: Character = "b"
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

package struct TaskID: Identifier {
    package static let prefix: Character = "t"
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

package struct EscalationID: Identifier {
    package static let prefix: Character = "e"
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

/// A fencing token: it only grows, and only the newest of a task counts.
package struct Token: Hashable, Comparable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    package static func < (left: Token, right: Token) -> Bool { left.number < right.number }
}

/// An agent's addressable name, such as `backend.api_reliability`.
package struct AgentName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }

    package static func < (left: AgentName, right: AgentName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package static let orchestrator = AgentName("core.orchestrator")
    package static let quality = AgentName("core.quality")

    /// The names that no plan may address.
    package var isCore: Bool { text.hasPrefix("core.") }
}

/// 32 bytes: a SHA-256 digest or an HMAC-SHA-256 match. The core compares them and never computes
/// one.
package struct Digest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes exactly 32 bytes.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.count == 32, "a digest has 32 bytes, not \(bytes.count)")
        func word(_ start: Int) -> UInt64 {
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(8), word(16), word(24))
    }

    package var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }

    /// Half of it, for memory: what is kept for every key that ever was must be small.
    var fingerprint: Fingerprint { Fingerprint(words.0, words.1) }
}

/// The first 16 bytes of an HMAC. Under a secret key 128 bits tell contents apart as surely as 256.
package struct Fingerprint: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(_ high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }
}
