// What the author of an agent writes: one method that turns a packet into a result. The kit does
// the rest: leases, heartbeats, checks before sending, resending, draining.
package import BatonBrief
public import BatonClient
import JSON

/// An agent's thinking. Called on a thread of its own, at most `concurrency` at a time.
public protocol AgentHandler: Sendable {
    /// Works on one attempt of one task.
    ///
    /// It may take as long as the attempt may; it should return soon once `context.isCancelled`.
    /// An error thrown fails the attempt, and it is tried again after a while. When a delivery is
    /// refused, the method is called once more, with `context.findings`.
    func handle(_ packet: AgentPacket, context: AgentContext) throws -> AgentResult
}

/// What an agent consumes (`packet.schema.json`), with the parts that came along.
public struct AgentPacket: Sendable {
    /// The packet as the package's own types see it.
    package let handoff: HandoffPacket
    /// packet.json, as the broker wrote it.
    public let document: [UInt8]

    package init(handoff: HandoffPacket, document: [UInt8]) {
        self.handoff = handoff
        self.document = document
    }

    /// `t-18`.
    public var taskID: String { handoff.taskID }
    /// `plan`, `work`, `review`, `close` or `direct`.
    public var kind: String { handoff.kind.rawValue }
    public var agent: String { handoff.agent }
    public var title: String { handoff.title }
    public var instructions: String { handoff.instructions }
    /// From 1.
    public var attempt: Int { handoff.attempt }
    /// `b-17`; nil for direct tasks.
    public var briefID: String? { handoff.briefID }
    /// Every part that the packet names, in its order.
    public var partNames: [String] { handoff.partManifest.map(\.name) }

    /// The bytes of a part that is at hand; others are fetched by `AgentContext.fetch`.
    public func part(_ name: String) -> [UInt8]? { handoff.parts[name] }
}

/// What came of an attempt.
public enum AgentResult: Sendable {
    /// The deliverables; see `Protocols/worker.md` for the names each kind of task needs.
    case deliver([Part])
    /// An escalation document (`escalation.schema.json`), when the agent is blocked.
    case escalate([UInt8])
    /// It did not work out. `retryAfter` is a lower bound for the broker's own backoff.
    case fail(retryable: Bool, message: String, code: String? = nil, retryAfter: Duration? = nil)
}

/// Thrown by a handler, or by what it calls, to leave an attempt that was stopped. Nothing is
/// reported for such an attempt: it is somebody else's already.
public struct AttemptStopped: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ reason: String) { description = "the attempt was stopped: \(reason)" }
}
