// The turns of the broker: wait, take what has arrived, let time pass, commit, speak. And how it
// stops.

import BatonCore
import BatonJournal
import BatonPlatform
import BatonWire
import Crypto
import ZeroMQ

extension BrokerProcess {
    /// Messages taken in one turn before what they led to is committed.
    private static let messagesPerTurnMax = 1_000
    private static let bytesPerTurnMax = 8 << 20
    /// Questions answered in one turn: one may look at every task, and others wait meanwhile.
    private static let viewsPerTurnMax = 16
    /// How long a stop may take to answer what has arrived and to get the last replies out.
    private static let stopPeriod: Duration = .seconds(2)

    mutating func serve() throws(BrokerFailure) {
        do {
            try turns()
        } catch let failure as BrokerFailure {
            throw failure
        } catch {
            throw BrokerFailure(74, "\(error)")
        }
    }

    private mutating func turns() throws {
        var gateItems = gate.watch(in: &poller)
        let doorItem = poller.add(door.socket, for: .readable)
        let signalItem = poller.add(descriptor: signals.fileDescriptor, for: .readable)
        var isBehind = false
        while true {
            try wait(isBehind: isBehind)
            if !poller.readiness(of: doorItem).isEmpty { try door.answer() }
            if !poller.readiness(of: signalItem).isEmpty, try signals.next() != nil {
                try finish()
                return
            }
            try gate.follow()
            isBehind = try !drain()
            if !isBehind { stalls.foundQuiet(now: clock.now) }
            try turn()
            if isMemoryOver() {
                for item in gateItems { poller.remove(item) }
                try reopen()
                gateItems = gate.watch(in: &poller)
            }
        }
    }

    private mutating func wait(isBehind: Bool) throws {
        let timeout = isBehind || loop.hasPending ? 0 : waitMilliseconds()
        let before = clock.now
        stalls.pass(now: before, allowed: .zero)
        _ = try poller.poll(timeoutMilliseconds: timeout)
        let now = clock.now
        stalls.pass(now: now, allowed: timeout.map { .milliseconds($0) } ?? (now - before))
    }

    /// Takes what has arrived; false when there is more than one turn should take.
    private mutating func drain() throws -> Bool {
        for _ in 0..<Self.messagesPerTurnMax {
            guard loop.pendingBytes < Self.bytesPerTurnMax, loop.pendingViews < Self.viewsPerTurnMax
            else { return false }
            // The routing id in front, and one more than allowed, which tells a message of too
            // many.
            let framesMax = WireLimits.standard.framesMax + 2
            guard let message = try gate.router.receive(framesMax: framesMax) else { return true }
            guard let route = message.frames.first, let identity = door.identity(of: message) else {
                continue
            }
            loop.receive(
                frames: Array(message.frames.dropFirst()), from: RoutingID(route),
                identity: identity,
                at: moment())
        }
        return false
    }

    private mutating func turn() throws {
        checkDisk()
        loop.tick(at: moment())
        let isIdle = loop.pendingLeaves == 0
        try commit()
        try say()
        try serveTails()
        try flush()
        records.maintain(isIdle: isIdle)
    }

    /// Appends and commits everything decided so far. On any doubt the process ends: nothing of the
    /// batch has been said, so clients see an unknown outcome and resend.
    mutating func commit() throws(BrokerFailure) {
        let batches = loop.takeBatches()
        for (batch, seq) in batches {
            switch records.append(batch, at: seq) {
            case .committed: continue
            case .conflict:
                throw BrokerFailure(
                    74, "the journal does not end at event \(seq): somebody else wrote to it")
            case .unknown(let reason):
                throw BrokerFailure(74, "the journal could not be written: \(reason)")
            }
        }
        guard !batches.isEmpty else { return }
        records.remember(loop.takenEvents)
        follower.add(loop.takenEvents)
    }

    /// Looked at every ten seconds at most, and only when there is work: idle costs nothing.
    private mutating func checkDisk() {
        let now = clock.now
        guard now - diskCheckedAt > .seconds(10) else { return }
        diskCheckedAt = now
        guard let free = try? Files.freePercent(at: home.path) else { return }
        diskFreePercent = Int(free)
        loop.isDiskLow = free < 5
    }

    // MARK: Waiting

    /// How long the loop may sleep; nil: until something arrives.
    private func waitMilliseconds() -> Int? {
        let now = clock.now
        var next: Instant?
        func consider(_ instant: Instant) { next = min(next ?? instant, instant) }
        if let deadline = loop.core.nextDeadline(at: moment()) { consider(deadline) }
        if let silent = loop.core.nextSilence(at: moment()) { consider(silent) }
        // While there are leases a stop of the process must show: a sleep that was meant to be as
        // long as the stop would hide it, and with it that heartbeats could not be heard.
        if !loop.core.state.leased.isEmpty { consider(now + loop.core.limits.heartbeatPeriod) }
        if let retry = outboxes.nextTry { consider(retry) }
        if gate.connections > 0 { consider(memory.nextLook) }
        for (route, cursor) in loop.tails where !outboxes.holds(route) {
            let isDue = TailServer.isDue(cursor, head: records.head)
            consider(isDue ? now : cursor.lastSent + TailServer.progressPeriod)
        }
        guard let next else { return nil }
        let wanted = ((next - now).wholeMicroseconds + 999) / 1_000
        // While leases and sessions are not judged, what is due for them stays due.
        let least: Int64 = stalls.isHolding(now: now) && outboxes.isEmpty ? 100 : 0
        return Int(clamping: max(wanted, least))
    }

    // MARK: Memory

    private mutating func isMemoryOver() -> Bool {
        let now = clock.now
        guard gate.connections > 0 || !outboxes.isEmpty, memory.nextLook <= now else {
            return false
        }
        return memory.isOver(
            resident: MemoryWatch.residentBytes(), state: loop.core.state, now: now)
    }

    /// Closes every connection and begins anew: the peers come back, say HELLO and list their
    /// leases.
    private mutating func reopen() throws {
        let before = MemoryWatch.residentBytes()
        loop.dropAll(at: moment())
        outboxes = Outboxes()
        try commit()
        try gate.reopen()
        Host.returnFreeMemory()
        let after = MemoryWatch.residentBytes()
        memory.settle(resident: after, state: loop.core.state)
        loop.countReopening()
        // Nobody is left to tell if stderr is closed.
        _ = try? StandardStream.error.write(
            "baton: broker: \(before >> 20) MiB of memory, more than the state explains: all "
                + "connections were closed, \(after >> 20) MiB are left\n")
    }

    // MARK: Stop

    /// Answers what has arrived, refuses what comes after, records the stop with the state's
    /// digest, and lets the last messages go out.
    private mutating func finish() throws {
        let end = clock.now + Self.stopPeriod
        while try !drain(), clock.now < end { try turn() }
        try turn()
        loop.isStopping = true
        _ = try drain()
        let digest = SHA256.hash(loop.core.state.canonicalBytes())
        loop.run(.stop(state: BatonCore.Digest(digest.bytes)), at: moment())
        try commit()
        try say()
        try flush()
        var idle = Poller()
        while !outboxes.isEmpty, clock.now < end {
            _ = try idle.poll(timeoutMilliseconds: 5)
            try flush()
        }
        saveState()
    }
}
