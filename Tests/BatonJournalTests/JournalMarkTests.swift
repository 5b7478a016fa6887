// What is known of a journal from outside it: a start compares, and takes nothing else for it.

import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import SQLite
import Testing

@Suite struct JournalMarkTests {
    private static let origin = "baton.test/root"

    /// A journal of three events, and its root after two.
    private func withJournal(_ body: (String, JournalMark) throws -> Void) throws {
        let home = try Files.makeTemporaryDirectory(prefix: "baton-root")
        defer { try? Files.removeTree(home) }
        var journal = try SQLiteJournal.create(in: home, origin: Self.origin)
        let first = Array(#"{"origin":"\#(Self.origin)"}"#.utf8)
        #expect(
            journal.append(JournalBatch(leaves: [first, Array("b".utf8)]), at: 0) == .committed)
        let mark = JournalMark(count: 2, root: journal.root)
        #expect(journal.append(JournalBatch(leaves: [Array("c".utf8)]), at: 2) == .committed)
        _ = consume journal
        try body(home, mark)
    }

    @Test("a journal that is what is known of it opens")
    func same() throws {
        try withJournal { home, mark in
            let journal = try SQLiteJournal.open(in: home, origin: Self.origin, marks: [mark])
            let head = journal.head

            #expect(head == 3)
        }
    }

    @Test("a journal in which an event reads differently is refused, and says how many are known")
    func altered() throws {
        try withJournal { home, mark in
            let path = JournalFiles.database(in: home)
            do {
                let database = try Database(path, access: .readWrite)
                try database.execute(
                    "DROP TRIGGER events_are_never_changed; UPDATE events SET bytes = 'x' WHERE seq = 1"
                )
            }

            #expect(throws: JournalError.altered(path: path, count: 2)) {
                _ = try SQLiteJournal.open(in: home, origin: Self.origin, marks: [mark])
            }
        }
    }
}
