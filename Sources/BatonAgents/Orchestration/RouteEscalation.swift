// What is asked when a brief cannot be routed as it stands, or nobody fills a role of its playbook.

import BatonBrief
import JSON

/// The escalation about route and playbook.
struct RouteEscalation: Sendable {
    let packet: PacketView
    let cards: CardShelf
    let route: Route
    let staffing: Staffing
    /// Ids of the playbooks that there are.
    let playbooks: [String]

    /// The document, or nil when the route stands.
    func document(playbook: String) -> JSONValue? {
        var problems: [String] = []
        var rest = route.chosen
        if !route.unregistered.isEmpty {
            problems.append(
                "The route names \(list(route.unregistered)), and no such agent is registered.")
        }
        for (agent, dependency) in route.unmet {
            problems.append("\(agent) depends on \(dependency), which is not registered.")
            rest.removeAll { $0 == agent }
        }
        if !route.circle.isEmpty {
            problems.append("The cards of \(list(route.circle)) depend on each other in a circle.")
            rest.removeAll { route.circle.contains($0) }
        }
        if problems.isEmpty, route.chosen.isEmpty {
            problems.append(
                "No registered agent is activated by this brief: no tag, phrase or structured input"
                    + " of any card is in it.")
        }
        let isUnknownPlaybook = !playbooks.contains(playbook)
        if isUnknownPlaybook {
            problems.append(
                "The brief asks for the playbook \(playbook), which is not known; there is"
                    + " \(list(playbooks)).")
        }
        for role in staffing.unfilled {
            problems.append(
                "Nobody who is registered fills the role \(role.id) (\(role.title)): the playbook"
                    + " \(playbook) looks for \(list(role.agents)).")
        }
        guard !problems.isEmpty else { return nil }
        var draft = EscalationDraft(
            blocker: problems.joined(separator: " "),
            impact: "Nothing is planned and no specialist starts.",
            needs: "The agents that shall work on this brief.", severity: .medium,
            owner: packet.escalationOwner, key: "route")
        offer(rest, settling(isUnknownPlaybook), &draft)
        return draft.json
    }

    /// What settles the playbook, whatever the route: words for the option, and the lines.
    private func settling(_ isUnknownPlaybook: Bool) -> (words: String, lines: String) {
        if isUnknownPlaybook { return (" by the default playbook", "\nplaybook: default") }
        guard !staffing.unfilled.isEmpty else { return ("", "") }
        return (
            " and nobody as \(list(staffing.unfilled.map(\.id)))",
            staffing.unfilled.map { "\nrole \($0.id): \(Directives.nobody)" }.joined()
        )
    }

    private func offer(
        _ rest: [String], _ settling: (words: String, lines: String),
        _ draft: inout EscalationDraft
    ) {
        if !rest.isEmpty {
            draft.offer(
                "Go on with \(list(rest))" + settling.words,
                tradeoffs: staffing.unfilled.isEmpty
                    ? "Work starts now; what the others would have looked at is not looked at."
                    : "Work starts now; what the role would have delivered stays an open question"
                        + " of the closing.",
                .revise(instructions: "route: \(rest.joined(separator: ", "))" + settling.lines))
            draft.rationale =
                "Reliability decides: the agents that can work give a checked result now, and a"
                + " further brief can add the rest."
        } else if !cards.ids.isEmpty {
            let best = route.entries.first { cards.ids.contains($0.agent) }?.agent ?? cards.ids[0]
            draft.offer(
                "Route to \(best)" + settling.words,
                tradeoffs: "Work starts now; the agent may say that inputs are missing.",
                .revise(instructions: "route: \(best)" + settling.lines))
            draft.offer(
                "Route to all registered specialists",
                tradeoffs: "Nothing is overlooked; agents that find nothing to do will ask for"
                    + " inputs.",
                .revise(
                    instructions: "route: \(cards.ids.joined(separator: ", "))" + settling.lines))
            draft.rationale =
                "It scored highest, though not high enough to be chosen without asking;"
                + " naming it is"
                + " the smallest change."
        }
        draft.offer(
            "Try again after the missing agent was registered",
            tradeoffs: "Nothing happens until somebody starts it with its card.", .none)
        draft.offer(
            "Cancel the task", tradeoffs: "No plan is made; nothing else is affected.", .cancel)
        if draft.rationale.isEmpty {
            draft.rationale = "Without any specialist there is nothing that could be planned."
        }
    }

    private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
