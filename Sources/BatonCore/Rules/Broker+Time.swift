// What time does: leases run out, waits end, deadlines pass, a start settles. All of it happens in
// a tick and stands in the journal.

extension Broker {
    func start(_ version: String, _ draft: Draft) -> Decision {
        var draft = draft
        draft.add(
            .brokerStarted(
                BrokerStarted(
                    version: version, leasesUntil: draft.time + limits.leasePeriod,
                    settleUntil: draft.time + limits.settlePeriod)))
        return draft.replying(.done)
    }

    func stop(_ digest: Digest, _ draft: Draft) -> Decision {
        var draft = draft
        draft.add(.brokerStopped(state: digest))
        return draft.replying(.done)
    }

    /// Records a step of the wall clock; everything else that is due is found by `settle`.
    func tick(_ draft: Draft) -> Decision {
        var draft = draft
        let offset = (draft.moment.wall - draft.moment.now).wholeMicroseconds
        if abs(offset - state.clockOffset) > 1_000_000 { draft.add(.clockStepped(offset: offset)) }
        return draft.replying(.done)
    }

    /// Moves what is due to the agenda, and writes refusals whose minute is over.
    mutating func ring(at moment: Moment, into events: inout [Event]) {
        withIndexes { indexes in
            while let subject = indexes.timers.takeDue(at: moment.now) {
                if case .agent(let name) = subject {
                    indexes.agenda.add(name, cause: nil)
                } else {
                    indexes.agenda.add(.timer(subject), cause: nil)
                }
            }
            while let date = indexes.calendar.first, date.at <= moment.wall {
                _ = indexes.calendar.pop()
                indexes.agenda.add(.timer(date.subject), cause: nil)
            }
        }
        writeFoldedRefusals(at: moment, into: &events)
    }

    func addTimed(_ subject: TimerSubject, _ draft: inout Draft) {
        switch subject {
        case .task(let id): addTimed(id, &draft)
        case .escalation(let id): addRaisedAgain(id, &draft)
        // `ring` puts it among the assignments.
        case .agent: break
        case .settle: addUnconfirmed(&draft)
        }
    }

    private func addTimed(_ id: TaskID, _ draft: inout Draft) {
        guard let task = state.tasks[id], !task.state.isEnded, task.state != .dead else { return }
        if let deadline = task.deadline, deadline <= draft.moment.wall {
            draft.add(.taskDead(.deadline), brief: task.brief, task: id, attempt: task.attempts)
            return
        }
        switch task.state {
        case .waiting:
            if task.waitingFor == 0, let notBefore = task.notBefore, notBefore <= draft.moment.wall
            {
                draft.add(.taskReadied, brief: task.brief, task: id)
            }
        case .backoff:
            if let until = task.until, until <= draft.moment.now {
                draft.add(.taskRetried, brief: task.brief, task: id, attempt: task.attempts)
            }
        case .leased: addExpiry(task, &draft)
        case .ready, .delivered, .blocked, .dead, .accepted, .cancelled, .discarded: break
        }
    }

    // MARK: Leases

    private func addExpiry(_ task: TaskRecord, _ draft: inout Draft) {
        guard let lease = task.lease, let reason = expiry(of: task, lease, at: draft.moment) else {
            return
        }
        let failures = task.failures + 1
        let isLast = failures >= task.attemptsMax
        let wait = isLast ? nil : backoff(failures, atLeast: nil, draft.moment.varied(by: task.id))
        draft.add(
            .taskExpired(
                TaskExpired(
                    token: lease.token, reason: reason, failures: failures,
                    until: wait.map { draft.time + $0 })),
            brief: task.brief, task: task.id, attempt: task.attempts, cause: lease.event)
        if isLast {
            draft.add(
                .taskDead(.attempts), brief: task.brief, task: task.id, attempt: task.attempts)
        }
    }

    /// A missed heartbeat and silence are judged against the moment when the sockets were last
    /// empty; the attempt's own time is up whatever anybody says.
    private func expiry(of task: TaskRecord, _ lease: Lease, at moment: Moment) -> ExpiryReason? {
        if lease.attemptUntil <= moment.now { return .attempt }
        if leaseEnd(task, lease) <= moment.quietSince { return .lease }
        if silenceEnd(task, lease) <= moment.quietSince { return .silence }
        return nil
    }

    private func leaseEnd(_ task: TaskRecord, _ lease: Lease) -> Instant {
        max(lease.until, sessions.extensions[task.id]?.until ?? lease.until)
    }

    private func silenceEnd(_ task: TaskRecord, _ lease: Lease) -> Instant {
        (sessions.extensions[task.id]?.lastProgress ?? silenceStart(of: lease))
            + task.silenceTimeout
    }

    /// From when silence counts before the first progress. What was said before a start is
    /// forgotten, so there it counts from the start.
    func silenceStart(of lease: Lease) -> Instant {
        guard let settle = state.settle, lease.event < settle.start else { return lease.since }
        return max(lease.since, settle.since)
    }

    /// When a timer that fired for nothing must fire again; nil: never.
    func nextTimer(of subject: TimerSubject, at moment: Moment) -> Instant? {
        switch subject {
        case .task(let id):
            guard let task = state.tasks[id] else { return nil }
            switch task.state {
            case .leased:
                guard let lease = task.lease else { return nil }
                let quiet = min(leaseEnd(task, lease), silenceEnd(task, lease))
                return min(lease.attemptUntil, afterQuiet(quiet, at: moment))
            case .backoff: return task.until
            case .waiting, .ready, .delivered, .blocked, .dead, .accepted, .cancelled, .discarded:
                return nil
            }
        case .settle:
            guard let settle = state.settle, settle.until > moment.quietSince else { return nil }
            return afterQuiet(settle.until, at: moment)
        case .escalation, .agent: return nil
        }
    }

    /// When to look again at something that is judged against the moment the sockets were last
    /// empty. While that moment lags, once a second is enough; it may catch up at any time.
    func afterQuiet(_ instant: Instant, at moment: Moment) -> Instant {
        guard instant <= moment.now else { return instant }
        let lag = max(instant - moment.quietSince, .milliseconds(1))
        return moment.now + min(lag, .seconds(1))
    }

    /// Leases from before the start that nobody came back for; none of this counts.
    private func addUnconfirmed(_ draft: inout Draft) {
        guard let settle = state.settle, settle.until <= draft.moment.quietSince else { return }
        for id in state.leased.sorted() {
            guard let task = state.tasks[id], let lease = task.lease, lease.event < settle.start,
                !sessions.isConfirmed(id)
            else { continue }
            addRelease(of: task, reason: .unconfirmed, &draft)
        }
    }

    // MARK: Escalations

    /// Silence is never consent: the question is asked again, louder, and then stays open.
    private func addRaisedAgain(_ id: EscalationID, _ draft: inout Draft) {
        guard let escalation = state.escalations[id], escalation.state == .open,
            let deadline = escalation.deadline, deadline <= draft.moment.now,
            escalation.raisedAgain < limits.raisedAgainMax
        else { return }
        let times = escalation.raisedAgain + 1
        let period = deadline - escalation.raised
        let next = times < limits.raisedAgainMax ? draft.time + period : nil
        draft.add(
            .escalationRaisedAgain(
                EscalationRaisedAgain(
                    escalation: id, severity: escalation.severity.raised, times: times,
                    deadline: next)),
            brief: escalation.brief, task: escalation.tasks.first)
    }
}

extension Moment {
    /// The same moment with other chance, so that tasks that fail together do not wait alike.
    fileprivate func varied(by task: TaskID) -> Moment {
        var moment = self
        var generator = SplitMix64(seed: entropy ^ task.number)
        moment.entropy = generator.next()
        return moment
    }
}
