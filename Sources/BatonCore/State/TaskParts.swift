// The three that a task's record is made of, beside what every task has of its own.

/// What is the same for many tasks. Never changed, so records share it.
final class TaskNature: Sendable, Equatable {
    let kind: TaskKind
    let agent: AgentName
    let priority: Int
    let isReviewed: Bool
    let attemptTimeout: Duration
    let silenceTimeout: Duration
    let attemptsMax: Int
    let rejectionsMax: Int
    let creator: ActorName
    let partCount: Int

    init(
        kind: TaskKind, agent: AgentName, priority: Int, isReviewed: Bool, attemptTimeout: Duration,
        silenceTimeout: Duration, attemptsMax: Int, rejectionsMax: Int, creator: ActorName,
        partCount: Int
    ) {
        self.kind = kind
        self.agent = agent
        self.priority = priority
        self.isReviewed = isReviewed
        self.attemptTimeout = attemptTimeout
        self.silenceTimeout = silenceTimeout
        self.attemptsMax = attemptsMax
        self.rejectionsMax = rejectionsMax
        self.creator = creator
        self.partCount = partCount
    }

    static func == (left: TaskNature, right: TaskNature) -> Bool {
        left === right
            || left.kind == right.kind && left.agent == right.agent
                && left.priority == right.priority && left.isReviewed == right.isReviewed
                && left.attemptTimeout == right.attemptTimeout
                && left.silenceTimeout == right.silenceTimeout
                && left.attemptsMax == right.attemptsMax
                && left.rejectionsMax == right.rejectionsMax && left.creator == right.creator
                && left.partCount == right.partCount
    }
}

/// What ties a task to others and to the calendar. Never changed.
final class TaskBonds: Sendable {
    let brief: BriefID?
    let depends: [TaskID]
    let subject: TaskID?
    /// Gates of the brief that need evidence before this is ready.
    let evidence: [GateName]
    let entry: Int?
    let notBefore: Instant?

    init(
        brief: BriefID?, depends: [TaskID], subject: TaskID?, evidence: [GateName], entry: Int?,
        notBefore: Instant?
    ) {
        self.brief = brief
        self.depends = depends
        self.subject = subject
        self.evidence = evidence
        self.entry = entry
        self.notBefore = notBefore
    }

    var isNone: Bool {
        brief == nil && depends.isEmpty && subject == nil && entry == nil && notBefore == nil
    }
}

/// What happened to a task since somebody first took it.
struct TaskWork: Sendable, Equatable {
    var attempts: Int = 0
    var failures: Int = 0
    var releases: Int = 0
    var rejections: Int = 0
    var lease: Lease?
    var until: Instant?
    var ended: [EndedAttempt] = []
    var delivery: DeliveryRecord?
    var rejected: Digest?
    var verdict: UInt64?
    var review: TaskID?
    var escalation: EscalationID?
    var answers: [EscalationID] = []
    var death: DeathReason?
    var diedAt: Instant?
    var lastFailure: UInt64?
    var accepted: AcceptReason?
}
