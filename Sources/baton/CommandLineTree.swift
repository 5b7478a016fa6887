// The table of contents of the command line. Each group describes and does its own commands; help,
// completions, suggestions and parsing all come from here.
import CommandTree
import JSON

/// The tree of `baton`.
enum CommandLineTree {
    static let root: Command = Command(
        group: "baton", "a message broker for agents that hand work to each other",
        notes: [
            "A brief goes in; agents plan it, work on it and review each other; deliverables come "
                + "out, and every step is on record. Start with `baton init`, then `baton up`."
        ],
        options: [
            Option(
                "home", "DIR",
                "where journal, endpoint and logs live; else $BATON_HOME, else the nearest .baton "
                    + "upwards, else ./.baton",
                kind: .directory),
            Option(flag: "json", "results as JSON: one object, or one a line for streams"),
        ],
        examples: [
            Example("baton init && baton up --detach", "make a place to start, then start it"),
            Example("baton submit brief.md --wait --out results", "publish a brief and watch it"),
            Example("baton status", "what needs attention"),
            Example("baton audit tail -f", "everything that happens, as it happens"),
        ],
        subcommands: [
            initCommand, submitCommand, statusCommand, briefCommands, escalationCommands,
            evidenceCommands, taskCommands, deadCommands, auditCommands, agentCommands,
            queueCommands, apiCommands, upCommand, downCommand, brokerCommand, doctorCommand,
            benchCommand, completionsCommands, helpCommand, wordsCommand,
        ])

    /// `baton help [COMMAND...]`: the same as `--help`.
    static let helpCommand = Command(
        "help", "how to use baton, or one of its commands",
        arguments: [Argument("COMMAND", "for example `escalation answer`", count: .any)],
        examples: [Example("baton help escalation answer", "the help of one command")],
        action: { (invocation) throws(CommandFailure) in
            let console = Console(invocation)
            let parser = CommandParser(root: root)
            let path = invocation.arguments("COMMAND")
            guard parser.command(at: path) != nil else {
                // The parser knows best what was meant.
                guard case .refused(let failure) = parser.parse(path) else {
                    throw CommandFailure(
                        .usage, code: "usage", "`\(path.joined(separator: " "))` is no command",
                        next: ["baton --help"])
                }
                throw failure
            }
            console.say(HelpText(parser: parser, paint: console.paint).trimmedText(path: path))
            return .done
        })

    static let completionsCommands = Command(
        "completions", "completion scripts for bash, zsh and fish",
        arguments: [
            Argument("SHELL", "which shell", kind: .choice(Shell.allCases.map(\.rawValue)))
        ],
        examples: [
            Example("source <(baton completions bash)", "for this shell"),
            Example(
                "baton completions zsh > ~/.zfunc/_baton",
                "for every new zsh with ~/.zfunc in fpath"),
            Example(
                "baton completions fish > ~/.config/fish/completions/baton.fish",
                "for every new fish"),
        ],
        action: { (invocation) throws(CommandFailure) in
            let console = Console(isJSON: false)
            guard let shell = Shell(rawValue: invocation.argument("SHELL")) else {
                preconditionFailure("the parser lets no other shell through")
            }
            var script = Completions(root: root).script(for: shell)
            while script.last == "\n" { script.removeLast() }
            console.say(script)
            return .done
        })

    /// `baton words KIND`: ids and agents for the shells, one a line. A shell that completes wants
    /// words or silence, never a complaint.
    static let wordsCommand = Command(
        "words", "words for completions", arguments: [Argument("KIND", "of which kind")],
        examples: [], isHidden: true,
        action: { (invocation) throws(CommandFailure) in
            let noun = invocation.argument("KIND")
            guard let kind = BrokerRows.kind(of: noun), let broker = try? Broker(invocation),
                let rows = try? broker.all(kind, limit: 200).rows
            else { return .done }
            let console = Console(isJSON: false)
            for row in rows { row[noun]?.stringValue.map(console.say) }
            return .done
        })
}
