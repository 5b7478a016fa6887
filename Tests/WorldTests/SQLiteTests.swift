// The typed layer over SQLite, with real files.
import BatonPlatform
import SQLite
import Testing

@Suite("SQLite", .timeLimit(.minutes(5)))
struct SQLiteTests {
    private func withDatabase(_ body: (inout Database, String) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/d"
            var database = try Database(path, access: .readWriteCreating)
            try database.execute(
                "PRAGMA journal_mode = WAL; CREATE TABLE t (k INTEGER PRIMARY KEY, v)")
            try body(&database, path)
        }
    }

    @Test("values of every kind come back as they went in, empty ones as empty, not null")
    func values() throws {
        try withDatabase { database, _ in
            let insert = try database.prepare("INSERT INTO t VALUES (?1, ?2)")
            try insert.bind(.min, at: 1)
            try insert.bind("é\u{0}z", at: 2)
            try insert.run()
            try insert.bind(1, at: 1)
            try insert.bind([0, 255], at: 2)
            try insert.run()
            try insert.bind(2, at: 1)
            try insert.bindNull(at: 2)
            try insert.run()
            try insert.bind(3, at: 1)
            try insert.bind("", at: 2)
            try insert.run()
            try insert.bind(4, at: 1)
            try insert.bind([UInt8](), at: 2)
            try insert.run()
            try insert.bind(5, at: 1)
            try insert.run(borrowing: [], as: .blob, at: 2)
            try insert.bind(6, at: 1)
            try insert.run(borrowing: [65, 66], as: .text, at: 2)
            #expect(database.changeCount == 1)

            let select = try database.prepare("SELECT k, v, typeof(v) FROM t ORDER BY k")
            var rows: [String] = []
            while try select.step() {
                rows.append("\(select.integer(0)) \(select.text(2)) \(select.bytes(1))")
                #expect(select.byteCount(1) == select.bytes(1).count)
                #expect(select.withBytes(1) { $0.byteCount } == select.bytes(1).count)
                #expect(select.isNull(1) == (select.integer(0) == 2))
            }
            #expect(
                rows == [
                    "\(Int64.min) text [195, 169, 0, 122]", "1 blob [0, 255]", "2 null []",
                    "3 text []", "4 blob []", "5 blob []", "6 text [65, 66]",
                ])
        }
    }

    @Test("errors carry the extended code, the call and SQLite's words")
    func errors() throws {
        try withDatabase { database, path in
            try database.execute("INSERT INTO t VALUES (1, 1)")
            let taken = #expect(throws: SQLiteError.self) {
                try database.execute("INSERT INTO t VALUES (1, 1)")
            }
            #expect(taken?.isTakenKey == true)
            #expect(taken?.isConstraint == true)
            #expect(database.lastErrorCode == taken?.code)
            let syntax = #expect(throws: SQLiteError.self) { _ = try database.prepare("SELEKT") }
            #expect(syntax?.message.contains("SELEKT") == true)
            let missing = #expect(throws: SQLiteError.self) {
                _ = try Database("\(path)-none", access: .readWrite)
            }
            #expect(missing?.message.contains("\(path)-none") == true)
            let readOnly = try Database(path, access: .readOnly)
            #expect(throws: SQLiteError.self) { try readOnly.execute("DELETE FROM t") }
        }
    }

    @Test("a full database says so")
    func full() throws {
        try withDatabase { database, _ in
            try database.execute("PRAGMA max_page_count = 4")
            let insert = try database.prepare("INSERT INTO t (v) VALUES (?1)")
            let error = #expect(throws: SQLiteError.self) {
                try insert.run(borrowing: [UInt8](repeating: 0, count: 100_000), as: .blob, at: 1)
            }
            #expect(error?.isFull == true)
            let isInTransaction = database.isInTransaction
            #expect(!isInTransaction)
        }
    }

    @Test("a checkpoint tells whether a reader was in the way")
    func checkpoint() throws {
        try withDatabase { database, path in
            database.useManualCheckpoints()
            try database.execute("INSERT INTO t VALUES (1, 1)")
            #expect(database.framesInLog > 0)
            let reader = try Database(path, access: .readOnly)
            try reader.execute("BEGIN; SELECT * FROM t")
            try database.execute("INSERT INTO t VALUES (2, 2)")

            #expect(try database.checkpoint(.truncate).wasBlocked)
            try reader.execute("COMMIT")
            #expect(try !database.checkpoint(.truncate).wasBlocked)
            #expect(try Files.status(of: "\(path)-wal")?.size == 0)
            #expect(try database.integer("SELECT count(*) FROM t") == 2)
            #expect(try database.integer("SELECT k FROM t WHERE k = 9") == nil)
        }
    }

    @Test("another connection's lock is reported as busy")
    func busy() throws {
        try withDatabase { database, path in
            try database.setBusyTimeout(milliseconds: 10)
            let other = try Database(path, access: .readWrite)
            try other.execute("BEGIN IMMEDIATE")
            let error = #expect(throws: SQLiteError.self) {
                try database.execute("BEGIN IMMEDIATE")
            }
            #expect(error?.isBusy == true)
        }
    }

    @Test("a value over the limit is refused")
    func limit() throws {
        try withDatabase { database, _ in
            database.setLimit(.valueBytes, to: 1000)
            let insert = try database.prepare("INSERT INTO t (v) VALUES (?1)")
            #expect(throws: SQLiteError.self) {
                try insert.run(borrowing: [UInt8](repeating: 0, count: 1001), as: .blob, at: 1)
            }
        }
    }
}
