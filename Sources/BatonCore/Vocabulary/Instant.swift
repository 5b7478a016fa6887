// Time as data. The core never asks for it: every command brings the moment at which it is decided.

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
package struct Instant: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.microseconds < right.microseconds
    }

    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds + duration.wholeMicroseconds)
    }

    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds - duration.wholeMicroseconds)
    }

    package static func - (left: Instant, right: Instant) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }

    /// Before every real instant.
    package static let distantPast = Instant(microseconds: 0)

    /// The last instant that a leaf can hold, 2^53 - 1: in the year 2255.
    package static let latest = Instant(microseconds: 1 << 53 - 1)
}

extension Duration {
    /// The duration in microseconds, what is smaller cut off. Durations here stay far below the
    /// 292,000 years that 64 bits hold.
    package var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

/// The moment at which a command is decided: all that the core may know of time and chance.
package struct Moment: Sendable {
    /// The broker's own time: it never steps back and never stops. Event times, leases and backoff.
    package var now: Instant
    /// When the loop last found its sockets empty. Leases and silence are judged against it, so a
    /// broker that was held up blames nobody for heartbeats that it had not read yet.
    package var quietSince: Instant
    /// The host's calendar. Only `deadline` and `not_before` are compared with it.
    package var wall: Instant
    /// Fresh random bits for this command's jitter; the value drawn is stored in the event.
    package var entropy: UInt64

    package init(
        now: Instant, quietSince: Instant? = nil, wall: Instant? = nil, entropy: UInt64 = 0
    ) {
        self.now = now
        self.quietSince = quietSince ?? now
        self.wall = wall ?? now
        self.entropy = entropy
    }
}
