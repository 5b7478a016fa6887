// Who gets the next task, and why a task that waits is waiting.

extension Broker {
    /// What kept tasks from being leased that time or an answer will cure.
    struct LeaseSearch {
        /// When the agent's rate allows the lease that it forbids now.
        var allowedAt: Instant?
        /// Briefs with a task that is over their budget and that nobody was asked about.
        var unasked: [BriefID] = []
    }

    /// Leases the agent's next ready task to a session that has credit, if there are both; blocks
    /// it instead when it is over its brief's budget and the question about that is open.
    func addLease(_ name: AgentName, _ draft: inout Draft) -> LeaseSearch {
        var search = LeaseSearch()
        guard let agent = state.agents[name], agent.isRegistered, !agent.isPaused,
            circuitAllows(agent, at: draft.moment), agent.leased < agent.leasesMax ?? .max,
            let (task, session) = nextPair(agent, &search)
        else { return search }
        if let question = task.brief.flatMap(usedUpBudgetQuestion) {
            draft.add(
                .taskBlocked(question), brief: task.brief, task: task.id, attempt: task.attempts)
            return search
        }
        if let next = nextLease(of: agent.name), next > draft.time {
            search.allowedAt = next
            return search
        }
        let seq = draft.next
        draft.add(
            .taskLeased(
                TaskLeased(
                    token: Token(seq), instance: session.instance, holder: session.actor,
                    until: draft.time + limits.leasePeriod,
                    attemptUntil: draft.time + task.attemptTimeout)),
            brief: task.brief, task: task.id, attempt: task.attempts + 1)
        return search
    }

    /// How often the agent may be given work; nil: as often as its instances take it.
    package func rate(of agent: AgentName) -> LeaseRate? {
        if let rate = state.agents[agent]?.rate { return rate }
        guard limits.agentLeasesPerMinuteMax > 0 else { return nil }
        return LeaseRate(count: limits.agentLeasesPerMinuteMax, period: .seconds(60))
    }

    /// From when on the agent's rate allows another lease; nil: it does, or there is none.
    package func nextLease(of agent: AgentName) -> Instant? {
        rate(of: agent).flatMap { sessions.nextLease(of: agent, within: $0) }
    }

    /// How many submitters have a rate of their own in memory.
    package var submittersKept: Int { sessions.submitters.count }

    private func usedUpBudgetQuestion(of brief: BriefID) -> EscalationID? {
        guard let record = state.briefs[brief], record.isBudgetUsedUp else { return nil }
        return budgetQuestion(of: brief)
    }

    /// Whether the task's brief may have no other lease and nobody was asked about it yet.
    private func lacksQuestion(_ task: TaskRecord) -> Bool {
        guard let id = task.brief, let brief = state.briefs[id], brief.isBudgetUsedUp else {
            return false
        }
        return budgetQuestion(of: id) == nil
    }

    private func circuitAllows(_ agent: AgentRecord, at moment: Moment) -> Bool {
        switch agent.circuit {
        case .closed: true
        case .open(let probe): probe <= moment.now
        case .probing, .probeFailed, .probePassed: false
        }
    }

    /// The first ready task that some session may take, with the least loaded such session.
    private func nextPair(
        _ agent: AgentRecord, _ search: inout LeaseSearch
    ) -> (TaskRecord, Session)? {
        let free = sessions.sessions(of: agent.name).compactMap { sessions[$0] }.filter(\.hasCredit)
        guard !free.isEmpty, let queue = state.indexes.ready[agent.name] else { return nil }
        // Nearly always the head of the queue will do. Behind it are looked at: what follows a
        // review whose author is the only reviewer here, or a task that has failed before the
        // probe.
        var second: (TaskRecord, Session)?
        for entry in queue.ascending {
            guard let task = current(entry, in: agent),
                let session = leastLoaded(free, for: task)
            else { continue }
            if let brief = task.brief, lacksQuestion(task) {
                if !search.unasked.contains(brief) { search.unasked.append(brief) }
                continue
            }
            if probesWell(task, agent) { return (task, session) }
            second = second ?? (task, session)
        }
        return second
    }

    private func current(_ entry: ReadyEntry, in agent: AgentRecord) -> TaskRecord? {
        guard let task = state.tasks[entry.task], task.state == .ready, task.agent == agent.name
        else {
            return nil
        }
        return task
    }

    /// A probe is another task than those that failed, if there is one.
    private func probesWell(_ task: TaskRecord, _ agent: AgentRecord) -> Bool {
        agent.circuit == .closed || !agent.failing.contains(task.id)
    }

    private func leastLoaded(_ free: [Session], for task: TaskRecord) -> Session? {
        let subject = task.subject.flatMap { state.tasks[$0] }
        return free.filter { session in subject.map { mayJudge(session, $0) } ?? true }
            .min { ($0.held.count, $0.id) < ($1.held.count, $1.id) }
    }

    /// The reviewer is never the author: another actor, and where one person runs both roles
    /// without tokens, another process, as the kernel names it. A process that changes its role
    /// stays the author, as long as the broker runs.
    private func mayJudge(_ session: Session, _ subject: TaskRecord) -> Bool {
        guard let author = subject.delivery?.author else { return true }
        guard session.actor != author else { return false }
        guard session.actor.provenIdentity == author.provenIdentity, session.processID != 0 else {
            return true
        }
        guard !sessions.isAuthor(session.processID, of: subject.id) else { return false }
        // After a start of the broker only those who are back in their role are known.
        return !(author.role.map { sessions.sessions(of: $0) } ?? []).contains { id in
            sessions[id]?.actor == author && sessions[id]?.processID == session.processID
        }
    }

    /// The session that a lease event is for: the one that `leastLoaded` chose.
    func assignee(of task: TaskID, instance: String, holder: ActorName) -> SessionID? {
        guard let record = state.tasks[task] else { return nil }
        return sessions.sessions(of: record.agent).compactMap { sessions[$0] }
            .filter { $0.instance == instance && $0.actor == holder && $0.hasCredit }
            .min { ($0.held.count, $0.id) < ($1.held.count, $1.id) }?.id
    }

    /// Why a task is not being worked on; nil for one that is, or that needs nothing.
    package func pendingReason(of task: TaskRecord, at moment: Moment) -> PendingReason? {
        switch task.state {
        case .leased, .dead, .accepted, .cancelled, .discarded, .delivered: return nil
        case .blocked: return .escalation
        case .backoff: return .backoff
        case .waiting:
            guard task.waitingFor > 0 else { return .notBefore }
            let isForWork = task.depends.contains { state.tasks[$0]?.state != .accepted }
            return isForWork ? .dependency : .evidence
        case .ready: break
        }
        guard let agent = state.agents[task.agent], agent.isRegistered else { return .noAgent }
        if agent.isPaused { return .paused }
        if !circuitAllows(agent, at: moment) { return .circuitOpen }
        let present = sessions.sessions(of: agent.name).compactMap { sessions[$0] }
        if present.isEmpty { return sessions.hasBeenSeen(agent.name) ? .noAgent : .starting }
        if let next = nextLease(of: agent.name), next > moment.now { return .rateLimited }
        let entry = ReadyEntry(
            order: task.order(step: Limits.priorityStepInForce), task: task.id)
        let isFirst = state.indexes.ready[agent.name]?.first.map { $0 >= entry } ?? true
        return isFirst ? .agentsBusy : .backlog
    }
}
