// An account of its own of what flow control promises, kept from events alone: leases within every
// agent's rate, attempts within every brief's budget unless a person said to go on, submissions
// within the submitter's burst and rate.

import BatonCore

struct FlowLedger {
    private var rates: [AgentName: LeaseRate] = [:]
    private var leases: [AgentName: [Instant]] = [:]
    private var agents: [TaskID: AgentName] = [:]
    private var budgets: [BriefID: Int] = [:]
    private var attempts: [BriefID: Int] = [:]
    private var questions: [EscalationID: BriefID] = [:]
    private var submissions: [Instant] = []
    private let limits: Limits
    private(set) var violations: [String] = []

    init(limits: Limits) {
        self.limits = limits
    }

    mutating func note(_ event: Event) {
        switch event.body {
        case .brokerStarted:
            // Sessions begin empty.
            leases = [:]
            submissions = []
        case .agentRegistered(let body):
            if rates[body.agent] != body.rate { leases[body.agent] = [] }
            rates[body.agent] = body.rate
        case .briefSubmitted(let body):
            budgets[BriefID(event.seq)] = body.budget.attempts
            noteSubmission(at: event.time)
        case .taskCreated(let body):
            agents[TaskID(event.seq)] = body.agent
            if body.kind == .direct { noteSubmission(at: event.time) }
        case .taskLeased: noteLease(event)
        case .escalationRaised(let body) where body.origin == .budget:
            if let brief = event.brief { noteQuestion(EscalationID(event.seq), brief) }
        case .escalationAnswered(let body):
            guard let brief = questions.removeValue(forKey: body.escalation) else { return }
            if body.effect != .cancel { attempts[brief] = 0 }
        case .escalationWithdrawn(let id): questions[id] = nil
        default: break
        }
    }

    private mutating func noteQuestion(_ id: EscalationID, _ brief: BriefID) {
        if questions.values.contains(brief) {
            violations.append("\(brief) was asked about twice")
        }
        questions[id] = brief
    }

    /// All submissions are of one person. In any stretch there are at most the burst and what the
    /// rate adds in it.
    private mutating func noteSubmission(at now: Instant) {
        submissions.append(now)
        for (index, first) in submissions.enumerated() {
            let count = submissions.count - index
            let added =
                (now - first).wholeMicroseconds * Int64(limits.submissionsPerMinuteMax) / 60_000_000
            if count > limits.submissionsBurstMax + Int(added) {
                violations.append("\(count) submissions within \(now - first)")
                return
            }
        }
    }

    private mutating func noteLease(_ event: Event) {
        if let brief = event.brief {
            attempts[brief, default: 0] += 1
            if let most = budgets[brief], attempts[brief, default: 0] > most {
                violations.append("\(brief) has a lease beyond its \(most) attempts")
            }
        }
        guard let agent = event.task.flatMap({ agents[$0] }), let rate = rates[agent] else {
            return
        }
        leases[agent, default: []].append(event.time)
        let recent = (leases[agent] ?? []).suffix(rate.count + 1)
        if recent.count > rate.count, let first = recent.first,
            event.time - first < rate.period
        {
            violations.append("\(agent) has \(recent.count) leases within \(rate.period)")
        }
    }
}
