// A desk does what the broker does between agents, without one: it makes packets with the same
// assembler, hands them to engines, keeps what they deliver, and passes answers on.

import BatonAgents
import BatonBrief
import BatonPlatform
import JSON
import Testing

/// Files of the repository.
enum Repository {
    static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    static func bytes(_ path: String) throws -> [UInt8] {
        try Files.read(root + "/" + path, bytesMax: 1 << 20)
    }

    static func brief(_ name: String) throws -> JSONValue {
        let reading = BriefParser.parse(try bytes("Agents/briefs/\(name)"), name: name)
        #expect(reading.diagnostics.filter { $0.severity == .error } == [])
        return try #require(reading.document?.json)
    }

    static let cardPaths = [
        "backend/api_reliability.md", "backend/queue_worker_planner.md", "core/orchestrator.md",
        "core/quality.md",
    ]

    static func card(_ path: String) throws -> JSONValue {
        let reading = CardParser.parse(try bytes("Agents/\(path)"), path: path)
        #expect(reading.diagnostics == [])
        return try #require(reading.card?.json)
    }
}

/// What one agent delivered.
struct Delivered: Sendable {
    var task: String
    var agent: String
    var title: String
    var parts: [(name: String, bytes: [UInt8])]
    /// The tasks that it waited for.
    var dependsOn: [String] = []

    func json(_ name: String) throws -> JSONValue {
        let bytes = try #require(parts.first { $0.name == name }?.bytes)
        return try JSONValue(parsing: bytes)
    }
}

/// One brief on its way.
struct Desk {
    var brief: JSONValue
    var cards: [String: JSONValue] = [:]
    var answers: [PacketFacts.Answered] = []
    var route: JSONValue?
    /// The playbooks that the orchestrator knows.
    var playbooks: [Playbook] = [.plain]
    /// The plan's entries by the task that was made of them.
    var entries: [String: JSONValue] = [:]
    /// The gates of the plan, as a close task's packet has them.
    var gates: [JSONValue] = []
    /// The gate that judges.
    var gate = QualityEngine()
    /// What people decided, as a packet has it.
    var decisions: [JSONValue] = []
    /// The brief's files, as they are stored.
    var artifacts: [(name: String, bytes: [UInt8])] = []

    /// Whether each engine has to give the same bytes again. Off where a hundred deliveries are
    /// judged that differ in one place.
    var repeats = true

    init(_ brief: JSONValue) throws {
        self.brief = brief
        for path in Repository.cardPaths {
            let card = try Repository.card(path)
            cards[try #require(card["id"]?.stringValue)] = card
        }
    }

    private func facts(_ id: String, _ kind: TaskKindName, _ agent: String, title: String)
        -> PacketFacts
    {
        var facts = PacketFacts(
            task: .init(
                id: id, kind: kind, agent: agent, title: title, instructions: "as planned",
                attempt: 1, rejections: 0),
            briefID: "b-1", sentAt: "2026-11-20T08:09:10.123456Z", brief: brief)
        facts.plannedTask = entries[id]
        facts.answers = answers
        facts.artifacts = artifacts.map { reference($0.name, $0.bytes) }
        facts.route = route
        return facts
    }

    private func reference(_ name: String, _ bytes: [UInt8]) -> PartReference {
        PartReference(
            name: name,
            mediaType: name.hasSuffix(".md") ? "text/markdown" : "application/json",
            size: bytes.count, digestHex: String(repeating: "0", count: 64))
    }

    private func run(_ facts: PacketFacts, _ parts: [String: [UInt8]]) throws -> EngineOutcome {
        let packet = PacketAssembler.assemble(facts).document
        #expect(DocumentKind.packet.findings(in: packet) == [])
        let orchestrator = OrchestratorEngine(playbooks: playbooks)
        let engine: any Engine =
            switch facts.task.agent {
            case orchestrator.agentID: orchestrator
            case gate.agentID: gate
            default: try #require(EngineCatalog.engine(for: facts.task.agent))
            }
        var parts = parts
        for artifact in artifacts { parts["artifacts/\(artifact.name)"] = artifact.bytes }
        let input = EngineInput(
            packet: packet, parts: parts, card: try #require(cards[facts.task.agent]))
        let outcome = engine.run(input)
        if repeats {
            #expect(engine.run(input) == outcome, "the same packet gives the same bytes")
        }
        try checkShape(outcome)
        return outcome
    }

    private func checkShape(_ outcome: EngineOutcome) throws {
        switch outcome {
        case .escalate(let document):
            #expect(DocumentKind.escalation.findings(in: document) == [])
        case .deliver(let parts):
            let manifest = parts.map {
                PartManifest(name: $0.name, mediaType: $0.mediaType, size: $0.bytes.count)
            }
            #expect(Deliverables.problems(with: manifest, for: .direct, isReviewed: false) == [])
            for part in parts {
                // Rules and runbooks are texts without a schema.
                guard part.name.hasSuffix(".json") else { continue }
                let kind = try #require(Deliverables.kind(ofPart: part.name))
                #expect(kind.findings(in: part.value) == [], "\(part.name)")
            }
        case .fail: break
        }
    }

    func plan() throws -> EngineOutcome {
        var facts = facts("t-2", .plan, "core.orchestrator", title: "Plan")
        var parts: [String: [UInt8]] = [:]
        for id in cards.keys.sorted() {
            let bytes = try #require(cards[id]).encoded()
            parts["cards/\(id).json"] = bytes
            facts.agents.append(
                .init(id: id, card: reference("cards/\(id).json", bytes)))
        }
        return try run(facts, parts)
    }

    /// The packet of a work task.
    func packet(_ agent: String, task: String) -> HandoffPacket {
        let facts = facts(task, .work, agent, title: "Work of \(agent)")
        return HandoffPacket(document: PacketAssembler.assemble(facts).document)
    }

    func work(
        _ agent: String, task: String = "t-5", after upstream: [Delivered] = []
    ) throws -> EngineOutcome {
        var facts = facts(task, .work, agent, title: "Work of \(agent)")
        let parts = add(upstream, to: &facts)
        return try run(facts, parts)
    }

    func delivered(
        _ agent: String, task: String, after upstream: [Delivered] = []
    ) throws -> Delivered {
        guard case .deliver(let parts) = try work(agent, task: task, after: upstream) else {
            Issue.record("\(agent) did not deliver")
            throw Undelivered()
        }
        return Delivered(
            task: task, agent: agent, title: "Work of \(agent)",
            parts: parts.map { ($0.name, $0.bytes) }, dependsOn: upstream.map(\.task))
    }

    /// Adds accepted deliveries to a packet; returns their parts.
    private func add(_ upstream: [Delivered], to facts: inout PacketFacts) -> [String: [UInt8]] {
        var parts: [String: [UInt8]] = [:]
        for item in upstream {
            facts.upstream.append(
                .init(
                    task: item.task, agent: item.agent, title: item.title, acceptedBy: "verdict",
                    dependsOn: item.dependsOn,
                    parts: item.parts.map { reference($0.name, $0.bytes) }))
            for part in item.parts { parts["upstream/\(item.task)/\(part.name)"] = part.bytes }
        }
        return parts
    }

    func close(_ upstream: [Delivered]) throws -> EngineOutcome {
        var facts = facts("t-9", .close, "core.orchestrator", title: "Close")
        facts.gates = gates
        facts.decisions = decisions
        let parts = add(upstream, to: &facts)
        return try run(facts, parts)
    }

    /// The verdict on a delivery.
    func review(_ item: Delivered) throws -> JSONValue {
        var facts = facts("t-7", .review, "core.quality", title: "Review")
        if item.agent == "core.orchestrator" { facts.gates = gates }
        facts.decisions = decisions
        facts.subject = .init(
            task: item.task, agent: item.agent, attempt: 1, title: item.title,
            instructions: "as planned", parts: item.parts.map { reference($0.name, $0.bytes) },
            plannedTask: entries[item.task], answers: answers)
        var parts: [String: [UInt8]] = [:]
        for part in item.parts { parts["subject/\(part.name)"] = part.bytes }
        guard case .deliver(let result) = try run(facts, parts) else {
            Issue.record("no verdict")
            throw Undelivered()
        }
        return try #require(result.first { $0.name == "verdict.json" }?.value)
    }

    /// Answers an escalation by an option, as a person would.
    mutating func answer(_ escalation: JSONValue, option: String, id: String = "e-23") {
        answers.append(
            .init(
                escalationID: id, escalation: escalation,
                answer: [
                    "format": "baton.answer/1", "option": .string(option),
                    "reason": "agreed with the head of commerce",
                ], by: "user/ann", at: "2026-11-20T09:00:00.000000Z"))
    }

    /// Answers with `revise --set`.
    mutating func revise(_ escalation: JSONValue, set: [String], id: String = "e-23") throws {
        let inputs = try #require(brief["inputs"])
        answers.append(
            .init(
                escalationID: id, escalation: escalation,
                answer: [
                    "format": "baton.answer/1", "option": "revise",
                    "patch": try AnswerPatch.make(set, inputs: inputs), "reason": "as measured",
                ], by: "user/ann", at: "2026-11-20T09:00:00.000000Z"))
    }
}

struct Undelivered: Error {}

extension EngineOutcome {
    var escalation: JSONValue? {
        if case .escalate(let document) = self { document } else { nil }
    }

    func part(_ name: String) -> JSONValue? {
        guard case .deliver(let parts) = self else { return nil }
        return parts.first { $0.name == name }?.value
    }

    func delivered(task: String, agent: String) -> Delivered? {
        guard case .deliver(let parts) = self else { return nil }
        return Delivered(
            task: task, agent: agent, title: "Work of \(agent)",
            parts: parts.map { ($0.name, $0.bytes) })
    }
}

extension JSONValue {
    /// The value of the quantity with that id in an analysis.
    func quantity(_ id: String) -> Double? {
        self["quantities"]?.arrayValue?.first { $0["id"]?.stringValue == id }?["value"]?.doubleValue
    }
}
