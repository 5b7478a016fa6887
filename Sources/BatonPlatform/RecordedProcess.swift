// A process known from a file: its number alone would not do, numbers are given again.
import Glibc

/// The lasting identity of a process on this host: number and start time.
package struct RecordedProcess: Hashable, Sendable {
    package let processID: Int32
    /// In clock ticks since boot, as in `ProcessFacts`.
    package let startTicks: UInt64

    package init(processID: Int32, startTicks: UInt64) {
        self.processID = processID
        self.startTicks = startTicks
    }

    /// The process of this number as it runs now; nil when there is none.
    package init?(running processID: Int32) {
        guard let facts = ProcessFacts.read(processID) else { return nil }
        self.init(processID: processID, startTicks: facts.startTicks)
    }

    /// Whether it is still the same process, and has not ended.
    package var isRunning: Bool { ProcessFacts.isRunning(processID, startTicks: startTicks) }

    /// Sends a signal if it is still the same process; false when it is gone or belongs to
    /// somebody else.
    ///
    /// With `group`, the processes of the group that it leads get the signal too.
    @discardableResult
    package func signal(_ signal: Signal, group: Bool = false) -> Bool {
        // Between the look and the signal the number could in theory be given again; the kernel
        // hands numbers out in turn, so that takes a whole round of them in microseconds.
        guard isRunning else { return false }
        if group, ProcessFacts.read(processID)?.groupID == processID {
            return Glibc.kill(-processID, signal.rawValue) == 0
        }
        return Glibc.kill(processID, signal.rawValue) == 0
    }
}
