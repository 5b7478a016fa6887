// `baton up --detach`: start the supervisor in the background, and return when every agent is
// connected; or say which is not, with the end of its log.
import BatonClient
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON
import ZeroMQ

/// Starts `up` as a process of its own.
enum Detaching {
    static func start(
        _ invocation: Invocation, _ home: Home, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        if let record = ProcessRecord.read(home), record.supervisor.isAlive {
            throw UpActions.failure(
                .homeIsHeld(by: record.supervisor.process?.processID), home)
        }
        _ = try UpActions.settings(of: home)
        // The mistakes in cards belong on this terminal, not in a log.
        let folder = try CardFolder.choose(option: invocation.option("agents"), home: home)
        let agents = try UpActions.plannedAgents(folder, home, console)
        var arguments = ["up", "--home", home.path]
        if let named = invocation.option("agents") {
            arguments += [
                "--agents", try done { () throws(SystemError) in try Files.absolutePath(named) },
            ]
        }
        if let command = invocation.option("on-escalation") {
            arguments += ["--on-escalation", command]
        }
        let log = home.log(of: "supervisor")
        let child = try done(.failed) { () throws(SystemError) in
            try ChildProcess.spawn(
                LaunchPlan(
                    executable: try Host.executablePath(), arguments: arguments, group: .session,
                    input: .null, output: .append(path: log), errorOutput: .append(path: log)))
        }
        console.note(
            "starting the broker and \(agents.count) agents from \(folder.path) (\(folder.origin))")
        let limit = invocation.milliseconds("timeout") ?? 30_000
        let missing = try waitForAgents(
            child, home, agents.map(\.id), until: MonotonicClock.nowMicroseconds() + limit * 1000)
        guard missing.isEmpty else { throw failure(missing, home) }
        console.result([
            "home": .string(home.path), "pid": .integer(Int64(child.processID)),
            "agents": .array(agents.map { .string($0.id) }), "state": "running",
        ]) {
            "\(agents.count) agents are connected; `baton status` shows them, `baton down`"
                + " ends it all."
        }
        return .done
    }

    /// The agents that are not connected when the time is up; none when all are.
    private static func waitForAgents(
        _ child: ChildProcess, _ home: Home, _ agents: [String], until deadline: Int64
    ) throws(CommandFailure) -> [String] {
        var missing = agents
        while true {
            if let exit = child.pollExit() { throw endedEarly(exit, home) }
            missing = notConnected(home, agents) ?? missing
            if missing.isEmpty || MonotonicClock.nowMicroseconds() >= deadline { return missing }
            Pause.milliseconds(50)
        }
    }

    /// Nil while the broker does not answer.
    private static func notConnected(_ home: Home, _ agents: [String]) -> [String]? {
        // Every failure here means the same: not yet.
        guard let endpoint = try? home.endpoint(),
            let client = try? Client(endpoint: endpoint, name: "baton up"),
            let rows = try? client.list(.agents, limit: 1000).json().arrayValue
        else { return nil }
        defer { client.close() }
        let connected = rows.filter { ($0["connected"]?.integerValue ?? 0) > 0 }
            .compactMap { $0["agent"]?.stringValue }
        return agents.filter { !connected.contains($0) }
    }

    private static func endedEarly(_ exit: ChildProcess.Exit, _ home: Home) -> CommandFailure {
        let lines = LogTail.lines(of: home.log(of: "supervisor"), count: 6)
        var status = ExitStatus.failed
        if case .code(let code) = exit { status = ExitStatus(rawValue: code) ?? .failed }
        if status == .tryAgain, let held = ProcessRecord.read(home), held.supervisor.isAlive {
            // Another one was faster.
            return UpActions.failure(.homeIsHeld(by: held.supervisor.process?.processID), home)
        }
        return CommandFailure(
            status == .done ? .failed : status, code: "up_ended",
            "the supervisor ended at once (\(exit)); its log ends:\n  "
                + lines.joined(separator: "\n  "),
            next: ["baton status", "baton doctor"])
    }

    private static func failure(_ missing: [String], _ home: Home) -> CommandFailure {
        let problems = missing.map { agent in
            let lines = LogTail.lines(of: home.log(of: agent), count: 5)
            let log =
                lines.isEmpty
                ? "its log is empty"
                : "its log ends:\n    "
                    + lines.joined(separator: "\n    ")
            return CommandFailure.Problem(agent, "is not connected; \(log)")
        }
        return CommandFailure(
            .unreachable, code: "not_connected",
            missing.count == 1
                ? "an agent did not connect; everything else runs"
                : "\(missing.count) agents did not connect; everything else runs",
            problems: problems,
            next: missing.map { "baton agent logs \($0)" } + ["baton status", "baton down"])
    }
}

/// Waiting without anything to wait for.
enum Pause {
    static func milliseconds(_ milliseconds: Int) {
        var poller = Poller()
        // Cut short by a signal, which is as good.
        _ = try? poller.poll(timeoutMilliseconds: milliseconds)
    }
}
