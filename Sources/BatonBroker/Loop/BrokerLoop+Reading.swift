// What people read: STATUS, LIST, SHOW, GET (wire.md §4.5; the tail is in BrokerLoop+Tails.swift).
// The answer is made after the commit, so it never shows what is not on disk.

import BatonCore
import BatonWire
import JSON

extension BrokerLoop {
    mutating func view(_ request: Request) throws(Refusal) {
        try requireReader(request)
        switch request.message.verb {
        case .status: show(request, .status)
        case .list: show(request, .list(try listQuery(request)))
        default: show(request, try shown(request))
        }
    }

    /// People and the supervisor read everything; an agent reads what its leases name.
    mutating func requireReader(_ request: Request) throws(Refusal) {
        guard request.actor.kind == .agent else { return }
        throw notPermitted(request, subject: "")
    }

    /// Refuses what such an actor may never say, before anybody looks at what came with it.
    mutating func requireRight(_ request: Request) throws(Refusal) {
        guard !Broker.mayEver(request.actor.kind, request.message.verb.rawValue) else { return }
        let named = ["task", "brief", "escalation", "agent"].lazy.compactMap(request.message.text)
        throw notPermitted(request, subject: String((named.first ?? "").prefix(128)))
    }

    /// Records a refusal of right that is decided before the core sees a command.
    private mutating func notPermitted(_ request: Request, subject: String) -> Refusal {
        let verb = request.message.verb.rawValue
        keep(
            core.recordRefusal(
                verb: verb, subject: subject, code: "not_permitted", actor: request.actor,
                at: request.moment), at: request.moment)
        return Refusal(.notPermitted, "\(request.actor) may not \(verb)")
    }

    private func listQuery(_ request: Request) throws(Refusal) -> ListQuery {
        guard let subject = ListQuery.Subject(rawValue: try request.text("what")) else {
            throw request.malformed("\"what\" is one of briefs, tasks, escalations, dead, agents")
        }
        let limit = request.message.integer("limit") ?? 100
        guard (1...1_000).contains(limit) else {
            throw request.malformed("\"limit\" \(limit) is not between 1 and 1,000")
        }
        var query = ListQuery(subject: subject, limit: Int(limit))
        if request.message.header["brief"] != nil { query.brief = try request.brief() }
        if request.message.header["agent"] != nil { query.agent = try request.agent() }
        query.state = request.message.text("state")
        if let before = request.message.text("before") {
            guard let number = before.split(separator: "-").last.flatMap({ UInt64($0) }) else {
                throw request.malformed("\"before\" is no id")
            }
            query.before = number
        }
        return query
    }

    private func shown(_ request: Request) throws(Refusal) -> ViewRequest {
        let header = request.message.header
        if header["brief"] != nil { return .brief(try request.brief()) }
        if header["task"] != nil { return .task(try request.task()) }
        if header["escalation"] != nil { return .escalation(try request.escalation()) }
        if header["agent"] != nil { return .agent(try request.agent()) }
        throw request.malformed("SHOW needs one of brief, task, escalation, agent")
    }

    mutating func get(_ request: Request) throws(Refusal) {
        let name: PartName
        if let digest = request.message.text("digest") {
            name = .digest(digest)
        } else {
            guard let event = UInt64(exactly: try request.integer("event_seq")) else {
                throw request.malformed("\"event_seq\" is negative")
            }
            name = .place(event: event, part: try request.text("part"))
        }
        let offset = request.message.integer("offset") ?? 0
        guard offset >= 0 else { throw request.malformed("\"offset\" \(offset) is negative") }
        show(
            request,
            .document(
                name, offset: Int(clamping: offset), reader: request.session.id,
                isAgent: request.actor.kind == .agent))
    }
}
