// A journal tells, when it is opened, which root its first events had: what a snapshot stands on.

import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import Testing

@Suite struct EarlierRootTests {
    @Test("opening tells the root over the first events, and nil beyond the end")
    func earlierRoot() throws {
        let home = try Files.makeTemporaryDirectory(prefix: "baton-root")
        defer { try? Files.removeTree(home) }
        let origin = "baton.test/root"
        var journal = try SQLiteJournal.create(in: home, origin: origin)
        let first = Array(#"{"origin":"\#(origin)"}"#.utf8)
        #expect(
            journal.append(JournalBatch(leaves: [first, Array("b".utf8)]), at: 0) == .committed)
        let root = journal.root
        #expect(journal.append(JournalBatch(leaves: [Array("c".utf8)]), at: 2) == .committed)
        _ = consume journal

        let opened = try SQLiteJournal.open(in: home, origin: origin, earlierCount: 2)
        let earlier = opened.earlierRoot
        _ = consume opened
        let beyond = try SQLiteJournal.open(in: home, origin: origin, earlierCount: 9).earlierRoot

        #expect(earlier == root)
        #expect(beyond == nil)
    }
}
