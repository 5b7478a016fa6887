// The broker as a process: the one driver of the loop. It owns the socket, the journal and the clock;
// it receives, appends, commits, and only then sends.

package import BatonCore
import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import BatonWire
import Crypto
import JSON
import ZeroMQ

/// How a broker is run.
package struct BrokerConfiguration: Sendable {
    /// The folder, from the root.
    package var home: String
    package var limits = Limits()
    /// The program's version, as STATUS and `broker.started` tell it.
    package var version: String

    package init(home: String, version: String) {
        self.home = home
        self.version = version
    }
}

/// Why a broker could not start or go on, with the exit status that says so.
package struct BrokerFailure: Error, CustomStringConvertible {
    package let exitStatus: Int32
    package let description: String

    init(_ exitStatus: Int32, _ description: String) {
        self.exitStatus = exitStatus
        self.description = description
    }
}

package struct BrokerProcess: ~Copyable {
    private let configuration: BrokerConfiguration
    private let home: BrokerHome
    private let lock: FileLock
    private let keys: JournalKeys
    private let records: JournalRecords<SQLiteJournal>
    private let cache: DocumentCache
    private let follower: IndexFollower
    private let clock: BrokerClock
    private let started: Instant
    private var loop: BrokerLoop
    private var stalls: StallWatch

    private let context: Context
    private let router: Socket
    private var door: Door
    private let endpoint: String
    private let signals: SignalInbox
    private var poller = Poller()
    private var outboxes: [RoutingID: Outbox] = [:]
    private var diskFreePercent = 100
    private var diskCheckedAt = Instant.distantPast

    /// Messages taken in one turn before what they led to is committed.
    private static let messagesPerTurnMax = 1_000
    private static let bytesPerTurnMax = 8 << 20

    /// Runs a broker until SIGTERM or SIGINT. Returns the exit status; one line on stderr says why,
    /// unless it is 0.
    /// - Parameter ready: called once it serves, with the endpoint.
    package static func run(
        _ configuration: BrokerConfiguration, ready: (String) -> Void = { _ in }
    ) -> Int32 {
        do throws(BrokerFailure) {
            var broker = try BrokerProcess.open(configuration)
            let thread = try broker.follow()
            ready(broker.endpoint)
            try broker.serve()
            broker.follower.stop()
            thread.join()
            return 0
        } catch {
            // Nobody is left to tell if stderr is closed.
            _ = try? StandardStream.error.write("baton: broker: \(error)\n")
            return error.exitStatus
        }
    }

    // MARK: Start

    /// Everything that can fail, before there is a value to hold it.
    private static func open(
        _ configuration: BrokerConfiguration
    ) throws(BrokerFailure) -> BrokerProcess {
        let home = BrokerHome(path: configuration.home)
        do {
            // Signals are blocked before any thread starts.
            let signals = try SignalInbox([.terminate, .interrupt])
            ignoreBrokenPipes()
            try home.make()
            let lock = try acquireLock(home)
            let keys = try openKeys(home)
            let journal = try openJournal(home, keys)
            let (records, core) = try recover(journal, home, keys, configuration.limits)
            let context = try Context()
            let door = try Door(context: context, tokensPath: home.tokens)
            let path = try home.socketPath()
            let router = try bind("ipc://\(path)", in: context)
            try Files.setPermissions(0o600, of: path)
            var broker = BrokerProcess(
                configuration: configuration, home: home, lock: lock, keys: keys, records: records,
                follower: try IndexFollower(), core: core, context: context, router: router,
                door: door, endpoint: "ipc://\(path)", signals: signals)
            try broker.begin()
            try Files.writeAtomically(
                Array("\(broker.endpoint)\n".utf8), to: home.endpoint, mode: 0o600)
            return broker
        } catch let failure as BrokerFailure {
            throw failure
        } catch {
            throw BrokerFailure(74, "\(error)")
        }
    }

    private init(
        configuration: BrokerConfiguration, home: BrokerHome, lock: consuming FileLock,
        keys: JournalKeys, records: JournalRecords<SQLiteJournal>, follower: IndexFollower,
        core: Broker, context: Context, router: consuming Socket, door: consuming Door,
        endpoint: String, signals: consuming SignalInbox
    ) {
        self.configuration = configuration
        self.home = home
        self.lock = lock
        self.keys = keys
        self.records = records
        self.follower = follower
        self.context = context
        self.router = router
        self.door = door
        self.endpoint = endpoint
        self.signals = signals
        cache = DocumentCache(records: records)
        clock = BrokerClock(lastEvent: core.state.time)
        started = clock.now
        stalls = StallWatch(now: clock.now, heartbeatPeriod: configuration.limits.heartbeatPeriod)
        loop = BrokerLoop(core: core, keys: keys, randomBytes: { Entropy.bytes(count: $0) })
    }

    private static func acquireLock(_ home: BrokerHome) throws -> FileLock {
        switch try FileLock.acquire(home.lock) {
        case .acquired(let lock): return lock
        case .heldBy(let processID):
            let holder = processID.map { "process \($0)" } ?? "another process"
            throw BrokerFailure(
                75,
                "the home \(home.path) is in use by another broker, \(holder); "
                    + "stop it with 'baton down --home \(home.path)', or use another home")
        }
    }

    private static func openKeys(_ home: BrokerHome) throws(BrokerFailure) -> JournalKeys {
        do {
            if try Files.status(of: home.keys) != nil { return try JournalKeys.load(from: home.keys) }
            let name = Host.name().filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            let origin = "baton.local/\(name.isEmpty ? "host" : name)/"
                + Hex.encode(Entropy.bytes(count: 4))
            return try JournalKeys.create(in: home.keys, origin: origin)
        } catch {
            throw BrokerFailure(78, "\(error)")
        }
    }

    private static func openJournal(
        _ home: BrokerHome, _ keys: JournalKeys
    ) throws(BrokerFailure) -> SQLiteJournal {
        do throws(JournalError) {
            return try SQLiteJournal.open(in: home.journal, origin: keys.origin)
        } catch .notFound {
            do {
                return try SQLiteJournal.create(in: home.journal, origin: keys.origin)
            } catch {
                throw BrokerFailure(74, "\(error)")
            }
        } catch .failed(let reason) {
            throw BrokerFailure(74, reason)
        } catch {
            throw BrokerFailure(78, "\(error)")
        }
    }

    /// Folds the whole journal: the same `apply` as live traffic.
    private static func recover(
        _ journal: consuming SQLiteJournal, _ home: BrokerHome, _ keys: JournalKeys, _ limits: Limits
    ) throws(BrokerFailure) -> (JournalRecords<SQLiteJournal>, Broker) {
        let head = journal.head
        let index: RecordIndex
        do {
            index = try RecordIndex(path: home.index, origin: keys.origin, head: head)
        } catch {
            throw BrokerFailure(74, "\(error)")
        }
        let records = JournalRecords(journal: journal, index: index)
        var core = Broker(limits: limits)
        do {
            while core.state.head < head {
                let from = core.state.head
                for leaf in try records.leaves(from: from, eventsMax: 4_096, bytesMax: 4 << 20) {
                    core.replay(try JournalEvents.event(leaf))
                }
            }
        } catch {
            throw BrokerFailure(78, "the journal cannot be replayed at event \(core.state.head): \(error)")
        }
        return (records, core)
    }

    private static func bind(_ endpoint: String, in context: Context) throws(ZMQError) -> Socket {
        let router = try Socket(.router, in: context)
        try router.set([
            .routerMandatory(true), .linger(milliseconds: 1_000), .plainServer(true),
            .zapDomain(Door.domain), .frameBytesMax(WireLimits.standard.frameBytesMax),
            .receiveHighWaterMark(4_096), .sendHighWaterMark(4_096),
            .heartbeatInterval(milliseconds: 5_000), .heartbeatTimeout(milliseconds: 15_000),
            .handshakeInterval(milliseconds: 5_000),
        ])
        try router.bind(endpoint)
        return router
    }

    /// The first commit: event 0 in a new journal, `broker.started`, and what was left undone.
    private mutating func begin() throws(BrokerFailure) {
        let moment = moment()
        if loop.core.state.head == 0 {
            loop.run(
                .create(
                    JournalCreated(
                        origin: keys.origin, verifierKey: keys.verifierKey.description,
                        format: leafFormat)), at: moment)
        }
        loop.run(.start(version: configuration.version), at: moment)
        loop.tick(at: moment)
        try commit()
        _ = loop.takeOutgoing()
    }

    private func follow() throws(BrokerFailure) -> JoinableThread {
        do {
            return try follower.start(journal: home.journal, index: home.index, origin: keys.origin)
        } catch {
            throw BrokerFailure(74, "\(error)")
        }
    }

    private func moment() -> Moment {
        Moment(
            now: clock.now, quietSince: stalls.quietSince, wall: clock.wall,
            entropy: Entropy.uint64())
    }

    // MARK: Serve

    private mutating func serve() throws(BrokerFailure) {
        do {
            try turns()
        } catch let failure as BrokerFailure {
            throw failure
        } catch {
            throw BrokerFailure(74, "\(error)")
        }
    }

    private mutating func turns() throws {
        _ = poller.add(router, for: .readable)
        let doorItem = poller.add(door.socket, for: .readable)
        let signalItem = poller.add(descriptor: signals.fileDescriptor, for: .readable)
        var isBehind = false
        while true {
            let wait = isBehind ? 0 : waitMilliseconds()
            let before = clock.now
            stalls.pass(now: before, allowed: .zero)
            _ = try poller.poll(timeoutMilliseconds: wait)
            stalls.pass(now: clock.now, allowed: wait.map { .milliseconds($0) } ?? (clock.now - before))
            if !poller.readiness(of: doorItem).isEmpty { try door.answer() }
            if !poller.readiness(of: signalItem).isEmpty, try signals.next() != nil {
                try finish()
                return
            }
            isBehind = try !drain()
            if !isBehind { stalls.foundQuiet(now: clock.now) }
            try turn()
        }
    }

    /// Takes what has arrived; false when there is more than one turn should take.
    private mutating func drain() throws -> Bool {
        for _ in 0..<Self.messagesPerTurnMax {
            guard loop.pendingBytes < Self.bytesPerTurnMax else { return false }
            guard let message = try router.receive(framesMax: WireLimits.standard.framesMax + 2) else {
                return true
            }
            guard let route = message.frames.first else { continue }
            guard let identity = Door.identity(of: message) else { continue }
            loop.receive(
                frames: Array(message.frames.dropFirst()), from: RoutingID(route), identity: identity,
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
    private mutating func commit() throws(BrokerFailure) {
        let batches = loop.takeBatches()
        for (batch, seq) in batches {
            switch records.append(batch, at: seq) {
            case .committed: continue
            case .conflict:
                throw BrokerFailure(74, "the journal does not end at event \(seq): somebody else wrote to it")
            case .unknown(let reason):
                throw BrokerFailure(74, "the journal could not be written: \(reason)")
            }
        }
        if !batches.isEmpty { follower.ring() }
    }

    // MARK: Saying

    private mutating func say() throws {
        let outgoing = loop.takeOutgoing()
        guard !outgoing.isEmpty else { return }
        let messages = try answers(to: outgoing)
        for (route, message) in messages { try send(message, to: route) }
    }

    /// A function of its own, so that the copy of the loop is gone before anything changes it.
    private func answers(to outgoing: [Outgoing]) throws(RecordsFault) -> [(RoutingID, Message)] {
        let answering = Answering(
            loop: loop, records: records, cache: cache, moment: moment(),
            process: ProcessFactsForStatus(
                version: configuration.version, processID: Int(Host.processID), home: home.path,
                endpoint: endpoint, started: started, diskFreePercent: diskFreePercent))
        var messages: [(RoutingID, Message)] = []
        for item in outgoing {
            if let message = try answering.message(for: item) { messages.append(message) }
        }
        return messages
    }

    private mutating func send(_ message: Message, to route: RoutingID) throws {
        let frames = [route.bytes] + message.frames
        if outboxes[route] == nil {
            switch try router.send(frames) {
            case .sent: return
            case .hostUnreachable:
                loop.drop(route, releasing: false, at: moment())
                return
            case .wouldBlock: outboxes[route] = Outbox()
            }
        }
        guard outboxes[route]?.append(frames) == true else {
            outboxes[route] = nil
            loop.drop(route, releasing: true, at: moment())
            return
        }
    }

    private mutating func flush() throws {
        for route in Array(outboxes.keys) {
            while let frames = outboxes[route]?.next {
                let outcome = try router.send(frames)
                if outcome == .wouldBlock { break }
                if outcome == .hostUnreachable {
                    outboxes[route] = nil
                    loop.drop(route, releasing: false, at: moment())
                    break
                }
                outboxes[route]?.removeFirst()
            }
            if outboxes[route]?.isEmpty == true { outboxes[route] = nil }
        }
    }

    private mutating func serveTails() throws {
        for (route, cursor) in loop.tails where outboxes[route] == nil {
            let server = TailServer(records: records, state: loop.core.state, now: clock.now)
            let (message, next) = try server.serve(cursor)
            loop.setTail(cursor.id, of: route, to: next)
            if let message { try send(message, to: route) }
        }
    }

    // MARK: Waiting

    /// How long the loop may sleep; nil: until something arrives.
    private func waitMilliseconds() -> Int? {
        let now = clock.now
        var next: Instant?
        func consider(_ instant: Instant) { next = min(next ?? instant, instant) }
        if let deadline = loop.core.nextDeadline(at: moment()) { consider(deadline) }
        if let silent = loop.core.nextSilence(at: moment()) { consider(silent) }
        if !outboxes.isEmpty { consider(now + .milliseconds(20)) }
        for (_, cursor) in loop.tails {
            let lags = cursor.next < records.head && cursor.credit > 0
            consider(lags ? now : cursor.lastSent + TailServer.progressPeriod)
        }
        guard let next else { return nil }
        let milliseconds = ((next - now).wholeMicroseconds + 999) / 1_000
        return Int(clamping: max(milliseconds, 0))
    }

    /// Looked at every ten seconds at most, and only when there is work: idle costs nothing.
    private mutating func checkDisk() {
        let now = clock.now
        guard now - diskCheckedAt > .seconds(10) else { return }
        diskCheckedAt = now
        guard let free = try? Files.freePercent(at: home.journal) else { return }
        diskFreePercent = Int(free)
        loop.isDiskLow = free < 5
    }

    // MARK: Stop

    /// Answers what has arrived, records the stop with the state's digest, and lets the last messages
    /// go out.
    private mutating func finish() throws {
        _ = try drain()
        try turn()
        loop.isStopping = true
        let digest = SHA256.hash(loop.core.state.canonicalBytes())
        loop.run(.stop(state: BatonCore.Digest(digest.bytes)), at: moment())
        try commit()
        try flush()
    }
}
