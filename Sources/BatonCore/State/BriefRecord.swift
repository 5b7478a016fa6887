// What the core remembers of a brief, of an escalation, and of an agent.

package struct BriefRecord: Hashable, Sendable {
    package let id: BriefID
    package let submitted: Instant
    package let actor: ActorName
    package let priority: Int
    package let notBefore: Instant?
    package let deadline: Instant?
    package let budget: Budget
    package let documents: [UInt64]
    /// Of the parts that it was submitted with.
    package let bytes: Int

    /// The state that the last `brief.*` event recorded.
    package internal(set) var state: BriefState = .running
    /// In the order of their creation; the first is the plan.
    package internal(set) var tasks: [TaskID] = []
    package internal(set) var close: TaskID?
    /// The event that holds the accepted plan.
    package internal(set) var plan: UInt64?
    /// Answered escalations in the order of their answers: effects apply in this order.
    package internal(set) var answers: [EscalationID] = []
    package internal(set) var openEscalations: [EscalationID] = []
    /// What all its attempts used since the brief was submitted.
    package internal(set) var used = BudgetUse()
    /// Decisions of people and evidence, in their order.
    package internal(set) var statements: [StatementRecord] = []
    /// What had been used when a person last let it go on: the budget counts from there.
    package internal(set) var usedBefore = BudgetUse()
    package internal(set) var counts = StateCounts()

    /// What counts against the budget.
    package var usedOfBudget: BudgetUse { used - usedBefore }

    /// The next lease would be beyond the budget.
    package var isBudgetUsedUp: Bool { budget.isUsedUp(by: usedOfBudget) }
}

/// A statement about a brief: a decision, or evidence for a gate.
package struct StatementRecord: Hashable, Sendable {
    package let event: UInt64
    let match: Fingerprint
    /// The gate that it is evidence for, and how that ended; nil: it is a decision.
    package let evidence: GateResult?
}

package struct GateResult: Hashable, Sendable {
    package let gate: GateName
    package let isPassed: Bool
}

extension BriefRecord {
    /// The brief without what was stated from an event on.
    package func stated(before event: UInt64) -> BriefRecord {
        var brief = self
        brief.statements.removeAll { $0.event >= event }
        return brief
    }

    /// Whether the newest evidence for a gate passes it; nil without any.
    package func isPassed(_ gate: GateName) -> Bool? {
        statements.last { $0.evidence?.gate == gate }?.evidence?.isPassed
    }
}

/// How many tasks are in each state.
package struct StateCounts: Hashable, Sendable {
    private var counts = [Int](repeating: 0, count: TaskState.allCases.count)
    /// Waiting tasks whose time has not come, a part of the waiting ones.
    package internal(set) var timed = 0

    package init() {}

    package internal(set) subscript(state: TaskState) -> Int {
        get { counts[Self.index(of: state)] }
        set { counts[Self.index(of: state)] = newValue }
    }

    package var total: Int { counts.reduce(0, +) }

    private static func index(of state: TaskState) -> Int {
        switch state {
        case .waiting: 0
        case .ready: 1
        case .leased: 2
        case .delivered: 3
        case .blocked: 4
        case .backoff: 5
        case .dead: 6
        case .accepted: 7
        case .cancelled: 8
        case .discarded: 9
        }
    }
}

/// A finished brief: its state is all that later commands need.
package struct FinishedBrief: Hashable, Sendable {
    package let state: BriefState
    package let tasks: ClosedRange<UInt64>
}

package enum EscalationState: String, Sendable {
    case open
    case answered
    case withdrawn
}

package struct EscalationRecord: Hashable, Sendable {
    package let id: EscalationID
    package let brief: BriefID?
    package let origin: EscalationOrigin
    package let agent: AgentName
    package let options: [OptionFacts]
    package let recommended: String
    package let key: String?
    package let raised: Instant

    package internal(set) var state: EscalationState = .open
    package internal(set) var severity: Severity
    /// Who asked: none of them may answer.
    package internal(set) var askers: [ActorName]
    /// The tasks that wait for the answer.
    package internal(set) var tasks: [TaskID]
    package internal(set) var deadline: Instant?
    package internal(set) var raisedAgain = 0
    package internal(set) var answer: AnswerRecord?
}

package struct AnswerRecord: Hashable, Sendable {
    package let event: UInt64
    package let time: Instant
    package let actor: ActorName
    package let option: String
    package let effect: EffectKind
    package let match: Digest
}

package struct AgentRecord: Hashable, Sendable {
    package let name: AgentName
    package internal(set) var isRegistered: Bool
    /// The event that holds the card.
    package internal(set) var card: UInt64
    package internal(set) var cardMatch: Digest?
    package internal(set) var isReviewed: Bool
    package internal(set) var attemptTimeout: Duration?
    package internal(set) var silenceTimeout: Duration?
    package internal(set) var leasesMax: Int?
    package internal(set) var rate: LeaseRate?
    package internal(set) var dependencies: [AgentName]
    package internal(set) var isPaused = false
    package internal(set) var leased = 0
    /// Distinct tasks that failed in a row.
    package internal(set) var failing: [TaskID] = []
    package internal(set) var circuit = Circuit.closed

    /// How many failing tasks are remembered, more than any circuit needs to open: a probe is
    /// another task than these, if there is one.
    static let failingKept = 64
}

/// After failures in a row an agent's tasks wait instead of burning attempts.
package enum Circuit: Hashable, Sendable {
    case closed
    /// One task may be tried from then on.
    case open(probe: Instant)
    case probing(TaskID)
    /// How the probe ended; the next event opens or closes the circuit.
    case probeFailed
    case probePassed
}
