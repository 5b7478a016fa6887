// What must hold after every command, whatever came before. Violations are texts, so that a failing
// seed tells what broke.

import BatonCore

struct Invariants {
    let state: State
    let broker: Broker
    let moment: Moment

    init(_ bench: Bench) {
        state = bench.state
        broker = bench.broker
        moment = bench.moment
    }

    func violations() -> [String] {
        var found: [String] = []
        checkTasks(&found)
        checkBriefs(&found)
        checkEscalations(&found)
        checkAgents(&found)
        checkSessions(&found)
        checkTimers(&found)
        return found
    }

    private func checkTasks(_ found: inout [String]) {
        for (id, task) in state.tasks {
            let isLeased = task.state == .leased
            if isLeased != (task.lease != nil) {
                found.append("\(id) is \(task.state), its lease is not")
            }
            if isLeased != state.leased.contains(id) {
                found.append("\(id) is missing among the leased")
            }
            if task.failures > task.attemptsMax {
                found.append("\(id) failed \(task.failures) times")
            }
            if task.failures == task.attemptsMax, task.state != .dead, !task.state.isEnded {
                found.append("\(id) is \(task.state) after its last failure")
            }
            let unmet = task.depends.filter { state.tasks[$0]?.state != .accepted }
            if task.waitingFor != unmet.count { found.append("\(id) waits for \(task.waitingFor)") }
            switch task.state {
            case .waiting:
                if unmet.isEmpty, task.notBefore.map({ $0 <= state.wallAtLeast }) ?? true {
                    found.append("\(id) waits for nothing")
                }
            case .ready, .leased, .delivered, .blocked, .backoff, .accepted:
                if !unmet.isEmpty { found.append("\(id) is \(task.state) before \(unmet)") }
            case .dead, .cancelled, .discarded: break
            }
            checkWaiting(task, &found)
        }
        if state.leased.contains(where: { state.tasks[$0] == nil }) { found.append("a lost lease") }
    }

    private func checkWaiting(_ task: TaskRecord, _ found: inout [String]) {
        switch task.state {
        case .delivered:
            let review = task.review.flatMap { state.tasks[$0] }
            if task.isReviewed, review?.state.isEnded ?? true || review?.state == .dead {
                found.append("\(task.id) is delivered and nobody judges it")
            }
            if !task.isReviewed { found.append("\(task.id) is delivered and not accepted") }
        case .blocked:
            let question = task.escalation.flatMap { state.escalations[$0] }
            if question?.state != .open || question?.tasks.contains(task.id) != true {
                found.append("\(task.id) is blocked by nothing")
            }
        case .backoff:
            if task.until == nil { found.append("\(task.id) waits for ever") }
        case .dead:
            if task.death == nil { found.append("\(task.id) is dead without a reason") }
        case .cancelled, .discarded:
            let dependants = task.dependants.compactMap { state.tasks[$0] }
            if dependants.contains(where: { !$0.state.isEnded }) {
                found.append("\(task.id) is \(task.state), its dependants go on")
            }
            if task.brief == nil { found.append("\(task.id) is over and still in memory") }
        case .accepted:
            if task.brief == nil { found.append("\(task.id) is accepted and still in memory") }
        case .waiting, .ready, .leased: break
        }
        if task.kind == .review, !task.state.isEnded, task.state != .dead {
            let subject = task.subject.flatMap { state.tasks[$0] }
            if subject?.state != .delivered || subject?.review != task.id {
                found.append("\(task.id) judges what is not delivered")
            }
        }
        if task.kind == .review, task.state == .leased,
            let author = task.subject.flatMap({ state.tasks[$0]?.delivery?.author }),
            author == task.lease?.holder
        {
            found.append("\(task.id) is judged by its author \(author)")
        }
    }

    private func checkBriefs(_ found: inout [String]) {
        for (id, brief) in state.briefs {
            let tasks = brief.tasks.compactMap { state.tasks[$0] }
            if tasks.count != brief.tasks.count { found.append("\(id) lost a task") }
            if tasks.isEmpty { found.append("\(id) has no plan") }
            for state in TaskState.allCases {
                let count = tasks.count { $0.state == state }
                if brief.counts[state] != count { found.append("\(id) counts \(state) wrong") }
            }
            let timed = tasks.count {
                $0.state == .waiting && $0.notBefore != nil && $0.waitingFor == 0
            }
            if brief.counts.timed != timed { found.append("\(id) counts timed wrong") }
            if state.derivedState(of: brief) != brief.state {
                found.append("\(id) is \(state.derivedState(of: brief)), on record \(brief.state)")
            }
            let asks = brief.openEscalations.count { state.escalations[$0]?.origin == .budget }
            if asks > 1 { found.append("\(id) was asked about twice") }
            if brief.state.isEnded { found.append("\(id) is over and still in memory") }
        }
        if state.tasks.values.contains(where: { $0.brief.map { state.briefs[$0] == nil } ?? false })
        {
            found.append("a task outlived its brief")
        }
        let bytes =
            state.briefs.values.reduce(0) { $0 + $1.bytes }
            + state.tasks.values.reduce(0) { $0 + Int($1.bytes) }
        if state.queuedBytes != bytes { found.append("queued bytes counted wrong") }
        let unplanned = state.briefs.values.count { $0.plan == nil }
        if state.unplannedBriefs != unplanned { found.append("unplanned briefs counted wrong") }
    }

    private func checkEscalations(_ found: inout [String]) {
        for (id, escalation) in state.escalations where escalation.state == .open {
            let waiting = escalation.tasks.filter {
                state.tasks[$0]?.state == .blocked && state.tasks[$0]?.escalation == id
            }
            if escalation.origin != .supervisor, waiting.isEmpty {
                found.append("\(id) is open and nobody waits for it")
            }
            if let brief = escalation.brief,
                state.briefs[brief]?.openEscalations.contains(id) != true
            {
                found.append("\(id) is open, its brief does not know")
            }
        }
    }

    private func checkAgents(_ found: inout [String]) {
        for (name, agent) in state.agents {
            let own = state.tasks.values.filter { $0.agent == name }
            if agent.leased != own.count(where: { $0.state == .leased }) {
                found.append("\(name) counts its leases wrong")
            }
            if state.readyCount(of: name) != own.count(where: { $0.state == .ready }) {
                found.append("\(name) counts its queue wrong")
            }
            switch agent.circuit {
            case .probeFailed, .probePassed: found.append("\(name)'s circuit was left half way")
            case .probing(let task):
                if state.tasks[task]?.state != .leased {
                    found.append("\(name) probes with nothing")
                }
            case .closed:
                if agent.failing.count >= broker.limits.circuitFailuresMax {
                    found.append("\(name)'s circuit should be open")
                }
            case .open: break
            }
        }
    }

    private func checkSessions(_ found: inout [String]) {
        for (id, session) in broker.sessions.all {
            for task in session.held {
                if state.tasks[task]?.lease == nil {
                    found.append("\(id) holds \(task) without a lease")
                }
                if broker.sessions.holder(of: task) != id {
                    found.append("\(task) has two holders")
                }
            }
            if session.held.count > max(session.credit, 0), session.agent == nil {
                found.append("a client holds leases")
            }
            guard let name = session.agent, let agent = state.agents[name] else { continue }
            // Work, credit and right: what can be assigned is.
            let allowed =
                agent.isRegistered && !agent.isPaused && agent.circuit == .closed
                && agent.leased < agent.leasesMax ?? .max && session.hasCredit
                && broker.nextLease(of: name).map { $0 <= moment.now } ?? true
            if allowed, let task = assignable(to: session, of: name) {
                found.append("\(task) is ready and \(id) of \(name) has nothing to do")
            }
        }
    }

    private func assignable(to session: Session, of agent: AgentName) -> TaskID? {
        state.tasks.values.first { task in
            guard task.state == .ready, task.agent == agent else { return false }
            let author = task.subject.flatMap { state.tasks[$0]?.delivery?.author }
            return author != session.actor
        }?.id
    }

    private func checkTimers(_ found: inout [String]) {
        let next = broker.nextDeadline(at: moment)
        let isTimed = state.tasks.values.contains { task in
            task.state == .leased || task.state == .backoff
                || (task.deadline != nil && !task.state.isEnded && task.state != .dead)
        }
        if isTimed, next == nil { found.append("something is due and the core sleeps for ever") }
        for task in state.tasks.values {
            let due: Instant? =
                switch task.state {
                case .leased: task.lease.map { max($0.until, $0.attemptUntil) }
                case .backoff: task.until
                default: nil
                }
            if let due, let next, next > due {
                found.append("\(task.id) is due before the core wakes")
            }
        }
    }
}

extension State {
    /// The wall clock as last recorded, less what it may have moved unrecorded.
    fileprivate var wallAtLeast: Instant {
        Instant(microseconds: time.microseconds + clockOffset - 1_000_000)
    }
}
