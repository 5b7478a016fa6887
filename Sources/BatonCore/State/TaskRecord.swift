// What the core remembers of one task.

package struct TaskRecord: Hashable, Sendable {
    package let id: TaskID
    package let brief: BriefID?
    package let kind: TaskKind
    package let agent: AgentName
    package let priority: Int
    package let depends: [TaskID]
    package let isReviewed: Bool
    /// The task that a review judges.
    package let subject: TaskID?
    /// The place in the plan's list.
    package let entry: Int?
    package let key: Digest?
    package let match: Digest?
    package let notBefore: Instant?
    /// Lifted by a redrive that comes after it.
    package internal(set) var deadline: Instant?
    package let attemptTimeout: Duration
    package let silenceTimeout: Duration
    package let attemptsMax: Int
    package let rejectionsMax: Int
    package let created: Instant
    package let creator: ActorName
    /// Parts that came with its creation: a direct task's content.
    package let partCount: Int

    /// Changed by `State.setState` alone, which keeps the counts.
    package internal(set) var state: TaskState = .waiting
    package internal(set) var dependants: [TaskID] = []
    /// Dependencies that are not accepted yet.
    package internal(set) var waitingFor: Int
    /// Kept by retries, so that nothing starves.
    package internal(set) var firstReady: Instant?
    package internal(set) var attempts = 0
    /// Expired and failed attempts since the last redrive.
    package internal(set) var failures = 0
    package internal(set) var releases = 0
    package internal(set) var rejections = 0
    package internal(set) var lease: Lease?
    /// End of a backoff.
    package internal(set) var until: Instant?
    package internal(set) var ended: [EndedAttempt] = []
    package internal(set) var delivery: DeliveryRecord?
    package internal(set) var rejected: Digest?
    /// The event whose verdict part holds the newest findings.
    package internal(set) var verdict: UInt64?
    /// The review of the newest delivery.
    package internal(set) var review: TaskID?
    package internal(set) var escalation: EscalationID?
    /// Answers to its own escalations, for a task without a brief.
    package internal(set) var answers: [EscalationID] = []
    package internal(set) var death: DeathReason?
    package internal(set) var diedAt: Instant?
    /// The last event about a failure or an expiry.
    package internal(set) var lastFailure: UInt64?
    package internal(set) var accepted: AcceptReason?

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

/// An exclusive, time-bounded right to work on a task.
package struct Lease: Hashable, Sendable {
    package let token: Token
    package let instance: String
    package let holder: ActorName
    package let since: Instant
    /// Without heartbeats. Sessions know of extensions.
    package internal(set) var until: Instant
    package internal(set) var attemptUntil: Instant
    /// The event that granted it.
    package let event: UInt64
}

/// How an attempt ended: what a repeated request is answered with.
package struct EndedAttempt: Hashable, Sendable {
    package let token: Token
    package let end: AttemptEnd
    package let match: Digest?
    /// The state that the task went to.
    package let state: TaskState
    package let escalation: EscalationID?
}

package struct DeliveryRecord: Hashable, Sendable {
    /// The event that holds the parts.
    package let event: UInt64
    package let token: Token
    package let match: Digest
    package let author: ActorName
    package let partCount: Int
}

/// What stays of a task after it left memory: enough to answer a repeated request.
package struct FinishedTask: Hashable, Sendable {
    package let brief: BriefID?
    package let state: TaskState
    package let last: EndedAttempt?
}
