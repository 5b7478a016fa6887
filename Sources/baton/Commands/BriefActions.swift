// What the commands about existing briefs do.
import BatonClient
import CommandTree
import JSON

/// `brief list`, `show`, `get` and `cancel`.
enum BriefActions {
    static func list(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let (rows, more) = try broker.all(
            .briefs, state: invocation.option("state"), limit: invocation.integer("limit") ?? 100)
        console.result(["briefs": .array(rows), "more": .bool(more)]) {
            guard !rows.isEmpty else {
                return "No brief fits. \(console.paint.cyan("baton submit FILE")) publishes one."
            }
            var table = Table(["BRIEF", "STATE", "ACCEPTED", "SUBMITTED", "BY", "TITLE"])
            for row in rows {
                let state = BrokerRows.text(row, "state")
                let tasks = row["tasks"]
                table.add([
                    .init(BrokerRows.text(row, "brief"), .bold),
                    .init(state, BrokerRows.look(ofState: state)),
                    .init(
                        "\(tasks?["accepted"]?.integerValue ?? 0) of "
                            + "\(tasks?["total"]?.integerValue ?? 0) tasks"),
                    .init(row["submitted_us"]?.integerValue.map(MomentText.short) ?? "-"),
                    .init(BrokerRows.text(row, "actor")), .init(BrokerRows.text(row, "title")),
                ])
            }
            return table.text(paint: console.paint, width: console.lineWidth)
                + (more ? "\nThere are more; --limit shows them." : "")
        }
        return .done
    }

    static func show(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let brief = try document(of: identifier(invocation.argument("ID"), "b"), broker)
        console.result(brief) { BriefView(brief, console).text }
        return .done
    }

    static func get(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let id = identifier(invocation.argument("ID"), "b")
        let brief = try document(of: id, broker)
        let writer = DeliverableWriter(broker: broker, folder: invocation.option("out") ?? id)
        let files = try writer.write(brief)
        console.result([
            "brief": .string(id), "state": brief["state"] ?? .null, "out": .string(writer.folder),
            "files": .array(files.map { .string($0) }),
        ]) {
            let count = files.count == 1 ? "1 file" : "\(files.count) files"
            return "\(count) in \(writer.folder); begin with \(writer.folder)/report.html, or in a"
                + " terminal with \(writer.folder)/index.md"
        }
        return .done
    }

    static func cancel(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let broker = try Broker(invocation)
        let id = identifier(invocation.argument("ID"), "b")
        let reply = try broker.ask { (client) throws(ClientError) in
            try client.cancel(.brief(id), reason: invocation.option("reason"))
        }
        let count = reply.integer("cancelled") ?? 0
        console.result([
            "brief": .string(id), "seq": .integer(reply.seq), "cancelled": .integer(count),
        ]) { "\(id) is cancelled, with \(count) \(count == 1 ? "task" : "tasks")." }
        return .done
    }

    /// SHOW of a brief.
    static func document(of id: String, _ broker: Broker) throws(CommandFailure) -> JSONValue {
        try broker.document { (client) throws(ClientError) in try client.show(.brief, id) }
    }
}
