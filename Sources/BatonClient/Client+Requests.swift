// What can be asked of a broker, one method a verb. Documents go in and come out as the JSON they
// are.
package import BatonWire
import BatonPlatform
import Crypto
package import JSON

/// An OK, with the document that came in it.
public struct Reply: Sendable {
    /// The number of events on stable storage when the reply left.
    public let seq: Int64
    /// JSON, or nothing.
    public let document: [UInt8]
    package let message: Message

    init(_ message: Message) {
        self.message = message
        seq = message.integer("seq") ?? 0
        document = message.body.first ?? []
    }

    /// A text from the reply's header.
    public func text(_ name: String) -> String? { message.text(name) }
    /// A whole number from the reply's header.
    public func integer(_ name: String) -> Int64? { message.integer(name) }
    /// A truth from the reply's header.
    public func flag(_ name: String) -> Bool? { message.flag(name) }

    /// The document, read.
    package func json() throws(ClientError) -> JSONValue {
        do {
            return try JSONValue(parsing: document)
        } catch {
            throw ClientError(
                .failed, "the broker's answer is no JSON: \(error)", isDefinite: false)
        }
    }
}

/// What was submitted, as the broker took it.
public struct Submission: Sendable {
    /// `b-17`, or `t-18` for a direct task.
    public let id: String
    public let seq: Int64
    /// True when the same had been submitted before under the same key.
    public let isDuplicate: Bool
    /// The idempotency key: the caller's, or the one drawn for it.
    public let key: String
}

/// One part of a delivery or a direct task.
public struct Part: Sendable, Hashable {
    public var name: String
    public var mediaType: String
    public var body: [UInt8]

    public init(name: String, mediaType: String, body: [UInt8]) {
        self.name = name
        self.mediaType = mediaType
        self.body = body
    }
}

/// What may be said about a direct task beside its content.
public struct TaskTerms: Sendable {
    /// 0 to 9, 9 first.
    public var priority: Int64?
    /// Microseconds since 1970, UTC.
    public var notBeforeMicroseconds: Int64?
    public var deadline: Duration?
    public var attemptTimeout: Duration?
    public var silenceTimeout: Duration?

    public init() {}

    var header: JSONObject {
        var header = JSONObject()
        header["priority"] = priority.map { .integer($0) }
        header["not_before_us"] = notBeforeMicroseconds.map { .integer($0) }
        header["deadline_ms"] = deadline.map { .integer($0.wholeMilliseconds) }
        header["attempt_timeout_ms"] = attemptTimeout.map { .integer($0.wholeMilliseconds) }
        header["silence_timeout_ms"] = silenceTimeout.map { .integer($0.wholeMilliseconds) }
        return header
    }
}

/// What CANCEL is about.
public enum CancelSubject: Sendable {
    case brief(String)
    case task(String)
}

/// What LIST lists.
public enum ListedKind: String, Sendable {
    case briefs, tasks, escalations, dead, agents
}

/// What SHOW shows.
public enum ShownKind: String, Sendable {
    case brief, task, escalation, agent
}

extension Client {
    /// A fresh idempotency key: 128 random bits.
    public static func makeKey() -> String {
        Hex.encode(Entropy.bytes(count: 16))
    }

    // MARK: Submitting

    /// Submits a brief. Sent again with the same key, it is the same brief.
    public func submit(
        brief document: [UInt8], key: String? = nil, timeout: Duration? = nil,
    ) throws(ClientError) -> Submission {
        let key = key ?? Self.makeKey()
        let reply = try request(
            .submit, JSONObject([("key", .string(key))]), body: [document], timeout: timeout)
        return try submission(reply, "brief", key)
    }

    /// Submits a task straight to an agent.
    public func submitTask(
        agent: String, parts: [Part], key: String? = nil, terms: TaskTerms = TaskTerms(),
        timeout: Duration? = nil,
    ) throws(ClientError) -> Submission {
        let key = key ?? Self.makeKey()
        var header = terms.header
        header["key"] = .string(key)
        header["agent"] = .string(agent)
        let parcel = Parcel(
            parts: parts.map { .init(name: $0.name, mediaType: $0.mediaType, body: $0.body) })
        let reply = try request(.task, header, body: parcel.bodyFrames, timeout: timeout)
        return try submission(reply, "task", key)
    }

    private func submission(
        _ reply: Message, _ member: String, _ key: String,
    ) throws(ClientError) -> Submission {
        guard let id = reply.text(member) else {
            throw ClientError(.failed, "the broker's OK names no \(member)", isDefinite: false)
        }
        return Submission(
            id: id, seq: reply.integer("seq") ?? 0, isDuplicate: reply.flag("duplicate") ?? false,
            key: key)
    }

    // MARK: People

    /// Answers an escalation with an answer document.
    public func answer(escalation: String, with document: [UInt8]) throws(ClientError) -> Reply {
        let header = JSONObject([("escalation", .string(escalation))])
        return Reply(try request(.answer, header, body: [document]))
    }

    /// Records what a person decided about a brief.
    /// - Parameter document: decision.json.
    public func decide(brief: String, with document: [UInt8]) throws(ClientError) -> Reply {
        Reply(try request(.decide, JSONObject([("brief", .string(brief))]), body: [document]))
    }

    /// Adds evidence for a gate of a brief.
    /// - Parameter parts: evidence.json first, then the files.
    public func attest(
        brief: String, gate: String, isPassed: Bool, parts: [Part],
    ) throws(ClientError) -> Reply {
        let parcel = Parcel(
            parts: parts.map { .init(name: $0.name, mediaType: $0.mediaType, body: $0.body) })
        let header = JSONObject([
            ("brief", .string(brief)), ("gate", .string(gate)), ("passed", .bool(isPassed)),
        ])
        return Reply(try request(.attest, header, body: parcel.bodyFrames))
    }

    /// Cancels a brief or a task.
    public func cancel(
        _ subject: CancelSubject, reason: String? = nil,
    ) throws(ClientError) -> Reply {
        let header: JSONObject =
            switch subject {
            case .brief(let id): JSONObject([("brief", .string(id))])
            case .task(let id): JSONObject([("task", .string(id))])
            }
        let body = reason.map {
            [JSONValue.object(JSONObject([("reason", .string($0))])).encoded()]
        }
        return Reply(try request(.cancel, header, body: body ?? []))
    }

    /// Ends a task's backoff now.
    public func retry(task: String) throws(ClientError) -> Reply {
        Reply(try request(.retry, JSONObject([("task", .string(task))])))
    }

    /// Sends a dead task round again.
    public func redrive(task: String) throws(ClientError) -> Reply {
        Reply(try request(.redrive, JSONObject([("task", .string(task))])))
    }

    /// Gives a dead task up for good.
    public func discard(task: String) throws(ClientError) -> Reply {
        Reply(try request(.discard, JSONObject([("task", .string(task))])))
    }

    /// Stops giving tasks to an agent.
    public func pause(agent: String) throws(ClientError) -> Reply {
        Reply(try request(.pause, JSONObject([("agent", .string(agent))])))
    }

    /// Gives tasks to an agent again.
    public func resume(agent: String) throws(ClientError) -> Reply {
        Reply(try request(.resume, JSONObject([("agent", .string(agent))])))
    }

    /// Registers an agent by its card document.
    public func register(card document: [UInt8]) throws(ClientError) -> Reply {
        Reply(try request(.register, body: [document]))
    }

    /// Takes an agent off the register.
    public func withdraw(agent: String) throws(ClientError) -> Reply {
        Reply(try request(.withdraw, JSONObject([("agent", .string(agent))])))
    }

    // MARK: Supervisor

    /// Raises an escalation about an agent.
    public func raise(agent: String, escalation document: [UInt8]) throws(ClientError) -> Reply {
        Reply(try request(.raise, JSONObject([("agent", .string(agent))]), body: [document]))
    }

    /// Takes back a question that the supervisor itself raised.
    public func withdraw(escalation: String) throws(ClientError) -> Reply {
        Reply(try request(.withdraw, JSONObject([("escalation", .string(escalation))])))
    }

    /// Records that people were told of an escalation, and with what exit status.
    public func notified(escalation: String, status: Int64) throws(ClientError) -> Reply {
        let header = JSONObject([
            ("escalation", .string(escalation)), ("status", .integer(status)),
        ])
        return Reply(try request(.notified, header))
    }

    // MARK: Reading

    /// The state of the broker.
    public func status(timeout: Duration? = nil) throws(ClientError) -> Reply {
        Reply(try request(.status, timeout: timeout))
    }

    /// One page of a list; `Reply.flag("more")` tells whether there is another.
    public func list(
        _ what: ListedKind, brief: String? = nil, agent: String? = nil, state: String? = nil,
        limit: Int = 100, before: String? = nil,
    ) throws(ClientError) -> Reply {
        var header = JSONObject([
            ("what", .string(what.rawValue)), ("limit", .integer(Int64(limit))),
        ])
        header["brief"] = brief.map { .string($0) }
        header["agent"] = agent.map { .string($0) }
        header["state"] = state.map { .string($0) }
        header["before"] = before.map { .string($0) }
        return Reply(try request(.list, header))
    }

    /// One thing, with its story.
    public func show(_ kind: ShownKind, _ id: String) throws(ClientError) -> Reply {
        Reply(try request(.show, JSONObject([(kind.rawValue, .string(id))])))
    }
}

extension Duration {
    /// For the wire, which carries integers.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
