// plan.json by a playbook: specialists in parallel, after the agents their cards depend on, then
// the close by the broker, which waits for the playbook's gates. Shape: Protocols/schemas.

import BatonBrief
import JSON
import PlainText

/// Builds the plan of a routed brief.
struct PlanBuilder: Sendable {
    let packet: PacketView
    let cards: CardShelf
    let route: Route
    let own: JSONValue

    func document(_ playbook: Playbook) -> JSONValue {
        let chosen = route.chosen
        let ids = taskIDs(chosen)
        let requirements = RequirementReader.requirements(of: packet)
        var plan: JSONValue = [
            "format": "baton.plan/1", "playbook": .string(playbook.id),
            "route": .array(route.entries.map(\.json)),
            "requirements": .array(
                requirements.enumerated().map { $1.json(id: "R\($0 + 1)") }),
            "assumptions": Workings.orNone(assumptions(chosen)),
            "tasks": .array(chosen.map { task($0, chosen: chosen, ids: ids, playbook) }),
            "close": [
                "title": .string("Closing handoff: \(title)"),
                "instructions": .string(
                    "Merge the accepted deliverables of \(chosen.joined(separator: ", ")) into one"
                        + " plan, one risk register and one checklist; name open questions,"
                        + " answers,"
                        + " proposed tasks and the next owner."
                        + closing(playbook)),
            ],
        ]
        if !playbook.gates.isEmpty {
            plan["gates"] = .array(
                playbook.gates.map { ["id": .string($0.id), "title": .string($0.title)] })
        }
        return plan
    }

    private func closing(_ playbook: Playbook) -> String {
        let phases = playbook.phases.filter { $0.by != Playbook.specialists }
        return phases.filter { !$0.deliver.isEmpty }.map {
            "\n\($0.title): \($0.deliver.joined(separator: "; "))."
        }.joined()
    }

    private var title: String {
        packet.text("/brief_document/title") ?? Self.shortened(packet.objective)
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
        return line.count <= 80 ? line : line.prefix(79).trimmed + "…"
    }

    /// The last step of each agent's id, or the whole id where that is taken.
    private func taskIDs(_ chosen: [String]) -> [String] {
        chosen.map { agent in
            let short = agent.split(separator: ".").last.map(String.init) ?? agent
            let same = chosen.count { $0.split(separator: ".").last.map(String.init) == short }
            let name = same == 1 ? short : agent
            return String(
                name.lowercased().map { character in
                    character.isASCII
                        && (character.isLetter || character.isNumber || "._-".contains(character))
                        ? character : "-"
                }.prefix(64))
        }
    }

    private func task(
        _ agent: String, chosen: [String], ids: [String], _ playbook: Playbook
    ) -> JSONValue {
        let card = cards[agent] ?? [:]
        let position = chosen.firstIndex(of: agent) ?? 0
        let before = Router.dependencies(of: agent, among: chosen, cards)
            .compactMap { chosen.firstIndex(of: $0).map { ids[$0] } }
        let name = card["name"]?.stringValue ?? agent
        var task: JSONValue = [
            "id": .string(ids[position]), "agent": .string(agent),
            "title": .string("\(name): \(title)"),
            "instructions": .string(instructions(agent, card, playbook)),
            "depends_on": .array(before.map(JSONValue.string)),
        ]
        if let priority = packet.document.value(at: "/brief_document/priority")?.integerValue {
            task["priority"] = .integer(min(9, max(0, priority)))
        }
        for key in ["attempt_timeout", "silence_timeout"] {
            if let seconds = card[key]?.doubleValue { task[key] = .number(seconds) }
        }
        return task
    }

    private func instructions(
        _ agent: String, _ card: JSONValue, _ playbook: Playbook
    ) -> String {
        var lines = ["Objective: \(packet.objective)"]
        if let description = card["description"]?.stringValue, !description.isEmpty {
            lines.append("Your part: \(description)")
        }
        let reasons = route.entries.first { $0.agent == agent }?.reasons ?? []
        lines.append("Chosen because: \(reasons.joined(separator: ", ")).")
        let deliverables = Router.texts(card["deliverables"])
        if !deliverables.isEmpty {
            lines.append("Deliver: \(deliverables.joined(separator: ", ")).")
        }
        lines.append(
            packet.isConservative
                ? "What is missing may be assumed from the conservative table, marked as inferred."
                : "Nothing may be assumed silently: say what is missing, or escalate what"
                    + " blocks you."
        )
        for phase in playbook.phases
        where phase.by == Playbook.specialists || phase.by == agent {
            guard !phase.deliver.isEmpty else { continue }
            lines.append("\(phase.title): \(phase.deliver.joined(separator: "; ")).")
        }
        for answer in packet.answers {
            if let text = AnswerReader.instructions(answer) { lines.append("Decided: \(text)") }
        }
        return lines.joined(separator: "\n")
    }

    /// The assumptions that the conservative table will supply to the chosen agents.
    private func assumptions(_ chosen: [String]) -> [JSONValue] {
        guard packet.isConservative else { return [] }
        var workings = Workings(packet: packet, card: own)
        for agent in chosen {
            guard let card = cards[agent] else { continue }
            var theirs = Workings(packet: packet, card: card)
            for input in card["required_inputs"]?.arrayValue ?? [] {
                guard let pattern = input["pointer"]?.stringValue else { continue }
                for pointer in RequiredInputs.expand(pattern, in: packet.document)
                where !RequiredInputs.isPresent(pointer, packet) {
                    _ = theirs.source(pointer)
                }
            }
            for assumption in theirs.assumptions {
                _ = workings.assume(
                    assumption.statement, assumption.evidence,
                    confidence: assumption.confidence, assumption.rationale)
            }
        }
        return workings.assumptions.map(\.json)
    }
}
