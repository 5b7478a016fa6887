// The newest committed batches, kept for a moment: a lease right after its submission, and a tail
// that keeps up, then read nothing from the disk. What was just written is what would be read.

import BatonCore
import BatonJournal

struct RecentRecords {
    /// Leaves and payloads kept; a batch beyond it is not kept at all.
    private static let bytesMax = 4 << 20
    private static let batchesMax = 8

    private struct Kept {
        let start: UInt64
        let batch: JournalBatch
        let bytes: Int

        var end: UInt64 { start + UInt64(batch.leaves.count) }
    }

    /// Oldest first, without gaps, up to the newest event.
    private var kept: [Kept] = []
    private var bytes = 0

    /// The newest events as values, without gaps.
    private var events: [Event] = []
    private static let eventsMax = 4_096

    /// Takes the events of a batch that has been committed.
    mutating func add(_ new: [Event]) {
        guard let first = new.first, new.count <= Self.eventsMax,
            events.last.map({ $0.seq + 1 == first.seq }) ?? true
        else {
            events.removeAll(keepingCapacity: true)
            return
        }
        if events.count + new.count > 2 * Self.eventsMax {
            events.removeFirst(events.count - Self.eventsMax)
        }
        events += new
    }

    func event(_ seq: UInt64) -> Event? {
        guard let first = events.first?.seq, seq >= first else { return nil }
        let place = Int(seq - first)
        return events.indices.contains(place) ? events[place] : nil
    }

    /// Takes a batch that has been committed.
    mutating func add(_ batch: JournalBatch, at seq: UInt64) {
        let size =
            batch.leaves.reduce(0) { $0 + $1.count }
            + batch.payloads.reduce(0) { $0 + $1.payload.body.count }
        // An erasure may concern what is kept here.
        guard size <= Self.bytesMax, batch.erasures.isEmpty else {
            kept.removeAll(keepingCapacity: true)
            bytes = 0
            return
        }
        kept.append(Kept(start: seq, batch: batch, bytes: size))
        bytes += size
        while bytes > Self.bytesMax || kept.count > Self.batchesMax {
            bytes -= kept.removeFirst().bytes
        }
    }

    private func batch(with seq: UInt64) -> Kept? {
        kept.last { $0.start <= seq && seq < $0.end }
    }

    /// Leaves up to the newest within both limits, at least one; nil when the first is not kept.
    func leaves(from seq: UInt64, eventsMax: Int, bytesMax: Int) -> [[UInt8]]? {
        guard let oldest = kept.first, oldest.start <= seq, batch(with: seq) != nil else {
            return nil
        }
        var leaves: [[UInt8]] = []
        var size = 0
        for kept in kept where kept.end > seq {
            for leaf in kept.batch.leaves[Int(max(seq, kept.start) - kept.start)...] {
                size += leaf.count
                guard leaves.isEmpty || (leaves.count < eventsMax && size <= bytesMax) else {
                    return leaves
                }
                leaves.append(leaf)
            }
        }
        return leaves
    }

    /// All payloads of a kept event; nil when the event is not kept.
    func payloads(of seq: UInt64) -> [Payload]? {
        guard let found = batch(with: seq) else { return nil }
        let payloads = found.batch.payloads
        // Payloads lie in the order of their events.
        var low = 0
        var high = payloads.count
        while low < high {
            let middle = (low + high) / 2
            if payloads[middle].seq < seq { low = middle + 1 } else { high = middle }
        }
        return payloads[low...].prefix { $0.seq == seq }.map(\.payload)
    }
}
