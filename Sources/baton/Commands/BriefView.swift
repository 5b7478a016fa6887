// A brief as a person reads it: where it stands, who works on it, what waits for a decision.
import BatonBrief
import CommandTree
import JSON

/// SHOW brief as text.
struct BriefView {
    private let brief: JSONValue
    private let console: Console
    private var paint: Paint { console.paint }

    init(_ brief: JSONValue, _ console: Console) {
        self.brief = brief
        self.console = console
    }

    private func member(_ name: String) -> String { Prose.harmless(BrokerRows.text(brief, name)) }

    var text: String {
        let state = member("state")
        let id = member("brief")
        var heading =
            "\(paint.bold(id))  \(paint.look(state, BrokerRows.look(ofState: state))) "
            + " \(member("title"))"
        let objective = member("objective")
        if !objective.isEmpty {
            heading +=
                "\n"
                + Prose.indented(
                    Prose.wrapped(objective, width: min(console.width, 100) - 2), by: 2)
        }
        var blocks = [heading]
        if let budget { blocks.append(budget) }
        if let route { blocks.append(route) }
        let tasks = brief["tasks"]?.arrayValue ?? []
        if !tasks.isEmpty {
            blocks.append(paint.bold("Tasks") + "\n" + taskTable(tasks))
        }
        let open = (brief["escalations"]?.arrayValue ?? []).filter {
            $0["state"]?.stringValue == "open"
        }
        if !open.isEmpty {
            let lines = open.map { EscalationView.summary($0, console, now: nil) }
            blocks.append(
                paint.yellow("Waiting for a decision") + "\n" + lines.joined(separator: "\n"))
        }
        if let failures { blocks.append(failures) }
        if let answers { blocks.append(answers) }
        blocks.append(ending(id, state))
        return blocks.joined(separator: "\n\n")
    }

    /// `Budget  3 of 40 attempts, 0.50 of 5.00 USD`, since a person last said to go on.
    private var budget: String? {
        guard let budget = brief["budget"] else { return nil }
        var parts: [String] = []
        if let most = budget["attempts"]?.integerValue {
            let left = budget["attempts_left"]?.integerValue ?? 0
            parts.append("\(most - left) of \(most) attempts")
        }
        if let most = budget["cost_microusd"]?.integerValue {
            let left = budget["cost_left_microusd"]?.integerValue ?? 0
            parts.append("\(MicroDollars(most - left)) of \(MicroDollars(most)) USD")
        }
        return "\(paint.bold("Budget"))  \(parts.joined(separator: ", "))"
    }

    private var route: String? {
        let entries = brief["route"]?.arrayValue ?? []
        guard !entries.isEmpty else { return nil }
        let lines = entries.map { entry -> String in
            let isChosen = entry["chosen"]?.boolValue ?? true
            let reasons = BrokerRows.texts(entry, "reasons").map(Prose.harmless)
            let name = Prose.harmless(BrokerRows.text(entry, "agent"))
            let mark = isChosen ? paint.green("yes") : paint.dim("no ")
            return "  \(mark)  \(paint.cyan(name))  \(reasons.joined(separator: ", "))"
        }
        return paint.bold("Route") + "\n" + lines.joined(separator: "\n")
    }

    private func taskTable(_ tasks: [JSONValue]) -> String {
        var table = Table(["TASK", "KIND", "AGENT", "STATE", "TRIES", "TITLE"], rightAligned: [4])
        for row in tasks {
            let state = BrokerRows.text(row, "state")
            table.add([
                .init(BrokerRows.text(row, "task"), .bold), .init(BrokerRows.text(row, "kind")),
                .init(BrokerRows.text(row, "agent"), .name),
                .init(BrokerRows.stateText(ofTask: row), BrokerRows.look(ofState: state)),
                .init(BrokerRows.count(row, "attempts")), .init(BrokerRows.text(row, "title")),
            ])
        }
        return table.text(paint: paint, width: console.lineWidth)
    }

    /// Why tasks are dead or wait for their next attempt.
    private var failures: String? {
        let lines = (brief["tasks"]?.arrayValue ?? []).compactMap { row -> String? in
            guard let error = TaskView.lastError(row) else { return nil }
            return "  \(Prose.harmless(BrokerRows.text(row, "task")))  \(error)"
        }
        guard !lines.isEmpty else { return nil }
        return paint.red("Failures") + "\n" + lines.joined(separator: "\n")
    }

    private var answers: String? {
        let answered = (brief["escalations"]?.arrayValue ?? []).filter {
            $0["state"]?.stringValue == "answered"
        }
        guard !answered.isEmpty else { return nil }
        let lines = answered.map { row -> String in
            let answer = row["answer"] ?? .null
            return "  \(Prose.harmless(BrokerRows.text(row, "escalation")))  "
                + EscalationView.decision(answer) + " by "
                + Prose.harmless(BrokerRows.text(answer, "by")) + ": "
                + Prose.harmless(BrokerRows.text(answer, "reason"))
        }
        return paint.bold("Decisions") + "\n" + lines.joined(separator: "\n")
    }

    private func ending(_ id: String, _ state: String) -> String {
        let count = (brief["deliverables"]?.arrayValue ?? []).count
        let fetch =
            "\(paint.cyan("baton brief get \(id)")) writes the deliverables of "
            + "\(count == 1 ? "1 task" : "\(count) tasks")."
        switch state {
        case "running", "blocked":
            let watch = "\(paint.cyan("baton brief wait \(id)")) watches it."
            return count > 0 ? watch + "\n" + fetch : watch
        case "dead": return "\(paint.cyan("baton dead list --brief \(id)")) says what gave up."
        default: return count > 0 ? fetch : "No task of it was accepted."
        }
    }
}
