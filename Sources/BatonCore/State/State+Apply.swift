// `apply`: the meaning of every event. Live traffic and replay run through here; there is no second
// path. An event that does not fit the state is a broken journal or a bug, and traps.

extension State {
    /// Folds the next event. It must be the next in sequence.
    package mutating func apply(_ event: Event) {
        precondition(event.seq == head || keepsFinished, "event \(event.seq) applied at \(head)")
        precondition(event.time >= time, "event \(event.seq) is older than the one before it")
        head = event.seq + 1
        time = event.time
        switch event.body {
        case .journalCreated(let body): origin = body.origin
        case .brokerStarted(let body): applyStart(body, event)
        case .brokerStopped, .escalationNotified, .accessRefused: break
        case .clockStepped(let offset): clockOffset = offset
        case .agentRegistered(let body): applyRegistered(body, event)
        case .agentWithdrawn(let agent):
            update(agent) { $0.isRegistered = false }
        case .documentPut(let body): documents[body.content] = event.seq

        case .briefSubmitted(let body): applySubmitted(body, event)
        case .briefBlocked: set(.blocked, event)
        case .briefResumed: set(.running, event)
        case .briefDead: set(.dead, event)
        case .briefDone: finish(.done, event)
        case .briefCancelled: finish(.cancelled, event)
        case .planAccepted: applyPlan(event)

        case .taskCreated(let body): applyCreated(body, event)
        case .taskReadied: applyReadied(event)
        case .taskLeased(let body): applyLeased(body, event)
        case .taskDelivered(let body): applyDelivered(body, event)
        case .taskAccepted(let reason): applyAccepted(reason, event)
        case .taskRejected(let body): applyRejected(body, event)
        case .taskFailed(let body): applyFailed(body, event)
        case .taskExpired(let body): applyExpired(body, event)
        case .taskReleased(let body): applyReleased(body, event)
        case .taskRetried: applyRetried(event)
        case .taskBlocked(let escalation): applyBlocked(escalation, event)
        case .taskUnblocked(let escalation): applyUnblocked(escalation, event)
        case .taskDead(let reason): applyDead(reason, event)
        case .taskRedriven(let deadline): applyRedriven(deadline, event)
        case .taskCancelled: applyEnded(.cancelled, event)
        case .taskDiscarded: applyEnded(.discarded, event)

        case .escalationRaised(let body): applyRaised(body, event)
        case .escalationJoined(let body): applyJoined(body, event)
        case .escalationRaisedAgain(let body): applyRaisedAgain(body)
        case .escalationAnswered(let body): applyAnswered(body, event)
        case .escalationWithdrawn(let escalation): close(escalation, .withdrawn)

        case .decisionRecorded(let body):
            // What an agent decided is found by its delivery.
            if let match = body.match { keep(nil, match, event) }
        case .evidenceAdded(let body): applyEvidence(body, event)

        case .queuePaused(let agent): update(agent) { $0.isPaused = true }
        case .queueResumed(let agent):
            update(agent) { $0.isPaused = false }
            look(at: agent)
        case .circuitOpened(let agent, let probe):
            update(agent) { $0.circuit = .open(probe: probe) }
            wake(at: probe, for: .agent(agent))
        case .circuitClosed(let agent):
            update(agent) { agent in
                agent.circuit = .closed
                agent.failing = []
            }
            indexes.timers.cancel(.agent(agent))
            look(at: agent)
        }
    }

    // MARK: Broker and agents

    private mutating func applyStart(_ body: BrokerStarted, _ event: Event) {
        // The order does not matter: every lease is changed alike.
        for id in leased {
            update(id) { task in
                guard let lease = task.lease else { return }
                task.lease?.until = max(lease.until, body.leasesUntil)
                task.lease?.attemptUntil = max(lease.attemptUntil, body.leasesUntil)
            }
        }
        settle = SettlePeriod(start: event.seq, since: event.time, until: body.settleUntil)
        if !leased.isEmpty { wake(at: body.settleUntil, for: .settle) }
    }

    private mutating func applyRegistered(_ body: AgentRegistered, _ event: Event) {
        var agent =
            agents[body.agent]
            ?? AgentRecord(
                name: body.agent, isRegistered: true, card: event.seq, isReviewed: body.isReviewed,
                dependencies: [])
        agent.isRegistered = true
        agent.card = event.seq
        agent.cardMatch = body.parts.first?.match
        agent.isReviewed = body.isReviewed
        agent.attemptTimeout = body.attemptTimeout
        agent.silenceTimeout = body.silenceTimeout
        agent.leasesMax = body.leasesMax
        agent.rate = body.rate
        agent.dependencies = body.dependencies
        agents[body.agent] = agent
        look(at: body.agent)
    }

    // MARK: Briefs

    private mutating func applySubmitted(_ body: BriefSubmitted, _ event: Event) {
        let id = BriefID(event.seq)
        let bytes = body.parts.bytes
        briefs[id] = BriefRecord(
            id: id, submitted: event.time, actor: event.actor, priority: body.priority,
            notBefore: body.notBefore, deadline: body.deadline, budget: body.budget,
            documents: body.documents, bytes: bytes)
        queuedBytes += bytes
        keys[body.key.fingerprint] = KeyRecord(subject: .brief(id), match: body.match)
        unplannedBriefs += 1
    }

    private mutating func set(_ new: BriefState, _ event: Event) {
        update(event.namedBrief) { $0.state = new }
    }

    /// A finished brief leaves memory with its tasks; what repeated requests need stays.
    private mutating func finish(_ new: BriefState, _ event: Event) {
        set(new, event)
        let brief = update(event.namedBrief) { $0 }
        if brief.plan == nil { unplannedBriefs -= 1 }
        guard !keepsFinished, let first = brief.tasks.first, let last = brief.tasks.last else {
            return
        }
        for id in brief.tasks { forget(id) }
        briefs[brief.id] = nil
        queuedBytes -= brief.bytes
        finishedBriefs[brief.id] = FinishedBrief(state: new, tasks: first.number...last.number)
    }

    private mutating func forget(_ id: TaskID) {
        guard !keepsFinished, let task = tasks.removeValue(forKey: id) else { return }
        queuedBytes -= Int(task.bytes)
        finishedTasks[id] = FinishedTask(
            brief: task.brief, state: task.state, last: task.ended.last)
    }

    private mutating func applyPlan(_ event: Event) {
        let delivery = update(event.namedTask) { $0.delivery }
        update(event.namedBrief) { $0.plan = delivery?.event }
        unplannedBriefs -= 1
    }

    // MARK: Tasks before work

    private mutating func applyCreated(_ body: TaskCreated, _ event: Event) {
        let id = TaskID(event.seq)
        let unmet = body.depends.filter { tasks[$0]?.state != .accepted }
        let brief = event.brief.flatMap { briefs[$0] }
        let closed = body.evidence.filter { brief?.isPassed($0) != true }
        var task = TaskRecord(
            id: id, created: event.time, nature: nature(of: body, event),
            bonds: TaskBonds(
                brief: event.brief, depends: body.depends, subject: body.subject,
                evidence: body.evidence, entry: body.entry, notBefore: body.notBefore),
            bytes: UInt32(clamping: body.parts.bytes), waitingFor: unmet.count + closed.count)
        queuedBytes += Int(task.bytes)
        task.deadline = body.deadline
        let isTimed = task.isTimed
        tasks[id] = task
        for dependency in unmet { update(dependency) { $0.dependants.append(id) } }
        if let subject = body.subject { update(subject) { $0.review = id } }
        if let key = body.key, let match = body.match {
            keys[key.fingerprint] = KeyRecord(subject: .task(id), match: match)
        }
        if let brief = event.brief {
            update(brief) { brief in
                brief.tasks.append(id)
                brief.counts[.waiting] += 1
                if isTimed { brief.counts.timed += 1 }
                if body.kind == .close { brief.close = id }
            }
        }
        if let deadline = body.deadline { wake(on: deadline, for: id) }
        if let notBefore = body.notBefore { wake(on: notBefore, for: id) }
        look(at: .dependencies(id))
    }

    /// Tasks of one agent are mostly alike: they share what they have in common with the one
    /// before.
    private mutating func nature(of body: TaskCreated, _ event: Event) -> TaskNature {
        let nature = TaskNature(
            kind: body.kind, agent: agents[body.agent]?.name ?? body.agent, priority: body.priority,
            isReviewed: body.gates.contains(.review), attemptTimeout: body.attemptTimeout,
            silenceTimeout: body.silenceTimeout, attemptsMax: body.attemptsMax,
            rejectionsMax: body.rejectionsMax, creator: event.actor, partCount: body.parts.count)
        return shared(nature)
    }

    private mutating func applyReadied(_ event: Event) {
        let id = event.namedTask
        update(id) { task in
            if task.firstReady == nil { task.firstReady = event.time }
        }
        setState(id, .ready)
    }

    // MARK: Leases

    private mutating func applyLeased(_ body: TaskLeased, _ event: Event) {
        let id = event.namedTask
        let agent = update(id) { task in
            task.attempts += 1
            task.lease = Lease(
                token: body.token, instance: body.instance, holder: body.holder, since: event.time,
                until: body.until, attemptUntil: body.attemptUntil, event: event.seq)
            return task.agent
        }
        setState(id, .leased)
        leased.insert(id)
        update(agent) { agent in
            agent.leased += 1
            if case .open = agent.circuit { agent.circuit = .probing(id) }
        }
        if let brief = event.brief { update(brief) { $0.used.attempts += 1 } }
        indexes.timers.cancel(.agent(agent))
        wake(at: min(body.until, body.attemptUntil), for: .task(id))
    }

    /// What an attempt is said to have cost counts for its brief.
    mutating func addCost(_ cost: Int?, _ event: Event) {
        guard let cost, let brief = event.brief else { return }
        update(brief) { $0.used.add(cost: cost) }
    }

    /// Ends the newest attempt and remembers how.
    mutating func endAttempt(
        _ id: TaskID, _ end: AttemptEnd, match: Digest? = nil, to state: TaskState,
        escalation: EscalationID? = nil
    ) {
        let (agent, isOpen) = update(id) { task in
            guard let lease = task.lease else { return (task.agent, false) }
            task.ended.append(
                EndedAttempt(
                    token: lease.token, escalation: escalation, match: match?.fingerprint, end: end,
                    state: state))
            task.lease = nil
            return (task.agent, true)
        }
        guard isOpen else { return }
        leased.remove(id)
        update(agent) { $0.leased -= 1 }
        look(at: agent)
    }

    /// A delivery or a question shows that the agent works; failures of distinct tasks in a row
    /// show that it does not.
    mutating func note(_ id: TaskID, failed: Bool) {
        let name = update(id) { $0.agent }
        update(name) { agent in
            if failed {
                if !agent.failing.contains(id) { agent.failing.append(id) }
                // An open circuit's probes go on failing for as long as the agent is broken.
                if agent.failing.count > AgentRecord.failingKept { agent.failing.removeFirst() }
                if agent.circuit == .probing(id) { agent.circuit = .probeFailed }
            } else {
                agent.failing = []
                if agent.circuit == .probing(id) { agent.circuit = .probePassed }
            }
        }
        look(at: .circuit(name))
    }

    /// A probe that ended without telling anything leaves the circuit open for another at once.
    private mutating func dropProbe(_ id: TaskID, at instant: Instant) {
        let name = update(id) { $0.agent }
        // A task may wait for an agent that has never been registered.
        guard agents[name]?.circuit == .probing(id) else { return }
        update(name) { $0.circuit = .open(probe: instant) }
    }

    private mutating func applyDelivered(_ body: TaskDelivered, _ event: Event) {
        let id = event.namedTask
        addCost(body.cost, event)
        let isReviewed = update(id) { task in
            task.delivery = DeliveryRecord(
                event: event.seq, token: body.token, match: body.match,
                author: task.lease?.holder ?? event.actor, partCount: body.parts.count)
            return task.isReviewed
        }
        endAttempt(id, .delivered, match: body.match, to: isReviewed ? .delivered : .accepted)
        note(id, failed: false)
        setState(id, .delivered)
        if isReviewed { look(at: .gate(id)) }
    }

    private mutating func applyAccepted(_ reason: AcceptReason, _ event: Event) {
        let id = event.namedTask
        let dependants = update(id) { task in
            task.accepted = reason
            task.escalation = nil
            defer { task.dependants = [] }
            return task.dependants
        }
        setState(id, .accepted)
        for dependant in dependants { waitForLess(dependant) }
        if event.brief == nil { forget(id) }
    }

    /// A dependency is accepted, or a gate is passed.
    mutating func waitForLess(_ id: TaskID) {
        let (brief, notBefore) = update(id) { task in
            task.waitingFor -= 1
            return (task.brief, task.state == .waiting && task.isTimed ? task.notBefore : nil)
        }
        if let notBefore {
            if let brief { update(brief) { $0.counts.timed += 1 } }
            // The date may have come while dependencies were open, and the wall clock may have
            // been set back since.
            wake(on: notBefore, for: id)
        }
        look(at: .dependencies(id))
    }

    private mutating func applyRejected(_ body: TaskRejected, _ event: Event) {
        let id = event.namedTask
        update(id) { task in
            task.rejections = body.rejections
            task.rejected = task.delivery?.match
            task.verdict = body.verdict
            task.review = nil
        }
        setState(id, .ready)
    }

    private mutating func applyFailed(_ body: TaskFailed, _ event: Event) {
        let id = event.namedTask
        addCost(body.cost, event)
        update(id) { task in
            task.failures = body.failures
            task.lastFailure = event.seq
        }
        endAttempt(id, .failed, match: body.match, to: body.until == nil ? .dead : .backoff)
        // A permanent failure tells of the task, not of its agent.
        if body.isRetryable { note(id, failed: true) } else { dropProbe(id, at: event.time) }
        wait(id, until: body.until)
    }

    private mutating func applyExpired(_ body: TaskExpired, _ event: Event) {
        let id = event.namedTask
        update(id) { task in
            task.failures = body.failures
            task.lastFailure = event.seq
        }
        endAttempt(id, .expired, to: body.until == nil ? .dead : .backoff)
        note(id, failed: true)
        wait(id, until: body.until)
    }

    private mutating func applyReleased(_ body: TaskReleased, _ event: Event) {
        let id = event.namedTask
        update(id) { task in
            task.failures = body.failures
            task.releases = body.releases
        }
        endAttempt(id, .released, to: body.until == nil ? .dead : .backoff)
        dropProbe(id, at: event.time)
        wait(id, until: body.until)
    }

    /// Without an end of the wait the event that follows says that the task is dead.
    private mutating func wait(_ id: TaskID, until: Instant?) {
        update(id) { $0.until = until }
        setState(id, .backoff)
        if let until { wake(at: until, for: .task(id)) }
    }

    private mutating func applyRetried(_ event: Event) {
        update(event.namedTask) { $0.until = nil }
        setState(event.namedTask, .ready)
    }

    // MARK: Ends

    private mutating func applyDead(_ reason: DeathReason, _ event: Event) {
        let id = event.namedTask
        update(id) { task in
            task.death = reason
            task.diedAt = event.time
            task.until = nil
        }
        if reason == .reviewFailed {
            // What went wrong is on record for the review.
            let failure = update(id) { $0.review }.flatMap { tasks[$0]?.lastFailure }
            update(id) { $0.lastFailure = failure ?? $0.lastFailure }
        }
        endAttempt(id, .cancelled, to: .dead)
        dropProbe(id, at: event.time)
        setState(id, .dead)
        look(at: .ending(id))
        if let review = update(id, { $0.review }) { forgetIfSettled(review) }
    }

    private mutating func applyEnded(_ state: TaskState, _ event: Event) {
        let id = event.namedTask
        update(id) { $0.until = nil }
        endAttempt(id, .cancelled, to: state)
        dropProbe(id, at: event.time)
        setState(id, state)
        look(at: .ending(id))
        let subject = update(id) { $0.subject }
        forgetIfSettled(id)
        if let subject { forgetIfSettled(subject) }
    }

    /// A task without a brief leaves memory when it, its review and its question are all over.
    mutating func forgetIfSettled(_ id: TaskID) {
        guard let task = tasks[id], task.brief == nil, task.state.isEnded,
            task.escalation.flatMap({ escalations[$0] })?.state != .open,
            task.review.flatMap({ tasks[$0] })?.state.isEnded ?? true
        else { return }
        // A review stays until its subject has followed.
        if let subject = task.subject.flatMap({ tasks[$0] }), subject.state == .delivered,
            subject.review == id
        {
            return
        }
        forget(id)
    }

    /// New counters, the old tokens stay behind. A task whose review died is judged anew, one that
    /// was never ready waits anew, any other is tried anew.
    private mutating func applyRedriven(_ deadline: Instant?, _ event: Event) {
        let id = event.namedTask
        let (isJudgedAnew, wasReady) = update(id) { task in
            let judged = task.death == .reviewFailed
            task.deadline = deadline
            task.death = nil
            task.diedAt = nil
            task.failures = 0
            task.releases = 0
            task.rejections = 0
            task.review = nil
            task.escalation = nil
            return (judged, task.firstReady != nil)
        }
        if let deadline { wake(on: deadline, for: id) }
        if isJudgedAnew {
            setState(id, .delivered)
            look(at: .gate(id))
        } else if wasReady {
            setState(id, .ready)
        } else {
            if let notBefore = update(id, { $0.notBefore }) { wake(on: notBefore, for: id) }
            setState(id, .waiting)
            look(at: .dependencies(id))
        }
    }
}

extension Event {
    /// The brief of an event that cannot be without one.
    var namedBrief: BriefID {
        guard let brief else { preconditionFailure("event \(seq) names no brief") }
        return brief
    }

    /// The task of an event that cannot be without one.
    var namedTask: TaskID {
        guard let task else { preconditionFailure("event \(seq) names no task") }
        return task
    }
}
