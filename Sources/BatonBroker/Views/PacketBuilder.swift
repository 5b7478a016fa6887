// The handoff packet of a lease: what the journal knows about the task, gathered and given to the
// pure assembler. The same lease gives the same packet at any time.

import BatonBrief
import BatonCore
import BatonJournal
import BatonWire
import Crypto
import JSON

struct PacketBuilder {
    let state: State
    let records: any Records
    let cache: DocumentCache
    /// Which event names a part, gathered on the way.
    private var places: [String: UInt64] = [:]

    init(state: State, records: any Records, cache: DocumentCache) {
        self.state = state
        self.records = records
        self.cache = cache
    }

    /// The ASSIGN message of a lease; nil when the lease is over already.
    mutating func assignment(_ attempt: Attempt, at moment: Moment) throws(RecordsFault) -> Message?
    {
        guard let task = state.tasks[attempt.task], let lease = task.lease,
            lease.token == attempt.token
        else { return nil }
        let facts = try facts(of: task, at: lease.since)
        let packet = PacketAssembler.assemble(facts)
        var bodies: [UInt8] = []
        for part in packet.inlineParts { bodies += try body(of: part) }
        var header = JSONObject()
        header["task"] = .id(task.id)
        header["token"] = .integer(Int64(lease.token.number))
        header["kind"] = .string(task.kind.rawValue)
        header["agent"] = .string(task.agent.text)
        header["brief"] = task.brief.map { .id($0) }
        header["attempt"] = .integer(Int64(task.attempts))
        header["lease_ms"] = .milliseconds(lease.until - lease.since)
        header["attempt_timeout_ms"] = .milliseconds(lease.attemptUntil - lease.since)
        header["silence_timeout_ms"] = .milliseconds(task.silenceTimeout)
        header["deadline_us"] = task.deadline.map { .instant($0) }
        return Message(.assign, header, body: [packet.document.encoded(), bodies])
    }

    private func body(of part: PacketPart) throws(RecordsFault) -> [UInt8] {
        guard let seq = places[part.digestHex] else {
            preconditionFailure("part \(part.name) comes from no event")
        }
        let payloads = try records.payloads(of: seq)
        guard let payload = payloads.first(where: { Hex.encode($0.digest.bytes) == part.digestHex })
        else {
            throw RecordsFault("event \(seq) has lost the payload of part \(part.name)")
        }
        return payload.body
    }

    /// The parts of an event, remembered by their place.
    private mutating func references(of seq: UInt64) throws(RecordsFault) -> [PartReference] {
        let references = try records.parts(of: seq).map(PartReference.init(part:))
        for reference in references { places[reference.digestHex] = seq }
        return references
    }

    // MARK: Facts

    private mutating func facts(of task: TaskRecord, at time: Instant) throws(RecordsFault)
        -> PacketFacts
    {
        let brief = task.brief.flatMap { state.briefs[$0] }
        let entry = try cache.entry(task, in: brief)
        var facts = PacketFacts(
            task: PacketFacts.LeasedTask(
                id: task.id.description, kind: kind(of: task), agent: task.agent.text,
                title: try cache.title(of: task, in: brief, state: state),
                instructions: entry?["instructions"]?.stringValue ?? "", attempt: task.attempts,
                rejections: task.rejections),
            briefID: task.brief?.description, sentAt: Timestamp.text(time),
            brief: try brief.flatMapThrowing(cache.brief))
        facts.plannedTask = entry
        facts.route = try brief.flatMapThrowing(cache.plan)?["route"]
        facts.answers = try answers(brief?.answers ?? task.answers)
        if let brief { facts.decisions = try decisions(of: brief, before: task) }
        // Whoever reviews a close has to see that it says of the gates what is so.
        let reviewed = task.subject.flatMap { state.tasks[$0] }
        if task.kind == .close || reviewed?.kind == .close, let brief {
            facts.gates = try GateView(records: records).rows(
                of: brief, plan: try cache.plan(brief), before: task.lease?.event)
        }
        facts.upstream = try upstream(of: task)
        if let verdict = task.verdict {
            facts.findings =
                try cache.document(Deliverables.verdictName, of: verdict)?["findings"]?.arrayValue
                ?? []
        }
        if task.kind == .plan { facts.agents = try agents() }
        if task.kind == .review { facts.subject = try subject(of: task, brief) }
        if let brief { facts.artifacts = try artifacts(of: brief) }
        if task.kind == .direct { try addSubmitted(task, to: &facts) }
        if task.kind == .review, let subject = task.subject.flatMap({ state.tasks[$0] }),
            subject.kind == .direct
        {
            // Without its author's inputs a reviewer could recompute nothing.
            try addSubmitted(subject, to: &facts)
        }
        return facts
    }

    private func kind(of task: TaskRecord) -> TaskKindName {
        guard let kind = TaskKindName(rawValue: task.kind.rawValue) else {
            preconditionFailure("kind \(task.kind) has no name in packets")
        }
        return kind
    }

    private func answers(_ ids: [EscalationID]) throws(RecordsFault) -> [PacketFacts.Answered] {
        var answers: [PacketFacts.Answered] = []
        for id in ids {
            guard let escalation = state.escalations[id], let answer = escalation.answer else {
                continue
            }
            answers.append(
                PacketFacts.Answered(
                    escalationID: id.description,
                    escalation: try cache.document("escalation.json", of: id.number) ?? [:],
                    answer: try cache.document("answer.json", of: answer.event)
                        ?? ["option": .string(answer.option)],
                    by: answer.actor.text, at: Timestamp.text(answer.time)))
        }
        return answers
    }

    /// What was decided before the lease was granted: the same lease gives the same packet.
    private func decisions(
        of brief: BriefRecord, before task: TaskRecord
    ) throws(RecordsFault) -> [JSONValue] {
        let lease = Int64(task.lease?.event ?? .max)
        return try DecisionLog(records: records).entries(of: brief.id).filter {
            ($0["seq"]?.integerValue ?? 0) < lease
        }
    }

    private mutating func upstream(of task: TaskRecord) throws(RecordsFault) -> [PacketFacts
        .Upstream]
    {
        var upstream: [PacketFacts.Upstream] = []
        for id in task.depends {
            guard let dependency = state.tasks[id], let delivery = dependency.delivery else {
                continue
            }
            let brief = dependency.brief.flatMap { state.briefs[$0] }
            upstream.append(
                PacketFacts.Upstream(
                    task: id.description, agent: dependency.agent.text,
                    title: try cache.title(of: dependency, in: brief, state: state),
                    acceptedBy: (dependency.accepted ?? .verdict).rawValue,
                    dependsOn: dependency.depends.map(\.description),
                    parts: try references(of: delivery.event)))
        }
        return upstream
    }

    private mutating func subject(
        of review: TaskRecord, _ brief: BriefRecord?
    ) throws(RecordsFault) -> PacketFacts.Subject? {
        guard let subject = review.subject.flatMap({ state.tasks[$0] }),
            let delivery = subject.delivery
        else { return nil }
        let entry = try cache.entry(subject, in: brief)
        // The inputs that the author had: the answers given before its lease was.
        let since = try records.event(delivery.event)?.cause ?? delivery.event
        let known = (brief?.answers ?? subject.answers).filter {
            (state.escalations[$0]?.answer?.event).map { $0 < since } ?? false
        }
        return PacketFacts.Subject(
            task: subject.id.description, agent: subject.agent.text, attempt: subject.attempts,
            title: try cache.title(of: subject, in: brief, state: state),
            instructions: entry?["instructions"]?.stringValue ?? "",
            parts: try references(of: delivery.event), plannedTask: entry,
            answers: try answers(known))
    }

    private mutating func agents() throws(RecordsFault) -> [PacketFacts.RegisteredAgent] {
        var agents: [PacketFacts.RegisteredAgent] = []
        for agent in state.agents.values.sorted(by: { $0.name < $1.name }) where agent.isRegistered
        {
            guard let card = try references(of: agent.card).first else { continue }
            agents.append(PacketFacts.RegisteredAgent(id: agent.name.text, card: card))
        }
        return agents
    }

    private mutating func artifacts(of brief: BriefRecord) throws(RecordsFault) -> [PartReference] {
        let named = try cache.brief(brief.id)?["artifacts"]?.arrayValue ?? []
        var artifacts: [PartReference] = []
        for (place, event) in brief.documents.enumerated() {
            guard var reference = try references(of: event).first else { continue }
            if named.indices.contains(place) {
                let artifact = named[place]
                reference.name = artifact["name"]?.stringValue ?? reference.name
                reference.mediaType = artifact["media_type"]?.stringValue ?? reference.mediaType
            }
            artifacts.append(reference)
        }
        return artifacts
    }

    private mutating func addSubmitted(
        _ task: TaskRecord, to facts: inout PacketFacts
    ) throws(RecordsFault) {
        facts.submitted = try references(of: task.id.number)
        facts.submittedDocument = try records.submittedDocument(of: task.id)
    }
}

extension PartReference {
    init(part: Part) {
        self.init(
            name: part.name, mediaType: part.mediaType, size: part.size, digestHex: part.digest.hex)
    }
}

extension Optional where Wrapped == BriefRecord {
    func flatMapThrowing(
        _ read: (BriefRecord) throws(RecordsFault) -> JSONValue?
    ) throws(RecordsFault) -> JSONValue? {
        guard let self else { return nil }
        return try read(self)
    }
}

extension DocumentCache {
    func brief(_ brief: BriefRecord) throws(RecordsFault) -> JSONValue? { try self.brief(brief.id) }
}
