// `baton brief check FILE`: what would be understood of a brief, who would get it and why, and what
// would be asked. It runs the orchestrator's own engine on the packet that a broker would make, so
// it cannot promise anything else than what happens. No broker is needed.
import BatonAgents
import BatonBrief
import BatonPlatform
import CommandTree
import Crypto
import JSON

/// Checks one brief.
enum BriefCheck {
    static func run(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let file = try BriefFile(invocation.argument("FILE"))
        let home = try Broker.home(invocation)
        let folder = try CardFolder.choose(option: invocation.option("agents"), home: home)
        var failure: CommandFailure?
        do throws(CommandFailure) {
            _ = try file.document()
        } catch {
            failure = error
        }
        let playbooks = try PlaybookFolder.read(in: folder.path) {
            console.note(Prose.harmless($0))
        }
        let outlook = file.reading.document.map {
            BriefOutlook($0.json, folder.set.cards, playbooks)
        }
        let view = BriefCheckView(file, folder, outlook, failure, console)
        console.result(view.json) { view.text }
        return failure?.status ?? .done
    }
}

/// What agents would make of a brief.
struct BriefOutlook {
    /// One input that a card requires.
    struct Input {
        enum Presence: String { case there, assumed, missing }
        let field: String
        let why: String
        let presence: Presence
        /// What is stated or would be assumed.
        let value: String?
    }

    /// As in plan.json.
    let route: [JSONValue]
    /// By agent, in the order of the route.
    let inputs: [(agent: String, inputs: [Input])]
    /// What the orchestrator would ask before it plans.
    let escalation: JSONValue?
    /// What it would plan else.
    let plan: PlanDocument?
    /// What the brief asks for: hard, soft, and inferred from its inputs.
    let requirements: [Requirement]

    init(_ brief: JSONValue, _ cards: [Card], _ playbooks: [Playbook]) {
        let (packet, parts) = Self.packet(brief, cards)
        route = RoutePreview.entries(packet, parts: parts)
        let view = PacketView(packet)
        requirements = RequirementReader.requirements(of: view)
        inputs = route.compactMap { entry in
            guard entry["chosen"]?.boolValue == true, let id = entry["agent"]?.stringValue,
                let card = cards.first(where: { $0.id == id })
            else { return nil }
            return (id, Self.inputs(of: card, view))
        }
        let own = cards.first { $0.id == "core.orchestrator" }?.json ?? .object(JSONObject())
        let outcome = OrchestratorEngine(playbooks: playbooks).run(
            EngineInput(packet: packet, parts: parts, card: own))
        switch outcome {
        case .escalate(let document):
            escalation = document
            plan = nil
        case .deliver(let parts):
            escalation = nil
            plan = parts.first.flatMap { try? PlanDocument($0.value) }
        case .fail:
            escalation = nil
            plan = nil
        }
    }

    /// The packet of the plan task, as the broker would make it.
    private static func packet(
        _ brief: JSONValue, _ cards: [Card]
    ) -> (JSONValue, parts: [String: [UInt8]]) {
        var facts = PacketFacts(
            task: .init(
                id: "t-0", kind: .plan, agent: "core.orchestrator", title: "plan", instructions: "",
                attempt: 1, rejections: 0),
            briefID: "b-0", sentAt: "1970-01-01T00:00:00.000000Z", brief: brief)
        var parts: [String: [UInt8]] = [:]
        for card in cards {
            let bytes = card.json.encoded()
            let name = PacketAssembler.cardPart(card.id)
            parts[name] = bytes
            facts.agents.append(
                .init(
                    id: card.id,
                    card: PartReference(
                        name: name, mediaType: "application/json", size: bytes.count,
                        digestHex: SHA256.hash(bytes).hex)))
        }
        return (PacketAssembler.assemble(facts).document, parts)
    }

    private static func inputs(of card: Card, _ packet: PacketView) -> [Input] {
        card.requiredInputs.flatMap { required in
            RequiredInputs.expand(required.pointer, in: packet.document).map { pointer -> Input in
                let field = PointerText.field(pointer)
                if RequiredInputs.isPresent(pointer, packet) {
                    let value = packet.document.value(at: pointer).map {
                        Prose.shortened(String(decoding: $0.encoded(), as: UTF8.self), width: 40)
                    }
                    return Input(field: field, why: required.why, presence: .there, value: value)
                }
                let assumable = ConservativeTable.entry(for: pointer, card: card.json)?.value
                guard packet.isConservative, let assumable else {
                    return Input(field: field, why: required.why, presence: .missing, value: nil)
                }
                return Input(
                    field: field, why: required.why, presence: .assumed, value: "\(assumable)")
            }
        }
    }
}

/// The outcome of a check as text and JSON.
struct BriefCheckView {
    private let file: BriefFile
    private let folder: CardFolder
    private let outlook: BriefOutlook?
    private let failure: CommandFailure?
    private let console: Console
    private var paint: Paint { console.paint }

    init(
        _ file: BriefFile, _ folder: CardFolder, _ outlook: BriefOutlook?,
        _ failure: CommandFailure?, _ console: Console
    ) {
        self.file = file
        self.folder = folder
        self.outlook = outlook
        self.failure = failure
        self.console = console
    }

    var json: JSONValue {
        var object = JSONObject([
            ("file", .string(file.source.path)), ("valid", .bool(failure == nil)),
            (
                "understood",
                .array(
                    fields.map { field in
                        [
                            "field": .string(field.field), "value": .string(field.shown),
                            "line": .integer(Int64(field.line)),
                        ]
                    })
            ),
            ("diagnostics", .array(file.reading.diagnostics.map(\.json))),
        ])
        let commands = file.reading.document?.commands ?? []
        if !commands.isEmpty {
            object["context"] = .array(
                commands.map { command in
                    [
                        "command": JSONValue(texts: command.words),
                        "line": .integer(Int64(command.line)),
                    ]
                })
        }
        if let failure { object["problems"] = failure.json["problems"] }
        if let outlook {
            object["route"] = .array(outlook.route)
            object["inputs"] = .object(
                JSONObject(
                    outlook.inputs.map { agent, inputs in
                        (
                            agent,
                            .array(
                                inputs.map { input in
                                    var entry = JSONObject([
                                        ("field", .string(input.field)),
                                        ("state", .string(input.presence.rawValue)),
                                        ("why", .string(input.why)),
                                    ])
                                    entry["value"] = input.value.map { .string($0) }
                                    return .object(entry)
                                })
                        )
                    }))
            object["requirements"] = .array(
                outlook.requirements.enumerated().map { $1.json(id: "R\($0 + 1)") })
            object["escalation"] = outlook.escalation
            if let plan = outlook.plan {
                object["plan"] = [
                    "playbook": .string(plan.playbook),
                    "tasks": .array(plan.tasks.map(\.json)),
                    "gates": JSONValue(texts: plan.gates.map(\.id)),
                ]
            }
            object["proposed"] = file.reading.document?.json["proposed"]
        }
        object["cards"] = .string(folder.path)
        return .object(object)
    }

    var text: String {
        var blocks = [understood]
        if let proposed { blocks.append(proposed) }
        if let commands { blocks.append(commands) }
        if let outlook {
            blocks.append(route(outlook))
            if let requirements = requirements(outlook) { blocks.append(requirements) }
            if !outlook.inputs.isEmpty { blocks.append(inputs(outlook)) }
            if let plan = outlook.plan { blocks.append(self.plan(plan)) }
        }
        if let diagnostics { blocks.append(diagnostics) }
        blocks.append(conclusion)
        return blocks.joined(separator: "\n\n")
    }

    /// Characters of one field; an objective may be a page.
    private static let shownMax = 300

    /// Everything that was understood, prose too, in the order of the text; of a brief that is
    /// refused what its fields say.
    private var fields: [UnderstoodField] {
        guard let document = file.reading.document else { return file.reading.understood }
        // The context is the text itself, and `assume` is there though nobody wrote it.
        let all = UnderstoodField.all(in: document.json).filter {
            $0.field != "context" && ($0.field != "assume" || $0.line > 0)
        }
        return all.enumerated().sorted { left, right in
            (left.element.line, left.offset) < (right.element.line, right.offset)
        }.map(\.element)
    }

    private var understood: String {
        let fields = fields
        guard !fields.isEmpty else {
            return paint.yellow("No structured field was understood.")
                + " Numbers belong into the front matter; `baton brief new` shows how."
        }
        var table = Table(["LINE", "FIELD", "UNDERSTOOD AS"], rightAligned: [0], wrapsLast: true)
        for field in fields {
            table.add([
                .init(String(field.line), .dim), .init(field.field, .name),
                .init(Prose.shortened(Prose.harmless(field.shown), width: Self.shownMax)),
            ])
        }
        return paint.bold("Understood") + "\n"
            + table.text(paint: paint, width: console.lineWidth)
    }

    /// Numbers in prose are shown, never used.
    private var proposed: String? {
        let rows = file.reading.document?.json["proposed"]?.arrayValue ?? []
        guard !rows.isEmpty else { return nil }
        let lines = rows.map { row in
            "  line \(row["line"]?.integerValue ?? 0) "
                + " \(Prose.harmless(BrokerRows.text(row, "text")))"
                + "  could be \(paint.cyan(Prose.harmless(BrokerRows.text(row, "field"))))"
        }
        return paint.bold("Seen in the text, not used") + "\n" + lines.joined(separator: "\n")
    }

    /// What would be run; a check runs nothing.
    private var commands: String? {
        let commands = file.reading.document?.commands ?? []
        guard !commands.isEmpty else { return nil }
        let lines = commands.map { command in
            let words = Prose.harmless(ContextRun.shown(command.words))
            return "  line \(command.line)  \(paint.cyan(words))"
        }
        return paint.bold("Run here, as you, when it is submitted") + "\n"
            + lines.joined(separator: "\n")
    }

    private func route(_ outlook: BriefOutlook) -> String {
        var table = Table(["", "AGENT", "SCORE", "REASONS"], rightAligned: [2], wrapsLast: true)
        for entry in outlook.route {
            let isChosen = entry["chosen"]?.boolValue == true
            let score = entry["score"]?.doubleValue ?? 0
            table.add([
                .init(isChosen ? "yes" : "no", isChosen ? .good : .dim),
                .init(BrokerRows.text(entry, "agent"), isChosen ? .name : .dim),
                .init(score == score.rounded() ? "\(Int(score))" : "\(score)"),
                .init(BrokerRows.texts(entry, "reasons").joined(separator: ", ")),
            ])
        }
        return paint.bold("Route") + " with the cards of \(folder.path)\n"
            + table.text(paint: paint, width: console.lineWidth)
    }

    /// Who would work on what, after whom, and what waits for evidence.
    private func plan(_ plan: PlanDocument) -> String {
        var table = Table(["TASK", "AGENT", "AFTER", "DELIVERS"], wrapsLast: true)
        for task in plan.tasks {
            let items = task.deliver.map(\.id).joined(separator: ", ")
            table.add([
                .init(task.id, .name), .init(task.agent),
                .init(task.dependsOn.isEmpty ? "-" : task.dependsOn.joined(separator: ", ")),
                .init(items.isEmpty ? "the documents" : "the documents, \(items)"),
            ])
        }
        let gates = plan.gates.map(\.id).joined(separator: ", ")
        return paint.bold("Plan") + " by the playbook \(plan.playbook)\n"
            + table.text(paint: paint, width: console.lineWidth)
            + (gates.isEmpty ? "" : "\n  the close waits for evidence: \(gates)")
    }

    /// How many there are, and those that nobody has stated: they are to be confirmed.
    private func requirements(_ outlook: BriefOutlook) -> String? {
        guard !outlook.requirements.isEmpty else { return nil }
        let counts = [Requirement.Kind.hard, .soft, .inferred].map { kind in
            "\(outlook.requirements.count { $0.kind == kind }) \(kind.rawValue)"
        }
        let inferred = outlook.requirements.filter { $0.kind == .inferred }.map {
            "  \(paint.yellow("confirm"))  \(Prose.harmless($0.text))"
                + "  \(paint.dim(Prose.harmless($0.source)))"
        }
        return ([paint.bold("Requirements") + "  " + counts.joined(separator: ", ")] + inferred)
            .joined(separator: "\n")
    }

    private func inputs(_ outlook: BriefOutlook) -> String {
        var lines = [paint.bold("Required inputs")]
        for (agent, inputs) in outlook.inputs {
            lines.append("  \(paint.cyan(agent))")
            if inputs.isEmpty { lines.append("    needs none") }
            for input in inputs {
                let word =
                    switch input.presence {
                    case .there: paint.green("there  ")
                    case .assumed: paint.yellow("assumed")
                    case .missing: paint.red("missing")
                    }
                let detail = input.presence == .missing ? input.why : input.value ?? ""
                lines.append("    \(word)  \(input.field)  \(paint.dim(Prose.harmless(detail)))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private var diagnostics: String? {
        let problems = failure?.problems ?? []
        let warnings = file.reading.diagnostics.filter { $0.severity == .warning }
        guard !problems.isEmpty || !warnings.isEmpty else { return nil }
        func line(_ problem: CommandFailure.Problem, _ mark: String) -> String {
            let place = problem.line.map { "line \($0)" } ?? ""
            let suggestion = problem.suggestion.map { " (\(Prose.harmless($0)))" } ?? ""
            return "  \(mark) \(place)  \(Prose.harmless(problem.message))\(suggestion)"
        }
        let lines =
            problems.map { line($0, paint.red("error  ")) }
            + warnings.map { line(.init($0), paint.yellow("warning")) }
        return paint.bold("Problems") + "\n" + lines.joined(separator: "\n")
    }

    private var conclusion: String {
        if let failure {
            return paint.red("Not ready: ") + Prose.harmless(failure.message) + "."
        }
        let submit = paint.cyan("baton submit \(ShellWord.quoted(file.source.path)) --wait")
        guard let escalation = outlook?.escalation else {
            return paint.green("Ready.") + "  \(submit)"
        }
        let width = min(console.width, 100) - 2
        let blocker = Prose.harmless(BrokerRows.text(escalation, "blocker"))
        return paint.yellow("It can be submitted, but the first thing would be a question:") + "\n"
            + Prose.indented(Prose.wrapped(blocker, width: width), by: 2) + "\n\(submit)"
    }
}
