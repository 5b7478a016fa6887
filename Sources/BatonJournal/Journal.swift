// What a journal is, wherever it is kept: an append-only list of leaves, and payloads beside it
// that can be forgotten. Leaves are bytes here; what they say is the core's business.
// Specified in Protocols/journal.md.
package import Crypto

/// How an append ended.
package enum AppendOutcome: Hashable, Sendable {
    /// All of the batch is on stable storage.
    case committed
    /// Nothing was stored: the journal does not end where the caller thinks.
    case conflict
    /// Whether the batch is stored is not known, and this journal refuses all further use. The
    /// only way on is a new start, which reads what is there.
    case unknown(reason: String)
}

/// A batch: stored whole, or not at all.
package struct JournalBatch: Sendable {
    /// A payload and the event that names it, by sequence number.
    package struct PlacedPayload: Sendable {
        package let seq: UInt64
        package let payload: Payload

        package init(seq: UInt64, payload: Payload) {
            self.seq = seq
            self.payload = payload
        }
    }

    /// A payload to forget; without a part, all payloads of the event.
    package struct Erasure: Sendable {
        package let seq: UInt64
        package let part: String?

        package init(seq: UInt64, part: String? = nil) {
            self.seq = seq
            self.part = part
        }
    }

    /// The events' stored bytes, in order; the first gets the sequence number given to `append`.
    package var leaves: [[UInt8]]

    /// Payloads of events in this batch, in the order in which they will be read back.
    package var payloads: [PlacedPayload]

    /// Payloads of earlier events to forget.
    package var erasures: [Erasure]

    package init(
        leaves: [[UInt8]] = [], payloads: [PlacedPayload] = [], erasures: [Erasure] = [],
    ) {
        self.leaves = leaves
        self.payloads = payloads
        self.erasures = erasures
    }
}

/// An append-only journal with one writer.
///
/// A batch over the limits of `JournalLimits`, or one whose payloads belong to other events, is a
/// bug of the caller and traps: a leaf's size is checked where the event is made. Splitting a
/// large batch is the caller's business, who alone knows what must stay together.
package protocol Journal: ~Copyable {
    /// How many events there are, which is the sequence number of the next one.
    var head: UInt64 { get }

    /// The root of the Merkle tree over all leaves (RFC 6962).
    var root: Digest { get }

    /// Appends a batch at the head, and returns when it is on stable storage.
    mutating func append(_ batch: JournalBatch, at seq: UInt64) -> AppendOutcome

    /// Leaves from a sequence number on: as many as there are within both limits, but at least
    /// one if there is any. Empty at and beyond the head.
    func read(
        from seq: UInt64, eventsMax: Int, bytesMax: Int,
    ) throws(JournalError) -> [[UInt8]]

    /// The payloads of an event, in the order they were stored; those erased are absent.
    func payloads(of seq: UInt64) throws(JournalError) -> [Payload]

    /// One payload of an event; nil when there is none, or it was erased.
    func payload(of seq: UInt64, part: String) throws(JournalError) -> Payload?

    /// Makes earlier erasures final: afterwards no file of the journal holds an erased byte. False
    /// when a reader was in the way; to be tried again.
    mutating func scrub() throws(JournalError) -> Bool

    /// Housekeeping that may take some milliseconds, for when replies have gone out. It never
    /// fails; trouble shows in the next append.
    /// - Parameter isIdle: nobody is waiting, so it may do more.
    mutating func maintain(isIdle: Bool)
}

extension Journal where Self: ~Copyable {
    /// Traps on a batch that no caller may hand to `append`.
    package func requireWellFormed(_ batch: JournalBatch, at seq: UInt64) {
        precondition(!batch.leaves.isEmpty, "a batch has at least one leaf")
        var total = 0
        for leaf in batch.leaves {
            precondition(
                !leaf.isEmpty && leaf.count <= JournalLimits.leafBytesMax,
                "leaf of \(leaf.count) bytes; leafBytesMax is \(JournalLimits.leafBytesMax)")
            precondition(!leaf.contains(UInt8(ascii: "\n")), "a leaf is one line")
            total += leaf.count
        }
        precondition(
            total <= JournalLimits.appendBytesMax,
            "\(total) bytes of leaves; appendBytesMax is \(JournalLimits.appendBytesMax)")

        let end = seq + UInt64(batch.leaves.count)
        var previous: UInt64 = 0
        var parts: Set<String> = []
        for placed in batch.payloads {
            precondition(
                placed.seq >= seq && placed.seq < end,
                "payload of event \(placed.seq) outside batch")
            precondition(placed.seq >= previous, "payloads are in the order of their events")
            if placed.seq != previous { parts.removeAll() }
            previous = placed.seq
            placed.payload.requireWellFormed()
            precondition(
                parts.insert(placed.payload.part).inserted,
                "two parts \(placed.payload.part) of event \(placed.seq)")
            precondition(
                parts.count <= JournalLimits.partsPerEventMax,
                "more than \(JournalLimits.partsPerEventMax) parts of event \(placed.seq)")
        }
        for erasure in batch.erasures {
            precondition(erasure.seq < seq, "erasing from event \(erasure.seq) of the same batch")
        }
    }

    /// Copies all leaves and payloads to another journal, which must be empty. It is the same
    /// journal if and only if the roots are then equal.
    package func copy(to other: inout some Journal & ~Copyable) throws(JournalError) {
        precondition(other.head == 0, "the target of a copy is empty")
        while other.head < head {
            let start = other.head
            var batch = JournalBatch(
                leaves: try read(
                    from: start, eventsMax: 1000, bytesMax: JournalLimits.appendBytesMax))
            for seq in start..<start + UInt64(batch.leaves.count) {
                batch.payloads += try payloads(of: seq).map { .init(seq: seq, payload: $0) }
            }
            let outcome = other.append(batch, at: start)
            guard outcome == .committed else {
                throw JournalError.failed("copying stopped at event \(start): \(outcome)")
            }
        }
    }
}
