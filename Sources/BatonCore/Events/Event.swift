// Everything that can happen, one case each: the table of contents of the journal. `events.md`
// lists the fields; `apply` gives each its meaning. The meaning of a released type never changes.

/// One entry of the journal.
package struct Event: Hashable, Sendable {
    /// Its place: from 0, dense.
    package var seq: UInt64
    /// The broker's time; it never runs backwards.
    package var time: Instant
    package var actor: ActorName
    package var brief: BriefID?
    package var task: TaskID?
    /// From 1: which lease of the task this belongs to.
    package var attempt: Int?
    /// The event that led to this one.
    package var cause: UInt64?
    package var body: Body

    package init(
        seq: UInt64, time: Instant, actor: ActorName, brief: BriefID? = nil, task: TaskID? = nil,
        attempt: Int? = nil, cause: UInt64? = nil, body: Body
    ) {
        self.seq = seq
        self.time = time
        self.actor = actor
        self.brief = brief
        self.task = task
        self.attempt = attempt
        self.cause = cause
        self.body = body
    }

    /// A person handed in new work: a brief, or a direct task.
    var isSubmission: Bool {
        if case .taskCreated(let body) = body { return body.kind == .direct }
        if case .briefSubmitted = body { return true }
        return false
    }

    package enum Body: Hashable, Sendable {
        case journalCreated(JournalCreated)
        case brokerStarted(BrokerStarted)
        /// The digest of the state at a clean stop.
        case brokerStopped(state: Digest)
        /// The wall clock's lead over the broker's time, in microseconds.
        case clockStepped(offset: Int64)

        case agentRegistered(AgentRegistered)
        case agentWithdrawn(AgentName)
        case documentPut(DocumentPut)

        case briefSubmitted(BriefSubmitted)
        case briefBlocked
        case briefResumed
        case briefDone
        case briefDead
        case briefCancelled
        case planAccepted(tasks: Int)

        case taskCreated(TaskCreated)
        case taskReadied
        case taskLeased(TaskLeased)
        case taskDelivered(TaskDelivered)
        case taskAccepted(AcceptReason)
        case taskRejected(TaskRejected)
        case taskFailed(TaskFailed)
        case taskExpired(TaskExpired)
        case taskReleased(TaskReleased)
        /// A backoff is over.
        case taskRetried
        /// Follows the escalation that it waits for.
        case taskBlocked(EscalationID)
        case taskUnblocked(EscalationID)
        case taskDead(DeathReason)
        /// With the deadline that is in force from now on, unless it had passed.
        case taskRedriven(deadline: Instant?)
        case taskCancelled(CancelReason)
        case taskDiscarded

        case escalationRaised(EscalationRaised)
        case escalationJoined(EscalationJoined)
        case escalationRaisedAgain(EscalationRaisedAgain)
        case escalationAnswered(EscalationAnswered)
        case escalationWithdrawn(EscalationID)
        /// The exit status of the command that was told.
        case escalationNotified(EscalationID, status: Int)

        case decisionRecorded(DecisionRecorded)
        case evidenceAdded(EvidenceAdded)

        case queuePaused(AgentName)
        case queueResumed(AgentName)
        case circuitOpened(AgentName, probe: Instant)
        case circuitClosed(AgentName)
        case accessRefused(AccessRefused)
    }
}

package struct JournalCreated: Hashable, Sendable {
    package var origin: String
    package var verifierKey: String
    /// The leaf format, not the storage.
    package var format: Int
    /// Of the program that made the journal.
    package var version: String

    package init(origin: String, verifierKey: String, format: Int, version: String) {
        self.origin = origin
        self.verifierKey = verifierKey
        self.format = format
        self.version = version
    }
}

package struct BrokerStarted: Hashable, Sendable {
    package var version: String
    /// Every open lease lasts until then, unless its holder extends it.
    package var leasesUntil: Instant
    /// Leases that nobody has listed by then are released.
    package var settleUntil: Instant

    package init(version: String, leasesUntil: Instant, settleUntil: Instant) {
        self.version = version
        self.leasesUntil = leasesUntil
        self.settleUntil = settleUntil
    }
}

package struct AgentRegistered: Hashable, Sendable {
    package var agent: AgentName
    /// What it delivers is judged by the quality gate.
    package var isReviewed: Bool
    package var attemptTimeout: Duration?
    package var silenceTimeout: Duration?
    /// The most tasks of this agent in work at once; nil: as many as its instances grant.
    package var leasesMax: Int?
    /// How often it may be given work; nil: as the broker's limits say.
    package var rate: LeaseRate?
    package var dependencies: [AgentName]
    /// The card.
    package var parts: [Part]

    package init(
        agent: AgentName, isReviewed: Bool, attemptTimeout: Duration? = nil,
        silenceTimeout: Duration? = nil, leasesMax: Int? = nil, rate: LeaseRate? = nil,
        dependencies: [AgentName] = [], parts: [Part] = []
    ) {
        self.agent = agent
        self.isReviewed = isReviewed
        self.attemptTimeout = attemptTimeout
        self.silenceTimeout = silenceTimeout
        self.leasesMax = leasesMax
        self.rate = rate
        self.dependencies = dependencies
        self.parts = parts
    }
}

package struct DocumentPut: Hashable, Sendable {
    /// HMAC of the content's plain SHA-256: finds the document without saying what it is.
    package var content: Digest
    package var parts: [Part]

    package init(content: Digest, parts: [Part]) {
        self.content = content
        self.parts = parts
    }
}

package struct BriefSubmitted: Hashable, Sendable {
    /// HMAC of the idempotency key.
    package var key: Digest
    /// HMAC of the content.
    package var match: Digest
    package var priority: Int
    /// Calendar time.
    package var notBefore: Instant?
    /// Calendar time.
    package var deadline: Instant?
    package var budget: Budget
    /// The events that put the attachments.
    package var documents: [UInt64]
    /// The brief, then the key.
    package var parts: [Part]

    package init(
        key: Digest, match: Digest, priority: Int = 0, notBefore: Instant? = nil,
        deadline: Instant? = nil, budget: Budget = .none, documents: [UInt64] = [],
        parts: [Part] = []
    ) {
        self.key = key
        self.match = match
        self.priority = priority
        self.notBefore = notBefore
        self.deadline = deadline
        self.budget = budget
        self.documents = documents
        self.parts = parts
    }
}

package struct TaskCreated: Hashable, Sendable {
    package var kind: TaskKind
    package var agent: AgentName
    package var priority: Int
    /// What must be accepted before this is ready.
    package var depends: [TaskID]
    /// What its delivery must pass before it is accepted.
    package var gates: [Gate]
    /// The task whose delivery a review judges.
    package var subject: TaskID?
    /// The gates of its brief that need passing evidence before it is ready.
    package var evidence: [GateName]
    /// The place in the plan's list of tasks.
    package var entry: Int?
    /// Direct tasks: HMAC of the idempotency key, and of the content.
    package var key: Digest?
    package var match: Digest?
    /// Calendar times.
    package var notBefore: Instant?
    package var deadline: Instant?
    package var attemptTimeout: Duration
    package var silenceTimeout: Duration
    package var attemptsMax: Int
    package var rejectionsMax: Int
    package var parts: [Part]

    package init(
        kind: TaskKind, agent: AgentName, priority: Int, depends: [TaskID] = [],
        gates: [Gate] = [], subject: TaskID? = nil, evidence: [GateName] = [], entry: Int? = nil,
        key: Digest? = nil, match: Digest? = nil, notBefore: Instant? = nil,
        deadline: Instant? = nil, attemptTimeout: Duration, silenceTimeout: Duration,
        attemptsMax: Int, rejectionsMax: Int,
        parts: [Part] = []
    ) {
        self.kind = kind
        self.agent = agent
        self.priority = priority
        self.depends = depends
        self.gates = gates
        self.subject = subject
        self.evidence = evidence
        self.entry = entry
        self.key = key
        self.match = match
        self.notBefore = notBefore
        self.deadline = deadline
        self.attemptTimeout = attemptTimeout
        self.silenceTimeout = silenceTimeout
        self.attemptsMax = attemptsMax
        self.rejectionsMax = rejectionsMax
        self.parts = parts
    }
}

package struct TaskLeased: Hashable, Sendable {
    package var token: Token
    /// The seat that works on it.
    package var instance: String
    /// The proven identity of the session, to keep reviewer and author apart.
    package var holder: ActorName
    package var until: Instant
    package var attemptUntil: Instant

    package init(
        token: Token, instance: String, holder: ActorName, until: Instant, attemptUntil: Instant
    ) {
        self.token = token
        self.instance = instance
        self.holder = holder
        self.until = until
        self.attemptUntil = attemptUntil
    }
}

package struct TaskDelivered: Hashable, Sendable {
    package var token: Token
    /// HMAC of the whole parcel: decides `duplicate` and `unchanged`.
    package var match: Digest
    /// What the attempt cost, in millionths of a US dollar; nil: the worker did not say.
    package var cost: Int?
    package var parts: [Part]

    package init(token: Token, match: Digest, cost: Int? = nil, parts: [Part]) {
        self.token = token
        self.match = match
        self.cost = cost
        self.parts = parts
    }
}

package struct TaskRejected: Hashable, Sendable {
    /// How many times this delivery's task has been rejected, this one included.
    package var rejections: Int
    /// The review's delivery, whose verdict holds the findings.
    package var verdict: UInt64

    package init(rejections: Int, verdict: UInt64) {
        self.rejections = rejections
        self.verdict = verdict
    }
}

package struct TaskFailed: Hashable, Sendable {
    package var token: Token
    package var isRetryable: Bool
    package var code: String?
    /// HMAC of the whole report.
    package var match: Digest
    /// Failures and expiries so far, this one included.
    package var failures: Int
    /// When it is tried again; nil: never.
    package var until: Instant?
    /// As in `TaskDelivered`.
    package var cost: Int?
    package var parts: [Part]

    package init(
        token: Token, isRetryable: Bool, code: String? = nil, match: Digest, failures: Int,
        until: Instant? = nil, cost: Int? = nil, parts: [Part] = []
    ) {
        self.token = token
        self.isRetryable = isRetryable
        self.code = code
        self.match = match
        self.failures = failures
        self.until = until
        self.cost = cost
        self.parts = parts
    }
}

package struct TaskExpired: Hashable, Sendable {
    package var token: Token
    package var reason: ExpiryReason
    package var failures: Int
    package var until: Instant?

    package init(token: Token, reason: ExpiryReason, failures: Int, until: Instant? = nil) {
        self.token = token
        self.reason = reason
        self.failures = failures
        self.until = until
    }
}

package struct TaskReleased: Hashable, Sendable {
    package var token: Token
    package var reason: ReleaseReason
    package var releases: Int
    package var failures: Int
    package var until: Instant?

    package init(
        token: Token, reason: ReleaseReason, releases: Int, failures: Int, until: Instant? = nil
    ) {
        self.token = token
        self.reason = reason
        self.releases = releases
        self.failures = failures
        self.until = until
    }
}

/// One option as the core knows it; its words are payload.
package struct OptionFacts: Hashable, Sendable {
    package var id: String
    package var effect: EffectKind

    package init(id: String, effect: EffectKind) {
        self.id = id
        self.effect = effect
    }
}

package struct EscalationRaised: Hashable, Sendable {
    package var origin: EscalationOrigin
    package var agent: AgentName
    package var severity: Severity
    package var options: [OptionFacts]
    package var recommended: String
    /// Joins later escalations of the same brief that name it.
    package var key: String?
    package var deadline: Instant?
    /// The lease it ended, when a task asks.
    package var token: Token?
    /// Of that lease's attempt, as in `TaskDelivered`.
    package var cost: Int?
    /// HMAC of the document.
    package var match: Digest
    package var parts: [Part]

    package init(
        origin: EscalationOrigin, agent: AgentName, severity: Severity, options: [OptionFacts],
        recommended: String, key: String? = nil, deadline: Instant? = nil, token: Token? = nil,
        cost: Int? = nil, match: Digest, parts: [Part] = []
    ) {
        self.origin = origin
        self.agent = agent
        self.severity = severity
        self.options = options
        self.recommended = recommended
        self.key = key
        self.deadline = deadline
        self.token = token
        self.cost = cost
        self.match = match
        self.parts = parts
    }
}

package struct EscalationJoined: Hashable, Sendable {
    package var escalation: EscalationID
    /// The lease it ended.
    package var token: Token
    /// As in `TaskDelivered`.
    package var cost: Int?
    /// HMAC of the second document.
    package var match: Digest

    package init(escalation: EscalationID, token: Token, cost: Int? = nil, match: Digest) {
        self.escalation = escalation
        self.token = token
        self.cost = cost
        self.match = match
    }
}

package struct EscalationRaisedAgain: Hashable, Sendable {
    package var escalation: EscalationID
    package var severity: Severity
    /// From 1.
    package var times: Int
    /// The next deadline; nil: it stays open.
    package var deadline: Instant?

    package init(escalation: EscalationID, severity: Severity, times: Int, deadline: Instant?) {
        self.escalation = escalation
        self.severity = severity
        self.times = times
        self.deadline = deadline
    }
}

package struct EscalationAnswered: Hashable, Sendable {
    package var escalation: EscalationID
    /// The option's id, or `revise`.
    package var option: String
    package var effect: EffectKind
    package var match: Digest
    package var parts: [Part]

    package init(
        escalation: EscalationID, option: String, effect: EffectKind, match: Digest, parts: [Part]
    ) {
        self.escalation = escalation
        self.option = option
        self.effect = effect
        self.match = match
        self.parts = parts
    }
}

package struct AccessRefused: Hashable, Sendable {
    package var verb: String
    package var code: String
    /// What it was about: a task, an escalation, an agent.
    package var subject: String
    /// How many times since the last such event.
    package var count: Int

    package init(verb: String, code: String, subject: String, count: Int) {
        self.verb = verb
        self.code = code
        self.subject = subject
        self.count = count
    }
}
