// Tells a stall of the broker's process from time that it slept on purpose.

package import BatonCore

/// After a stall heartbeats may still be on their way through the kernel, so leases are not judged
/// until their owners have had two heartbeats' time to speak.
package struct StallWatch {
    /// Longer than this and the loop was held up: a slow fsync, a paused machine, SIGSTOP.
    private static let threshold: Duration = .seconds(1)

    private let grace: Duration
    private var lastSeen: Instant
    private var holdUntil: Instant?
    package private(set) var quietSince: Instant

    init(now: Instant, heartbeatPeriod: Duration) {
        grace = heartbeatPeriod * 2
        lastSeen = now
        quietSince = now
    }

    /// The loop is about to wait at most until `deadline`, or woke up; `allowed` is what it meant
    /// to spend since the last call.
    package mutating func pass(now: Instant, allowed: Duration) {
        if now - lastSeen > allowed + Self.threshold { holdUntil = now + grace }
        lastSeen = now
    }

    /// Whether leases and sessions are not judged at the moment.
    func isHolding(now: Instant) -> Bool { holdUntil.map { now < $0 } ?? false }

    /// The sockets were found empty.
    package mutating func foundQuiet(now: Instant) {
        if let holdUntil, now < holdUntil { return }
        holdUntil = nil
        quietSince = now
    }
}
