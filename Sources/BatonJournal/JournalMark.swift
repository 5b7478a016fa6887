// What is known of a journal from outside it: so many events were committed, and this was their
// root. A start compares: a journal that was cut short, or that reads differently, shows here.

package import Crypto

package struct JournalMark: Hashable, Sendable {
    /// The events that it covers, from the first; never 0.
    package let count: UInt64
    /// The Merkle root over them.
    package let root: Digest

    package init(count: UInt64, root: Digest) {
        precondition(count > 0, "a mark covers at least one event")
        self.count = count
        self.root = root
    }
}
