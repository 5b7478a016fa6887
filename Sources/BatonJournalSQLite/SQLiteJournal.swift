// The journal in a SQLite file: the writer. Making and opening one is in JournalOpening.swift.
package import BatonJournal
package import Crypto
import SQLite

/// A journal in `<home>/journal.db`, used by one thread. Whoever opens it holds the home's lock.
///
/// One append is one transaction and one fsync of the write-ahead log (`synchronous=FULL`).
///
/// Checkpoints, which copy the log into the database file, are never made inside an append, where
/// SQLite would by itself make them while replies wait. `maintain` makes them after the replies: at
/// 1 MiB of log when idle, at 16 MiB when not. They stay on the writer's thread, so that only one
/// thread ever writes the file. Only if nobody calls `maintain` for 64 MiB does an append do it.
package struct SQLiteJournal: Journal, ~Copyable {
    private let database: Database
    private let queries: JournalQueries
    private let changes: JournalChanges
    private let home: String
    private let files: FileIdentity
    private var frontier: MerkleFrontier
    private var identity: JournalIdentity
    /// Why no further use is possible.
    private var failure: String?
    private var framesAtLastCheckpoint = 0

    /// Log lengths, in frames of one page (4 KiB) each, at which a checkpoint is made.
    private enum CheckpointFrames {
        static let idle = 256
        static let busy = 4096
        static let overdue = 16_384
    }

    /// Makes a new, empty journal; its first append must be the event that names the origin.
    ///
    /// Throws `alreadyExists` when there is one. Taken up again where a crash cut it short before
    /// event 0.
    package static func create(
        in home: String, origin: String,
    ) throws(JournalError) -> SQLiteJournal {
        SQLiteJournal(try JournalOpening.create(in: home, origin: origin))
    }

    /// Opens a journal: makes what it recovers durable, checks that the sequence is dense, and
    /// hashes every leaf.
    ///
    /// Throws `notFound` when there has never been one, so that the caller may `create` it.
    /// - Parameter marks: what is known of the journal. One with fewer events is `cutShort`, and
    ///   left as it is; one with another root is `altered`.
    package static func open(
        in home: String, origin: String, marks: [JournalMark] = [],
    ) throws(JournalError) -> SQLiteJournal {
        SQLiteJournal(try JournalOpening.open(in: home, origin: origin, marks: marks))
    }

    private init(_ opening: consuming JournalOpening) {
        home = opening.home
        files = opening.files
        frontier = opening.frontier
        identity = opening.identity
        database = opening.database
        queries = opening.queries
        changes = opening.changes
    }

    package var head: UInt64 { frontier.count }

    package var root: Digest { frontier.root }

    // MARK: Writing

    package mutating func append(_ batch: JournalBatch, at seq: UInt64) -> AppendOutcome {
        requireWellFormed(batch, at: seq)
        if let failure { return .unknown(reason: failure) }
        guard seq == head else { return .conflict }
        if seq == 0 {
            precondition(
                JournalOpening.names(identity.origin, in: batch.leaves[0]),
                "event 0 names the origin \(identity.origin)")
        }
        var extended = frontier
        for leaf in batch.leaves { extended.append(MerkleHash.leaf(leaf)) }

        do throws(SQLiteError) {
            try changes.store(batch, at: seq)
        } catch {
            return fail(error)
        }
        if let change = files.change() { return stop(saving: change) }
        if identity.isCreating {
            // Event 0 is durable: from now on an empty journal means a lost one.
            identity = JournalIdentity(origin: identity.origin, isCreating: false)
            do { try identity.write(in: home) } catch { return stop("\(error)") }
        }
        frontier = extended
        checkpoint(from: CheckpointFrames.overdue)
        if let failure { return .unknown(reason: failure) }
        return .committed
    }

    package mutating func scrub() throws(JournalError) -> Bool {
        if let failure { throw .unusable(failure) }
        do {
            let result = try database.checkpoint(.truncate)
            framesAtLastCheckpoint = database.framesInLog
            return !result.wasBlocked
        } catch {
            _ = stop("\(error)")
            throw .failed("\(error)")
        }
    }

    package mutating func maintain(isIdle: Bool) {
        guard failure == nil else { return }
        checkpoint(from: isIdle ? CheckpointFrames.idle : CheckpointFrames.busy)
    }

    // MARK: Reading

    package func read(
        from seq: UInt64, eventsMax: Int, bytesMax: Int,
    ) throws(JournalError) -> [[UInt8]] {
        if let failure { throw .unusable(failure) }
        return try queries.read(from: seq, eventsMax: eventsMax, bytesMax: bytesMax)
    }

    package func payloads(of seq: UInt64) throws(JournalError) -> [Payload] {
        if let failure { throw .unusable(failure) }
        return try queries.payloads(of: seq)
    }

    package func payload(of seq: UInt64, part: String) throws(JournalError) -> Payload? {
        if let failure { throw .unusable(failure) }
        return try queries.payload(of: seq, part: part)
    }

    // MARK: Failure

    /// Makes a checkpoint if the log has grown by so many frames since the last one.
    private mutating func checkpoint(from growth: Int) {
        let frames = database.framesInLog
        // Once everything has been copied, the next commit begins the log anew. A reader can keep a
        // checkpoint from finishing; then the next attempt waits for as much growth again.
        if frames < framesAtLastCheckpoint { framesAtLastCheckpoint = 0 }
        guard frames - framesAtLastCheckpoint >= growth else { return }
        do {
            _ = try database.checkpoint(.passive)
            framesAtLastCheckpoint = frames
        } catch {
            _ = stop("\(error)")
        }
    }

    private mutating func fail(_ error: SQLiteError) -> AppendOutcome {
        // A number that is taken means another writer, against the lock: nothing of ours was
        // stored, and what is in memory here is out of date.
        if error.isTakenKey, !database.isInTransaction {
            failure = "another writer has appended to this journal"
            return .conflict
        }
        return stop("\(JournalFiles.database(in: home)): \(error)")
    }

    /// Ends the use of files that are no longer what they were. A log that was deleted or replaced
    /// is still open here, with what was acknowledged out of it and is nowhere else: as long as the
    /// database is in its place, it takes that in, or the next start would not miss it.
    private mutating func stop(saving change: FileIdentity.Change) -> AppendOutcome {
        var reason = "the journal's files changed: \(change.sentence)"
        if change.path == JournalFiles.log(in: home) {
            do {
                let isSaved = try !database.checkpoint(.truncate).wasBlocked
                reason += isSaved ? "; the database has what it held" : "; a reader held it"
            } catch {
                reason += "; what it held could not be saved: \(error)"
            }
        }
        return stop(reason)
    }

    private mutating func stop(_ reason: String) -> AppendOutcome {
        failure = reason
        return .unknown(reason: reason)
    }
}
