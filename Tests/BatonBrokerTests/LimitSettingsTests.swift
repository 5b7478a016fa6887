// What an operator may set is what STATUS shows, and every mistake is told at once.

import BatonBroker
import BatonCore
import BatonWire
import JSON
import Testing

@Suite struct LimitSettingsTests {
    @Test("a file sets what it names and leaves the rest")
    func some() throws {
        let limits = try Limits.reading(["lease_ms": 120_000, "attempts_max": 5]).get()

        #expect(limits.leasePeriod == .seconds(120))
        #expect(limits.attemptsMax == 5)
        #expect(limits.rejectionsMax == Limits().rejectionsMax)
    }

    @Test("all mistakes of a file are told at once")
    func mistakes() throws {
        let read = Limits.reading(["leese_ms": 1, "attempts_max": 0, "lease_ms": "long"])

        guard case .failure(let faults) = read else {
            Issue.record("the file was taken")
            return
        }
        #expect(faults.faults.count == 3)
        #expect(faults.description.contains("attempts_max of 0 is not between 1 and 1000"))
    }

    @Test("a chain longer than a plan may have cannot be set, for it would do nothing")
    func chain() throws {
        #expect(try Limits.reading(["dependency_chain_max": 16]).get().dependencyChainMax == 16)
        #expect(throws: LimitFaults.self) {
            try Limits.reading(["dependency_chain_max": 17]).get()
        }
    }

    @Test("a lease shorter than two heartbeats is refused")
    func leaseAndHeartbeat() {
        #expect(throws: LimitFaults.self) { try Limits.reading(["lease_ms": 20_000]).get() }
    }

    @Test("a session that would end between two heartbeats is refused")
    func sessionAndHeartbeat() throws {
        let read = Limits.reading(["heartbeat_ms": 30_001, "lease_ms": 120_000])

        guard case .failure(let faults) = read else {
            Issue.record("the file was taken")
            return
        }
        #expect(
            faults.faults == [
                "session_ms must be at least twice heartbeat_ms: one heartbeat may be lost"
            ])
        _ = try Limits.reading(["heartbeat_ms": 30_000, "lease_ms": 120_000]).get()
    }

    @Test("what STATUS shows can be set, name by name")
    func shown() throws {
        let harness = try LoopHarness()
        try harness.hello("operator")

        let status = try JSONValue(parsing: harness.ask("operator", .status).body[0])
        let shown = try #require(status["limits"]?.objectValue)
        let settable = shown.members.filter { $0.key.hasSuffix("_ms") }

        #expect(settable.count > 10)
        let again = try Limits.reading(.object(JSONObject(settable.map { ($0.key, $0.value) })))
            .get()
        #expect(again == Limits())
    }
}
