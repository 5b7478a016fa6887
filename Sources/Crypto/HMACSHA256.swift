// HMAC with SHA-256 (RFC 2104): proof that whoever made a code had the key.

/// An HMAC key, ready for use: both paddings are hashed once, here, not at every message.
package struct HMACSHA256: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    /// Takes a key of any length. The key itself is not kept.
    package init(key: [UInt8]) {
        let blockBytes = 64
        var block = key.count > blockBytes ? SHA256.hash(key).bytes : key
        block += [UInt8](repeating: 0, count: blockBytes - block.count)
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5c })
        self.inner = inner
        self.outer = outer
    }

    /// The code of some bytes.
    package func code(_ bytes: borrowing [UInt8]) -> Digest {
        var hash = inner
        hash.update(bytes)
        return finish(hash)
    }

    /// The code of pieces put end to end.
    package func code(pieces: [[UInt8]]) -> Digest {
        var hash = inner
        for piece in pieces { hash.update(piece) }
        return finish(hash)
    }

    private func finish(_ innerHash: SHA256) -> Digest {
        var hash = outer
        hash.update(innerHash.digest())
        return hash.digest()
    }
}
