// The faults stop. Everything that was begun must end within hours: answers are given, what died is
// sent round again, and nothing may wait for ever.

import BatonBroker
import BatonCore
import BatonJournal
import Crypto
import JSON

extension Simulation where Store: ~Copyable {
    /// Simulated time within which all that was begun must have ended, in microseconds: a worker
    /// may have asked for ten minutes' wait, an attempt may last half an hour, and a task may have
    /// both eight times.
    private static var patience: Int64 { 8 * 3_600_000_000 }
    /// A guard against a simulation that does nothing for ever.
    private static var stepsMax: Int { 2_000_000 }

    func finish() {
        calmDown()
        let end = clock.elapsed + Self.patience
        let lastStep = counters.steps + Self.stepsMax
        var nextRound = clock.elapsed
        while !isOver, clock.elapsed < end, counters.steps < lastStep {
            if clock.elapsed >= nextRound {
                if hasEnded { break }
                tend()
                nextRound = clock.elapsed + 10_000_000
                schedule.add(.trouble, at: nextRound)
            }
            guard step() else { break }
        }
        guard !isOver else { return }
        requireAllEnded()
        stopBroker()
        guard !isOver else { return }
        requireWhole()
    }

    private func calmDown() {
        isCalm = true
        calmSince = clock.elapsed
        store.heal()
        // A task rightly waits for its `not_before`, for days if the calendar was ahead by them
        // when it was submitted.
        clock.catchUp()
        network.parted = []
        ending = nil
        if isPaused { carryOut(.wakeBroker) }
        if broker == nil { plan(.repair(.startBroker), in: .seconds(1)) }
        loseSecondInstances()
    }

    /// The second process of an agent never comes back: its leases must run out by themselves.
    private func loseSecondInstances() {
        var seen: Set<String> = []
        for case let agent as SimulatedAgent in peers
        where !seen.insert(agent.role).inserted {
            gone.insert(agent.number)
            if let connection = network.connection(of: agent.number) { network.close(connection) }
        }
    }

    private var hasEnded: Bool {
        broker != nil && model.unfinished.isEmpty && peers.allSatisfy { !isWaiting($0) }
    }

    private func isWaiting(_ peer: any SimulatedPeer) -> Bool {
        peer.isWaiting && !gone.contains(peer.number)
    }

    /// What an operator does in the evening.
    private func tend() {
        let person = people[0]
        for agent in model.pausedAgents { person.resume(agent) }
        for question in model.openEscalations where question.origin != "supervisor" {
            let option = question.options.first { $0 != "stop" && $0 != "cancel" } ?? "revise"
            person.answer(question.id, option)
        }
        for task in model.tasks(in: .dead).prefix(50) { person.redrive(task) }
        // Three leases' time after its process ended nobody holds anything any more.
        guard clock.elapsed - calmSince > 180_000_000 else { return }
        for number in gone.sorted() {
            for task in model.leases(of: peers[number].name) {
                complain("\(task) is still leased to \(peers[number].name), which is gone")
            }
        }
    }

    private func requireAllEnded() {
        for what in model.unfinished.prefix(20) { complain("in the end \(what)") }
        for peer in peers where isWaiting(peer) {
            complain("in the end \(peer.name) still waits: \(peer.waitingFor)")
        }
        guard let broker else { return complain("in the end there is no broker") }
        let state = broker.server.loop.core.state
        if model.unfinished.isEmpty, !state.tasks.isEmpty || !state.briefs.isEmpty {
            complain("in the end the core keeps \(state.tasks.count) tasks that are over")
        }
    }

    /// Every payload that a leaf names is there and is what the leaf says; the root is that of the
    /// leaves, by the definition of RFC 6962 and not by the journal's way.
    private func requireWhole() {
        do {
            let found = try open(limits)
            defer { store.stop() }
            let leaves = try found.records.leaves(from: 0, eventsMax: .max, bytesMax: .max)
            if leaves != model.leaves { complain("the journal is not what was committed") }
            if Self.root(leaves[...]).bytes != found.records.root.bytes {
                complain("the journal's root is not that of its leaves")
            }
            for (seq, leaf) in leaves.enumerated() {
                try requirePayloads(of: leaf, seq, found.records)
            }
        } catch {
            complain("the journal cannot be read in the end: \(error)")
        }
    }

    func requirePayloads(
        of leaf: [UInt8], _ seq: Int, _ records: JournalRecords<Store>
    ) throws {
        let parts = try JSONValue(parsing: leaf).value(at: "/data/parts")?.arrayValue ?? []
        for part in parts { try requirePayload(part, of: UInt64(seq), records) }
    }

    private func requirePayload(
        _ part: JSONValue, of seq: UInt64, _ records: JournalRecords<Store>
    ) throws {
        let name = part["name"]?.stringValue ?? ""
        guard let payload = try records.payload(of: seq, part: name) else {
            return complain("event \(seq) names \(name), which is not there")
        }
        let digest = Hex.encode(SHA256.hash(payload.salt + payload.body).bytes)
        if digest != part["digest"]?.stringValue {
            complain("\(name) of event \(seq) is not what its leaf says")
        }
    }

    /// MTH of RFC 6962, section 2.1.
    private static func root(_ leaves: ArraySlice<[UInt8]>) -> Crypto.Digest {
        guard leaves.count > 1 else {
            return SHA256.hash(leaves.first.map { [0] + $0 } ?? [])
        }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return SHA256.hash([1] + root(leaves[..<middle]).bytes + root(leaves[middle...]).bytes)
    }
}
