// A peer's side of the conversation with the broker (wire.md §3), without any input or output: it
// is told what happened and when, and says what to do. It keeps the session (HELLO, BEAT), numbers
// the requests, and sends again what was not answered. Sockets and clocks belong to its drivers;
// what a worker does on top of it is in BatonAgentKit's WorkerSession.
package import BatonWire
package import JSON

/// The I/O-free session of a client or worker.
package struct ClientSession: Sendable {
    /// What can happen to a session.
    package enum Input: Sendable {
        /// The transport's handshake succeeded; messages can flow.
        case connected
        /// The connection is gone; the transport is trying to make a new one.
        case disconnected
        /// The broker's door refused this identity. Final.
        case handshakeRefused(String)
        case received(Message)
        /// Time has passed; nothing else.
        case tick
    }

    /// What is to be done.
    package enum Output: Sendable {
        case send(Message)
        case complete(RequestID, Result<Message, RequestFailure>)
        /// EVENTS or ASSIGN.
        case push(Message)
        /// HELLO was answered with OK, for the first time or again.
        case established(Message)
        /// The session is interrupted; requests wait, and pushes may have been lost.
        case interrupted
        /// No session is possible with this identity, name or version. Final.
        case refused(RequestFailure)
        /// The owner asked to beat by itself, and it is time.
        case beatDue
    }

    /// Who fills BEAT.
    package enum Beats: Sendable {
        /// The session itself, with an empty body.
        case automatic
        /// The owner, whenever it sees `beatDue`.
        case byOwner
    }

    package struct Options: Sendable {
        /// The program's name, for HELLO.
        package var name: String
        package var beats = Beats.automatic
        /// How long one try of a request may stay unanswered. A broker answers within a few
        /// milliseconds; five seconds outlast a slow disk.
        package var tryTimeout = Duration.seconds(5)
        package var backoffFirst = Duration.milliseconds(100)
        package var backoffLongest = Duration.seconds(5)
        /// Requests sent and unanswered at one moment; the rest wait here. Keeps far below the
        /// queue of 1,000 messages that libzmq has for a peer.
        package var inFlightMax = 256
        /// Requests waiting altogether.
        package var waitingMax = 4096

        package init(name: String) { self.name = name }
    }

    package enum State: Sendable, Hashable {
        case disconnected
        /// HELLO is on its way since `at`, as request `id`.
        case greeting(id: RequestID, at: Duration)
        /// HELLO was refused for now and is said again at `at`.
        case greetingAgain(at: Duration)
        case established
        case closed(RequestFailure)
    }

    /// The longest wait that a broker's number is taken for. What is longer is a mistake, and a
    /// time beyond all clocks could not even be waited for.
    package static let askedWaitMax = Duration.seconds(86_400)

    /// How long a refusal asks to wait: from nothing to `askedWaitMax`.
    package static func wait(askedBy refusal: Refusal) -> Duration {
        min(.milliseconds(max(refusal.retryAfterMilliseconds ?? 0, 0)), askedWaitMax)
    }

    package let options: Options
    package internal(set) var state = State.disconnected
    /// Header members of HELLO besides `version` and `name`: a worker's role, credit and leases.
    package var helloMembers = JSONObject()
    /// The broker's numbers, from the last HELLO.
    package internal(set) var heartbeat = Duration.seconds(15)
    package internal(set) var sessionCount = 0

    var backoff: Backoff
    var retryBudget = RetryBudget()
    /// Why the newest HELLO was refused for now; nil once one is answered.
    var greetingRefusal: Refusal?
    var lastID: RequestID = 0
    var greetingTries = 0
    var quickLosses = 0
    var establishedAt = Duration.zero
    var beatDueAt = Duration.zero
    // In the order of their ids: oldest first. Small enough that a walk is cheaper than an index.
    var requests: [Tracked] = []

    /// - Parameter seed: random bits for the jitter of waits.
    package init(options: Options, seed: UInt64) {
        self.options = options
        backoff = Backoff(
            first: options.backoffFirst, longest: options.backoffLongest, seed: seed)
    }

    package var isEstablished: Bool { state == .established }
    // MARK: - Requests

    /// Takes a request. Its reply, refusal or failure comes as one `complete` with the id returned.
    package mutating func request(
        _ request: ClientRequest, at now: Duration,
    ) -> (id: RequestID, outputs: [Output]) {
        lastID += 1
        let id = lastID
        if case .closed(let failure) = state {
            return (id, [.complete(id, .failure(failure))])
        }
        guard requests.count < options.waitingMax else {
            let failure = RequestFailure.tooManyWaiting(limit: options.waitingMax)
            return (id, [.complete(id, .failure(failure))])
        }
        guard request.isResent || isEstablished else {
            return (id, [.complete(id, .failure(.lost))])
        }
        requests.append(
            Tracked(id: id, request: request, deadline: request.timeout.map { now + $0 }))
        return (id, sendReady(at: now))
    }

    /// Forgets a request; a late reply to it is ignored.
    package mutating func forget(_ id: RequestID) {
        requests.removeAll { $0.id == id }
    }

    /// Sends what has no reply (MORE), if there is a session to say it in.
    package func notice(_ verb: Verb, _ header: JSONObject) -> [Output] {
        isEstablished ? [.send(Message(verb, header))] : []
    }

    // MARK: - Inputs

    package mutating func handle(_ input: Input, at now: Duration) -> [Output] {
        if case .closed = state { return [] }
        switch input {
        case .connected:
            greetingTries = 0
            return interrupt(at: now) + greet(at: now)
        case .disconnected:
            let outputs = interrupt(at: now)
            state = .disconnected
            return outputs
        case .handshakeRefused(let why):
            return close(.notPermitted(why))
        case .received(let message):
            return receive(message, at: now)
        case .tick:
            return tick(at: now)
        }
    }

    /// When `tick` is wanted at the latest; nil when nothing is waiting for time.
    package var nextDeadline: Duration? {
        var next: Duration?
        func consider(_ moment: Duration) { next = min(next ?? moment, moment) }
        for tracked in requests {
            if let deadline = tracked.deadline { consider(deadline) }
            guard isEstablished else { continue }
            if tracked.sentAt == nil {
                consider(tracked.notBefore)
            } else if let sentAt = tracked.sentAt, tracked.request.isResent {
                consider(sentAt + options.tryTimeout)
            }
        }
        switch state {
        case .greeting(_, let at): consider(at + options.tryTimeout)
        case .greetingAgain(let at): consider(at)
        case .established: consider(beatDueAt)
        case .disconnected, .closed: break
        }
        return next
    }
}

// MARK: - Greeting

extension ClientSession {
    mutating func greet(at now: Duration) -> [Output] {
        lastID += 1
        greetingTries += 1
        state = .greeting(id: lastID, at: now)
        var header = JSONObject([
            ("id", .integer(lastID)), ("version", 1), ("name", .string(options.name)),
        ])
        for (key, value) in helloMembers.members { header[key] = value }
        return [.send(Message(.hello, header))]
    }

    mutating func greeted(with reply: Message, at now: Duration) -> [Output] {
        guard reply.verb == .ok else {
            guard let refusal = Refusal(reply) else {
                return close(.unintelligible("HELLO was answered with an unknown error"))
            }
            guard refusal.code.isRetryable else { return close(.refused(refusal)) }
            let wait = max(Self.wait(askedBy: refusal), backoff.wait(beforeTry: greetingTries))
            greetingRefusal = refusal
            state = .greetingAgain(at: now + wait)
            return []
        }
        greetingTries = 0
        greetingRefusal = nil
        sessionCount += 1
        establishedAt = now
        state = .established
        if let milliseconds = reply.integer("heartbeat_ms"), milliseconds > 0 {
            heartbeat = min(.milliseconds(milliseconds), Self.askedWaitMax)
        }
        beatDueAt = now + heartbeat
        return [.established(reply)] + sendReady(at: now)
    }

    /// Everything unanswered goes back to the start of the line, or ends when it cannot be resent.
    mutating func interrupt(at now: Duration) -> [Output] {
        let wasEstablished = isEstablished
        var outputs: [Output] = []
        for tracked in requests where !tracked.request.isResent {
            outputs.append(.complete(tracked.id, .failure(.lost)))
        }
        requests.removeAll { !$0.request.isResent }
        // One that waits after a refusal goes on waiting: the broker said for how long.
        for index in requests.indices {
            requests[index].noteInterruption()
            guard requests[index].sentAt != nil else { continue }
            requests[index].sentAt = nil
            requests[index].notBefore = now
        }
        if wasEstablished { outputs.insert(.interrupted, at: 0) }
        return outputs
    }

    mutating func close(_ failure: RequestFailure) -> [Output] {
        state = .closed(failure)
        let ended = requests.map { Output.complete($0.id, .failure(failure)) }
        requests = []
        return ended + [.refused(failure)]
    }
}
