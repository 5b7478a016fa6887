// plan.json by a playbook: its tasks in their order, specialists side by side and after the agents
// their cards depend on, then the close by the broker, which waits for the playbook's gates. Shape:
// Protocols/schemas.

import BatonBrief
import JSON
import PlainText

/// Builds the plan of a routed brief.
struct PlanBuilder: Sendable {
    let packet: PacketView
    let cards: CardShelf
    let route: Route
    let playbook: Playbook
    let staffing: Staffing
    let own: JSONValue

    /// One task of the plan, before it is written.
    private struct Draft {
        let id: String
        let agent: String
        /// The task of the playbook.
        let task: Playbook.PlaybookTask
    }

    var document: JSONValue {
        let requirements = RequirementReader.requirements(of: packet)
        let drafts = drafts
        var plan: JSONValue = [
            "format": "baton.plan/1", "playbook": .string(playbook.id),
            "route": .array(route.entries.map(\.json)),
            "requirements": .array(
                requirements.enumerated().map { $1.json(id: "R\($0 + 1)") }),
            "assumptions": Workings.orNone(assumptions(staffing.agents)),
            "tasks": .array(drafts.map { task($0, among: drafts) }),
            "close": close,
        ]
        if !playbook.gates.isEmpty {
            plan["gates"] = .array(
                playbook.gates.map { ["id": .string($0.id), "title": .string($0.title)] })
        }
        return plan
    }

    private var close: JSONValue {
        let items = playbook.closingItems
        var close: JSONValue = [
            "title": .string("Closing handoff: \(title)"),
            "instructions": .string(
                "Merge the accepted deliverables of \(staffing.agents.joined(separator: ", "))"
                    + " into one plan, one risk register and one checklist; name open questions,"
                    + " answers, proposed tasks and the next owner."
                    + items.map { "\n\(line($0))" }.joined()),
        ]
        if !items.isEmpty { close["deliver"] = .array(items.map(\.json)) }
        if !playbook.closing.isEmpty {
            close["chapters"] = .array(playbook.closing.map(JSONValue.string))
        }
        if !staffing.leftOut.isEmpty {
            close["left_out"] = .array(staffing.leftOut.map(\.json))
        }
        return close
    }

    /// `Safety nets: flags (in execution_plan) - a flag for each operation`.
    private func line(_ item: DeliveryItem) -> String {
        let place = item.document.map { " (in \($0))" } ?? ""
        return "\(item.phase): \(item.id)\(place) - \(item.what)."
    }

    private var title: String {
        packet.text("/brief_document/title") ?? Self.shortened(packet.objective)
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
        return line.count <= 80 ? line : line.prefix(79).trimmed + "…"
    }

    /// The tasks of the plan, in the order of the playbook. The ids are what people type: an
    /// agent's last name where all specialists have one task, else the playbook's own id.
    private var drafts: [Draft] {
        var drafts: [Draft] = []
        let shared = playbook.plannedTasks.filter { $0.by == Playbook.specialists }
        for assignment in staffing.assignments {
            let task = assignment.task
            for agent in assignment.agents {
                let short = Self.shortName(agent)
                let isShared = assignment.agents.contains {
                    $0 != agent && Self.shortName($0) == short
                }
                let name = isShared ? agent : short
                let wanted =
                    task.by != Playbook.specialists
                    ? task.id : shared.count == 1 ? name : "\(task.id).\(name)"
                let taken = Set(drafts.map(\.id))
                let free = [wanted, "\(task.id).\(name)", "\(task.id).\(agent)"].lazy
                    .map(Self.identifier).first { !taken.contains($0) }
                // Two that are the same in all forms are refused by the broker with their place.
                drafts.append(
                    Draft(id: free ?? Self.identifier(wanted), agent: agent, task: task))
            }
        }
        return drafts
    }

    private static func shortName(_ agent: String) -> String {
        agent.split(separator: ".").last.map(String.init) ?? agent
    }

    private static func identifier(_ name: String) -> String {
        String(
            name.lowercased().map { character in
                character.isASCII
                    && (character.isLetter || character.isNumber || "._-".contains(character))
                    ? character : "-"
            }.prefix(64))
    }

    /// What a task waits for: the tasks that the playbook names, and of its own kind those of
    /// the agents that the agent's card depends on.
    private func dependencies(of draft: Draft, among drafts: [Draft]) -> [String] {
        let peers = drafts.filter { $0.task.id == draft.task.id }
        let before = Router.dependencies(of: draft.agent, among: peers.map(\.agent), cards)
        let after = given(draft.task.after, among: drafts)
        return drafts.filter { other in
            after.contains(other.task.id)
                || (other.task.id == draft.task.id && before.contains(other.agent))
        }.map(\.id)
    }

    /// The tasks of these that the plan has; of one that nobody does, those that it waits for.
    private func given(_ names: [String], among drafts: [Draft]) -> Set<String> {
        var given: Set<String> = []
        for name in names {
            if drafts.contains(where: { $0.task.id == name }) {
                given.insert(name)
            } else if let task = playbook.tasks.first(where: { $0.id == name }) {
                given.formUnion(self.given(task.after, among: drafts))
            }
        }
        return given
    }

    private func task(_ draft: Draft, among drafts: [Draft]) -> JSONValue {
        let card = cards[draft.agent] ?? [:]
        let name =
            draft.task.title.isEmpty
            ? card["name"]?.stringValue ?? draft.agent : draft.task.title
        let items = playbook.items(of: draft.task)
        var task: JSONValue = [
            "id": .string(draft.id), "agent": .string(draft.agent),
            "title": .string("\(name): \(title)"),
            "instructions": .string(instructions(draft.agent, card, items)),
            "depends_on": .array(dependencies(of: draft, among: drafts).map(JSONValue.string)),
        ]
        if !items.isEmpty { task["deliver"] = .array(items.map(\.json)) }
        if let priority = packet.document.value(at: "/brief_document/priority")?.integerValue {
            task["priority"] = .integer(min(9, max(0, priority)))
        }
        for key in ["attempt_timeout", "silence_timeout"] {
            if let seconds = card[key]?.doubleValue { task[key] = .number(seconds) }
        }
        return task
    }

    private func instructions(
        _ agent: String, _ card: JSONValue, _ items: [DeliveryItem]
    ) -> String {
        var lines = ["Objective: \(packet.objective)"]
        if let description = card["description"]?.stringValue, !description.isEmpty {
            lines.append("Your part: \(description)")
        }
        let reasons = route.entries.first { $0.agent == agent }?.reasons ?? []
        if route.chosen.contains(agent) {
            lines.append("Chosen because: \(reasons.joined(separator: ", ")).")
        }
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
        if !items.isEmpty {
            lines.append(
                "Beyond the documents, deliver each of these. In the handoff, `delivered` says by"
                    + " id where it stands, {\"id\": \"x\", \"where\": [\"S1\"]}, or why not,"
                    + " {\"id\": \"x\", \"not_applicable\": \"why\"}; in Markdown, below Delivered,"
                    + " `- x: S1, S2` or `- x: not applicable - why`.")
            lines += items.map(line)
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
