// The order of sync and reply, proven call by call, and what a disk makes of it that forgets what
// was not synced.
import BatonClient
import BatonCrash
import BatonPlatform
import JSON
import Testing

extension Crashes {
    @Suite("order") struct OrderTests {
        /// A broker behind a shim, agents registered, ready for submissions.
        private func arena(
            _ fault: FaultShim.Fault? = nil, pauseMilliseconds: Int = 0
        ) throws -> (Arena, FaultShim) {
            let arena = try Arena()
            let shim = try FaultShim(root: arena.stage.home, in: arena.folder)
            try arena.start(
                shim.environment(fault, pauseMilliseconds: pauseMilliseconds))
            try arena.register()
            return (arena, shim)
        }

        @Test("whatever is told was synced before, also when a sync takes its time")
        func syncBeforeReply() throws {
            let (arena, shim) = try arena(pauseMilliseconds: 30)
            let client = try arena.client()

            for _ in 0..<20 { try arena.submit(client) }

            arena.life?.kill()
            let proof = try shim.order().proof()
            #expect(proof.broken == [])
            #expect(proof.proven > 20)
        }

        @Test("a canary: behind a disk that only says it syncs, the proof and the checker fail")
        func lyingDisk() throws {
            let lie = FaultShim.Fault(.sync, .lie, number: 20, isLasting: true)
            let (arena, shim) = try arena(lie)
            let client = try arena.client()
            for _ in 0..<40 { try arena.submit(client) }
            arena.life?.kill()

            let proof = try shim.order().proof()
            var power = PowerLoss(shim, seed: 1)
            try power.strike(keeping: 0)
            let report = try arena.check()

            #expect(!proof.broken.isEmpty)
            #expect(power.dropped > 0)
            #expect(report.violations.contains { $0.description.hasPrefix("lost: ") })
        }

        @Test("a start has what it recovered in the database and synced before its first reply")
        func recoveryBeforeReply() throws {
            let (arena, shim) = try arena()
            let client = try arena.client()
            for _ in 0..<20 { try arena.submit(client) }
            arena.life?.kill()
            let report = try arena.check()

            try arena.start(shim.environment(pauseMilliseconds: 10))
            #expect(try arena.client().status().seq > Int64(report.events))

            arena.life?.kill()
            let order = try shim.order()
            #expect(order.provesRecovery(of: Int64(report.events)))
            #expect(!order.provesRecovery(of: Int64(report.events) + 1_000))
            #expect(order.proof().broken == [])
        }

        @Test("a second crash right after the first reply of a start loses nothing either")
        func secondCrash() throws {
            let fault = FaultShim.Fault(.sync, .inputOutput, number: 40)
            let (arena, shim) = try arena(fault)
            let client = try arena.client()
            // The sync that failed leaves pages in memory that are taken for clean and on no disk.
            #expect(arena.submitUntilFailure(client) > 0)
            #expect(arena.life?.end(within: 5_000) == .code(74))
            let before = try arena.check()

            try arena.start(shim.environment())
            let told = try arena.client().status().seq
            arena.life?.kill()
            var power = PowerLoss(shim, seed: 2)
            try power.strike(keeping: 0)

            let after = try arena.check(earlier: JournalCheck.Earlier(before))
            #expect(after.violations == [])
            #expect(Int64(after.events) >= told)
        }

        /// A copy of a journal whose last batch is written, and neither synced nor acknowledged.
        private func unsyncedEvidence() throws -> (Arena, FaultShim, Evidence, events: Int) {
            let fault = FaultShim.Fault(.sync, .inputOutput, number: 40)
            let (arena, shim) = try arena(fault)
            #expect(arena.submitUntilFailure(try arena.client()) > 0)
            #expect(arena.life?.end(within: 5_000) == .code(74))
            var evidence = Evidence(arena.stage)
            try evidence.keep()
            return (arena, shim, evidence, try arena.check().events)
        }

        @Test("what a loss of power took before a start had made it durable is no violation")
        func unsyncedTail() throws {
            var (arena, shim, evidence, events) = try unsyncedEvidence()
            var power = PowerLoss(shim, seed: 3)

            try evidence.losePower(&power, keeping: 0)

            try arena.start(shim.environment())
            let first = try #require(try evidence.check(against: arena.ledger))
            let client = try arena.client()
            for _ in 0..<20 { try arena.submit(client) }
            arena.life?.kill()
            try evidence.keep()
            try arena.start(shim.environment())
            let second = try #require(try evidence.check(against: arena.ledger))
            #expect(first.violations == [] && second.violations == [])
            #expect(first.events < events && second.events > events)
        }

        @Test("a canary: what a loss of power took after a start had served is a violation")
        func lostRecovery() throws {
            var (arena, shim, evidence, events) = try unsyncedEvidence()
            var power = PowerLoss(shim, seed: 3)
            try arena.start(
                shim.environment(FaultShim.Fault(.sync, .lie, number: 1, isLasting: true)))
            #expect(try evidence.check(against: arena.ledger)?.events == events)
            arena.life?.kill()

            try evidence.losePower(&power, keeping: 0)
            try evidence.keep()

            let report = try #require(try evidence.check(against: arena.ledger))
            #expect(report.events < events)
            #expect(
                report.violations.map(\.description)
                    == ["the first \(events) events are no longer what they were"])
        }

        @Test("whatever pages a loss of power keeps, the journal is whole", arguments: 0..<6)
        func powerLoss(seed: UInt64) throws {
            let (arena, shim) = try arena()
            let client = try arena.client()
            for _ in 0..<30 { try arena.submit(client) }
            arena.life?.kill()

            var power = PowerLoss(shim, seed: seed)
            try power.strike(keeping: 50)

            #expect(try arena.check().violations == [])
            try arena.start(shim.environment())
            #expect(arena.life?.stop() == .code(0))
            let report = try arena.check()
            #expect(report.violations == [])
            #expect(report.stops == 1)
        }

        @Test("after a loss of power look-ups find everything", arguments: 0..<2)
        func lookUps(seed: UInt64) throws {
            let (arena, shim) = try arena()
            let client = try arena.client()
            var tasks: [String] = []
            for _ in 0..<400 { tasks.append(try arena.submit(client).id) }
            arena.life?.kill()

            // Otherwise a database that looks whole may hold pages of different ages.
            let checkpoints = try shim.order().syncedCheckpoints(of: "index.db")
            var power = PowerLoss(shim, seed: seed)
            try power.strike(keeping: 90)
            try arena.start(shim.environment())

            #expect(try #require(checkpoints) > 0)
            let other = try arena.client()
            let lost = try tasks.filter { task in
                let story = try other.show(.task, task).json()["story"]?.arrayValue ?? []
                return story.count < 2
            }
            #expect(lost == [])
        }
    }
}
