// A real home with a real SQLite journal, on a disk that fails. Keys, id, snapshots and the look-up
// view are plain files: they are written in the ways that files survive.

import BatonBroker
import BatonCore
import BatonJournal
import BatonJournalSQLite
import BatonWire
import Crypto
import SQLite
import SimulatedDisk

final class DiskStore: SimulatedStore {
    private let home: BrokerHome
    private let disk: FaultDisk
    private let chance: Chance
    private let bug: PlantedBug?
    private var follower: IndexHandle?
    private var reader: LingeringReader?

    /// One reading transaction that stays open.
    private final class LingeringReader {
        private let database: Database

        init(path: String) throws {
            database = try Database(path, access: .readWrite)
            try database.keepLogOnClose()
            try database.execute("BEGIN; SELECT count(*) FROM events;")
        }
    }

    /// A class can hold what cannot be copied.
    private final class IndexHandle {
        let index: RecordIndex

        init(path: String, origin: String, head: UInt64) throws {
            index = try RecordIndex(path: path, origin: origin, head: head)
        }
    }

    init(folder: String, chance: Chance, bug: PlantedBug?) {
        home = BrokerHome(path: folder)
        disk = FaultDisk(folder: JournalFiles.folder(in: folder)) { chance.bits() }
        self.chance = chance
        self.bug = bug
        if bug == .repliesWithoutSync { disk.faults.ignoresSyncs = true }
    }

    deinit { disk.detach() }

    func open(limits: Limits) throws -> Found<SQLiteJournal> {
        let ignores = disk.faults.ignoresSyncs
        if bug == .trustsThePageCache { disk.faults.ignoresSyncs = true }
        defer { disk.faults.ignoresSyncs = ignores }
        let recovery = try Recovery(home: home, limits: limits)
        follower = try IndexHandle(
            path: home.index, origin: recovery.keys.origin, head: recovery.records.head)
        try catchUp(recovery.records)
        return Found(keys: recovery.keys, records: recovery.records, core: recovery.core)
    }

    /// What the view lacks after a crash, as the follower's thread would read it.
    private func catchUp(_ records: JournalRecords<SQLiteJournal>) throws {
        guard let index = follower else { return }
        let cursor = try index.index.cursor()
        guard cursor < records.head else { return }
        let leaves = try records.leaves(from: cursor, eventsMax: .max, bytesMax: .max)
        try index.index.add(leaves.map { try Event(leaf: $0) }, mark: nil)
    }

    func saveState(_ state: State, root: Crypto.Digest) {
        // Without a snapshot the next start is slower, nothing else.
        try? SnapshotStore(folder: home.snapshots).write(state, root: root)
    }

    func follow(_ events: [Event], root: Crypto.Digest) {
        linger()
        guard let last = events.last, let follower else { return }
        // A view that stands still is slower to read, nothing else.
        guard let cursor = try? follower.index.cursor(), cursor >= events[0].seq else { return }
        try? follower.index.add(events, mark: JournalMark(count: last.seq + 1, root: root))
    }

    var isRunning: Bool { !disk.isStopped }

    func stop() {
        disk.stop()
        follower = nil
        reader = nil
    }

    /// A second handle that holds on to what it once saw, so that checkpoints end half way.
    private func linger() {
        if reader != nil {
            if chance.happens(percent: 10) { reader = nil }
        } else if chance.happens(percent: 3) {
            // Without it a checkpoint is whole, nothing else.
            reader = try? LingeringReader(path: JournalFiles.database(in: home.path))
        }
    }

    func restart(losingPower: Bool) {
        disk.restart(
            losingPower ? (chance.happens(percent: 30) ? .nothing : .someSectors) : .everything)
        if bug == .repliesWithoutSync { disk.faults.ignoresSyncs = true }
    }

    func plan(_ fault: StoreFault) -> Bool {
        switch fault {
        case .stop(let changes): disk.faults.changesUntilStop = changes
        case .full: disk.faults.isFull = true
        case .shortWrite: disk.faults.isNextWriteShort = true
        case .failedSync(let dropsPages):
            disk.faults.nextSync = dropsPages ? .dropsPages : .keepsPages
            disk.faults.syncsBeforeFault = chance.below(5)
        case .flippedBit(let reads): disk.faults.readsUntilFlip = reads
        }
        return true
    }

    func heal() {
        let ignores = disk.faults.ignoresSyncs
        disk.faults = DiskFaults()
        disk.faults.ignoresSyncs = ignores
    }

    var isDurable: Bool { disk.isDurable(JournalFiles.log(in: home.path)) }
    var diskFaults: Int { disk.counters.faults }
    var hasFlipped: Bool { disk.counters.flips > 0 }
}
