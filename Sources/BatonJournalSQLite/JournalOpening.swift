// Making and opening a SQLite journal: everything that must be true before its first append.
import BatonJournal
import BatonPlatform
import Crypto
import SQLite

/// An opened and checked journal, before it becomes a `SQLiteJournal`.
struct JournalOpening: ~Copyable {
    let home: String
    let files: FileIdentity
    let frontier: MerkleFrontier
    let identity: JournalIdentity
    let database: Database
    let queries: JournalQueries
    let changes: JournalChanges

    /// How long opening waits for readers to let go of an old log.
    private static let openingTimeoutMilliseconds = 5000

    /// How long `scrub` waits for them; it runs on the loop's thread, and is tried again.
    private static let busyTimeoutMilliseconds = 50

    static func create(in home: String, origin: String) throws(JournalError) -> JournalOpening {
        guard VerifierKey.isValidOrigin(origin) else {
            throw .failed("\"\(origin)\" is no valid origin")
        }
        let path = JournalFiles.database(in: home)
        if try JournalIdentity.read(in: home) != nil {
            throw .alreadyExists(path: JournalIdentity.path(in: home))
        }
        try makeDatabase(path)
        let identity = JournalIdentity(origin: origin, isCreating: true)
        let opening = try JournalOpening(home: home, identity: identity, marks: [])
        // A database without an id is what a crash in here leaves, unless it holds events.
        guard opening.frontier.count == 0 else { throw .alreadyExists(path: path) }
        try identity.write(in: home)
        return opening
    }

    static func open(
        in home: String, origin: String, marks: [JournalMark],
    ) throws(JournalError) -> JournalOpening {
        let path = JournalFiles.database(in: home)
        let exists = try JournalFiles.isThere(path)
        guard let identity = try JournalIdentity.read(in: home) else {
            throw exists ? .identityMissing(path: path) : .notFound(home: home)
        }
        guard identity.origin == origin else {
            throw .otherOrigin(
                expected: origin, found: identity.origin, path: JournalIdentity.path(in: home))
        }
        guard exists else { throw .journalMissing(path: path) }
        let opening = try JournalOpening(home: home, identity: identity, marks: marks)
        if opening.frontier.count == 0 {
            guard identity.isCreating else { throw .journalEmpty(path: path) }
        } else {
            let first = try opening.queries.read(from: 0, eventsMax: 1, bytesMax: .max)[0]
            guard names(origin, in: first) else {
                throw .otherOrigin(expected: origin, found: "another origin", path: path)
            }
        }
        return opening
    }

    /// Whether a leaf holds the origin as a JSON string. An origin needs no escapes, so its text
    /// says it all; the leaf is otherwise opaque here.
    static func names(_ origin: String, in leaf: [UInt8]) -> Bool {
        let quoted = [UInt8]("\"\(origin)\"".utf8)
        guard leaf.count >= quoted.count else { return false }
        return (0...leaf.count - quoted.count).contains { leaf[$0...].starts(with: quoted) }
    }

    /// Makes the database file with its tables, durable on return, unless it is there.
    private static func makeDatabase(_ path: String) throws(JournalError) {
        do {
            let folder = Files.parent(of: path)
            try Files.makePrivateDirectory(folder)
            try Files.syncDirectory(Files.parent(of: folder))
            let database = try Database(path, access: .readWriteCreating)
            try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            if try database.integer("SELECT count(*) FROM sqlite_schema") == 0 {
                try database.execute(JournalFiles.schema)
            }
            try Files.setPermissions(0o600, of: path)
            try Files.syncDirectory(folder)
        } catch {
            throw .failed("\(error)")
        }
    }

    private init(
        home: String, identity: JournalIdentity, marks: [JournalMark],
    ) throws(JournalError) {
        let path = JournalFiles.database(in: home)
        do {
            var database = try Database(path, access: .readWrite)
            try Self.configure(database)
            try JournalFiles.requireKnownFormat(database, at: path)
            // Before anything is copied and the log is cut: what looks short may be a log that
            // could not be read to its end.
            try Self.requireEvents(marks.map(\.count).max() ?? 0, in: database, path)
            try Self.makeDurable(database, path)
            try database.setBusyTimeout(milliseconds: Self.busyTimeoutMilliseconds)
            database.useManualCheckpoints()

            let queries = try JournalQueries(database)
            let frontier = try Self.hash(queries, marks, path)
            let changes = try JournalChanges(database)
            let files = try FileIdentity(home: home)

            self.home = home
            self.identity = identity
            self.frontier = frontier
            self.files = files
            self.queries = queries
            self.changes = changes
            self.database = database
        } catch let error as JournalError {
            throw error
        } catch {
            throw .failed("\(path): \(error)")
        }
    }

    /// Hashes every leaf, and compares with what is known.
    private static func hash(
        _ queries: borrowing JournalQueries, _ marks: [JournalMark], _ path: String,
    ) throws -> MerkleFrontier {
        var frontier = MerkleFrontier()
        var altered: UInt64?
        _ = try queries.forEachLeaf { leaf in
            frontier.append(MerkleHash.leaf(leaf))
            for mark in marks where mark.count == frontier.count && mark.root != frontier.root {
                altered = mark.count
            }
        }
        if let altered { throw JournalError.altered(path: path, count: altered) }
        return frontier
    }

    private static func configure(_ database: borrowing Database) throws(SQLiteError) {
        try database.setBusyTimeout(milliseconds: openingTimeoutMilliseconds)
        // A checkpoint that a reader cuts short counts its pages as copied before they are synced,
        // and a sync that fails drops them. Another checkpoint on the same handle, such as the one
        // that closing makes, would then copy only the rest, succeed, and delete the log: so a
        // handle that has failed must never touch the log again. A new process copies all of it.
        try database.keepLogOnClose()
        // Erased payloads are overwritten with zeros, not just unlinked from their tree.
        try database.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA secure_delete = ON;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA trusted_schema = OFF;
            PRAGMA temp_store = MEMORY;
            """)
        // Room for the largest part and its names; SQLite's own limit is a billion bytes.
        database.setLimit(.valueBytes, to: JournalLimits.partBytesMax + (1 << 16))
    }

    /// Refuses a journal that holds fewer events than are known to have been committed.
    private static func requireEvents(
        _ count: UInt64, in database: borrowing Database, _ path: String,
    ) throws(JournalError) {
        let last: Int64
        do {
            last = try database.integer("SELECT coalesce(max(seq), -1) FROM events") ?? -1
        } catch {
            throw .failed("\(path): \(error)")
        }
        guard last >= -1, last < .max else { throw .damaged("\(path) has an event \(last)") }
        let found = UInt64(last + 1)
        guard found >= count else { throw .cutShort(path: path, found: found, known: count) }
    }

    /// Copies what a crash left in the log into the database file, and syncs it. What was read
    /// back may have been in memory only: until this has worked, nothing may stand on it.
    private static func makeDurable(
        _ database: borrowing Database, _ path: String,
    ) throws(JournalError) {
        do {
            guard try !database.checkpoint(.truncate).wasBlocked else {
                throw JournalError.failed("a reader of \(path) keeps its log from being emptied")
            }
        } catch let error as JournalError {
            throw error
        } catch {
            throw .failed("\(path) could not be made durable: \(error)")
        }
    }
}
