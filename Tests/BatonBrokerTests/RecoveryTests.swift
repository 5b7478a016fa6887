// What a start makes of a home from which something was lost or damaged: what can be made again is,
// what cannot is missed and never replaced by something new and empty.

import BatonCore
import BatonJournal
import BatonPlatform
import BatonWire
import Testing

@testable import BatonBroker

@Suite struct RecoveryTests {
    /// A home in which a broker's journal was begun, and nothing holds it open.
    private func withHome(_ body: (BrokerHome) throws -> Void) throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-recovery")
        defer { try? Files.removeTree(folder) }
        let home = BrokerHome(path: "\(folder)/home")
        try home.make()
        try begin(home)
        try body(home)
    }

    /// Writes event 0 and lets go of the journal.
    private func begin(_ home: BrokerHome) throws {
        let recovery = try Recovery(home: home, limits: Limits())
        var loop = BrokerLoop(
            core: recovery.core, keys: recovery.keys, randomBytes: { Entropy.bytes(count: $0) })
        let created = JournalCreated(
            origin: recovery.keys.origin, verifierKey: "\(recovery.keys.verifierKey)", format: 1,
            version: "test")
        loop.run(
            .create(created), at: Moment(now: Instant(microseconds: 1_800_000_000_000_000)))
        for (batch, seq) in loop.takeBatches() {
            #expect(recovery.records.append(batch, at: seq) == .committed)
        }
    }

    @Test("a damaged look-up view is made again")
    func damagedView() throws {
        try withHome { home in
            for suffix in ["-wal", "-shm"] where try Files.exists(home.index + suffix) {
                try Files.remove(home.index + suffix)
            }
            try Files.writeAtomically(Array("no database".utf8), to: home.index, mode: 0o600)

            let recovery = try Recovery(home: home, limits: Limits())

            #expect(try recovery.records.find(.type(.journalCreated)) == [0])
        }
    }

    @Test("lost keys are missed, and no new ones are made")
    func lostKeys() throws {
        try withHome { home in
            try Files.removeTree(home.keys)

            let failure = #expect(throws: BrokerFailure.self) {
                _ = try Recovery(home: home, limits: Limits())
            }

            #expect(failure?.exitStatus == 78)
            #expect(failure?.description.contains("restore \(home.keys)") == true)
            #expect(try !Files.exists(home.keys))
        }
    }

    @Test("a lost journal folder is missed, and no empty journal is made")
    func lostJournal() throws {
        try withHome { home in
            try Files.removeTree("\(home.path)/journal")

            let failure = #expect(throws: BrokerFailure.self) {
                _ = try Recovery(home: home, limits: Limits())
            }

            #expect(failure?.exitStatus == 78)
            #expect(try !Files.exists("\(home.path)/journal/journal.db"))
        }
    }
}
