// What a worker is given: a lease on one task, with the packet.
package import BatonWire
import JSON

/// The name of one lease: a task, and the fencing token under which this worker holds it.
package struct LeaseName: Hashable, Sendable, CustomStringConvertible {
    package var task: String
    package var token: Int64

    package init(task: String, token: Int64) {
        self.task = task
        self.token = token
    }

    /// `TASK TOKEN`, as HELLO lists it.
    package var description: String { "\(task) \(token)" }

    /// Reads `TASK TOKEN`.
    package init?(listed text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, let token = Int64(words[1]) else { return nil }
        self.init(task: String(words[0]), token: token)
    }
}

/// One ASSIGN, read (wire.md §4.2). The packet itself is still bytes.
package struct Assignment: Sendable {
    package let lease: LeaseName
    package let kind: String
    package let agent: String
    package let brief: String?
    package let attempt: Int
    package let attemptTimeout: Duration?
    package let silenceTimeout: Duration?
    /// Microseconds since 1970, UTC.
    package let deadlineMicroseconds: Int64?
    /// packet.json.
    package let packet: [UInt8]
    /// The bodies of the inline parts, one after the other.
    package let inlineParts: [UInt8]

    /// Nil when the message lacks what every assignment has.
    package init?(_ message: Message) {
        guard message.verb == .assign, let task = message.text("task"),
            let token = message.integer("token"), let packet = message.body.first
        else { return nil }
        lease = LeaseName(task: task, token: token)
        kind = message.text("kind") ?? "direct"
        agent = message.text("agent") ?? ""
        brief = message.text("brief")
        attempt = Int(message.integer("attempt") ?? 1)
        attemptTimeout = message.integer("attempt_timeout_ms").map { .milliseconds($0) }
        silenceTimeout = message.integer("silence_timeout_ms").map { .milliseconds($0) }
        deadlineMicroseconds = message.integer("deadline_us")
        self.packet = packet
        inlineParts = message.body.count > 1 ? message.body[1] : []
    }
}

/// How an attempt ended, as the worker sees it.
package enum AttemptEnd: Sendable {
    case deliver([Parcel.Part])
    /// An escalation document.
    case escalate([UInt8])
    case fail(retryable: Bool, retryAfterMilliseconds: Int64?, code: String?, message: String)
    /// Given back unfinished; counts for nobody.
    case release
}

/// Why work on a lease must stop.
package enum StopReason: String, Sendable, Hashable {
    /// The lease expired or went to somebody else.
    case lost
    case cancelled
    /// The worker is stopping, and the time for finishing is over.
    case draining
}
