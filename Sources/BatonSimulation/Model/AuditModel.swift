// What the journal may say, written down a second time from Protocols/lifecycle.md and events.md
// and without a line of the core: it reads stored bytes, keeps its own records, and names every
// event that should not be there. What follows from what is in AuditModel+Tasks.swift and its
// neighbours.

import JSON

/// A second, independent fold of the journal, which judges every event.
package struct AuditModel {
    /// The rules in numbers that the model holds the broker to: those of lifecycle.md and DESIGN's
    /// defaults, given here again and not read from the broker.
    package struct Bounds: Sendable {
        package var attemptsMax = 8
        package var rejectionsMax = 3
        package var releasesPerFailure = 10
        package var raisedAgainMax = 2
        package var circuitFailuresMax = 5
        package var backoffBase: Int64 = 5_000_000
        package var backoffCap: Int64 = 300_000_000
        package var lease: Int64 = 60_000_000
        /// Refusals of one kind within it are one event.
        package var refusalFold: Int64 = 60_000_000
        /// Whether `task.created` must name these bounds; a bug that changes them is then caught
        /// before anything has been tried too often.
        package var areRequiredOfPlans = true

        package init() {}
    }

    /// What people and agents really said. An event that follows from something that nobody said is
    /// a violation.
    package struct Intentions {
        /// HMACs of submitted keys, with the HMAC of the content each stood for first.
        package var keys: Set<String> = []
        /// `ESCALATION OPTION ACTOR` of every answer that was sent.
        package var answers: Set<String> = []
        /// Verdicts by the token of the review's lease: accepted or not.
        package var verdicts: [Int64: Bool] = [:]
        /// `b-1` and `t-2`: what somebody asked to cancel, redrive, discard or retry.
        package var cancelled: Set<String> = []
        package var redriven: Set<String> = []
        package var discarded: Set<String> = []
        package var retried: Set<String> = []
        /// The longest wait that a worker asked for, by token, in microseconds.
        package var waits: [Int64: Int64] = [:]
        /// How long the broker said that a lease lasts, and when its worker last showed progress,
        /// by token.
        package var promised: [Int64: Int64] = [:]
        package var progress: [Int64: Int64] = [:]
        /// When somebody last said HELLO as an instance.
        package var hellos: [String: Int64] = [:]
    }

    package let bounds: Bounds
    package var intentions = Intentions()
    /// Every violation, each with the number of the event that showed it.
    package private(set) var violations: [String] = []

    /// The stored bytes, one leaf a place.
    package private(set) var leaves: [[UInt8]] = []
    var time: Int64 = 0
    var tasks: [String: TaskFacts] = [:]
    var briefs: [String: BriefFacts] = [:]
    var escalations: [String: QuestionFacts] = [:]
    var agents: [String: AgentFacts] = [:]
    /// The number of the event that each idempotency key made, and its content.
    var keys: [String: (event: Int64, match: String)] = [:]
    /// How each token's attempt ended; no entry while it is open.
    var ends: [Int64: AttemptFacts] = [:]
    var newestToken: Int64 = -1
    /// The newest start, and until when leases from before it may be listed.
    var settle: (start: Int64, until: Int64) = (0, 0)
    /// The calendar's lead over the broker's time.
    var clockOffset: Int64 = 0
    /// What must still come before the batch ends, by what it is about.
    var owed: [String: String] = [:]
    /// Briefs whose derived state is to be compared when the batch ends.
    var touched: Set<String> = []
    /// The review's verdict that was just delivered, by its subject.
    var spoken: [String: (seq: Int64, token: Int64)] = [:]
    /// Refusals of right on record: the newest for `CODE ACTOR`.
    var refusals: [String: Int64] = [:]
    /// `TYPE SUBJECT` of what has happened at least once.
    var happened: Set<String> = []

    package init(bounds: Bounds) {
        self.bounds = bounds
    }

    package var head: UInt64 { UInt64(leaves.count) }

    // MARK: Taking events

    /// Takes the next stored leaf.
    package mutating func take(_ leaf: [UInt8]) {
        let seq = Int64(leaves.count)
        leaves.append(leaf)
        guard let json = try? JSONValue(parsing: leaf), let event = LeafFacts(json) else {
            complain("event \(seq) cannot be read")
            return
        }
        if event.seq != seq { complain("event \(event.seq) stands in place \(seq)") }
        if event.time < time { complain("event \(seq) is older than the one before it") }
        time = max(time, event.time)
        if let cause = event.cause, cause >= seq { complain("event \(seq) has a later cause") }
        if let subject = event.task ?? event.text("agent") {
            happened.insert("\(event.type) \(subject)")
        }
        judge(event)
    }

    /// The batch is whole: nothing may be owed, and every brief's state must follow from its tasks.
    package mutating func endBatch() {
        for (subject, what) in owed.sorted(by: { $0.key < $1.key }) {
            complain("\(subject): \(what) did not follow")
        }
        owed = [:]
        spoken = [:]
        for id in touched.sorted() {
            guard let brief = briefs[id] else { continue }
            let derived = derivedState(of: brief)
            if derived != brief.state {
                complain("\(id) is \(derived), and on record \(brief.state)")
            }
        }
        touched = []
    }

    mutating func complain(_ what: String) {
        // One broken rule breaks others in its wake; the first hundred tell all.
        guard violations.count < 100 else { return }
        violations.append("at event \(leaves.count - 1): \(what)")
    }

    private mutating func judge(_ event: LeafFacts) {
        switch event.type.prefix(while: { $0 != "." }) {
        case "task", "plan": judgeTask(event)
        case "brief": judgeBrief(event)
        case "escalation": judgeEscalation(event)
        case "agent", "queue", "circuit": judgeAgent(event)
        case "journal":
            if event.seq != 0 { complain("a second journal.created") }
        case "broker": judgeBroker(event)
        case "clock": clockOffset = event.integer("offset") ?? 0
        case "document", "decision": break
        case "evidence": judgeEvidence(event)
        case "access": refusals["\(event.text("code") ?? "") \(event.actor)"] = event.time
        default: complain("type \(event.type) is in no document")
        }
    }

    private mutating func judgeBroker(_ event: LeafFacts) {
        guard event.type == "broker.started" else { return }
        let until = event.integer("leases_until") ?? 0
        settle = (event.seq, event.integer("settle_until") ?? 0)
        for id in tasks.keys.sorted() where tasks[id]?.place == .leased {
            let known = tasks[id]?.leaseUntil ?? 0
            tasks[id]?.leaseUntil = max(known, until)
        }
    }

    // MARK: Reading

    /// Ids of open escalations, oldest first, with their options.
    package var openEscalations: [(id: String, options: [String], origin: String)] {
        escalations.values.filter { $0.state == "open" }.sorted { $0.event < $1.event }
            .map { ($0.id, $0.options.map(\.id), $0.origin) }
    }

    /// Ids of tasks in a place, ascending.
    package func tasks(in place: TaskPlace) -> [String] {
        tasks.values.filter { $0.place == place }.sorted { $0.event < $1.event }.map(\.id)
    }

    package var runningBriefs: [String] {
        briefs.values.filter { !["done", "cancelled"].contains($0.state) }
            .sorted { $0.event < $1.event }.map(\.id)
    }

    package var pausedAgents: [String] { agents.filter { $0.value.isPaused }.map(\.key).sorted() }

    /// What is open: nothing, once everything has ended.
    package var unfinished: [String] {
        let open = tasks.values.filter { !isOver($0) }.sorted { $0.event < $1.event }
        return open.map { "\($0.id) (\($0.kind), \($0.agent)) is \($0.place.rawValue)" }
            + runningBriefs.map { "\($0) is \(briefs[$0]?.state ?? "")" }
    }

    /// Whether nothing can happen to a task any more.
    package func isOver(_ task: String) -> Bool { tasks[task].map(isOver) ?? false }

    private func isOver(_ task: TaskFacts) -> Bool {
        // What is dead when its brief ends stays so.
        let isLeft = ["done", "cancelled"].contains(task.brief.flatMap { briefs[$0]?.state })
        return task.place.isFinal || isLeft && task.place == .dead
    }

    /// Tasks that an instance holds, ascending.
    package func leases(of instance: String) -> [String] {
        tasks(in: .leased).filter { tasks[$0]?.instance == instance }
    }

    package func kind(of task: String) -> String? { tasks[task]?.kind }
    package func place(of task: String) -> TaskPlace? { tasks[task]?.place }
    package func state(ofBrief brief: String) -> String? { briefs[brief]?.state }

    /// The event that a key made, by the HMAC of the key.
    package func event(ofKey key: String) -> (event: Int64, match: String)? { keys[key] }

    package func end(ofToken token: Int64) -> AttemptFacts? { ends[token] }

    package func escalation(_ id: String) -> QuestionFacts? { escalations[id] }

    /// Whether a token is the one of its task's open lease.
    package func isOpen(_ token: Int64, of task: String) -> Bool {
        tasks[task]?.place == .leased && tasks[task]?.token == token
    }

    /// Whether a refusal at that time, or the one that it is counted with, is on record. A person
    /// in an agent's role stands there as both.
    package func isRefusalKnown(_ code: String, to actor: String, since: Int64) -> Bool {
        refusals.contains { key, time in
            (key == "\(code) \(actor)" || key.hasPrefix("\(code) \(actor)/"))
                && time >= since - bounds.refusalFold
        }
    }

    package func hasHappened(_ type: String, to subject: String) -> Bool {
        happened.contains("\(type) \(subject)")
    }

    /// The token of the delivery that a review is about; nil: it is no review.
    package func deliveryJudged(by task: String) -> Int64? {
        tasks[task]?.subject.flatMap { tasks[$0]?.token }
    }
}
