// The way to the broker for a command: find the home, connect, ask; and whatever goes wrong on the
// way becomes a failure that says what to type next.
import BatonClient
import BatonPlatform
import BatonSupervisor
import BatonWire
import CommandTree
import JSON
import PlainText

/// A command's connection to the broker of its home.
struct Broker {
    let home: Home
    let client: Client
    /// The verb that asks, for refusals: `cancel`.
    private let verb: String

    /// Connects. The first request finds out whether somebody answers.
    init(_ invocation: Invocation) throws(CommandFailure) {
        home = try Self.home(invocation)
        verb = invocation.path.last ?? ""
        let endpoint = try Self.endpoint(of: home)
        client = try answered { () throws(ClientError) in
            try Client(
                endpoint: endpoint, identity: Self.identity,
                name: (["baton"] + invocation.path).joined(separator: " "))
        }
    }

    /// The home that the command is about.
    static func home(_ invocation: Invocation) throws(CommandFailure) -> Home {
        try done { () throws(SystemError) in try Home.discover(option: invocation.option("home")) }
    }

    /// A child of `baton up` acts as the agent it plays, everybody else as the user.
    static var identity: Identity {
        guard let token = Host.environment("BATON_TOKEN"),
            let agent = Host.environment("BATON_AGENT")
        else { return .user }
        return .token(agent: agent, token: token)
    }

    private static func endpoint(of home: Home) throws(CommandFailure) -> String {
        let endpoint = try done { () throws(SystemError) -> String? in try home.endpoint() }
        if let endpoint { return endpoint }
        throw CommandFailure(
            .unreachable, code: "unreachable",
            "no broker has run in \(home.path) yet (there is no endpoint file)",
            next: [Self.upLine(home)])
    }

    /// How to start a broker for this home.
    static func upLine(_ home: Home) -> String { line("up", home) }

    /// A command for this home: `--home` is named where it was named before.
    static func line(_ verb: String, _ home: Home) -> String {
        home.origin == .option
            ? "baton \(verb) --home \(ShellWord.quoted(home.path))" : "baton \(verb)"
    }

    // MARK: Asking

    /// STATUS, LIST or SHOW as JSON.
    func document(
        _ body: (Client) throws(ClientError) -> Reply
    ) throws(CommandFailure) -> JSONValue {
        try ask { (client) throws(ClientError) in try body(client).json() }
    }

    /// Anything else that can be asked.
    func ask<Answer>(
        _ body: (Client) throws(ClientError) -> Answer
    ) throws(CommandFailure) -> Answer {
        do throws(ClientError) {
            return try body(client)
        } catch {
            throw explained(CommandFailure(error, home: home))
        }
    }

    /// A refusal with the thing it is about, and the line that shows it.
    private func explained(_ failure: CommandFailure) -> CommandFailure {
        var failure = failure
        switch failure.code {
        case "key_reused":
            guard let number = failure.message.split(separator: " ").last.flatMap({ Int64($0) })
            else { return failure }
            // The broker numbers briefs and tasks alike; only one of them has this number.
            let isBrief = (try? client.show(.brief, "b-\(number)")) != nil
            let id = isBrief ? "b-\(number)" : "t-\(number)"
            failure.message =
                "this key stands for other content already: \(id); nothing was"
                + " submitted. Other content needs a key of its own"
            failure.next = ["baton \(isBrief ? "brief" : "task") show \(id)"]
        case "wrong_state":
            let id = String(failure.message.prefix { $0 != " " })
            guard id.hasPrefix("b-") || id.hasPrefix("t-") else { return failure }
            let state = failure.message.dropFirst(id.count).prefix { $0 != ";" }
            failure.message = "\(id)\(state): it is too late, or too early, to \(verb) it"
            failure.next = ["baton \(id.hasPrefix("b-") ? "brief" : "task") show \(id)"]
        default:
            break
        }
        return failure
    }

    /// All pages of a list.
    func all(
        _ what: ListedKind, brief: String? = nil, agent: String? = nil, state: String? = nil,
        limit: Int64
    ) throws(CommandFailure) -> (rows: [JSONValue], more: Bool) {
        var rows: [JSONValue] = []
        var before: String?
        while Int64(rows.count) < limit {
            let page = min(Int(limit) - rows.count, 1000)
            let reply = try ask { (client) throws(ClientError) in
                try client.list(
                    what, brief: brief, agent: agent, state: state, limit: page, before: before)
            }
            let more = try ask { (_) throws(ClientError) in try reply.json() }.arrayValue ?? []
            rows += more
            let hasMore = reply.flag("more") ?? false
            guard hasMore, let last = more.last, let id = Self.identifier(of: last, what) else {
                return (rows, false)
            }
            before = id
        }
        return (rows, before != nil)
    }

    private static func identifier(of row: JSONValue, _ what: ListedKind) -> String? {
        switch what {
        case .briefs: row["brief"]?.stringValue
        case .tasks, .dead: row["task"]?.stringValue
        case .escalations: row["escalation"]?.stringValue
        case .agents: row["agent"]?.stringValue
        }
    }

    // MARK: Names

    /// The full id of an agent given by any unique end of it: `quality` for `core.quality`.
    func agentName(_ word: String) throws(CommandFailure) -> String {
        let rows = try all(.agents, limit: 10_000).rows
        let names = rows.compactMap { $0["agent"]?.stringValue }
        if names.contains(word) { return word }
        let fitting = names.filter { $0.hasSuffix("." + word) || $0.hasSuffix("_" + word) }
        if fitting.count == 1 { return fitting[0] }
        guard fitting.isEmpty else {
            throw CommandFailure(
                .badInput, code: "unknown_agent",
                "`\(word)` could be \(fitting.joined(separator: " or "))",
                next: ["baton agent list"])
        }
        let ends = names.compactMap { $0.split(separator: ".").last.map(String.init) }
        let near =
            Spelling.nearest(to: word, among: names)
            ?? Spelling.nearest(to: word, among: ends).flatMap { end in
                names.first { $0.hasSuffix("." + end) }
            }
        throw CommandFailure(
            .badInput, code: "unknown_agent", "no agent `\(word)` is registered",
            problems: near.map { [.init(word, "is not registered", suggestion: $0)] } ?? [],
            next: ["baton agent list"])
    }
}

/// `18` and `t-18` as `t-18`. The parser has checked the form.
func identifier(_ word: String, _ prefix: Character) -> String {
    word.hasPrefix("\(prefix)-") ? word : "\(prefix)-\(word)"
}

/// Runs something that talks to a broker; its failure becomes the command's.
func answered<Answer>(
    _ body: () throws(ClientError) -> Answer
) throws(CommandFailure) -> Answer {
    do throws(ClientError) {
        return try body()
    } catch {
        throw CommandFailure(error, home: nil)
    }
}

/// Runs something that asks the system; its failure becomes the command's.
func done<Answer: ~Copyable>(
    _ status: ExitStatus = .badInput, _ body: () throws(SystemError) -> Answer
) throws(CommandFailure) -> Answer {
    do throws(SystemError) {
        return try body()
    } catch {
        throw CommandFailure(status, code: "system", error.description)
    }
}

extension CommandFailure {
    /// What a broker's refusal, or its silence, means for a command.
    init(_ error: ClientError, home: Home?) {
        var next: [String] = []
        var supervisor: Int32?
        let code: String
        switch error.kind {
        case .unreachable:
            code = "unreachable"
            supervisor = home.flatMap { Self.supervisor(of: $0) }
            next =
                supervisor == nil
                ? [home.map(Broker.upLine) ?? "baton up", "baton doctor"]
                : ["baton agent logs broker", "baton doctor"]
        case .notPermitted: code = error.code ?? "not_permitted"
        case .refused:
            code = error.code ?? "refused"
            next = Self.remedies[code] ?? []
        case .timedOut:
            code = "timeout"
            next = ["baton status", "baton doctor"]
        case .interrupted: code = "interrupted"
        case .failed: code = "failed"
        }
        self.init(
            ExitStatus(rawValue: error.exitStatus) ?? .failed, code: code,
            error.message
                + (supervisor.map { "; the supervisor (process \($0)) starts it again" } ?? ""),
            problems: (error.refusal?.problems ?? []).map { problem in
                Problem(
                    problem.field ?? problem.place ?? "", line: problem.line, problem.message,
                    suggestion: problem.suggestion)
            }, next: next, retryAfterMilliseconds: error.refusal?.retryAfterMilliseconds)
    }

    /// The process that starts the broker again by itself, if there is one.
    private static func supervisor(of home: Home) -> Int32? {
        guard let record = ProcessRecord.read(home), record.supervisor.isAlive else { return nil }
        return record.supervisor.process?.processID
    }

    private static let remedies = [
        "unknown_brief": ["baton brief list"],
        "unknown_task": ["baton task list"],
        "unknown_escalation": ["baton escalation list --all"],
        "unknown_agent": ["baton agent list"],
        "already_answered": ["baton escalation list"],
        "withdrawn": ["baton escalation list"],
        "disk_low": ["baton doctor"],
    ]
}
