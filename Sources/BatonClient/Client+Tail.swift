// The stream of events (TAIL, EVENTS, MORE; wire.md §4.5) as something to pull from. Credit bounds
// what the broker may have on the way; after a break the stream goes on where it stopped, so that
// each event is seen once.
import BatonWire
import JSON

/// What to see of the journal.
package struct TailQuery: Sendable {
    /// The first sequence number wanted.
    package var since: Int64?
    /// So many before the end.
    package var last: Int64?
    package var follow: Bool
    /// Whether texts (escalations, rationales) are joined in.
    package var payload: Bool
    package var brief: String?
    package var task: String?
    package var agent: String?
    /// An event type, or a beginning of types that ends in `.`.
    package var type: String?
    /// Bytes of lines on the way at one time.
    package var credit: Int64 = 1 << 20

    package init(
        since: Int64? = nil, last: Int64? = nil, follow: Bool = false, payload: Bool = true,
        brief: String? = nil, task: String? = nil, agent: String? = nil, type: String? = nil,
    ) {
        self.since = since
        self.last = last
        self.follow = follow
        self.payload = payload
        self.brief = brief
        self.task = task
        self.agent = agent
        self.type = type
    }

    var header: JSONObject {
        var header = JSONObject()
        header["since"] = since.map { .integer($0) }
        header["last"] = last.map { .integer($0) }
        header["follow"] = .bool(follow)
        header["credit"] = .integer(credit)
        header["payload"] = .bool(payload)
        header["brief"] = brief.map { .string($0) }
        header["task"] = task.map { .string($0) }
        header["agent"] = agent.map { .string($0) }
        header["type"] = type.map { .string($0) }
        return header
    }
}

/// One EVENTS message, read.
package struct TailChunk: Sendable {
    /// All events below this were scanned; where the next chunk goes on.
    package let upto: Int64
    /// Nothing more will come.
    package let isEnd: Bool
    /// Events, each as the bytes of its line without the line feed.
    package let lines: [[UInt8]]
    fileprivate let byteCount: Int

    init(_ message: Message) {
        upto = message.integer("upto") ?? 0
        isEnd = message.flag("end") ?? false
        byteCount = message.body.reduce(0) { $0 + $1.count }
        lines = message.body.flatMap { frame in
            frame.split(separator: UInt8(ascii: "\n")).map(Array.init)
        }
    }
}

/// Where the client's one stream stands.
struct TailState {
    var query: TailQuery
    /// The TAIL request whose EVENTS are ours; those of an older one are not.
    var requestID: RequestID?
    var isStarted = false
    var chunks: [TailChunk] = []
    var isFinished = false
    var consumed: Int64 = 0
    var lastHeard: Duration
    var refusal: RequestFailure?
}

extension Client {
    /// A following stream sends something at least every 5 s; three times that is a dead one.
    private static var tailSilenceMax: Duration { .seconds(15) }

    /// Opens the stream; a client has one at a time, and a second call replaces the first.
    package func openTail(_ query: TailQuery) throws(ClientError) {
        try closeTail()
        tail = TailState(query: query, lastHeard: monotonicNow())
        try startTail()
    }

    /// The next chunk, possibly without lines; nil when the time is over first, or the stream is
    /// (then `isTailFinished`).
    package func nextEvents(timeout: Duration?) throws(ClientError) -> TailChunk? {
        let limit = timeout.map { monotonicNow() + $0 }
        while tail != nil {
            if let chunk = try takeChunk() { return chunk }
            if isTailFinished { return nil }
            if let limit, monotonicNow() >= limit { return nil }
            try step(until: limit)
        }
        return nil
    }

    /// True when the broker has said that nothing more will come, and all of it was taken.
    package var isTailFinished: Bool {
        guard let tail else { return true }
        return tail.isFinished && tail.chunks.isEmpty
    }

    /// Ends the stream.
    package func closeTail() throws(ClientError) {
        guard let id = tail?.requestID, isEstablished else {
            tail = nil
            return
        }
        let isFinished = tail?.isFinished ?? true
        tail = nil
        if !isFinished { try stop(id) }
    }

    private func stop(_ id: RequestID) throws(ClientError) {
        let header = JSONObject([("tail", .integer(id))])
        _ = try sendUnawaited(ClientRequest(.stop, header, isResent: false))
    }

    private func takeChunk() throws(ClientError) -> TailChunk? {
        if let refusal = tail?.refusal { throw ClientError(refusal, endpoint: endpoint) }
        guard let chunk = tail?.chunks.first else { return nil }
        tail?.chunks.removeFirst()
        tail?.consumed += Int64(chunk.byteCount)
        guard let state = tail, let id = state.requestID, !state.isFinished,
            state.consumed >= state.query.credit / 2
        else { return chunk }
        // Half of the credit back at a time: the broker never runs dry while we keep up.
        tail?.consumed = 0
        try sendNotice(
            .more,
            JSONObject([
                ("tail", .integer(id)), ("credit", .integer(state.consumed)),
                ("upto", .integer(chunk.upto)),
            ]))
        return chunk
    }

    // MARK: - Called by the driver

    func startTail() throws(ClientError) {
        guard let state = tail, state.requestID == nil, !state.isFinished, isEstablished else {
            return
        }
        let request = ClientRequest(
            .tail, state.query.header, timeout: .seconds(10), isResent: false)
        tail?.consumed = 0
        tail?.isStarted = false
        tail?.lastHeard = monotonicNow()
        // Not in one line: sending may itself change `tail`, which `tail?.… =` would hold open.
        let id = try sendUnawaited(request)
        tail?.requestID = id
    }

    func interruptTail() { tail?.requestID = nil }

    func tailCompleted(_ id: RequestID, _ result: Result<Message, RequestFailure>) -> Bool {
        guard let state = tail, state.requestID == id else { return false }
        switch result {
        case .success(let reply):
            tail?.isStarted = true
            // From here on a break must not begin at the query's own start again.
            if state.query.since == nil || state.query.last != nil, let next = reply.integer("next")
            {
                tail?.query.last = nil
                tail?.query.since = next
            }
        case .failure(.refused(let refusal)) where !refusal.code.isRetryable:
            tail?.refusal = .refused(refusal)
        case .failure:
            // Tried again by `tendTail` or with the next session.
            tail?.requestID = nil
        }
        return true
    }

    func takeEvents(_ message: Message) {
        guard message.verb == .events, let state = tail, message.integer("re") == state.requestID
        else { return }
        let chunk = TailChunk(message)
        tail?.lastHeard = monotonicNow()
        tail?.chunks.append(chunk)
        tail?.query.last = nil
        tail?.query.since = chunk.upto
        if chunk.isEnd { tail?.isFinished = true }
    }

    var tailDeadline: Duration? {
        guard let tail, !tail.isFinished, isEstablished else { return nil }
        return tail.lastHeard + Self.tailSilenceMax
    }

    /// Begins again, under a new id, a stream that has gone silent or was refused for now.
    func tendTail(at now: Duration) throws(ClientError) {
        guard let state = tail, !state.isFinished, isEstablished else { return }
        guard now >= state.lastHeard + Self.tailSilenceMax else { return }
        if let id = state.requestID { try stop(id) }
        tail?.requestID = nil
        try startTail()
    }
}
