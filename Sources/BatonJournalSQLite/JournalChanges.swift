// The writing half of a SQLite journal: one transaction a batch.
import BatonJournal
import Crypto
import SQLite

/// Prepared statements that store and erase. One call is one transaction.
struct JournalChanges: ~Copyable {
    private let begin: Statement
    private let commit: Statement
    private let rollback: Statement
    private let insertEvent: Statement
    private let insertPayload: Statement
    private let deletePayloads: Statement
    private let deletePayload: Statement

    init(_ database: borrowing Database) throws(SQLiteError) {
        let begin = try database.prepare("BEGIN IMMEDIATE")
        let commit = try database.prepare("COMMIT")
        let rollback = try database.prepare("ROLLBACK")
        let insertEvent = try database.prepare("INSERT INTO events (seq, bytes) VALUES (?1, ?2)")
        let insertPayload = try database.prepare(
            """
            INSERT INTO payloads (id, part, media_type, digest, salt, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        let deletePayloads = try database.prepare(
            "DELETE FROM payloads WHERE id >= ?1 AND id < ?1 + 256")
        let deletePayload = try database.prepare(
            "DELETE FROM payloads WHERE id >= ?1 AND id < ?1 + 256 AND part = ?2")
        self.begin = begin
        self.commit = commit
        self.rollback = rollback
        self.insertEvent = insertEvent
        self.insertPayload = insertPayload
        self.deletePayloads = deletePayloads
        self.deletePayload = deletePayload
    }

    /// Stores a batch. It returns when all is on stable storage; after an error nothing may be
    /// assumed but that a new start will find all of it or nothing.
    func store(_ batch: JournalBatch, at seq: UInt64) throws(SQLiteError) {
        try begin.run()
        do throws(SQLiteError) {
            for (offset, leaf) in batch.leaves.enumerated() {
                try insertEvent.bind(Int64(seq) + Int64(offset), at: 1)
                try insertEvent.run(borrowing: leaf, as: .text, at: 2)
            }
            try store(batch.payloads)
            for erasure in batch.erasures { try erase(erasure) }
            try commit.run()
        } catch {
            // Most failures have ended the transaction already; this ends it after the others.
            // Its own failure adds nothing to the one being reported.
            try? rollback.run()
            throw error
        }
    }

    private func store(_ payloads: [JournalBatch.PlacedPayload]) throws(SQLiteError) {
        var previous: UInt64?
        var place: Int64 = 0
        for placed in payloads {
            place = placed.seq == previous ? place + 1 : 0
            previous = placed.seq
            let payload = placed.payload
            try insertPayload.bind(Int64(placed.seq) << 8 | place, at: 1)
            try insertPayload.bind(payload.part, at: 2)
            try insertPayload.bind(payload.mediaType, at: 3)
            try insertPayload.bind(payload.digest.bytes, at: 4)
            try insertPayload.bind(payload.salt, at: 5)
            try insertPayload.run(borrowing: payload.body, as: .blob, at: 6)
        }
    }

    private func erase(_ erasure: JournalBatch.Erasure) throws(SQLiteError) {
        guard let part = erasure.part else {
            try deletePayloads.bind(Int64(erasure.seq) << 8, at: 1)
            return try deletePayloads.run()
        }
        try deletePayload.bind(Int64(erasure.seq) << 8, at: 1)
        try deletePayload.bind(part, at: 2)
        try deletePayload.run()
    }
}
