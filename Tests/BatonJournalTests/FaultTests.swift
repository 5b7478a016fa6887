// Deaths, full disks and files pulled away: what was committed is there, and nothing half.
import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import Glibc
import SQLite
import Synchronization
import Testing

/// Events a batch in these tests: so a batch that is not whole shows in the number of events.
private let batchEvents: UInt64 = 7

private func makeBatch(at seq: UInt64) -> JournalBatch {
    JournalBatch(
        leaves: testLeaves(seq..<seq + batchEvents),
        payloads: [
            .init(seq: seq, payload: testPayload("p", String(repeating: "x", count: 20_000)))
        ])
}

@Suite("Journal under faults", .timeLimit(.minutes(10)))
struct FaultTests {
    @Test(
        "after a kill every acknowledged batch is there, and every batch is whole", arguments: 0..<8
    )
    func kill(round: Int) async throws {
        let home = try Files.makeTemporaryDirectory(prefix: "baton-journal")
        defer { try? Files.removeTree(home) }
        _ = try SQLiteJournal.create(in: home, origin: testOrigin)

        await #expect(processExitsWith: .signal(SIGKILL)) {
            [home = home as String, round = round as Int] in
            var journal = try SQLiteJournal.open(in: home, origin: testOrigin)
            let acknowledged = try Files.openForAppending("\(home)/acknowledged")
            let killer = Killer()
            let thread = try killer.start(afterBatches: 3 + round * 2, spins: round * 20_000)
            while true {
                let head = journal.head
                guard journal.append(makeBatch(at: head), at: head) == .committed else { break }
                try acknowledged.writeAll([1])
                journal.maintain(isIdle: true)
                killer.noteBatch()
            }
            thread.join()
        }

        let batches = UInt64(try Files.status(of: "\(home)/acknowledged")?.size ?? 0)
        var journal = try SQLiteJournal.open(in: home, origin: testOrigin)
        #expect(batches >= 3)
        #expect(journal.head.isMultiple(of: batchEvents))
        // One batch more may have been durable before its acknowledgement was written down.
        #expect(journal.head / batchEvents == batches || journal.head / batchEvents == batches + 1)
        for seq in stride(from: 0, to: journal.head, by: Int(batchEvents)) {
            #expect(try journal.payloads(of: seq).first?.isIntact == true)
        }
        #expect(journal.append(makeBatch(at: journal.head), at: journal.head) == .committed)
    }

    @Test(
        "when the disk takes no more, the append ends unknown and the journal refuses further use")
    func full() async throws {
        let home = try Files.makeTemporaryDirectory(prefix: "baton-journal")
        defer { try? Files.removeTree(home) }
        _ = try SQLiteJournal.create(in: home, origin: testOrigin)

        await #expect(processExitsWith: .exitCode(7)) { [home = home as String] in
            var journal = try SQLiteJournal.open(in: home, origin: testOrigin)
            limitFileSize(to: 300_000)
            while case .committed = journal.append(makeBatch(at: journal.head), at: journal.head) {
                try Files.appendDurably([1], to: "\(home)/acknowledged")
            }
            let head = journal.head
            guard case .unknown = journal.append(makeBatch(at: head), at: head) else { exit(1) }
            do {
                _ = try journal.read(from: 0, eventsMax: 1, bytesMax: 100)
            } catch {
                guard case JournalError.unusable = error else { exit(2) }
                exit(7)
            }
        }

        let batches = UInt64(try Files.status(of: "\(home)/acknowledged")?.size ?? 0)
        let journal = try SQLiteJournal.open(in: home, origin: testOrigin)
        #expect(batches > 0)
        #expect(journal.head == batches * batchEvents)
    }

    @Test(
        "a journal whose file is deleted, replaced or linked under the writer ends unknown",
        arguments: ["journal/journal.db", "journal/journal.db-wal"], ["delete", "replace", "link"])
    func pulledAway(file: String, deed: String) throws {
        try withHome { home in
            var journal = try SQLiteJournal.create(in: home, origin: testOrigin)
            #expect(journal.append(makeBatch(at: 0), at: 0) == .committed)
            let path = "\(home)/\(file)"
            switch deed {
            case "delete": try Files.remove(path)
            case "replace":
                try Files.writeNew([], to: "\(home)/new")
                try Files.rename("\(home)/new", to: path)
            default:
                let linked = unsafe link(path, "\(home)/second")
                try #require(linked == 0)
            }

            let outcome = journal.append(makeBatch(at: journal.head), at: journal.head)
            guard case .unknown(let reason) = outcome else {
                Issue.record("the append ended \(outcome)" as Comment)
                return
            }
            #expect(reason.contains(path))
            #expect(journal.head == batchEvents)
            guard case .unknown = journal.append(makeBatch(at: 7), at: 7) else {
                Issue.record("the journal was used again")
                return
            }
        }
    }

    @Test("a second writer's event is a conflict, and the journal refuses further use")
    func secondWriter() throws {
        try withHome { home in
            var journal = try SQLiteJournal.create(in: home, origin: testOrigin)
            #expect(journal.append(makeBatch(at: 0), at: 0) == .committed)
            do {
                let other = try Database(JournalFiles.database(in: home), access: .readWrite)
                try other.execute("INSERT INTO events (seq, bytes) VALUES (7, '{}')")
            }

            #expect(journal.append(makeBatch(at: 7), at: 7) == .conflict)
            guard case .unknown = journal.append(makeBatch(at: 7), at: 7) else {
                Issue.record("the journal was used again")
                return
            }
        }
    }

    @Test("what a reader holds open keeps a start from being called durable")
    func blockedStart() throws {
        try withHome { home in
            let reading: Database
            do {
                var journal = try SQLiteJournal.create(in: home, origin: testOrigin)
                _ = journal.append(makeBatch(at: 0), at: 0)
                reading = try Database(JournalFiles.database(in: home), access: .readOnly)
                try reading.execute("BEGIN; SELECT count(*) FROM events")
                _ = journal.append(makeBatch(at: 7), at: 7)
            }
            let error = #expect(throws: JournalError.self) {
                _ = try SQLiteJournal.open(in: home, origin: testOrigin)
            }
            #expect(error?.description.contains("reader") == true)
            try reading.execute("COMMIT")
            #expect(try SQLiteJournal.open(in: home, origin: testOrigin).head == 14)
        }
    }

    @Test(
        "a batch that no caller may hand over traps",
        arguments: ["empty", "large leaf", "newline", "large batch", "foreign payload"])
    func traps(fault: String) async {
        await #expect(processExitsWith: .failure) { [fault = fault as String] in
            var journal = InMemoryJournal()
            let leaf = testLeaf(0)
            let large = [UInt8](repeating: 65, count: JournalLimits.leafBytesMax)
            let batch =
                switch fault {
                case "empty": JournalBatch()
                case "large leaf": JournalBatch(leaves: [large + [65]])
                case "newline": JournalBatch(leaves: [leaf + [10]])
                case "large batch":
                    JournalBatch(leaves: [[UInt8]](repeating: large, count: 32) + [leaf])
                default:
                    JournalBatch(
                        leaves: [leaf], payloads: [.init(seq: 1, payload: testPayload("p", ""))])
                }
            _ = journal.append(batch, at: 0)
        }
    }
}

/// Kills its own process from another thread, at some moment after a number of batches.
private final class Killer: Sendable {
    private let batches = Atomic<Int>(0)

    func noteBatch() { batches.add(1, ordering: .sequentiallyConsistent) }

    func start(afterBatches: Int, spins: Int) throws -> JoinableThread {
        try spawnThread(name: "killer") {
            while self.batches.load(ordering: .sequentiallyConsistent) < afterBatches {
                sched_yield()
            }
            for _ in 0..<spins { _ = self.batches.load(ordering: .sequentiallyConsistent) }
            Glibc.kill(getpid(), SIGKILL)
        }
    }
}

/// Makes writing beyond a size fail, as on a full disk, instead of ending the process.
private func limitFileSize(to bytes: UInt64) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}
