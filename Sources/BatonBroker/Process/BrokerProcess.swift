// The broker as a process: the one driver of the loop. It owns the socket, the journal and the
// clock, and moves messages, time and signals. What a turn does with them is in BrokerServer. Here
// is how it starts; how it serves is in BrokerProcess+Serving.swift.

import BatonCore
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
    var limits = Limits()
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
    let configuration: BrokerConfiguration
    let home: BrokerHome
    private let lock: FileLock
    private let keys: JournalKeys
    let follower: IndexFollower
    let clock: BrokerClock
    var server: BrokerServer<SQLiteJournal, BrokerClock>
    var memory: MemoryWatch
    var saver: StateSaver
    /// Questions that the next turn answers.
    var viewsPerTurn = BrokerProcess.viewsPerTurnMax

    var gate: Gate
    var door: Door
    let signals: SignalInbox
    var poller = Poller()
    var diskCheckedAt = Instant.distantPast

    /// Runs a broker until SIGTERM or SIGINT. Returns the exit status; one line on stderr says why,
    /// unless it is 0.
    /// - Parameter ready: called once it serves, with the endpoint.
    package static func run(
        _ configuration: BrokerConfiguration, ready: (String) -> Void = { _ in }
    ) -> Int32 {
        do throws(BrokerFailure) {
            var broker = try BrokerProcess.open(configuration)
            let thread = try broker.follow()
            ready(broker.gate.endpoint)
            try broker.serve()
            broker.follower.stop()
            thread.join()
            // After the follower, whose reading could keep the log from being emptied.
            broker.server.records.settle()
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
            Host.raiseDescriptorLimit()
            try home.make()
            let lock = try acquireLock(home)
            var configuration = configuration
            configuration.limits = try limits(home)
            let recovery = try Recovery(home: home, limits: configuration.limits)
            let context = try Context()
            let door = try Door(context: context, tokensPath: home.tokens)
            let gate = try Gate(path: try home.socketPath(), in: context)
            var broker = BrokerProcess(
                configuration: configuration, home: home, lock: lock, recovery: recovery,
                follower: try IndexFollower(), gate: gate, door: door, signals: signals)
            try broker.begin()
            try Files.writeAtomically(
                Array("\(broker.gate.endpoint)\n".utf8), to: home.endpoint, mode: 0o600)
            return broker
        } catch let failure as BrokerFailure {
            throw failure
        } catch {
            throw BrokerFailure(74, "\(error)")
        }
    }

    private init(
        configuration: BrokerConfiguration, home: BrokerHome, lock: consuming FileLock,
        recovery: Recovery, follower: IndexFollower, gate: consuming Gate, door: consuming Door,
        signals: consuming SignalInbox
    ) {
        self.configuration = configuration
        self.home = home
        self.lock = lock
        keys = recovery.keys
        self.follower = follower
        let core = recovery.core
        clock = BrokerClock(lastEvent: core.state.time)
        memory = MemoryWatch(
            resident: MemoryWatch.residentBytes(), state: core.state, now: clock.now)
        saver = StateSaver(
            store: SnapshotStore(folder: home.snapshots),
            savedHead: core.state.head - recovery.replayed)
        server = BrokerServer(
            records: recovery.records, time: clock,
            loop: BrokerLoop(
                core: core, keys: recovery.keys, randomBytes: { Entropy.bytes(count: $0) }),
            facts: ProcessFactsForStatus(
                version: configuration.version, processID: Int(Host.processID), home: home.path,
                endpoint: gate.endpoint, started: clock.now, diskFreePercent: 100))
        self.gate = gate
        self.door = door
        self.signals = signals
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

    /// The limits in force: `limits.json` of the home over the defaults.
    private static func limits(_ home: BrokerHome) throws -> Limits {
        guard try Files.exists(home.limits) else { return Limits() }
        do {
            let json = try JSONValue(parsing: Files.read(home.limits, bytesMax: 1 << 16))
            return try Limits.reading(json).get()
        } catch {
            throw BrokerFailure(78, "\(home.limits): \(error)")
        }
    }

    /// Commits what a start must say before anybody is heard.
    private mutating func begin() throws(BrokerFailure) {
        do {
            try server.begin(keys, version: configuration.version)
        } catch {
            throw BrokerFailure(74, "\(error)")
        }
    }

    private func follow() throws(BrokerFailure) -> JoinableThread {
        do {
            return try follower.start(journal: home.path, index: home.index, origin: keys.origin)
        } catch {
            throw BrokerFailure(74, "\(error)")
        }
    }
}
