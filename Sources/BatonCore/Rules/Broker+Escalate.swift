// Blockers as data: raised by a task, by the gate or by the supervisor; answered once, by a person;
// never decided by silence.

extension Broker {
    func escalate(_ request: EscalationRequest, _ draft: Draft) -> Decision {
        switch standing(of: request.attempt, actor: draft.actor) {
        case .refused(let rejection): return draft.refusing(rejection)
        case .ended(let ended):
            guard ended.end == .escalated, ended.match == request.facts.match.fingerprint,
                let escalation = ended.escalation
            else { return draft.refusing(otherwise(ended, request.attempt)) }
            let isJoined = state.escalations[escalation]?.tasks.first != request.attempt.task
            return draft.replying(.escalation(escalation, isJoined: isJoined, isDuplicate: true))
        case .open(let task, let lease):
            return escalate(request.facts, request.cost, task, lease, draft)
        }
    }

    private func escalate(
        _ facts: EscalationFacts, _ cost: Int?, _ task: TaskRecord, _ lease: Lease, _ draft: Draft
    ) -> Decision {
        let problems = self.problems(of: facts, mayAccept: false)
        guard problems.isEmpty else { return draft.refusing(.badEscalation(problems)) }
        var draft = draft
        if let open = openEscalation(key: facts.key, brief: task.brief) {
            draft.add(
                .escalationJoined(
                    EscalationJoined(
                        escalation: open, token: lease.token, cost: cost, match: facts.match)),
                brief: task.brief, task: task.id, attempt: task.attempts, cause: lease.event)
            draft.add(
                .taskBlocked(open), brief: task.brief, task: task.id, attempt: task.attempts)
            return draft.replying(.escalation(open, isJoined: true, isDuplicate: false))
        }
        let openCount = task.brief.flatMap { state.briefs[$0] }?.openEscalations.count ?? 0
        guard openCount < limits.escalationsPerBriefMax else {
            return draft.refusing(
                .limitReached(
                    .escalationsPerBriefMax, limit: limits.escalationsPerBriefMax, value: openCount)
            )
        }
        let escalation = EscalationID(draft.next)
        draft.add(
            .escalationRaised(
                raised(
                    facts, origin: .task, agent: task.agent, token: lease.token, cost: cost,
                    draft.time)),
            brief: task.brief, task: task.id, attempt: task.attempts, cause: lease.event)
        draft.add(
            .taskBlocked(escalation), brief: task.brief, task: task.id, attempt: task.attempts)
        return draft.replying(.escalation(escalation, isJoined: false, isDuplicate: false))
    }

    /// The supervisor's question about an agent: it blocks no task, and a second one joins the
    /// first.
    func raise(_ agent: AgentName, _ facts: EscalationFacts, _ draft: Draft) -> Decision {
        // About one that was withdrawn meanwhile there is nothing to ask.
        guard state.agents[agent]?.isRegistered == true else {
            return draft.refusing(.unknownAgent(agent))
        }
        let problems = self.problems(of: facts, mayAccept: false)
        guard problems.isEmpty else { return draft.refusing(.badEscalation(problems)) }
        if let known = openQuestion(about: agent) {
            return draft.replying(.escalation(known, isJoined: true, isDuplicate: false))
        }
        var draft = draft
        let escalation = EscalationID(draft.next)
        draft.add(
            .escalationRaised(
                raised(facts, origin: .supervisor, agent: agent, token: nil, draft.time)))
        return draft.replying(.escalation(escalation, isJoined: false, isDuplicate: false))
    }

    /// A brief's budget is used up: one question, and all of the brief that is ready waits for the
    /// answer. What becomes ready later joins when its turn comes.
    func askForBudget(_ id: BriefID, _ facts: EscalationFacts, _ draft: Draft) -> Decision {
        guard let brief = state.briefs[id], brief.isBudgetUsedUp, budgetQuestion(of: id) == nil
        else { return draft.replying(.done) }
        let waiting = brief.tasks.compactMap { state.tasks[$0] }.filter { $0.state == .ready }
        guard let first = waiting.first else { return draft.replying(.done) }
        var draft = draft
        let escalation = EscalationID(draft.next)
        draft.add(
            .escalationRaised(
                raised(facts, origin: .budget, agent: first.agent, token: nil, draft.time)),
            brief: id, task: first.id, attempt: first.attempts)
        for task in waiting {
            draft.add(
                .taskBlocked(escalation), brief: id, task: task.id, attempt: task.attempts)
        }
        return draft.replying(.escalation(escalation, isJoined: false, isDuplicate: false))
    }

    /// The open question about the brief's budget.
    func budgetQuestion(of brief: BriefID) -> EscalationID? {
        state.briefs[brief]?.openEscalations.first { state.escalations[$0]?.origin == .budget }
    }

    /// What the supervisor has asked about an agent and nobody has answered.
    func openQuestion(about agent: AgentName) -> EscalationID? {
        let open = state.escalations.values.filter {
            $0.state == .open && $0.origin == .supervisor && $0.agent == agent
        }
        return open.map(\.id).min()
    }

    /// The supervisor takes its question back: the agent runs well again. Once it is answered
    /// there is nothing to take back.
    func withdraw(_ id: EscalationID, _ draft: Draft) -> Decision {
        guard let escalation = state.escalations[id] else {
            return draft.refusing(.unknownEscalation(id))
        }
        guard escalation.origin == .supervisor else {
            return draft.refusing(.notPermitted(draft.actor, verb: "WITHDRAW"))
        }
        guard escalation.state == .open else { return draft.replying(.done) }
        var draft = draft
        draft.add(.escalationWithdrawn(id))
        return draft.replying(.done)
    }

    func raised(
        _ facts: EscalationFacts, origin: EscalationOrigin, agent: AgentName, token: Token?,
        cost: Int? = nil, _ time: Instant
    ) -> EscalationRaised {
        EscalationRaised(
            origin: origin, agent: agent, severity: facts.severity, options: facts.options,
            recommended: facts.recommended, key: facts.key,
            deadline: facts.deadline.map { time + $0 }, token: token, cost: cost,
            match: facts.match, parts: facts.parts)
    }

    private func openEscalation(key: String?, brief: BriefID?) -> EscalationID? {
        guard let key, let brief = brief.flatMap({ state.briefs[$0] }) else { return nil }
        // The gate's question has options that only a rejected delivery can have.
        return brief.openEscalations.first {
            state.escalations[$0]?.key == key && state.escalations[$0]?.origin == .task
        }
    }

    private func problems(of facts: EscalationFacts, mayAccept: Bool) -> [EscalationProblem] {
        var problems: [EscalationProblem] = []
        if facts.options.count < 2 { problems.append(.tooFewOptions(facts.options.count)) }
        var known: Set<String> = []
        for option in facts.options {
            if !known.insert(option.id).inserted { problems.append(.repeatedOption(option.id)) }
            if option.id == "revise", option.effect != .revise {
                problems.append(.reservedOption(option.id))
            }
            if option.effect == .accept, !mayAccept {
                problems.append(.acceptOutsideGate(option.id))
            }
        }
        if !known.contains(facts.recommended) {
            problems.append(.recommendedUnknown(facts.recommended))
        }
        return problems
    }

    // MARK: Answers

    func answer(_ request: AnswerRequest, _ draft: Draft) -> Decision {
        guard let escalation = state.escalations[request.escalation] else {
            return draft.refusing(.unknownEscalation(request.escalation))
        }
        switch escalation.state {
        case .withdrawn: return draft.refusing(.withdrawn(escalation.id))
        case .answered:
            // The same choice by the same person is the same answer, whatever reason stands beside
            // it; a revision is what it says.
            guard let first = escalation.answer, first.actor == draft.actor,
                first.option == request.option,
                first.effect != .revise || first.match == request.match
            else { return draft.refusing(.alreadyAnswered(escalation.id)) }
            return draft.replying(.answered(escalation.id, isDuplicate: true))
        case .open: break
        }
        let effect: EffectKind
        if let option = escalation.options.first(where: { $0.id == request.option }) {
            effect = option.effect
        } else if request.option == "revise" {
            effect = .revise
        } else {
            return draft.refusing(.unknownOption(escalation.id, request.option))
        }
        var draft = draft
        draft.add(
            .escalationAnswered(
                EscalationAnswered(
                    escalation: escalation.id, option: request.option, effect: effect,
                    match: request.match, parts: request.parts)),
            brief: escalation.brief, task: escalation.tasks.first)
        if escalation.origin == .budget, effect == .cancel, let brief = escalation.brief {
            // Without a budget nothing of the brief may go on, not only what has come to wait.
            addCancellation(of: brief, &draft)
            return draft.replying(.answered(escalation.id, isDuplicate: false))
        }
        for id in escalation.tasks where state.isBlocked(id, by: escalation.id) {
            guard let task = state.tasks[id] else { continue }
            follow(effect, of: escalation.id, task, &draft)
        }
        return draft.replying(.answered(escalation.id, isDuplicate: false))
    }

    /// What the chosen option does to one task that waited for it.
    private func follow(
        _ effect: EffectKind, of escalation: EscalationID, _ task: TaskRecord, _ draft: inout Draft
    ) {
        switch effect {
        case .accept:
            draft.add(
                .taskAccepted(.exception), brief: task.brief, task: task.id, attempt: task.attempts)
        case .cancel:
            draft.add(
                .taskCancelled(.answer), brief: task.brief, task: task.id, attempt: task.attempts)
        case .patch, .revise, .none:
            draft.add(
                .taskUnblocked(escalation), brief: task.brief, task: task.id, attempt: task.attempts
            )
        }
    }

    func notified(_ escalation: EscalationID, _ status: Int, _ draft: Draft) -> Decision {
        guard let record = state.escalations[escalation] else {
            return draft.refusing(.unknownEscalation(escalation))
        }
        var draft = draft
        // Exit statuses and signals are small numbers; anything else is a mistake of the caller's.
        let status = min(max(status, -1 << 31), 1 << 31)
        draft.add(
            .escalationNotified(escalation, status: status), brief: record.brief,
            task: record.tasks.first)
        return draft.replying(.done)
    }
}
