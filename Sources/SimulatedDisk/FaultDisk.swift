// A disk that fails on demand, between SQLite and real files: it knows what is written, what can be
// read, and what would survive a loss of power, which are three different things.

import BatonPlatform

/// What is to go wrong. Everything off is a disk as one wishes it.
package struct DiskFaults: Sendable {
    /// How a sync fails.
    package enum SyncFault: Sendable {
        /// It says so, and the pages stay dirty.
        case keepsPages
        /// It says so once, and from then on takes the pages for clean although they never reached
        /// the disk, as Linux does: they can be read until the power fails.
        case dropsPages
    }

    /// Writes, truncations and syncs that are still carried out; after them nothing is, whatever
    /// the caller is told. Nil: no end.
    package var changesUntilStop: Int?
    /// Writes fail for lack of space.
    package var isFull = false
    /// A sync fails, the next one or after so many more.
    package var nextSync: SyncFault?
    package var syncsBeforeFault = 0
    /// The next write stores only its first half, and fails.
    package var isNextWriteShort = false
    /// Reads until one returns a flipped bit; nil: none does.
    package var readsUntilFlip: Int?
    /// Syncs succeed and do nothing: a disk, or a program, that lies.
    package var ignoresSyncs = false

    package init() {}
}

/// The files below one folder, as SQLite sees them. Other files pass by untouched.
///
/// A disk is used by one thread. Between `stop` and `restart` all handles must be closed.
// SAFETY: one thread at a time, the one that drives the simulation; stated in the type's contract.
package final class FaultDisk: @unchecked Sendable {
    /// What has happened so far.
    package struct Counters: Hashable, Sendable {
        /// Faults that showed themselves, flips among them.
        package var faults = 0
        package var flips = 0
    }

    let folder: String
    package var faults = DiskFaults()
    package private(set) var counters = Counters()
    /// The process or the machine has stopped: nothing that is asked for happens any more.
    package private(set) var isStopped = false
    /// Draws the bit that flips.
    private let chance: () -> UInt64
    private var files: [String: StoredFile] = [:]

    /// A disk for all files below `folder`, until `detach`.
    package init(folder: String, chance: @escaping () -> UInt64) {
        self.folder = folder.hasSuffix("/") ? folder : folder + "/"
        self.chance = chance
        FaultVFS.attach(self)
    }

    /// SQLite's files below the folder are plain files from now on.
    package func detach() { FaultVFS.detach(self) }

    // MARK: Stopping

    /// Nothing that is asked for happens any more: the process was killed.
    package func stop() { isStopped = true }

    /// How much of what was not synced is there after a loss of power.
    package enum Survival: Sendable {
        /// Only the process was killed: all that was written can be read, and is not durable.
        case everything
        /// Each sector by chance, in any order.
        case someSectors
        case nothing
    }

    /// Brings the files into the state that a new process finds.
    package func restart(_ survival: Survival) {
        for path in files.keys.sorted() {
            guard var file = files[path] else { continue }
            file.hasLost = false
            if survival != .everything {
                file.losePower { survival == .someSectors && chance() & 1 == 0 }
                Self.replace(path, with: file.durable)
            }
            files[path] = file
        }
        isStopped = false
        faults = DiskFaults()
    }

    /// Whether all that was written to a file would survive a loss of power now.
    package func isDurable(_ path: String) -> Bool {
        files[path].map { $0.pending.isEmpty && !$0.hasLost } ?? true
    }

    // MARK: What SQLite asks for

    enum Verdict {
        case proceed
        /// Only so many bytes, and then an error.
        case short(Int)
        case full
        case failed
    }

    func opened(_ path: String) {
        guard files[path] == nil else { return }
        do {
            files[path] = StoredFile(durable: try Files.read(path, bytesMax: Self.fileBytesMax))
        } catch {
            preconditionFailure("a file of the disk cannot be read: \(error)")
        }
    }

    /// Far above what a simulation writes.
    private static let fileBytesMax = 1 << 30

    private static func replace(_ path: String, with bytes: [UInt8]) {
        do {
            try Files.writeAtomically(bytes, to: path, mode: 0o600)
        } catch {
            preconditionFailure("a file of the disk cannot be written: \(error)")
        }
    }

    func deleted(_ path: String) -> Bool {
        guard !isStopped else { return false }
        files[path] = nil
        return true
    }

    /// Whether a write may happen, and how much of it.
    func judgeWrite(_ count: Int) -> Verdict {
        guard passChange() else { return .failed }
        if faults.isFull {
            counters.faults += 1
            return .full
        }
        if faults.isNextWriteShort {
            faults.isNextWriteShort = false
            counters.faults += 1
            return .short(count / 2)
        }
        return .proceed
    }

    func wrote(_ bytes: [UInt8], at offset: Int, to path: String) {
        files[path]?.pending.append(.write(offset: offset, bytes))
    }

    func judgeTruncation() -> Bool { passChange() }

    func truncated(_ path: String, to size: Int) {
        files[path]?.pending.append(.truncate(size))
    }

    func sync(_ path: String) -> Bool {
        guard passChange() else { return false }
        if faults.ignoresSyncs { return true }
        if faults.nextSync != nil, faults.syncsBeforeFault > 0 {
            faults.syncsBeforeFault -= 1
        } else if let fault = faults.nextSync {
            faults.nextSync = nil
            counters.faults += 1
            if fault == .dropsPages {
                files[path]?.pending = []
                files[path]?.hasLost = true
            }
            return false
        }
        files[path]?.makeDurable()
        return true
    }

    /// The bit to flip in what was read, counted from its first byte; nil: none.
    func flippedBit(in count: Int) -> Int? {
        guard let left = faults.readsUntilFlip else { return nil }
        guard left == 0, count > 0 else {
            faults.readsUntilFlip = max(left - 1, 0)
            return nil
        }
        faults.readsUntilFlip = nil
        counters.faults += 1
        counters.flips += 1
        return Int(chance() % UInt64(count * 8))
    }

    private func passChange() -> Bool {
        guard !isStopped else { return false }
        guard let left = faults.changesUntilStop else { return true }
        guard left > 0 else {
            isStopped = true
            return false
        }
        faults.changesUntilStop = left - 1
        return true
    }
}

/// One file: what is durable, and what was done to it since.
private struct StoredFile {
    enum Change {
        case write(offset: Int, [UInt8])
        case truncate(Int)
    }

    /// A disk writes a sector whole or not at all.
    private static let sectorBytes = 512

    var durable: [UInt8]
    var pending: [Change] = []
    /// Pages that can be read were dropped by a sync that failed, since the process began.
    var hasLost = false

    mutating func makeDurable() {
        for change in pending {
            switch change {
            case .write(let offset, let bytes): put(bytes[...], at: offset)
            case .truncate(let size): resize(to: size)
            }
        }
        pending = []
    }

    /// Keeps of what was not synced only the sectors that `survives` picks.
    mutating func losePower(_ survives: () -> Bool) {
        for change in pending {
            switch change {
            case .write(let offset, let bytes):
                var place = 0
                while place < bytes.count {
                    let sectorEnd =
                        (offset + place) / Self.sectorBytes * Self.sectorBytes
                        + Self.sectorBytes
                    let end = min(bytes.count, sectorEnd - offset)
                    if survives() { put(bytes[place..<end], at: offset + place) }
                    place = end
                }
            case .truncate(let size): if survives() { resize(to: size) }
            }
        }
        pending = []
    }

    private mutating func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        if durable.count < offset + bytes.count { resize(to: offset + bytes.count) }
        durable.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    private mutating func resize(to size: Int) {
        if size < durable.count {
            durable.removeLast(durable.count - size)
        } else {
            durable += [UInt8](repeating: 0, count: size - durable.count)
        }
    }
}
