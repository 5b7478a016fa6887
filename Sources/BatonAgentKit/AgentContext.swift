// What a handler can ask of the world around its attempt: whether to stop, how long it may take, to
// report progress, to fetch what did not travel with the packet.
import BatonBrief
public import BatonClient
package import BatonPlatform
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
    /// When the attempt began, on the clock that only runs: before its packet was read, before its
    /// context commands and before its first round.
    private let begun = monotonicNow()
    private let post: @Sendable (WorkerNews) -> Void
    private let bell: WakeUp
    private let state = Mutex(State())

    private struct State {
        var stopped: StopReason?
        var findings: [String] = []
        var digests: [String: String] = [:]
        var parts: [String: [UInt8]] = [:]
        var costMicroUSD: Int64?
        var gathered: [Part]?
    }

    init(
        _ assignment: Assignment, post: @escaping @Sendable (WorkerNews) -> Void,
    ) throws(SystemError) {
        lease = assignment.lease
        attemptTimeout = assignment.attemptTimeout
        silenceTimeout = assignment.silenceTimeout
        deadlineMicroseconds = assignment.deadlineMicroseconds
        self.post = post
        bell = try WakeUp()
    }

    /// A context without a worker around it, for trying a handler out on a packet: there is no
    /// broker to fetch from, and progress goes to the closure.
    package init(
        trying packet: AgentPacket, attemptTimeout: Duration? = nil,
        onProgress: @escaping @Sendable (_ percent: Int?, _ message: String?) -> Void = { _, _ in },
    ) throws(SystemError) {
        lease = LeaseName(task: packet.taskID, token: 0)
        self.attemptTimeout = attemptTimeout
        silenceTimeout = nil
        deadlineMicroseconds = nil
        bell = try WakeUp()
        post = { news in
            switch news {
            case .progress(_, let percent, let message): onProgress(percent, message)
            case .fetch(let digest, _, let answer):
                answer.put(
                    .failure(ClientError(.failed, "there is no broker to fetch \(digest) from")))
            case .finished, .threadEnded, .drain: break
            }
        }
        know(
            digests: Dictionary(
                packet.handoff.partManifest.map { ($0.name, $0.digestHex) },
                uniquingKeysWith: { first, _ in first }),
            parts: packet.handoff.parts)
    }

    // MARK: - For handlers

    /// True once the work is no longer wanted. What is still returned will be dropped.
    public var isCancelled: Bool { state.withLock { $0.stopped != nil } }

    /// Why the last delivery of this attempt was refused; empty the first time.
    public var findings: [String] { state.withLock { $0.findings } }

    /// Tells how far the work is. Also shows that it is alive: without progress or output for the
    /// silence timeout the broker gives the task to somebody else.
    public func progress(percent: Int? = nil, message: String? = nil) {
        post(.progress(lease, percent: percent, message: message.map { String($0.prefix(200)) }))
    }

    /// Adds to what the attempt is said to have cost, however it ends. The sum is reported with its
    /// end, kept in the record, and counts against the brief's budget.
    /// - Parameter usd: US dollars; what is negative or no number adds nothing.
    public func addCost(usd: Double) {
        guard usd > 0, usd.isFinite else { return }
        let more = Int64((min(usd, Self.costMaxUSD) * 1_000_000).rounded(.up))
        state.withLock { state in
            let sum = (state.costMicroUSD ?? 0) + more
            state.costMicroUSD = min(sum, Int64(Self.costMaxUSD) * 1_000_000)
        }
    }

    /// The most that the wire carries for one attempt.
    private static let costMaxUSD = 1e6

    /// The bytes of a part that the packet names, fetched from the broker where they did not
    /// travel along.
    public func fetch(_ name: String, bytesMax: Int = Client.contentBytesMax) throws -> [UInt8] {
        let (known, digest) = state.withLock { ($0.parts[name], $0.digests[name]) }
        if let known { return known }
        guard let digest else {
            throw ClientError(.failed, "the packet of \(lease.task) names no part \(name)")
        }
        let slot = try Slot<Result<[UInt8], ClientError>>()
        post(.fetch(digest: digest, bytesMax: bytesMax, answer: slot))
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

    /// Ends the attempt: whoever works on it should leave, and what waits returns.
    package func stop(_ reason: StopReason) {
        state.withLock { $0.stopped = $0.stopped ?? reason }
        bell.ring()
    }

    /// What is left of the attempt, zero at least; nil where nothing bounds it.
    /// - Parameter limit: what the whole attempt may take where the broker allows more or says
    ///   nothing.
    package func timeLeft(within limit: Duration?) -> Duration? {
        guard let allowed = [limit, attemptTimeout].compactMap({ $0 }).min() else { return nil }
        return max(.zero, allowed - (monotonicNow() - begun))
    }

    /// What the attempt cost so far, in millionths of a US dollar; nil: nothing was said.
    package var costMicroUSD: Int64? { state.withLock { $0.costMicroUSD } }

    /// What was gathered for the attempt before its first round; nil before that. A round with
    /// findings works on the same.
    package var gathered: [Part]? {
        get { state.withLock { $0.gathered } }
        set { state.withLock { $0.gathered = newValue } }
    }

    func setFindings(_ findings: [String]) { state.withLock { $0.findings = findings } }

    func know(digests: [String: String], parts: [String: [UInt8]]) {
        state.withLock { state in
            state.digests = digests
            state.parts = parts
        }
    }
}
