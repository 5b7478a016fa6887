// Everything that can be asked of the core, one case each. A command carries facts only: documents
// are parsed and digests are computed before it is made.

package struct Command: Sendable {
    package var actor: ActorName
    /// The session it came by; nil for what the broker does by itself.
    package var session: SessionID?
    package var body: Body

    package init(actor: ActorName, session: SessionID? = nil, body: Body) {
        self.actor = actor
        self.session = session
        self.body = body
    }

    package enum Body: Sendable {
        case create(JournalCreated)
        case start(version: String)
        case stop(state: Digest)
        /// Time has passed: leases run out, waits end.
        case tick

        case submitBrief(BriefSubmission)
        case submitTask(TaskSubmission)
        case putDocument(DocumentPut)

        case deliver(Delivery)
        case fail(FailureReport)
        case release(Attempt)
        case escalate(EscalationRequest)

        case answer(AnswerRequest)
        case decide(BriefID, DecisionRecorded)
        case attest(BriefID, EvidenceAdded)
        case cancelBrief(BriefID)
        case cancelTask(TaskID)
        case retry(TaskID)
        case redrive(TaskID)
        case discard(TaskID)
        case pause(AgentName)
        case resume(AgentName)
        case register(AgentRegistered)
        case withdraw(AgentName)
        /// The supervisor's own question, which needs no answer any more.
        case withdrawQuestion(EscalationID)
        case raise(AgentName, EscalationFacts)
        /// The question about a brief whose budget is used up.
        case askForBudget(BriefID, EscalationFacts)
        case notified(EscalationID, status: Int)
    }
}

/// A lease as its holder names it.
package struct Attempt: Hashable, Sendable {
    package var task: TaskID
    package var token: Token

    package init(task: TaskID, token: Token) {
        self.task = task
        self.token = token
    }
}

package struct BriefSubmission: Sendable {
    package var key: Digest
    package var match: Digest
    package var priority: Int
    package var notBefore: Instant?
    package var deadline: Instant?
    package var budget: Budget
    /// What the brief's attachments are found by.
    package var documents: [Digest]
    package var parts: [Part]

    package init(
        key: Digest, match: Digest, priority: Int = 0, notBefore: Instant? = nil,
        deadline: Instant? = nil, budget: Budget = .none, documents: [Digest] = [],
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

package struct TaskSubmission: Sendable {
    package var key: Digest
    package var match: Digest
    package var agent: AgentName
    package var priority: Int
    package var notBefore: Instant?
    package var deadline: Instant?
    package var attemptTimeout: Duration?
    package var silenceTimeout: Duration?
    package var parts: [Part]

    package init(
        key: Digest, match: Digest, agent: AgentName, priority: Int = 0, notBefore: Instant? = nil,
        deadline: Instant? = nil, attemptTimeout: Duration? = nil, silenceTimeout: Duration? = nil,
        parts: [Part] = []
    ) {
        self.key = key
        self.match = match
        self.agent = agent
        self.priority = priority
        self.notBefore = notBefore
        self.deadline = deadline
        self.attemptTimeout = attemptTimeout
        self.silenceTimeout = silenceTimeout
        self.parts = parts
    }
}

/// What a delivery brings. Whether the parts are complete was judged by the manifest before.
package struct Delivery: Sendable {
    package var attempt: Attempt
    package var match: Digest
    package var parts: [Part]
    /// What kind of control document came with it.
    package var content: Content
    /// What the attempt cost, in millionths of a US dollar; nil: the worker did not say.
    package var cost: Int?
    /// The places in its parts of what was decided in it.
    package var decisions: [String]

    package enum Content: Sendable {
        case deliverables
        /// With the gates whose evidence the close waits for.
        case plan([PlannedTask], evidence: [GateName] = [])
        /// With the question to ask should this be the last rejection.
        case verdict(accepted: Bool, escalation: EscalationFacts?)
        /// Parts are missing or a document does not fit; the findings stay with the caller.
        case incomplete
    }

    package init(
        attempt: Attempt, match: Digest, parts: [Part], content: Content, cost: Int? = nil,
        decisions: [String] = []
    ) {
        self.attempt = attempt
        self.match = match
        self.parts = parts
        self.content = content
        self.cost = cost
        self.decisions = decisions
    }
}

/// One task of a plan.
package struct PlannedTask: Hashable, Sendable {
    /// Its name within the plan.
    package var id: String
    package var agent: AgentName
    package var depends: [String]
    package var priority: Int?
    package var notBefore: Instant?
    package var deadline: Instant?
    package var attemptTimeout: Duration?
    package var silenceTimeout: Duration?

    package init(
        id: String, agent: AgentName, depends: [String] = [], priority: Int? = nil,
        notBefore: Instant? = nil, deadline: Instant? = nil, attemptTimeout: Duration? = nil,
        silenceTimeout: Duration? = nil
    ) {
        self.id = id
        self.agent = agent
        self.depends = depends
        self.priority = priority
        self.notBefore = notBefore
        self.deadline = deadline
        self.attemptTimeout = attemptTimeout
        self.silenceTimeout = silenceTimeout
    }
}

package struct FailureReport: Sendable {
    package var attempt: Attempt
    package var isRetryable: Bool
    package var code: String?
    /// A lower bound for the wait.
    package var retryAfter: Duration?
    package var match: Digest
    package var parts: [Part]
    /// As in `Delivery`.
    package var cost: Int?

    package init(
        attempt: Attempt, isRetryable: Bool, code: String? = nil, retryAfter: Duration? = nil,
        match: Digest, parts: [Part] = [], cost: Int? = nil
    ) {
        self.attempt = attempt
        self.isRetryable = isRetryable
        self.code = code
        self.retryAfter = retryAfter
        self.match = match
        self.parts = parts
        self.cost = cost
    }
}

/// What the core needs to know of an escalation document.
package struct EscalationFacts: Sendable {
    package var severity: Severity
    package var options: [OptionFacts]
    package var recommended: String
    package var key: String?
    package var deadline: Duration?
    package var match: Digest
    package var parts: [Part]

    package init(
        severity: Severity, options: [OptionFacts], recommended: String, key: String? = nil,
        deadline: Duration? = nil, match: Digest, parts: [Part] = []
    ) {
        self.severity = severity
        self.options = options
        self.recommended = recommended
        self.key = key
        self.deadline = deadline
        self.match = match
        self.parts = parts
    }
}

package struct EscalationRequest: Sendable {
    package var attempt: Attempt
    package var facts: EscalationFacts
    /// As in `Delivery`.
    package var cost: Int?

    package init(attempt: Attempt, facts: EscalationFacts, cost: Int? = nil) {
        self.attempt = attempt
        self.facts = facts
        self.cost = cost
    }
}

package struct AnswerRequest: Sendable {
    package var escalation: EscalationID
    /// An option's id, or `revise`.
    package var option: String
    package var match: Digest
    package var parts: [Part]

    package init(escalation: EscalationID, option: String, match: Digest, parts: [Part] = []) {
        self.escalation = escalation
        self.option = option
        self.match = match
        self.parts = parts
    }
}
