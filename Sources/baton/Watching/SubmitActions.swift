// `baton submit` and `baton brief wait`: hand a brief in, watch it, fetch what it made.
import BatonBrief
import BatonClient
import BatonPlatform
import CommandTree
import JSON

/// What submitting and waiting do.
enum SubmitActions {
    static func submit(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let isWaiting = invocation.flag("wait") || invocation.flag("follow")
        // Before any other thread starts, so that Ctrl-C arrives here as data.
        let signals = try done { () throws(SystemError) in
            try SignalInbox([.interrupt, .terminate])
        }
        let file = try BriefFile(invocation.argument("FILE"))
        let document = try file.document()
        for diagnostic in file.reading.diagnostics {
            console.note(Self.warning(diagnostic, console))
        }
        let broker = try Broker(invocation)
        broker.client.interrupt(whenReadable: signals.fileDescriptor)
        let outputs = try file.outputs(
            of: document, stopDescriptor: signals.fileDescriptor, console)
        let json = try file.uploaded(
            document, outputs: outputs, priority: invocation.integer("priority"), by: broker)
        let key = try key(invocation) ?? Client.makeKey()
        let submission: Submission
        do throws(CommandFailure) {
            submission = try broker.ask { (client) throws(ClientError) in
                try client.submit(brief: json.encoded(), key: key)
            }
        } catch {
            throw repeatable(error, key, invocation, broker)
        }
        let members = JSONObject([
            ("brief", .string(submission.id)),
            ("seq", .integer(BrokerRows.number(of: submission.id))),
            ("duplicate", .bool(submission.isDuplicate)), ("key", .string(submission.key)),
        ])
        guard isWaiting || invocation.option("out") != nil else {
            console.result(.object(members)) { submission.id }
            if !console.isJSON {
                console.note(
                    submission.isDuplicate
                        ? "This key was submitted before; it is the same brief."
                        : "Watch it with: baton brief wait \(submission.id)")
            }
            return .done
        }
        if !console.isJSON { console.say(submission.id) }
        return try watch(
            submission.id, invocation, broker, console, members: members, signals: signals)
    }

    /// Whoever does not know what came of it must be able to send the very same again, once a
    /// broker answers.
    private static func repeatable(
        _ failure: CommandFailure, _ key: String, _ invocation: Invocation, _ broker: Broker
    ) -> CommandFailure {
        guard ["timeout", "interrupted", "unreachable"].contains(failure.code) else {
            return failure
        }
        var failure = failure
        let file = ShellWord.quoted(invocation.argument("FILE"))
        let again = "submit \(file) --key \(ShellWord.quoted(key))"
        failure.next.append(Broker.line(again, broker.home))
        return failure
    }

    /// The idempotency key that was given, if any.
    static func key(_ invocation: Invocation) throws(CommandFailure) -> String? {
        guard let key = invocation.option("key") else { return nil }
        guard !key.isEmpty, key.utf8.count <= 128 else {
            throw CommandFailure(
                .usage, code: "usage",
                key.isEmpty
                    ? "--key is empty: a key names one submission, such as release-42"
                    : "--key has \(key.utf8.count) bytes; it may have 128",
                next: ["\(BatonProgram.title(invocation)) --help"])
        }
        return key
    }

    static func wait(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let signals = try done { () throws(SystemError) in
            try SignalInbox([.interrupt, .terminate])
        }
        let broker = try Broker(invocation)
        broker.client.interrupt(whenReadable: signals.fileDescriptor)
        let id = identifier(invocation.argument("ID"), "b")
        return try watch(
            id, invocation, broker, console, members: JSONObject([("brief", .string(id))]),
            signals: signals)
    }

    private static func warning(_ diagnostic: Diagnostic, _ console: Console) -> String {
        let line = diagnostic.line.map { "line \($0): " } ?? ""
        let suggestion = diagnostic.suggestion.map { " (\($0))" } ?? ""
        return console.notePaint.yellow("note: ")
            + Prose.harmless("\(line)\(diagnostic.message)\(suggestion)")
    }

    private static func watch(
        _ id: String, _ invocation: Invocation, _ broker: Broker, _ console: Console,
        members: JSONObject, signals: borrowing SignalInbox
    ) throws(CommandFailure) -> ExitStatus {
        var watch = BriefWatch(
            id, broker, console, isFollowing: invocation.flag("follow"),
            timeoutMilliseconds: invocation.milliseconds("timeout"))
        let outcome = try watch.run(signals)
        var status = outcome.status
        var members = members
        members["state"] = outcome.brief["state"]
        members["deliverables"] = outcome.brief["deliverables"]
        let open = (outcome.brief["escalations"]?.arrayValue ?? []).filter {
            $0["state"]?.stringValue == "open"
        }
        if !open.isEmpty { members["escalations"] = .array(open) }
        if let folder = invocation.option("out"), status != .detached {
            let writer = DeliverableWriter(broker: broker, folder: folder)
            let files = try writer.write(outcome.brief)
            members["out"] = .string(folder)
            members["files"] = .array(files.map { .string($0) })
            let paint = console.notePaint
            console.note(
                "Deliverables: \(paint.cyan("\(folder)/report.html")),"
                    + " \(paint.cyan("\(folder)/index.md"))")
        } else if status == .done {
            console.note("Fetch the deliverables with: baton brief get \(id)")
        }
        if status == .detached {
            console.note("Detached; \(id) goes on. Look again with: baton brief wait \(id)")
        }
        if outcome.hasTimedOut {
            console.note("The time is up; \(id) goes on. Look again with: baton brief wait \(id)")
            status = .tryAgain
        }
        if console.isJSON { console.say(json: .object(members)) }
        return status
    }
}
