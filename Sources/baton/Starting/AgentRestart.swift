// `baton agent restart NAME`: tells the supervisor to start an agent's processes anew, and waits
// until they run and stay up for a moment. It ends a quarantine: what happened before is forgotten.
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
        var watch = RestartWatch(agent: agent, before: before)
        // What has come in time is given the moment it needs to show whether it stays.
        while watch.isSettling || MonotonicClock.nowMicroseconds() < deadline {
            switch watch.look(home, now: MonotonicClock.nowMicroseconds()) {
            case .running(let numbers):
                console.result([
                    "agent": .string(agent), "pids": .array(numbers.map { .integer($0) }),
                ]) {
                    "\(agent) was started again, process "
                        + numbers.map(String.init).joined(separator: ", ")
                }
                return .done
            case .ended(let end):
                throw CommandFailure(
                    .failed, code: "ended_again",
                    "\(agent) was started and has ended again: \(end)",
                    next: ["baton agent logs \(agent)"])
            case nil: Pause.milliseconds(20)
            }
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
}
