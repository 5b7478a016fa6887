// A journal in memory: for tests and for the simulator.
package import Crypto

/// A journal that lives as long as its value.
package struct InMemoryJournal: Journal, Sendable {
    private var leaves: [[UInt8]] = []
    private var payloads: [UInt64: [Payload]] = [:]
    private var frontier = MerkleFrontier()

    package init() {}

    package var head: UInt64 { UInt64(leaves.count) }

    package var root: Digest { frontier.root }

    package mutating func append(_ batch: JournalBatch, at seq: UInt64) -> AppendOutcome {
        requireWellFormed(batch, at: seq)
        guard seq == head else { return .conflict }
        for leaf in batch.leaves {
            leaves.append(leaf)
            frontier.append(MerkleHash.leaf(leaf))
        }
        for placed in batch.payloads { payloads[placed.seq, default: []].append(placed.payload) }
        for erasure in batch.erasures {
            payloads[erasure.seq]?.removeAll { erasure.part == nil || erasure.part == $0.part }
        }
        return .committed
    }

    package func read(
        from seq: UInt64, eventsMax: Int, bytesMax: Int,
    ) throws(JournalError) -> [[UInt8]] {
        guard seq < head else { return [] }
        var result: [[UInt8]] = []
        var total = 0
        for leaf in leaves[Int(seq)...].prefix(eventsMax) {
            total += leaf.count
            if total > bytesMax && !result.isEmpty { break }
            result.append(leaf)
        }
        return result
    }

    package func payloads(of seq: UInt64) throws(JournalError) -> [Payload] {
        payloads[seq] ?? []
    }

    package func payload(of seq: UInt64, part: String) throws(JournalError) -> Payload? {
        payloads[seq]?.first { $0.part == part }
    }

    package mutating func scrub() throws(JournalError) -> Bool { true }

    package mutating func maintain(isIdle: Bool) {}
}
