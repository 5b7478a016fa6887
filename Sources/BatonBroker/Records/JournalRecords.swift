// The journal with its look-up view, as the loop's thread owns them: appends go through here too,
// so that only one thread ever touches the journal's handle.

package import BatonCore
package import BatonJournal
import BatonWire
package import Crypto
import SQLite

/// A class because the journal's handle has one owner and views borrow it.
package final class JournalRecords<Store: Journal & ~Copyable>: Records {
    private var journal: Store
    private let index: RecordIndexHandle?
    private var recent = RecentRecords()

    package init(journal: consuming Store, index: consuming RecordIndex? = nil) {
        self.journal = journal
        self.index = RecordIndexHandle(index)
    }

    package var head: UInt64 { journal.head }

    /// The root over all committed events.
    package var root: Crypto.Digest { journal.root }

    // MARK: Writing

    package func append(_ batch: JournalBatch, at seq: UInt64) -> AppendOutcome {
        let outcome = journal.append(batch, at: seq)
        if outcome == .committed { recent.add(batch, at: seq) }
        return outcome
    }

    /// The events of what was just appended, so that nobody has to read their leaves soon.
    package func remember(_ events: [Event]) {
        recent.add(events)
    }

    package func maintain(isIdle: Bool) {
        journal.maintain(isIdle: isIdle)
    }

    /// Copies what the journal keeps in a log beside it into its file, for whoever copies files
    /// after a clean stop. A start would do it as well, so it may fail.
    package func settle() {
        _ = try? journal.scrub()
    }

    // MARK: Reading

    package func event(_ seq: UInt64) throws(RecordsFault) -> Event? {
        if let event = recent.event(seq) { return event }
        guard let leaf = try leaves(from: seq, eventsMax: 1, bytesMax: 1).first else { return nil }
        return try JournalEvents.event(leaf)
    }

    package func leaves(
        from seq: UInt64, eventsMax: Int, bytesMax: Int
    ) throws(RecordsFault) -> [[UInt8]] {
        if let leaves = recent.leaves(from: seq, eventsMax: eventsMax, bytesMax: bytesMax) {
            return leaves
        }
        do {
            return try journal.read(from: seq, eventsMax: eventsMax, bytesMax: bytesMax)
        } catch {
            throw RecordsFault("\(error)")
        }
    }

    package func payload(of seq: UInt64, part: String) throws(RecordsFault) -> Payload? {
        if let payloads = recent.payloads(of: seq) { return payloads.first { $0.part == part } }
        do {
            return try journal.payload(of: seq, part: part)
        } catch {
            throw RecordsFault("\(error)")
        }
    }

    package func payloads(of seq: UInt64) throws(RecordsFault) -> [Payload] {
        if let payloads = recent.payloads(of: seq) { return payloads }
        do {
            return try journal.payloads(of: seq)
        } catch {
            throw RecordsFault("\(error)")
        }
    }

    /// The event of a leaf that has been read; what was just committed is not parsed again.
    private func event(_ seq: UInt64, _ leaf: [UInt8]) throws(RecordsFault) -> Event {
        if let event = recent.event(seq) { return event }
        return try JournalEvents.event(leaf)
    }

    /// The view's answer, and what it does not know yet from the journal's end.
    package func find(_ query: RecordQuery) throws(RecordsFault) -> [UInt64] {
        var known: [UInt64] = []
        var cursor: UInt64 = 0
        if let index {
            do {
                cursor = try index.index.cursor()
                // The follower may have gone on since; what it added is read below, once.
                let end = cursor
                known = try index.index.find(query).filter { $0 < end }
            } catch {
                throw RecordsFault("\(error)")
            }
        }
        cursor = max(cursor, query.earliest)
        var fresh: [UInt64] = []
        while cursor < journal.head {
            let leaves = try leaves(from: cursor, eventsMax: 1_000, bytesMax: 1 << 20)
            for leaf in leaves {
                if query.matches(try event(cursor, leaf)) { fresh.append(cursor) }
                cursor += 1
            }
        }
        if case .newest(_, _, let limit) = query {
            return Array((fresh.reversed() + known).prefix(limit))
        }
        return known + fresh
    }
}

/// Optional values cannot hold what cannot be copied in a class of a generic type; a class can.
private final class RecordIndexHandle {
    let index: RecordIndex

    init?(_ index: consuming RecordIndex?) {
        guard let index = consume index else { return nil }
        self.index = index
    }
}
