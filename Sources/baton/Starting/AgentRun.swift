// `baton agent run CARD`: one agent in the foreground, alone or as a child of `baton up`.
import BatonAgentKit
import BatonAgents
import BatonBrief
import BatonClient
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON

/// Plays the agent of one card until it is told to stop.
enum AgentRun {
    static func run(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(isJSON: false)
        let card = try card(invocation, console)
        let home = try Broker.home(invocation)
        let path = invocation.argument("CARD")
        var handler = try handler(
            for: card, at: path, in: invocation.option("agents"),
            brain: invocation.option("brain"), remark: { console.note($0) })
        if !card.context.isEmpty {
            let full = try done { () throws(SystemError) in try Files.absolutePath(path) }
            let context = ContextRun(
                commands: card.context, directory: Files.parent(of: full),
                environment: CommandBrain.surroundings(passing: card.env))
            handler = ContextHandler(brain: handler, context: context)
        }
        var options = try options(for: card, home, invocation)
        options.log = { line in console.note(line) }
        try register(card, options, console)
        // What a command leaves behind comes to us instead of to nobody.
        try done { () throws(SystemError) in try Orphans.adopt() }
        do throws(ClientError) {
            try Worker(options: options, handler: handler).run()
            return .done
        } catch {
            throw CommandFailure(error, home: home)
        }
    }

    private static func card(
        _ invocation: Invocation, _ console: Console
    ) throws(CommandFailure) -> Card {
        var card = try card(at: invocation.argument("CARD")) { console.note($0) }
        if let id = invocation.option("id") { card.id = id }
        return card
    }

    /// Reads a card that is to be run.
    /// - Parameter remark: gets what is said about it, a line each.
    static func card(
        at path: String, remark: (String) -> Void = { _ in }
    ) throws(CommandFailure) -> Card {
        let source = try SourceFile.read(path, bytesMax: CardParser.cardBytesMax + 1)
        let reading = CardParser.parse(source.bytes, path: try CardFolder.relativePath(of: path))
        guard let card = reading.card else {
            throw CommandFailure(
                .badInput, code: "bad_card", "\(path) is not a card that can be run",
                problems: reading.diagnostics.inOrder.map { .init($0) },
                next: ["baton agent check \(ShellWord.quoted(path))"])
        }
        for diagnostic in reading.diagnostics { remark(diagnostic.shown(file: path)) }
        return card
    }

    /// What does the thinking of an agent.
    /// - Parameters:
    ///   - path: the card's file; a command runs in its folder.
    ///   - agents: the folder of agents, where the path does not give it; it has the playbooks.
    ///   - remark: gets what is said about the playbooks, a line each.
    ///   - brain: `builtin`, `command` or a preset instead of the card's own.
    static func handler(
        for card: Card, at path: String, in agents: String? = nil, brain: String?,
        remark: (String) -> Void = { _ in }
    ) throws(CommandFailure) -> any AgentHandler {
        let folder = Files.parent(
            of: try done { () throws(SystemError) in try Files.absolutePath(path) })
        let isBuiltin = brain == "builtin" || (brain == nil && !isCommand(card))
        if isBuiltin, var engine = EngineCatalog.engine(for: card.id) {
            if engine is OrchestratorEngine {
                let root: String
                if let agents { root = agents } else { root = try CardFolder.root(of: path) }
                engine = OrchestratorEngine(
                    playbooks: try PlaybookFolder.read(in: root, remark: remark))
            }
            return EngineHandler(engine: engine, card: card.json)
        }
        if brain == nil || brain == "command" || brain == "claude" || brain == "codex" {
            var card = card
            if let brain, brain != "command" { card.preset = brain }
            if var options = CommandBrain.Options(card: card) {
                options.directory = folder
                // Counted from there, wherever we are ourselves.
                if let program = options.command?.first {
                    options.command?[0] = Host.programPath(program, in: folder)
                }
                if let brain = CommandBrain(options) { return brain }
            }
        }
        if card.worker != nil {
            throw CommandFailure(
                .badInput, code: "worker_card",
                "\(card.id) is played by a worker of its own:"
                    + " \((card.worker ?? []).joined(separator: " "))",
                next: ["baton up --agents \(ShellWord.quoted(folder))"])
        }
        throw CommandFailure(
            .configuration, code: "no_brain", "\(card.id) has no brain that this program knows",
            problems: [
                .init(
                    "brain", "no engine of that id is built in, and the card names no command",
                    suggestion: "add `command: [program, argument]` or `preset: claude` to the card"
                )
            ],
            next: ["baton agent check \(ShellWord.quoted(path))"])
    }

    private static func isCommand(_ card: Card) -> Bool {
        card.brain == .command || card.command != nil || card.preset != nil
    }

    private static func options(
        for card: Card, _ home: Home, _ invocation: Invocation
    ) throws(CommandFailure) -> Worker.Options {
        let named = Host.environment("BATON_ENDPOINT")
        let written = try done { () throws(SystemError) -> String? in try home.endpoint() }
        guard let endpoint = named ?? written else {
            throw CommandFailure(
                .unreachable, code: "unreachable",
                "no broker has run in \(home.path) yet (there is no endpoint file)",
                next: ["baton up", "baton broker"])
        }
        var options = Worker.Options(
            endpoint: endpoint, identity: Broker.identity, agent: card.id)
        options.name = "baton agent run"
        options.concurrency = card.concurrency
        options.isReviewed = card.isReviewed
        options.lifeline = Host.environment("BATON_LIFELINE").flatMap { Int32($0) }
        // Less than the supervisor's patience, so that what is unfinished is handed back in order.
        options.drainLimit = .milliseconds(invocation.milliseconds("drain") ?? 5000)
        return options
    }

    /// Under a supervisor the card is registered already; alone, this is the moment.
    private static func register(
        _ card: Card, _ options: Worker.Options, _ console: Console
    ) throws(CommandFailure) {
        guard Host.environment("BATON_LIFELINE") == nil else { return }
        try answered { () throws(ClientError) in
            let client = try Client(
                endpoint: options.endpoint, identity: options.identity, name: "baton agent run")
            defer { client.close() }
            do throws(ClientError) {
                let reply = try client.register(card: card.json.encoded())
                if reply.flag("changed") == true { console.note("registered \(card.id)") }
            } catch {
                // An identity that may not register can still play what is registered.
                guard error.kind == .notPermitted else { throw error }
                console.note("not registered: \(error)")
            }
        }
    }
}
