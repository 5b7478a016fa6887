// What a handler can ask of the world around its attempt: whether to stop, how long it may take, to
// report progress, to fetch what did not travel with the packet.
public import BatonClient
import BatonPlatform
import Synchronization
import ZeroMQ

/// The surroundings of one attempt. Safe to use from any thread of the handler.
public final class AgentContext: Sendable {
    /// What the broker allows the attempt; nil when it did not say.
    public let attemptTimeout: Duration?
    /// How long the attempt may go without progress or output.
    public let silenceTimeout: Duration?
    /// The task's deadline in microseconds since 1970, UTC.
    public let deadlineMicroseconds: Int64?

    package let lease: LeaseName
    private let inbox: WorkerInbox
    private let bell: WakeUp
    private let state = Mutex(State())

    private struct State {
        var stopped: StopReason?
        var findings: [String] = []
        var digests: [String: String] = [:]
        var parts: [String: [UInt8]] = [:]
    }

    init(_ assignment: Assignment, inbox: WorkerInbox) throws(SystemError) {
        lease = assignment.lease
        attemptTimeout = assignment.attemptTimeout
        silenceTimeout = assignment.silenceTimeout
        deadlineMicroseconds = assignment.deadlineMicroseconds
        self.inbox = inbox
        bell = try WakeUp()
    }

    // MARK: - For handlers

    /// True once the work is no longer wanted. What is still returned will be dropped.
    public var isCancelled: Bool { state.withLock { $0.stopped != nil } }

    /// Why the last delivery of this attempt was refused; empty the first time.
    public var findings: [String] { state.withLock { $0.findings } }

    /// Tells how far the work is. Also shows that it is alive: without progress or output for the
    /// silence timeout the broker gives the task to somebody else.
    public func progress(percent: Int? = nil, message: String? = nil) {
        inbox.post(.progress(lease, percent: percent, message: message.map { String($0.prefix(200)) }))
    }

    /// The bytes of a part that the packet names, fetched from the broker where they did not
    /// travel along.
    public func fetch(_ name: String, bytesMax: Int = Client.contentBytesMax) throws -> [UInt8] {
        let (known, digest) = state.withLock { ($0.parts[name], $0.digests[name]) }
        if let known { return known }
        guard let digest else {
            throw ClientError(.failed, "the packet of \(lease.task) names no part \(name)")
        }
        let slot = try Slot<Result<[UInt8], ClientError>>()
        inbox.post(.fetch(digest: digest, bytesMax: bytesMax, answer: slot))
        guard let answer = try slot.take(orStopped: stopDescriptor) else {
            throw AttemptStopped(stopReason?.rawValue ?? "stopped")
        }
        let bytes = try answer.get()
        state.withLock { $0.parts[name] = bytes }
        return bytes
    }

    // MARK: - For the kit

    /// Readable from the moment the attempt is stopped.
    package var stopDescriptor: Int32 { bell.fileDescriptor }
    package var stopReason: StopReason? { state.withLock { $0.stopped } }

    func stop(_ reason: StopReason) {
        state.withLock { $0.stopped = $0.stopped ?? reason }
        bell.ring()
    }

    func setFindings(_ findings: [String]) { state.withLock { $0.findings = findings } }

    func know(digests: [String: String], parts: [String: [UInt8]]) {
        state.withLock { state in
            state.digests = digests
            state.parts = parts
        }
    }
}
