// What a worker may do with its lease: deliver, fail, release, escalate; exactly one of them ends
// it.

extension Broker {
    /// The task and its lease, when `attempt` is the newest and still open; else the answer that
    /// the same request got before, or the refusal.
    enum Standing {
        case open(TaskRecord, Lease)
        case ended(EndedAttempt)
        case refused(Rejection)
    }

    func standing(of attempt: Attempt, actor: ActorName) -> Standing {
        guard let task = state.tasks[attempt.task] else {
            guard let finished = state.finishedTasks[attempt.task] else {
                return .refused(.unknownTask(attempt.task))
            }
            guard let last = finished.last, last.token == attempt.token else {
                return .refused(.staleToken(attempt.task, attempt.token))
            }
            return ended(last, of: attempt)
        }
        if actor.kind != .broker, actor.role != task.agent {
            return .refused(.notPermitted(actor, verb: "LEASE"))
        }
        if let lease = task.lease, lease.token == attempt.token {
            // The right is the holder's: a token that somebody else has read gives him nothing.
            guard isHolder(actor, of: lease) else {
                return .refused(.notPermitted(actor, verb: "LEASE"))
            }
            return .open(task, lease)
        }
        if let ended = task.ended.last(where: { $0.token == attempt.token }) {
            return self.ended(ended, of: attempt)
        }
        return .refused(.staleToken(attempt.task, attempt.token))
    }

    func isHolder(_ actor: ActorName, of lease: Lease) -> Bool {
        actor.kind == .broker || actor.provenIdentity == lease.holder.provenIdentity
    }

    /// An attempt that the broker ended left the worker with a stale token.
    private func ended(_ ended: EndedAttempt, of attempt: Attempt) -> Standing {
        switch ended.end {
        case .delivered, .failed, .escalated, .released: .ended(ended)
        case .expired, .cancelled: .refused(.staleToken(attempt.task, attempt.token))
        }
    }

    /// The answer to a repeated request: the same again, or a conflict. A lease that was released
    /// for another reason than the worker's wish is stale.
    private func repeated(
        _ ended: EndedAttempt, _ attempt: Attempt, as end: AttemptEnd, match: Digest?,
        _ draft: Draft
    ) -> Decision {
        if ended.end == end, ended.match == match?.fingerprint {
            return draft.replying(.ended(attempt.task, ended.state, isDuplicate: true))
        }
        return draft.refusing(otherwise(ended, attempt))
    }

    /// The refusal of a request about an attempt that ended in another way.
    func otherwise(_ ended: EndedAttempt, _ attempt: Attempt) -> Rejection {
        ended.end == .released
            ? .staleToken(attempt.task, attempt.token) : .conflict(attempt.task, ended: ended.end)
    }

    // MARK: Deliver

    func deliver(_ delivery: Delivery, _ draft: Draft) -> Decision {
        switch standing(of: delivery.attempt, actor: draft.actor) {
        case .refused(let rejection): return draft.refusing(rejection)
        case .ended(let ended):
            return repeated(
                ended, delivery.attempt, as: .delivered, match: delivery.match, draft)
        case .open(let task, _):
            if task.rejected == delivery.match { return draft.refusing(.unchanged(task.id)) }
            switch (task.kind, delivery.content) {
            case (.plan, .plan(let planned, let gates)):
                return deliverPlan(planned, gates, task, delivery, draft)
            case (.review, .verdict(let isAccepted, let escalation)):
                return deliverVerdict(isAccepted, escalation, task, delivery, draft)
            case (.work, .deliverables), (.close, .deliverables), (.direct, .deliverables):
                return deliverWork(task, delivery, draft)
            case (.plan, _), (.review, _), (.work, _), (.close, _), (.direct, _):
                return draft.refusing(.incompleteDelivery(task.id))
            }
        }
    }

    private func addDelivered(_ delivery: Delivery, _ task: TaskRecord, _ draft: inout Draft) {
        draft.add(
            .taskDelivered(
                TaskDelivered(
                    token: delivery.attempt.token, match: delivery.match, cost: delivery.cost,
                    parts: delivery.parts)),
            brief: task.brief, task: task.id, attempt: task.attempts, cause: task.lease?.event)
        for place in delivery.decisions {
            draft.add(
                .decisionRecorded(DecisionRecorded(place: place)), brief: task.brief, task: task.id,
                attempt: task.attempts)
        }
    }

    private func deliverWork(_ task: TaskRecord, _ delivery: Delivery, _ draft: Draft) -> Decision {
        var draft = draft
        addDelivered(delivery, task, &draft)
        guard !task.isReviewed else {
            return draft.replying(.ended(task.id, .delivered, isDuplicate: false))
        }
        draft.add(
            .taskAccepted(.delivery), brief: task.brief, task: task.id, attempt: task.attempts)
        return draft.replying(.ended(task.id, .accepted, isDuplicate: false))
    }

    private func deliverPlan(
        _ planned: [PlannedTask], _ gates: [GateName], _ task: TaskRecord, _ delivery: Delivery,
        _ draft: Draft
    ) -> Decision {
        let problems = PlanCheck(state: state, limits: limits).problems(of: planned)
        guard problems.isEmpty else { return draft.refusing(.planRefused(problems)) }
        guard let briefID = task.brief else {
            preconditionFailure("\(task.id) is a plan without a brief")
        }
        var draft = draft
        addDelivered(delivery, task, &draft)
        draft.add(
            .planAccepted(tasks: planned.count), brief: briefID, task: task.id,
            attempt: task.attempts)
        // Each after those that it depends on: an event names only what exists.
        var ids: [String: TaskID] = [:]
        for entry in PlanCheck.order(of: planned) {
            let item = planned[entry]
            let id = TaskID(draft.next)
            ids[item.id] = id
            draft.add(
                .taskCreated(creation(of: item, entry: entry, ids: ids, plan: task)),
                brief: briefID, task: id)
        }
        let orchestrator = state.agents[.orchestrator]
        draft.add(
            .taskCreated(
                TaskCreated(
                    kind: .close, agent: .orchestrator, priority: task.priority,
                    depends: ids.values.sorted(), gates: [.review], evidence: gates.sorted(),
                    deadline: task.deadline,
                    attemptTimeout: orchestrator?.attemptTimeout ?? limits.attemptTimeout,
                    silenceTimeout: orchestrator?.silenceTimeout ?? limits.silenceTimeout,
                    attemptsMax: limits.attemptsMax, rejectionsMax: limits.rejectionsMax)),
            brief: briefID, task: TaskID(draft.next))
        draft.add(.taskAccepted(.delivery), brief: briefID, task: task.id, attempt: task.attempts)
        return draft.replying(.ended(task.id, .accepted, isDuplicate: false))
    }

    private func creation(
        of item: PlannedTask, entry: Int, ids: [String: TaskID], plan: TaskRecord
    ) -> TaskCreated {
        let agent = state.agents[item.agent]
        // The plan's priority and deadline are the brief's, the latter unless a redrive lifted it.
        let deadlines = [item.deadline, plan.deadline].compactMap { $0 }
        return TaskCreated(
            kind: .work, agent: item.agent, priority: item.priority ?? plan.priority,
            depends: Set(item.depends).compactMap { ids[$0] }.sorted(),
            gates: [.review],
            entry: entry, notBefore: item.notBefore, deadline: deadlines.min(),
            attemptTimeout: item.attemptTimeout ?? agent?.attemptTimeout ?? limits.attemptTimeout,
            silenceTimeout: item.silenceTimeout ?? agent?.silenceTimeout ?? limits.silenceTimeout,
            attemptsMax: limits.attemptsMax, rejectionsMax: limits.rejectionsMax)
    }

    // MARK: The gate

    /// A verdict ends its review and moves its subject in the same batch.
    private func deliverVerdict(
        _ isAccepted: Bool, _ escalation: EscalationFacts?, _ task: TaskRecord,
        _ delivery: Delivery,
        _ draft: Draft
    ) -> Decision {
        guard let subjectID = task.subject, let subject = state.tasks[subjectID] else {
            preconditionFailure("\(task.id) is a review without a subject")
        }
        var draft = draft
        let verdict = draft.next
        addDelivered(delivery, task, &draft)
        draft.add(
            .taskAccepted(.delivery), brief: task.brief, task: task.id, attempt: task.attempts)
        if isAccepted {
            draft.add(
                .taskAccepted(.verdict), brief: task.brief, task: subjectID,
                attempt: subject.attempts)
            return draft.replying(.ended(task.id, .accepted, isDuplicate: false))
        }
        let rejections = subject.rejections + 1
        draft.add(
            .taskRejected(TaskRejected(rejections: rejections, verdict: verdict)),
            brief: task.brief,
            task: subjectID, attempt: subject.attempts)
        if rejections >= subject.rejectionsMax {
            guard let escalation else {
                preconditionFailure("the last rejection of \(subjectID) came without its question")
            }
            addGateEscalation(escalation, subject, &draft)
        }
        return draft.replying(.ended(task.id, .accepted, isDuplicate: false))
    }

    /// True when a rejection by this review would be the last: the caller then brings the question.
    package func needsGateEscalation(review: TaskID) -> Bool {
        guard let subject = state.tasks[review]?.subject.flatMap({ state.tasks[$0] }) else {
            return false
        }
        return subject.rejections + 1 >= subject.rejectionsMax
    }

    private func addGateEscalation(
        _ facts: EscalationFacts, _ subject: TaskRecord, _ draft: inout Draft
    ) {
        let escalation = EscalationID(draft.next)
        draft.add(
            .escalationRaised(
                raised(facts, origin: .gate, agent: subject.agent, token: nil, draft.time)),
            brief: subject.brief, task: subject.id, attempt: subject.attempts)
        draft.add(
            .taskBlocked(escalation), brief: subject.brief, task: subject.id,
            attempt: subject.attempts)
    }

    // MARK: Fail, release

    func fail(_ report: FailureReport, _ draft: Draft) -> Decision {
        switch standing(of: report.attempt, actor: draft.actor) {
        case .refused(let rejection): return draft.refusing(rejection)
        case .ended(let ended):
            return repeated(ended, report.attempt, as: .failed, match: report.match, draft)
        case .open(let task, let lease):
            var draft = draft
            let failures = task.failures + 1
            let isLast = !report.isRetryable || failures >= task.attemptsMax
            let wait = isLast ? nil : backoff(failures, atLeast: report.retryAfter, draft.moment)
            draft.add(
                .taskFailed(
                    TaskFailed(
                        token: lease.token, isRetryable: report.isRetryable, code: report.code,
                        match: report.match, failures: failures,
                        until: wait.map { draft.time + $0 }, cost: report.cost,
                        parts: report.parts)),
                brief: task.brief, task: task.id, attempt: task.attempts, cause: lease.event)
            if isLast {
                draft.add(
                    .taskDead(report.isRetryable ? .attempts : .permanent), brief: task.brief,
                    task: task.id, attempt: task.attempts)
            }
            return draft.replying(.ended(task.id, isLast ? .dead : .backoff, isDuplicate: false))
        }
    }

    func release(_ attempt: Attempt, _ draft: Draft) -> Decision {
        switch standing(of: attempt, actor: draft.actor) {
        case .refused(let rejection): return draft.refusing(rejection)
        case .ended(let ended):
            return repeated(ended, attempt, as: .released, match: nil, draft)
        case .open(let task, _):
            var draft = draft
            // The broker gives back a lease whose assignment could not be handed over.
            let reason: ReleaseReason = draft.actor.kind == .broker ? .session : .worker
            let state = addRelease(of: task, reason: reason, &draft)
            return draft.replying(.ended(task.id, state, isDuplicate: false))
        }
    }

    /// A release costs nothing, but every tenth by a worker counts as a failure: a task that
    /// everybody gives back must end too. A session's end and a restart are no fault of the task.
    @discardableResult
    func addRelease(
        of task: TaskRecord, reason: ReleaseReason, _ draft: inout Draft
    ) -> TaskState {
        guard let lease = task.lease else {
            preconditionFailure("\(task.id) has no lease to release")
        }
        let counts = reason == .worker
        let releases = task.releases + (counts ? 1 : 0)
        let isFailure = counts && releases % limits.releasesPerFailure == 0
        let failures = task.failures + (isFailure ? 1 : 0)
        let isLast = failures >= task.attemptsMax
        draft.add(
            .taskReleased(
                TaskReleased(
                    token: lease.token, reason: reason, releases: releases, failures: failures,
                    until: isLast ? nil : draft.time + limits.releaseWait)),
            brief: task.brief, task: task.id, attempt: task.attempts, cause: lease.event)
        if isLast {
            draft.add(
                .taskDead(.attempts), brief: task.brief, task: task.id, attempt: task.attempts)
        }
        return isLast ? .dead : .backoff
    }

    /// `base × 3^(n-1)` up to the cap; half of it fixed, half drawn, so that a crowd of failures
    /// does not come back as a crowd. A worker's own wish is a lower bound.
    func backoff(_ failures: Int, atLeast wish: Duration?, _ moment: Moment) -> Duration {
        var full = limits.backoffBase
        for _ in 1..<max(failures, 1) where full < limits.backoffCap { full *= 3 }
        full = min(full, limits.backoffCap)
        let half = UInt64(full.wholeMicroseconds / 2)
        var generator = SplitMix64(seed: moment.entropy)
        let drawn = Duration.microseconds(Int64(half + generator.next(through: half)))
        return max(drawn, wish ?? .zero)
    }
}
