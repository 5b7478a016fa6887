// `baton task` and `baton dead`: single tasks, from the open ones to those that died.
import BatonBrief
import BatonClient
import BatonPlatform
import CommandTree
import JSON

extension CommandLineTree {
    static let taskArgument = Argument(
        "ID", "the task, such as t-18", kind: .identifier(prefix: "t"))

    static let taskCommands = Command(
        group: "task", "single tasks: state, story, direct submission",
        subcommands: [
            Command(
                "list", "open tasks, or all of a brief",
                options: [
                    Option("brief", "ID", "of one brief", kind: .identifier(prefix: "b")),
                    Option("agent", "NAME", "of one agent", kind: .agent),
                    Option("state", "STATE", "in one state", kind: .choice(taskStates)),
                    Option("limit", "N", "at most so many (100)", kind: .integer(1...1_000_000)),
                ],
                examples: [
                    Example("baton task list", "what is open, and why it waits"),
                    Example("baton task list --brief b-17", "all tasks of a brief"),
                ],
                alsoCalled: ["ls"], action: TaskActions.list),
            Command(
                "show", "a task with its whole story", arguments: [taskArgument],
                examples: [
                    Example("baton task show t-18", "every attempt, verdict and decision")
                ],
                action: TaskActions.show),
            Command(
                "submit", "give a task straight to an agent, without a plan",
                notes: [
                    "FILE is what the agent gets. A brief in Markdown, YAML or JSON (`baton brief"
                        + " new`, Protocols/brief.md) is read and checked as by `baton submit`, and"
                        + " its fields are the inputs of the task. Any other file goes as it is:"
                        + " a JSON object is the document of the packet, everything else an"
                        + " attachment of one part.",
                    contextNote,
                ],
                arguments: [
                    Argument("AGENT", "who gets it", kind: .agent),
                    Argument("FILE", "what it is given; - reads standard input", kind: .file),
                ],
                options: [
                    Option("key", "K", "idempotency key: the same key is the same task"),
                    Option("priority", "N", "0 to 9, 9 first", kind: .integer(0...9)),
                    Option("deadline", "D", "dead after so long", kind: .duration),
                ],
                examples: [
                    Example(
                        "baton task submit backend.queue_worker_planner brief.md",
                        "ask one agent directly"),
                    Example("baton task submit docs.writer notes.txt", "any text"),
                ],
                exits: [
                    ExitNote(.done, "the task is submitted"),
                    ExitNote(.badInput, "the brief is wrong, or there is no such agent or file"),
                    ExitNote(.unreachable, "no broker answers"),
                ],
                alsoCalled: ["new", "add"], action: TaskActions.submit),
            Command(
                "cancel", "stop a task at once; what depends on it is cancelled too",
                arguments: [taskArgument], options: [Option("reason", "TEXT", "why")],
                examples: [
                    Example("baton task cancel t-18 --reason \"no longer needed\"", "stop it")
                ],
                alsoCalled: ["stop", "kill", "rm"], action: TaskActions.cancel),
            Command(
                "retry", "end a task's backoff now", arguments: [taskArgument],
                examples: [Example("baton task retry t-18", "do not wait for the next attempt")],
                action: { (invocation) throws(CommandFailure) in
                    try TaskActions.act(invocation, "is ready again") {
                        (client, id) throws(ClientError) in try client.retry(task: id)
                    }
                }),
        ])

    static let deadCommands = Command(
        group: "dead", "dead letters: tasks parked after their last attempt",
        alsoCalled: ["dlq", "deadletter"],
        subcommands: [
            Command(
                "list", "dead tasks, the oldest first",
                options: [
                    Option("brief", "ID", "of one brief", kind: .identifier(prefix: "b")),
                    Option("limit", "N", "at most so many (100)", kind: .integer(1...1_000_000)),
                ],
                examples: [Example("baton dead list", "what gave up, and why")],
                alsoCalled: ["ls"], action: TaskActions.listDead),
            Command(
                "show", "a dead task with its whole story", arguments: [taskArgument],
                examples: [Example("baton dead show t-18", "why it died")], action: TaskActions.show
            ),
            Command(
                "redrive", "send a dead task round again, with new counters",
                arguments: [taskArgument],
                examples: [Example("baton dead redrive t-18", "after the cause is mended")],
                alsoCalled: ["retry", "requeue"],
                action: { (invocation) throws(CommandFailure) in
                    try TaskActions.act(invocation, "goes round again") {
                        (client, id) throws(ClientError) in try client.redrive(task: id)
                    }
                }),
            Command(
                "discard", "give a dead task up for good; what depends on it is cancelled",
                arguments: [taskArgument],
                examples: [Example("baton dead discard t-18", "it will not be done")],
                alsoCalled: ["delete", "rm", "drop"],
                action: { (invocation) throws(CommandFailure) in
                    try TaskActions.act(invocation, "is discarded") {
                        (client, id) throws(ClientError) in try client.discard(task: id)
                    }
                }),
        ])

    private static let taskStates = [
        "waiting", "ready", "leased", "delivered", "blocked", "backoff", "dead", "accepted",
        "cancelled", "discarded",
    ]
}

/// What the task commands do.
enum TaskActions {
    static func list(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        var agent: String?
        if let word = invocation.option("agent") { agent = try broker.agentName(word) }
        let (rows, more) = try broker.all(
            .tasks, brief: invocation.option("brief").map { identifier($0, "b") }, agent: agent,
            state: invocation.option("state"), limit: invocation.integer("limit") ?? 100)
        console.result(["tasks": .array(rows), "more": .bool(more)]) {
            guard !rows.isEmpty else { return "No task fits." }
            return table(rows, console) + (more ? "\nThere are more; --limit shows them." : "")
        }
        return .done
    }

    static func listDead(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let (rows, more) = try broker.all(
            .dead, brief: invocation.option("brief").map { identifier($0, "b") },
            limit: invocation.integer("limit") ?? 100)
        console.result(["dead": .array(rows), "more": .bool(more)]) {
            guard !rows.isEmpty else { return "No task is dead." }
            var table = Table(["TASK", "BRIEF", "AGENT", "REASON", "DIED", "LAST ERROR"])
            for row in rows {
                table.add([
                    .init(BrokerRows.text(row, "task"), .bold),
                    .init(BrokerRows.text(row, "brief")),
                    .init(BrokerRows.text(row, "agent"), .name),
                    .init(BrokerRows.text(row, "reason"), .bad),
                    .init(row["died_us"]?.integerValue.map(MomentText.short) ?? "-"),
                    .init(BrokerRows.text(row, "last_error")),
                ])
            }
            return table.text(paint: console.paint, width: console.lineWidth)
                + "\n\n\(console.paint.cyan("baton dead redrive ID")) sends one round again."
        }
        return .done
    }

    static func show(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let id = identifier(invocation.argument("ID"), "t")
        let task = try broker.document { (client) throws(ClientError) in
            try client.show(.task, id)
        }
        if invocation.path.first == "dead", task["state"]?.stringValue != "dead" {
            throw CommandFailure(
                .badInput, code: "wrong_state",
                "\(id) is \(BrokerRows.text(task, "state")), not dead",
                next: ["baton task show \(id)", "baton dead list"])
        }
        console.result(task) { TaskView(task, console).text }
        return .done
    }

    static func submit(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        // Before any other thread starts, so that Ctrl-C ends a program of the brief, too.
        let signals = try done { () throws(SystemError) in
            try SignalInbox([.interrupt, .terminate])
        }
        let file = try SourceFile.read(invocation.argument("FILE"), bytesMax: 1 << 20)
        let broker = try Broker(invocation)
        broker.client.interrupt(whenReadable: signals.fileDescriptor)
        let agent = try broker.agentName(invocation.argument("AGENT"))
        var terms = TaskTerms()
        terms.priority = invocation.integer("priority")
        terms.deadline = invocation.milliseconds("deadline").map { .milliseconds($0) }
        let key = try SubmitActions.key(invocation)
        let part = try part(
            of: file, by: broker, stopDescriptor: signals.fileDescriptor, console)
        let submission = try broker.ask { (client) throws(ClientError) in
            try client.submitTask(agent: agent, parts: [part], key: key, terms: terms)
        }
        console.result([
            "task": .string(submission.id), "seq": .integer(BrokerRows.number(of: submission.id)),
            "duplicate": .bool(submission.isDuplicate), "agent": .string(agent),
        ]) {
            (submission.isDuplicate ? "\(submission.id) already has this key" : submission.id)
                + " for \(agent)\n" + console.paint.cyan("baton task show \(submission.id)")
        }
        return .done
    }

    /// A brief as its document, so that its fields become inputs; anything else as it is.
    private static func part(
        of file: SourceFile, by broker: Broker, stopDescriptor: Int32, _ console: Console
    ) throws(CommandFailure) -> Part {
        let name = file.isStandardInput ? "input" : SourceFile.partName(file.name)
        let asItIs = Part(name: name, mediaType: file.mediaType, body: file.bytes)
        let endings = [".md", ".markdown", ".yaml", ".yml", ".json"]
        let isText = endings.contains { file.name.lowercased().hasSuffix($0) }
        guard isText, file.bytes.count <= BriefParser.briefSourceBytesMax else { return asItIs }
        let brief = BriefFile(file)
        let isUnderstood = brief.reading.document != nil && !brief.reading.diagnostics.hasErrors
        // Front matter says that a brief is meant; prose and JSON of another shape are no mistake.
        guard isUnderstood || file.bytes.starts(with: "---".utf8) else { return asItIs }
        let document = try brief.document()
        let outputs = try brief.outputs(of: document, stopDescriptor: stopDescriptor, console)
        let json = try brief.uploaded(document, outputs: outputs, priority: nil, by: broker)
        return Part(name: "brief.json", mediaType: "application/json", body: json.encoded())
    }

    static func cancel(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let reason = invocation.option("reason")
        return try act(invocation, "is cancelled") { (client, id) throws(ClientError) in
            try client.cancel(.task(id), reason: reason)
        }
    }

    /// A verb about one task that answers with OK.
    static func act(
        _ invocation: Invocation, _ outcome: String,
        _ verb: (Client, String) throws(ClientError) -> Reply
    ) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let id = identifier(invocation.argument("ID"), "t")
        let reply = try broker.ask { (client) throws(ClientError) in try verb(client, id) }
        var object = JSONObject([("task", .string(id)), ("seq", .integer(reply.seq))])
        object["cancelled"] = reply.integer("cancelled").map { .integer($0) }
        console.result(.object(object)) {
            let also = (reply.integer("cancelled") ?? 1) - 1
            return "\(id) \(outcome)."
                + (also > 0 ? " \(also) more that depended on it are cancelled too." : "")
        }
        return .done
    }

    static func table(_ rows: [JSONValue], _ console: Console) -> String {
        var table = Table(
            ["TASK", "BRIEF", "KIND", "AGENT", "STATE", "TRIES", "TITLE"], rightAligned: [5])
        for row in rows {
            let state = BrokerRows.text(row, "state")
            table.add([
                .init(BrokerRows.text(row, "task"), .bold), .init(BrokerRows.text(row, "brief")),
                .init(BrokerRows.text(row, "kind")), .init(BrokerRows.text(row, "agent"), .name),
                .init(BrokerRows.stateText(ofTask: row), BrokerRows.look(ofState: state)),
                .init(BrokerRows.count(row, "attempts")), .init(BrokerRows.text(row, "title")),
            ])
        }
        return table.text(paint: console.paint, width: console.lineWidth)
    }
}
