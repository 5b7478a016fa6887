// A task as a person reads it: where it stands, and how it came there.
import CommandTree
import JSON

/// SHOW task as text.
struct TaskView {
    private let task: JSONValue
    private let console: Console
    private var paint: Paint { console.paint }

    init(_ task: JSONValue, _ console: Console) {
        self.task = task
        self.console = console
    }

    private func member(_ name: String) -> String { Prose.harmless(BrokerRows.text(task, name)) }

    var text: String {
        var blocks = [heading]
        if let story { blocks.append(story) }
        if let deliverables { blocks.append(deliverables) }
        if let next { blocks.append(next) }
        return blocks.joined(separator: "\n\n")
    }

    private var heading: String {
        let state = Prose.harmless(BrokerRows.stateText(ofTask: task))
        var lines = [
            "\(paint.bold(member("task")))  \(member("kind"))  \(paint.cyan(member("agent")))  "
                + paint.look(state, BrokerRows.look(ofState: member("state"))),
            "  \(member("title"))",
        ]
        var facts: [String] = []
        if let brief = task["brief"]?.stringValue { facts.append("brief \(brief)") }
        if let subject = task["subject"]?.stringValue { facts.append("reviews \(subject)") }
        let depends = BrokerRows.texts(task, "depends_on")
        if !depends.isEmpty { facts.append("after \(depends.joined(separator: " "))") }
        for name in ["attempts", "failures", "rejections"] {
            if let count = task[name]?.integerValue, count > 0 { facts.append("\(count) \(name)") }
        }
        if let moment = task["retry_us"]?.integerValue {
            facts.append("next try \(MomentText.short(moment))")
        }
        if let escalation = task["escalation"]?.stringValue {
            facts.append("waits for \(escalation)")
        }
        if !facts.isEmpty { lines.append("  " + facts.joined(separator: ", ")) }
        if let error = Self.lastError(task) {
            let why = task["reason"]?.stringValue.map { "died (\(Prose.harmless($0)))" }
            let text = "\(why ?? "last failure"): \(error)"
            lines.append(
                paint.red(
                    Prose.indented(Prose.wrapped(text, width: min(console.width, 100) - 2), by: 2)))
        }
        if let lease = task["lease"], let instance = lease["instance"]?.stringValue {
            var text = "  leased by \(Prose.harmless(instance))"
            if let progress = Self.progress(lease) { text += ": \(progress)" }
            lines.append(text)
        }
        return lines.joined(separator: "\n")
    }

    /// The message of a task's last failure, on one line.
    static func lastError(_ row: JSONValue) -> String? {
        row["last_error"]?.stringValue.map { text in
            Prose.harmless(text.split(whereSeparator: \.isNewline).joined(separator: "; "))
        }
    }

    /// `40 %, computing`, from a lease.
    static func progress(_ lease: JSONValue?) -> String? {
        guard let progress = lease?["progress"] else { return nil }
        let words = [
            progress["percent"]?.integerValue.map { "\($0) %" },
            progress["message"]?.stringValue.map(Prose.harmless),
        ].compactMap(\.self)
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    private var story: String? {
        let entries = task["story"]?.arrayValue ?? []
        guard !entries.isEmpty else { return nil }
        var table = Table(
            ["TIME", "SEQ", "EVENT", "BY", "WHAT"], rightAligned: [1], wrapsLast: true)
        for entry in entries {
            table.add([
                .init(EventLine.time(of: entry), .dim), .init(BrokerRows.count(entry, "seq"), .dim),
                .init(BrokerRows.text(entry, "type"), EventLine.look(of: entry)),
                .init(BrokerRows.text(entry, "actor")), .init(BrokerRows.text(entry, "text")),
            ])
        }
        return paint.bold("Story") + "\n" + table.text(paint: paint, width: console.lineWidth)
    }

    private var deliverables: String? {
        let parts = task["deliverables"]?.arrayValue ?? []
        guard !parts.isEmpty else { return nil }
        let lines = parts.map { part in
            "  \(Prose.harmless(BrokerRows.text(part, "name"))) "
                + " \(BrokerRows.count(part, "size")) bytes"
        }
        return paint.bold("Deliverables") + "\n" + lines.joined(separator: "\n")
    }

    private var next: String? {
        let id = member("task")
        switch member("state") {
        case "dead": return "\(paint.cyan("baton dead redrive \(id)")) sends it round again."
        case "backoff": return "\(paint.cyan("baton task retry \(id)")) ends the wait now."
        case "blocked":
            return task["escalation"]?.stringValue.map {
                "\(paint.cyan("baton escalation show \($0)")) shows what is asked."
            }
        default: return nil
        }
    }
}
