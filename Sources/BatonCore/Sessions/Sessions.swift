// Who is connected and what they grant: credit, lease extensions, progress. All of it starts empty,
// is never in events, and is gone after a restart; `decide` reads it, `apply` never sees it.

package struct SessionID: Hashable, Comparable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    package static func < (left: SessionID, right: SessionID) -> Bool { left.number < right.number }
}

package struct Session: Sendable {
    package let id: SessionID
    package internal(set) var actor: ActorName
    /// The agent it takes tasks for; nil for a client.
    package internal(set) var agent: AgentName?
    /// The seat it sits on: a process that comes back under the same name takes over.
    package internal(set) var instance: String
    package internal(set) var credit: Int
    package internal(set) var held: [TaskID] = []
    package internal(set) var lastHeard: Instant
    /// The process, as the kernel named it; 0 when unknown.
    package internal(set) var processID: Int

    package var hasCredit: Bool { agent != nil && held.count < credit }
}

/// What heartbeats said of a lease.
package struct Extension: Sendable {
    package internal(set) var until: Instant
    /// The last progress or output.
    package internal(set) var lastProgress: Instant
    package internal(set) var percent: Int?
    package internal(set) var message: String?
}

/// One line of a heartbeat.
package struct Beat: Sendable {
    package var attempt: Attempt
    package var isProgress: Bool
    package var percent: Int?
    package var message: String?

    package init(
        attempt: Attempt, isProgress: Bool = false, percent: Int? = nil, message: String? = nil
    ) {
        self.attempt = attempt
        self.isProgress = isProgress
        self.percent = percent
        self.message = message
    }
}

/// What a heartbeat is told about a lease.
package enum BeatState: String, Sendable {
    case held
    case lost
    case cancelled
}

package struct Sessions: Sendable {
    package private(set) var all: [SessionID: Session] = [:]
    /// In the order of their ids.
    private var byAgent: [AgentName: [SessionID]] = [:]
    package private(set) var extensions: [TaskID: Extension] = [:]
    private var holders: [TaskID: SessionID] = [:]
    /// Leases that were listed since the start.
    private var confirmed: Set<TaskID> = []
    /// The processes that a delivery came from, while it may still be judged: a session may be over
    /// or in another role when a reviewer is looked for.
    private var authors: [TaskID: Set<Int>] = [:]
    /// Whether an instance of the agent has ever been here since the start.
    private var seen: Set<AgentName> = []
    /// Of agents with a rate.
    private var recentLeases: [AgentName: RecentLeases] = [:]
    var submitters = SubmitterBuckets()

    package init() {}

    package subscript(id: SessionID) -> Session? { all[id] }

    /// When the session that was silent for longest was last heard; nil without sessions.
    var earliestHeard: Instant? {
        var earliest: Instant?
        // The order does not matter to a minimum.
        for session in all.values {
            earliest = min(earliest ?? session.lastHeard, session.lastHeard)
        }
        return earliest
    }

    package func sessions(of agent: AgentName) -> [SessionID] { byAgent[agent] ?? [] }

    package func holder(of task: TaskID) -> SessionID? { holders[task] }

    package func isConfirmed(_ task: TaskID) -> Bool { confirmed.contains(task) }

    package func hasBeenSeen(_ agent: AgentName) -> Bool { seen.contains(agent) }

    // MARK: Coming and going

    /// Opens a session or changes the role of one that is open. Held leases stay with it.
    mutating func open(
        _ id: SessionID, actor: ActorName, agent: AgentName?, instance: String, credit: Int,
        processID: Int, at now: Instant
    ) {
        var session =
            all[id]
            ?? Session(
                id: id, actor: actor, agent: nil, instance: instance, credit: 0, lastHeard: now,
                processID: processID)
        if let old = session.agent, old != agent { byAgent[old]?.removeAll { $0 == id } }
        if let agent, session.agent != agent {
            byAgent[agent, default: []].append(id)
            byAgent[agent]?.sort()
            seen.insert(agent)
        }
        session.actor = actor
        session.agent = agent
        session.instance = instance
        session.credit = credit
        session.lastHeard = now
        all[id] = session
    }

    /// Ends a session and returns what it held; those leases stay as they are.
    mutating func close(_ id: SessionID) -> [TaskID] {
        guard let session = all.removeValue(forKey: id) else { return [] }
        if let agent = session.agent { byAgent[agent]?.removeAll { $0 == id } }
        for task in session.held { holders[task] = nil }
        return session.held
    }

    mutating func heard(from id: SessionID, at now: Instant) {
        all[id]?.lastHeard = now
    }

    mutating func setCredit(_ credit: Int, of id: SessionID) {
        all[id]?.credit = credit
    }

    // MARK: Leases

    mutating func hold(_ task: TaskID, by id: SessionID) {
        if let before = holders[task] { all[before]?.held.removeAll { $0 == task } }
        guard all[id] != nil else { return }
        holders[task] = id
        confirmed.insert(task)
        all[id]?.held.append(task)
    }

    /// The lease is over, however it ended.
    mutating func drop(_ task: TaskID) {
        extensions[task] = nil
        confirmed.remove(task)
        guard let id = holders.removeValue(forKey: task) else { return }
        all[id]?.held.removeAll { $0 == task }
    }

    // MARK: Authors

    /// Whether the process had a hand in what the task last delivered, as far as is known since the
    /// start.
    func isAuthor(_ processID: Int, of task: TaskID) -> Bool {
        authors[task]?.contains(processID) ?? false
    }

    /// Notes who delivers: the session that holds the lease and the one that brings the parts, for
    /// one process may have two sessions. To be called before the lease is dropped.
    mutating func noteAuthors(of task: TaskID, bringing bearer: SessionID?) {
        let hands = [holders[task], bearer].compactMap { $0.flatMap { all[$0]?.processID } }
        authors[task] = Set(hands.filter { $0 != 0 })
    }

    mutating func forgetAuthors(of task: TaskID) {
        authors[task] = nil
    }

    // MARK: Rates

    /// From when on the agent may be given work within its rate; nil: from any time.
    func nextLease(of agent: AgentName, within rate: LeaseRate) -> Instant? {
        guard let recent = recentLeases[agent], recent.rate == rate else { return nil }
        return recent.next
    }

    /// Counts a lease against the agent's rate. Under another rate than before the count begins
    /// anew.
    mutating func noteLease(of agent: AgentName, within rate: LeaseRate?, at instant: Instant) {
        guard let rate else {
            recentLeases[agent] = nil
            return
        }
        if recentLeases[agent]?.rate != rate { recentLeases[agent] = RecentLeases(rate: rate) }
        recentLeases[agent]?.note(instant)
    }

    mutating func extend(_ beat: Beat, until: Instant, at now: Instant, since: Instant) {
        let task = beat.attempt.task
        var entry = extensions[task] ?? Extension(until: until, lastProgress: since)
        entry.until = until
        if beat.isProgress {
            entry.lastProgress = now
            entry.percent = beat.percent ?? entry.percent
            entry.message = beat.message ?? entry.message
        }
        extensions[task] = entry
    }
}
