// What of a brief has changed since the last look, said once; and on a terminal one line at the
// bottom about who works right now.
import BatonPlatform
import CommandTree
import JSON

/// Says the progress of one brief on standard error.
struct BriefProgress {
    private let console: Console
    private var states: [String: String] = [:]
    private var escalations: [String: String] = [:]
    private var hasLine = false
    private let start = MonotonicClock.nowMicroseconds()

    init(_ console: Console) {
        self.console = console
    }

    /// Says what is new in a SHOW of the brief.
    mutating func show(_ brief: JSONValue) {
        let tasks = brief["tasks"]?.arrayValue ?? []
        for row in tasks { tell(task: row) }
        for row in brief["escalations"]?.arrayValue ?? [] { tell(escalation: row) }
        showLine(tasks)
    }

    /// Takes the bottom line away, before something else is printed.
    mutating func clear() {
        guard hasLine else { return }
        console.noteRaw("\r\u{1B}[2K")
        hasLine = false
    }

    private mutating func tell(task row: JSONValue) {
        let id = BrokerRows.text(row, "task")
        let state = BrokerRows.text(row, "state")
        let attempts = row["attempts"]?.integerValue ?? 0
        let rejections = row["rejections"]?.integerValue ?? 0
        let isGated =
            state == "waiting" && BrokerRows.text(row, "pending_reason") == "evidence"
        let mark = "\(state) \(rejections) \(isGated)"
        let previous = states[id]
        guard previous != mark else { return }
        states[id] = mark
        // A task that only waits for others is no news yet.
        if previous == nil, state == "waiting", !isGated { return }
        clear()
        let paint = console.notePaint
        var words = [
            paint.dim(elapsed), padded(id, 6), padded(BrokerRows.text(row, "kind"), 6),
            paint.cyan(padded(BrokerRows.text(row, "agent"), 30)),
            paint.look(state, BrokerRows.look(ofState: state)),
        ]
        if rejections > 0, state == "ready" { words.append("rejected by the review, goes again") }
        if state == "leased", attempts > 1 { words.append("attempt \(attempts)") }
        if state == "ready", let why = row["pending_reason"]?.stringValue, why != "starting" {
            words.append(paint.dim("(\(Prose.harmless(why)))"))
        }
        if isGated {
            let brief = BrokerRows.text(row, "brief")
            words.append("for evidence: baton brief gates \(brief)")
        }
        if ["dead", "backoff"].contains(state), let error = TaskView.lastError(row) {
            words.append(Prose.shortened(error, width: 300))
            if let moment = row["retry_us"]?.integerValue, state == "backoff" {
                words.append(paint.dim("(again at \(MomentText.clock(moment)))"))
            }
        }
        console.note(words.joined(separator: "  "))
    }

    private mutating func tell(escalation row: JSONValue) {
        let id = BrokerRows.text(row, "escalation")
        let state = BrokerRows.text(row, "state")
        guard escalations[id] != state else { return }
        let isNew = escalations[id] == nil
        escalations[id] = state
        if isNew, state != "open" { return }
        clear()
        let paint = console.notePaint
        let word = state == "open" ? paint.yellow("asks") : paint.look(state, look(state))
        console.note(
            "\(paint.dim(elapsed))  \(padded(id, 6))  \(padded("", 6))  "
                + "\(paint.cyan(padded(BrokerRows.text(row, "agent"), 30)))  \(word)")
        guard state == "open" else { return }
        let blocker = Prose.harmless(BrokerRows.text(row, "blocker"))
        let width = min(Terminal.size(of: 2)?.columns ?? 100, 100) - 10
        console.note(Prose.indented(Prose.wrapped(blocker, width: width), by: 10))
        console.note("          " + paint.cyan("baton escalation show \(id)"))
    }

    private func look(_ state: String) -> Table.Look { BrokerRows.look(ofState: state) }

    private mutating func showLine(_ tasks: [JSONValue]) {
        guard console.canRewrite else { return }
        let working = tasks.filter { $0["state"]?.stringValue == "leased" }.map { row -> String in
            let progress = TaskView.progress(row["lease"]).map { " \($0)" } ?? ""
            return "\(Prose.harmless(BrokerRows.text(row, "agent"))) on "
                + "\(BrokerRows.text(row, "task"))\(progress)"
        }
        clear()
        guard !working.isEmpty else { return }
        let text = "\(elapsed)  working: \(working.joined(separator: "; "))"
        let width = (Terminal.size(of: 2)?.columns ?? 80) - 1
        console.noteRaw(console.notePaint.dim(Prose.shortened(text, width: width)))
        hasLine = true
    }

    private var elapsed: String {
        let milliseconds = (MonotonicClock.nowMicroseconds() - start) / 1000
        let tenths = milliseconds / 100
        return milliseconds < 60_000
            ? padded("\(tenths / 10).\(tenths % 10) s", -8)
            : padded(DurationText.text(milliseconds: milliseconds), -8)
    }

    /// Padded on the right for a positive width, on the left for a negative one.
    private func padded(_ text: String, _ width: Int) -> String {
        let harmless = Prose.harmless(text)
        let gap = String(repeating: " ", count: max(abs(width) - harmless.count, 0))
        return width < 0 ? gap + harmless : harmless + gap
    }
}
