// Every refusal by rule, in order of precedence: a command that meets several gets the first.
// The first group is refusals of right and leaves a record; the others journal nothing.

package enum Rejection: Hashable, Sendable {
    // Refusals of right: recorded as access.refused.

    /// The proven actor may not do this.
    case notPermitted(ActorName, verb: String)
    /// The lease is no longer the newest of its task, or it is over.
    case staleToken(TaskID, Token)
    /// An agent, or somebody in the role that asked, tried to answer.
    case answeredByAsker(EscalationID)
    /// Whoever works on a brief does not attest its gates.
    case attestedByAuthor(BriefID, GateName)

    // Names.

    case unknownBrief(BriefID)
    case unknownTask(TaskID)
    case unknownEscalation(EscalationID)
    case unknownAgent(AgentName)
    /// The attachments, by their place in the submission.
    case unknownDocuments([Int])

    // What was said before.

    /// The key stands for other content.
    case keyReused(existing: UInt64)
    /// This attempt already ended, otherwise.
    case conflict(TaskID, ended: AttemptEnd)
    case alreadyAnswered(EscalationID)
    case withdrawn(EscalationID)
    /// The very bytes that were rejected.
    case unchanged(TaskID)

    // Form and limits.

    case incompleteDelivery(TaskID)
    case planRefused([PlanProblem])
    case badEscalation([EscalationProblem])
    case unknownOption(EscalationID, String)
    case badTask([TaskProblem])
    case wrongState(TaskID, TaskState)
    case wrongBriefState(BriefID, BriefState)
    case limitReached(LimitName, limit: Int, value: Int)
    case overloaded(LimitName, limit: Int, value: Int)
    /// Too much in too short a time; there is room again after the wait.
    case rateExceeded(LimitName, limit: Int, wait: Duration)

    /// Refusals of right stand in the journal.
    package var isRefusalOfRight: Bool {
        switch self {
        case .notPermitted, .staleToken, .answeredByAsker, .attestedByAuthor: true
        case .unknownBrief, .unknownTask, .unknownEscalation, .unknownAgent, .unknownDocuments,
            .keyReused, .conflict, .alreadyAnswered, .withdrawn, .unchanged, .incompleteDelivery,
            .planRefused, .badEscalation, .unknownOption, .badTask, .wrongState, .wrongBriefState,
            .limitReached, .overloaded, .rateExceeded:
            false
        }
    }
}

/// The limits that a rejection can name.
package enum LimitName: String, Hashable, Sendable, CaseIterable {
    case queuedTasksMax = "queued_tasks_max"
    case queuedBytesMax = "queued_bytes_max"
    case submissionsPerMinuteMax = "submissions_per_minute_max"
    case escalationsPerBriefMax = "escalations_per_brief_max"
    case statementsPerBriefMax = "statements_per_brief_max"
    case agentsMax = "agents_max"
    case sessionsMax = "sessions_max"
    case priorityMax = "priority_max"
    case tasksPerPlanMax = "tasks_per_plan_max"
    case dependencyChainMax = "dependency_chain_max"
}

/// One reason why a plan cannot be taken. All of them are reported at once.
package enum PlanProblem: Hashable, Sendable {
    case empty
    case tooManyTasks(limit: Int, value: Int)
    case repeatedID(String)
    case unknownAgent(task: String, AgentName)
    case coreAgent(task: String, AgentName)
    /// A card names a dependency that is not registered.
    case unregisteredDependency(task: String, AgentName, needs: AgentName)
    case unknownDependency(task: String, on: String)
    /// The tasks that wait for each other, in the plan's order.
    case cycle([String])
    case chainTooLong(limit: Int, value: Int)
    case priorityOutOfRange(task: String, limit: Int, value: Int)
    /// After what a leaf can hold.
    case timeTooLate(task: String)
}

package enum EscalationProblem: Hashable, Sendable {
    case tooFewOptions(Int)
    case repeatedOption(String)
    case recommendedUnknown(String)
    /// Only the gate may offer to accept what it rejected.
    case acceptOutsideGate(String)
    /// `revise` is always possible and cannot be the id of another option.
    case reservedOption(String)
}

package enum TaskProblem: Hashable, Sendable {
    case priorityOutOfRange(limit: Int, value: Int)
    case deadlinePassed
    /// `not_before` or `deadline` is after what a leaf can hold.
    case timeTooLate
}

/// What the core answers.
package enum Reply: Hashable, Sendable {
    case done
    case brief(BriefID, isDuplicate: Bool)
    case task(TaskID, isDuplicate: Bool)
    case document(UInt64)
    /// The state that the task is in now.
    case ended(TaskID, TaskState, isDuplicate: Bool)
    case escalation(EscalationID, isJoined: Bool, isDuplicate: Bool)
    case answered(EscalationID, isDuplicate: Bool)
    case cancelled(tasks: Int)
    /// The event that holds what was stated.
    case stated(UInt64, isDuplicate: Bool)
    case registered(AgentName, isChanged: Bool)
    case refused(Rejection)
}

/// What `decide` makes of a command: events, a reply, or both.
package struct Decision: Sendable {
    package var events: [Event]
    package var reply: Reply

    package init(events: [Event] = [], reply: Reply) {
        self.events = events
        self.reply = reply
    }
}
