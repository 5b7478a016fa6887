// libzmq shows a message when it is whole, and bounds neither the number of its frames nor what an
// unfinished one occupies: a peer that never ends a message fills the memory unseen. What can be
// seen is the process's own size, so that is watched: four times a second while anybody is
// connected, more often while it grows, and never otherwise.

package import BatonCore
import BatonPlatform

package struct MemoryWatch {
    /// What may be resident beyond the expected: messages on their way in and out.
    static let receiveMemoryMax: Int64 = 256 << 20

    /// A period bounds how much a fast peer sends unseen to a few hundred megabytes; growth of this
    /// much in one period is looked at again ten times as soon.
    private static let steepGrowth: Int64 = 4 << 20
    private static let period: Duration = .milliseconds(250)
    private static let steepPeriod: Duration = .milliseconds(25)

    /// Generous for what a record at work and its indexes occupy; measured, a task takes a third of
    /// it.
    private static let bytesPerRecord: Int64 = 2 << 10
    /// Generous for what stays for ever: a row of at most 80 bytes in a table that is a third full
    /// after it has grown. There may be millions, so that more would hide what peers occupy.
    private static let bytesPerTrace: Int64 = 256

    /// The size that is not records: program, libraries, caches.
    private let base: Int64
    /// The smallest such size since everything was closed for the last time: what the allocator
    /// keeps. nil before.
    private var kept: Int64?
    private var lastSize: Int64
    private(set) var nextLook: Instant

    init(resident: Int64, state: State, now: Instant) {
        // Freed memory of a replay stays with the process; the records of then are in `resident`.
        base = resident - Self.expected(state)
        lastSize = resident
        nextLook = now + Self.period
    }

    /// True when the process is larger than its state explains.
    /// - Parameter copies: how many of the state there are; 2 while one is being saved.
    mutating func isOver(resident: Int64, state: State, copies: Int64, now: Instant) -> Bool {
        let isSteep = resident - lastSize > Self.steepGrowth
        lastSize = resident
        nextLook = now + (isSteep ? Self.steepPeriod : Self.period)
        let other = resident - copies * Self.expected(state)
        kept = kept.map { min($0, other) }
        return other > max(base, kept ?? base) + Self.receiveMemoryMax
    }

    /// After everything was closed: what the allocator keeps is used again and is no reason to
    /// close everything once more. libzmq gives memory back in its own time, so what is kept is
    /// the least that is seen from now on; else every such end would raise the bound of the next.
    mutating func settle(resident: Int64, state: State) {
        kept = resident - Self.expected(state)
        lastSize = resident
    }

    /// Whether, after everything was closed, most of it has been given back.
    func isFreed(resident: Int64, state: State) -> Bool {
        resident - Self.expected(state) <= base + Self.receiveMemoryMax / 8
    }

    static func residentBytes() -> Int64 {
        // Without /proc there is nothing to watch by, and leases, limits and disk stay as they are.
        ProcessFacts.read(Host.processID)?.residentBytes ?? 0
    }

    /// What the state explains.
    package static func expected(_ state: State) -> Int64 {
        let records =
            state.tasks.count + state.briefs.count + state.escalations.count + state.agents.count
        let traces =
            state.finishedTasks.count + state.finishedBriefs.count + state.keys.count
            + state.documents.count
        return Int64(records) * bytesPerRecord + Int64(traces) * bytesPerTrace
    }
}
