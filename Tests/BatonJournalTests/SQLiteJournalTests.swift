// What only a journal on disk can show: reopening, refusals to start, readers beside the writer.
import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import Crypto
import SQLite
import Testing

/// Makes a journal with some events, a payload each, and lets go of it.
func makeJournal(in home: String, events: UInt64) throws -> Digest {
    var journal = try SQLiteJournal.create(in: home, origin: testOrigin)
    for seq in 0..<events {
        let batch = JournalBatch(
            leaves: [testLeaf(seq)],
            payloads: [.init(seq: seq, payload: testPayload("p", "body \(seq)"))])
        #expect(journal.append(batch, at: seq) == .committed)
    }
    return journal.root
}

@Suite("SQLite journal", .timeLimit(.minutes(10)))
struct SQLiteJournalTests {
    @Test("head, root, leaves and payloads are the same after reopening")
    func reopen() throws {
        try withHome { home in
            let root = try makeJournal(in: home, events: 10)
            var journal = try SQLiteJournal.open(in: home, origin: testOrigin)

            #expect(journal.head == 10)
            #expect(journal.root == root)
            #expect(try journal.read(from: 0, eventsMax: 99, bytesMax: .max) == testLeaves(0..<10))
            #expect(try journal.payload(of: 9, part: "p")?.body == [UInt8]("body 9".utf8))
            #expect(
                journal.append(JournalBatch(leaves: [testLeaf(10)]), at: 10) == .committed)
        }
    }

    @Test("a home without journal and id says so; with both, no second one is made")
    func notFound() throws {
        try withHome { home in
            #expect(throws: JournalError.notFound(home: home)) {
                _ = try SQLiteJournal.open(in: home, origin: testOrigin)
            }
            _ = try makeJournal(in: home, events: 1)
            #expect(throws: JournalError.alreadyExists(path: "\(home)/journal.id")) {
                _ = try SQLiteJournal.create(in: home, origin: testOrigin)
            }
        }
    }

    @Test("an id without its journal is refused, and nothing is made in its place")
    func journalMissing() throws {
        try withHome { home in
            _ = try makeJournal(in: home, events: 3)
            try Files.remove(JournalFiles.database(in: home))

            #expect(throws: JournalError.journalMissing(path: JournalFiles.database(in: home))) {
                _ = try SQLiteJournal.open(in: home, origin: testOrigin)
            }
            #expect(try !Files.exists(JournalFiles.database(in: home)))
        }
    }

    @Test("an empty journal in place of one that had events is refused")
    func journalEmpty() throws {
        try withHome { home in
            _ = try makeJournal(in: home, events: 3)
            try Files.makeDirectory("\(home)/other")
            _ = try SQLiteJournal.create(in: "\(home)/other", origin: testOrigin)
            try Files.rename("\(home)/other/journal/journal.db", to: "\(home)/journal/journal.db")
            // With its log everything would still be there.
            try Files.remove(JournalFiles.log(in: home))

            #expect(throws: JournalError.journalEmpty(path: JournalFiles.database(in: home))) {
                _ = try SQLiteJournal.open(in: home, origin: testOrigin)
            }
        }
    }

    @Test("another origin in the id, or in event 0, is refused")
    func otherOrigin() throws {
        try withHome { home in
            _ = try makeJournal(in: home, events: 3)
            #expect(throws: JournalError.self) {
                _ = try SQLiteJournal.open(in: home, origin: "other.example")
            }
            try JournalIdentity(origin: "other.example", isCreating: false).write(in: home)
            let error = #expect(throws: JournalError.self) {
                _ = try SQLiteJournal.open(in: home, origin: "other.example")
            }
            guard case .otherOrigin(_, _, JournalFiles.database(in: home)) = error else {
                Issue.record(
                    "not the right error: \(error.map(\.description) ?? "none")" as Comment)
                return
            }
        }
    }

    @Test("a journal without its id is refused, by opening and by making")
    func identityMissing() throws {
        try withHome { home in
            _ = try makeJournal(in: home, events: 3)
            try Files.remove(JournalIdentity.path(in: home))

            #expect(throws: JournalError.identityMissing(path: JournalFiles.database(in: home))) {
                _ = try SQLiteJournal.open(in: home, origin: testOrigin)
            }
            #expect(throws: JournalError.alreadyExists(path: JournalFiles.database(in: home))) {
                _ = try SQLiteJournal.create(in: home, origin: testOrigin)
            }
        }
    }

    @Test("a journal that a crash left without event 0 is taken up again, once")
    func creatingAgain() throws {
        try withHome { home in
            _ = try SQLiteJournal.create(in: home, origin: testOrigin)
            do {
                var journal = try SQLiteJournal.open(in: home, origin: testOrigin)
                #expect(journal.head == 0)
                #expect(try JournalIdentity.read(in: home)?.isCreating == true)
                #expect(journal.append(JournalBatch(leaves: [testLeaf(0)]), at: 0) == .committed)
                #expect(try JournalIdentity.read(in: home)?.isCreating == false)
            }
            try Files.remove(JournalIdentity.path(in: home))
            try Files.remove(JournalFiles.database(in: home))
            // And before its id was written.
            _ = try SQLiteJournal.create(in: home, origin: testOrigin)
            try Files.remove(JournalIdentity.path(in: home))
            _ = try SQLiteJournal.create(in: home, origin: testOrigin)
        }
    }

    @Test("events refuse to be changed or deleted, and a gap is found by opening")
    func guards() throws {
        try withHome { home in
            _ = try makeJournal(in: home, events: 3)
            do {
                let database = try Database(JournalFiles.database(in: home), access: .readWrite)
                #expect(throws: SQLiteError.self) { try database.execute("DELETE FROM events") }
                #expect(throws: SQLiteError.self) {
                    try database.execute("UPDATE events SET bytes = 'x' WHERE seq = 1")
                }
                try database.execute(
                    "DROP TRIGGER events_are_never_deleted; DELETE FROM events WHERE seq = 1")
            }
            #expect(throws: JournalError.damaged("event 1 is missing")) {
                _ = try SQLiteJournal.open(in: home, origin: testOrigin)
            }
            let reader = try SQLiteJournalReader(home: home)
            #expect(throws: JournalError.damaged("event 1 is missing")) {
                _ = try reader.read(from: 0, eventsMax: 9, bytesMax: .max)
            }
        }
    }

    @Test("a database of another kind or version is refused")
    func unknownFormat() throws {
        try withHome { home in
            _ = try makeJournal(in: home, events: 3)
            let path = JournalFiles.database(in: home)
            do { try Database(path, access: .readWrite).execute("PRAGMA user_version = 2") }
            let error = #expect(throws: JournalError.self) {
                _ = try SQLiteJournal.open(in: home, origin: testOrigin)
            }
            guard case .unknownFormat = error else {
                Issue.record(
                    "not the right error: \(error.map(\.description) ?? "none")" as Comment)
                return
            }
            try Files.writeAtomically([UInt8](repeating: 1, count: 9000), to: path)
            #expect(throws: JournalError.self) {
                _ = try SQLiteJournal.open(in: home, origin: testOrigin)
            }
        }
    }

    @Test("a person can read events with plain SQL")
    func humanReadable() throws {
        try withHome { home in
            _ = try makeJournal(in: home, events: 3)
            let database = try Database(JournalFiles.database(in: home), access: .readOnly)

            #expect(
                try database.text("SELECT bytes FROM events WHERE seq = 2")
                    == String(decoding: testLeaf(2), as: UTF8.self))
            #expect(
                try database.text("SELECT typeof(bytes) FROM events WHERE seq = 2") == "text")
            #expect(
                try database.text("SELECT json_extract(bytes, '$.seq') FROM events WHERE seq = 2")
                    == "2")
            #expect(
                try database.text("SELECT body FROM payloads WHERE seq = 2 AND part = 'p'")
                    == "body 2")
        }
    }

    @Test("a reader sees what is committed, while the writer goes on")
    func reader() throws {
        try withHome { home in
            var journal = try SQLiteJournal.create(in: home, origin: testOrigin)
            let reader = try SQLiteJournalReader(home: home)
            #expect(try reader.head() == 0)
            let payload = testPayload("p", "body")
            let batch = JournalBatch(
                leaves: testLeaves(0..<5), payloads: [.init(seq: 3, payload: payload)])
            _ = journal.append(batch, at: 0)

            #expect(try reader.head() == 5)
            #expect(try reader.read(from: 3, eventsMax: 9, bytesMax: .max) == testLeaves(3..<5))
            #expect(try reader.payloads(of: 3) == [payload])
            #expect(try reader.payload(of: 3, part: "q") == nil)
            #expect(throws: JournalError.notFound(home: "\(home)/none")) {
                _ = try SQLiteJournalReader(home: "\(home)/none")
            }
        }
    }

    @Test("a scrub waits for no reader, and once done no file holds the erased bytes")
    func scrub() throws {
        try withHome { home in
            let secret = String((0..<40).map { _ in "forget me " }.joined())
            var journal = try SQLiteJournal.create(in: home, origin: testOrigin)
            let batch = JournalBatch(
                leaves: [testLeaf(0)], payloads: [.init(seq: 0, payload: testPayload("p", secret))])
            _ = journal.append(batch, at: 0)
            journal.maintain(isIdle: true)
            let reading = try Database(JournalFiles.database(in: home), access: .readOnly)
            try reading.execute("BEGIN; SELECT count(*) FROM events")
            let erasing = JournalBatch(leaves: [testLeaf(1)], erasures: [.init(seq: 0)])
            #expect(journal.append(erasing, at: 1) == .committed)

            #expect(try !journal.scrub())
            #expect(try contains(secret, in: home))
            try reading.execute("COMMIT")
            #expect(try journal.scrub())
            #expect(try !contains(secret, in: home))
            #expect(journal.append(JournalBatch(leaves: [testLeaf(2)]), at: 2) == .committed)
        }
    }

    private func contains(_ text: String, in home: String) throws -> Bool {
        let folder = JournalFiles.folder(in: home)
        for name in try Files.list(folder) {
            let bytes = try Files.read("\(folder)/\(name)", bytesMax: 1 << 24)
            if String(decoding: bytes, as: UTF8.self).contains(text) { return true }
        }
        return false
    }
}
