// Which children this process has started and not yet reaped. The kernel may give it others:
// orphans that it adopted. `waitpid` cannot tell the two apart, and whoever reaps what somebody
// else waits for takes an exit status away.
import CLinux
import Glibc
import Synchronization

/// The children that were started here. For the whole process, as `waitpid` is.
enum ChildRegistry {
    private struct State {
        /// Started, but their numbers are not known here yet.
        var startingCount = 0
        var running: Set<Int32> = []
    }

    private static let state = Mutex(State())

    /// Starts a child and keeps its number; the body returns it, or -1.
    static func starting(_ body: () -> Int32) -> Int32 {
        state.withLock { $0.startingCount += 1 }
        let processID = body()
        state.withLock { state in
            state.startingCount -= 1
            if processID > 0 { state.running.insert(processID) }
        }
        return processID
    }

    /// Reaps a child that has ended; its status, or nil when it has not.
    static func reap(_ processID: Int32) -> Int32? {
        state.withLock { state in
            var status: Int32 = 0
            // Does not wait, so the lock is held for a moment only: under it no number that has
            // become free can come back as a new child.
            let result = unsafe waitpid(processID, &status, WNOHANG)
            if result == 0 || (result < 0 && errno == EINTR) { return nil }
            precondition(result == processID, "process \(processID) was reaped by somebody else")
            state.running.remove(processID)
            return status
        }
    }

    /// Those of some children that were not started here. None while one is being started: its
    /// number is not known yet.
    static func strangers(among children: [ProcessFacts]) -> [ProcessFacts] {
        state.withLock { state in
            guard state.startingCount == 0 else { return [] }
            return children.filter { !state.running.contains($0.processID) }
        }
    }

    /// Reaps those of some children that were not started here and have ended.
    static func reapStrangers(among children: [ProcessFacts]) {
        state.withLock { state in
            guard state.startingCount == 0 else { return }
            for child in children where !state.running.contains(child.processID) {
                // Gone already is as good: nobody waits for a stranger's status.
                _ = waitpid(child.processID, nil, WNOHANG)
            }
        }
    }

    /// Whether any child that was started here has not been reaped.
    static var isEmpty: Bool {
        state.withLock { $0.startingCount == 0 && $0.running.isEmpty }
    }
}
