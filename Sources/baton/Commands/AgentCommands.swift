// `baton agent`: the agents of a home, their logs and their cards.
import BatonClient
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON
import PlainText

extension CommandLineTree {
    static let agentCommands = Command(
        group: "agent", "agents: registry, logs, cards",
        alsoCalled: ["worker", "workers"],
        subcommands: [
            Command(
                "list", "registered agents with process, leases and last heartbeat",
                examples: [Example("baton agent list", "who is there")], alsoCalled: ["ls", "ps"],
                action: AgentActions.list),
            Command(
                "logs", "what an agent's processes have said",
                arguments: [
                    Argument("NAME", "the agent; also `broker` or `supervisor`", kind: .agent)
                ],
                options: [
                    Option(flag: "follow", short: "f", "go on with what comes, until Ctrl-C"),
                    Option(
                        "last", short: "n", "N", "so many lines (100)",
                        kind: .integer(0...1_000_000)),
                ],
                examples: [
                    Example("baton agent logs quality -f", "follow it"),
                    Example("baton agent logs broker -n 20", "the broker's last words"),
                ],
                alsoCalled: ["log", "tail"], action: AgentActions.logs),
            Command(
                "restart", "start an agent's processes anew, at once",
                notes: [
                    "Its process is asked to end, killed if it does not, and started again; an "
                        + "agent that crash-loops is started now instead of in a while, and its "
                        + "history is forgotten. It returns when the new process has stayed up "
                        + "for a second."
                ],
                arguments: [Argument("NAME", "the agent", kind: .agent)],
                options: [
                    Option("timeout", "D", "wait at most so long (30s)", kind: .duration)
                ],
                examples: [Example("baton agent restart quality", "after it was mended")],
                exits: [
                    ExitNote(.done, "it was started again and stays up"),
                    ExitNote(.failed, "it was, and has ended again; how is said"),
                    ExitNote(.badInput, "no such agent is supervised here"),
                    ExitNote(.unreachable, "no supervisor runs"),
                    ExitNote(.tryAgain, "it was not started again in time"),
                ],
                action: AgentRestart.run),
            Command(
                "new", "a card and a program to start an agent of one's own from",
                arguments: [Argument("NAME", "its id, such as security.reviewer")],
                options: [
                    Option(
                        "lang", "LANG",
                        "python: a worker that speaks the wire; command: any program",
                        kind: .choice(["python", "command"])),
                    Option(
                        "dir", "DIR", "the agents folder (the one that `up` uses)", kind: .directory
                    ),
                ],
                examples: [
                    Example(
                        "baton agent new security.reviewer --lang python", "a worker in Python"),
                    Example("baton agent new docs.writer --lang command", "any program or CLI"),
                ],
                alsoCalled: ["init", "create", "add"], action: StartingPoints.newAgent),
            Command(
                "check", "read cards and list what each lacks, as things to do",
                notes: [
                    "Errors keep a card from being used; advice makes it better: what it lacks in "
                        + "keys, in its instructions, and whether it has an example."
                ],
                arguments: [
                    Argument("CARD", "files or folders with cards", count: .many, kind: .file)
                ],
                examples: [Example("baton agent check Agents", "all cards of a folder")],
                exits: [
                    ExitNote(.done, "every card can be used; there may be remarks"),
                    ExitNote(.badInput, "at least one cannot"),
                ],
                alsoCalled: ["lint", "validate"], action: AgentCheck.run),
            agentTest,
            Command(
                "run", "play one agent in the foreground (systemd runs this)",
                arguments: [Argument("CARD", "its card", kind: .file)],
                options: [
                    Option(
                        "brain", "BRAIN", "instead of the card's own",
                        kind: .choice(["builtin", "command", "claude", "codex"])),
                    Option("id", "ID", "the agent's id, where the card's path does not give it"),
                    Option(
                        "agents", "DIR",
                        "the folder with the cards and playbooks, where the card's path does not"
                            + " give it", kind: .directory),
                    Option(
                        "drain", "D", "how long work goes on after SIGTERM (5s)", kind: .duration),
                ],
                examples: [
                    Example("baton agent run Agents/core/quality.md", "with its engine"),
                    Example(
                        "baton agent run docs.md --brain claude", "with `claude -p` as its brain"),
                ],
                exits: [
                    ExitNote(.done, "stopped as asked"),
                    ExitNote(.badInput, "the card is wrong; every problem is listed"),
                    ExitNote(.unreachable, "no broker answers"),
                    ExitNote(.configuration, "the card has no brain"),
                ],
                alsoCalled: ["start"], action: AgentRun.run),
        ])
}

/// What the agent commands do.
enum AgentActions {
    static func list(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let rows = try broker.all(.agents, limit: 10_000).rows
        let processes = ProcessRecord.read(broker.home)
        var object = JSONObject([("agents", .array(rows))])
        object["processes"] = processes?.json
        console.result(.object(object)) {
            guard !rows.isEmpty else {
                return
                    "No agent is registered. \(console.paint.cyan("baton up")) starts the agents "
                    + "of a folder."
            }
            return AgentTable.text(
                rows, processes, console, now: WallClock.nowMicroseconds())
        }
        return .done
    }

    static func logs(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let home = try Broker.home(invocation)
        let name = try logName(invocation.argument("NAME"), home)
        let path = home.log(of: name)
        let count = Int(invocation.integer("last") ?? 100)
        for line in LogTail.lines(of: path, count: count) {
            say(line, name, console)
        }
        guard invocation.flag("follow") else { return .done }
        return try follow(path, name, console)
    }

    /// One line, or for programs one object a line.
    private static func say(_ line: String, _ name: String, _ console: Console) {
        console.result(["agent": .string(name), "line": .string(line)]) { Prose.harmless(line) }
    }

    private static func logName(_ word: String, _ home: Home) throws(CommandFailure) -> String {
        let files = try done { () throws(SystemError) -> [String] in
            try Files.status(of: home.logs) == nil ? [] : try Files.list(home.logs)
        }
        let names = files.filter { $0.hasSuffix(".log") }.map { String($0.dropLast(4)) }
        if names.contains(word) { return word }
        let fitting = names.filter { $0.hasSuffix("." + word) }
        if fitting.count == 1 { return fitting[0] }
        let near = Spelling.nearest(to: word, among: names)
        throw CommandFailure(
            .badInput, code: "unknown_agent",
            names.isEmpty
                ? "there are no logs in \(home.logs): nothing was started there by `baton up`"
                : "there is no log of `\(word)`; there are \(names.joined(separator: ", "))",
            next: near.map { ["baton agent logs \($0)"] } ?? ["baton agent list"])
    }

    /// Looks for more a few times a second; a log that was turned over is begun anew.
    private static func follow(
        _ path: String, _ name: String, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        var last = try done { () throws(SystemError) in try Files.status(of: path) }
        while true {
            Pause.milliseconds(200)
            let found = try done { () throws(SystemError) in try Files.status(of: path) }
            guard let now = found else { continue }
            let isSame = now.inode == last?.inode && now.device == last?.device
            if !isSame, let last { try show(path + ".1", from: last.size, name, console) }
            let from = isSame ? last?.size ?? 0 : 0
            last = now
            guard now.size > from else { continue }
            try show(path, from: from, upTo: now.size, name, console)
        }
    }

    /// The lines of a log from a byte on; of what has been turned over twice meanwhile, nothing.
    private static func show(
        _ path: String, from start: Int64, upTo end: Int64? = nil, _ name: String,
        _ console: Console
    ) throws(CommandFailure) {
        let size = try done { () throws(SystemError) in try Files.status(of: path)?.size ?? 0 }
        let count = min(max((end ?? size) - start, 0), 64 << 20)
        guard count > 0 else { return }
        let bytes = try done { () throws(SystemError) in
            try Files.read(path, from: start, bytesMax: Int(count))
        }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            say(String(line), name, console)
        }
    }
}
