// SHA-256 by libcrypto, which uses the processor's instructions for it.
import CCrypto

/// A SHA-256 in progress; a value, so that a common beginning can be hashed once and copied.
package struct SHA256: Sendable {
    private var context = SHA256_CTX()

    package init() {
        unsafe baton_sha256_begin(&context)
    }

    /// Hashes some more bytes.
    package mutating func update(_ bytes: borrowing [UInt8]) {
        unsafe baton_sha256_add(&context, bytes, bytes.count)
    }

    /// Hashes some more bytes.
    package mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            unsafe baton_sha256_add(&context, base, raw.count)
        }
    }

    /// Hashes the 32 bytes of a digest.
    package mutating func update(_ digest: Digest) {
        unsafe withUnsafeBytes(of: digest.words) { raw in
            unsafe baton_sha256_add(&context, raw.baseAddress, raw.count)
        }
    }

    /// Hashes one byte.
    package mutating func update(byte: UInt8) {
        unsafe withUnsafeBytes(of: byte) { unsafe baton_sha256_add(&context, $0.baseAddress, 1) }
    }

    /// The digest of everything so far; more may follow.
    package func digest() -> Digest {
        var copy = context
        var result = Digest()
        unsafe withUnsafeMutableBytes(of: &result.words) { raw in
            guard let base = raw.baseAddress else { return }
            unsafe baton_sha256_end(&copy, base.assumingMemoryBound(to: UInt8.self))
        }
        return result
    }

    /// The digest of some bytes.
    package static func hash(_ bytes: borrowing [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.digest()
    }

    /// The digest of pieces put end to end, without putting them end to end.
    package static func hash(pieces: [[UInt8]]) -> Digest {
        var hash = SHA256()
        for piece in pieces { hash.update(piece) }
        return hash.digest()
    }
}
