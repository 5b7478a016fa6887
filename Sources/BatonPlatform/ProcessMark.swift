// A variable in the environment by which the processes of one origin can be found again, whoever
// their parents are by now. It lasts over fork, exec and setsid; a program can shed it only by
// starting another without its environment.

/// A variable and the values that count.
package struct ProcessMark: Sendable {
    private let prefix: String
    private let isOurs: @Sendable (Substring) -> Bool

    /// - Parameter isOurs: looks at the variable's value.
    package init(_ variable: String, _ isOurs: @escaping @Sendable (Substring) -> Bool) {
        prefix = variable + "="
        self.isOurs = isOurs
    }

    /// Whether a process was started with it.
    package func isBorne(by processID: Int32) -> Bool {
        ProcessTable.environment(of: processID).contains { entry in
            entry.hasPrefix(prefix) && isOurs(entry.dropFirst(prefix.utf8.count))
        }
    }

    /// Every process that bears it and has not ended, but for this one.
    package func bearers() -> [ProcessFacts] {
        let own = Host.processID
        return ProcessTable.all().filter { facts in
            facts.processID != own && !facts.hasEnded && isBorne(by: facts.processID)
        }
    }

    /// Kills every process that bears it, and what those start meanwhile. What has been killed.
    /// - Parameter isChosen: leaves alone those for which it is false.
    package func kill(where isChosen: (ProcessFacts) -> Bool = { _ in true }) -> [ProcessFacts] {
        var killed: [ProcessFacts] = []
        for _ in 0..<Orphans.roundsMax {
            let found = bearers().filter { facts in
                isChosen(facts) && !killed.contains { $0.isSame(as: facts) }
            }
            if found.isEmpty { break }
            for facts in found { facts.recorded.signal(.kill) }
            killed += found
        }
        return killed
    }
}
