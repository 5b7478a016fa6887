// `baton up` and `baton down`: a broker and its agents, supervised.
import BatonAgents
import BatonBrief
import BatonClient
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON

extension CommandLineTree {
    static let upCommand = Command(
        "up", "start a broker and one process per card, and keep them running",
        notes: [
            "Cards come from --agents, else from the home's agents folder, else from the nearest "
                + "Agents folder upwards, else from this program itself. A process that ends is "
                + "started again after 1 s, 2 s, 4 s and so on up to 30 s; one that ends five"
                + " times "
                + "in two minutes is tried every 30 s only, and an escalation says so.",
            "An agent that lives without connecting to the broker, or is connected no more, is "
                + "ended after 2 min and started again. `baton agent restart NAME` does it at "
                + "once.",
            "Ctrl-C or `baton down` ends everything in order: agents first, then the broker. What "
                + "does not end in time is killed, and so is whatever it left behind. The limits "
                + "are those of \"supervisor\" in limits.json; Protocols/supervision.md has them "
                + "all.",
        ],
        options: [
            Option("agents", "DIR", "the folder with the cards", kind: .directory),
            Option(flag: "detach", short: "d", "return when every agent is connected"),
            Option("on-escalation", "CMD", "gets each escalation as JSON on its standard input"),
            Option("timeout", "D", "with --detach: wait at most so long (30s)", kind: .duration),
        ],
        examples: [
            Example("baton up", "in the foreground, until Ctrl-C"),
            Example("baton up --detach", "in the background; `baton down` ends it"),
            Example("baton up --on-escalation 'jq -r .blocker | wall'", "tell people at once"),
        ],
        exits: [
            ExitNote(.done, "stopped as asked; with --detach: everything is connected"),
            ExitNote(.unreachable, "with --detach: an agent did not connect; its log is shown"),
            ExitNote(.tryAgain, "another supervisor or broker has this home"),
            ExitNote(.configuration, "the journal or a card is not understood"),
        ],
        alsoCalled: ["start", "launch", "serve", "daemon"], action: UpActions.up)

    static let downCommand = Command(
        "down", "stop what `up` started: agents first, then the broker",
        notes: [
            "It returns when nothing of this home runs any more, and says what it had to kill. A "
                + "supervisor that was killed itself is no obstacle: what it left is found."
        ],
        options: [
            Option(
                "timeout", "D", "wait at most so long for the supervisor before killing it (45s)",
                kind: .duration)
        ],
        examples: [Example("baton down", "everything of this home")],
        exits: [
            ExitNote(.done, "nothing of it runs any more, or nothing did"),
            ExitNote(.tryAgain, "another process has taken the home meanwhile; it is left alone"),
        ],
        alsoCalled: ["stop", "shutdown", "quit", "halt"], action: DownActions.down)
}

/// What `up` does.
enum UpActions {
    static func up(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let home = try Broker.home(invocation)
        try done(.configuration) { () throws(SystemError) in try home.make() }
        if invocation.flag("detach") { return try Detaching.start(invocation, home, console) }
        let folder = try CardFolder.choose(option: invocation.option("agents"), home: home)
        let agents = try plannedAgents(folder, home, console)
        let settings = try settings(of: home)
        let executable = try done { () throws(SystemError) in try Host.executablePath() }
        let plan = SupervisorPlan(
            home: home,
            broker: Program(
                executable: executable, arguments: ["broker", "--home", home.path],
                environment: SupervisorPlan.environment(from: Host.environment())),
            agents: agents, onEscalation: invocation.option("on-escalation"), settings: settings)
        let reporter = UpReporter(console, home, agentCount: agents.count, logs: settings.logs)
        let supervisor: Supervisor
        do throws(SupervisorFailure) {
            supervisor = try Supervisor.take(
                plan, stamp: { MomentText.rfc3339($0) }, report: { reporter.tell($0) })
        } catch {
            throw failure(error, home)
        }
        reporter.begin(folder)
        let finish = try done(.failed) { () throws(SystemError) in try supervisor.run() }
        return try status(of: finish, home)
    }

    /// What the operator has set, or every mistake in it.
    static func settings(of home: Home) throws(CommandFailure) -> SupervisorSettings {
        do throws(SettingFaults) {
            return try SupervisorSettings.read(home)
        } catch {
            throw CommandFailure(
                .configuration, code: "bad_limits", "\(error)",
                next: ["$EDITOR \(ShellWord.quoted(home.limitsFile))"])
        }
    }

    /// Why a supervisor could not begin, and what to type instead.
    static func failure(_ error: SupervisorFailure, _ home: Home) -> CommandFailure {
        switch error {
        case .homeIsHeld(let processID):
            CommandFailure(
                .tryAgain, code: "home_held",
                "already running" + (processID.map { " (process \($0)\(state(of: $0)))" } ?? "")
                    + ": `baton up` supervises \(home.path); to take up new cards:"
                    + " baton down, then baton up",
                next: [
                    Broker.line("status", home),
                    "\(Broker.line("down", home)) && \(Broker.line("up", home)) --detach",
                ])
        case .system(let error):
            CommandFailure(
                .configuration, code: "system", error.description, next: ["baton doctor"])
        }
    }

    /// One that hangs holds the home too.
    private static func state(of processID: Int32) -> String {
        ProcessFacts.read(processID)?.isStopped == true
            ? ", stopped: kill -CONT \(processID) lets it go on, baton down ends it" : ""
    }

    /// A broker that could not run ends `up` with its own status and last words.
    private static func status(
        of finish: Supervision.Finish, _ home: Home
    ) throws(CommandFailure) -> ExitStatus {
        switch finish {
        case .stopped: return .done
        case .brokerRefused(let status):
            let words = LogTail.lines(of: home.log(of: "broker"), count: 4).filter {
                !$0.contains(" -- ")
            }
            let last = words.last.map { String($0.drop { $0 != " " }.dropFirst()) }
            throw CommandFailure(
                ExitStatus(rawValue: status) ?? .failed, code: "broker_refused",
                "the broker cannot run here: \(last ?? "exit \(status)")",
                next: ["baton doctor", "less \(ShellWord.quoted(home.log(of: "broker")))"])
        }
    }

    /// What can be started of a folder; what cannot is named with the line to add.
    static func plannedAgents(
        _ folder: CardFolder, _ home: Home, _ console: Console
    ) throws(CommandFailure) -> [PlannedAgent] {
        for line in folder.reports + folder.others { console.note(Prose.harmless(line)) }
        if folder.path == home.embeddedCards { try folder.write() }
        let executable = try done { () throws(SystemError) in try Host.executablePath() }
        var planned: [PlannedAgent] = []
        for card in folder.set.cards {
            let file = folder.file(of: card)
            guard let program = program(card, file, folder, home, executable) else {
                console.note(
                    "\(file): \(card.id) is not started: it has neither engine, brain nor worker; "
                        + "add `command: [program]`, `preset: claude` or `worker: [program]`")
                continue
            }
            for diagnostic in CardProgram.problems(with: card, in: Files.parent(of: file)) {
                console.note(Prose.harmless(diagnostic.shown(file: file)))
            }
            planned.append(
                PlannedAgent(
                    id: card.id, card: card.json, instances: card.instances, program: program))
        }
        guard !planned.isEmpty else {
            throw CommandFailure(
                .configuration, code: "no_agents", "no card in \(folder.path) can be started",
                next: ["baton agent check \(ShellWord.quoted(folder.path))", "baton init"])
        }
        for warning in warnings(folder, planned.map(\.id)) {
            console.note(console.notePaint.yellow("warning: ") + Prose.harmless(warning))
        }
        return planned
    }

    /// What a team cannot do without the agents that plan and judge.
    private static func warnings(_ folder: CardFolder, _ agents: [String]) -> [String] {
        let losses = [
            ("core.orchestrator", "no brief can be planned, only `baton task submit` works"),
            ("core.quality", "nothing can be reviewed: briefs wait for ever"),
        ]
        return losses.filter { !agents.contains($0.0) }.map { id, loss in
            "\(folder.path) has no card \(id): \(loss); `baton init` in a new folder makes the"
                + " cards to copy"
        }
    }

    private static func program(
        _ card: Card, _ file: String, _ agents: CardFolder, _ home: Home, _ executable: String
    ) -> Program? {
        let environment = SupervisorPlan.environment(passing: card.env, from: Host.environment())
        let folder = Files.parent(of: file)
        if let worker = card.worker, let name = worker.first {
            // A worker that is not there is started in vain, and so reported like one that ends.
            let path = Host.programPath(name, in: folder)
            let found = Host.findExecutable(path) ?? path
            return Program(
                executable: found, arguments: Array(worker.dropFirst()), environment: environment,
                directory: folder)
        }
        guard card.hasEngine || EngineCatalog.engine(for: card.id) != nil else { return nil }
        return Program(
            executable: executable,
            arguments: [
                "agent", "run", file, "--id", card.id, "--agents", agents.path, "--home", home.path,
            ],
            environment: environment, directory: folder)
    }
}
