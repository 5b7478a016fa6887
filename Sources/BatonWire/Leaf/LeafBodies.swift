// The members of `data` of every event type, in the order of events.md.

import BatonCore

extension Event.Body {
    func write(into writer: inout LeafWriter) {
        switch self {
        case .journalCreated(let body): write(body, &writer)
        case .brokerStarted(let body):
            writer.string("version", body.version)
            writer.instant("leases_until", body.leasesUntil)
            writer.instant("settle_until", body.settleUntil)
        case .brokerStopped(let state): writer.digest("state", state)
        case .clockStepped(let offset): writer.integer("offset", offset)
        case .agentRegistered(let body): write(body, &writer)
        case .agentWithdrawn(let agent), .queuePaused(let agent), .queueResumed(let agent),
            .circuitClosed(let agent):
            writer.string("agent", agent.text)
        case .circuitOpened(let agent, let probe):
            writer.string("agent", agent.text)
            writer.instant("probe", probe)
        case .documentPut(let body):
            writer.digest("content", body.content)
            writer.parts(body.parts)
        case .briefSubmitted(let body): write(body, &writer)
        case .briefBlocked, .briefResumed, .briefDone, .briefDead, .briefCancelled, .taskReadied,
            .taskRetried, .taskDiscarded:
            break
        case .taskRedriven(let deadline): writer.instant("deadline", deadline)
        case .planAccepted(let tasks): writer.integer("tasks", tasks)
        case .taskCreated(let body): write(body, &writer)
        case .taskLeased(let body): write(body, &writer)
        case .taskDelivered(let body):
            writer.integer("token", body.token.number)
            writer.digest("match", body.match)
            writer.integer("cost_microusd", body.cost)
            writer.parts(body.parts)
        case .taskAccepted(let reason): writer.string("by", reason.rawValue)
        case .taskRejected(let body):
            writer.integer("rejections", body.rejections)
            writer.integer("verdict", body.verdict)
        case .taskFailed(let body): write(body, &writer)
        case .taskExpired(let body):
            writer.integer("token", body.token.number)
            writer.string("reason", body.reason.rawValue)
            writer.integer("failures", body.failures)
            writer.instant("until", body.until)
        case .taskReleased(let body):
            writer.integer("token", body.token.number)
            writer.string("reason", body.reason.rawValue)
            writer.integer("releases", body.releases)
            writer.integer("failures", body.failures)
            writer.instant("until", body.until)
        case .taskBlocked(let escalation), .taskUnblocked(let escalation),
            .escalationWithdrawn(let escalation):
            writer.string("escalation", escalation.description)
        case .taskDead(let reason): writer.string("reason", reason.rawValue)
        case .taskCancelled(let reason): writer.string("reason", reason.rawValue)
        case .escalationRaised(let body): write(body, &writer)
        case .escalationJoined(let body):
            writer.string("escalation", body.escalation.description)
            writer.integer("token", body.token.number)
            writer.integer("cost_microusd", body.cost)
            writer.digest("match", body.match)
        case .escalationRaisedAgain(let body):
            writer.string("escalation", body.escalation.description)
            writer.string("severity", body.severity.rawValue)
            writer.integer("times", body.times)
            writer.instant("deadline", body.deadline)
        case .escalationAnswered(let body):
            writer.string("escalation", body.escalation.description)
            writer.string("option", body.option)
            writer.string("effect", body.effect.rawValue)
            writer.digest("match", body.match)
            writer.parts(body.parts)
        case .escalationNotified(let escalation, let status):
            writer.string("escalation", escalation.description)
            writer.integer("status", status)
        case .decisionRecorded(let body):
            writer.string("place", body.place)
            writer.digest("match", body.match)
            writer.parts(body.parts)
        case .evidenceAdded(let body):
            writer.string("gate", body.gate.text)
            writer.flag("passed", body.isPassed)
            writer.digest("match", body.match)
            writer.parts(body.parts)
        case .accessRefused(let body):
            writer.string("verb", body.verb)
            writer.string("code", body.code)
            writer.string("subject", body.subject)
            writer.integer("count", body.count)
        }
    }

    private func write(_ body: JournalCreated, _ writer: inout LeafWriter) {
        writer.string("origin", body.origin)
        writer.string("key", body.verifierKey)
        writer.integer("format", body.format)
        writer.string("version", body.version)
    }

    private func write(_ body: AgentRegistered, _ writer: inout LeafWriter) {
        writer.string("agent", body.agent.text)
        writer.flag("reviewed", body.isReviewed)
        writer.duration("attempt_timeout", body.attemptTimeout)
        writer.duration("silence_timeout", body.silenceTimeout)
        writer.integer("leases_max", body.leasesMax)
        writer.integer("rate_leases", body.rate?.count)
        writer.duration("rate_period", body.rate?.period)
        writer.strings("dependencies", body.dependencies.map(\.text))
        writer.parts(body.parts)
    }

    private func write(_ body: BriefSubmitted, _ writer: inout LeafWriter) {
        writer.digest("key", body.key)
        writer.digest("match", body.match)
        writer.integer("priority", body.priority)
        writer.instant("not_before", body.notBefore)
        writer.instant("deadline", body.deadline)
        writer.integer("budget_attempts", body.budget.attempts)
        writer.integer("budget_cost_microusd", body.budget.cost)
        writer.integers("documents", body.documents)
        writer.parts(body.parts)
    }

    private func write(_ body: TaskCreated, _ writer: inout LeafWriter) {
        writer.string("kind", body.kind.rawValue)
        writer.string("agent", body.agent.text)
        writer.integer("priority", body.priority)
        writer.strings("depends", body.depends.map(\.description))
        writer.strings("gates", body.gates.map(\.rawValue))
        writer.string("subject", body.subject?.description)
        writer.strings("evidence", body.evidence.map(\.text))
        writer.integer("entry", body.entry)
        writer.digest("key", body.key)
        writer.digest("match", body.match)
        writer.instant("not_before", body.notBefore)
        writer.instant("deadline", body.deadline)
        writer.duration("attempt_timeout", body.attemptTimeout)
        writer.duration("silence_timeout", body.silenceTimeout)
        writer.integer("attempts_max", body.attemptsMax)
        writer.integer("rejections_max", body.rejectionsMax)
        writer.parts(body.parts)
    }

    private func write(_ body: TaskLeased, _ writer: inout LeafWriter) {
        writer.integer("token", body.token.number)
        writer.string("instance", body.instance)
        writer.string("holder", body.holder.text)
        writer.instant("until", body.until)
        writer.instant("attempt_until", body.attemptUntil)
    }

    private func write(_ body: TaskFailed, _ writer: inout LeafWriter) {
        writer.integer("token", body.token.number)
        writer.flag("retryable", body.isRetryable)
        writer.string("code", body.code)
        writer.digest("match", body.match)
        writer.integer("failures", body.failures)
        writer.instant("until", body.until)
        writer.integer("cost_microusd", body.cost)
        writer.parts(body.parts)
    }

    private func write(_ body: EscalationRaised, _ writer: inout LeafWriter) {
        writer.string("origin", body.origin.rawValue)
        writer.string("agent", body.agent.text)
        writer.string("severity", body.severity.rawValue)
        writer.objects("options", body.options) { writer, option in
            writer.string("id", option.id)
            writer.string("effect", option.effect.rawValue)
        }
        writer.string("recommended", body.recommended)
        writer.string("key", body.key)
        writer.instant("deadline", body.deadline)
        writer.integer("token", body.token?.number)
        writer.integer("cost_microusd", body.cost)
        writer.digest("match", body.match)
        writer.parts(body.parts)
    }
}
