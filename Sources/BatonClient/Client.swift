// The synchronous client for command line programs: one thread, one socket, one request after the
// other or many at once. It drives a ClientSession with the real socket and clock. What can be
// asked is in Client+Requests.swift, files in Client+Content.swift, the stream of events in
// Client+Tail.swift.
import BatonPlatform
package import BatonWire
package import JSON
import ZeroMQ

/// A connection to a broker, for the thread that makes it.
public final class Client {
    public struct Options: Sendable {
        /// How long the first connection may take. A broker on this host is there at once or not
        /// at all; two seconds are for networks.
        public var connectTimeout = Duration.seconds(2)
        /// How long a lost connection may stay lost. A supervisor waits at most 30 s before it
        /// starts a broker again.
        public var reconnectTimeout = Duration.seconds(60)
        /// How long a request may take, all tries together.
        public var requestTimeout = Duration.seconds(30)

        public init() {}
    }

    public let endpoint: String
    public let options: Options
    /// What the broker calls us, such as `user/ann`; empty before the first request.
    public private(set) var actor = ""

    private var connection: PeerConnection
    private var session: ClientSession
    private var results: [RequestID: Result<Message, RequestFailure>] = [:]
    private var awaited: Set<RequestID> = []
    private var interruptItem: Poller.Item?
    private var disconnectedSince: Duration
    private var isClosed = false
    private var isInterrupted = false
    /// Called when the broker goes away (false) and when it is there again (true), on the client's
    /// thread, in the middle of whatever waits.
    package var whenConnectionChanges: ((_ isConnected: Bool) -> Void)?
    var tail: TailState?

    /// Starts to connect; the first request waits for it.
    /// - Throws: `unreachable` at once when the endpoint is a socket file that is not there.
    public init(
        endpoint: String, identity: Identity = .user, name: String, options: Options = Options(),
    ) throws(ClientError) {
        self.endpoint = endpoint
        self.options = options
        if endpoint.hasPrefix("ipc:///") {
            let path = String(endpoint.dropFirst("ipc://".count))
            // A file that cannot be looked at will fail in a clearer way when connecting.
            if (try? Files.exists(path)) == false {
                throw ClientError.unreachable(endpoint, "there is no such socket")
            }
        }
        let context: Context
        do {
            context = try Context()
        } catch {
            throw ClientError(.failed, "libzmq cannot start: \(error.message)")
        }
        connection = try PeerConnection.open(
            endpoint: endpoint, identity: identity, context: context)
        session = ClientSession(
            options: ClientSession.Options(name: name), seed: Entropy.uint64())
        disconnectedSince = monotonicNow()
    }

    deinit { close() }

    /// Says BYE, without waiting for the answer, and closes. Later requests trap.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        guard session.isEstablished else { return }
        let bye = ClientRequest(.bye, isResent: false)
        for case .send(let message) in session.request(bye, at: monotonicNow()).outputs {
            // The broker notices a session that ends without BYE by its silence.
            try? connection.send(message)
        }
    }

    /// Ends whatever waits with `interrupted` as soon as the descriptor is readable: a signal
    /// inbox, say. The caller keeps it open, and reads it.
    public func interrupt(whenReadable descriptor: Int32) {
        if let interruptItem { connection.unwatch(interruptItem) }
        interruptItem = connection.watch(descriptor: descriptor)
    }

    // MARK: - Requests

    /// Asks, and waits for the definite answer.
    /// - Parameter timeout: all tries together; nil takes the client's own.
    package func request(
        _ verb: Verb, _ header: JSONObject = JSONObject(), body: [[UInt8]] = [],
        timeout: Duration? = nil,
    ) throws(ClientError) -> Message {
        let request = ClientRequest(
            verb, header, body: body, timeout: timeout ?? options.requestTimeout)
        let id = try begin(request)
        return try finish(id)
    }

    /// Asks many things at once; the answers are in the order of the requests. A failure of the
    /// connection as a whole ends it, anything else is the failure of one request.
    package func requests(
        _ requests: [ClientRequest],
    ) throws(ClientError) -> [Result<Message, ClientError>] {
        var ids: [RequestID] = []
        var answers: [Result<Message, ClientError>] = []
        answers.reserveCapacity(requests.count)
        var next = 0
        // As many as may be unanswered at once; the session's own line stays short.
        while answers.count < requests.count {
            while next < requests.count, next - answers.count < session.options.inFlightMax {
                ids.append(try begin(requests[next]))
                next += 1
            }
            do {
                answers.append(.success(try finish(ids[answers.count])))
            } catch {
                guard error.kind == .refused || error.kind == .timedOut else { throw error }
                answers.append(.failure(error))
            }
        }
        return answers
    }

    /// Sends a request without waiting; `finish` gets its answer.
    package func begin(_ request: ClientRequest) throws(ClientError) -> RequestID {
        precondition(!isClosed, "the client was closed")
        let (id, outputs) = session.request(request, at: monotonicNow())
        awaited.insert(id)
        try apply(outputs)
        return id
    }

    /// Waits for the answer to a request that `begin` sent.
    package func finish(_ id: RequestID) throws(ClientError) -> Message {
        defer {
            awaited.remove(id)
            results[id] = nil
            session.forget(id)
        }
        while true {
            if let result = results[id] {
                switch result {
                case .success(let message): return message
                case .failure(let failure): throw ClientError(failure, endpoint: endpoint)
                }
            }
            try step(until: nil)
        }
    }

    // MARK: - Driving

    /// Waits for the next thing to happen, at most until the given moment, and deals with it.
    func step(until limit: Duration?) throws(ClientError) {
        let deadlines = [session.nextDeadline, reconnectDeadline, limit, tailDeadline].compactMap(
            \.self)
        let start = monotonicNow()
        try connection.wait(atMost: deadlines.min().map { $0 - start })
        if let interruptItem, connection.isReady(interruptItem) {
            throw ClientError(.interrupted, "interrupted", isDefinite: false)
        }
        let now = monotonicNow()
        for input in try connection.takeInputs() {
            if case .disconnected = input { disconnectedSince = now }
            try apply(session.handle(input, at: now))
        }
        try apply(session.handle(.tick, at: now))
        try checkReachability(at: now)
        try tendTail(at: now)
    }

    private var reconnectDeadline: Duration? {
        guard !connection.isConnected else { return nil }
        return disconnectedSince
            + (connection.wasEverConnected ? options.reconnectTimeout : options.connectTimeout)
    }

    private func checkReachability(at now: Duration) throws(ClientError) {
        guard let deadline = reconnectDeadline else { return }
        // On a local socket the kernel answers at once: three refusals in a row are no accident.
        let isHopeless =
            !connection.wasEverConnected && connection.failedAttempts >= 3
            && endpoint.hasPrefix("ipc://")
        guard isHopeless || now >= deadline else { return }
        throw ClientError.unreachable(
            endpoint, connection.lastFailure, isDefinite: !connection.wasEverConnected)
    }

    func apply(_ outputs: [ClientSession.Output]) throws(ClientError) {
        for output in outputs {
            switch output {
            case .send(let message):
                try connection.send(message)
            case .complete(let id, let result):
                if tailCompleted(id, result) { continue }
                if awaited.contains(id) { results[id] = result }
            case .push(let message):
                takeEvents(message)
            case .established(let reply):
                actor = reply.text("actor") ?? actor
                if isInterrupted { whenConnectionChanges?(true) }
                isInterrupted = false
                try startTail()
            case .interrupted:
                if !isInterrupted { whenConnectionChanges?(false) }
                isInterrupted = true
                interruptTail()
            case .refused(let failure):
                throw ClientError(failure, endpoint: endpoint)
            case .beatDue:
                break
            }
        }
    }

    /// A request outside the table of awaited ones, for the tail.
    func sendUnawaited(_ request: ClientRequest) throws(ClientError) -> RequestID {
        let (id, outputs) = session.request(request, at: monotonicNow())
        try apply(outputs)
        return id
    }

    func sendNotice(_ verb: Verb, _ header: JSONObject) throws(ClientError) {
        try apply(session.notice(verb, header))
    }

    var isEstablished: Bool { session.isEstablished }
}

/// The monotonic clock's reading as a time since its own beginning.
package func monotonicNow() -> Duration { .microseconds(MonotonicClock.nowMicroseconds()) }
