// `baton agent restart NAME`: tells the supervisor to start an agent's processes anew, and waits
// until they run. It ends a quarantine: what happened before is forgotten.
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON
import PlainText

/// What `agent restart` does.
enum AgentRestart {
    static func run(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let home = try Broker.home(invocation)
        guard let record = ProcessRecord.read(home), record.supervisor.isAlive else {
            throw CommandFailure(
                .unreachable, code: "not_supervised",
                "no supervisor runs in \(home.path), so there is nothing to restart",
                next: [Broker.upLine(home)])
        }
        let agent = try agent(invocation.argument("NAME"), record)
        let before = record.agents.filter { $0.name == agent }
        do throws(SystemError) {
            try ControlPipe.send(.restart(agent: agent), to: home)
        } catch {
            throw CommandFailure(
                .unreachable, code: "not_supervised", "the supervisor does not listen: \(error)",
                next: [Broker.line("doctor", home)])
        }
        let limit = (invocation.milliseconds("timeout") ?? 30_000) * 1000
        let deadline = MonotonicClock.nowMicroseconds() + limit
        while MonotonicClock.nowMicroseconds() < deadline {
            if let numbers = started(agent, since: before, home) {
                console.result([
                    "agent": .string(agent), "pids": .array(numbers.map { .integer($0) }),
                ]) {
                    "\(agent) was started again, process "
                        + numbers.map(String.init).joined(separator: ", ")
                }
                return .done
            }
            if let end = endedAgain(agent, since: before, home) {
                throw CommandFailure(
                    .failed, code: "ended_again",
                    "\(agent) was started and has ended again: \(end)",
                    next: ["baton agent logs \(agent)"])
            }
            Pause.milliseconds(20)
        }
        throw CommandFailure(
            .tryAgain, code: "not_restarted",
            "\(agent) was not started again within \(limit / 1_000_000) s",
            next: ["baton agent logs \(agent)", "baton agent logs supervisor", "baton status"])
    }

    /// Short names do where they are unique.
    private static func agent(
        _ word: String, _ record: ProcessRecord
    ) throws(CommandFailure) -> String {
        let names = Array(Set(record.agents.map(\.name))).sorted()
        if names.contains(word) { return word }
        let fitting = names.filter { $0.hasSuffix("." + word) }
        if fitting.count == 1 { return fitting[0] }
        let near = Spelling.nearest(to: word, among: names)
        throw CommandFailure(
            .badInput, code: "unknown_agent",
            "no agent `\(word)` is supervised here; there are \(names.joined(separator: ", "))",
            next: near.map { ["baton agent restart \($0)"] } ?? ["baton agent list"])
    }

    /// The numbers of the new processes, once every instance has one.
    private static func started(
        _ agent: String, since before: [ProcessRecord.Entry], _ home: Home
    ) -> [Int64]? {
        guard let record = ProcessRecord.read(home) else { return nil }
        let entries = record.agents.filter { $0.name == agent }
        let old = before.compactMap(\.process)
        let new = entries.filter { entry in
            entry.isAlive && entry.process.map { !old.contains($0) } ?? false
        }
        guard new.count == entries.count else { return nil }
        return new.compactMap { $0.process.map { Int64($0.processID) } }
    }

    /// How a process ended that was started since, if none runs now.
    private static func endedAgain(
        _ agent: String, since before: [ProcessRecord.Entry], _ home: Home
    ) -> String? {
        let entries = (ProcessRecord.read(home)?.agents ?? []).filter { $0.name == agent }
        let ended = entries.first { entry in
            let old = before.first { $0.instance == entry.instance }
            return !entry.isAlive && entry.restarts > (old?.restarts ?? 0)
        }
        return ended.map { $0.lastEnd ?? "how is not known" }
    }
}
