// Up to when everybody has been heard, in a broker that is never idle and in one that is.

import BatonCore
import Testing

@testable import BatonBroker

@Suite struct StallWatchTests {
    private static let queuedMax = 4
    private static let start = Instant(microseconds: 1_000_000_000)
    private let busy = RoutingID([1])
    private var watch = StallWatch(now: start, heartbeatPeriod: .seconds(5))

    private func at(_ seconds: Int) -> Instant { Self.start + .seconds(seconds) }

    /// A turn that took messages of these peers and left some.
    private mutating func turn(_ seconds: Int, _ peers: [RoutingID], ended: Int = 0) {
        watch.pass(now: at(seconds), allowed: .seconds(3_600))
        for peer in peers { watch.heard(peer) }
        watch.foundBusy(now: at(seconds), ended: ended, queuedPerPeerMax: Self.queuedMax)
    }

    /// The busy peer's messages, so many.
    private func some(_ count: Int) -> [RoutingID] { Array(repeating: busy, count: count) }

    @Test("an empty socket has let everybody speak")
    mutating func quiet() {
        watch.foundQuiet(now: at(7))

        #expect(watch.quietSince == at(7))
    }

    @Test("one peer without end moves it to when its turns began, once nothing older can be queued")
    mutating func busyPeer() {
        watch.foundQuiet(now: at(1))
        turn(2, some(Self.queuedMax + 1))
        #expect(watch.quietSince == at(1))

        // The sixth pass: whoever had four at second 1 has been heard in the four whole ones.
        turn(3, some(1))
        #expect(watch.quietSince == at(1))
        turn(4, some(Self.queuedMax + 1))
        #expect(watch.quietSince == at(1))
        turn(5, some(1))

        #expect(watch.quietSince == at(3))
    }

    @Test("many peers that say little each prove nothing about one that has more")
    mutating func manyPeers() {
        watch.foundQuiet(now: at(1))

        for second in 2..<50 {
            turn(second, (0..<100).map { RoutingID([2, UInt8($0), UInt8(second)]) })
        }

        #expect(watch.quietSince == at(1))
    }

    @Test("each connection that ends asks for two passes more, also one that ended just before")
    mutating func ends() {
        watch.foundQuiet(now: at(1), ended: 10)
        turn(2, some(Self.queuedMax + 2), ended: 11)
        turn(3, some(1), ended: 11)
        #expect(watch.quietSince == at(1))
        turn(4, some(1), ended: 11)
        #expect(watch.quietSince == at(1))

        // What the eleventh left may be in the line until the next mark is reached.
        turn(5, some(Self.queuedMax + 3), ended: 11)
        #expect(watch.quietSince == at(1))
        turn(6, some(1), ended: 11)
        #expect(watch.quietSince == at(4))
        turn(7, some(Self.queuedMax + 2), ended: 11)

        #expect(watch.quietSince == at(6))
    }

    @Test("an empty socket forgets who has ended")
    mutating func quietForgets() {
        turn(1, [], ended: 100)
        watch.foundQuiet(now: at(2), ended: 100)
        turn(3, some(Self.queuedMax + 2), ended: 100)
        turn(4, some(Self.queuedMax + 2), ended: 100)

        #expect(watch.quietSince == at(3))
    }

    @Test(
        "after a stall it waits until heartbeats have had their time, and counts anew")
    mutating func stall() {
        watch.foundQuiet(now: at(1))
        watch.pass(now: at(100), allowed: .zero)

        for second in 100..<110 {
            turn(second, some(100))
            #expect(watch.quietSince == at(1))
        }
        // Grace is over at 110: that turn's mark is the first that counts.
        turn(110, some(100))
        #expect(watch.quietSince == at(1))
        turn(111, some(100))

        #expect(watch.quietSince == at(110))
    }

    @Test("who comes and goes without end fills no memory")
    mutating func manyStrangers() {
        watch.foundQuiet(now: at(1))
        let strangers = (0...StallWatch.peersMax).map {
            RoutingID([UInt8($0 & 255), UInt8($0 >> 8 & 255), UInt8($0 >> 16)])
        }
        turn(2, some(Self.queuedMax + 1) + strangers)

        // The busy peer's passes were forgotten with the rest.
        turn(3, some(1))
        #expect(watch.quietSince == at(1))
        turn(4, some(Self.queuedMax + 1))

        #expect(watch.quietSince == at(2))
    }
}
