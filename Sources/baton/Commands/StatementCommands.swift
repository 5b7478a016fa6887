// What people state about a brief beside its work: decisions, and evidence for its gates.
import BatonBrief
import BatonClient
import BatonPlatform
import BatonWire
import CommandTree
import JSON
import PlainText

extension CommandLineTree {
    static let decideCommand = Command(
        "decide", "put a decision of yours on record",
        notes: [
            "It goes into the decision log, and into the packet of every task that is leased from"
                + " then on. To answer a question of an agent, use `baton escalation answer`."
        ],
        arguments: [briefArgument],
        options: [
            Option("decision", "TEXT", "what was decided"),
            Option("why", "TEXT", "the reason"),
            Option(
                "alternative", "TEXT", "what was rejected and why, as `option: reason`",
                repeats: true),
            Option("evidence", "TEXT", "what it rests on", repeats: true),
        ],
        examples: [
            Example(
                "baton brief decide b-17 --decision \"one region\" --why \"the deadline\"",
                "what was decided, and why")
        ],
        exits: [
            ExitNote(.done, "recorded, or the same was recorded before"),
            ExitNote(.badInput, "no such brief, or it has ended"),
            ExitNote(.notPermitted, "agents decide in what they deliver"),
        ], action: StatementActions.decide)

    static let decisionsCommand = Command(
        "decisions", "the decision log: what, why, against what, by whom",
        arguments: [briefArgument],
        examples: [Example("baton brief decisions b-17", "people's decisions and the agents'")],
        action: StatementActions.decisions)

    static let gatesCommand = Command(
        "gates", "the gates that evidence passes, and what was shown for each",
        notes: ["The closing handoff waits until every planned gate is passed."],
        arguments: [briefArgument],
        examples: [Example("baton brief gates b-17", "what is still to be shown")],
        action: StatementActions.gates)

    static let evidenceCommands = Command(
        group: "evidence", "what shows that a gate of a brief is passed",
        subcommands: [
            Command(
                "add", "add evidence for a gate; the newest counts",
                notes: [
                    "Files are stored with their digests. Whoever works on a brief does not attest"
                        + " its gates."
                ],
                arguments: [
                    briefArgument,
                    Argument("FILE", "a report, a log, a dump", count: .any, kind: .file),
                ],
                options: [
                    Option("gate", "NAME", "which gate, such as validation.load"),
                    Option(
                        "result", "RESULT", "whether it is passed",
                        kind: .choice(["pass", "fail"])),
                    Option("producer", "NAME", "who or what made the files (you)"),
                    Option("note", "TEXT", "what they show"),
                ],
                examples: [
                    Example(
                        "baton evidence add b-17 k6.json --gate validation.load --result pass"
                            + " --note \"p99 610 ms at 300/s\"",
                        "a load test that passed")
                ],
                exits: [
                    ExitNote(.done, "recorded, or the same was recorded before"),
                    ExitNote(.badInput, "no such brief, it has ended, or a file is too large"),
                    ExitNote(.notPermitted, "its own agents may not"),
                ], action: StatementActions.addEvidence)
        ])
}

/// What these commands do.
enum StatementActions {
    static func decide(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let id = identifier(invocation.argument("ID"), "b")
        var draft = StatementDraft(invocation)
        let decision = draft.needed("decision")
        let why = draft.needed("why")
        var alternatives: [JSONValue] = []
        for text in invocation.options("alternative") {
            let halves = text.split(separator: ":", maxSplits: 1).map(\.trimmed)
            guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }) else {
                draft.problems.append(
                    .init(
                        "--alternative", "\"\(text)\" has no reason",
                        suggestion: "write `option: why not`"))
                continue
            }
            alternatives.append(["option": .string(halves[0]), "why_not": .string(halves[1])])
        }
        try draft.check()
        let evidence = invocation.options("evidence").map { JSONValue.string($0) }
        let document: JSONValue = [
            "format": .string(DocumentKind.decision.format), "decision": .string(decision),
            "why": .string(why), "alternatives": orNone(alternatives),
            "evidence": orNone(evidence),
        ]
        let broker = try Broker(invocation)
        let reply = try broker.ask { (client) throws(ClientError) in
            try client.decide(brief: id, with: document.encoded())
        }
        return said(reply, "The decision", about: id, console)
    }

    static func addEvidence(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let id = identifier(invocation.argument("ID"), "b")
        var draft = StatementDraft(invocation)
        let gate = draft.needed("gate")
        let isPassed = draft.needed("result") == "pass"
        try draft.check()
        let broker = try Broker(invocation)
        try checkGate(gate, of: id, broker)
        var document = JSONObject([
            ("format", .string(DocumentKind.evidence.format)),
            (
                "producer",
                .string(invocation.option("producer") ?? Host.environment("USER") ?? "the user")
            ),
        ])
        document["note"] = invocation.option("note").map { .string($0) }
        var parts = [
            Part(
                name: "evidence.json", mediaType: "application/json",
                body: JSONValue.object(document).encoded())
        ]
        for path in invocation.arguments("FILE") {
            let file = try SourceFile.read(path, bytesMax: WireLimits.standard.partBytesMax)
            var name = SourceFile.partName(file.name)
            // Two files of one name come from different folders.
            while parts.contains(where: { $0.name == name }) { name = "x-" + name }
            parts.append(Part(name: name, mediaType: file.mediaType, body: file.bytes))
        }
        let reply = try broker.ask { [parts] (client) throws(ClientError) in
            try client.attest(brief: id, gate: gate, isPassed: isPassed, parts: parts)
        }
        return said(reply, "The evidence for \(gate)", about: id, console)
    }

    /// A gate that the plan does not have is a slip: its evidence would pass nothing. Before there
    /// is a plan any name will do.
    private static func checkGate(
        _ gate: String, of id: String, _ broker: Broker
    ) throws(CommandFailure) {
        let rows = try BriefActions.document(of: id, broker)["gates"]?.arrayValue ?? []
        let planned = rows.filter { $0["planned"]?.boolValue != false }
            .map { BrokerRows.text($0, "gate") }
        guard !planned.isEmpty, !planned.contains(gate) else { return }
        let near = FieldCatalog.nearest(gate, in: planned)
        throw CommandFailure(
            .badInput, code: "unknown_gate", "\(id) has no gate \(gate)",
            problems: [
                .init(
                    "--gate", "\(gate) is none of \(planned.joined(separator: ", "))",
                    suggestion: near.map { "did you mean \($0)?" } ?? "write one of them")
            ], next: ["baton brief gates \(id)"])
    }

    private static func said(
        _ reply: Reply, _ what: String, about id: String, _ console: Console
    ) -> ExitStatus {
        let isDuplicate = reply.flag("duplicate") ?? false
        console.result([
            "brief": .string(id), "seq": .integer(reply.integer("event") ?? reply.seq),
            "duplicate": .bool(isDuplicate),
        ]) { "\(what) \(isDuplicate ? "was" : "is") on record for \(id)." }
        return .done
    }

    static func decisions(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let (id, brief) = try brief(invocation)
        let entries = brief["decisions"]?.arrayValue ?? []
        console.result(["brief": .string(id), "decisions": .array(entries)]) {
            guard !entries.isEmpty else { return "Nothing has been decided about \(id) yet." }
            return entries.map { entry in
                let paint = console.paint
                let time = BrokerRows.text(entry, "time").prefix(16)
                let by = Prose.harmless(BrokerRows.text(entry, "by"))
                var lines = [
                    "\(paint.dim("\(time)"))  \(paint.cyan(by))",
                    "  " + paint.bold(Prose.harmless(BrokerRows.text(entry, "decision"))),
                    "  why: " + Prose.harmless(BrokerRows.text(entry, "why")),
                ]
                for other in entry["alternatives"]?.arrayValue ?? [] {
                    let option = Prose.harmless(BrokerRows.text(other, "option"))
                    let reason = Prose.harmless(BrokerRows.text(other, "why_not"))
                    lines.append("  not: \(option) - \(reason)")
                }
                for fact in BrokerRows.texts(entry, "evidence") {
                    lines.append("  on:  " + Prose.harmless(fact))
                }
                return lines.joined(separator: "\n")
            }.joined(separator: "\n\n")
        }
        return .done
    }

    static func gates(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let (id, brief) = try brief(invocation)
        let rows = brief["gates"]?.arrayValue ?? []
        console.result(["brief": .string(id), "gates": .array(rows)]) {
            guard !rows.isEmpty else {
                return "\(id) has no gates that need evidence; its playbook sets none."
            }
            var table = Table(["GATE", "STATE", "SHOWN BY", "FILES", "NOTE", "TITLE"])
            for row in rows {
                let state = BrokerRows.text(row, "state")
                let newest = row["evidence"]?.arrayValue?.last
                let files = newest?["files"]?.arrayValue?.map { BrokerRows.text($0, "name") } ?? []
                table.add([
                    .init(BrokerRows.text(row, "gate"), .bold),
                    .init(state, state == "passed" ? .good : state == "failed" ? .bad : .warning),
                    .init(newest.map { BrokerRows.text($0, "by") } ?? "-"),
                    .init(files.isEmpty ? "-" : files.joined(separator: ", ")),
                    .init(newest.map { BrokerRows.text($0, "note") } ?? "-"),
                    .init(BrokerRows.text(row, "title")),
                ])
            }
            return table.text(paint: console.paint, width: console.lineWidth)
        }
        return .done
    }

    private static func brief(
        _ invocation: Invocation
    ) throws(CommandFailure) -> (id: String, document: JSONValue) {
        let id = identifier(invocation.argument("ID"), "b")
        return (id, try BriefActions.document(of: id, Broker(invocation)))
    }

    private static func orNone(_ list: [JSONValue]) -> JSONValue {
        list.isEmpty ? .string(noneStated) : .array(list)
    }
}

/// What was given for a statement, and everything that is wrong with it.
private struct StatementDraft {
    private let invocation: Invocation
    var problems: [CommandFailure.Problem] = []

    init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    /// The value of an option that must be there.
    mutating func needed(_ name: String) -> String {
        let value = invocation.option(name) ?? ""
        if value.trimmed.isEmpty { problems.append(.init("--\(name)", "is missing")) }
        return value
    }

    func check() throws(CommandFailure) {
        guard !problems.isEmpty else { return }
        throw CommandFailure(
            .usage, code: "usage", "the statement is not complete", problems: problems)
    }
}
