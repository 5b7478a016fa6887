// What the handoffs of all agents ask of whoever takes over: open questions, proposed tasks,
// recommended commands, next steps.

import JSON
import PlainText

extension ClosingRun {
    mutating func mergeHandoff(_ source: Upstream) {
        for question in source.documents.list("handoff_packet", "open_questions") {
            let text = question.stringValue ?? question["text"]?.stringValue ?? ""
            if !text.isEmpty { workings.ask("\(source.agent): \(text)") }
        }
        for item in source.documents.list("handoff_packet", "recommended_commands") {
            guard let command = item["command"]?.stringValue, let why = item["why"]?.stringValue
            else { continue }
            workings.recommend(command, why: why, by: [source.agent])
        }
        let done = upstream.map(\.agent)
        var proposals: [(agent: String, title: String, why: String)] =
            source.documents.list("handoff_packet", "proposed_tasks").map {
                (
                    $0["agent"]?.stringValue ?? "", $0["title"]?.stringValue ?? "",
                    $0["why"]?.stringValue ?? ""
                )
            }
        if let to = source.documents["handoff_packet"]?["to"]?.stringValue, to != "none stated",
            !to.hasPrefix("core.")
        {
            proposals.append(
                (
                    to, "Take over from \(source.agent): \(source.title)",
                    "\(source.agent) hands over to it, and no task was planned for it"
                ))
        }
        for proposal in proposals where !done.contains(proposal.agent) {
            let isKnown = workings.proposedTasks.contains {
                $0.agent == proposal.agent && $0.title == proposal.title
            }
            if !isKnown, !proposal.agent.isEmpty { workings.proposedTasks.append(proposal) }
        }
    }

    /// What is to be gone through and decided is said once, for the whole; then what the agents
    /// themselves ask for.
    mutating func mergeNextSteps() {
        workings.nextSteps =
            [workings.reviewStep()] + decidingStep + confirmingStep + workings.riskStep()
        for source in upstream {
            for step in source.documents.list("handoff_packet", "next_steps") {
                guard let text = step.stringValue, !workings.nextSteps.contains(text),
                    !text.contains(": go through the "), !text.contains(": decide about the ")
                else { continue }
                workings.nextSteps.append(text)
            }
        }
    }

    /// Who confirms what nobody has stated; nothing where all is.
    private var confirmingStep: [String] {
        let count = workings.requirements.count { $0.kind == .inferred }
        guard count > 0 else { return [] }
        return [
            "\(packet.serviceOwner): confirm or correct the"
                + " \(Counted.text(count, "inferred requirement")) of the snapshot."
        ]
    }

    /// What shows how the brief stands. Kept for people, like the commands of the other agents.
    mutating func recommendCommands() {
        guard let brief = packet.text("/brief") else { return }
        let own = [workings.agentID]
        let gates = packet.list("/gates")
        for gate in gates where gate["state"]?.stringValue != "passed" {
            guard let id = gate["gate"]?.stringValue, RecommendedCommand.isPlain(id) else {
                continue
            }
            workings.recommend(
                "baton evidence add \(brief) report.json --gate \(id) --result pass",
                why: "Puts on record what shows that the gate is passed, once it is.", by: own)
        }
        if !gates.isEmpty {
            workings.recommend(
                "baton brief gates \(brief)",
                why: "Shows each gate with what was shown for it, and by whom.", by: own)
        }
        workings.recommend(
            "baton brief decisions \(brief)",
            why: "Shows who decided what, against what and why, until now.", by: own)
        if !packet.answers.isEmpty {
            workings.recommend(
                "baton escalation list",
                why: "Shows what was asked, and what waits for a decision of a person.", by: own)
        }
    }
}
