// A process known from a file: its number alone would not do, numbers are given again.
import CLinux
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
    /// somebody else. Calls `pidfd_send_signal`.
    ///
    /// With `group`, the processes of the group that it leads get the signal too.
    @discardableResult
    package func signal(_ signal: Signal, group: Bool = false) -> Bool {
        // Opened before the look: a process that had started before and is there after has had
        // the number in between, so it is the one that was opened, whatever happens to the number.
        let opened = pidfd_open(processID, 0)
        let descriptor = opened >= 0 ? Descriptor(owning: opened) : nil
        guard let facts = ProcessFacts.read(processID), facts.startTicks == startTicks,
            !facts.hasEnded
        else { return false }
        if group, facts.groupID == processID {
            // There is no such descriptor for a group; its number is taken while it has a member.
            return Glibc.kill(-processID, signal.rawValue) == 0
        }
        if let descriptor = consume descriptor {
            return pidfd_send_signal(descriptor.rawValue, signal.rawValue, nil, 0) == 0
        }
        // A kernel without such descriptors: between look and signal the number could in theory be
        // given again, which takes a whole round of all numbers.
        return Glibc.kill(processID, signal.rawValue) == 0
    }
}
