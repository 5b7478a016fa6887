// One round: a home, its broker's many lives, and everybody around it. A cycle is one life under
// load with its end; what the end left is copied, and looked at while the next life goes on.
import BatonClient
import BatonCore
import BatonPlatform
import JSON

struct CrashRound {
    /// How a broker's life ends.
    private enum Ending { case kill, powerLoss, fault, stop }

    /// After the faults are over, everything that was submitted must be done within this.
    private static let settleMilliseconds: Int64 = 90_000

    private let stage: CrashStage
    private let shim: FaultShim?
    private let cast: Cast
    private var random: SplitMix64
    private var power: PowerLoss?
    private var ledger = Ledger()
    private var evidence: Evidence

    init(_ stage: CrashStage, _ shim: FaultShim?, seed: UInt64, clients: Int) throws {
        self.stage = stage
        self.shim = shim
        random = SplitMix64(seed: seed)
        power = shim.map { PowerLoss($0, seed: seed) }
        evidence = Evidence(stage)
        let first = try BrokerLife(stage, environment: shim?.environment() ?? [])
        if let exit = first.waitUntilServing() {
            throw Violation("the first start ended with \(exit): \(first.said)")
        }
        let endpoint = String(
            decoding: try Files.read("\(stage.home)/endpoint", bytesMax: 512).dropLast(),
            as: UTF8.self)
        let client = try Client(endpoint: endpoint, name: "baton-crash")
        try stage.register(with: client)
        client.close()
        first.kill()
        cast = try Cast(stage, endpoint: endpoint, clients: clients)
    }

    /// Ends everybody.
    func end() { cast.end() }

    // MARK: A cycle

    mutating func cycle(_ figures: inout CrashFigures) throws {
        let ending = drawEnding()
        if draw(5) == 0 { try killAtStart(&figures) }
        if draw(2) == 0 { try stopAtOnce(&figures) }
        let fault = ending == .fault ? drawFault() : nil
        let life = try launch(fault)
        if let exit = life.waitUntilServing() {
            try ended(life, exit, by: fault, &figures)
        } else {
            note(life, &figures)
            check(&figures)
            try load(life, until: ending, &figures)
            try finish(life, ending, fault, &figures)
        }
        try keepEvidence(&figures)
    }

    private mutating func draw(_ count: UInt64) -> UInt64 { random.next(through: count - 1) }

    private mutating func drawEnding() -> Ending {
        let share = draw(100)
        guard shim != nil else { return share < 90 ? .kill : .stop }
        return share < 25 ? .kill : share < 60 ? .powerLoss : share < 95 ? .fault : .stop
    }

    private mutating func drawFault() -> FaultShim.Fault {
        if draw(3) == 0 {
            return FaultShim.Fault(.sync, .inputOutput, number: 1 + Int(draw(80)))
        }
        let kinds: [FaultShim.Fault.Kind] = [.inputOutput, .noSpace, .readOnly, .short]
        return FaultShim.Fault(
            .write, kinds[Int(draw(UInt64(kinds.count)))], number: 1 + Int(draw(600)),
            isLasting: draw(2) == 0)
    }

    private func launch(_ fault: FaultShim.Fault? = nil) throws -> BrokerLife {
        try BrokerLife(
            stage, environment: shim?.environment(fault) ?? [],
            lifeline: cast.lifelineDescriptor)
    }

    private func note(_ life: BrokerLife, _ figures: inout CrashFigures) {
        if let start = life.startMicroseconds { figures.starts.append(start) }
    }

    /// Killed at a random moment of its start: a recovery must survive its own death.
    private mutating func killAtStart(_ figures: inout CrashFigures) throws {
        let life = try launch()
        Pause.milliseconds(Int(draw(60)))
        life.kill()
        figures.startsKilled += 1
        if draw(2) == 0 { try losePower(&figures) }
    }

    /// A life that ends in order as soon as it has begun: it leaves the digest of the state that it
    /// recovered, and a snapshot, which is at times taken away again.
    private mutating func stopAtOnce(_ figures: inout CrashFigures) throws {
        let life = try launch()
        if let exit = life.waitUntilServing() {
            return fail("a start ended with \(exit): \(life.said)", &figures)
        }
        note(life, &figures)
        try stop(life, &figures)
        if draw(2) == 0 { try Files.removeTree("\(stage.home)/snapshots") }
    }

    private func stop(_ life: BrokerLife, _ figures: inout CrashFigures) throws {
        let exit = life.stop()
        figures.brokersStopped += 1
        if exit != .code(0) {
            let how = exit.map { "\($0)" } ?? "nothing"
            fail("a broker asked to stop ended with \(how): \(life.said)", &figures)
        }
    }

    /// Lets everybody work for a while, and kills some of them.
    private mutating func load(
        _ life: BrokerLife, until ending: Ending, _ figures: inout CrashFigures
    ) throws {
        // A fault comes when so many calls were made, however long that takes.
        let limit: Int64 = ending == .fault ? 4_000 : 50 + Int64(draw(700))
        let end = MonotonicClock.nowMicroseconds() + limit * 1_000
        var nextKill = MonotonicClock.nowMicroseconds() + Int64(draw(400)) * 1_000
        while MonotonicClock.nowMicroseconds() < end, life.pollExit() == nil {
            try cast.tend()
            if MonotonicClock.nowMicroseconds() >= nextKill {
                switch cast.killMember(Int(draw(64)), backAfterMilliseconds: Int64(draw(300))) {
                case .client: figures.clientsKilled += 1
                case .agent: figures.agentsKilled += 1
                case .reader, nil: break
                }
                nextKill = MonotonicClock.nowMicroseconds() + Int64(draw(500)) * 1_000
            }
            Pause.milliseconds(5)
        }
    }

    private mutating func finish(
        _ life: BrokerLife, _ ending: Ending, _ fault: FaultShim.Fault?,
        _ figures: inout CrashFigures
    ) throws {
        if let exit = life.pollExit() { return try ended(life, exit, by: fault, &figures) }
        if ending == .stop { return try stop(life, &figures) }
        life.kill()
        figures.brokersKilled += 1
        if ending == .powerLoss || (ending == .fault && draw(2) == 0) { try losePower(&figures) }
    }

    /// A broker that ended by itself: only a fault of the disk is a reason, and it says so once.
    private mutating func ended(
        _ life: BrokerLife, _ exit: ChildProcess.Exit, by fault: FaultShim.Fault?,
        _ figures: inout CrashFigures
    ) throws {
        guard let fault, fault.kind != .short else {
            return fail("a broker ended by itself with \(exit): \(life.said)", &figures)
        }
        figures.faults["\(fault.call) \(fault.kind.rawValue)", default: 0] += 1
        if exit != .code(74) || life.complaints.count != 1 {
            fail("after \(fault) the broker ended with \(exit), saying: \(life.said)", &figures)
        }
        if draw(2) == 0 { try losePower(&figures) }
    }

    private mutating func losePower(_ figures: inout CrashFigures) throws {
        guard var power else { return }
        let before = power.dropped
        try evidence.losePower(&power, keeping: [0, 50, 90][Int(draw(3))])
        figures.powerLosses += 1
        figures.pagesDropped += power.dropped - before
        self.power = power
    }

    // MARK: Looking

    /// Copies what the end left, before anybody can mend it, with what was promised until then.
    private mutating func keepEvidence(_ figures: inout CrashFigures) throws {
        try evidence.keep()
        try ledger.gather(
            clients: cast.clientRecords, agents: cast.agentLogs, streams: cast.streams)
        guard let shim else { return }
        let proof = try shim.order().proof()
        figures.proven += proof.proven
        figures.violations += proof.broken
        try shim.forgetOrder()
    }

    /// Only when a broker has served, or stopped in order, since the power failed last.
    @discardableResult
    private mutating func check(_ figures: inout CrashFigures) -> JournalCheck.Report? {
        do {
            guard let report = try evidence.check(against: ledger) else { return nil }
            figures.checks += 1
            figures.shown += ledger.shown.count
            ledger.shown = []
            figures.violations += report.violations
            return report
        } catch {
            fail("the check failed: \(error)", &figures)
            return nil
        }
    }

    private func fail(_ sentence: String, _ figures: inout CrashFigures) {
        figures.violations.append(Violation(sentence))
    }

    // MARK: The end of a round

    /// The faults are over: everything that was acknowledged gets done, once; then a last stop and
    /// a last look.
    mutating func settle(_ figures: inout CrashFigures) throws {
        guard figures.violations.isEmpty else { return }
        cast.dismissClients()
        let life = try launch()
        if let exit = life.waitUntilServing() {
            return fail("the last start ended with \(exit): \(life.said)", &figures)
        }
        note(life, &figures)
        check(&figures)
        if try !waitUntilDone() { fail("not everything was done after the faults", &figures) }
        try stop(life, &figures)
        try keepEvidence(&figures)
        guard let report = check(&figures) else { return }
        if let task = report.open.first {
            fail("\(report.open.count) tasks are open at the end, \(task) among them", &figures)
        }
        figures.events += report.events
        figures.payloads += report.payloads
        figures.accepted += report.accepted
        figures.digests += report.stops
        figures.submissions += ledger.submissions.count
        figures.repeats += ledger.repeats
        figures.deliveries += ledger.deliveries.count
    }

    private func waitUntilDone() throws -> Bool {
        let end = MonotonicClock.nowMicroseconds() + Self.settleMilliseconds * 1_000
        let endpoint = String(
            decoding: try Files.read("\(stage.home)/endpoint", bytesMax: 512).dropLast(),
            as: UTF8.self)
        let client = try Client(endpoint: endpoint, name: "baton-crash")
        defer { client.close() }
        while MonotonicClock.nowMicroseconds() < end {
            try cast.tend()
            let counts = try client.status().json()["tasks"]?.objectValue?.members ?? []
            let open = counts.filter { !["accepted", "cancelled", "discarded"].contains($0.key) }
            if open.allSatisfy({ $0.value.integerValue == 0 }) { return true }
            Pause.milliseconds(50)
        }
        return false
    }
}
