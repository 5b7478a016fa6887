// A start from a snapshot is a start from the journal, only shorter; a snapshot that does not fit
// is as good as none.

import BatonJournal
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
        "a snapshot that is torn, changed or of another journal is ignored",
        arguments: ["torn", "changed", "empty", "other"])
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
