// A journal in memory that outlives the broker's process, and loses what a process that is killed
// between append and commit loses: the batch, whole.

import BatonBroker
import BatonCore
import BatonJournal
import BatonWire
import Crypto

final class MemoryStore: SimulatedStore {
    /// What is kept between two processes.
    final class Shelf {
        var journal = InMemoryJournal()
        /// Appends until the process stops in the middle of one; nil: none does.
        var appendsUntilStop: Int?
        var isStopped = false
        var faults = 0
    }

    private let shelf = Shelf()
    private let keys: JournalKeys
    private let chance: Chance
    private let bug: PlantedBug?

    init(keys: JournalKeys, chance: Chance, bug: PlantedBug?) {
        self.keys = keys
        self.chance = chance
        self.bug = bug
    }

    func open(limits: Limits) throws -> Found<ShelvedJournal> {
        let journal = ShelvedJournal(shelf: shelf, chance: chance, bug: bug)
        var core = Broker(limits: limits)
        for leaf in try journal.read(from: 0, eventsMax: .max, bytesMax: .max) {
            core.replay(try Event(leaf: leaf))
        }
        return Found(keys: keys, records: JournalRecords(journal: journal), core: core)
    }

    func saveState(_ state: State, root: Crypto.Digest) {}
    func follow(_ events: [Event], root: Crypto.Digest) {}
    var isRunning: Bool { !shelf.isStopped }
    func stop() { shelf.isStopped = true }

    func restart(losingPower: Bool) {
        shelf.isStopped = false
        shelf.appendsUntilStop = nil
    }

    func plan(_ fault: StoreFault) -> Bool {
        guard case .stop(let changes) = fault else { return false }
        shelf.appendsUntilStop = changes / 8
        return true
    }

    func heal() { shelf.appendsUntilStop = nil }
    var isDurable: Bool { true }
    var diskFaults: Int { shelf.faults }
    var hasFlipped: Bool { false }
}

/// A handle of one process on the shelf's journal.
struct ShelvedJournal: Journal {
    let shelf: MemoryStore.Shelf
    let chance: Chance
    let bug: PlantedBug?

    var head: UInt64 { shelf.journal.head }
    var root: Crypto.Digest { shelf.journal.root }

    mutating func append(_ batch: JournalBatch, at seq: UInt64) -> AppendOutcome {
        guard !shelf.isStopped else { return .unknown(reason: "the process has stopped") }
        var batch = batch
        if let left = shelf.appendsUntilStop {
            guard left > 0 else { return stop(in: batch, at: seq) }
            shelf.appendsUntilStop = left - 1
        }
        plant(in: &batch)
        return shelf.journal.append(batch, at: seq)
    }

    /// Stops with the batch stored or not; nobody is told which.
    private func stop(in batch: JournalBatch, at seq: UInt64) -> AppendOutcome {
        shelf.isStopped = true
        shelf.faults += 1
        if chance.happens(percent: 50) {
            _ = shelf.journal.append(batch, at: seq)
        }
        return .unknown(reason: "the process was killed while it appended")
    }

    private func plant(in batch: inout JournalBatch) {
        switch bug {
        case .losesPayloads where chance.happens(percent: 5):
            batch.payloads = []
        case .flipsStoredBits where chance.happens(percent: 2):
            // In a digit of the time: the leaf can still be read.
            let last = batch.leaves.count - 1
            if let place = batch.leaves[last].lastIndex(of: UInt8(ascii: "Z")), place > 1 {
                batch.leaves[last][place - 1] ^= 1
            }
        default: break
        }
    }

    func read(
        from seq: UInt64, eventsMax: Int, bytesMax: Int
    ) throws(JournalError) -> [[UInt8]] {
        try shelf.journal.read(from: seq, eventsMax: eventsMax, bytesMax: bytesMax)
    }

    func payloads(of seq: UInt64) throws(JournalError) -> [Payload] {
        try shelf.journal.payloads(of: seq)
    }

    func payload(of seq: UInt64, part: String) throws(JournalError) -> Payload? {
        try shelf.journal.payload(of: seq, part: part)
    }

    mutating func scrub() throws(JournalError) -> Bool { true }
    mutating func maintain(isIdle: Bool) {}
}
