// Sessions as the shell drives them: opened by HELLO, kept by BEAT, closed by BYE, silence or a
// full outbox. What they do to leases goes through the same record as everything else.

extension Broker {
    /// What HELLO asks for.
    package struct Hello: Sendable {
        package var session: SessionID
        package var actor: ActorName
        package var agent: AgentName?
        package var instance: String
        package var credit: Int
        /// What this instance says it still works on.
        package var leases: [Attempt]
        package var processID: Int

        package init(
            session: SessionID, actor: ActorName, agent: AgentName? = nil, instance: String = "",
            credit: Int = 0, leases: [Attempt] = [], processID: Int = 0
        ) {
            self.session = session
            self.actor = actor
            self.agent = agent
            self.instance = instance
            self.credit = credit
            self.leases = leases
            self.processID = processID
        }
    }

    /// Opens or renews a session. Leases on record for its instance that it does not list are
    /// released, uncounted; those that it lists wrongly come back as lost.
    package mutating func open(
        _ hello: Hello, at moment: Moment
    ) -> Result<(lost: [Attempt], events: [Event]), SessionRefusal> {
        if let agent = hello.agent, state.agents[agent]?.isRegistered != true {
            return .failure(.unknownAgent(agent))
        }
        if sessions[hello.session] == nil, sessions.all.count >= limits.sessionsMax {
            return .failure(.tooManySessions(limit: limits.sessionsMax))
        }
        sessions.open(
            hello.session, actor: hello.actor, agent: hello.agent, instance: hello.instance,
            credit: min(max(hello.credit, 0), limits.leasesPerSessionMax),
            processID: hello.processID,
            at: moment.now)
        var events: [Event] = []
        var lost: [Attempt] = []
        releaseOtherRoles(of: hello.session, at: moment, into: &events)
        if let agent = hello.agent {
            for attempt in hello.leases {
                guard let task = state.tasks[attempt.task], task.agent == agent,
                    let lease = task.lease, lease.token == attempt.token,
                    isHolder(hello.actor, of: lease)
                else {
                    lost.append(attempt)
                    continue
                }
                sessions.hold(attempt.task, by: hello.session)
                extend(Beat(attempt: attempt), lease: lease, at: moment)
            }
            releaseUnlisted(hello, agent: agent, at: moment, into: &events)
            withIndexes { $0.agenda.add(agent, cause: nil) }
        }
        settle(at: moment, into: &events)
        return .success((lost, events))
    }

    /// A session that takes another role gives back what it held in the old one.
    private mutating func releaseOtherRoles(
        of session: SessionID, at moment: Moment, into events: inout [Event]
    ) {
        guard let held = sessions[session]?.held, !held.isEmpty else { return }
        for id in held where state.tasks[id]?.agent != sessions[session]?.agent {
            release(id, reason: .session, at: moment, into: &events)
        }
    }

    private mutating func releaseUnlisted(
        _ hello: Hello, agent: AgentName, at moment: Moment, into events: inout [Event]
    ) {
        let listed = Set(hello.leases)
        let unlisted = state.leased.filter { id in
            guard let task = state.tasks[id], task.agent == agent, let lease = task.lease else {
                return false
            }
            return lease.instance == hello.instance && isHolder(hello.actor, of: lease)
                && !listed.contains(Attempt(task: id, token: lease.token))
        }
        for id in unlisted.sorted() { release(id, reason: .unlisted, at: moment, into: &events) }
    }

    /// A heartbeat: extends what it names and says how each stands.
    package mutating func beat(
        _ beats: [Beat], from session: SessionID, at moment: Moment
    ) -> [BeatState] {
        sessions.heard(from: session, at: moment.now)
        let speaker = sessions[session]
        return beats.map { beat in
            guard let task = state.tasks[beat.attempt.task], let lease = task.lease,
                lease.token == beat.attempt.token, let speaker, speaker.agent == task.agent,
                isHolder(speaker.actor, of: lease)
            else {
                return cancelledLeases.removeValue(forKey: beat.attempt) == nil ? .lost : .cancelled
            }
            if sessions.holder(of: task.id) != session { sessions.hold(task.id, by: session) }
            extend(beat, lease: lease, at: moment)
            return .held
        }
    }

    private mutating func extend(_ beat: Beat, lease: Lease, at moment: Moment) {
        sessions.extend(
            beat, until: moment.now + limits.leasePeriod, at: moment.now,
            since: silenceStart(of: lease))
    }

    /// Anything that a peer says keeps its session.
    package mutating func heard(from session: SessionID, at moment: Moment) {
        sessions.heard(from: session, at: moment.now)
    }

    package mutating func setCredit(
        _ credit: Int, of session: SessionID, at moment: Moment
    ) -> [Event] {
        sessions.setCredit(min(max(credit, 0), limits.leasesPerSessionMax), of: session)
        var events: [Event] = []
        if let agent = sessions[session]?.agent { withIndexes { $0.agenda.add(agent, cause: nil) } }
        settle(at: moment, into: &events)
        return events
    }

    /// Ends a session. With `releasing` its leases are given back at once; without, they run out by
    /// themselves, so that a worker that only lost its connection can come back to them.
    package mutating func close(
        _ session: SessionID, releasing: Bool, at moment: Moment
    ) -> [Event] {
        var events: [Event] = []
        let held = sessions.close(session)
        if releasing {
            for id in held { release(id, reason: .session, at: moment, into: &events) }
        }
        settle(at: moment, into: &events)
        return events
    }

    private mutating func release(
        _ id: TaskID, reason: ReleaseReason, at moment: Moment, into events: inout [Event]
    ) {
        guard let task = state.tasks[id], task.lease != nil else { return }
        var draft = Draft(state: state, actor: .broker, moment: moment)
        addRelease(of: task, reason: reason, &draft)
        for event in draft.events { record(event, into: &events) }
    }

    /// When to look for silent sessions next; nil without sessions.
    package func nextSilence(at moment: Moment) -> Instant? {
        sessions.earliestHeard.map { afterQuiet($0 + limits.sessionPeriod, at: moment) }
    }

    /// Sessions that have been silent for too long, judged when the sockets were last empty.
    package func silentSessions(at moment: Moment) -> [SessionID] {
        sessions.all.values.filter { $0.lastHeard + limits.sessionPeriod <= moment.quietSince }
            .map(\.id).sorted()
    }
}

package enum SessionRefusal: Swift.Error, Hashable, Sendable {
    case unknownAgent(AgentName)
    case tooManySessions(limit: Int)
}
