// The broker's time: at a start the later of the wall clock and the last event's time, and from
// then on the monotonic clock alone. It never steps and never stops.

package import BatonCore
import BatonPlatform

package struct BrokerClock: BrokerTime {
    private let base: Int64
    private let monotonicBase: Int64

    init(lastEvent: Instant) {
        monotonicBase = MonotonicClock.nowMicroseconds()
        base = max(WallClock.nowMicroseconds(), lastEvent.microseconds)
    }

    package var now: Instant {
        Instant(microseconds: base + MonotonicClock.nowMicroseconds() - monotonicBase)
    }

    package var wall: Instant { Instant(microseconds: WallClock.nowMicroseconds()) }

    package func entropy() -> UInt64 { Entropy.uint64() }
}
