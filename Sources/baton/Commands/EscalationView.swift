// An escalation as a person reads it: what is asked, the options, and the line that answers.
import CommandTree
import JSON

/// One escalation as text.
struct EscalationView {
    private let row: JSONValue
    private let console: Console
    private let paint: Paint

    init(_ row: JSONValue, _ console: Console, paint: Paint? = nil) {
        self.row = row
        self.console = console
        self.paint = paint ?? console.paint
    }

    private func member(_ name: String) -> String { Prose.harmless(BrokerRows.text(row, name)) }

    /// For lists: what it is about, and the command that shows more.
    static func summary(_ row: JSONValue, _ console: Console, now: Int64?) -> String {
        let view = EscalationView(row, console)
        let blocker = view.member("blocker")
        let text = console.lineWidth.map { Prose.shortened(blocker, width: max($0 - 4, 40)) }
        return view.heading(now: now) + "\n    \(text ?? blocker)\n    "
            + view.paint.cyan("baton escalation show \(view.member("escalation"))")
    }

    /// For the screen of a blocked brief: the whole question, each option's label, and the line
    /// that takes the recommended one.
    var brief: String {
        let id = member("escalation")
        let width = min(console.width, 100)
        var lines = [heading(now: nil), paragraph(member("blocker"), width, indent: 4)]
        for option in row["options"]?.arrayValue ?? [] {
            let name = Prose.harmless(BrokerRows.text(option, "id"))
            let mark = name == member("recommended") ? paint.green("  (recommended)") : ""
            let label = Prose.harmless(BrokerRows.text(option, "label"))
            lines.append("      \(paint.bold(name))  \(label)\(mark)")
        }
        lines += [
            "    " + paint.cyan(Self.answerLine(id, option: member("recommended"))),
            "    " + paint.cyan("baton escalation show \(id)") + "  with what each option changes",
        ]
        return lines.joined(separator: "\n")
    }

    private func heading(now: Int64?) -> String {
        let age =
            row["age_ms"]?.integerValue.map { DurationText.text(milliseconds: $0) }
            ?? now.map { BrokerRows.age(row, "raised_us", now: $0) }
        let state = member("state")
        let facts = [
            severity, state == "open" ? nil : state, age.map { "\($0) old" },
            row["brief"]?.stringValue, asker, "for \(member("owner"))",
        ].compactMap(\.self)
        return "  \(paint.bold(member("escalation")))  " + facts.joined(separator: "  ")
    }

    /// The broker asks by itself about a budget; the agent is then whose task would be next.
    private var asker: String { isBudget ? "the broker" : member("agent") }
    private var isBudget: Bool { member("origin") == "budget" }

    private var severity: String {
        let word = member("severity")
        return switch word {
        case "critical", "high": paint.red(word)
        case "medium": paint.yellow(word)
        default: word
        }
    }

    /// Everything, with the lines to answer.
    var text: String { question + "\n\n" + (row["answer"].flatMap(answered) ?? answerLines) }

    /// What is asked and what may be answered.
    var question: String {
        let id = member("escalation")
        let width = min(console.width, 100) - 4
        let subject = ["brief", "task"].compactMap { row[$0]?.stringValue }.joined(separator: " ")
        let facts: [String] = [
            paint.bold(id) as String?, severity, member("state"),
            "from \(paint.cyan(asker))",
            subject.isEmpty ? nil : "on \(subject)" as String?, "for \(member("owner"))",
        ].compactMap(\.self)
        var blocks = [facts.joined(separator: "  ")]
        for (title, name) in [("Blocker", "blocker"), ("Impact", "impact"), ("Needs", "needs")] {
            blocks.append(paint.bold(title) + "\n" + paragraph(member(name), width, indent: 2))
        }
        blocks.append(options(width))
        blocks.append(
            paint.bold("Recommended: \(member("recommended"))") + "\n"
                + paragraph(member("rationale"), width, indent: 2))
        return blocks.joined(separator: "\n\n")
    }

    private func paragraph(_ text: String, _ width: Int, indent: Int) -> String {
        Prose.indented(Prose.wrapped(text, width: width - indent), by: indent)
    }

    private func options(_ width: Int) -> String {
        let recommended = member("recommended")
        var lines = [paint.bold("Options")]
        for option in row["options"]?.arrayValue ?? [] {
            let name = Prose.harmless(BrokerRows.text(option, "id"))
            let mark = name == recommended ? paint.green("  (recommended)") : ""
            lines.append(
                "  \(paint.bold(name))  \(Prose.harmless(BrokerRows.text(option, "label")))\(mark)")
            lines.append(
                paragraph(Prose.harmless(BrokerRows.text(option, "tradeoffs")), width, indent: 6))
            let changes = BrokerRows.texts(option, "changes").map(Prose.harmless)
            guard changes.isEmpty else {
                lines += changes.map { paint.dim("      effect: ") + $0 }
                continue
            }
            lines.append(
                paint.dim(paragraph("effect: " + effect(option["effect"]), width, indent: 6)))
        }
        return lines.joined(separator: "\n")
    }

    private func effect(_ effect: JSONValue?) -> String {
        switch effect?["kind"]?.stringValue {
        case "patch":
            let names = (effect?["patch"]?.objectValue?.keys ?? []).map(Prose.harmless)
            return names.isEmpty
                ? "nothing changes by itself"
                : "the inputs \(names.joined(separator: ", ")) change (--json shows how)"
        case "revise":
            return "revise: \(Prose.harmless(effect?["instructions"]?.stringValue ?? ""))"
        case "cancel": return isBudget ? "the brief is cancelled" : "the task is cancelled"
        case "accept": return "accepted as it is, with the exception on record"
        default: return isBudget ? "the budget begins anew" : "nothing changes by itself"
        }
    }

    private func answered(_ answer: JSONValue) -> String? {
        guard answer["option"]?.stringValue != nil else { return nil }
        let text =
            "\(Self.decision(answer)) by \(Prose.harmless(BrokerRows.text(answer, "by"))): "
            + Prose.harmless(BrokerRows.text(answer, "reason"))
        return paint.green("Answered") + "\n"
            + paragraph(text, min(console.width, 100) - 4, indent: 2)
    }

    /// What was decided, in words: the option with its label, or the values and instructions.
    static func decision(_ answer: JSONValue) -> String {
        let option = BrokerRows.text(answer, "option")
        let label = answer["label"]?.stringValue.map { "option \(option), \($0)" }
        let changes = BrokerRows.texts(answer, "changes").joined(separator: ", ")
        let instructions = answer["instructions"]?.stringValue
        var words = [label, changes.isEmpty ? nil : changes, instructions].compactMap(\.self)
        if words.isEmpty { words = ["option \(option)"] }
        return Prose.harmless(words.joined(separator: "; "))
    }

    private var answerLines: String {
        let id = member("escalation")
        guard member("state") == "open" else { return "It needs no answer any more." }
        return paint.bold("Answer") + "\n  "
            + paint.cyan(Self.answerLine(id, option: member("recommended"))) + "\n  "
            + paint.cyan("baton escalation answer \(id) --set FIELD=VALUE --reason \"...\"")
    }

    /// The line to paste.
    static func answerLine(_ id: String, option: String) -> String {
        "baton escalation answer \(id) --option \(option) --reason \"...\""
    }
}
