// Which events belong together. A batch that is too large for one append is cut in pieces, and a
// crash may leave the first pieces alone on disk. A start looks at everything again, so a cut
// between two decisions loses nothing; a cut within one would leave half a plan (lifecycle.md,
// "Restart").

extension Event {
    /// Whether this event and the one before it were decided as one, so that neither may be on disk
    /// without the other.
    package func continuesDecision(of previous: Event) -> Bool {
        switch body {
        case .planAccepted, .taskAccepted, .taskRejected, .taskBlocked, .taskUnblocked: true
        // What an agent decided stands in its delivery; a person's decision stands alone.
        case .decisionRecorded(let body): body.place != nil
        case .taskCreated(let body):
            switch body.kind {
            case .plan, .work, .close: true
            case .review, .direct: false
            }
        case .taskDead(let reason): reason == .attempts || reason == .permanent
        case .taskCancelled(let reason):
            reason == .answer || (reason == .brief && previous.cancels(brief))
        case .escalationRaised(let body): body.origin == .gate
        case .escalationWithdrawn:
            // With an agent goes what was asked about it.
            if case .agentWithdrawn = previous.body { brief == nil } else { false }
        case .journalCreated, .brokerStarted, .brokerStopped, .clockStepped, .agentRegistered,
            .agentWithdrawn, .documentPut, .briefSubmitted, .briefBlocked, .briefResumed,
            .briefDone,
            .briefDead, .briefCancelled, .taskReadied, .taskLeased, .taskDelivered, .taskFailed,
            .taskExpired, .taskReleased, .taskRetried, .taskRedriven, .taskDiscarded,
            .escalationJoined, .escalationRaisedAgain, .escalationAnswered, .escalationNotified,
            .queuePaused, .queueResumed, .circuitOpened, .circuitClosed,
            .accessRefused, .evidenceAdded:
            false
        }
    }

    /// A person cancelled the brief by this, or by what this is a part of.
    private func cancels(_ other: BriefID?) -> Bool {
        guard brief == other else { return false }
        if case .escalationAnswered(let answer) = body { return answer.effect == .cancel }
        return body == .taskCancelled(.brief)
    }
}
