// The broker's loop: every verb, by several identities, in any order, with time passing.

import BatonBroker
import BatonCore
import BatonWire

struct LoopTarget: FuzzTarget {
    static let name = "loop"

    private var seeds = ClientSessionTarget()

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] { seeds.makeInput(&random) }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let driver = try Self.run(seed: Conversation.seed(of: input))
        try driver.checkJournal()
        let events = driver.loop.core.state.head
        return .accepted("\(events < 50 ? "short" : events < 500 ? "middling" : "long")")
    }

    /// One life of a broker.
    static func run(seed: UInt64) throws(FuzzViolation) -> LoopDriver {
        var random = FuzzRandom(seed: seed)
        let driver: LoopDriver
        do {
            driver = try LoopDriver()
        } catch {
            throw FuzzViolation("\(error)")
        }
        var peers = LoopPeers()
        peers.greet(driver)
        for _ in 0..<(20 + random.length(upTo: 300)) {
            for _ in 0..<(1 + random.below(4)) { peers.step(driver, &random) }
            let wait = random.pick([0, 0, 1, 200, 1_000, 6_000, 61_000, 700_000, 4_000_000])
            for (route, message) in try driver.turn(after: .milliseconds(wait)) {
                try peers.hear(route, message)
            }
        }
        return driver
    }
}
