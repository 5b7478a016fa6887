// A disk that fails a sync and drops the pages, as Linux does, and then loses power: what was
// committed before is there.

import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import Crypto
import SQLite
import SimulatedDisk
import Testing

@Suite("loss of power", .timeLimit(.minutes(10)))
struct PowerLossTests {
    private static let origin = "baton.test/power"

    /// Events whose payloads fill more of the log than a checkpoint waits for.
    private func append(
        _ seq: UInt64, to journal: inout SQLiteJournal
    ) -> AppendOutcome {
        let payload = Payload(
            part: "large", mediaType: "text/plain",
            salt: [UInt8](repeating: UInt8(seq), count: JournalLimits.saltBytes),
            body: [UInt8](repeating: UInt8(ascii: "a") + UInt8(seq), count: 1_200_000))
        return journal.append(
            JournalBatch(
                leaves: [[UInt8]("{\"seq\":\(seq),\"origin\":\"\(Self.origin)\"}".utf8)],
                payloads: [.init(seq: seq, payload: payload)]), at: seq)
    }

    /// A reader cuts a checkpoint short; the sync of the next one fails; the process ends.
    private func failInTheMiddle(_ home: String, _ disk: FaultDisk) throws {
        var journal = try SQLiteJournal.create(in: home, origin: Self.origin)
        #expect(append(0, to: &journal) == .committed)
        let reader = try Database(JournalFiles.database(in: home), access: .readWrite)
        try reader.keepLogOnClose()
        try reader.execute("BEGIN; SELECT count(*) FROM events;")
        #expect(append(1, to: &journal) == .committed)
        journal.maintain(isIdle: true)
        try reader.execute("COMMIT")
        #expect(append(2, to: &journal) == .committed)
        // The log's sync comes first, then the database's.
        disk.faults.nextSync = .dropsPages
        disk.faults.syncsBeforeFault = 1
        journal.maintain(isIdle: true)
        #expect(append(3, to: &journal) != .committed)
    }

    @Test("a sync that fails after a checkpoint cut short loses nothing that was committed")
    func failedSync() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-power")
        defer { try? Files.removeTree(folder) }
        let home = "\(folder)/home"
        try Files.makePrivateDirectory(home)
        let disk = FaultDisk(folder: JournalFiles.folder(in: home)) { 1 }
        defer { disk.detach() }

        try failInTheMiddle(home, disk)
        #expect(disk.counters.faults == 1)
        disk.stop()
        disk.restart(.nothing)

        let journal = try SQLiteJournal.open(in: home, origin: Self.origin)
        #expect(journal.head == 3)
        for seq in 0..<journal.head {
            let payload = try #require(try journal.payload(of: seq, part: "large"))
            #expect(SHA256.hash(payload.salt + payload.body) == payload.digest)
        }
    }

    @Test("a journal shorter than what is known of it is refused, and left as it is")
    func cutShort() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-power")
        defer { try? Files.removeTree(folder) }
        do {
            var journal = try SQLiteJournal.create(in: folder, origin: Self.origin)
            #expect(append(0, to: &journal) == .committed)
        }
        let root = try SQLiteJournal.open(in: folder, origin: Self.origin).root
        let (known, missing) = (
            JournalMark(count: 1, root: root), JournalMark(count: 2, root: root)
        )
        let before = try Files.read(JournalFiles.log(in: folder), bytesMax: 1 << 24)

        #expect(throws: JournalError.self) {
            _ = try SQLiteJournal.open(in: folder, origin: Self.origin, marks: [missing])
        }

        #expect(try Files.read(JournalFiles.log(in: folder), bytesMax: 1 << 24) == before)
        let head = try SQLiteJournal.open(in: folder, origin: Self.origin, marks: [known]).head
        #expect(head == 1)
    }
}
