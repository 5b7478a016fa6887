// `baton escalation`: the human side. What is asked, what may be answered, and the answer.
import BatonClient
import BatonWire
import CommandTree
import JSON

extension CommandLineTree {
    static let escalationCommands = Command(
        group: "escalation", "questions from agents that only people can decide",
        alsoCalled: ["esc", "escalate"],
        subcommands: [
            Command(
                "list", "open escalations, the oldest first",
                options: [
                    Option(flag: "all", "also answered and withdrawn ones"),
                    Option("brief", "ID", "of one brief", kind: .identifier(prefix: "b")),
                    Option("limit", "N", "at most so many (100)", kind: .integer(1...100_000)),
                ],
                examples: [
                    Example("baton escalation list", "what waits for a decision"),
                    Example(
                        "baton escalation list --json | jq '.escalations[].options'",
                        "options with tradeoffs and effects"),
                ],
                alsoCalled: ["ls"], action: EscalationActions.list),
            Command(
                "show", "one escalation: blocker, impact, options, recommendation",
                arguments: [escalationArgument],
                examples: [
                    Example("baton escalation show e-23", "what is asked, and how to answer")
                ],
                action: EscalationActions.show),
            Command(
                "answer", "decide; work goes on with the effect of the option",
                notes: [
                    "An escalation is answered once. --option names one of its options; "
                        + "--set and --instructions answer with values or words of your own"
                        + " (option "
                        + "`revise`)."
                ],
                arguments: [escalationArgument],
                options: [
                    Option("option", "ID", "the option to take"),
                    Option("reason", "TEXT", "why; it goes into the record"),
                    Option(
                        "set", "FIELD=VALUE", "an input to change, as written in a brief",
                        repeats: true),
                    Option("instructions", "TEXT", "what the agent should do instead"),
                ],
                examples: [
                    Example(
                        "baton escalation answer e-23 --option b --reason \"agreed with product\"",
                        "take option b"),
                    Example(
                        "baton escalation answer e-23 --set slo.availability=99.8% --reason"
                            + " \"what the providers allow\"",
                        "answer with a value of your own"),
                ],
                exits: [
                    ExitNote(.done, "recorded, or the same answer was recorded before"),
                    ExitNote(.failed, "somebody answered otherwise before; their answer is shown"),
                    ExitNote(.badInput, "no such escalation or option, or a value is wrong"),
                    ExitNote(.notPermitted, "agents may not answer"),
                ],
                alsoCalled: ["reply", "decide", "resolve"], action: EscalationActions.answer),
        ])

    static let escalationArgument = Argument(
        "ID", "the escalation, such as e-23", kind: .identifier(prefix: "e"))
}

/// What the escalation commands do.
enum EscalationActions {
    static func list(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let brief = invocation.option("brief").map { identifier($0, "b") }
        let state = invocation.flag("all") ? "all" : "open"
        let (rows, more) = try broker.all(
            .escalations, brief: brief, state: state, limit: invocation.integer("limit") ?? 100)
        console.result(["escalations": .array(rows), "more": .bool(more)]) {
            guard !rows.isEmpty else { return "No escalation is open." }
            return rows.map { EscalationView.summary($0, console, now: nil) }
                .joined(separator: "\n")
        }
        return .done
    }

    static func show(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let id = identifier(invocation.argument("ID"), "e")
        let row = try broker.document { (client) throws(ClientError) in
            try client.show(.escalation, id)
        }
        console.result(row) { EscalationView(row, console).text }
        return .done
    }

    static func answer(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let id = identifier(invocation.argument("ID"), "e")
        let draft = AnswerDraft(invocation, id)
        do throws(CommandFailure) {
            try draft.check()
        } catch {
            // What can be chosen is worth a question, if a broker is there to answer it.
            guard draft.isWithoutOption, let broker = try? Broker(invocation) else { throw error }
            var failure = error
            failure.problems += options(of: id, broker)
            throw failure
        }
        let broker = try Broker(invocation)
        let document = try draft.document(broker)
        return try send(document, to: id, broker, console)
    }

    /// The options there are, each with its label; none when the escalation cannot be looked at.
    private static func options(of id: String, _ broker: Broker) -> [CommandFailure.Problem] {
        guard let row = try? broker.client.show(.escalation, id).json() else { return [] }
        return (row["options"]?.arrayValue ?? []).map { option in
            .init("--option \(BrokerRows.text(option, "id"))", BrokerRows.text(option, "label"))
        }
    }

    /// Sends an answer document and says what came of it.
    static func send(
        _ document: JSONValue, to id: String, _ broker: Broker, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        do throws(ClientError) {
            let reply = try broker.client.answer(escalation: id, with: document.encoded())
            let isDuplicate = reply.flag("duplicate") ?? false
            console.result([
                "escalation": .string(id), "seq": .integer(reply.seq),
                "duplicate": .bool(isDuplicate), "option": document["option"] ?? .null,
            ]) {
                // What it changed is for the eye only: the answer stands without it.
                let row = try? broker.client.show(.escalation, id).json()
                let decision = row?["answer"].map { ": \(EscalationView.decision($0))" } ?? ""
                return isDuplicate
                    ? "\(id) had this answer already\(decision)."
                    : "Answered \(id)\(decision). The work goes on with it."
            }
            return .done
        } catch {
            var failure = CommandFailure(error, home: broker.home)
            if error.code == "already_answered", let first = error.refusal?.document {
                let by = first["by"]?.stringValue ?? "somebody"
                failure.message =
                    "\(id) was answered before, by \(by): option "
                    + "\(first["option"]?.stringValue ?? "?"), because: "
                    + (first["reason"]?.stringValue ?? "no reason given")
            } else if error.code == "bad_answer" {
                failure.problems += options(of: id, broker)
                failure.next = ["baton escalation show \(id)"]
            }
            throw failure
        }
    }
}
