// The broker's driver in the simulated world: it starts, waits, takes what has arrived, lets time
// pass, and can end between any two steps.

import BatonBroker
import BatonCore
import BatonJournal
import BatonWire
import Crypto
import JSON
import ZeroMQ

extension Simulation where Store: ~Copyable {
    // MARK: Start

    /// A start of the process. One that fails is tried again, as a supervisor would.
    func start() {
        counters.starts += 1
        let faults = store.diskFaults
        do {
            let found = try open(limits)
            runs += 1
            let chance = chance
            let time = RunTime(clock: clock, chance: chance, lastEvent: found.core.state.time)
            let run = BrokerRun(
                number: runs, found: plantInStart(found), time: time,
                randomBytes: { [bytes = RandomSource(chance)] in bytes.draw($0) })
            compareWithJournal(run)
            guard !isOver else { return }
            follow(try run.server.begin(keys, version: "simulated"), run)
            broker = run
            faultsPassed = faults
            asleep = nil
            plannedWake = nil
            observe()
            wake(at: clock.elapsed)
        } catch {
            startFailed(error, since: faults)
        }
    }

    /// - Parameter faults: of the disk, before it was tried.
    private func startFailed(_ error: any Error, since faults: Int) {
        if let failure = error as? BrokerFailure, failure.exitStatus == 78 {
            if hasFlipped {
                counters.note("start refused: damage found")
                endedByDamage = true
            } else {
                complain("the start was refused: \(failure)")
            }
            return
        }
        counters.note("start failed")
        guard isExcused(since: faults) else {
            return complain("a start failed and nothing was wrong: \(error)")
        }
        crash(losingPower: false)
    }

    /// What a start found must be what was committed, and what was under way must be whole.
    private func compareWithJournal(_ run: BrokerRun<Store>) {
        do {
            let leaves = try run.records.leaves(from: 0, eventsMax: .max, bytesMax: .max)
            guard leaves.count >= model.leaves.count else {
                return complain(
                    "\(model.leaves.count) events were committed, and \(leaves.count) are there")
            }
            for (seq, leaf) in model.leaves.enumerated() where leaves[seq] != leaf {
                return complain("event \(seq) is not what was committed")
            }
            for leaf in leaves[model.leaves.count...] { model.take(leaf) }
            // What an earlier start has looked at is looked at once more in the end.
            for seq in payloadsSeen..<leaves.count {
                try requirePayloads(of: leaves[seq], seq, run.records)
            }
            payloadsSeen = leaves.count
            var fold = Broker(limits: limits)
            for leaf in leaves { fold.replay(try Event(leaf: leaf)) }
            let state = run.server.loop.core.state
            if fold.state.canonicalBytes() != state.canonicalBytes() {
                complain("the state after a start is not the fold of the journal")
            }
        } catch {
            if !hasFlipped { complain("the journal cannot be read: \(error)") }
        }
    }

    // MARK: Turns

    /// Plans the end of the broker's wait.
    func wake(at instant: Int64) {
        let at = max(instant, busyUntil, clock.elapsed)
        if let plannedWake, plannedWake <= at { return }
        plannedWake = at
        schedule.add(.broker(run: runs), at: at)
    }

    func brokerWakes() {
        guard let broker, !isPaused, clock.elapsed >= busyUntil else { return }
        guard plannedWake == clock.elapsed else { return }
        plannedWake = nil
        passStall(broker)
        if case .beforeTheTurn? = ending { return crash(losingPower: losesPower()) }
        if case .withinTheCommit? = ending {
            _ = store.plan(.stop(afterChanges: chance.below(24)))
        }
        var left: Int?
        if case .afterSending(let count)? = ending { left = count }
        let link = SimulatedLink(left: left) { [unowned self] in self.leaving($0) }
        let faults = store.diskFaults
        do {
            drain(broker)
            try plantInTurn(broker)
            let events = try broker.server.turn(to: link)
            if !events.isEmpty { faultsPassed = faults }
            follow(events, broker)
        } catch {
            return stopped(error, since: faultsPassed)
        }
        observe()
        if ending != nil { return crash(losingPower: losesPower()) }
        busyUntil = clock.elapsed + cost()
        sleep(broker)
    }

    private func follow(_ events: [Event], _ broker: BrokerRun<Store>) {
        store.follow(events, root: broker.records.root)
    }

    private func passStall(_ broker: BrokerRun<Store>) {
        let now = broker.server.time.now
        if let asleep {
            let slept = Duration.microseconds(clock.elapsed - asleep.since)
            let allowed = asleep.until.map { Duration.microseconds($0 - asleep.since) } ?? slept
            broker.server.stalls.pass(now: now, allowed: allowed)
        } else {
            broker.server.stalls.pass(now: now, allowed: .zero)
        }
    }

    /// Poll returns when something arrives, or when the server wants to be woken.
    private func sleep(_ broker: BrokerRun<Store>) {
        let now = broker.server.time.now
        broker.server.stalls.pass(now: now, allowed: .zero)
        let next = broker.server.nextWake.map { clock.elapsed + ($0 - now).wholeMicroseconds }
        asleep = (clock.elapsed, next)
        if !inbox.isEmpty {
            wake(at: clock.elapsed)
        } else if let next {
            wake(at: next)
        }
    }

    private func drain(_ broker: BrokerRun<Store>) {
        let count =
            isCalm || chance.happens(percent: 80) ? inbox.count : chance.below(inbox.count + 1)
        for (connection, frames) in inbox.prefix(count) {
            guard network.isOpen(connection) else { continue }
            let peer = peers[network.connections[connection].peer]
            note(frames, on: connection, at: broker.server.time.now)
            broker.server.receive(
                plantInMessage(frames, from: peer, on: connection),
                from: SimulatedNetwork.route(of: connection), identity: plantInIdentity(of: peer))
        }
        inbox.removeFirst(count)
        if inbox.isEmpty, options.bug != .neverExpires {
            broker.server.stalls.foundQuiet(now: broker.server.time.now)
        }
    }

    /// How long a turn takes: nearly always a fast disk, now and then a slow one.
    private func cost() -> Int64 {
        guard !isCalm, weather.failsDisk, chance.happens(2_000) else {
            return chance.duration(.microseconds(50), .milliseconds(4)).wholeMicroseconds
        }
        counters.note("slow sync")
        return chance.duration(.milliseconds(100), .seconds(30)).wholeMicroseconds
    }

    func losesPower() -> Bool { weather.losesPower && chance.happens(percent: 50) }

    // MARK: What leaves

    /// A message leaves: all that it can have seen must be durable and known.
    private func leaving(_ frames: [[UInt8]]) -> SendOutcome {
        if !store.isDurable { complain("a message left before what it says was on disk") }
        observe()
        guard let message = try? Message(frames: Array(frames.dropFirst())) else {
            complain("the broker sent what is no message")
            return .sent
        }
        if let seq = message.integer("seq"), seq > Int64(model.head) {
            complain("a reply stands on event \(seq), and \(model.head) are committed")
        }
        guard let said = plantInReply(message, frames[0]) else { return .sent }
        judge(said, to: SimulatedNetwork.connection(of: frames[0]))
        return sendToPeer([frames[0]] + said.frames)
    }

    /// The model reads what was committed since it last looked.
    func observe() {
        guard let broker else { return }
        guard model.head < broker.records.head else { return }
        do {
            while model.head < broker.records.head {
                for leaf in try broker.records.leaves(
                    from: model.head, eventsMax: 10_000, bytesMax: 8 << 20)
                {
                    model.take(leaf)
                }
            }
            model.endBatch()
        } catch {
            if !hasFlipped { complain("what was committed cannot be read: \(error)") }
        }
    }

    // MARK: Ends

    /// The process is gone. Whatever it had decided and not committed is gone with it.
    /// - Parameter closing: it ends by itself, and closes its files before.
    func crash(losingPower: Bool, closing: Bool = false) {
        if !closing { counters.note("broker killed") }
        if losingPower { counters.note("power lost") }
        observeAtTheEnd()
        if closing { broker = nil }
        store.stop()
        broker = nil
        ending = nil
        isPaused = false
        inbox = []
        busyUntil = clock.elapsed
        for connection in network.open { cut(connection) }
        store.restart(losingPower: losingPower)
        plan(
            .repair(.startBroker),
            in: isCalm ? .seconds(1) : chance.duration(.milliseconds(50), .seconds(90)))
    }

    /// A killed process has committed what its journal says it has, whether or not a message left.
    private func observeAtTheEnd() {
        guard let broker, model.head < broker.records.head else { return }
        observe()
    }

    /// SIGTERM: what has arrived is answered, the stop is recorded with the state's digest.
    func stopBroker() {
        guard let broker, !isPaused else { return }
        counters.note("broker stopped cleanly")
        let link = SimulatedLink(left: nil) { [unowned self] in self.leaving($0) }
        do {
            drain(broker)
            follow(try broker.server.turn(to: link), broker)
            broker.server.loop.isStopping = true
            follow(try broker.server.stop(to: link), broker)
            observe()
            requireDigest(broker)
            store.saveState(broker.server.loop.core.state, root: broker.records.root)
        } catch {
            return stopped(error, since: faultsPassed)
        }
        crash(losingPower: losesPower(), closing: store.isRunning)
    }

    /// The process ends itself (exit 74). It may only when its disk has failed it.
    private func stopped(_ error: any Error, since faults: Int) {
        counters.note("broker stopped: exit 74")
        guard isExcused(since: faults) else {
            return complain("the broker ended itself and nothing was wrong: \(error)")
        }
        crash(losingPower: losesPower(), closing: store.isRunning)
    }

    private func isExcused(since faults: Int) -> Bool {
        !store.isRunning || store.diskFaults > faults || hasFlipped
    }

    /// The digest in `broker.stopped` is that of the journal, folded again.
    private func requireDigest(_ broker: BrokerRun<Store>) {
        do {
            var fold = State()
            for leaf in model.leaves.dropLast() { fold.apply(try Event(leaf: leaf)) }
            guard
                case .brokerStopped(let recorded)? = try model.leaves.last.map({
                    try Event(leaf: $0).body
                })
            else { return complain("a clean stop is not the last event") }
            if recorded.bytes != SHA256.hash(fold.canonicalBytes()).bytes {
                complain("the digest of the stop is not that of the journal, folded again")
            }
        } catch {
            complain("the journal cannot be folded: \(error)")
        }
    }
}

/// Salts from the simulation's chance; a loop wants a function that threads may share.
// SAFETY: a simulation has one thread, and the loop that draws lives and dies on it.
private final class RandomSource: @unchecked Sendable {
    private let chance: Chance

    init(_ chance: Chance) {
        self.chance = chance
    }

    func draw(_ count: Int) -> [UInt8] { chance.bytes(count) }
}
