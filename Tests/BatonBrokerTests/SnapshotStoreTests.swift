// A start from a snapshot is a start from the journal, only shorter; a damaged snapshot is as good
// as none, and a journal that is not what a whole one stands on is refused.

import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import JSON
import Testing

@testable import BatonBroker
@testable import BatonCore

@Suite struct SnapshotStoreTests {
    /// A home whose journal holds a few registered agents, and the state after them.
    private func home(_ folder: String) throws -> (home: BrokerHome, state: State) {
        let home = BrokerHome(path: "\(folder)/home")
        try home.make()
        let recovery = try Recovery(home: home, limits: Limits())
        var loop = BrokerLoop(
            core: recovery.core, keys: recovery.keys, randomBytes: { Entropy.bytes(count: $0) })
        let moment = Moment(now: Instant(microseconds: 1_800_000_000_000_000))
        let created = JournalCreated(
            origin: recovery.keys.origin, verifierKey: "\(recovery.keys.verifierKey)", format: 1,
            version: "test")
        loop.run(.create(created), at: moment)
        for name in ["a", "b", "c"] {
            let body = AgentRegistered(agent: AgentName(name), isReviewed: false)
            loop.run(Command(actor: .supervisor, body: .register(body)), at: moment)
        }
        for (batch, seq) in loop.takeBatches() {
            #expect(recovery.records.append(batch, at: seq) == .committed)
        }
        let store = SnapshotStore(folder: home.snapshots)
        try store.write(loop.core.state, root: recovery.records.root)
        return (home, loop.core.state)
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-snapshot")
        defer { try? Files.removeTree(folder) }
        try body(folder)
    }

    @Test("a start finds the state in the snapshot and folds only what came after")
    func shorterStart() throws {
        try withFolder { folder in
            let (home, state) = try home(folder)

            let recovery = try Recovery(home: home, limits: Limits())

            #expect(recovery.replayed == 0)
            #expect(recovery.core.state.canonicalBytes() == state.canonicalBytes())
        }
    }

    @Test(
        "a snapshot that is torn or changed is ignored",
        arguments: ["torn", "changed", "empty", "root"])
    func unfit(_ fault: String) throws {
        try withFolder { folder in
            let (home, state) = try home(folder)
            let path = "\(home.snapshots)/4.snapshot"
            var bytes = try Files.read(path, bytesMax: 1 << 20)
            switch fault {
            case "torn": bytes.removeLast(10)
            case "changed": bytes[bytes.count - 3] ^= 1
            case "empty": bytes = []
            default: bytes[20] ^= 1
            }
            try Files.writeAtomically(bytes, to: path, mode: 0o600)

            let recovery = try Recovery(home: home, limits: Limits())

            #expect(recovery.replayed == 4)
            #expect(recovery.core.state.canonicalBytes() == state.canonicalBytes())
        }
    }

    @Test(
        "a journal that a whole snapshot contradicts is refused, and the sentence says what to do",
        arguments: [4, 5])
    func contradicted(count: UInt64) throws {
        try withFolder { folder in
            var (home, state) = try home(folder)
            state.head = count
            try SnapshotStore(folder: home.snapshots).write(state, root: MerkleHash.empty)

            let failure = #expect(throws: BrokerFailure.self) {
                _ = try Recovery(home: home, limits: Limits())
            }

            #expect(failure?.exitStatus == 78)
            #expect(failure?.description.contains("move index.db and snapshots away") == true)
        }
    }

    @Test("a journal that is gone with its id is missed, and none is begun in its place")
    func gone() throws {
        try withFolder { folder in
            let (home, _) = try home(folder)
            try Files.removeTree(JournalFiles.folder(in: home.path))
            try Files.remove("\(home.path)/journal.id")

            let failure = #expect(throws: BrokerFailure.self) {
                _ = try Recovery(home: home, limits: Limits())
            }

            #expect(failure?.exitStatus == 78)
            #expect(failure?.description.contains("4 events are known") == true)
            #expect(try !Files.exists("\(home.path)/journal.id"))
        }
    }

    @Test("of many snapshots the newest two are kept")
    func kept() throws {
        try withFolder { folder in
            let store = SnapshotStore(folder: "\(folder)/s")
            var state = State()
            for head in [1, 2, 30, 4] as [UInt64] {
                state.head = head
                try store.write(state, root: MerkleHash.empty)
            }

            #expect(try Files.list("\(folder)/s").sorted() == ["30.snapshot", "4.snapshot"])
            #expect(store.newest()?.state.head == 30)
        }
    }
}
