// A SHA-256 digest as a value: 32 bytes, compared and hashed as such.

/// The 32 bytes of a SHA-256, or of a key's code made with it.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a digest has.
    package static let byteCount = 32

    // Four words rather than an array: millions of tree nodes need no allocation each. They hold
    // the bytes in memory order, whatever the processor's.
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    /// A digest of the given bytes; nil unless there are exactly 32.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Digest.byteCount else { return nil }
        unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyBytes(from: bytes) }
    }

    /// A digest written as 64 hex digits.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    /// A digest written in standard base64.
    package init?(base64: String) {
        guard let bytes = Base64.decode(base64) else { return nil }
        self.init(bytes)
    }

    package var bytes: [UInt8] {
        unsafe withUnsafeBytes(of: words) { unsafe [UInt8]($0) }
    }

    package var hex: String { Hex.encode(bytes) }
    package var base64: String { Base64.encode(bytes) }
    package var description: String { hex }

    package static func == (one: Digest, other: Digest) -> Bool { one.words == other.words }

    package func hash(into hasher: inout Hasher) {
        // Digest bits are evenly spread; one word says enough for a table.
        hasher.combine(words.0)
    }
}
