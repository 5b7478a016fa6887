// What the core remembers of one task. A queue may hold a million that nobody has touched yet, so a
// record is small: what many tasks have in common is kept once (TaskNature), and what only some
// have is kept aside (TaskBonds, TaskWork). Readers see one record with all of it.

package struct TaskRecord: Sendable {
    package let id: TaskID
    package let created: Instant
    /// Changed by `State.setState` alone, which keeps the counts.
    package internal(set) var state: TaskState = .waiting
    /// Of the parts that came with its creation. A parcel is far below 4 GiB.
    package let bytes: UInt32
    /// Dependencies that are not accepted yet, and gates without passing evidence.
    package internal(set) var waitingFor: Int
    package internal(set) var dependants: [TaskID] = []
    /// Kept by retries, so that nothing starves.
    package internal(set) var firstReady: Instant?
    /// Lifted by a redrive that comes after it.
    package internal(set) var deadline: Instant?
    private(set) var nature: TaskNature
    /// Nil for a task that hangs on nothing.
    private let bonds: TaskBonds?
    /// At most one; empty until the first attempt.
    private var work: [TaskWork] = []

    init(
        id: TaskID, created: Instant, nature: TaskNature, bonds: TaskBonds, bytes: UInt32,
        waitingFor: Int
    ) {
        self.id = id
        self.bytes = bytes
        self.created = created
        self.nature = nature
        self.bonds = bonds.isNone ? nil : bonds
        self.waitingFor = waitingFor
    }

    /// Takes what is the same in another task from there.
    mutating func share(_ other: TaskNature) {
        if other == nature { nature = other }
    }

    /// All that happened to it, as one value.
    var history: TaskWork {
        get { work.first ?? TaskWork() }
        set { work = newValue == TaskWork() ? [] : [newValue] }
    }

    private mutating func touch(_ change: (inout TaskWork) -> Void) {
        if work.isEmpty { work = [TaskWork()] }
        change(&work[0])
    }

    /// Only its own `not_before` still holds it back.
    var isTimed: Bool { notBefore != nil && waitingFor == 0 }

    /// A crash between its last event and what follows from it would leave something to do.
    var mayBeUnsettled: Bool {
        switch state {
        case .waiting: waitingFor == 0
        case .delivered: review == nil
        case .dead, .cancelled, .discarded: true
        case .ready, .leased, .blocked, .backoff, .accepted: false
        }
    }

    /// Ready tasks are taken in this order, then by id: priority is worth waiting time, so age
    /// always wins in the end.
    func order(step: Duration) -> Int64 {
        (firstReady ?? created).microseconds - Int64(priority) * step.wholeMicroseconds
    }
}

extension TaskRecord {
    package var kind: TaskKind { nature.kind }
    package var agent: AgentName { nature.agent }
    package var priority: Int { nature.priority }
    package var isReviewed: Bool { nature.isReviewed }
    package var attemptTimeout: Duration { nature.attemptTimeout }
    package var silenceTimeout: Duration { nature.silenceTimeout }
    package var attemptsMax: Int { nature.attemptsMax }
    package var rejectionsMax: Int { nature.rejectionsMax }
    package var creator: ActorName { nature.creator }
    /// Parts that came with its creation: a direct task's content.
    package var partCount: Int { nature.partCount }
    package var brief: BriefID? { bonds?.brief }
    package var depends: [TaskID] { bonds?.depends ?? [] }
    /// The task that a review judges.
    package var subject: TaskID? { bonds?.subject }
    /// Gates of its brief that need passing evidence before it is ready.
    package var evidence: [GateName] { bonds?.evidence ?? [] }
    /// The place in the plan's list.
    package var entry: Int? { bonds?.entry }
    package var notBefore: Instant? { bonds?.notBefore }

    package internal(set) var attempts: Int {
        get { work.isEmpty ? 0 : work[0].attempts }
        set { touch { $0.attempts = newValue } }
    }
    /// Expired and failed attempts since the last redrive.
    package internal(set) var failures: Int {
        get { work.isEmpty ? 0 : work[0].failures }
        set { touch { $0.failures = newValue } }
    }
    package internal(set) var releases: Int {
        get { work.isEmpty ? 0 : work[0].releases }
        set { touch { $0.releases = newValue } }
    }
    package internal(set) var rejections: Int {
        get { work.isEmpty ? 0 : work[0].rejections }
        set { touch { $0.rejections = newValue } }
    }
    package internal(set) var lease: Lease? {
        get { work.isEmpty ? nil : work[0].lease }
        set { touch { $0.lease = newValue } }
    }
    /// End of a backoff.
    package internal(set) var until: Instant? {
        get { work.isEmpty ? nil : work[0].until }
        set { touch { $0.until = newValue } }
    }
    package internal(set) var ended: [EndedAttempt] {
        get { work.isEmpty ? [] : work[0].ended }
        set { touch { $0.ended = newValue } }
    }
    package internal(set) var delivery: DeliveryRecord? {
        get { work.isEmpty ? nil : work[0].delivery }
        set { touch { $0.delivery = newValue } }
    }
    package internal(set) var rejected: Digest? {
        get { work.isEmpty ? nil : work[0].rejected }
        set { touch { $0.rejected = newValue } }
    }
    /// The event whose verdict part holds the newest findings.
    package internal(set) var verdict: UInt64? {
        get { work.isEmpty ? nil : work[0].verdict }
        set { touch { $0.verdict = newValue } }
    }
    /// The review of the newest delivery.
    package internal(set) var review: TaskID? {
        get { work.isEmpty ? nil : work[0].review }
        set { touch { $0.review = newValue } }
    }
    package internal(set) var escalation: EscalationID? {
        get { work.isEmpty ? nil : work[0].escalation }
        set { touch { $0.escalation = newValue } }
    }
    /// Answers to its own escalations, for a task without a brief.
    package internal(set) var answers: [EscalationID] {
        get { work.isEmpty ? [] : work[0].answers }
        set { touch { $0.answers = newValue } }
    }
    package internal(set) var death: DeathReason? {
        get { work.isEmpty ? nil : work[0].death }
        set { touch { $0.death = newValue } }
    }
    package internal(set) var diedAt: Instant? {
        get { work.isEmpty ? nil : work[0].diedAt }
        set { touch { $0.diedAt = newValue } }
    }
    /// The last event about a failure or an expiry.
    package internal(set) var lastFailure: UInt64? {
        get { work.isEmpty ? nil : work[0].lastFailure }
        set { touch { $0.lastFailure = newValue } }
    }
    package internal(set) var accepted: AcceptReason? {
        get { work.isEmpty ? nil : work[0].accepted }
        set { touch { $0.accepted = newValue } }
    }
}
