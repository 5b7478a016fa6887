// The look-up view: which events belong to a brief, a task, a type; which event names a digest. It
// follows the journal behind a cursor, in a file of its own, and can be deleted and made again.

package import BatonCore
package import BatonJournal
import BatonWire
import Crypto
package import SQLite

/// One open handle on the view. The follower's writes; the loop's reads and catches up when asked.
package struct RecordIndex: ~Copyable {
    private let database: Database

    /// Opens or makes the view. A view of another journal, or one that is ahead of the journal, is
    /// emptied first; a start refuses the latter before (`mark`).
    package init(path: String, origin: String, head: UInt64) throws(SQLiteError) {
        let database = try Database(path, access: .readWriteCreating)
        // Losing the newest rows in a crash costs a little time at the next start, nothing else.
        // The log is still synced before it is copied: without that a loss of power could leave a
        // file that looks whole, and in which things are not found.
        try database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        try database.setBusyTimeout(milliseconds: 2_000)
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS about(origin TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS mark(count INTEGER NOT NULL, root TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS events(
              seq INTEGER PRIMARY KEY, type TEXT NOT NULL, brief INTEGER, task INTEGER);
            CREATE INDEX IF NOT EXISTS events_brief ON events(brief, seq) WHERE brief IS NOT NULL;
            CREATE INDEX IF NOT EXISTS events_task ON events(task, seq) WHERE task IS NOT NULL;
            CREATE INDEX IF NOT EXISTS events_type ON events(type, seq);
            CREATE TABLE IF NOT EXISTS parts(digest TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
            """)
        let known = try database.text("SELECT origin FROM about")
        let cursor = try database.integer(Self.cursorQuery) ?? 0
        if known != origin || cursor > Int64(head) {
            try database.execute(
                "DELETE FROM events; DELETE FROM parts; DELETE FROM mark; DELETE FROM about;")
            let statement = try database.prepare("INSERT INTO about(origin) VALUES (?)")
            try statement.bind(origin, at: 1)
            try statement.run()
        }
        self.database = database
    }

    /// What a view of this journal knows of it: the events were committed before it saw them, so a
    /// journal with fewer has lost some. nil without a view, and for one that cannot be read.
    package static func mark(path: String, origin: String) -> JournalMark? {
        // A view holds nothing of its own: one that is damaged is made anew, and knows nothing.
        guard let database = try? Database(path, access: .readWrite),
            (try? database.setBusyTimeout(milliseconds: 2_000)) != nil,
            (try? database.text("SELECT origin FROM about")) == origin,
            let count = try? database.integer("SELECT count FROM mark"), count > 0,
            let text = try? database.text("SELECT root FROM mark"),
            let root = Hex.decode(text).flatMap({ Crypto.Digest($0) })
        else { return nil }
        return JournalMark(count: UInt64(count), root: root)
    }

    private func note(_ mark: JournalMark) throws(SQLiteError) {
        try database.execute("DELETE FROM mark")
        let row = try database.prepare("INSERT INTO mark(count, root) VALUES (?, ?)")
        try row.bind(Int64(clamping: mark.count), at: 1)
        try row.bind(Hex.encode(mark.root.bytes), at: 2)
        try row.run()
    }

    private static let cursorQuery = "SELECT coalesce(max(seq) + 1, 0) FROM events"

    /// The number of events that the view knows.
    package func cursor() throws(SQLiteError) -> UInt64 {
        UInt64(try database.integer(Self.cursorQuery) ?? 0)
    }

    /// Adds events in one transaction. Rows that are there already stay.
    /// - Parameter mark: what is known of the journal up to the last of them, or to one before.
    package func add(_ events: [Event], mark: JournalMark?) throws(SQLiteError) {
        try database.execute("BEGIN IMMEDIATE")
        do {
            try insert(events)
            if let mark { try note(mark) }
            try database.execute("COMMIT")
        } catch {
            // The transaction is gone either way; the first error is the one to tell.
            try? database.execute("ROLLBACK")
            throw error
        }
    }

    private func insert(_ events: [Event]) throws(SQLiteError) {
        let row = try database.prepare(
            "INSERT OR IGNORE INTO events(seq, type, brief, task) VALUES (?, ?, ?, ?)")
        let part = try database.prepare("INSERT OR IGNORE INTO parts(digest, seq) VALUES (?, ?)")
        for event in events {
            try row.bind(Int64(event.seq), at: 1)
            try row.bind(event.type.rawValue, at: 2)
            try bind(event.brief?.number, at: 3, to: row)
            try bind(event.task?.number, at: 4, to: row)
            try row.run()
            for facts in event.parts {
                try part.bind(facts.digest.hex, at: 1)
                try part.bind(Int64(event.seq), at: 2)
                try part.run()
            }
        }
    }

    private func bind(
        _ number: UInt64?, at place: Int32, to statement: borrowing Statement
    ) throws(SQLiteError) {
        if let number {
            try statement.bind(Int64(number), at: place)
        } else {
            try statement.bindNull(at: place)
        }
    }

    package func find(_ query: RecordQuery) throws(SQLiteError) -> [UInt64] {
        switch query {
        case .brief(let brief):
            try numbers(
                "SELECT seq FROM events WHERE brief = ? ORDER BY seq", [.number(brief.number)])
        case .task(let task):
            try numbers(
                "SELECT seq FROM events WHERE task = ? ORDER BY seq", [.number(task.number)])
        case .type(let type):
            try numbers(
                "SELECT seq FROM events WHERE type = ? ORDER BY seq", [.text(type.rawValue)])
        case .typesInBrief(let types, let brief):
            // The + keeps SQLite from walking through those types in all briefs.
            try numbers(
                "SELECT seq FROM events WHERE brief = ? AND +type IN ("
                    + types.map { _ in "?" }.joined(separator: ", ") + ") ORDER BY seq",
                [.number(brief.number)] + types.map { .text($0.rawValue) })
        case .newest(let type, let below, let limit):
            try numbers(
                "SELECT seq FROM events WHERE type = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
                [.text(type.rawValue), .number(below), .number(UInt64(limit))])
        case .digest(let digest):
            try numbers("SELECT seq FROM parts WHERE digest = ?", [.text(digest)])
        }
    }

    private enum Value {
        case number(UInt64)
        case text(String)
    }

    private func numbers(_ sql: String, _ values: [Value]) throws(SQLiteError) -> [UInt64] {
        let statement = try database.prepare(sql)
        for (index, value) in values.enumerated() {
            switch value {
            case .number(let number):
                try statement.bind(Int64(clamping: number), at: Int32(index + 1))
            case .text(let text): try statement.bind(text, at: Int32(index + 1))
            }
        }
        var found: [UInt64] = []
        while try statement.step() { found.append(UInt64(statement.integer(0))) }
        return found
    }
}

extension RecordQuery {
    /// No event before it can match: ids are the numbers of the events that made them.
    var earliest: UInt64 {
        switch self {
        case .brief(let brief), .typesInBrief(_, let brief): brief.number
        case .task(let task): task.number
        case .type, .newest, .digest: 0
        }
    }

    /// Whether an event that the view does not know yet belongs to the answer.
    func matches(_ event: Event) -> Bool {
        switch self {
        case .brief(let brief): event.brief == brief
        case .task(let task): event.task == task
        case .type(let type): event.type == type
        case .typesInBrief(let types, let brief):
            types.contains(event.type) && event.brief == brief
        case .newest(let type, let below, _): event.type == type && event.seq < below
        case .digest(let digest): event.parts.contains { $0.digest.hex == digest }
        }
    }
}
