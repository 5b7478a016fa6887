// Where a simulated broker keeps its journal: a real SQLite journal on a disk that fails, or, for
// long runs in little time, the one in memory.

import BatonBroker
import BatonCore
import BatonJournal
import Crypto

/// What a start of the process found.
struct Found<Store: Journal & ~Copyable> {
    let keys: JournalKeys
    let records: JournalRecords<Store>
    let core: Broker
}

/// A place for a journal that outlives the broker's process. How it is opened depends on the kind
/// of journal, and stands beside it.
protocol SimulatedStore: AnyObject {
    /// Keeps a state that shortens the next start.
    func saveState(_ state: State, root: Crypto.Digest)
    /// The look-up view takes what was committed.
    /// - Parameter root: the journal's, up to the last of them.
    func follow(_ events: [Event], root: Crypto.Digest)
    /// The process has not been stopped in the middle of something.
    var isRunning: Bool { get }
    /// The process is gone: nothing that it still asks for happens.
    func stop()
    /// The next process will find this of what the last one wrote.
    func restart(losingPower: Bool)
    /// A fault to come; false when this store has no such part.
    func plan(_ fault: StoreFault) -> Bool
    /// All faults of the disk are over.
    func heal()
    /// Everything that was reported as committed would survive a loss of power now.
    var isDurable: Bool { get }
    /// Faults that showed themselves so far.
    var diskFaults: Int { get }
    /// What was read once was not what was written.
    var hasFlipped: Bool { get }
}

enum StoreFault {
    /// The process or machine stops after so many more changes.
    case stop(afterChanges: Int)
    case full
    case shortWrite
    case failedSync(dropsPages: Bool)
    case flippedBit(afterReads: Int)
}
