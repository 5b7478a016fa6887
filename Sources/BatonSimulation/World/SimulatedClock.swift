// The one host's clocks: a monotonic one that only the schedule moves, and a calendar that people
// and time servers set as they like.

import BatonBroker
import BatonCore

/// Shared by everything on the simulated host.
final class SimulatedClock {
    /// Microseconds since the host was switched on.
    private(set) var elapsed: Int64 = 0
    /// What the calendar shows beyond `elapsed`.
    private var lead: Int64 = 1_790_000_000_000_000
    /// The most that it ever did.
    private var furthestLead: Int64 = 1_790_000_000_000_000

    /// Moves on; never back.
    func advance(to instant: Int64) {
        precondition(instant >= elapsed, "time ran backwards in the schedule")
        elapsed = instant
    }

    /// Somebody sets the calendar.
    func stepCalendar(by duration: Duration) {
        // Before 2020 no leaf could have been written, and after 2200 none can.
        let stepped = lead + duration.wholeMicroseconds
        if (1_577_000_000_000_000...7_258_000_000_000_000).contains(stepped) { lead = stepped }
        furthestLead = max(furthestLead, lead)
    }

    /// The calendar shows no earlier day than it ever did.
    func catchUp() { lead = furthestLead }

    var wall: Instant { Instant(microseconds: lead + elapsed) }
    /// What a peer's session takes for time.
    var uptime: Duration { .microseconds(elapsed) }
}

/// The broker's time in one run of its process, made as the process makes it.
struct RunTime: BrokerTime {
    private let clock: SimulatedClock
    private let chance: Chance
    private let base: Int64
    private let start: Int64

    init(clock: SimulatedClock, chance: Chance, lastEvent: Instant) {
        self.clock = clock
        self.chance = chance
        base = max(clock.wall.microseconds, lastEvent.microseconds)
        start = clock.elapsed
    }

    var now: Instant { Instant(microseconds: base + clock.elapsed - start) }
    var wall: Instant { clock.wall }

    func entropy() -> UInt64 { chance.bits() }
}
