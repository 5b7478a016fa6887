// core.orchestrator: understands a brief, routes it, plans it, and at the end closes it.

package import BatonBrief
import JSON
import PlainText

/// The engine of `core.orchestrator`.
package struct OrchestratorEngine: Engine {
    package let agentID = "core.orchestrator"
    private let playbooks: [Playbook]

    /// - Parameter playbooks: those it may plan by.
    package init(playbooks: [Playbook] = [.plain]) {
        self.playbooks = playbooks
    }

    package func run(_ input: EngineInput) -> EngineOutcome {
        let packet = PacketView(input.packet)
        switch packet.kind {
        case "plan": return plan(input, packet)
        case "close":
            let name = wanted(packet, Directives(packet.answers))
            var closing = ClosingRun(input, playbook: playbooks.first { $0.id == name } ?? .plain)
            return closing.run()
        default:
            return .fail(
                message: "\(agentID) takes plan and close tasks, not \(packet.kind) tasks")
        }
    }

    /// The playbook that an answer names, else the brief's.
    private func wanted(_ packet: PacketView, _ directives: Directives) -> String {
        directives.playbook ?? packet.text("/brief_document/playbook") ?? Playbook.defaultID
    }

    private func plan(_ input: EngineInput, _ packet: PacketView) -> EngineOutcome {
        let cards = CardShelf(packet, parts: input.parts)
        let directives = Directives(packet.answers)
        let wanted = wanted(packet, directives)
        let playbook = playbooks.first { $0.id == wanted } ?? .plain
        let router = Router(packet: packet, cards: cards, directives: directives)
        let route = router.route()
        if let signs = route.trivial {
            return .escalate(TrivialEdit.escalation(signs, packet, cards))
        }
        let staffing = Staffing(
            playbook, chosen: route.chosen, cards: cards, directives: directives)
        let question = RouteEscalation(
            packet: packet, cards: cards, route: route, staffing: staffing,
            playbooks: playbooks.map(\.id))
        if let escalation = question.document(playbook: wanted) {
            return .escalate(escalation)
        }
        let working = staffing.agents.compactMap { cards[$0] }
        let missing = working.flatMap { RequiredInputs.missing($0, in: packet) }
        if let escalation = Contradictions(packet).escalation(missing: missing) {
            return .escalate(escalation)
        }
        if !missing.isEmpty { return .escalate(RequiredInputs.escalation(missing, packet)) }
        let builder = PlanBuilder(
            packet: packet, cards: cards, route: route, playbook: playbook, staffing: staffing,
            own: input.card)
        return .deliver([EnginePart(name: "plan.json", value: builder.document)])
    }
}

/// The registered agents' cards that travel in a plan task's packet.
struct CardShelf: Sendable {
    /// In the order of their ids' bytes. No `core.*` agent is among them.
    let cards: [JSONValue]
    /// Ids of all registered agents, `core.*` included.
    let registered: [String]

    init(_ packet: PacketView, parts: [String: [UInt8]]) {
        var found: [(id: String, card: JSONValue)] = []
        var ids: [String] = []
        for entry in packet.list("/agents") where entry["registered"]?.boolValue != false {
            guard let id = entry["agent"]?.stringValue else { continue }
            ids.append(id)
            guard !id.hasPrefix("core."), let part = entry["part"]?.stringValue,
                let bytes = parts[part],
                // A card that is no JSON cannot have come from the broker; the agent is not routed
                // to.
                let card = try? JSONValue(parsing: bytes)
            else { continue }
            found.append((id, card))
        }
        found.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        cards = found.map(\.card)
        registered = ids
    }

    /// The card of that agent.
    subscript(id: String) -> JSONValue? { cards.first { $0["id"]?.stringValue == id } }

    var ids: [String] { cards.compactMap { $0["id"]?.stringValue } }

    /// The agent meant by a full or a unique short name.
    func resolve(_ name: String) -> String? {
        if ids.contains(name) { return name }
        let short = ids.filter { $0.hasSuffix("." + name) }
        return short.count == 1 ? short[0] : nil
    }
}

/// What people told the orchestrator in answers: lines `route: a, b`, `playbook: name`,
/// `role NAME: agent` or `role NAME: nobody`, and `conflicts: recommended`, `other` or `open`.
struct Directives: Sendable {
    /// Said of a role whose tasks are left out.
    static let nobody = "nobody"

    private(set) var route: [String]?
    private(set) var playbook: String?
    private(set) var conflicts: String?
    /// Agents by the role that they fill.
    private(set) var roles: [String: String] = [:]

    /// Whether there are none.
    var isEmpty: Bool { route == nil && playbook == nil && conflicts == nil && roles.isEmpty }

    init(_ answers: [JSONValue]) {
        for answer in answers {
            guard let text = AnswerReader.instructions(answer) else { continue }
            for line in text.split(whereSeparator: \.isNewline) {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                let name = parts[0].trimmed
                let key = name.lowercased()
                let names = parts[1].split(whereSeparator: { $0 == "," || $0 == " " })
                    .map(\.trimmed)
                if key == "route" { route = names }
                if key == "playbook" { playbook = names.first }
                if key.hasPrefix("role ") { roles[String(name.dropFirst(5)).trimmed] = names.first }
                if key == "conflicts" { conflicts = names.first }
            }
        }
    }
}
