// The deterministic core: command in, events and a reply out. `decide` judges and changes nothing;
// `apply` (in State) folds; `settle` finds what follows: dependencies met, gates, waits that are
// over, assignments. All three run in one `handle`, so a command and its consequences share one
// commit.

package struct Broker: Sendable {
    package private(set) var state: State
    package internal(set) var sessions = Sessions()
    package let limits: Limits
    var refusals = RefusalLog()
    /// Briefs that want a lease beyond their budget and have no open question about it, in the
    /// order in which they came up.
    private var unaskedBudgets: [BriefID] = []
    /// Tasks whose cancellation their holder has not heard of yet.
    var cancelledLeases: [Attempt: TaskID] = [:]

    package init(state: State = State(), limits: Limits = Limits()) {
        self.state = state
        self.limits = limits
    }

    /// What a command led to: its reply, and every event in order, consequences and leases
    /// included.
    package struct Outcome: Sendable {
        package var reply: Reply
        package var events: [Event]
    }

    /// Decides a command, folds its events and all that follows from them.
    package mutating func handle(_ command: Command, at moment: Moment) -> Outcome {
        let decision = decide(command, at: moment)
        var events: [Event] = []
        noteAuthors(command, decision)
        for event in decision.events { record(event, into: &events) }
        if case .start = command.body { lookAtEverything() }
        if case .refused(let rejection) = decision.reply, rejection.isRefusalOfRight {
            note(rejection, of: command, at: moment, into: &events)
        }
        if case .tick = command.body { ring(at: moment, into: &events) }
        settle(at: moment, into: &events)
        return Outcome(reply: decision.reply, events: events)
    }

    /// Takes a brief that wants a lease beyond its budget. Whoever drives the broker asks people by
    /// `askForBudget`, at once and in the same batch, as it brings the gate's question with the
    /// last rejection: the core makes no documents.
    package mutating func takeUnaskedBudget() -> BriefID? {
        unaskedBudgets.isEmpty ? nil : unaskedBudgets.removeFirst()
    }

    mutating func wantQuestion(about brief: BriefID) {
        if !unaskedBudgets.contains(brief) { unaskedBudgets.append(brief) }
    }

    /// Folds a committed event at start; what it would lead to is in the journal already.
    package mutating func replay(_ event: Event) {
        state.apply(event)
        state.indexes.agenda.clear()
    }

    /// When the core next has something to do by itself, on the broker's time; nil: never, unless
    /// somebody asks for something.
    package func nextDeadline(at moment: Moment) -> Instant? {
        var next = state.indexes.timers.first?.at
        if let calendar = state.indexes.calendar.first?.at {
            let lead = moment.wall - moment.now
            next = min(next ?? calendar - lead, calendar - lead)
        }
        if let fold = refusals.nextDeadline { next = min(next ?? fold, fold) }
        return next
    }

    /// Judges a command against state and sessions; changes nothing.
    package func decide(_ command: Command, at moment: Moment) -> Decision {
        if let rejection = permission(for: command) {
            return Decision(reply: .refused(rejection))
        }
        let draft = Draft(state: state, actor: command.actor, moment: moment)
        switch command.body {
        case .create(let body): return create(body, draft)
        case .start(let version): return start(version, draft)
        case .stop(let digest): return stop(digest, draft)
        case .tick: return tick(draft)
        case .submitBrief(let submission): return submit(submission, draft)
        case .submitTask(let submission): return submit(submission, draft)
        case .putDocument(let body): return put(body, draft)
        case .deliver(let delivery): return deliver(delivery, draft)
        case .fail(let report): return fail(report, draft)
        case .release(let attempt): return release(attempt, draft)
        case .escalate(let request): return escalate(request, draft)
        case .answer(let request): return answer(request, draft)
        case .decide(let brief, let body): return decide(brief, body, draft)
        case .attest(let brief, let body): return attest(brief, body, draft)
        case .cancelBrief(let brief): return cancel(brief, draft)
        case .cancelTask(let task): return cancel(task, draft)
        case .retry(let task): return retry(task, draft)
        case .redrive(let task): return redrive(task, draft)
        case .discard(let task): return discard(task, draft)
        case .pause(let agent): return pause(agent, draft)
        case .resume(let agent): return resume(agent, draft)
        case .register(let body): return register(body, draft)
        case .withdraw(let agent): return withdraw(agent, draft)
        case .withdrawQuestion(let escalation): return withdraw(escalation, draft)
        case .raise(let agent, let facts): return raise(agent, facts, draft)
        case .askForBudget(let brief, let facts): return askForBudget(brief, facts, draft)
        case .notified(let escalation, let status): return notified(escalation, status, draft)
        }
    }

    /// Folds one event and lets the sessions follow.
    mutating func record(_ event: Event, into events: inout [Event]) {
        if let task = event.task { followLease(task, event) }
        if event.isSubmission, limits.submissionsPerMinuteMax > 0 {
            sessions.submitters.take(
                from: event.actor.provenIdentity, perMinute: limits.submissionsPerMinuteMax,
                countMax: limits.submittersMax, at: event.time)
        }
        state.apply(event)
        events.append(event)
    }

    /// Remembers which process a delivery came from that somebody will have to judge.
    private mutating func noteAuthors(_ command: Command, _ decision: Decision) {
        guard case .deliver(let delivery) = command.body, !decision.events.isEmpty,
            state.tasks[delivery.attempt.task]?.isReviewed ?? false
        else { return }
        sessions.noteAuthors(of: delivery.attempt.task, bringing: command.session)
    }

    /// Sessions hold a lease from its grant to its end.
    private mutating func followLease(_ task: TaskID, _ event: Event) {
        switch event.body {
        case .taskLeased(let lease):
            if let session = assignee(of: task, instance: lease.instance, holder: lease.holder) {
                sessions.hold(task, by: session)
            }
            if let agent = state.tasks[task]?.agent {
                sessions.noteLease(of: agent, within: rate(of: agent), at: event.time)
            }
        case .taskDead:
            // Its authors are kept: when its review died, redrive makes another.
            dropCancelled(task)
        case .taskCancelled, .taskDiscarded:
            sessions.forgetAuthors(of: task)
            dropCancelled(task)
        case .taskDelivered, .taskFailed, .taskExpired, .taskReleased, .escalationRaised,
            .escalationJoined:
            sessions.drop(task)
        case .taskAccepted, .taskRejected:
            sessions.forgetAuthors(of: task)
        case .journalCreated, .brokerStarted, .brokerStopped, .clockStepped, .agentRegistered,
            .agentWithdrawn, .documentPut, .briefSubmitted, .briefBlocked, .briefResumed,
            .briefDone,
            .briefDead, .briefCancelled, .planAccepted, .taskCreated, .taskReadied,
            .taskRetried, .taskBlocked, .taskUnblocked, .taskRedriven,
            .escalationRaisedAgain, .escalationAnswered, .escalationWithdrawn, .escalationNotified,
            .decisionRecorded, .evidenceAdded, .queuePaused, .queueResumed, .circuitOpened,
            .circuitClosed, .accessRefused:
            break
        }
    }

    /// Takes a lease from its holder, who is told by its next heartbeat.
    private mutating func dropCancelled(_ task: TaskID) {
        if let lease = state.lease(of: task) {
            cancelledLeases[Attempt(task: task, token: lease.token)] = task
            // A worker that never comes back must not leave this growing.
            if cancelledLeases.count > limits.sessionsMax * limits.leasesPerSessionMax {
                cancelledLeases.removeAll()
            }
        }
        sessions.drop(task)
    }

    /// Changes the state's indexes without an event.
    mutating func withIndexes<Value>(_ change: (inout Indexes) -> Value) -> Value {
        change(&state.indexes)
    }

    /// Changes what the state keeps beside its records.
    mutating func withState(_ change: (inout State) -> Void) {
        change(&state)
    }
}
