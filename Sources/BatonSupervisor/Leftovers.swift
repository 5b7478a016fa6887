// What a supervisor that was killed has left running, and its end: for the next `up` and for
// `down`. Found by recorded number and start time, by mark, and by cgroup.
package import BatonPlatform
import ZeroMQ

/// The processes of a home without a supervisor.
package struct Leftovers {
    /// One of them.
    package struct Process: Sendable, Hashable {
        /// `broker`, an agent's id, or the program's own name.
        package let name: String
        package let process: RecordedProcess

        package var description: String { "\(name) (process \(process.processID))" }
    }

    private let home: Home
    private let record: ProcessRecord?
    private let limits: Supervision.Limits

    /// - Parameter record: what the last supervisor wrote; nil when nothing can be read.
    package init(_ home: Home, _ record: ProcessRecord?, limits: Supervision.Limits) {
        self.home = home
        self.record = record
        self.limits = limits
    }

    /// All that runs: those on record first, the broker among them.
    package func find() -> [Process] {
        let entries = [record?.broker].compactMap(\.self) + (record?.agents ?? [])
        var found = entries.compactMap { entry -> Process? in
            guard entry.isAlive, let process = entry.process else { return nil }
            return Process(name: entry.name, process: process)
        }
        let members = group?.members().compactMap { ProcessFacts.read($0) } ?? []
        let adopted = (record?.adopted ?? []).filter(\.isRunning).compactMap {
            ProcessFacts.read($0.processID)
        }
        let strays = Containment.marks(of: home).bearers() + members + adopted
        for facts in strays where facts.processID != Host.processID && !facts.hasEnded {
            guard !found.contains(where: { $0.process == facts.recorded }),
                facts.recorded != record?.supervisor.process
            else { continue }
            found.append(Process(name: facts.name, process: facts.recorded))
        }
        return found
    }

    private var group: ControlGroup? {
        record.flatMap { Containment.recordedGroup($0.containment, of: home) }
    }

    /// Ends all of it: agents and strays first, then the broker, each asked before it is killed.
    /// - Parameter tell: hears of each that is asked.
    /// - Returns: what was there, and what of it had to be killed.
    package func end(_ tell: (Process) -> Void) -> (found: [Process], killed: [Process]) {
        let found = find()
        let broker = found.filter { $0.process == record?.broker.process }
        let others = found.filter { $0.process != record?.broker.process }
        var killed: [Process] = []
        for (processes, grace) in [(others, limits.agentDrain), (broker, limits.brokerDrain)] {
            for one in processes {
                tell(one)
                one.process.signal(.terminate)
                // A stopped process hears of it when it goes on.
                one.process.signal(.resume)
            }
            wait(atMost: grace) { processes.allSatisfy { !$0.process.isRunning } }
            let stubborn = processes.filter(\.process.isRunning)
            for one in stubborn { one.process.signal(.kill, group: true) }
            killed += stubborn
        }
        // What they started meanwhile, or took out of their groups.
        var rest = find().filter { !killed.contains($0) }
        if let group {
            _ = Containment.kill(group)
            group.remove()
        }
        for facts in Containment.marks(of: home).kill()
        where !killed.contains(where: { $0.process == facts.recorded })
            && !rest.contains(where: { $0.process == facts.recorded })
        {
            rest.append(Process(name: facts.name, process: facts.recorded))
        }
        for one in rest { one.process.signal(.kill) }
        // A killed process is gone when the kernel says so, not when it was told.
        wait(atMost: .seconds(2)) { (found + rest).allSatisfy { !$0.process.isRunning } }
        group?.remove()
        return (found, killed + rest)
    }

    private func wait(atMost limit: Duration, _ isOver: () -> Bool) {
        let deadline = MonotonicClock.nowMicroseconds() + Int64(limit / .microseconds(1))
        while !isOver(), MonotonicClock.nowMicroseconds() < deadline {
            var poller = Poller()
            // Cut short by a signal, which is as good.
            _ = try? poller.poll(timeoutMilliseconds: 20)
        }
    }
}
