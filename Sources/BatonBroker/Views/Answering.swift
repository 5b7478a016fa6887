// From what the loop wants said to the message that leaves: looks things up, makes packets, puts in
// the number of durable events on which the reply stands.

package import BatonCore
import BatonJournal
package import BatonWire
import Crypto
import JSON

/// Made once a turn, after the commit.
package struct Answering {
    private let loop: BrokerLoop
    private let records: any Records
    private let cache: DocumentCache
    private let moment: Moment
    private let process: ProcessFactsForStatus

    package init(
        loop: BrokerLoop, records: any Records, cache: DocumentCache, moment: Moment,
        process: ProcessFactsForStatus
    ) {
        self.loop = loop
        self.records = records
        self.cache = cache
        self.moment = moment
        self.process = process
    }

    /// The message and its addressee; nil when there is nothing to say any more.
    package func message(for outgoing: Outgoing) throws(RecordsFault) -> (RoutingID, Message)? {
        switch outgoing {
        case .reply(let route, let id, let header, let body):
            return (route, ok(id, header, body: body))
        case .refusal(let route, let id, let refusal):
            return (route, refusal.reply(to: id, seq: records.head))
        case .assignment(let route, let attempt):
            var builder = PacketBuilder(state: loop.core.state, records: records, cache: cache)
            guard let message = try builder.assignment(attempt, at: moment) else { return nil }
            return (route, message)
        case .view(let route, let id, let request):
            return (route, try view(request, id))
        }
    }

    private func ok(_ id: Int64, _ header: JSONObject = JSONObject(), body: [[UInt8]] = [])
        -> Message
    {
        var whole = JSONObject()
        whole["re"] = .integer(id)
        whole["seq"] = .integer(Int64(records.head))
        for (key, value) in header.members { whole[key] = value }
        return Message(.ok, whole, body: body)
    }

    private func refused(_ id: Int64, _ refusal: Refusal) -> Message {
        refusal.reply(to: id, seq: records.head)
    }

    // MARK: Views

    private func view(_ request: ViewRequest, _ id: Int64) throws(RecordsFault) -> Message {
        let views = Views(core: loop.core, records: records, cache: cache, moment: moment)
        switch request {
        case .status:
            let status = StatusView(
                views: views, counters: loop.counters, process: process,
                wireLimits: loop.wireLimits,
                contentLimits: loop.contentLimits)
            return ok(id, body: [try status.json().encoded()])
        case .list(let query):
            let page = try views.list(query)
            return ok(
                id, JSONObject([("more", .bool(page.more))]),
                body: [JSONValue.array(page.rows).encoded()])
        case .brief(let brief):
            return found(id, try views.showBrief(brief), Refusal(.unknownBrief(brief)))
        case .task(let task):
            return found(id, try views.showTask(task), Refusal(.unknownTask(task)))
        case .escalation(let escalation):
            return found(
                id, try views.showEscalation(escalation), Refusal(.unknownEscalation(escalation)))
        case .agent(let agent):
            return found(id, try views.showAgent(agent), Refusal(Rejection.unknownAgent(agent)))
        case .firstAnswer(let escalation):
            var refusal = Refusal(.alreadyAnswered(escalation))
            if let answer = loop.core.state.escalations[escalation]?.answer {
                refusal.document = try views.answerView(answer)
            }
            return refused(id, refusal)
        case .document(let name, let offset, let reader, let isAgent):
            return try document(name, offset: offset, reader: isAgent ? reader : nil, id)
        }
    }

    private func found(_ id: Int64, _ view: JSONValue?, _ refusal: Refusal) -> Message {
        guard let view else { return refused(id, refusal) }
        return ok(id, body: [view.encoded()])
    }

    // MARK: Documents

    private func document(
        _ name: PartName, offset: Int, reader: SessionID?, _ id: Int64
    ) throws(RecordsFault) -> Message {
        guard let (event, part) = try place(of: name) else {
            return refused(id, Refusal(.unknownDocument, "there is no such document"))
        }
        if let reader, !mayRead(event, reader) {
            return refused(
                id, Refusal(.notPermitted, "the document belongs to none of this agent's leases"))
        }
        guard let payload = try records.payload(of: event.seq, part: part.name) else {
            return refused(
                id, Refusal(.payloadErased, "part \(part.name) of event \(event.seq) was erased"))
        }
        let chunk = Array(payload.body.dropFirst(offset).prefix(loop.wireLimits.chunkBytesMax))
        return ok(
            id,
            JSONObject([
                ("size", .integer(Int64(payload.body.count))), ("offset", .integer(Int64(offset))),
                ("media_type", .string(part.mediaType)), ("name", .string(part.name)),
                ("digest", .string(part.digest.hex)), ("salt", .string(Hex.encode(payload.salt))),
            ]), body: [chunk])
    }

    private func place(of name: PartName) throws(RecordsFault) -> (Event, Part)? {
        switch name {
        case .digest(let digest):
            guard let seq = try records.find(.digest(digest)).first,
                let event = try records.event(seq),
                let part = event.parts.first(where: { $0.digest.hex == digest })
            else { return nil }
            return (event, part)
        case .place(let seq, let partName):
            guard let event = try records.event(seq),
                let part = event.parts.first(where: { $0.name == partName })
            else { return nil }
            return (event, part)
        }
    }

    /// An agent reads what its leases name: its briefs, the cards, its tasks. One whose session has
    /// ended since it asked holds no lease.
    private func mayRead(_ event: Event, _ reader: SessionID) -> Bool {
        guard let session = loop.core.sessions[reader] else { return false }
        let held = session.held.compactMap { loop.core.state.tasks[$0] }
        return held.contains { task in
            if let brief = task.brief {
                if event.brief == brief { return true }
                if loop.core.state.briefs[brief]?.documents.contains(event.seq) == true {
                    return true
                }
            }
            return event.task == task.id || (event.task != nil && event.task == task.subject)
                || (event.type == .agentRegistered && task.kind == .plan)
        }
    }
}
