// Briefs, agents and circuits in the model (lifecycle.md §3 and §5).

import JSON

extension AuditModel {
    // MARK: Briefs

    mutating func judgeBrief(_ event: LeafFacts) {
        guard let id = event.brief else { return complain("\(event.type) names no brief") }
        touched.insert(id)
        if event.type == "brief.submitted" {
            briefs[id] = BriefFacts(
                id: id, event: event.seq, budget: event.integer("budget_attempts"))
            if id != "b-\(event.seq)" { complain("\(id) was made by event \(event.seq)") }
            owed[id] = "its plan"
            return takeKey(event)
        }
        guard let brief = briefs[id] else { return complain("\(event.type) of unknown \(id)") }
        let state = event.type == "brief.resumed" ? "running" : String(event.type.dropFirst(6))
        if ["done", "cancelled"].contains(brief.state) {
            complain("\(id) is \(brief.state) and becomes \(state)")
        }
        if brief.state == state { complain("\(id) becomes \(state) once more") }
        briefs[id]?.state = state
    }

    /// Nobody who works on a brief attests its gates.
    mutating func judgeEvidence(_ event: LeafFacts) {
        guard let id = event.brief, let brief = briefs[id], let gate = event.text("gate") else {
            return complain("evidence for nothing")
        }
        let words = event.actor.split(separator: "/")
        if words.count > 1, words[words.count - 2] == "agent", let role = words.last,
            brief.tasks.contains(where: { tasks[$0]?.agent == String(role) })
        {
            complain("\(event.actor) attests \(gate) of \(id), on which it works")
        }
        briefs[id]?.gates[gate] = event.flag("passed")
    }

    /// The first that matches, as lifecycle.md §3 has it.
    func derivedState(of brief: BriefFacts) -> String {
        let own = brief.tasks.compactMap { tasks[$0] }
        let close = brief.close.flatMap { tasks[$0] }
        if close?.place == .accepted { return "done" }
        let deciding = close ?? own.first { $0.kind == "plan" }
        let isOpen = own.contains { !$0.place.isFinal && $0.place != .dead }
        if deciding?.place == .cancelled || deciding?.place == .discarded, !isOpen {
            return "cancelled"
        }
        let isMoving = own.contains { task in
            switch task.place {
            case .ready, .leased, .backoff: true
            case .waiting:
                task.notBefore != nil
                    && task.depends.allSatisfy { tasks[$0]?.place == .accepted }
            case .delivered, .accepted, .blocked, .dead, .cancelled, .discarded: false
            }
        }
        if isMoving { return "running" }
        let isAsked = own.contains { task in
            task.escalation.flatMap { escalations[$0]?.state } == "open"
        }
        if isAsked { return "blocked" }
        return own.contains { $0.place == .dead } ? "dead" : "running"
    }

    // MARK: Agents

    mutating func judgeAgent(_ event: LeafFacts) {
        guard let name = event.text("agent") else {
            return complain("\(event.type) names no agent")
        }
        var agent = agents[name] ?? AgentFacts()
        switch event.type {
        case "agent.registered":
            agent.isRegistered = true
            agent.leasesMax = event.integer("leases_max")
        case "agent.withdrawn":
            if !agent.isRegistered { complain("\(name) was withdrawn twice") }
            agent.isRegistered = false
        case "queue.paused": agent.isPaused = true
        case "queue.resumed": agent.isPaused = false
        case "circuit.opened":
            if agent.openUntil == nil, agent.failing.count < bounds.circuitFailuresMax {
                complain("\(name)'s circuit opened after \(agent.failing.count) failures")
            }
            if agent.openUntil != nil, !agent.probeFailed {
                complain("\(name)'s circuit opened again without a failed probe")
            }
            agent.openUntil = event.integer("probe")
            agent.probe = nil
            agent.probeFailed = false
        case "circuit.closed":
            if !agent.probePassed { complain("\(name)'s circuit closed without a probe") }
            agent.openUntil = nil
            agent.probe = nil
            agent.probePassed = false
            agent.failing = []
        default: complain("type \(event.type) is in no document")
        }
        agents[name] = agent
        owed["\(name) circuit"] = nil
    }

    /// A failure or an expiry counts for the circuit, a permanent failure only ends a probe.
    mutating func probeFails(_ task: TaskFacts, isPermanent: Bool) {
        guard var agent = agents[task.agent] else { return }
        if agent.probe == task.id {
            agent.probe = nil
            if !isPermanent {
                agent.probeFailed = true
                owed["\(task.agent) circuit"] = "circuit.opened"
            }
        } else if agent.openUntil == nil, !isPermanent {
            agent.failing.insert(task.id)
            if agent.failing.count >= bounds.circuitFailuresMax {
                owed["\(task.agent) circuit"] = "circuit.opened"
            }
        }
        agents[task.agent] = agent
    }

    /// A delivery or a question passes the probe and breaks the row; `nil`: nothing was learned.
    mutating func probeEnds(_ task: TaskFacts, passed: Bool?) {
        guard var agent = agents[task.agent] else { return }
        if passed == true, agent.openUntil == nil { agent.failing = [] }
        if agent.probe == task.id {
            agent.probe = nil
            if passed == true {
                agent.probePassed = true
                owed["\(task.agent) circuit"] = "circuit.closed"
            }
        }
        agents[task.agent] = agent
    }
}
