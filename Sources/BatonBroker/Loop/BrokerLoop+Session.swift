// Sessions on the wire: HELLO, BEAT, CREDIT, BYE (wire.md §4.1).

import BatonCore
import BatonWire
import JSON
import PlainText

extension BrokerLoop {
    mutating func hello(
        _ message: Message, _ id: Int64, _ route: RoutingID, _ identity: TransportIdentity,
        at moment: Moment
    ) {
        do {
            try open(message, id, route, identity, at: moment)
        } catch {
            refuse(route, id, error)
        }
    }

    private mutating func open(
        _ message: Message, _ id: Int64, _ route: RoutingID, _ identity: TransportIdentity,
        at moment: Moment
    ) throws(Refusal) {
        guard message.integer("version") == 1 else {
            throw Refusal(
                .versionUnsupported,
                "this broker speaks version 1; the peer asked for "
                    + (message.header["version"]?.encodedText ?? "none"))
        }
        let role = try grantedRole(message, identity, at: moment)
        let instance = message.text("instance") ?? ""
        guard instance.utf8.count <= 128, role.agent == nil || !instance.isEmpty else {
            throw Refusal(.malformed, "a worker needs an \"instance\" of 1 to 128 bytes")
        }
        let leases = try attempts(message.texts("leases") ?? [])
        let isNew = peers[route]?.identity.actor != identity.actor
        if isNew { drop(route, releasing: false, at: moment) }
        let peer = peer(route, identity)
        if let agent = role.agent {
            dropSeat(of: agent, instance, actor: role.actor, except: route, at: moment)
        }
        let hello = Broker.Hello(
            session: peer.session, actor: role.actor, agent: role.agent, instance: instance,
            credit: Int(clamping: message.integer("credit") ?? 0), leases: leases,
            processID: identity.processID)
        switch core.open(hello, at: moment) {
        case .failure(let refusal):
            // A session that was open before keeps what it had.
            if isNew { drop(route, releasing: false, at: moment) }
            throw Refusal(refusal)
        case .success(let opened):
            keep(opened.events, at: moment)
            var header = JSONObject()
            header["actor"] = .string(role.actor.text)
            header["origin"] = .string(core.state.origin ?? "")
            header["heartbeat_ms"] = .milliseconds(core.limits.heartbeatPeriod)
            header["lease_ms"] = .milliseconds(core.limits.leasePeriod)
            header["session_ms"] = .milliseconds(core.limits.sessionPeriod)
            header["lost"] = .array(
                opened.lost.map { .string("\($0.task) \($0.token.number)") })
            say(to: route, id, header)
        }
    }

    /// Ends what is left of an earlier connection of the same instance: nothing that is sent there
    /// arrives any more, so a task leased to it would only wait for its lease to run out.
    private mutating func dropSeat(
        of agent: AgentName, _ instance: String, actor: ActorName, except route: RoutingID,
        at moment: Moment
    ) {
        for id in core.sessions.sessions(of: agent) {
            guard core.sessions[id]?.instance == instance, core.sessions[id]?.actor == actor
            else { continue }
            guard let other = self.route(of: id), other != route else { continue }
            drop(other, releasing: false, at: moment)
        }
    }

    /// The actor and agent that a HELLO may have: a token's role is fixed, a person takes any.
    private mutating func grantedRole(
        _ message: Message, _ identity: TransportIdentity, at moment: Moment
    ) throws(Refusal) -> (actor: ActorName, agent: AgentName?) {
        guard let wanted = message.text("agent").map(AgentName.init) else {
            return (identity.actor, nil)
        }
        switch identity.actor.kind {
        case .agent where identity.actor.role == wanted: return (identity.actor, wanted)
        case .person: return (identity.actor.taking(role: wanted), wanted)
        case .agent, .supervisor, .broker, .bareWorker:
            keep(
                core.recordRefusal(
                    verb: "HELLO", subject: wanted.text.prefix(bytes: 128), code: "not_permitted",
                    actor: identity.actor, at: moment), at: moment)
            throw Refusal(
                .notPermitted, "\(identity.actor) may not take the role of \(wanted)")
        }
    }

    /// `t-18 4711`: a task and its token.
    private func attempts(_ texts: [String]) throws(Refusal) -> [Attempt] {
        var attempts: [Attempt] = []
        for text in texts {
            let words = text.split(separator: " ")
            guard words.count == 2, let task = TaskID(text: String(words[0])),
                let token = UInt64(words[1])
            else {
                throw Refusal(
                    .malformed, "\"leases\" holds \"\(text.prefix(bytes: 64))\", not TASK TOKEN")
            }
            attempts.append(Attempt(task: task, token: Token(token)))
        }
        return attempts
    }

    mutating func beat(_ request: Request) throws(Refusal) {
        var beats: [Beat] = []
        if let body = request.message.body.first {
            guard body.count <= wireLimits.controlBytesMax,
                let entries = (try? JSONValue(parsing: body))?.arrayValue
            else { throw Refusal(.malformed, "the body of BEAT is no JSON array") }
            for entry in entries { beats.append(try beat(from: entry)) }
        }
        let states = core.beat(beats, from: request.session.id, at: request.moment)
        let answer = zip(beats, states).map { beat, state -> JSONValue in
            var line: JSONValue = [
                "task": .string(beat.attempt.task.description),
                "token": .integer(Int64(beat.attempt.token.number)),
                "state": .string(state.rawValue),
            ]
            if state == .held, let until = core.sessions.extensions[beat.attempt.task]?.until {
                line["until_us"] = .integer(until.microseconds)
            }
            return line
        }
        say(request, body: beats.isEmpty ? [] : [JSONValue.array(answer).encoded()])
    }

    private func beat(from entry: JSONValue) throws(Refusal) -> Beat {
        guard let task = entry["task"]?.stringValue.flatMap(TaskID.init(text:)),
            let token = entry["token"]?.integerValue.flatMap({ UInt64(exactly: $0) })
        else { throw Refusal(.malformed, "a line of BEAT needs \"task\" and \"token\"") }
        let percent = entry["percent"]?.integerValue.map { Int(clamping: min(max($0, 0), 100)) }
        let message = entry["message"]?.stringValue.map { $0.prefix(bytes: 256) }
        return Beat(
            attempt: Attempt(task: task, token: Token(token)),
            isProgress: percent != nil || message != nil || entry["output"]?.boolValue == true,
            percent: percent, message: message)
    }

    mutating func setCredit(_ request: Request) throws(Refusal) {
        let credit = try request.integer("credit")
        guard credit >= 0 else { throw request.malformed("\"credit\" \(credit) is negative") }
        keep(
            core.setCredit(Int(clamping: credit), of: request.session.id, at: request.moment),
            at: request.moment)
        say(request)
    }

    mutating func bye(_ request: Request) {
        say(request)
        drop(request.route, releasing: true, at: request.moment)
    }
}

extension Refusal {
    init(_ refusal: SessionRefusal) {
        switch refusal {
        case .unknownAgent(let agent):
            self.init(
                .unknownAgent, "agent \(agent) is not registered; REGISTER its card first")
        case .tooManySessions(let limit):
            self.init(
                .overloaded, "sessions_max of \(limit) is reached", retryAfterMilliseconds: 1_000)
        }
    }
}

extension JSONValue {
    static func milliseconds(_ duration: Duration) -> JSONValue {
        .integer(duration.wholeMicroseconds / 1_000)
    }

    static func id(_ identifier: some Identifier) -> JSONValue { .string(identifier.description) }

    static func instant(_ instant: Instant) -> JSONValue { .integer(instant.microseconds) }
}
