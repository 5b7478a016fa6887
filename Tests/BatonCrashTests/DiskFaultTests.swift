// A disk that fails: each way once. The broker says why in one line and ends with 74; the next
// start has all that was acknowledged, or refuses.
import BatonClient
import BatonCrash
import BatonPlatform
import Testing

extension Crashes {
    @Suite("disk faults") struct DiskFaultTests {
        @Test(
            "a call that fails ends the broker with 74 and one line, and nothing is lost",
            arguments: [
                FaultShim.Fault(.write, .inputOutput, number: 60),
                FaultShim.Fault(.write, .noSpace, number: 70, isLasting: true),
                FaultShim.Fault(.write, .readOnly, number: 80, isLasting: true),
                FaultShim.Fault(.sync, .inputOutput, number: 25),
            ])
        func failingCall(fault: FaultShim.Fault) throws {
            let arena = try Arena()
            let shim = try FaultShim(root: arena.stage.home, in: arena.folder)
            let life = try arena.start(shim.environment(fault))
            try arena.register()

            let count = arena.submitUntilFailure(try arena.client())

            #expect(count > 0)
            #expect(life.end(within: 5_000) == .code(74))
            #expect(life.complaints.count == 1 && life.said.contains("journal"), "\(life.said)")
            #expect(try shim.order().proof().broken == [])
            #expect(try arena.check().violations == [])
            try arena.start(shim.environment())
            #expect(try arena.submit(try arena.client()).isDuplicate == false)
            #expect(arena.life?.stop() == .code(0))
            #expect(try arena.check().violations == [])
        }

        @Test("a write that takes half is completed, and nobody notices")
        func shortWrites() throws {
            let arena = try Arena()
            let shim = try FaultShim(root: arena.stage.home, in: arena.folder)
            let fault = FaultShim.Fault(.write, .short, number: 30, isLasting: true)
            let life = try arena.start(shim.environment(fault))
            try arena.register()
            let client = try arena.client()

            for _ in 0..<20 { try arena.submit(client) }

            #expect(try shim.order().faults > 20)
            #expect(life.stop() == .code(0))
            #expect(try arena.check().violations == [])
        }

        @Test(
            "a start that cannot make its journal durable says so and ends with 74",
            arguments: [FaultShim.Fault.Call.write, .sync])
        func failingStart(call: FaultShim.Fault.Call) throws {
            let arena = try Arena()
            let shim = try FaultShim(root: arena.stage.home, in: arena.folder)
            try arena.start()
            try arena.register()
            let client = try arena.client()
            for _ in 0..<5 { try arena.submit(client) }
            arena.life?.kill()

            let life = try BrokerLife(
                arena.stage,
                environment: shim.environment(FaultShim.Fault(call, .inputOutput, number: 1)))

            #expect(life.waitUntilServing() == .code(74))
            #expect(life.complaints.count == 1)
            #expect(life.said.contains("\(arena.stage.home)/journal/journal.db"), "\(life.said)")
            #expect(try arena.check().violations == [])
        }

        @Test(
            "a journal that is deleted or replaced under load ends the broker with 74",
            arguments: ["journal.db", "journal.db-wal"], [true, false])
        func pulledAway(name: String, isReplaced: Bool) throws {
            let arena = try Arena()
            let life = try arena.start()
            try arena.register()
            let client = try arena.client()
            for _ in 0..<50 { try arena.submit(client) }
            let path = "\(arena.stage.home)/journal/\(name)"

            try Files.remove(path)
            if isReplaced { try Files.writeNew([], to: path, mode: 0o600) }

            #expect(arena.submitUntilFailure(client) == 0)
            #expect(life.end(within: 5_000) == .code(74))
            #expect(life.complaints.count == 1 && life.said.contains(path), "\(life.said)")
            if name == "journal.db" {
                let next = try BrokerLife(arena.stage)
                #expect(next.waitUntilServing() == .code(78))
                #expect(next.complaints.count == 1, "\(next.said)")
                return
            }
            // The log was still open: what had been acknowledged out of it is in the database.
            try arena.start()
            #expect(arena.life?.stop() == .code(0))
            #expect(try arena.check().violations == [])
        }
    }
}
