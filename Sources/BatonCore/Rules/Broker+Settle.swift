// What follows from what happened. Every event leaves notes of what to look at; looking asks the
// records whether something is due and makes the events, until nothing is left. A note is a hint:
// looking twice, or in vain, changes nothing.

extension Broker {
    /// After a start whatever had been left to do when the last process ended is looked for again:
    /// a batch may have been cut anywhere between two decisions.
    mutating func lookAtEverything() {
        let tasks = state.tasks.values.filter(\.mayBeUnsettled).map(\.id).sorted()
        let names = state.agents.keys.sorted()
        let briefs = state.briefs.keys.sorted()
        withIndexes { indexes in
            for id in tasks {
                indexes.agenda.add(.dependencies(id), cause: nil)
                indexes.agenda.add(.ending(id), cause: nil)
                indexes.agenda.add(.gate(id), cause: nil)
            }
            for name in names {
                indexes.agenda.add(.circuit(name), cause: nil)
                indexes.agenda.add(name, cause: nil)
            }
            for id in briefs { indexes.agenda.add(id, cause: nil) }
        }
    }

    mutating func settle(at moment: Moment, into events: inout [Event]) {
        while !state.indexes.agenda.isEmpty {
            settleTasks(at: moment, into: &events)
            for (brief, cause) in withIndexes({ $0.agenda.takeBriefs() }) {
                var draft = Draft(state: state, actor: .broker, moment: moment, cause: cause)
                addBriefState(brief, &draft)
                for event in draft.events { record(event, into: &events) }
            }
            for (agent, cause) in withIndexes({ $0.agenda.takeAssignments() }) {
                assign(agent, cause: cause, at: moment, into: &events)
            }
        }
        withState { $0.pruneTimers() }
    }

    private mutating func settleTasks(at moment: Moment, into events: inout [Event]) {
        while true {
            let notes = withIndexes { $0.agenda.takeNotes() }
            if notes.isEmpty { return }
            for note in notes {
                let found = consequences(of: note, at: moment)
                for event in found { record(event, into: &events) }
                // A timer that fired too early is set again.
                if case .timer(let subject) = note.item, found.isEmpty,
                    let next = nextTimer(of: subject, at: moment)
                {
                    withState {
                        $0.wake(at: max(next, moment.now + .milliseconds(1)), for: subject)
                    }
                }
            }
        }
    }

    /// Gives the agent's instances what they can take.
    private mutating func assign(
        _ agent: AgentName, cause: UInt64?, at moment: Moment, into events: inout [Event]
    ) {
        while true {
            var draft = Draft(state: state, actor: .broker, moment: moment, cause: cause)
            let found = addLease(agent, &draft)
            for brief in found.unasked { wantQuestion(about: brief) }
            // The rate alone forbids it: nothing else will tell when it no longer does.
            if let next = found.allowedAt { withState { $0.wake(at: next, for: .agent(agent)) } }
            guard !draft.events.isEmpty else { return }
            for event in draft.events { record(event, into: &events) }
        }
    }

    private func consequences(of note: Agenda.Note, at moment: Moment) -> [Event] {
        var draft = Draft(state: state, actor: .broker, moment: moment, cause: note.cause)
        switch note.item {
        case .dependencies(let id): addReadied(id, &draft)
        case .ending(let id): addEnding(id, &draft)
        case .gate(let id): addReview(of: id, &draft)
        case .circuit(let agent): addCircuit(agent, &draft)
        case .timer(let subject): addTimed(subject, &draft)
        }
        return draft.events
    }

    // MARK: Dependencies and ends

    private func addReadied(_ id: TaskID, _ draft: inout Draft) {
        guard let task = state.tasks[id], task.state == .waiting, task.waitingFor == 0,
            task.notBefore.map({ $0 <= draft.moment.wall }) ?? true
        else { return }
        draft.add(.taskReadied, brief: task.brief, task: id)
    }

    /// What a task takes along when it ends otherwise than accepted.
    private func addEnding(_ id: TaskID, _ draft: inout Draft) {
        guard let task = state.tasks[id], task.state.isEnded || task.state == .dead else { return }
        if let review = task.review.flatMap({ state.tasks[$0] }), !review.state.isEnded,
            task.state != .delivered
        {
            draft.add(.taskCancelled(.dependency), brief: task.brief, task: review.id)
        }
        if let escalation = task.escalation.flatMap({ state.escalations[$0] }),
            escalation.state == .open,
            !escalation.tasks.contains(where: { state.isBlocked($0, by: escalation.id) })
        {
            draft.add(.escalationWithdrawn(escalation.id), brief: task.brief, task: id)
        }
        if task.state == .cancelled || task.state == .discarded {
            for dependant in task.dependants.compactMap({ state.tasks[$0] })
            where !dependant.state.isEnded {
                draft.add(.taskCancelled(.dependency), brief: task.brief, task: dependant.id)
            }
        }
        // A review that cannot be finished takes its subject along, so that nothing waits for ever.
        // It is cancelled alone only by the answer to a question of its own.
        if task.kind == .review, let subject = task.subject.flatMap({ state.tasks[$0] }),
            subject.state == .delivered,
            subject.review == id
        {
            draft.add(
                .taskDead(.reviewFailed), brief: task.brief, task: subject.id,
                attempt: subject.attempts)
        }
    }

    // MARK: The gate

    private func addReview(of id: TaskID, _ draft: inout Draft) {
        guard let task = state.tasks[id], task.state == .delivered, task.isReviewed,
            task.review == nil
        else { return }
        let quality = state.agents[.quality]
        draft.add(
            .taskCreated(
                TaskCreated(
                    kind: .review, agent: .quality, priority: task.priority, subject: id,
                    deadline: task.deadline,
                    attemptTimeout: quality?.attemptTimeout ?? limits.attemptTimeout,
                    silenceTimeout: quality?.silenceTimeout ?? limits.silenceTimeout,
                    attemptsMax: limits.attemptsMax, rejectionsMax: limits.rejectionsMax)),
            brief: task.brief, task: TaskID(draft.next), cause: task.delivery?.event)
    }

    // MARK: Briefs and circuits

    private func addBriefState(_ id: BriefID, _ draft: inout Draft) {
        guard let brief = state.briefs[id] else { return }
        let derived = state.derivedState(of: brief)
        guard derived != brief.state else { return }
        switch derived {
        case .running: draft.add(.briefResumed, brief: id)
        case .blocked: draft.add(.briefBlocked, brief: id)
        case .dead: draft.add(.briefDead, brief: id)
        case .done: draft.add(.briefDone, brief: id)
        case .cancelled: draft.add(.briefCancelled, brief: id)
        }
    }

    private func addCircuit(_ name: AgentName, _ draft: inout Draft) {
        guard let agent = state.agents[name] else { return }
        switch agent.circuit {
        case .open, .probing: break
        case .closed:
            if agent.failing.count >= limits.circuitFailuresMax { addOpening(name, &draft) }
        case .probeFailed: addOpening(name, &draft)
        case .probePassed: draft.add(.circuitClosed(name))
        }
    }

    private func addOpening(_ name: AgentName, _ draft: inout Draft) {
        draft.add(.circuitOpened(name, probe: draft.time + limits.circuitProbeWait))
    }
}
