// What the playbook asked for, phase by phase: where it stands, and what nobody has delivered.

import BatonBrief
import JSON

extension ClosingRun {
    /// One row for each thing and each delivery that says something of it; what stands nowhere is
    /// an open question.
    mutating func addDelivered() {
        var rows: [[String]] = []
        for item in playbook.plannedTasks.flatMap(playbook.items(of:)) {
            var isThere = false
            let before = rows.count
            for source in upstream {
                guard let entry = source.delivered.first(where: { $0.id == item.id }) else {
                    continue
                }
                if case .at = entry.answer { isThere = true }
                rows.append([
                    item.phase, item.id, "\(source.agent), \(source.task)", Self.text(entry.answer),
                ])
            }
            if rows.count == before { rows.append([item.phase, item.id, "nobody", "nowhere"]) }
            guard !isThere else { continue }
            workings.ask(
                "\(item.phase): nobody has delivered \(item.id) (\(item.what)). Who does, or why is"
                    + " it not needed?")
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: Self.deliveredTitle,
                text: "What the playbook \(playbook.id) asks for. The places are those of the"
                    + " delivery that is named.",
                columns: ["Phase", "What", "By", "Where"], rows: rows))
    }

    private static func text(_ answer: DeliveredItem.Answer) -> String {
        switch answer {
        case .at(let places): places.joined(separator: ", ")
        case .notApplicable(let reason): "not applicable: \(reason.withoutFullStop)"
        }
    }

    static let deliveredTitle = "Delivered by phase"

    /// Where the closing has what the playbook asks of it.
    mutating func answerAsked() {
        let evidence = [Self.evidenceTitle, Self.gatesTitle, Self.deliveredTitle].filter { title in
            workings.sections.contains { $0.title == title }
        }
        let places: [(id: String, places: [String])] = [
            ("requirements", workings.requirements.isEmpty ? [] : ["requirements"]),
            ("plan", ["steps"]), ("register", workings.risks.isEmpty ? [] : ["risks"]),
            ("evidence", evidence), ("next-owner", ["next_steps"]),
        ]
        for (id, places) in places where !places.isEmpty {
            workings.answer(id, .at(places))
        }
        workings.answerRest()
    }
}
