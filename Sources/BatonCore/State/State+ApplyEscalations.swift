// The meaning of the events of an escalation: raised, joined, raised again, answered, withdrawn,
// and what becomes of the tasks that wait for it.

extension State {
    // Each is the meaning of the one event that it is named after.

    mutating func applyRaised(_ body: EscalationRaised, _ event: Event) {
        let id = EscalationID(event.seq)
        escalations[id] = EscalationRecord(
            id: id, brief: event.brief, origin: body.origin, agent: body.agent,
            options: body.options,
            recommended: body.recommended, key: body.key, raised: event.time,
            severity: body.severity, askers: [event.actor], tasks: [], deadline: body.deadline)
        if let brief = event.brief {
            update(brief) { $0.openEscalations.append(id) }
            look(at: brief)
        }
        if let task = event.task, body.token != nil {
            addCost(body.cost, event)
            endAttempt(task, .escalated, match: body.match, to: .blocked, escalation: id)
            note(task, failed: false)
        }
        if let deadline = body.deadline { wake(at: deadline, for: .escalation(id)) }
    }

    mutating func applyJoined(_ body: EscalationJoined, _ event: Event) {
        update(body.escalation) { $0.askers.append(event.actor) }
        addCost(body.cost, event)
        endAttempt(
            event.namedTask, .escalated, match: body.match, to: .blocked,
            escalation: body.escalation)
        note(event.namedTask, failed: false)
    }

    mutating func applyBlocked(_ escalation: EscalationID, _ event: Event) {
        let id = event.namedTask
        // One that was sent round again while its brief's budget is asked about comes twice.
        update(escalation) { if !$0.tasks.contains(id) { $0.tasks.append(id) } }
        update(id) { $0.escalation = escalation }
        setState(id, .blocked)
    }

    /// The answer sends the task back to work; after the gate's question it may be rejected anew.
    mutating func applyUnblocked(_ escalation: EscalationID, _ event: Event) {
        let isGate = update(escalation) { $0.origin } == .gate
        update(event.namedTask) { task in
            task.escalation = nil
            if isGate { task.rejections = 0 }
        }
        setState(event.namedTask, .ready)
    }

    mutating func applyRaisedAgain(_ body: EscalationRaisedAgain) {
        update(body.escalation) { escalation in
            escalation.severity = body.severity
            escalation.raisedAgain = body.times
            escalation.deadline = body.deadline
        }
        if let deadline = body.deadline { wake(at: deadline, for: .escalation(body.escalation)) }
    }

    mutating func applyAnswered(_ body: EscalationAnswered, _ event: Event) {
        let answer = AnswerRecord(
            event: event.seq, time: event.time, actor: event.actor, option: body.option,
            effect: body.effect, match: body.match)
        let (brief, waiting, origin) = update(body.escalation) { escalation in
            escalation.answer = answer
            return (escalation.brief, escalation.tasks, escalation.origin)
        }
        let isBudget = origin == .budget
        if let brief {
            update(brief) { brief in
                if isBudget, body.effect != .cancel { brief.usedBefore = brief.used }
                // That the work may go on changes nothing that its agents compute with.
                if !isBudget || body.effect != .none { brief.answers.append(body.escalation) }
            }
        } else {
            for task in waiting where tasks[task] != nil {
                update(task) { $0.answers.append(body.escalation) }
            }
        }
        close(body.escalation, .answered)
    }

    mutating func close(_ id: EscalationID, _ state: EscalationState) {
        let (brief, waiting) = update(id) { escalation in
            escalation.state = state
            escalation.deadline = nil
            return (escalation.brief, escalation.tasks)
        }
        indexes.timers.cancel(.escalation(id))
        for task in waiting where state == .withdrawn && tasks[task]?.escalation == id {
            update(task) { $0.escalation = nil }
            forgetIfSettled(task)
        }
        guard let brief, briefs[brief] != nil else { return }
        update(brief) { $0.openEscalations.removeAll { $0 == id } }
        look(at: brief)
    }
}
