// What a broker does between two waits: takes what arrived, lets time pass, commits, and only then
// speaks. Journal, socket and clock are whatever the driver has: the process's own, or a
// simulator's. Decisions: 3-one-thread.md.

package import BatonCore
package import BatonJournal
import BatonWire
import Crypto
package import ZeroMQ

/// Time and chance, as a driver has them.
package protocol BrokerTime {
    /// The broker's own time, which never steps and never stops.
    var now: Instant { get }
    /// The host's calendar.
    var wall: Instant { get }
    /// Fresh random bits.
    func entropy() -> UInt64
}

/// The way to the peers.
package protocol PeerLink: ~Copyable {
    /// Hands over a message whose first frame is the peer's routing id, without waiting. What was
    /// handed over may still be lost.
    func send(_ frames: [[UInt8]]) throws(ZMQError) -> SendOutcome
}

/// A peer that a message could not be given to.
struct LostPeer {
    let route: RoutingID
    let undelivered: [Attempt]
    /// What it works on is free as well: it is slow beyond the bounds, not gone.
    let releasing: Bool
}

/// Why a turn could not end: nothing that it decided has been said, and the process must end.
package struct CommitFailure: Error, CustomStringConvertible {
    package let description: String
}

package struct BrokerServer<Store: Journal & ~Copyable, Time: BrokerTime>: ~Copyable {
    package let records: JournalRecords<Store>
    package let time: Time
    package var loop: BrokerLoop
    package var stalls: StallWatch
    var outboxes = Outboxes()
    /// Found gone while speaking, and not forgotten yet.
    var lost: [LostPeer] = []
    /// What STATUS tells of the process around.
    package var facts: ProcessFactsForStatus
    let cache: DocumentCache

    package init(
        records: JournalRecords<Store>, time: Time, loop: BrokerLoop, facts: ProcessFactsForStatus
    ) {
        self.records = records
        self.time = time
        self.loop = loop
        self.facts = facts
        cache = DocumentCache(records: records)
        stalls = StallWatch(now: time.now, heartbeatPeriod: loop.core.limits.heartbeatPeriod)
    }

    package var moment: Moment {
        Moment(
            now: time.now, quietSince: stalls.quietSince, wall: time.wall,
            entropy: time.entropy())
    }

    // MARK: Start and stop

    /// The first commit: event 0 in a new journal, `broker.started`, and what was left undone.
    @discardableResult
    package mutating func begin(
        _ keys: JournalKeys, version: String
    ) throws(CommitFailure) -> [Event] {
        let moment = moment
        if loop.core.state.head == 0 {
            loop.run(
                .create(
                    JournalCreated(
                        origin: keys.origin, verifierKey: keys.verifierKey.description,
                        format: leafFormat, version: version)), at: moment)
        }
        loop.run(.start(version: version), at: moment)
        loop.tick(at: moment)
        let events = try commit()
        _ = loop.takeOutgoing()
        return events
    }

    /// Records the stop with the state's digest, and says what is still to be said. Whatever
    /// arrives from now on is refused.
    package mutating func stop(
        to link: borrowing some PeerLink & ~Copyable
    ) throws -> [Event] {
        let digest = SHA256.hash(loop.core.state.canonicalBytes())
        loop.run(.stop(state: BatonCore.Digest(digest.bytes)), at: moment)
        let events = try commit()
        try say(to: link)
        try flush(to: link)
        return events
    }

    // MARK: A turn

    /// Takes one message; what it leads to waits for the commit.
    package mutating func receive(
        _ frames: [[UInt8]], from route: RoutingID, identity: TransportIdentity
    ) {
        loop.receive(frames: frames, from: route, identity: identity, at: moment)
    }

    /// Lets time pass, commits what was decided, and says it. Returns the events committed.
    @discardableResult
    package mutating func turn(
        to link: borrowing some PeerLink & ~Copyable
    ) throws -> [Event] {
        loop.tick(at: moment)
        let isIdle = isCommitted
        let events = try commit()
        try say(to: link)
        try serveTails(to: link)
        try flush(to: link)
        forgetLost()
        records.maintain(isIdle: isIdle)
        return events
    }

    /// Appends and commits everything decided so far. On any doubt the process ends: nothing of the
    /// batch has been said, so clients see an unknown outcome and resend.
    package mutating func commit() throws(CommitFailure) -> [Event] {
        let batches = loop.takeBatches()
        for (batch, seq) in batches {
            switch records.append(batch, at: seq) {
            case .committed: continue
            case .conflict:
                throw CommitFailure(
                    description: "the journal does not end at event \(seq): somebody else wrote "
                        + "to it")
            case .unknown(let reason):
                throw CommitFailure(description: "the journal could not be written: \(reason)")
            }
        }
        guard !batches.isEmpty else { return [] }
        records.remember(loop.takenEvents)
        return loop.takenEvents
    }

    /// The state is that of the journal: nothing decided waits for its commit.
    package var isCommitted: Bool { loop.pendingLeaves == 0 }

    /// Forgets every connection and what waits for it; the peers may come back to their leases.
    package mutating func loseEverybody() throws(CommitFailure) -> [Event] {
        loop.dropAll(at: moment)
        outboxes = Outboxes()
        lost = []
        return try commit()
    }

    // MARK: Waiting

    /// When there is something to do although nothing arrives; nil: never.
    package var nextWake: Instant? {
        let now = time.now
        if loop.hasPending { return now }
        let moment = moment
        var next: Instant?
        func consider(_ instant: Instant) { next = min(next ?? instant, instant) }
        if let deadline = loop.core.nextDeadline(at: moment) { consider(deadline) }
        if let silent = loop.core.nextSilence(at: moment) { consider(silent) }
        // While there are leases a stop of the process must show: a sleep that was meant to be as
        // long as the stop would hide it, and with it that heartbeats could not be heard.
        if !loop.core.state.leased.isEmpty { consider(now + loop.core.limits.heartbeatPeriod) }
        if let retry = outboxes.nextTry { consider(retry) }
        for (route, cursor) in loop.tails where !outboxes.holds(route) {
            let isDue = TailServer.isDue(cursor, head: records.head)
            consider(isDue ? now : cursor.lastSent + TailServer.progressPeriod)
        }
        // While leases and sessions are not judged, what is due for them stays due.
        if let due = next, stalls.isHolding(now: now), outboxes.isEmpty {
            return max(due, now + .milliseconds(100))
        }
        return next
    }

    /// Nothing waits for a slow peer.
    package var hasSaidAll: Bool { outboxes.isEmpty }
}
