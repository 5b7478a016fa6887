// The small closed sets of the life of a task (lifecycle.md). Raw values stand in the journal and
// on the wire and never change their meaning.

package enum TaskKind: String, Sendable, CaseIterable {
    /// Makes the plan of a brief.
    case plan
    /// What the plan asks of a specialist.
    case work
    /// Judges one delivery.
    case review
    /// Merges everything into the closing handoff.
    case close
    /// Submitted alone, without a brief.
    case direct
}

/// What a delivery must pass before it is accepted, in the order of a task's list. Today there is
/// one; checks by hooks will be others.
package enum Gate: String, Sendable, CaseIterable {
    /// The quality gate judges it.
    case review
}

package enum TaskState: String, Sendable, CaseIterable {
    case waiting
    case ready
    case leased
    case delivered
    case blocked
    /// Failed, expired or released: ready again at a known time.
    case backoff
    case dead
    case accepted
    case cancelled
    case discarded

    /// Nothing can happen to it any more, save that a dead task can be redriven.
    package var isEnded: Bool {
        switch self {
        case .accepted, .cancelled, .discarded: true
        case .waiting, .ready, .leased, .delivered, .blocked, .backoff, .dead: false
        }
    }
}

package enum BriefState: String, Sendable, CaseIterable {
    case running
    case blocked
    case done
    case dead
    case cancelled

    package var isEnded: Bool { self == .done || self == .cancelled }
}

/// What an attempt ended as.
package enum AttemptEnd: String, Sendable, CaseIterable {
    case delivered
    case failed
    case expired
    case released
    case escalated
    case cancelled
}

/// Why a lease ran out.
package enum ExpiryReason: String, Sendable, CaseIterable {
    /// No heartbeat within the lease period.
    case lease
    /// The attempt took longer than its timeout.
    case attempt
    /// Heartbeats, but neither progress nor output.
    case silence
}

/// Why a lease was given back.
package enum ReleaseReason: String, Sendable, CaseIterable {
    /// The worker gave it back.
    case worker
    /// The session ended.
    case session
    /// Its instance came back without it.
    case unlisted
    /// Nobody had listed it when the time after a start was over.
    case unconfirmed
}

package enum DeathReason: String, Sendable, CaseIterable {
    case attempts
    case permanent
    case deadline
    case reviewFailed = "review_failed"
}

package enum CancelReason: String, Sendable, CaseIterable {
    /// Somebody cancelled this task.
    case requested
    /// Somebody cancelled its brief.
    case brief
    /// What it depends on was cancelled or discarded.
    case dependency
    /// An answer said so.
    case answer
}

package enum AcceptReason: String, Sendable, CaseIterable {
    /// Nothing else was asked of it.
    case delivery
    case verdict
    /// Rejected by the gate and accepted by a person.
    case exception
}

package enum Severity: String, Sendable, CaseIterable {
    case low
    case medium
    case high
    case critical

    /// One step up; the highest stays.
    package var raised: Severity {
        switch self {
        case .low: .medium
        case .medium: .high
        case .high, .critical: .critical
        }
    }
}

/// What an option of an escalation does when it is chosen.
package enum EffectKind: String, Sendable, CaseIterable {
    case patch
    case revise
    case cancel
    case none
    case accept
}

/// Who asked for a decision.
package enum EscalationOrigin: String, Sendable, CaseIterable {
    case task
    /// The gate, after the last rejection.
    case gate
    /// The supervisor, about an agent's process.
    case supervisor
    /// The broker, about a brief whose budget is used up.
    case budget
}

/// Why a task is not being worked on. Computed when asked, never stored.
package enum PendingReason: String, Sendable, CaseIterable {
    case noAgent = "no_agent"
    case starting
    case agentsBusy = "agents_busy"
    case backlog
    case dependency
    /// A gate of its brief has no passing evidence.
    case evidence
    case notBefore = "not_before"
    case backoff
    case paused
    case circuitOpen = "circuit_open"
    case escalation
    case rateLimited = "rate_limited"
}
