// A state that was written and read back is the same state, and goes on in the same way as one that
// was replayed; bytes that are not a state are refused, whatever they are.

import BatonCore
import BatonWire
import Testing

@Suite(.timeLimit(.minutes(10))) struct SnapshotTests {
    @Test("a restored state is the live one, and so is a replayed one", arguments: Scenario.all)
    func roundTrip(_ scenario: Scenario) throws {
        let bench = try played(scenario)

        let bytes = bench.state.canonicalBytes()
        let restored = try State(canonicalBytes: bytes)
        let replayed = try replay(bench)

        #expect(restored.canonicalBytes() == bytes)
        #expect(replayed.state.canonicalBytes() == bytes)
    }

    @Test(
        "a broker that starts from a snapshot does what one does that replays",
        arguments: Scenario.all)
    func sameFuture(_ scenario: Scenario) throws {
        let bench = try played(scenario)
        var restored = Broker(
            state: try State(canonicalBytes: bench.state.canonicalBytes()), limits: scenario.limits)
        var replayed = try replay(bench)

        var now = bench.state.time
        for step in 0..<200 {
            now = now + .seconds(step < 100 ? 1 : 600)
            let moment = Moment(now: now, entropy: UInt64(step))
            let body: Command.Body = step == 0 ? .start(version: "test") : .tick
            let command = Command(actor: .broker, body: body)
            let first = restored.handle(command, at: moment).events
            let second = replayed.handle(command, at: moment).events
            try #require(first == second, "step \(step)")
        }

        #expect(restored.state.canonicalBytes() == replayed.state.canonicalBytes())
    }

    @Test("a number that no state has is refused before anything is reckoned with it")
    func largeNumbers() throws {
        for scenario in Scenario.all.prefix(20) {
            let bytes = try played(scenario).state.canonicalBytes()
            let large: [UInt8] = Array(repeating: 0xFF, count: 8) + [0x7F]
            for place in stride(from: 1, to: bytes.count, by: 7) {
                var changed = bytes
                changed.replaceSubrange(place..<place + 1, with: large)
                _ = try? State(canonicalBytes: changed)
            }
        }
    }

    @Test("bytes that are cut short or changed are refused or read, and never trap")
    func brokenBytes() throws {
        var chance = SplitMix64(seed: 7)
        for scenario in Scenario.all.prefix(20) {
            let bytes = try played(scenario).state.canonicalBytes()
            for _ in 0..<200 {
                let cut = Int(chance.next(through: UInt64(bytes.count - 1)))
                #expect(throws: SnapshotFault.self) {
                    try State(canonicalBytes: Array(bytes.prefix(cut)))
                }
                var changed = bytes
                changed[cut] = UInt8(truncatingIfNeeded: chance.next())
                // A changed byte may still be a state; the file's digest says that it is another.
                _ = try? State(canonicalBytes: changed)
            }
        }
    }

    private func played(_ scenario: Scenario) throws -> Bench {
        var bench = Bench(limits: scenario.limits)
        try scenario.script(&bench)
        return bench
    }

    private func replay(_ bench: Bench) throws -> Broker {
        var broker = Broker(limits: bench.broker.limits)
        for leaf in bench.leaves { broker.replay(try Event(leaf: leaf)) }
        return broker
    }
}
