// A worker's side of the conversation with the broker (wire.md §4.1, §4.2, §7), without any input
// or output. On top of ClientSession it keeps the leases: takes assignments, beats for them,
// reports each attempt's end until a definite reply, stops what was lost or cancelled, and drains.
package import BatonClient
package import BatonWire
import JSON

/// The I/O-free session of a worker.
package struct WorkerSession: Sendable {
    package enum Input: Sendable {
        case transport(ClientSession.Input)
        /// The handler is done with a lease; what that cost in millionths of a US dollar, if it
        /// says so.
        case finished(LeaseName, AttemptEnd, costMicroUSD: Int64? = nil)
        /// The handler got on: any of these restarts the broker's silence timeout.
        case progress(LeaseName, percent: Int?, message: String?)
        /// Take nothing new, let running work finish for so long, give the rest back, say BYE.
        case drain(limit: Duration)
    }

    package enum Output: Sendable {
        case send(Message)
        case start(Assignment)
        /// Work on this lease must stop; whatever it still produces is dropped.
        case stop(LeaseName, StopReason)
        /// The broker refused what was delivered, with its reasons; the lease stays.
        case findings(LeaseName, Refusal)
        /// The broker has taken the end of the attempt, or the attempt is nobody's any more.
        case settled(LeaseName, Settlement)
        /// The reply to a request of the owner's (GET).
        case complete(RequestID, Result<Message, RequestFailure>)
        /// Connected or not; for logs.
        case established(actor: String)
        case interrupted
        /// The conversation is over. Nothing follows.
        case ended(Ending)
    }

    package enum Settlement: Sendable, Hashable, CustomStringConvertible {
        /// With the state the task has now, where the broker says it.
        case taken(state: String?, duplicate: Bool)
        case dropped(Refusal)
        /// The session ended first.
        case unknown

        /// For logs.
        package var description: String {
            switch self {
            case .taken(let state, let duplicate):
                (state ?? "taken") + (duplicate ? ", as before" : "")
            case .dropped(let refusal): "dropped: \(refusal.code.rawValue): \(refusal.message)"
            case .unknown: "the session ended first"
            }
        }
    }

    package enum Ending: Sendable, Hashable {
        /// As asked.
        case drained
        /// The broker does not want this worker.
        case refused(RequestFailure)
    }

    package struct Role: Sendable {
        package var agent: String
        /// Unique to this run of the process.
        package var instance: String
        /// Leases held at once.
        package var concurrency: Int

        package init(agent: String, instance: String, concurrency: Int = 1) {
            self.agent = agent
            self.instance = instance
            self.concurrency = concurrency
        }
    }

    /// Progress reaches the broker at most this often between heartbeats, so that a chatty handler
    /// costs nothing.
    package static let progressInterval = Duration.seconds(1)
    /// How long a stopping worker waits for the replies to its last RELEASE and BYE.
    package static let farewellTimeout = Duration.seconds(2)

    struct Held: Sendable {
        let lease: LeaseName
        var state: HeldState
        var percent: Int?
        var message: String?
        var hasProgress = false
        var costMicroUSD: Int64?
    }

    enum HeldState: Sendable {
        case working
        /// Its end is on the way to the broker.
        case ending(RequestID, AttemptEnd)
        /// The broker could not take the end now; it is said again at `at`.
        case endingAgain(AttemptEnd, at: Duration)
    }

    enum Phase: Sendable {
        case working
        case draining(until: Duration)
        /// Leases are being given back.
        case releasing(until: Duration)
        case leaving(RequestID?)
        case ended
    }

    package let role: Role
    package internal(set) var session: ClientSession
    var phase = Phase.working
    // Oldest first; at most `concurrency` long, so walks are cheap.
    var held: [Held] = []
    // BEAT and CREDIT: nobody waits for their replies by name.
    var housekeeping: [RequestID] = []
    var lastBeat = Duration.zero
    // Tokens already dealt with: an assignment that comes late must not start old work again.
    var past: [LeaseName] = []
    static let pastMax = 256

    package init(role: Role, options: ClientSession.Options, seed: UInt64) {
        self.role = role
        var options = options
        options.beats = .byOwner
        session = ClientSession(options: options, seed: seed)
        updateHello()
    }

    /// The leases this worker answers for, oldest first.
    package var leases: [LeaseName] { held.map(\.lease) }

    package var isDraining: Bool {
        if case .working = phase { false } else { true }
    }

    /// When `tick` is wanted at the latest.
    package var nextDeadline: Duration? {
        if isEnded { return nil }
        var moments = session.nextDeadline.map { [$0] } ?? []
        if session.isEstablished, held.contains(where: \.hasProgress) {
            moments.append(lastBeat + Self.progressInterval)
        }
        for item in held {
            if case .endingAgain(_, let at) = item.state { moments.append(at) }
        }
        switch phase {
        case .draining(let until), .releasing(let until): moments.append(until)
        case .working, .leaving, .ended: break
        }
        return moments.min()
    }

    // MARK: - Inputs

    package mutating func handle(_ input: Input, at now: Duration) -> [Output] {
        if case .ended = phase { return [] }
        var outputs: [Output] = []
        switch input {
        case .transport(let event):
            let results = session.handle(event, at: now)
            translate(results, at: now, into: &outputs)
        case .finished(let lease, let end, let costMicroUSD):
            note(lease, costMicroUSD: costMicroUSD)
            finish(lease, end, at: now, into: &outputs)
        case .progress(let lease, let percent, let message):
            note(lease, percent: percent, message: message)
        case .drain(let limit):
            drain(limit: limit, at: now, into: &outputs)
        }
        advance(at: now, into: &outputs)
        return outputs
    }

    /// A request of the owner's own, such as GET; its reply comes as `complete`.
    package mutating func request(
        _ request: ClientRequest, at now: Duration,
    ) -> (id: RequestID, outputs: [Output]) {
        let (id, results) = session.request(request, at: now)
        var outputs: [Output] = []
        translate(results, at: now, into: &outputs)
        return (id, outputs)
    }

    mutating func translate(
        _ results: [ClientSession.Output], at now: Duration, into outputs: inout [Output],
    ) {
        for result in results {
            switch result {
            case .send(let message):
                outputs.append(.send(message))
            case .push(let message):
                if let assignment = Assignment(message) {
                    take(assignment, at: now, into: &outputs)
                }
            case .established(let reply):
                greeted(reply, into: &outputs)
            case .interrupted:
                outputs.append(.interrupted)
            case .beatDue:
                beat(at: now, into: &outputs)
            case .complete(let id, let result):
                completed(id, result, at: now, into: &outputs)
            case .refused(let failure):
                for item in held {
                    outputs.append(.stop(item.lease, .lost))
                    outputs.append(.settled(item.lease, .unknown))
                }
                held = []
                end(.refused(failure), into: &outputs)
            }
        }
    }

    mutating func end(_ ending: Ending, into outputs: inout [Output]) {
        guard !isEnded else { return }
        phase = .ended
        outputs.append(.ended(ending))
    }

    var isEnded: Bool {
        if case .ended = phase { true } else { false }
    }
}
