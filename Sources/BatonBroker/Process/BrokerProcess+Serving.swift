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
    /// Bytes taken in one turn, also of what is refused: copying takes time, too.
    private static let receivedBytesPerTurnMax = 64 << 20
    /// Questions answered in one turn: one may look at every task, and others wait meanwhile.
    static let viewsPerTurnMax = 16
    /// A turn that takes longer allows the next one half as many questions, down to one.
    private static let turnPeriodMax: Duration = .milliseconds(100)
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
            isBehind = try !drain()
            // Those that have ended while messages were taken count, too.
            try gate.follow()
            if isBehind {
                server.stalls.foundBusy(
                    now: clock.now, ended: gate.ended, queuedPerPeerMax: Gate.messagesPerPeerMax)
            } else {
                server.stalls.foundQuiet(now: clock.now, ended: gate.ended)
            }
            try turn()
            if isMemoryOver() {
                for item in gateItems { poller.remove(item) }
                try reopen()
                gateItems = gate.watch(in: &poller)
            }
        }
    }

    private mutating func wait(isBehind: Bool) throws {
        let timeout = isBehind ? 0 : waitMilliseconds()
        let before = clock.now
        server.stalls.pass(now: before, allowed: .zero)
        _ = try poller.poll(timeoutMilliseconds: timeout)
        let now = clock.now
        server.stalls.pass(now: now, allowed: timeout.map { .milliseconds($0) } ?? (now - before))
    }

    /// Takes what has arrived; false when there is more than one turn should take.
    private mutating func drain() throws -> Bool {
        var taken = 0
        for _ in 0..<Self.messagesPerTurnMax {
            guard taken < Self.receivedBytesPerTurnMax,
                server.loop.pendingBytes < Self.bytesPerTurnMax,
                server.loop.pendingViews < viewsPerTurn
            else { return false }
            // The routing id in front is not counted.
            let framesMax = WireLimits.standard.framesMax + 1
            let received = try gate.router.receive(
                framesMax: framesMax, bytesMax: WireLimits.standard.messageBytesMax)
            guard let message = received else { return true }
            guard let route = message.frames.first else { continue }
            server.stalls.heard(RoutingID(route))
            guard let identity = door.identity(of: message) else { continue }
            taken += message.frames.reduce(0) { $0 + $1.count }
            let frames = Array(message.frames.dropFirst())
            guard !message.isTruncated else {
                server.loop.receiveOversized(frames, from: RoutingID(route))
                continue
            }
            server.receive(frames, from: RoutingID(route), identity: identity)
        }
        return false
    }

    private mutating func turn() throws {
        checkDisk()
        let start = clock.now
        follow(try server.turn(to: gate))
        let isLong = clock.now - start > Self.turnPeriodMax
        viewsPerTurn =
            isLong ? max(viewsPerTurn / 2, 1) : min(viewsPerTurn * 2, Self.viewsPerTurnMax)
        if server.isCommitted, saver.isDue(head: server.records.head), !server.loop.isDiskLow {
            saver.start(server.loop.core.state, root: server.records.root)
        }
    }

    private func follow(_ events: [Event]) {
        follower.add(events, root: server.records.root)
    }

    /// Looked at every ten seconds at most, and only when there is work: idle costs nothing.
    private mutating func checkDisk() {
        let now = clock.now
        guard now - diskCheckedAt > .seconds(10) else { return }
        diskCheckedAt = now
        guard let free = try? Files.freePercent(at: home.path) else { return }
        server.facts.diskFreePercent = Int(free)
        server.loop.isDiskLow = free < 5
    }

    // MARK: Waiting

    /// How long the loop may sleep; nil: until something arrives.
    private func waitMilliseconds() -> Int? {
        let now = clock.now
        var next = server.nextWake
        if gate.connections > 0 { next = min(next ?? memory.nextLook, memory.nextLook) }
        guard let next else { return nil }
        return Int(clamping: max((next - now).wholeMicroseconds + 999, 0) / 1_000)
    }

    // MARK: Memory

    private mutating func isMemoryOver() -> Bool {
        let now = clock.now
        guard gate.connections > 0 || !server.hasSaidAll, memory.nextLook <= now else {
            return false
        }
        return memory.isOver(
            resident: MemoryWatch.residentBytes(), state: server.loop.core.state,
            copies: saver.isSaving ? 2 : 1, now: now)
    }

    /// Closes every connection and begins anew: the peers come back, say HELLO and list their
    /// leases.
    private mutating func reopen() throws {
        let before = MemoryWatch.residentBytes()
        follow(try server.loseEverybody())
        let (watch, state) = (memory, server.loop.core.state)
        try gate.reopen {
            Host.returnFreeMemory()
            return watch.isFreed(resident: MemoryWatch.residentBytes(), state: state)
        }
        let after = MemoryWatch.residentBytes()
        memory.settle(resident: after, state: server.loop.core.state)
        server.loop.countReopening()
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
        server.loop.isStopping = true
        _ = try drain()
        follow(try server.stop(to: gate))
        var idle = Poller()
        while !server.hasSaidAll, clock.now < end {
            _ = try idle.poll(timeoutMilliseconds: 5)
            try server.flush(to: gate)
        }
        saver.saveLast(server.loop.core.state, root: server.records.root)
    }
}
