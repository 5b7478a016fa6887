// What STATUS, LIST and SHOW answer, as JSON objects; their members are listed in events.md,
// "Views". They are made after the commit, from the state and the committed records.

import BatonBrief
import BatonCore
import BatonWire
import JSON

struct Views {
    let core: Broker
    let records: any Records
    let cache: DocumentCache
    let moment: Moment

    var state: State { core.state }

    // MARK: Lists

    func list(_ query: ListQuery) throws(RecordsFault) -> (rows: [JSONValue], more: Bool) {
        switch query.subject {
        case .briefs: return try briefs(query)
        case .tasks: return try tasks(query)
        case .escalations: return try escalations(query)
        case .dead: return try dead(query)
        case .agents:
            return (agentNames.map { agentRow($0) }, false)
        }
    }

    private func page<ID: Identifier>(
        _ ids: [ID], _ query: ListQuery, _ row: (ID) throws(RecordsFault) -> JSONValue?
    ) throws(RecordsFault) -> (rows: [JSONValue], more: Bool) {
        var rows: [JSONValue] = []
        for id in ids {
            if let before = query.before, id.number >= before { continue }
            guard let row = try row(id) else { continue }
            if rows.count == query.limit { return (rows, true) }
            rows.append(row)
        }
        return (rows, false)
    }

    private func briefs(_ query: ListQuery) throws(RecordsFault) -> (rows: [JSONValue], more: Bool)
    {
        let ids = (Array(state.briefs.keys) + Array(state.finishedBriefs.keys)).sorted(by: >)
        return try page(ids, query) { id throws(RecordsFault) in
            let state = self.state.briefs[id]?.state ?? self.state.finishedBriefs[id]?.state
            guard query.state == nil || state?.rawValue == query.state else { return nil }
            return try briefRow(id)
        }
    }

    /// Open tasks; with a brief, all of that brief.
    private func tasks(_ query: ListQuery) throws(RecordsFault) -> (rows: [JSONValue], more: Bool) {
        var source = state
        if let brief = query.brief, state.finishedBriefs[brief] != nil {
            source = try History(records: records).fold(brief)
        }
        let found = source.tasks.values.filter { task in
            (query.brief == nil || task.brief == query.brief)
                && (query.agent == nil || task.agent == query.agent)
                && (query.state == nil || task.state.rawValue == query.state)
                && (query.brief != nil || query.state != nil || !task.state.isEnded)
        }
        return try page(found.map(\.id).sorted(by: >), query) { id throws(RecordsFault) in
            guard let task = source.tasks[id] else { return nil }
            return try taskRow(task, in: source)
        }
    }

    private func escalations(
        _ query: ListQuery
    ) throws(RecordsFault) -> (rows: [JSONValue], more: Bool) {
        let wanted = query.state ?? EscalationState.open.rawValue
        var ids = Array(state.escalations.keys)
        // Those of finished briefs have left memory; they are looked up when asked for.
        if wanted != EscalationState.open.rawValue {
            ids += try records.find(.type(.escalationRaised)).map { EscalationID($0) }
        }
        return try page(Set(ids).sorted(), query) { id throws(RecordsFault) in
            guard let row = try escalationRow(id) else { return nil }
            let isWanted =
                (query.brief == nil || row["brief"]?.stringValue == query.brief?.description)
                && (query.agent == nil || row["agent"]?.stringValue == query.agent?.text)
                && (wanted == "all" || row["state"]?.stringValue == wanted)
            // Not `? :`, where nil would be JSON's null.
            if isWanted { return row }
            return nil
        }
    }

    private func dead(_ query: ListQuery) throws(RecordsFault) -> (rows: [JSONValue], more: Bool) {
        let found = state.tasks.values.filter { task in
            task.state == .dead && (query.brief == nil || task.brief == query.brief)
                && (query.agent == nil || task.agent == query.agent)
        }
        return try page(found.map(\.id).sorted(), query) { id throws(RecordsFault) in
            guard let task = state.tasks[id] else { return nil }
            return try taskRow(task, in: state)
        }
    }

    /// The words of the newest failure or expiry; of a delivery that was refused too often, those
    /// of its last verdict.
    private func lastError(of task: TaskRecord) throws(RecordsFault) -> JSONValue? {
        if let seq = task.lastFailure, let event = try records.event(seq) {
            return try Story(records: records).message(of: event).map { .string($0) }
        }
        guard let verdict = task.verdict,
            let document = try cache.document(Deliverables.verdictName, of: verdict)
        else { return nil }
        let findings = document["findings"]?.arrayValue ?? []
        guard let first = findings.first?["message"]?.stringValue else { return nil }
        let others = findings.count > 1 ? ", and \(findings.count - 1) more" : ""
        return .string("rejected: \(first)\(others)")
    }

    // MARK: Briefs

    func briefRow(_ id: BriefID) throws(RecordsFault) -> JSONValue? {
        if let brief = state.briefs[id] { return try briefRow(brief, in: state) }
        guard state.finishedBriefs[id] != nil else { return nil }
        let past = try History(records: records).fold(id)
        guard let brief = past.briefs[id] else { return nil }
        return try briefRow(brief, in: past, ended: past.time)
    }

    private func briefRow(
        _ brief: BriefRecord, in source: State, ended: Instant? = nil
    ) throws(RecordsFault) -> JSONValue {
        let document = try cache.brief(brief)
        let title = document?["title"]?.stringValue ?? document?["objective"]?.stringValue ?? ""
        var row = JSONObject()
        row["brief"] = .id(brief.id)
        row["title"] = .string(title)
        row["state"] = .string(brief.state.rawValue)
        row["submitted_us"] = .instant(brief.submitted)
        row["ended_us"] = ended.map { .instant($0) }
        row["tasks"] = [
            "total": .integer(Int64(brief.tasks.count)),
            "accepted": .integer(Int64(brief.counts[.accepted])),
        ]
        row["escalations"] = .array(brief.openEscalations.map { .id($0) })
        row["actor"] = .string(brief.actor.text)
        row["priority"] = .integer(Int64(brief.priority))
        row["budget"] = budget(brief)
        row["used"] = [
            "attempts": .integer(Int64(brief.used.attempts)),
            "cost_microusd": .integer(Int64(brief.used.cost)),
        ]
        return .object(row)
    }

    /// The brief's budget with what is left of it; nil where it has none.
    private func budget(_ brief: BriefRecord) -> JSONValue? {
        guard brief.budget != .none else { return nil }
        let use = brief.usedOfBudget
        var budget = JSONObject()
        if let attempts = brief.budget.attempts {
            budget["attempts"] = .integer(Int64(attempts))
            budget["attempts_left"] = .integer(Int64(max(attempts - use.attempts, 0)))
        }
        if let cost = brief.budget.cost {
            budget["cost_microusd"] = .integer(Int64(cost))
            budget["cost_left_microusd"] = .integer(Int64(max(cost - use.cost, 0)))
        }
        return .object(budget)
    }

    func showBrief(_ id: BriefID) throws(RecordsFault) -> JSONValue? {
        let isFinished = state.finishedBriefs[id] != nil
        let source = isFinished ? try History(records: records).fold(id) : state
        guard let brief = source.briefs[id] else { return nil }
        var view = try briefRow(brief, in: source, ended: isFinished ? source.time : nil)
        let document = try cache.brief(brief)
        view["objective"] = document?["objective"]
        view["route"] = try cache.plan(brief)?["route"]
        var tasks: [JSONValue] = []
        var deliverables: [JSONValue] = []
        for id in brief.tasks {
            guard let task = source.tasks[id] else { continue }
            tasks.append(try taskRow(task, in: source))
            guard task.state == .accepted, let delivery = task.delivery else { continue }
            deliverables.append([
                "task": .id(id), "agent": .string(task.agent.text),
                "title": .string(try cache.title(of: task, in: brief, state: source)),
                "kind": .string(task.kind.rawValue), "parts": try parts(of: delivery.event),
            ])
        }
        view["tasks_total"] = view["tasks"]?["total"]
        view["tasks_accepted"] = view["tasks"]?["accepted"]
        view["tasks"] = .array(tasks)
        let asked = state.escalations.values.filter { $0.brief == id }.map(\.id).sorted()
        view["escalations"] = .array(
            try asked.compactMapThrowing { (id) throws(RecordsFault) in
                try escalationView(id, in: source)
            })
        view["answers"] = .array(brief.answers.map { .id($0) })
        view["decisions"] = .array(try DecisionLog(records: records).entries(of: id))
        view["gates"] = .array(
            try GateView(records: records).rows(of: brief, plan: try cache.plan(brief)))
        view["deliverables"] = .array(deliverables)
        return view
    }

    private func parts(of event: UInt64) throws(RecordsFault) -> JSONValue {
        .array(
            try records.parts(of: event).map { part in
                [
                    "name": .string(part.name), "digest": .string(part.digest.hex),
                    "size": .integer(Int64(part.size)), "media_type": .string(part.mediaType),
                ]
            })
    }

    // MARK: Tasks

    func taskRow(_ task: TaskRecord, in source: State) throws(RecordsFault) -> JSONValue {
        let brief = task.brief.flatMap { source.briefs[$0] }
        var row = JSONObject()
        row["task"] = .id(task.id)
        row["brief"] = task.brief.map { .id($0) }
        row["kind"] = .string(task.kind.rawValue)
        row["agent"] = .string(task.agent.text)
        row["title"] = .string(try cache.title(of: task, in: brief, state: source))
        row["state"] = .string(task.state.rawValue)
        row["pending_reason"] = core.pendingReason(of: task, at: moment).map {
            .string($0.rawValue)
        }
        row["attempts"] = .integer(Int64(task.attempts))
        row["rejections"] = .integer(Int64(task.rejections))
        row["failures"] = .integer(Int64(task.failures))
        row["created_us"] = .instant(task.created)
        row["lease"] = task.lease.map { leaseView($0, of: task) }
        row["retry_us"] = task.until.map { .instant($0) }
        row["deadline_us"] = task.deadline.map { .instant($0) }
        row["depends_on"] = .array(task.depends.map { .id($0) })
        row["escalation"] = task.escalation.map { .id($0) }
        row["subject"] = task.subject.map { .id($0) }
        if task.state == .dead {
            row["reason"] = .string((task.death ?? .attempts).rawValue)
            row["died_us"] = task.diedAt.map { .instant($0) }
        }
        if task.state == .dead || task.state == .backoff {
            row["last_error"] = try lastError(of: task)
        }
        return .object(row)
    }

    private func leaseView(_ lease: Lease, of task: TaskRecord) -> JSONValue {
        let known = core.sessions.extensions[task.id]
        var view = JSONObject()
        view["instance"] = .string(lease.instance)
        view["actor"] = .string(lease.holder.text)
        view["token"] = .integer(Int64(lease.token.number))
        view["since_us"] = .instant(lease.since)
        view["until_us"] = .instant(max(lease.until, known?.until ?? lease.until))
        if known?.percent != nil || known?.message != nil {
            var progress = JSONObject()
            progress["percent"] = known?.percent.map { .integer(Int64($0)) }
            progress["message"] = known?.message.map { .string($0) }
            view["progress"] = .object(progress)
        }
        return .object(view)
    }

    func showTask(_ id: TaskID) throws(RecordsFault) -> JSONValue? {
        var source = state
        if state.tasks[id] == nil {
            guard let finished = state.finishedTasks[id] else { return nil }
            let history = History(records: records)
            if let brief = finished.brief {
                source = try history.fold(brief)
            } else {
                source = try history.fold(id)
            }
        }
        guard let task = source.tasks[id] else { return nil }
        var view = try taskRow(task, in: source)
        let seqs = try records.find(.task(id))
        view["story"] = .array(try Story(records: records).lines(seqs))
        if let delivery = task.delivery { view["deliverables"] = try parts(of: delivery.event) }
        if let verdict = task.verdict ?? verdictEvent(of: task, in: source) {
            view["verdict"] = try cache.document(Deliverables.verdictName, of: verdict)
        }
        return view
    }

    private func verdictEvent(of task: TaskRecord, in source: State) -> UInt64? {
        task.review.flatMap { source.tasks[$0]?.delivery?.event }
    }

    // MARK: Escalations

    func escalationRow(_ id: EscalationID) throws(RecordsFault) -> JSONValue? {
        guard let escalation = state.escalations[id] else { return nil }
        let document = try cache.document("escalation.json", of: id.number) ?? [:]
        var row = JSONObject()
        row["escalation"] = .id(id)
        row["state"] = .string(escalation.state.rawValue)
        row["brief"] = escalation.brief.map { .id($0) }
        row["task"] = escalation.tasks.first.map { .id($0) }
        row["tasks"] = .array(escalation.tasks.map { .id($0) })
        row["agent"] = .string(escalation.agent.text)
        row["origin"] = .string(escalation.origin.rawValue)
        row["severity"] = .string(escalation.severity.rawValue)
        let owner = try owner(of: escalation)
        row["owner"] = document["owner"] ?? .string(owner)
        row["raised_us"] = .instant(escalation.raised)
        row["age_ms"] = .milliseconds(moment.now - escalation.raised)
        row["raised_again"] = .integer(Int64(escalation.raisedAgain))
        row["deadline_us"] = escalation.deadline.map { .instant($0) }
        for member in ["blocker", "impact", "options", "recommended", "rationale", "needs", "key"] {
            row[member] = document[member]
        }
        if let answer = escalation.answer { row["answer"] = try answerView(answer) }
        return .object(row)
    }

    private func owner(of escalation: EscalationRecord) throws(RecordsFault) -> String {
        guard let brief = escalation.brief else { return "operator" }
        return try cache.brief(brief)?["owners"]?["escalation"]?.stringValue ?? "operator"
    }

    func answerView(_ answer: AnswerRecord) throws(RecordsFault) -> JSONValue {
        let document = try cache.document("answer.json", of: answer.event) ?? [:]
        var view = JSONObject()
        view["option"] = .string(answer.option)
        view["effect"] = .string(answer.effect.rawValue)
        view["reason"] = document["reason"]
        view["patch"] = document["patch"]
        view["instructions"] = document["instructions"]
        view["by"] = .string(answer.actor.text)
        view["at_us"] = .instant(answer.time)
        return .object(view)
    }

    // MARK: Agents

    var agentNames: [AgentName] { state.agents.keys.sorted() }

    func agentRow(_ name: AgentName) -> JSONValue {
        guard let agent = state.agents[name] else { return .null }
        let sessions = core.sessions.sessions(of: name).compactMap { core.sessions[$0] }
        var row = JSONObject()
        row["agent"] = .string(name.text)
        row["registered"] = .bool(agent.isRegistered)
        row["connected"] = .integer(Int64(sessions.count))
        row["paused"] = .bool(agent.isPaused)
        row["circuit"] = .string(agent.circuit.name)
        row["leased"] = .integer(Int64(agent.leased))
        row["ready"] = .integer(Int64(state.readyCount(of: name)))
        row["review"] = .string(agent.isReviewed ? "required" : "none")
        row["sessions"] = .array(
            sessions.map { session in
                [
                    "instance": .string(session.instance), "actor": .string(session.actor.text),
                    "pid": .integer(Int64(session.processID)),
                    "credit": .integer(Int64(session.credit)),
                    "leases": .array(session.held.map { .id($0) }),
                    "last_seen_us": .instant(session.lastHeard),
                ]
            })
        return .object(row)
    }

    func showAgent(_ name: AgentName) throws(RecordsFault) -> JSONValue? {
        guard let agent = state.agents[name] else { return nil }
        var view = agentRow(name)
        view["card"] = try cache.document("card.json", of: agent.card)
        return view
    }
}

extension Circuit {
    var name: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .probing, .probeFailed, .probePassed: "probing"
        }
    }
}

extension Array {
    func compactMapThrowing(
        _ transform: (Element) throws(RecordsFault) -> JSONValue?
    ) throws(RecordsFault) -> [JSONValue] {
        var result: [JSONValue] = []
        for element in self {
            if let value = try transform(element) { result.append(value) }
        }
        return result
    }
}
