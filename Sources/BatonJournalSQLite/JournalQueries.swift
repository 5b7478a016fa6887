// The reading half of a SQLite journal, the same for the writer and for readers.
import BatonJournal
import Crypto
import SQLite

/// Prepared statements that read events and payloads. Each call is a reading transaction of its
/// own and as short as its limits make it.
struct JournalQueries: ~Copyable {
    private let events: Statement
    private let lastEvent: Statement
    private let payloadsOfEvent: Statement

    init(_ database: borrowing Database) throws(SQLiteError) {
        let events = try database.prepare(
            "SELECT seq, bytes FROM events WHERE seq >= ?1 ORDER BY seq")
        let lastEvent = try database.prepare("SELECT max(seq) FROM events")
        let payloadsOfEvent = try database.prepare(
            """
            SELECT part, media_type, digest, salt, body FROM payloads
            WHERE id >= ?1 AND id < ?1 + 256 ORDER BY id
            """)
        self.events = events
        self.lastEvent = lastEvent
        self.payloadsOfEvent = payloadsOfEvent
    }

    /// How many events there are, by the number of the last one.
    func head() throws(JournalError) -> UInt64 {
        defer { lastEvent.reset() }
        do {
            guard try lastEvent.step(), !lastEvent.isNull(0) else { return 0 }
            return UInt64(lastEvent.integer(0)) + 1
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Leaves from a sequence number on, within the limits but at least one.
    func read(
        from seq: UInt64, eventsMax: Int, bytesMax: Int,
    ) throws(JournalError) -> [[UInt8]] {
        guard let first = Int64(exactly: seq), eventsMax > 0 else { return [] }
        defer { events.reset() }
        do {
            var leaves: [[UInt8]] = []
            var total = 0
            try events.bind(first, at: 1)
            while leaves.count < eventsMax, try events.step() {
                let expected = first + Int64(leaves.count)
                guard events.integer(0) == expected else {
                    throw JournalError.damaged("event \(expected) is missing")
                }
                total += events.byteCount(1)
                if total > bytesMax && !leaves.isEmpty { break }
                leaves.append(events.bytes(1))
            }
            return leaves
        } catch let error as JournalError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Every leaf from the first, in order and dense, lent where it lies.
    func forEachLeaf(_ body: (RawSpan) -> Void) throws(JournalError) -> UInt64 {
        defer { events.reset() }
        var count: Int64 = 0
        do {
            try events.bind(0, at: 1)
            while try events.step() {
                guard events.integer(0) == count else {
                    throw JournalError.damaged("event \(count) is missing")
                }
                let size = events.byteCount(1)
                guard size > 0 && size <= JournalLimits.leafBytesMax else {
                    throw JournalError.damaged("event \(count) has \(size) bytes")
                }
                events.withBytes(1, body)
                count += 1
            }
        } catch let error as JournalError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
        return UInt64(count)
    }

    /// The payloads of an event that are still there.
    func payloads(of seq: UInt64) throws(JournalError) -> [Payload] {
        try payloads(of: seq) { _ in true }
    }

    /// One payload of an event. Other parts' bodies are not fetched.
    func payload(of seq: UInt64, part: String) throws(JournalError) -> Payload? {
        try payloads(of: seq) { $0 == part }.first
    }

    private func payloads(
        of seq: UInt64, where isWanted: (String) -> Bool,
    ) throws(JournalError) -> [Payload] {
        guard seq < 1 << 54 else { return [] }
        defer { payloadsOfEvent.reset() }
        do {
            var payloads: [Payload] = []
            try payloadsOfEvent.bind(Int64(seq) << 8, at: 1)
            while try payloadsOfEvent.step() {
                let part = payloadsOfEvent.text(0)
                guard isWanted(part) else { continue }
                guard let digest = Digest(payloadsOfEvent.bytes(2)) else {
                    throw JournalError.damaged("payload \(part) of event \(seq) has no digest")
                }
                // Computed from what was read: a bit that flipped is noticed before it is shown.
                let payload = Payload(
                    part: part, mediaType: payloadsOfEvent.text(1),
                    salt: payloadsOfEvent.bytes(3), body: payloadsOfEvent.bytes(4))
                guard payload.digest == digest else {
                    throw JournalError.damaged(
                        "payload \(part) of event \(seq) is not what its digest says")
                }
                payloads.append(payload)
            }
            return payloads
        } catch let error as JournalError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }
}
