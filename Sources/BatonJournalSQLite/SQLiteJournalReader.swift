// Reading a SQLite journal beside its writer: tails, exports, verification.
package import BatonJournal
import SQLite

/// A read-only connection to a journal, for one thread other than the writer's, or for another
/// process. It sees what has been committed, and only that.
///
/// Each call is a reading transaction of its own, no longer than its limits make it: a reader that
/// dwells keeps the writer's log from being emptied.
package struct SQLiteJournalReader: ~Copyable {
    private let database: Database
    private let queries: JournalQueries

    /// How long a call waits while the writer opens or recovers.
    private static let busyTimeoutMilliseconds = 2000

    /// Opens the journal in a home. `notFound` when there is none.
    package init(home: String) throws(JournalError) {
        let path = JournalFiles.database(in: home)
        guard try JournalFiles.isThere(path) else { throw .notFound(home: home) }
        do {
            let database = try Database(path, access: .readOnly)
            try database.setBusyTimeout(milliseconds: Self.busyTimeoutMilliseconds)
            try JournalFiles.requireKnownFormat(database, at: path)
            let queries = try JournalQueries(database)
            self.queries = queries
            self.database = database
        } catch let error as JournalError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }

    /// How many events are committed now.
    package func head() throws(JournalError) -> UInt64 { try queries.head() }

    /// Leaves from a sequence number on, within both limits but at least one if there is any.
    package func read(
        from seq: UInt64, eventsMax: Int, bytesMax: Int,
    ) throws(JournalError) -> [[UInt8]] {
        try queries.read(from: seq, eventsMax: eventsMax, bytesMax: bytesMax)
    }

    /// The payloads of an event that are still there, in the order they were stored.
    package func payloads(of seq: UInt64) throws(JournalError) -> [Payload] {
        try queries.payloads(of: seq)
    }

    /// One payload of an event.
    package func payload(of seq: UInt64, part: String) throws(JournalError) -> Payload? {
        try queries.payload(of: seq, part: part)
    }
}
