// New work: briefs, direct tasks, attachments, and the cards of those who do it.

extension Broker {
    func create(_ body: JournalCreated, _ draft: Draft) -> Decision {
        precondition(state.head == 0, "a journal is created once")
        var draft = draft
        draft.add(.journalCreated(body))
        return draft.replying(.done)
    }

    func submit(_ submission: BriefSubmission, _ draft: Draft) -> Decision {
        let known = state.keys[submission.key.fingerprint]
        if let known, case .brief(let brief) = known.subject,
            known.match == submission.match.fingerprint
        {
            return draft.replying(.brief(brief, isDuplicate: true))
        }
        let places = submission.documents.map { state.documents[$0] }
        let missing = places.indices.filter { places[$0] == nil }
        guard missing.isEmpty else { return draft.refusing(.unknownDocuments(missing)) }
        if let known { return draft.refusing(.keyReused(existing: known.subject.number)) }
        let problems = self.problems(
            priority: submission.priority, notBefore: submission.notBefore,
            deadline: submission.deadline, draft.moment)
        guard problems.isEmpty else { return draft.refusing(.badTask(problems)) }
        if let rejection = capacity(for: submission.parts, draft) {
            return draft.refusing(rejection)
        }

        var draft = draft
        let brief = BriefID(draft.next)
        draft.add(
            .briefSubmitted(
                BriefSubmitted(
                    key: submission.key, match: submission.match, priority: submission.priority,
                    notBefore: submission.notBefore, deadline: submission.deadline,
                    budget: submission.budget, documents: places.compactMap { $0 },
                    parts: submission.parts)),
            brief: brief)
        let orchestrator = state.agents[.orchestrator]
        let task = TaskID(draft.next)
        draft.add(
            .taskCreated(
                TaskCreated(
                    kind: .plan, agent: .orchestrator, priority: submission.priority,
                    notBefore: submission.notBefore, deadline: submission.deadline,
                    attemptTimeout: orchestrator?.attemptTimeout ?? limits.attemptTimeout,
                    silenceTimeout: orchestrator?.silenceTimeout ?? limits.silenceTimeout,
                    attemptsMax: limits.attemptsMax, rejectionsMax: limits.rejectionsMax)),
            brief: brief, task: task)
        return draft.replying(.brief(brief, isDuplicate: false))
    }

    func submit(_ submission: TaskSubmission, _ draft: Draft) -> Decision {
        let known = state.keys[submission.key.fingerprint]
        if let known, case .task(let task) = known.subject,
            known.match == submission.match.fingerprint
        {
            return draft.replying(.task(task, isDuplicate: true))
        }
        guard let agent = state.agents[submission.agent], agent.isRegistered else {
            return draft.refusing(.unknownAgent(submission.agent))
        }
        if let known { return draft.refusing(.keyReused(existing: known.subject.number)) }
        let problems = self.problems(
            priority: submission.priority, notBefore: submission.notBefore,
            deadline: submission.deadline, draft.moment)
        guard problems.isEmpty else { return draft.refusing(.badTask(problems)) }
        if let rejection = capacity(for: submission.parts, draft) {
            return draft.refusing(rejection)
        }

        var draft = draft
        let task = TaskID(draft.next)
        draft.add(
            .taskCreated(
                TaskCreated(
                    kind: .direct, agent: agent.name, priority: submission.priority,
                    gates: agent.isReviewed ? [.review] : [],
                    key: submission.key, match: submission.match,
                    notBefore: submission.notBefore, deadline: submission.deadline,
                    attemptTimeout: submission.attemptTimeout ?? agent.attemptTimeout
                        ?? limits.attemptTimeout,
                    silenceTimeout: submission.silenceTimeout ?? agent.silenceTimeout
                        ?? limits.silenceTimeout,
                    attemptsMax: limits.attemptsMax, rejectionsMax: limits.rejectionsMax,
                    parts: submission.parts)),
            task: task)
        return draft.replying(.task(task, isDuplicate: false))
    }

    /// Only new submissions meet the queue's limits; what accepted work brings has its reserve. The
    /// submitter's rate comes last: what is refused takes nothing from it.
    private func capacity(for parts: [Part], _ draft: Draft) -> Rejection? {
        let admitted = state.admittedTasks(reservePerBrief: limits.reservePerBrief)
        if admitted >= limits.queuedTasksMax {
            return .overloaded(.queuedTasksMax, limit: limits.queuedTasksMax, value: admitted)
        }
        // What could never be taken is not worth another try.
        if parts.bytes > limits.queuedBytesMax {
            return .limitReached(
                .queuedBytesMax, limit: limits.queuedBytesMax, value: parts.bytes)
        }
        let bytes = state.queuedBytes + parts.bytes
        if bytes > limits.queuedBytesMax {
            return .overloaded(.queuedBytesMax, limit: limits.queuedBytesMax, value: bytes)
        }
        let rate = limits.submissionsPerMinuteMax
        guard rate > 0,
            let wait = sessions.submitters.wait(
                of: draft.actor.provenIdentity, perMinute: rate, burst: limits.submissionsBurstMax,
                at: draft.time)
        else { return nil }
        return .rateExceeded(.submissionsPerMinuteMax, limit: rate, wait: wait)
    }

    private func problems(
        priority: Int, notBefore: Instant?, deadline: Instant?, _ moment: Moment
    ) -> [TaskProblem] {
        var problems: [TaskProblem] = []
        if !(0...limits.priorityMax).contains(priority) {
            problems.append(.priorityOutOfRange(limit: limits.priorityMax, value: priority))
        }
        if let deadline, deadline <= moment.wall { problems.append(.deadlinePassed) }
        if [notBefore, deadline].contains(where: { $0.map { $0 > .latest } ?? false }) {
            problems.append(.timeTooLate)
        }
        return problems
    }

    func put(_ body: DocumentPut, _ draft: Draft) -> Decision {
        if let known = state.documents[body.content] { return draft.replying(.document(known)) }
        var draft = draft
        let place = draft.next
        draft.add(.documentPut(body))
        return draft.replying(.document(place))
    }

    func register(_ body: AgentRegistered, _ draft: Draft) -> Decision {
        if let known = state.agents[body.agent], known.isRegistered, known.cardMatch != nil,
            known.cardMatch == body.parts.first?.match
        {
            return draft.replying(.registered(body.agent, isChanged: false))
        }
        if state.agents[body.agent] == nil, state.agents.count >= limits.agentsMax {
            return draft.refusing(
                .limitReached(.agentsMax, limit: limits.agentsMax, value: state.agents.count))
        }
        var body = body
        // More than any broker has sessions for means no limit; less than one, nothing at all.
        body.leasesMax = body.leasesMax.map {
            min(max($0, 1), limits.sessionsMax * limits.leasesPerSessionMax)
        }
        var draft = draft
        draft.add(.agentRegistered(body))
        return draft.replying(.registered(body.agent, isChanged: true))
    }

    func withdraw(_ agent: AgentName, _ draft: Draft) -> Decision {
        guard let known = state.agents[agent] else { return draft.refusing(.unknownAgent(agent)) }
        guard known.isRegistered else { return draft.replying(.done) }
        var draft = draft
        draft.add(.agentWithdrawn(agent))
        // Whether its process stays up is nobody's question any more.
        if let question = openQuestion(about: agent) { draft.add(.escalationWithdrawn(question)) }
        return draft.replying(.done)
    }
}

extension KeyRecord.Subject {
    var number: UInt64 {
        switch self {
        case .brief(let brief): brief.number
        case .task(let task): task.number
        }
    }
}
