// What people read: STATUS, LIST, SHOW, GET, and the tail (wire.md §4.5). The answer is made after
// the commit, so it never shows what is not on disk.

package import BatonCore
import BatonWire
import JSON

/// Where a tail stands.
package struct TailCursor: Sendable {
    package let id: Int64
    package var next: UInt64
    /// Bytes that may still be sent.
    package var credit: Int
    package let follows: Bool
    package let joinsPayload: Bool
    package let filter: TailFilter
    /// When something was last sent, to show that silence is not death.
    package var lastSent: Instant
    /// The number of filtered events before the end to begin with; nil: the place is known.
    package var last: Int?
    /// How far back the search for that place has come: events from here on hold `lastFound`.
    package var searchedDownTo: UInt64?
    package var lastFound = 0
    /// Up to where the reader has been told that all was looked at.
    package var reported: UInt64
}

package struct TailFilter: Hashable, Sendable {
    package var brief: BriefID?
    package var task: TaskID?
    package var agent: AgentName?
    /// An exact type, or a prefix that ends in a dot.
    package var type: String?

    package var isEmpty: Bool { brief == nil && task == nil && agent == nil && type == nil }
}

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
    private mutating func requireReader(_ request: Request) throws(Refusal) {
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

    // MARK: Tail

    mutating func tail(_ request: Request) throws(Refusal) {
        try requireReader(request)
        let message = request.message
        guard let credit = message.integer("credit"), credit > 0 else {
            throw request.malformed("\"credit\" in bytes is missing or not positive")
        }
        guard (peers[request.route]?.tails.count ?? 0) < 16 else {
            throw Refusal(.limitReached, "tails_per_session_max of 16 is reached")
        }
        var filter = TailFilter(type: message.text("type"))
        if message.header["brief"] != nil { filter.brief = try request.brief() }
        if message.header["task"] != nil { filter.task = try request.task() }
        if message.header["agent"] != nil { filter.agent = try request.agent() }
        let head = core.state.head
        let since = message.integer("since").map { UInt64(clamping: $0) }
        let last = message.integer("last").map { Int(clamping: max($0, 0)) }
        let next = min(since ?? head, head)
        let cursor = TailCursor(
            id: request.id, next: next,
            credit: min(Int(clamping: credit), contentLimits.tailCreditBytesMax),
            follows: message.flag("follow") ?? false,
            joinsPayload: message.flag("payload") ?? false, filter: filter,
            lastSent: request.moment.now, last: since == nil ? last : nil, reported: next)
        peers[request.route]?.tails[request.id] = cursor
        say(request, JSONObject([("next", .integer(Int64(cursor.next)))]))
    }

    mutating func more(_ request: Request) {
        guard let id = request.message.integer("tail"),
            let credit = request.message.integer("credit")
        else { return }
        guard let before = peers[request.route]?.tails[id]?.credit else { return }
        peers[request.route]?.tails[id]?.credit = min(
            before + Int(clamping: min(max(credit, 0), Int64(contentLimits.tailCreditBytesMax))),
            contentLimits.tailCreditBytesMax)
    }

    mutating func stopTail(_ request: Request) throws(Refusal) {
        peers[request.route]?.tails[try request.integer("tail")] = nil
        say(request)
    }

    /// All tails in a fixed order, for the driver to serve.
    package var tails: [(route: RoutingID, cursor: TailCursor)] {
        peers.filter { !$0.value.tails.isEmpty }
            .sorted { $0.value.session < $1.value.session }
            .flatMap { route, peer in
                peer.tails.values.sorted { $0.id < $1.id }.map { (route, $0) }
            }
    }

    /// Stores how far a tail came; nil ends it.
    package mutating func setTail(_ id: Int64, of route: RoutingID, to cursor: TailCursor?) {
        peers[route]?.tails[id] = cursor
    }
}
