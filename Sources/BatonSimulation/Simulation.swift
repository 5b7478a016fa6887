// One simulated host: a broker, people, agents, a reader; a network, a disk and clocks that do what
// the weather says. One seed, one history. First everything that can go wrong does, while a model
// that shares no code with the core checks every event and every reply; then the faults stop, and
// all that was begun must end.

import BatonBroker
import BatonClient
import BatonCore
import BatonJournal
import BatonPlatform
import BatonWire
import Crypto
import JSON

/// Runs simulations.
package enum Simulator {
    /// - Throws: when the host has no room for the simulation's folder.
    package static func run(_ options: SimulationOptions) throws -> SimulationReport {
        let folder = try Files.makeTemporaryDirectory(prefix: "baton-sim")
        // A leftover folder in the temporary directory harms nobody.
        defer { try? Files.removeTree(folder) }
        let chance = Chance(seed: options.seed)
        let home = "\(folder)/home"
        try Files.makePrivateDirectory(home)
        let keys = try JournalKeys.create(in: "\(home)/keys", origin: "baton.test/simulation") {
            chance.bytes($0)
        }
        let needsMemory = options.bug?.needsMemory ?? false
        if needsMemory || options.isLite && options.bug?.needsDisk != true {
            let store = MemoryStore(keys: keys, chance: chance, bug: options.bug)
            return try Simulation(
                options, store: store, open: store.open, keys: keys, chance: chance
            ).run()
        }
        let store = DiskStore(folder: home, chance: chance, bug: options.bug)
        return try Simulation(
            options, store: store, open: store.open, keys: keys, chance: chance
        ).run()
    }
}

final class Simulation<Store: Journal & ~Copyable>: PeerWorld {
    let options: SimulationOptions
    let clock = SimulatedClock()
    let chance: Chance
    let store: any SimulatedStore
    /// Starts as the process does; throws a `BrokerFailure` with its exit status.
    let open: (Limits) throws -> Found<Store>
    let keys: JournalKeys
    var weather: Weather
    var model: AuditModel
    var submissions = Submissions()
    var counters = SimulationReport.Counters()
    var isCalm = false
    var calmSince: Int64 = 0

    var schedule = Schedule()
    var network = SimulatedNetwork()
    var peers: [any SimulatedPeer] = []
    var people: [SimulatedPerson] = []
    /// The times at which each peer's session wants to be woken, as planned.
    var plannedTicks: [Int: Int64] = [:]

    var broker: BrokerRun<Store>?
    var runs = 0
    /// Messages at the broker's door.
    var inbox: [(connection: Int, frames: [[UInt8]])] = []
    var busyUntil: Int64 = 0
    var asleep: (since: Int64, until: Int64?)?
    var isPaused = false
    var plannedWake: Int64?
    /// Faults of the disk that a later commit has passed. What fails after a commit, such as a
    /// checkpoint, shows at the next one.
    var faultsPassed = 0
    /// How the process will end in its next turn.
    var ending: Ending?
    var limits = Limits()
    var endedByDamage = false
    /// A bit of what was read has flipped: damage may be found.
    var hasFlipped: Bool { store.hasFlipped }
    var witness = Witness()
    private(set) var violations: [String] = []
    /// Open questions and since when, for the bug that decides by silence.
    var openSince: [String: Int64] = [:]
    /// Events whose payloads a start has looked at.
    var payloadsSeen = 0
    /// Peers whose process ended and was never started again.
    var gone: Set<Int> = []
    var lastReply: JSONObject?
    /// Heartbeats that the broker never heard, by request.
    var unheard: [Witness.Name: [UInt8]] = [:]
    var restartedKeys: [String: Int] = [:]

    init(
        _ options: SimulationOptions, store: any SimulatedStore,
        open: @escaping (Limits) throws -> Found<Store>, keys: JournalKeys, chance: Chance
    ) {
        self.options = options
        self.open = open
        self.store = store
        self.keys = keys
        self.chance = chance
        weather = Weather(chance)
        var bounds = AuditModel.Bounds()
        model = AuditModel(bounds: bounds)
        switch options.bug {
        case .retriesForEver: limits.attemptsMax = 100
        case .reworksForEver: limits.rejectionsMax = 100
        default: return
        }
        bounds.areRequiredOfPlans = false
        model = AuditModel(bounds: bounds)
    }

    func run() throws -> SimulationReport {
        try populate()
        start()
        while counters.steps < options.ticks, !isOver, step() {}
        if !isOver { finish() }
        var report = SimulationReport(seed: options.seed)
        counters.time = clock.elapsed
        counters.events = model.leaves.count
        counters.note("disk fault", store.diskFaults)
        report.counters = counters
        report.violations = violations + model.violations
        report.endedByDamage = endedByDamage
        report.journal = model.leaves
        var hash = SHA256()
        for leaf in model.leaves { hash.update(leaf) }
        report.history = Hex.encode(hash.digest().bytes)
        return report
    }

    /// Nothing more can be learned.
    var isOver: Bool { endedByDamage || !violations.isEmpty || !model.violations.isEmpty }

    /// The next happening; false when there is none.
    func step() -> Bool {
        guard let (at, what) = schedule.next() else { return false }
        counters.steps += 1
        clock.advance(to: max(at, clock.elapsed))
        happen(what)
        planTicks()
        return true
    }

    private func happen(_ what: Happening) {
        switch what {
        case .broker(let run): if run == runs { brokerWakes() }
        case .toBroker(let connection, let frames): arrive(frames, on: connection)
        case .toPeer(let connection, let frames): deliver(frames, on: connection)
        case .connect(let peer): connect(peer)
        case .disconnect(let peer, let connection):
            if network.connection(of: peer) == nil || network.connection(of: peer) == connection {
                peers[peer].hear(.disconnected)
                plan(.connect(peer: peer), in: chance.duration(.milliseconds(100), .seconds(5)))
            }
        case .tick(let peer):
            guard plannedTicks[peer] == clock.elapsed else { return }
            plannedTicks[peer] = nil
            peers[peer].hear(.tick)
        case .act(let peer): if !gone.contains(peer) { peers[peer].act() }
        case .work(let peer, let job): if !gone.contains(peer) { peers[peer].finish(job) }
        case .trouble: if !isCalm { makeTrouble() }
        case .repair(let repair): carryOut(repair)
        }
    }

    /// Sessions are woken when they want to be.
    private func planTicks() {
        for peer in peers where !gone.contains(peer.number) {
            guard let deadline = peer.nextDeadline else { continue }
            let at = max(deadline.wholeMicroseconds, clock.elapsed + 1)
            if let planned = plannedTicks[peer.number], planned <= at { continue }
            plannedTicks[peer.number] = at
            schedule.add(.tick(peer: peer.number), at: at)
        }
    }

    // MARK: PeerWorld

    func plan(_ happening: Happening, in duration: Duration) {
        schedule.add(happening, at: clock.elapsed + max(duration.wholeMicroseconds, 0))
    }

    func match(_ bytes: [UInt8]) -> String { Hex.encode(keys.match(bytes).bytes) }

    func complain(_ what: String) {
        guard violations.count < 100 else { return }
        violations.append("after \(clock.elapsed) µs: \(what)")
    }

    // MARK: Population

    private func populate() throws {
        for name in ["ann", "bob"] {
            let person = SimulatedPerson(number: peers.count, name: name, world: self)
            people.append(person)
            peers.append(person)
        }
        peers.append(SimulatedReader(number: peers.count, world: self))
        for role in SimulatedTeam.agents {
            for place in 0..<chance.within(1...2) {
                // Some are supervised, some are started by hand.
                let actor: ActorName =
                    place == 0 ? .agent(AgentName(role)) : .person("carl")
                peers.append(
                    SimulatedAgent(number: peers.count, roles: [role], actor: actor, world: self))
            }
        }
        // One that could come to judge what it made itself.
        if chance.happens(percent: 50) {
            peers.append(
                SimulatedAgent(
                    number: peers.count, roles: ["team.x", SimulatedTeam.quality],
                    actor: .person("carl"), world: self))
        }
        for peer in peers {
            plan(.connect(peer: peer.number), in: chance.duration(.milliseconds(1), .seconds(2)))
            plan(.act(peer: peer.number), in: chance.duration(.seconds(1), .seconds(9)))
        }
        for role in SimulatedTeam.agents { people[0].register(SimulatedTeam.card(role)) }
        plan(.trouble, in: .microseconds(weather.troubleEvery))
    }
}
