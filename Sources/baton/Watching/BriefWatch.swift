// Watching one brief: what changes is said as it changes, what waits for a person is said with the
// line to type, and Ctrl-C only stops the watching.
//
// The stream of events is the bell; the picture comes from SHOW, so that what is said is always the
// broker's own view. Progress and heartbeats are no events: a second's look shows those.
import BatonClient
import BatonPlatform
import CommandTree
import JSON

/// Follows a brief until it is done, blocked or dead.
struct BriefWatch {
    /// How it ended.
    struct Outcome {
        var status: ExitStatus
        /// The last SHOW.
        var brief: JSONValue
        var hasTimedOut = false
    }

    private let id: String
    private let broker: Broker
    private let console: Console
    private let isFollowing: Bool
    private let deadline: Int64?
    private var progress: BriefProgress
    private var printer: EventPrinter
    private var brief: JSONValue = .null
    private var declined: [String] = []
    /// The last event heard of.
    private var since: Int64 = 0
    private var absence = AbsenceReport()
    private let start = MonotonicClock.nowMicroseconds()

    init(
        _ id: String, _ broker: Broker, _ console: Console, isFollowing: Bool,
        timeoutMilliseconds: Int64?
    ) {
        self.id = id
        self.broker = broker
        self.console = console
        self.isFollowing = isFollowing
        deadline = timeoutMilliseconds.map { MonotonicClock.nowMicroseconds() + $0 * 1000 }
        progress = BriefProgress(console)
        printer = EventPrinter(console)
    }

    /// Watches. Ctrl-C and SIGTERM come through `signals`, which the client watches too.
    mutating func run(_ signals: borrowing SignalInbox) throws(CommandFailure) -> Outcome {
        do throws(ClientError) {
            return try watch(signals)
        } catch {
            progress.clear()
            if error.kind == .interrupted { return Outcome(status: .detached, brief: brief) }
            throw CommandFailure(error, home: broker.home)
        }
    }

    private mutating func watch(_ signals: borrowing SignalInbox) throws(ClientError) -> Outcome {
        let client = broker.client
        sayWhenTheBrokerLeaves(client)
        brief = try client.show(.brief, id).json()
        since = Int64(id.dropFirst(2)) ?? 0
        try listen()
        while true {
            progress.show(brief)
            if let outcome = try ended(signals) { return outcome }
            if let deadline, MonotonicClock.nowMicroseconds() >= deadline {
                progress.clear()
                return Outcome(status: .tryAgain, brief: brief, hasTimedOut: true)
            }
            let hasNews = try waitForNews()
            if !hasNews { tellAboutAgents() }
            brief = try client.show(.brief, id).json()
        }
    }

    /// A request waits for a broker that restarts; the person should know what for.
    private func sayWhenTheBrokerLeaves(_ client: Client) {
        let console = console
        client.whenConnectionChanges = { isConnected in
            if console.canRewrite { console.noteRaw("\r\u{1B}[2K") }
            console.note(
                isConnected
                    ? console.notePaint.green("the broker is there again")
                    : console.notePaint.yellow("the broker is not reachable; waiting for it"))
        }
    }

    /// Opens the stream, from where it was left.
    private func listen() throws(ClientError) {
        try broker.client.openTail(
            TailQuery(since: since, follow: true, payload: isFollowing, brief: id))
    }

    /// Up to a second, for an event; true when there was one.
    private mutating func waitForNews() throws(ClientError) -> Bool {
        var wait = Int64(1_000_000)
        if let deadline { wait = max(min(wait, deadline - MonotonicClock.nowMicroseconds()), 0) }
        var hasNews = false
        var timeout = Duration.microseconds(wait)
        // All that is there, then one look at the brief.
        while let chunk = try broker.client.nextEvents(timeout: timeout) {
            since = chunk.upto
            for line in chunk.lines {
                hasNews = true
                if isFollowing {
                    progress.clear()
                    printer.print(line)
                }
            }
            if hasNews { timeout = .zero }
        }
        return hasNews
    }

    // MARK: Ends

    private mutating func ended(_ signals: borrowing SignalInbox) throws(ClientError) -> Outcome? {
        switch brief["state"]?.stringValue {
        case "done":
            progress.clear()
            console.note("\(id) is \(console.notePaint.green("done")).")
            return Outcome(status: .done, brief: brief)
        case "dead", "cancelled":
            progress.clear()
            let state = brief["state"]?.stringValue ?? "dead"
            console.note("\(id) is \(console.notePaint.red(state)).")
            if state == "dead" { sayWhyDead() }
            return Outcome(status: .failed, brief: brief)
        case "blocked":
            progress.clear()
            let hasAnswered = try answeredInPlace(signals)
            // The questions of the prompt may have ended the stream: a client has one at a time.
            try listen()
            if hasAnswered { return nil }
            // While the person thought, time passed, and somebody else may have answered.
            brief = try broker.client.show(.brief, id).json()
            guard brief["state"]?.stringValue == "blocked" else { return try ended(signals) }
            sayBlocked()
            return Outcome(status: .blocked, brief: brief)
        default:
            return nil
        }
    }

    /// Each task that gave up, with its last words.
    private func sayWhyDead() {
        for row in brief["tasks"]?.arrayValue ?? [] where row["state"]?.stringValue == "dead" {
            let task = Prose.harmless(BrokerRows.text(row, "task"))
            let agent = console.notePaint.cyan(Prose.harmless(BrokerRows.text(row, "agent")))
            let reason = Prose.harmless(BrokerRows.text(row, "reason"))
            let error = TaskView.lastError(row).map { ": \($0)" } ?? ""
            console.note("  \(task) of \(agent) died (\(reason))\(error)")
            console.note("    \(console.notePaint.cyan("baton dead show \(task)"))")
        }
    }

    private var openEscalations: [JSONValue] {
        (brief["escalations"]?.arrayValue ?? []).filter { $0["state"]?.stringValue == "open" }
    }

    private func sayBlocked() {
        let open = openEscalations
        let count = open.count == 1 ? "1 decision" : "\(open.count) decisions"
        console.note("\(id) is \(console.notePaint.yellow("blocked")): it needs \(count).")
        for row in open {
            console.note("")
            console.note(EscalationView(row, console, paint: console.notePaint).brief)
        }
        console.note("Then watch again: \(console.notePaint.cyan("baton brief wait \(id)"))")
    }

    /// On a terminal the person may decide right here; true when something was answered.
    private mutating func answeredInPlace(
        _ signals: borrowing SignalInbox
    ) throws(ClientError) -> Bool {
        // A limit on the time says that nobody waits at the terminal.
        guard console.isInteractive, deadline == nil else { return false }
        var prompt = AnswerPrompt(console, signals)
        var hasAnswered = false
        for row in openEscalations {
            let escalation = BrokerRows.text(row, "escalation")
            guard !declined.contains(escalation) else { continue }
            switch try prompt.ask(row, broker) {
            case .answer(let document):
                _ = try broker.client.answer(escalation: escalation, with: document.encoded())
                console.note("Answered \(escalation).")
                hasAnswered = true
            case .later:
                declined.append(escalation)
            }
        }
        return hasAnswered
    }

    // MARK: Nobody works

    /// What keeps the brief waiting beside its own work: said once for each cause.
    private mutating func tellAboutAgents() {
        // Agents that start together with the broker need a fraction of a second.
        let isLate = MonotonicClock.nowMicroseconds() - start > 900_000
        guard isLate else { return }
        let waiting = (brief["tasks"]?.arrayValue ?? []).filter { row in
            let reason = row["pending_reason"]?.stringValue
            return reason == "no_agent" || reason == "starting"
                || row["state"]?.stringValue == "leased"
        }
        let names = Set(waiting.compactMap { $0["agent"]?.stringValue })
        let words = absence.news(of: names, waiting, broker.home)
        guard !words.isEmpty else { return }
        progress.clear()
        for text in words { console.note(console.notePaint.yellow(Prose.harmless(text))) }
    }
}
