// The root of RFC 6962 by its definition, cutting the list of leaves in two, and not by the edge
// that the broker keeps: two ways that must meet.
import Crypto

/// The tree over the leaves of a journal.
struct MerkleRoots {
    private var leaves: [Digest] = []

    mutating func append(_ leaf: [UInt8]) {
        leaves.append(SHA256.hash([0] + leaf))
    }

    var count: Int { leaves.count }

    /// The root over the first leaves; nil when there are not so many.
    func root(of count: Int) -> Digest? {
        count <= leaves.count ? Self.root(leaves[..<count]) : nil
    }

    private static func root(_ leaves: ArraySlice<Digest>) -> Digest {
        guard let first = leaves.first else { return SHA256.hash([]) }
        if leaves.count == 1 { return first }
        // The largest power of two below the count.
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return SHA256.hash([1] + root(leaves[..<middle]).bytes + root(leaves[middle...]).bytes)
    }
}
