// The fold of the journal: everything that survives a restart. It is changed by `apply` alone, and
// `apply` reads no configuration, no clock and no session, and cannot fail.

package struct State: Sendable {
    /// The sequence number of the next event.
    package internal(set) var head: UInt64 = 0
    package internal(set) var time = Instant.distantPast
    package internal(set) var origin: String?
    /// The wall clock's lead over the broker's time that was last recorded, in microseconds.
    package internal(set) var clockOffset: Int64 = 0
    /// The newest start, and how long instances had from it to list their leases.
    package internal(set) var settle: SettlePeriod?

    package internal(set) var briefs: [BriefID: BriefRecord] = [:]
    package internal(set) var tasks: [TaskID: TaskRecord] = [:]
    /// Tasks with an open lease.
    package internal(set) var leased: Set<TaskID> = []
    package internal(set) var escalations: [EscalationID: EscalationRecord] = [:]
    package internal(set) var agents: [AgentName: AgentRecord] = [:]
    package internal(set) var finishedBriefs: [BriefID: FinishedBrief] = [:]
    package internal(set) var finishedTasks: [TaskID: FinishedTask] = [:]
    /// Idempotency keys, for as long as the journal lives.
    package internal(set) var keys: [Fingerprint: KeyRecord] = [:]
    /// Attachments by what finds them.
    package internal(set) var documents: [Digest: UInt64] = [:]
    /// Briefs without an accepted plan; each holds a reserve of tasks.
    package internal(set) var unplannedBriefs = 0
    /// Bytes of the parts that the tasks and briefs in memory were submitted with.
    package internal(set) var queuedBytes = 0

    var indexes = Indexes()

    package init() {}

    /// What ends on a brief's or task's way out of memory stays off for a scratch fold that is made
    /// to look at finished things.
    package internal(set) var keepsFinished = false

    package init(keepsFinished: Bool) {
        self.keepsFinished = keepsFinished
    }
}

package struct SettlePeriod: Hashable, Sendable {
    /// The start's event: leases from before it need a confirmation.
    package let start: UInt64
    package let since: Instant
    package let until: Instant
}

extension State {
    /// Whether the key of a submission stands for one already, whatever its content was.
    package func isTaken(_ key: Digest) -> Bool { keys[key.fingerprint] != nil }
}

/// What an idempotency key stands for. One is kept for every submission, as long as the journal
/// lives.
package struct KeyRecord: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case brief(BriefID)
        case task(TaskID)
    }

    let match: Fingerprint
    /// Twice the event's number, and one more for a task.
    private let code: UInt64

    init(subject: Subject, match: Digest) {
        self.init(subject: subject, match: match.fingerprint)
    }

    init(subject: Subject, match: Fingerprint) {
        self.match = match
        code =
            switch subject {
            case .brief(let brief): brief.number << 1
            case .task(let task): task.number << 1 | 1
            }
    }

    var subject: Subject {
        code & 1 == 0 ? .brief(BriefID(code >> 1)) : .task(TaskID(code >> 1))
    }
}

// MARK: - Changing records

extension State {
    /// Changes a task that must exist: an event about an unknown task is a broken journal.
    mutating func update<Value>(
        _ id: TaskID, _ change: (inout TaskRecord) -> Value
    ) -> Value {
        guard let index = tasks.index(forKey: id) else {
            preconditionFailure("an event names \(id), which does not exist")
        }
        return change(&tasks.values[index])
    }

    mutating func update<Value>(
        _ id: BriefID, _ change: (inout BriefRecord) -> Value
    ) -> Value {
        guard let index = briefs.index(forKey: id) else {
            preconditionFailure("an event names \(id), which does not exist")
        }
        return change(&briefs.values[index])
    }

    mutating func update<Value>(
        _ id: EscalationID, _ change: (inout EscalationRecord) -> Value
    ) -> Value {
        guard let index = escalations.index(forKey: id) else {
            preconditionFailure("an event names \(id), which does not exist")
        }
        return change(&escalations.values[index])
    }

    mutating func update<Value>(
        _ name: AgentName, _ change: (inout AgentRecord) -> Value
    ) -> Value {
        guard let index = agents.index(forKey: name) else {
            preconditionFailure("an event names agent \(name), which does not exist")
        }
        return change(&agents.values[index])
    }

    /// Moves a task to another state; the brief's counts and the agent's queue follow.
    mutating func setState(_ id: TaskID, _ new: TaskState) {
        let task = update(id) { task in
            let before = task
            task.state = new
            return before
        }
        let old = task.state
        if let brief = task.brief {
            update(brief) { brief in
                brief.counts[old] -= 1
                brief.counts[new] += 1
                if task.isTimed {
                    if old == .waiting { brief.counts.timed -= 1 }
                    if new == .waiting { brief.counts.timed += 1 }
                }
            }
            look(at: brief)
        }
        // Whatever was due of a lease or a wait ends with it; `apply` sets what is due next.
        if old == .leased || old == .backoff { indexes.timers.cancel(.task(id)) }
        if old == .ready { leaveQueue(task) }
        if new == .ready { enqueue(id) }
    }

    /// Takes a task that is no longer ready out of the count, and off the front of its queue. One
    /// in the midst of the queue stays there until it comes to the front or outweighs the rest.
    private mutating func leaveQueue(_ task: TaskRecord) {
        indexes.readyCounts[task.agent, default: 0] -= 1
        while let first = indexes.ready[task.agent]?.first, tasks[first.task]?.state != .ready {
            _ = indexes.ready[task.agent]?.pop()
        }
        guard let queue = indexes.ready[task.agent],
            queue.count > 2 * readyCount(of: task.agent) + 64
        else { return }
        indexes.ready[task.agent] = MinHeap(
            queue.elements.filter { tasks[$0.task]?.state == .ready })
    }

    /// Puts a ready task into its agent's queue.
    private mutating func enqueue(_ id: TaskID) {
        let (agent, entry) = update(id) { task in
            (task.agent, ReadyEntry(order: task.order(step: Limits.priorityStepInForce), task: id))
        }
        indexes.ready[agent, default: MinHeap()].push(entry)
        indexes.readyCounts[agent, default: 0] += 1
        look(at: agent)
    }

    /// Notes that the event being applied is a reason to look at something.
    mutating func look(at item: AgendaItem) {
        indexes.agenda.add(item, cause: head - 1)
    }

    /// Notes that the brief's state may have changed.
    mutating func look(at brief: BriefID) {
        indexes.agenda.add(brief, cause: head - 1)
    }

    /// Notes that the agent may be able to take a task.
    mutating func look(at agent: AgentName) {
        indexes.agenda.add(agent, cause: head - 1)
    }

    /// Wakes the core at `instant` to look at `subject`.
    mutating func wake(at instant: Instant, for subject: TimerSubject) {
        indexes.timers.set(subject, at: instant)
    }

    /// Wakes the core when the calendar says so.
    mutating func wake(on calendar: Instant, for task: TaskID) {
        indexes.calendar.push(Timer(at: calendar, subject: .task(task)))
        // A task has two dates at most.
        if indexes.calendar.count > 4 * tasks.count + 64 {
            indexes.calendar = MinHeap(indexes.calendar.elements.filter(isInForce))
        }
    }

    /// Drops from the front what is no longer due, so that an idle broker does not wake for it.
    mutating func pruneTimers() {
        indexes.timers.prune()
        while let first = indexes.calendar.first, !isInForce(first) { _ = indexes.calendar.pop() }
    }

    /// The nature of the agent's newest task if it is the same, else this one from now on.
    mutating func shared(_ nature: TaskNature) -> TaskNature {
        if let newest = indexes.natures[nature.agent], newest == nature { return newest }
        indexes.natures[nature.agent] = nature
        return nature
    }

    /// Makes queues and timers from the records: all that a restored state needs to go on.
    mutating func deriveIndexes() {
        indexes = Indexes()
        for id in tasks.keys.sorted() {
            guard let task = tasks[id] else { continue }
            let nature = shared(task.nature)
            update(id) { $0.share(nature) }
            if task.state == .ready { enqueue(id) }
            if let lease = task.lease {
                wake(at: min(lease.until, lease.attemptUntil), for: .task(id))
            }
            if task.state == .backoff, let until = task.until { wake(at: until, for: .task(id)) }
            guard !task.state.isEnded, task.state != .dead else { continue }
            if let deadline = task.deadline { wake(on: deadline, for: id) }
            if task.state == .waiting, let notBefore = task.notBefore {
                wake(on: notBefore, for: id)
            }
        }
        for id in escalations.keys.sorted() {
            if let deadline = escalations[id]?.deadline { wake(at: deadline, for: .escalation(id)) }
        }
        for name in agents.keys.sorted() {
            if case .open(let probe)? = agents[name]?.circuit { wake(at: probe, for: .agent(name)) }
        }
        if let settle, settle.until > time { wake(at: settle.until, for: .settle) }
        indexes.agenda.clear()
    }

    private func isInForce(_ date: Timer) -> Bool {
        guard case .task(let id) = date.subject, let task = tasks[id], !task.state.isEnded,
            task.state != .dead
        else { return false }
        return task.deadline == date.at || (task.notBefore == date.at && task.state == .waiting)
    }
}

extension Limits {
    /// Queue order is part of the format of waiting tasks, not of configuration: it is the same on
    /// every broker that folds the same journal.
    static let priorityStepInForce: Duration = .seconds(60)
}

// MARK: - Reading

extension State {
    /// The newest lease of a task that is being worked on.
    package func lease(of id: TaskID) -> Lease? { tasks[id]?.lease }

    /// Tasks that count against the queue's limit: all in memory, and the reserve of unplanned
    /// briefs.
    package func admittedTasks(reservePerBrief: Int) -> Int {
        tasks.count + unplannedBriefs * reservePerBrief
    }

    /// The state that a brief is in now, from its tasks and escalations: the first that matches.
    package func derivedState(of brief: BriefRecord) -> BriefState {
        if let close = brief.close, tasks[close]?.state == .accepted { return .done }
        let deciding = brief.close ?? brief.tasks.first
        let counts = brief.counts
        let decided = deciding.flatMap { tasks[$0]?.state }
        let open =
            counts[.waiting] + counts[.ready] + counts[.leased] + counts[.delivered]
            + counts[.blocked] + counts[.backoff]
        if decided == .cancelled || decided == .discarded, open == 0 { return .cancelled }
        let moving = counts[.ready] + counts[.leased] + counts[.backoff] + counts.timed
        if !brief.openEscalations.isEmpty, moving == 0 { return .blocked }
        if counts[.dead] > 0, moving == 0 { return .dead }
        return .running
    }

    /// Whether a task waits for this escalation's answer, and not for another's.
    func isBlocked(_ task: TaskID, by escalation: EscalationID) -> Bool {
        guard let task = tasks[task] else { return false }
        return task.state == .blocked && task.escalation == escalation
    }

    package func readyCount(of agent: AgentName) -> Int { indexes.readyCounts[agent] ?? 0 }
}
