// The moment up to which everybody has been heard. Tells a stall of the broker's process from time
// that it slept on purpose, and finds that moment also while traffic never stops.

package import BatonCore

/// After a stall heartbeats may still be on their way through the kernel, so leases are not judged
/// until their owners have had two heartbeats' time to speak.
///
/// Leases, silence and sessions are judged at `quietSince`: what had arrived by then was taken. It
/// moves when the socket is found empty. Where one peer keeps it from ever being empty, it moves by
/// the order in which libzmq serves a ROUTER's peers (`fq.cpp`, "round-robin over the pipes"):
/// in one pass every peer that has something queued gives one message. So when one peer has been
/// heard once more than a peer may have queued, everything that was queued when the count began
/// has been taken, of whomever. A connection that ends moves another one's place in the line, by
/// which that one may miss a pass and a peer that connects anew may get two: each such end asks for
/// two passes more.
package struct StallWatch {
    /// Longer than this and the loop was held up: a slow fsync, a paused machine, SIGSTOP.
    private static let threshold: Duration = .seconds(1)
    /// Peers that are counted apart, so that those who come and go do not fill the memory. Beyond
    /// it the count begins anew.
    static let peersMax = 65_536

    private let grace: Duration
    private var lastSeen: Instant
    private var holdUntil: Instant?
    package private(set) var quietSince: Instant

    /// Since when passes are counted.
    private var mark: Instant
    /// Connections that had ended when the mark before this one was set. A connection that has
    /// ended keeps its place until what it left has been taken, at the next mark at the latest.
    private var endedBefore = 0
    /// The same of this mark.
    private var endedAtMark = 0
    /// Messages of each peer since the mark, and the most of any.
    private var heard: [RoutingID: Int] = [:]
    private var heardMost = 0

    package init(now: Instant, heartbeatPeriod: Duration) {
        grace = heartbeatPeriod * 2
        lastSeen = now
        quietSince = now
        mark = now
    }

    /// The loop is about to wait at most until `deadline`, or woke up; `allowed` is what it meant
    /// to spend since the last call.
    package mutating func pass(now: Instant, allowed: Duration) {
        if now - lastSeen > allowed + Self.threshold { holdUntil = now + grace }
        lastSeen = now
    }

    /// Whether leases and sessions are not judged at the moment.
    func isHolding(now: Instant) -> Bool { holdUntil.map { now < $0 } ?? false }

    /// A message of this peer was taken.
    package mutating func heard(_ peer: RoutingID) {
        let count = (heard[peer] ?? 0) + 1
        heard[peer] = count
        heardMost = max(heardMost, count)
    }

    /// The sockets were found empty.
    /// - Parameter ended: connections that have ended since the start.
    package mutating func foundQuiet(now: Instant, ended: Int = 0) {
        // Nobody's place is kept any more.
        setMark(now, ended: ended, before: ended)
        if let holdUntil, now < holdUntil { return }
        holdUntil = nil
        quietSince = now
    }

    /// A turn has ended that left messages in the socket.
    /// - Parameters:
    ///   - ended: connections that have ended since the start.
    ///   - queuedPerPeerMax: messages of one peer that the socket may hold.
    package mutating func foundBusy(now: Instant, ended: Int, queuedPerPeerMax: Int) {
        // What arrived while judging was held back may have overtaken what was sent before.
        if let holdUntil, mark < holdUntil {
            return setMark(now, ended: ended, before: endedBefore)
        }
        // One pass more, because the first and the last may be only begun.
        let passes = queuedPerPeerMax + 1 + 2 * (ended - endedBefore)
        if heardMost > passes {
            quietSince = mark
            setMark(now, ended: ended, before: endedAtMark)
        } else if heard.count > Self.peersMax {
            setMark(now, ended: ended, before: endedBefore)
        }
    }

    private mutating func setMark(_ now: Instant, ended: Int, before: Int) {
        mark = now
        endedBefore = before
        endedAtMark = ended
        heard.removeAll(keepingCapacity: heard.count < 1_024)
        heardMost = 0
    }
}
