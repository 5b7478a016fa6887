// The names of the event types as they stand in the journal (events.md). A name, once released,
// keeps its meaning for ever; a new meaning needs a new name.

package import BatonCore

package enum EventType: String, CaseIterable, Sendable {
    case journalCreated = "journal.created"
    case brokerStarted = "broker.started"
    case brokerStopped = "broker.stopped"
    case clockStepped = "clock.stepped"
    case agentRegistered = "agent.registered"
    case agentWithdrawn = "agent.withdrawn"
    case documentPut = "document.put"
    case briefSubmitted = "brief.submitted"
    case briefBlocked = "brief.blocked"
    case briefResumed = "brief.resumed"
    case briefDone = "brief.done"
    case briefDead = "brief.dead"
    case briefCancelled = "brief.cancelled"
    case planAccepted = "plan.accepted"
    case taskCreated = "task.created"
    case taskReadied = "task.readied"
    case taskLeased = "task.leased"
    case taskDelivered = "task.delivered"
    case taskAccepted = "task.accepted"
    case taskRejected = "task.rejected"
    case taskFailed = "task.failed"
    case taskExpired = "task.expired"
    case taskReleased = "task.released"
    case taskRetried = "task.retried"
    case taskBlocked = "task.blocked"
    case taskUnblocked = "task.unblocked"
    case taskDead = "task.dead"
    case taskRedriven = "task.redriven"
    case taskCancelled = "task.cancelled"
    case taskDiscarded = "task.discarded"
    case escalationRaised = "escalation.raised"
    case escalationJoined = "escalation.joined"
    case escalationRaisedAgain = "escalation.raised-again"
    case escalationAnswered = "escalation.answered"
    case escalationWithdrawn = "escalation.withdrawn"
    case escalationNotified = "escalation.notified"
    case decisionRecorded = "decision.recorded"
    case evidenceAdded = "evidence.added"
    case queuePaused = "queue.paused"
    case queueResumed = "queue.resumed"
    case circuitOpened = "circuit.opened"
    case circuitClosed = "circuit.closed"
    case accessRefused = "access.refused"
}

extension Event {
    package var type: EventType {
        switch body {
        case .journalCreated: .journalCreated
        case .brokerStarted: .brokerStarted
        case .brokerStopped: .brokerStopped
        case .clockStepped: .clockStepped
        case .agentRegistered: .agentRegistered
        case .agentWithdrawn: .agentWithdrawn
        case .documentPut: .documentPut
        case .briefSubmitted: .briefSubmitted
        case .briefBlocked: .briefBlocked
        case .briefResumed: .briefResumed
        case .briefDone: .briefDone
        case .briefDead: .briefDead
        case .briefCancelled: .briefCancelled
        case .planAccepted: .planAccepted
        case .taskCreated: .taskCreated
        case .taskReadied: .taskReadied
        case .taskLeased: .taskLeased
        case .taskDelivered: .taskDelivered
        case .taskAccepted: .taskAccepted
        case .taskRejected: .taskRejected
        case .taskFailed: .taskFailed
        case .taskExpired: .taskExpired
        case .taskReleased: .taskReleased
        case .taskRetried: .taskRetried
        case .taskBlocked: .taskBlocked
        case .taskUnblocked: .taskUnblocked
        case .taskDead: .taskDead
        case .taskRedriven: .taskRedriven
        case .taskCancelled: .taskCancelled
        case .taskDiscarded: .taskDiscarded
        case .escalationRaised: .escalationRaised
        case .escalationJoined: .escalationJoined
        case .escalationRaisedAgain: .escalationRaisedAgain
        case .escalationAnswered: .escalationAnswered
        case .escalationWithdrawn: .escalationWithdrawn
        case .escalationNotified: .escalationNotified
        case .decisionRecorded: .decisionRecorded
        case .evidenceAdded: .evidenceAdded
        case .queuePaused: .queuePaused
        case .queueResumed: .queueResumed
        case .circuitOpened: .circuitOpened
        case .circuitClosed: .circuitClosed
        case .accessRefused: .accessRefused
        }
    }

    /// The parts that the event names.
    package var parts: [Part] {
        switch body {
        case .agentRegistered(let body): body.parts
        case .documentPut(let body): body.parts
        case .briefSubmitted(let body): body.parts
        case .taskCreated(let body): body.parts
        case .taskDelivered(let body): body.parts
        case .taskFailed(let body): body.parts
        case .escalationRaised(let body): body.parts
        case .escalationAnswered(let body): body.parts
        case .decisionRecorded(let body): body.parts
        case .evidenceAdded(let body): body.parts
        case .journalCreated, .brokerStarted, .brokerStopped, .clockStepped, .agentWithdrawn,
            .briefBlocked, .briefResumed, .briefDone, .briefDead, .briefCancelled, .planAccepted,
            .taskReadied, .taskLeased, .taskAccepted, .taskRejected, .taskExpired, .taskReleased,
            .taskRetried, .taskBlocked, .taskUnblocked, .taskDead, .taskRedriven, .taskCancelled,
            .taskDiscarded, .escalationJoined, .escalationRaisedAgain, .escalationWithdrawn,
            .escalationNotified, .queuePaused, .queueResumed, .circuitOpened, .circuitClosed,
            .accessRefused:
            []
        }
    }
}
