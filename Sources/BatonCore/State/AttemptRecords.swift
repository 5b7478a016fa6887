// What the core remembers of attempts: the open one, those that ended, and what they delivered.

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
    package let escalation: EscalationID?
    let match: Fingerprint?
    package let end: AttemptEnd
    /// The state that the task went to.
    package let state: TaskState
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
