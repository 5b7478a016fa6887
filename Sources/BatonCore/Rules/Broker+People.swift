// What people do to running work: cancel, retry, redrive, discard, pause, resume.

extension Broker {
    func cancel(_ id: BriefID, _ draft: Draft) -> Decision {
        guard state.briefs[id] != nil else {
            guard let finished = state.finishedBriefs[id] else {
                return draft.refusing(.unknownBrief(id))
            }
            return finished.state == .cancelled
                ? draft.replying(.cancelled(tasks: 0))
                : draft.refusing(.wrongBriefState(id, finished.state))
        }
        var draft = draft
        let count = addCancellation(of: id, &draft)
        return draft.replying(.cancelled(tasks: count))
    }

    /// Cancels every open task of a brief and returns how many there were.
    @discardableResult
    func addCancellation(of id: BriefID, _ draft: inout Draft) -> Int {
        let tasks = state.briefs[id]?.tasks.compactMap { state.tasks[$0] } ?? []
        let open = tasks.filter { !$0.state.isEnded }
        for task in open {
            draft.add(.taskCancelled(.brief), brief: id, task: task.id, attempt: task.attempts)
        }
        return open.count
    }

    func cancel(_ id: TaskID, _ draft: Draft) -> Decision {
        guard let task = state.tasks[id] else {
            return refuseEnded(id, allowing: .cancelled, draft)
        }
        guard !task.state.isEnded else { return refuseEnded(id, allowing: .cancelled, draft) }
        guard task.kind != .review else { return draft.refusing(.wrongState(id, task.state)) }
        var draft = draft
        draft.add(.taskCancelled(.requested), brief: task.brief, task: id, attempt: task.attempts)
        return draft.replying(.cancelled(tasks: 1))
    }

    /// Ends a backoff now.
    func retry(_ id: TaskID, _ draft: Draft) -> Decision {
        guard let task = state.tasks[id] else { return refuseEnded(id, allowing: nil, draft) }
        switch task.state {
        case .ready, .leased: return draft.replying(.done)
        case .backoff:
            var draft = draft
            draft.add(.taskRetried, brief: task.brief, task: id, attempt: task.attempts)
            return draft.replying(.done)
        case .waiting, .delivered, .blocked, .dead, .accepted, .cancelled, .discarded:
            return draft.refusing(.wrongState(id, task.state))
        }
    }

    func redrive(_ id: TaskID, _ draft: Draft) -> Decision {
        guard let task = state.tasks[id] else { return refuseEnded(id, allowing: nil, draft) }
        guard task.state == .dead else { return draft.refusing(.wrongState(id, task.state)) }
        var draft = draft
        // Whoever sends a task round again after its deadline wants it done late.
        let deadline = task.deadline.flatMap { $0 > draft.moment.wall ? $0 : nil }
        draft.add(
            .taskRedriven(deadline: deadline), brief: task.brief, task: id, attempt: task.attempts)
        return draft.replying(.done)
    }

    func discard(_ id: TaskID, _ draft: Draft) -> Decision {
        guard let task = state.tasks[id] else {
            return refuseEnded(id, allowing: .discarded, draft)
        }
        guard task.state == .dead else { return refuseEnded(id, allowing: .discarded, draft) }
        var draft = draft
        draft.add(.taskDiscarded, brief: task.brief, task: id, attempt: task.attempts)
        return draft.replying(.done)
    }

    /// A repeated request finds the state it asked for; any other finds the wrong one.
    private func refuseEnded(_ id: TaskID, allowing state: TaskState?, _ draft: Draft) -> Decision {
        guard let found = self.state.tasks[id]?.state ?? self.state.finishedTasks[id]?.state else {
            return draft.refusing(.unknownTask(id))
        }
        guard found == state else { return draft.refusing(.wrongState(id, found)) }
        return draft.replying(found == .cancelled ? .cancelled(tasks: 0) : .done)
    }

    func pause(_ agent: AgentName, _ draft: Draft) -> Decision {
        guard let known = state.agents[agent] else { return draft.refusing(.unknownAgent(agent)) }
        guard !known.isPaused else { return draft.replying(.done) }
        var draft = draft
        draft.add(.queuePaused(agent))
        return draft.replying(.done)
    }

    func resume(_ agent: AgentName, _ draft: Draft) -> Decision {
        guard let known = state.agents[agent] else { return draft.refusing(.unknownAgent(agent)) }
        guard known.isPaused else { return draft.replying(.done) }
        var draft = draft
        draft.add(.queueResumed(agent))
        return draft.replying(.done)
    }
}
