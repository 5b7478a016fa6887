// `baton brief` and `baton submit`: what a person hands in, and what comes of it.
import BatonBrief
import CommandTree
import JSON

extension CommandLineTree {
    static let briefArgument = Argument(
        "ID", "the brief, such as b-17", kind: .identifier(prefix: "b"))

    private static let waitOptions = [
        Option(flag: "follow", short: "f", "also print each event on standard output"),
        Option(
            "out", "DIR", "write the deliverables there: report.html, Markdown with plots, JSON",
            kind: .directory),
        Option("timeout", "D", "stop waiting after so long (exit 75)", kind: .duration),
    ]

    private static let watchExits = [
        ExitNote(.failed, "it ended dead or cancelled"),
        ExitNote(.blocked, "it is blocked: every open escalation is shown with the line to answer"),
    ]

    private static let commonExits = [
        ExitNote(.unreachable, "no broker answers"),
        ExitNote(.tryAgain, "the time was up, or the broker is busy"),
        ExitNote(.detached, "detached by Ctrl-C; the brief goes on"),
    ]

    private static let submitExits =
        [ExitNote(.done, "submitted; with --wait: the brief is done")]
        + watchExits.map { ExitNote($0.status, "with --wait: \($0.meaning)") }
        + [
            ExitNote(.usage, "the command line is wrong"),
            ExitNote(
                .badInput, "the brief is wrong: every problem is listed, nothing was submitted"),
        ] + commonExits

    private static let waitExits =
        [ExitNote(.done, "the brief is done")] + watchExits
        + [ExitNote(.badInput, "there is no such brief")] + commonExits

    /// For every command that reads a brief to send it.
    static let contextNote =
        "Programs that the brief names under `context: [git, log, -5]` are run first, here, in"
        + " the brief's folder and with your rights; what they print goes along as"
        + " artifacts. `baton brief check` shows them and runs none: look before you submit"
        + " the brief of somebody else."

    static let submitCommand = Command(
        "submit", "publish a brief; with --wait, watch it to its end",
        notes: [
            "The same brief with the same --key is the same brief, also after a restart: it is"
                + " safe to send it again, unless its context programs print something else by"
                + " then: that is another brief. Files that it names are uploaded first.",
            contextNote,
            "With --wait, Ctrl-C only stops watching; nothing is cancelled. --out and --follow"
                + " wait too.",
        ],
        arguments: [
            Argument(
                "FILE", "a brief in Markdown, YAML or JSON; - reads standard input", kind: .file)
        ],
        options: [
            Option("key", "K", "idempotency key; without one, a fresh one is drawn"),
            Option(
                "priority", "N", "0 to 9, 9 first; instead of the brief's own",
                kind: .integer(0...9)),
            Option(flag: "wait", short: "w", "watch until it is done, blocked or dead"),
        ] + waitOptions,
        examples: [
            Example("baton submit brief.md", "publish and return at once"),
            Example(
                "baton submit brief.md --wait --out results", "watch it and fetch what it makes"),
            Example("baton submit brief.md --key release-42 --json", "safe to repeat, for scripts"),
        ],
        exits: submitExits, alsoCalled: ["send", "run", "publish", "push"],
        action: SubmitActions.submit)

    static let briefCommands = Command(
        group: "brief", "briefs: write, check, watch, fetch",
        alsoCalled: ["job", "jobs"],
        subcommands: [
            Command(
                "new", "a commented brief to start from",
                arguments: [Argument("FILE", "where (brief.md)", count: .optional, kind: .file)],
                options: [
                    Option(
                        "kind", "KIND", "what it is about",
                        kind: .choice(BriefTemplate.allCases.map(\.rawValue)))
                ],
                examples: [
                    Example("baton brief new", "brief.md, about an API"),
                    Example("baton brief new captures.md --kind queue", "about a queue"),
                ],
                alsoCalled: ["init", "create"], action: StartingPoints.newBrief),
            Command(
                "check", "what would be understood of a brief; needs no broker",
                notes: [
                    "Shows every field with its line, for each agent which inputs are there,"
                        + " assumed "
                        + "or missing, the route with scores, and every problem with a suggestion."
                ],
                arguments: [Argument("FILE", "the brief; - reads standard input", kind: .file)],
                options: [
                    Option("agents", "DIR", "the folder with the cards", kind: .directory)
                ],
                examples: [Example("baton brief check brief.md", "before it is submitted")],
                exits: [
                    ExitNote(.done, "it can be submitted"),
                    ExitNote(.badInput, "it cannot; every problem is listed"),
                ],
                alsoCalled: ["lint", "validate"], action: BriefCheck.run),
            Command(
                "list", "briefs, the newest first",
                options: [
                    Option(
                        "state", "STATE", "in one state",
                        kind: .choice(["running", "blocked", "done", "dead", "cancelled"])),
                    Option("limit", "N", "at most so many (100)", kind: .integer(1...1_000_000)),
                ],
                examples: [Example("baton brief list", "what there is")],
                alsoCalled: ["ls"], action: BriefActions.list),
            Command(
                "show", "a brief with its route, tasks, escalations and deliverables",
                arguments: [briefArgument],
                examples: [Example("baton brief show b-17", "where it stands")],
                action: BriefActions.show),
            Command(
                "wait", "watch a brief again, for example after an answer",
                arguments: [briefArgument], options: waitOptions,
                examples: [Example("baton brief wait b-17 --out results", "until it is done")],
                exits: waitExits, alsoCalled: ["watch", "follow"], action: SubmitActions.wait),
            Command(
                "get", "fetch the deliverables, also while it is running",
                notes: [
                    "DIR/report.html is the whole on one page, DIR/index.md the same in files: per"
                        + " task a folder with each document as JSON and as Markdown, and its plots"
                        + " as SVG. A number that can mean one figure only leads to how"
                        + " that was derived."
                ],
                arguments: [briefArgument],
                options: [Option("out", "DIR", "where to (the brief's id)", kind: .directory)],
                examples: [
                    Example("baton brief get b-17 --out results", "results/report.html and all")
                ],
                alsoCalled: ["fetch", "download", "deliverables"], action: BriefActions.get),
            decideCommand, decisionsCommand, gatesCommand,
            Command(
                "cancel", "stop a brief at once",
                arguments: [briefArgument], options: [Option("reason", "TEXT", "why")],
                examples: [
                    Example(
                        "baton brief cancel b-17 --reason \"superseded\"", "stop all of its tasks")
                ],
                alsoCalled: ["stop", "kill", "rm"], action: BriefActions.cancel),
        ])
}
