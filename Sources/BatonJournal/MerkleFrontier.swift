// The Merkle tree over the leaves (RFC 6962, section 2.1), as far as appending needs it: only the
// right edge is kept, at most 63 hashes.
package import Crypto

/// The two hashes the tree is made of; the first byte keeps a leaf from passing for a node.
package enum MerkleHash {
    /// The root of a tree without leaves.
    package static let empty = SHA256.hash([])

    private static let leafStart = start(with: 0)
    private static let nodeStart = start(with: 1)

    /// The hash of a leaf's stored bytes.
    package static func leaf(_ bytes: [UInt8]) -> Digest {
        var hash = leafStart
        hash.update(bytes)
        return hash.digest()
    }

    /// The hash of a leaf's stored bytes, wherever they lie.
    package static func leaf(_ bytes: RawSpan) -> Digest {
        var hash = leafStart
        hash.update(bytes)
        return hash.digest()
    }

    /// The hash of an inner node.
    package static func node(_ left: Digest, _ right: Digest) -> Digest {
        var hash = nodeStart
        hash.update(left)
        hash.update(right)
        return hash.digest()
    }

    private static func start(with byte: UInt8) -> SHA256 {
        var hash = SHA256()
        hash.update(byte: byte)
        return hash
    }
}

/// The right edge of a growing tree: the roots of its complete subtrees, largest first.
package struct MerkleFrontier: Hashable, Sendable {
    /// How many leaves the tree has.
    package private(set) var count: UInt64 = 0

    /// One hash for each bit set in `count`, from the highest bit down.
    package private(set) var edge: [Digest] = []

    /// A tree without leaves.
    package init() {}

    /// A tree over the given leaf hashes.
    package init(_ leafHashes: some Sequence<Digest>) {
        for hash in leafHashes { append(hash) }
    }

    /// Adds one leaf by its hash.
    package mutating func append(_ leafHash: Digest) {
        var hash = leafHash
        var carry = count
        // Adding one to a binary number: each carry joins two subtrees of equal size.
        while carry & 1 == 1, let left = edge.popLast() {
            hash = MerkleHash.node(left, hash)
            carry >>= 1
        }
        edge.append(hash)
        count += 1
    }

    /// The root over all leaves so far.
    package var root: Digest {
        guard var hash = edge.last else { return MerkleHash.empty }
        for left in edge.dropLast().reversed() { hash = MerkleHash.node(left, hash) }
        return hash
    }
}
