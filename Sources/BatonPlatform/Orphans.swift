// Processes whose parents have ended. By default the first process of the system gets them, out of
// reach; a process that adopts them keeps whatever its children start, daemons too.
import CLinux
import Glibc
import Synchronization

/// What this process adopted. Calls `prctl(PR_SET_CHILD_SUBREAPER)`.
package enum Orphans {
    /// From now on, orphaned descendants become children of this process, which has to reap them.
    package static func adopt() throws(SystemError) {
        guard baton_adopt_orphans() == 0 else {
            throw SystemError(code: errno, call: "adopt orphaned processes")
        }
        hasAdopted.store(true, ordering: .relaxed)
    }

    /// The adopted processes that have not ended. None when that cannot be told at this moment:
    /// to be asked again.
    package static func adopted() -> [ProcessFacts] {
        ChildRegistry.strangers(among: children().filter { !$0.hasEnded })
    }

    /// Reaps the adopted processes that have ended.
    package static func reap() { ChildRegistry.reapStrangers(among: children().filter(\.hasEnded)) }

    /// Kills the adopted processes, and what they leave behind in turn. What has been killed.
    /// - Parameter isChosen: leaves alone those for which it is false.
    package static func kill(where isChosen: (ProcessFacts) -> Bool = { _ in true })
        -> [ProcessFacts]
    {
        var killed: [ProcessFacts] = []
        // Each round may bring the children of those that the last one killed.
        for _ in 0..<roundsMax {
            let found = adopted().filter { facts in
                isChosen(facts) && !killed.contains { $0.isSame(as: facts) }
            }
            if found.isEmpty { break }
            for facts in found { facts.recorded.signal(.kill) }
            killed += found
            reap()
        }
        reap()
        return killed
    }

    /// Kills all adopted processes if no child is left that they might belong to, and reaps those
    /// that have ended. Without `adopt` there are none.
    package static func endUnclaimed() {
        guard hasAdopted.load(ordering: .relaxed) else { return }
        if ChildRegistry.isEmpty { _ = kill() } else { reap() }
    }

    /// Whether anything can have been left behind: an adopter without a child has nothing to look
    /// for. Calls `waitid`, which costs nothing beside a look at all processes.
    package static var mayExist: Bool {
        !hasAdopted.load(ordering: .relaxed) || baton_has_children() != 0
    }

    /// Children that somebody else has started in this process are nobody's orphans.
    private static let hasAdopted = Atomic(false)

    /// A process that starts others faster than they are killed is left for the next time.
    static let roundsMax = 64

    private static func children() -> [ProcessFacts] {
        let own = getpid()
        return ProcessTable.all().filter { $0.parentID == own }
    }
}
