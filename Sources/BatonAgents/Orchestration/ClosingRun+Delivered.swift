// What the playbook asked for, phase by phase: where it stands, and what nobody has delivered.

import BatonBrief
import JSON

extension ClosingRun {
    /// One row for each thing and each delivery that says something of it, the closing's own among
    /// them; what stands nowhere is an open question.
    mutating func addDelivered() {
        var rows: [[String]] = []
        for item in askedItems {
            let answers = answers(to: item)
            for (by, answer) in answers {
                rows.append([item.phase, item.id, by, Self.text(answer)])
            }
            if answers.isEmpty { rows.append([item.phase, item.id, "nobody", "nowhere"]) }
            let isThere = answers.contains { entry in
                if case .at = entry.answer { true } else { false }
            }
            guard !isThere else { continue }
            let reasons = answers.map { "\($0.by): \(Self.text($0.answer))" }
            workings.ask(
                "\(item.phase): nobody has delivered \(item.id) (\(item.what))"
                    + (reasons.isEmpty ? "" : "; \(reasons.joined(separator: "; "))")
                    + ". Who does, or is it not needed?")
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: Self.deliveredTitle,
                text: "What the playbook asks for. The places are those of the delivery that is"
                    + " named.",
                columns: ["Phase", "What", "By", "Where"], rows: rows))
    }

    static let deliveredTitle = "Delivered by phase"

    /// Everything that the playbook asks for, each once: of the deliveries, of tasks that a person
    /// left out, and of the closing.
    private var askedItems: [DeliveryItem] {
        let leftOut = packet.list("/task/left_out").map(DeliveryItem.init)
        var items: [DeliveryItem] = []
        for item in upstream.flatMap(\.asked) + leftOut + packet.asked where !items.contains(item) {
            items.append(item)
        }
        return items
    }

    /// What is said of an item, and by whom.
    private func answers(
        to item: DeliveryItem
    ) -> [(by: String, answer: DeliveredItem.Answer)] {
        var answers = upstream.compactMap { source in
            source.delivered.first { $0.id == item.id }.map {
                (by: "\(source.agent), \(source.task)", answer: $0.answer)
            }
        }
        if let own = workings.delivered.first(where: { $0.id == item.id }) {
            answers.append((by: "\(workings.agentID), here", answer: own.answer))
        }
        return answers
    }

    private static func text(_ answer: DeliveredItem.Answer) -> String {
        switch answer {
        case .at(let places): places.joined(separator: ", ")
        case .notApplicable(let reason): "not applicable: \(reason.withoutFullStop)"
        }
    }

    /// Where the closing has what the playbook asks of it.
    mutating func answerAsked() {
        let places: [(id: String, places: [String])] = [
            ("requirements", workings.requirements.isEmpty ? [] : ["requirements"]),
            ("plan", ["steps"]), ("register", workings.risks.isEmpty ? [] : ["risks"]),
            ("evidence", [Self.evidenceTitle]), ("next-owner", ["next_steps"]),
        ]
        for (id, places) in places where !places.isEmpty {
            workings.answer(id, .at(places))
        }
        workings.answerRest()
    }
}
