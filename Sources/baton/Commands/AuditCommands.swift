// `baton audit`: the journal as a stream, and single events of it.
import BatonClient
import BatonPlatform
import BatonWire
import CommandTree
import JSON
import PlainText

extension CommandLineTree {
    static let auditCommands = Command(
        group: "audit", "the audit stream: everything that happened, in order",
        alsoCalled: ["log", "logs", "events", "journal", "history"],
        subcommands: [
            Command(
                "tail", "the end of the stream, and with -f what comes",
                notes: [
                    "Without options it shows the last 20 events. --json prints each event as"
                        + " it is "
                        + "stored, with its texts joined in under `payload`; with --no-payload the "
                        + "stored bytes exactly."
                ],
                options: [
                    Option(flag: "follow", short: "f", "go on with what comes, until Ctrl-C"),
                    Option(
                        "since", "SEQ", "from this sequence number on", kind: .integer(0...(.max))),
                    Option(
                        "last", short: "n", "N", "so many before the end (20)",
                        kind: .integer(0...1_000_000)),
                    Option("brief", "ID", "of one brief", kind: .identifier(prefix: "b")),
                    Option("task", "ID", "of one task", kind: .identifier(prefix: "t")),
                    Option("agent", "NAME", "of one agent", kind: .agent),
                    Option(
                        "type", "TYPE", "of one type, or of all that begin with it: `escalation.`"),
                    Option(flag: "no-payload", "without texts"),
                ],
                examples: [
                    Example("baton audit tail -f", "watch everything"),
                    Example("baton audit tail --since 0 --json", "the whole journal, for programs"),
                    Example("baton audit tail -f --brief b-17 --type task.", "one brief's tasks"),
                ],
                alsoCalled: ["follow", "watch"], action: AuditActions.tail),
            Command(
                "show", "one event with its texts",
                arguments: [
                    Argument("SEQ", "its sequence number", kind: .integer(0...(.max)))
                ],
                options: [
                    Option(flag: "raw", "the stored bytes and nothing else, for checking by hand")
                ],
                examples: [
                    Example("baton audit show 42", "event 42, pretty-printed"),
                    Example("baton audit show 42 --raw | sha256sum", "its bytes"),
                ],
                alsoCalled: ["get"], action: AuditActions.show),
        ])
}

/// What the audit commands do.
enum AuditActions {
    static func tail(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        // Before any other thread starts, so that Ctrl-C arrives here as data.
        let signals = try done { () throws(SystemError) in
            try SignalInbox([.interrupt, .terminate])
        }
        let broker = try Broker(invocation)
        broker.client.interrupt(whenReadable: signals.fileDescriptor)
        let since = invocation.integer("since")
        var query = TailQuery(
            since: since, last: since == nil ? invocation.integer("last") ?? 20 : nil,
            follow: invocation.flag("follow"), payload: !invocation.flag("no-payload"),
            brief: invocation.option("brief").map { identifier($0, "b") },
            task: invocation.option("task").map { identifier($0, "t") },
            type: try type(invocation))
        if let agent = invocation.option("agent") { query.agent = try broker.agentName(agent) }
        var printer = EventPrinter(console)
        do throws(ClientError) {
            try broker.client.openTail(query)
            while !broker.client.isTailFinished {
                guard let chunk = try broker.client.nextEvents(timeout: nil) else { break }
                for line in chunk.lines { printer.print(line) }
            }
        } catch {
            // Following ends by Ctrl-C: that is how it is meant.
            if error.kind == .interrupted { return query.follow ? .done : .detached }
            throw CommandFailure(error, home: broker.home)
        }
        return .done
    }

    /// The type that the filter names, or the beginning of several; anything else would wait for
    /// events that never come.
    private static func type(_ invocation: Invocation) throws(CommandFailure) -> String? {
        guard let type = invocation.option("type") else { return nil }
        let known = EventType.allCases.map(\.rawValue)
        if known.contains(type) || (type.hasSuffix(".") && known.contains { $0.hasPrefix(type) }) {
            return type
        }
        let nouns = Set(known.compactMap { $0.split(separator: ".").first.map { "\($0)." } })
            .sorted()
        let near =
            nouns.contains(type + ".") ? type + "." : Spelling.nearest(to: type, among: known)
        throw CommandFailure(
            .badInput, code: "unknown_type", "there is no event type \(Prose.harmless(type))",
            problems: [
                .init(
                    "--type", "types begin with \(nouns.joined(separator: " "))", suggestion: near)
            ],
            next: ["baton audit tail --type \(near ?? "task.")"])
    }

    static func show(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        guard let seq = Int64(invocation.argument("SEQ")) else {
            preconditionFailure("the parser lets only numbers through")
        }
        let isRaw = invocation.flag("raw")
        let line = try broker.ask { (client) throws(ClientError) in
            try client.line(of: seq, payload: !isRaw)
        }
        guard let line, let event = try? JSONValue(parsing: line),
            event["seq"]?.integerValue == seq
        else {
            throw CommandFailure(
                .badInput, code: "unknown_event", "the journal has no event \(seq) yet",
                next: ["baton audit tail"])
        }
        if isRaw {
            // A reader that has gone away is no failure of ours.
            _ = try? StandardStream.output.write(line)
        } else if console.isJSON {
            console.say(line: line)
        } else {
            var text = event.prettyPrinted()
            while text.last == "\n" { text.removeLast() }
            console.say(Prose.harmlessLines(text))
        }
        return .done
    }
}

/// Prints events as they come, for people or programs.
struct EventPrinter {
    private let console: Console
    private var line: EventLine

    init(_ console: Console) {
        self.console = console
        line = EventLine(console)
    }

    mutating func print(_ bytes: [UInt8]) {
        if console.isJSON {
            console.say(line: bytes)
        } else if let event = try? JSONValue(parsing: bytes) {
            console.say(line.text(event))
        } else {
            // Not an event of this version: better seen raw than not at all.
            console.say(Prose.harmless(String(decoding: bytes, as: UTF8.self)))
        }
    }
}

extension Client {
    /// The line of one event with its texts joined in; nil when there is none of that number.
    func line(of seq: Int64, payload: Bool = true) throws(ClientError) -> [UInt8]? {
        // Without `follow` the stream ends at the head; one small chunk holds the event.
        var query = TailQuery(since: seq, payload: payload)
        query.credit = 1 << 18
        try openTail(query)
        defer { try? closeTail() }
        while !isTailFinished {
            guard let chunk = try nextEvents(timeout: .seconds(10)) else { break }
            if let line = chunk.lines.first { return line }
        }
        return nil
    }

    /// One event; nil when there is none of that number.
    func event(_ seq: Int64) throws(ClientError) -> JSONValue? {
        guard let line = try line(of: seq), let event = try? JSONValue(parsing: line),
            event["seq"]?.integerValue == seq
        else { return nil }
        return event
    }
}
