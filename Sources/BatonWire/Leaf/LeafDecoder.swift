// Reading a leaf back into an event, at a start and for looking things up. An unknown type or
// version is an error of its own: the start stops there, nothing is ever skipped.

package import BatonCore
package import JSON
import PlainText

package enum LeafFault: Error, Hashable, CustomStringConvertible {
    /// A type or version that this program does not know: written by a newer one.
    case unknown(String)
    /// Not a leaf at all.
    case broken(String)

    /// What is quoted may be a whole leaf.
    private static let textBytesMax = 1_024

    package var description: String {
        switch self {
        case .unknown(let what):
            "unknown \(what.prefix(bytes: Self.textBytesMax)): the journal was written by a newer "
                + "version"
        case .broken(let what): "not an event: \(what.prefix(bytes: Self.textBytesMax))"
        }
    }
}

extension Event {
    /// Reads stored bytes.
    package init(leaf bytes: [UInt8]) throws(LeafFault) {
        guard bytes.count <= leafBytesMax else {
            throw .broken("\(bytes.count) bytes exceed leafBytesMax \(leafBytesMax)")
        }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw .broken("\(error)")
        }
        try self.init(leaf: json)
    }

    package init(leaf json: JSONValue) throws(LeafFault) {
        let envelope = LeafReader(json: json)
        let version = try envelope.integer("v")
        guard version == Int64(leafFormat) else { throw .unknown("leaf version \(version)") }
        let typeName = try envelope.string("type")
        guard let type = EventType(rawValue: typeName) else {
            throw .unknown("event type \(typeName)")
        }
        let timeText = try envelope.string("time")
        guard let time = Timestamp.instant(timeText) else { throw .broken("time \(timeText)") }
        self.init(
            seq: try envelope.unsigned("seq"), time: time,
            actor: ActorName(text: try envelope.string("actor")),
            brief: try envelope.optionalID("brief"), task: try envelope.optionalID("task"),
            attempt: try envelope.optionalInteger("attempt").map(Int.init),
            cause: try envelope.optionalUnsigned("cause"),
            body: try Self.body(of: type, LeafReader(json: try envelope.object("data"))))
    }

    private static func body(of type: EventType, _ data: LeafReader) throws(LeafFault) -> Body {
        switch type {
        case .journalCreated:
            .journalCreated(
                JournalCreated(
                    origin: try data.string("origin"), verifierKey: try data.string("key"),
                    format: Int(try data.integer("format")), version: try data.string("version")))
        case .brokerStarted:
            .brokerStarted(
                BrokerStarted(
                    version: try data.string("version"),
                    leasesUntil: try data.instant("leases_until"),
                    settleUntil: try data.instant("settle_until")))
        case .brokerStopped: .brokerStopped(state: try data.digest("state"))
        case .clockStepped: .clockStepped(offset: try data.integer("offset"))
        case .agentRegistered: .agentRegistered(try data.agentRegistered())
        case .agentWithdrawn: .agentWithdrawn(try data.agent("agent"))
        case .documentPut:
            .documentPut(DocumentPut(content: try data.digest("content"), parts: try data.parts()))
        case .briefSubmitted: .briefSubmitted(try data.briefSubmitted())
        case .briefBlocked: .briefBlocked
        case .briefResumed: .briefResumed
        case .briefDone: .briefDone
        case .briefDead: .briefDead
        case .briefCancelled: .briefCancelled
        case .planAccepted: .planAccepted(tasks: Int(try data.integer("tasks")))
        case .taskCreated: .taskCreated(try data.taskCreated())
        case .taskReadied: .taskReadied
        case .taskLeased: .taskLeased(try data.taskLeased())
        case .taskDelivered:
            .taskDelivered(
                TaskDelivered(
                    token: try data.token("token"), match: try data.digest("match"),
                    cost: try data.cost(), parts: try data.parts()))
        case .taskAccepted: .taskAccepted(try data.choice("by"))
        case .taskRejected:
            .taskRejected(
                TaskRejected(
                    rejections: Int(try data.integer("rejections")),
                    verdict: try data.unsigned("verdict")))
        case .taskFailed: .taskFailed(try data.taskFailed())
        case .taskExpired:
            .taskExpired(
                TaskExpired(
                    token: try data.token("token"), reason: try data.choice("reason"),
                    failures: Int(try data.integer("failures")),
                    until: try data.optionalInstant("until")))
        case .taskReleased:
            .taskReleased(
                TaskReleased(
                    token: try data.token("token"), reason: try data.choice("reason"),
                    releases: Int(try data.integer("releases")),
                    failures: Int(try data.integer("failures")),
                    until: try data.optionalInstant("until")))
        case .taskRetried: .taskRetried
        case .taskBlocked: .taskBlocked(try data.id("escalation"))
        case .taskUnblocked: .taskUnblocked(try data.id("escalation"))
        case .taskDead: .taskDead(try data.choice("reason"))
        case .taskRedriven: .taskRedriven(deadline: try data.optionalInstant("deadline"))
        case .taskCancelled: .taskCancelled(try data.choice("reason"))
        case .taskDiscarded: .taskDiscarded
        case .escalationRaised: .escalationRaised(try data.escalationRaised())
        case .escalationJoined:
            .escalationJoined(
                EscalationJoined(
                    escalation: try data.id("escalation"), token: try data.token("token"),
                    cost: try data.cost(), match: try data.digest("match")))
        case .escalationRaisedAgain:
            .escalationRaisedAgain(
                EscalationRaisedAgain(
                    escalation: try data.id("escalation"), severity: try data.choice("severity"),
                    times: Int(try data.integer("times")),
                    deadline: try data.optionalInstant("deadline")))
        case .escalationAnswered:
            .escalationAnswered(
                EscalationAnswered(
                    escalation: try data.id("escalation"), option: try data.string("option"),
                    effect: try data.choice("effect"), match: try data.digest("match"),
                    parts: try data.parts()))
        case .escalationWithdrawn: .escalationWithdrawn(try data.id("escalation"))
        case .escalationNotified:
            .escalationNotified(
                try data.id("escalation"), status: Int(try data.integer("status")))
        case .decisionRecorded:
            .decisionRecorded(
                DecisionRecorded(
                    place: try data.optionalString("place"),
                    match: try data.optionalDigest("match"), parts: try data.parts()))
        case .evidenceAdded:
            .evidenceAdded(
                EvidenceAdded(
                    gate: try data.gate("gate"), isPassed: try data.flag("passed"),
                    match: try data.digest("match"), parts: try data.parts()))
        case .queuePaused: .queuePaused(try data.agent("agent"))
        case .queueResumed: .queueResumed(try data.agent("agent"))
        case .circuitOpened:
            .circuitOpened(try data.agent("agent"), probe: try data.instant("probe"))
        case .circuitClosed: .circuitClosed(try data.agent("agent"))
        case .accessRefused:
            .accessRefused(
                AccessRefused(
                    verb: try data.string("verb"), code: try data.string("code"),
                    subject: try data.string("subject"), count: Int(try data.integer("count"))))
        }
    }
}

/// Reads the members of one object; what is missing or of another type is a fault that names it.
struct LeafReader {
    let json: JSONValue

    func object(_ name: String) throws(LeafFault) -> JSONValue {
        guard let member = json[name] else { throw .broken("\(name) is missing") }
        guard case .object = member else { throw .broken("\(name) is no object") }
        return member
    }

    func string(_ name: String) throws(LeafFault) -> String {
        guard let text = json[name]?.stringValue else { throw .broken("\(name) is no text") }
        return text
    }

    func integer(_ name: String) throws(LeafFault) -> Int64 {
        guard case .integer(let value)? = json[name] else { throw .broken("\(name) is no integer") }
        guard value.magnitude < 1 << 53 else { throw .broken("\(name) \(value) is beyond 2^53") }
        return value
    }

    /// What a queue's order is reckoned with.
    func priority() throws(LeafFault) -> Int {
        let value = try integer("priority")
        guard (0...9).contains(value) else { throw .broken("priority \(value) is not 0 to 9") }
        return Int(value)
    }

    func unsigned(_ name: String) throws(LeafFault) -> UInt64 {
        guard let value = UInt64(exactly: try integer(name)) else {
            throw .broken("\(name) is negative")
        }
        return value
    }

    func optionalInteger(_ name: String) throws(LeafFault) -> Int64? {
        json[name] == nil ? nil : try integer(name)
    }

    func optionalUnsigned(_ name: String) throws(LeafFault) -> UInt64? {
        json[name] == nil ? nil : try unsigned(name)
    }

    func optionalString(_ name: String) throws(LeafFault) -> String? {
        json[name] == nil ? nil : try string(name)
    }

    func flag(_ name: String) throws(LeafFault) -> Bool {
        guard let flag = json[name]?.boolValue else { throw .broken("\(name) is no boolean") }
        return flag
    }

    func instant(_ name: String) throws(LeafFault) -> Instant {
        Instant(microseconds: try integer(name))
    }

    func optionalInstant(_ name: String) throws(LeafFault) -> Instant? {
        json[name] == nil ? nil : try instant(name)
    }

    func duration(_ name: String) throws(LeafFault) -> Duration { .microseconds(try integer(name)) }

    func optionalDuration(_ name: String) throws(LeafFault) -> Duration? {
        json[name] == nil ? nil : try duration(name)
    }

    func digest(_ name: String) throws(LeafFault) -> Digest {
        guard let digest = Digest(hex: try string(name)) else {
            throw .broken("\(name) is no digest")
        }
        return digest
    }

    func optionalDigest(_ name: String) throws(LeafFault) -> Digest? {
        json[name] == nil ? nil : try digest(name)
    }

    func token(_ name: String) throws(LeafFault) -> Token { Token(try unsigned(name)) }

    func gate(_ name: String) throws(LeafFault) -> GateName {
        guard let gate = GateName(try string(name)) else { throw .broken("\(name) is no gate") }
        return gate
    }

    func agent(_ name: String) throws(LeafFault) -> AgentName { AgentName(try string(name)) }

    func id<ID: Identifier>(_ name: String) throws(LeafFault) -> ID {
        guard let id = ID(text: try string(name)) else { throw .broken("\(name) is no id") }
        return id
    }

    func optionalID<ID: Identifier>(_ name: String) throws(LeafFault) -> ID? {
        json[name] == nil ? nil : try id(name)
    }

    func choice<Value: RawRepresentable<String>>(_ name: String) throws(LeafFault) -> Value {
        let text = try string(name)
        guard let value = Value(rawValue: text) else { throw .unknown("\(name) \(text)") }
        return value
    }

    func list<Element>(
        _ name: String, _ read: (JSONValue) throws(LeafFault) -> Element
    ) throws(LeafFault) -> [Element] {
        guard let member = json[name] else { return [] }
        guard let elements = member.arrayValue else { throw .broken("\(name) is no list") }
        var result: [Element] = []
        for element in elements { result.append(try read(element)) }
        return result
    }

    func parts() throws(LeafFault) -> [Part] {
        try list("parts") { json throws(LeafFault) in
            let part = LeafReader(json: json)
            return Part(
                name: try part.string("name"), mediaType: try part.string("media_type"),
                size: Int(try part.integer("size")), digest: try part.digest("digest"),
                match: try part.digest("match"))
        }
    }

    func cost() throws(LeafFault) -> Int? {
        try optionalInteger("cost_microusd").map(Int.init)
    }

    func rate() throws(LeafFault) -> LeaseRate? {
        guard let count = try optionalInteger("rate_leases") else { return nil }
        return LeaseRate(count: Int(count), period: try duration("rate_period"))
    }

    // MARK: Bodies

    func agentRegistered() throws(LeafFault) -> AgentRegistered {
        AgentRegistered(
            agent: try agent("agent"), isReviewed: try flag("reviewed"),
            attemptTimeout: try optionalDuration("attempt_timeout"),
            silenceTimeout: try optionalDuration("silence_timeout"),
            leasesMax: try optionalInteger("leases_max").map(Int.init), rate: try rate(),
            dependencies: try list("dependencies") { json throws(LeafFault) in
                guard let name = json.stringValue else {
                    throw .broken("dependencies holds no name")
                }
                return AgentName(name)
            },
            parts: try parts())
    }

    func briefSubmitted() throws(LeafFault) -> BriefSubmitted {
        BriefSubmitted(
            key: try digest("key"), match: try digest("match"),
            priority: try priority(), notBefore: try optionalInstant("not_before"),
            deadline: try optionalInstant("deadline"),
            budget: Budget(
                attempts: try optionalInteger("budget_attempts").map(Int.init),
                cost: try optionalInteger("budget_cost_microusd").map(Int.init)),
            documents: try list("documents") { json throws(LeafFault) in
                guard let event = json.integerValue.flatMap({ UInt64(exactly: $0) }) else {
                    throw .broken("documents holds no event")
                }
                return event
            },
            parts: try parts())
    }

    func taskCreated() throws(LeafFault) -> TaskCreated {
        TaskCreated(
            kind: try choice("kind"), agent: try agent("agent"),
            priority: try priority(),
            depends: try list("depends") { json throws(LeafFault) in
                guard let id = json.stringValue.flatMap(TaskID.init(text:)) else {
                    throw .broken("depends holds no task id")
                }
                return id
            },
            gates: try list("gates") { json throws(LeafFault) in
                guard let gate = json.stringValue.flatMap(Gate.init(rawValue:)) else {
                    throw .unknown("gate \(json.encodedText)")
                }
                return gate
            }, subject: try optionalID("subject"),
            evidence: try list("evidence") { json throws(LeafFault) in
                guard let gate = json.stringValue.flatMap({ GateName($0) }) else {
                    throw .broken("evidence holds no gate")
                }
                return gate
            },
            entry: try optionalInteger("entry").map(Int.init), key: try optionalDigest("key"),
            match: try optionalDigest("match"), notBefore: try optionalInstant("not_before"),
            deadline: try optionalInstant("deadline"),
            attemptTimeout: try duration("attempt_timeout"),
            silenceTimeout: try duration("silence_timeout"),
            attemptsMax: Int(try integer("attempts_max")),
            rejectionsMax: Int(try integer("rejections_max")), parts: try parts())
    }

    func taskLeased() throws(LeafFault) -> TaskLeased {
        TaskLeased(
            token: try token("token"), instance: try string("instance"),
            holder: ActorName(text: try string("holder")), until: try instant("until"),
            attemptUntil: try instant("attempt_until"))
    }

    func taskFailed() throws(LeafFault) -> TaskFailed {
        TaskFailed(
            token: try token("token"), isRetryable: try flag("retryable"),
            code: try optionalString("code"), match: try digest("match"),
            failures: Int(try integer("failures")), until: try optionalInstant("until"),
            cost: try cost(), parts: try parts())
    }

    func escalationRaised() throws(LeafFault) -> EscalationRaised {
        EscalationRaised(
            origin: try choice("origin"), agent: try agent("agent"),
            severity: try choice("severity"),
            options: try list("options") { json throws(LeafFault) in
                let option = LeafReader(json: json)
                return OptionFacts(
                    id: try option.string("id"), effect: try option.choice("effect"))
            },
            recommended: try string("recommended"), key: try optionalString("key"),
            deadline: try optionalInstant("deadline"),
            token: try optionalUnsigned("token").map(Token.init), cost: try cost(),
            match: try digest("match"), parts: try parts())
    }
}
