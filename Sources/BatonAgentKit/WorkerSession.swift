// A worker's side of the conversation with the broker (wire.md §4.1, §4.2, §7), without any input or
// output. On top of ClientSession it keeps the leases: takes assignments, beats for them, reports each
// attempt's end until a definite reply, stops what was lost or cancelled, and drains.
package import BatonClient
package import BatonWire
import JSON

/// The I/O-free session of a worker.
package struct WorkerSession: Sendable {
    package enum Input: Sendable {
        case transport(ClientSession.Input)
        /// The handler is done with a lease.
        case finished(LeaseName, AttemptEnd)
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

    package enum Settlement: Sendable, Hashable {
        /// With the state the task has now, where the broker says it.
        case taken(state: String?, duplicate: Bool)
        case dropped(Refusal)
        /// The session ended first.
        case unknown
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

    private struct Held: Sendable {
        let lease: LeaseName
        var state: HeldState
        var percent: Int?
        var message: String?
        var hasProgress = false
    }

    private enum HeldState: Sendable {
        case working
        /// Its end is on the way to the broker.
        case ending(RequestID, AttemptEnd)
        /// The broker could not take the end now; it is said again at `at`.
        case endingAgain(AttemptEnd, at: Duration)
    }

    private enum Phase: Sendable {
        case working
        case draining(until: Duration)
        /// Leases are being given back.
        case releasing(until: Duration)
        case leaving(RequestID?)
        case ended
    }

    package let role: Role
    package private(set) var session: ClientSession
    private var phase = Phase.working
    // Oldest first; at most `concurrency` long, so walks are cheap.
    private var held: [Held] = []
    // BEAT and CREDIT: nobody waits for their replies by name.
    private var housekeeping: [RequestID] = []
    private var lastBeat = Duration.zero
    // Tokens already dealt with: an assignment that comes late must not start old work again.
    private var past: [LeaseName] = []
    private static let pastMax = 256

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
        case .finished(let lease, let end):
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

    private mutating func translate(
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

    private mutating func end(_ ending: Ending, into outputs: inout [Output]) {
        guard !isEnded else { return }
        phase = .ended
        outputs.append(.ended(ending))
    }

    private var isEnded: Bool {
        if case .ended = phase { true } else { false }
    }
}

// MARK: - Leases

extension WorkerSession {
    private mutating func take(
        _ assignment: Assignment, at now: Duration, into outputs: inout [Output],
    ) {
        let lease = assignment.lease
        let isOld = past.contains { $0.task == lease.task && $0.token >= lease.token }
        let known = held.firstIndex { $0.lease.task == lease.task }
        // A lease we let go of, or one we have: the message came late or twice.
        if isOld { return }
        if let known, held[known].lease.token >= lease.token { return }
        if let known {
            outputs.append(.stop(held[known].lease, .lost))
            drop(held[known].lease)
        }
        held.append(Held(lease: lease, state: .working))
        updateHello()
        guard !isDraining, held.count <= role.concurrency else {
            // It crossed our CREDIT on the way.
            finish(lease, .release, at: now, into: &outputs)
            return
        }
        outputs.append(.start(assignment))
    }

    private mutating func finish(
        _ lease: LeaseName, _ end: AttemptEnd, at now: Duration, into outputs: inout [Output],
    ) {
        // Not held any more: it was lost or cancelled meanwhile, and its work is dropped.
        guard let index = held.firstIndex(where: { $0.lease == lease }) else { return }
        guard case .working = held[index].state else { return }
        send(end, at: index, now: now, into: &outputs)
    }

    private mutating func send(
        _ end: AttemptEnd, at index: Int, now: Duration, into outputs: inout [Output],
    ) {
        // No time limit: only a definite reply ends it. Until then the lease is kept alive.
        let request = Self.request(for: held[index].lease, end)
        let (id, results) = session.request(request, at: now)
        held[index].state = .ending(id, end)
        translate(results, at: now, into: &outputs)
    }

    private static func request(for lease: LeaseName, _ end: AttemptEnd) -> ClientRequest {
        var header = JSONObject([("task", .string(lease.task)), ("token", .integer(lease.token))])
        switch end {
        case .deliver(let parts):
            return ClientRequest(
                .deliver, header, body: Parcel(parts: parts).bodyFrames, timeout: nil)
        case .escalate(let document):
            return ClientRequest(.escalate, header, body: [document], timeout: nil)
        case .fail(let retryable, let retryAfter, let code, let message):
            header["retryable"] = .bool(retryable)
            header["retry_after_ms"] = retryAfter.map { .integer($0) }
            header["code"] = code.map { .string($0) }
            let body = JSONValue.object(JSONObject([("message", .string(message))]))
            return ClientRequest(.fail, header, body: [body.encoded()], timeout: nil)
        case .release:
            return ClientRequest(.release, header, timeout: nil)
        }
    }

    private mutating func completed(
        _ id: RequestID, _ result: Result<Message, RequestFailure>, at now: Duration,
        into outputs: inout [Output],
    ) {
        if let known = housekeeping.firstIndex(of: id) {
            housekeeping.remove(at: known)
            if case .success(let reply) = result { beaten(reply, into: &outputs) }
            return
        }
        if case .leaving(id) = phase {
            end(.drained, into: &outputs)
            return
        }
        let ending = held.firstIndex { item in
            if case .ending(id, _) = item.state { true } else { false }
        }
        guard let ending, case .ending(_, let end) = held[ending].state else {
            outputs.append(.complete(id, result))
            return
        }
        let lease = held[ending].lease
        switch result {
        case .success(let reply):
            drop(lease)
            let state = reply.text("state")
            let duplicate = reply.flag("duplicate") ?? false
            outputs.append(.settled(lease, .taken(state: state, duplicate: duplicate)))
        case .failure(.refused(let refusal)):
            refused(end, refusal, at: ending, now: now, into: &outputs)
        case .failure(.unintelligible(let text)):
            drop(lease)
            outputs.append(.settled(lease, .dropped(Refusal(.malformed, text))))
        case .failure(.timedOut), .failure(.lost), .failure(.notPermitted),
            .failure(.tooManyWaiting):
            // The session itself is over, or a bound of our own was hit; say it again.
            held[ending].state = .endingAgain(end, at: now + Self.progressInterval)
        }
    }

    private mutating func refused(
        _ end: AttemptEnd, _ refusal: Refusal, at index: Int, now: Duration,
        into outputs: inout [Output],
    ) {
        let lease = held[index].lease
        if refusal.code.isRetryable {
            let asked = Duration.milliseconds(refusal.retryAfterMilliseconds ?? 0)
            let wait = max(Duration.seconds(5), asked)
            held[index].state = .endingAgain(end, at: now + wait)
            return
        }
        switch (end, refusal.code) {
        case (_, .staleToken), (_, .conflict), (_, .unknownTask), (_, .notPermitted),
            (.fail, _), (.release, _):
            drop(lease)
            outputs.append(.settled(lease, .dropped(refusal)))
        case (.deliver, _), (.escalate, _):
            // Something is wrong with the documents; the lease stays and they can be mended.
            held[index].state = .working
            outputs.append(.findings(lease, refusal))
        }
    }

    private mutating func drop(_ lease: LeaseName) {
        for item in held where item.lease == lease {
            if case .ending(let id, _) = item.state { session.forget(id) }
        }
        held.removeAll { $0.lease == lease }
        past.append(lease)
        if past.count > Self.pastMax { past.removeFirst() }
        updateHello()
    }
}

// MARK: - Session

extension WorkerSession {
    /// What the next HELLO will say; leases in it are the ones the broker must not give away.
    private mutating func updateHello() {
        var members = JSONObject([
            ("agent", .string(role.agent)), ("instance", .string(role.instance)),
            ("credit", .integer(isDraining ? 0 : Int64(role.concurrency))),
        ])
        members["leases"] = .array(held.map { .string($0.lease.description) })
        session.helloMembers = members
    }

    private mutating func greeted(_ reply: Message, into outputs: inout [Output]) {
        outputs.append(.established(actor: reply.text("actor") ?? ""))
        for text in reply.texts("lost") ?? [] {
            guard let lease = LeaseName(listed: text) else { continue }
            stopIfWorking(lease, .lost, into: &outputs)
        }
    }

    /// An end that is already on its way gets its own definite reply: the lease may be gone just
    /// because the broker has taken it.
    private mutating func stopIfWorking(
        _ lease: LeaseName, _ reason: StopReason, into outputs: inout [Output],
    ) {
        guard let item = held.first(where: { $0.lease == lease }),
            case .working = item.state
        else { return }
        drop(lease)
        outputs.append(.stop(lease, reason))
    }

    private mutating func note(_ lease: LeaseName, percent: Int?, message: String?) {
        guard let index = held.firstIndex(where: { $0.lease == lease }) else { return }
        held[index].hasProgress = true
        if let percent { held[index].percent = min(max(percent, 0), 100) }
        if let message { held[index].message = message }
    }

    private mutating func beat(at now: Duration, into outputs: inout [Output]) {
        lastBeat = now
        var entries: [JSONValue] = []
        for index in held.indices {
            var entry = JSONObject([
                ("task", .string(held[index].lease.task)),
                ("token", .integer(held[index].lease.token)),
            ])
            if held[index].hasProgress {
                entry["percent"] = held[index].percent.map { .integer(Int64($0)) }
                entry["message"] = held[index].message.map { .string($0) }
                if held[index].percent == nil, held[index].message == nil {
                    entry["output"] = true
                }
                held[index].hasProgress = false
            }
            entries.append(.object(entry))
        }
        let body = entries.isEmpty ? [] : [JSONValue.array(entries).encoded()]
        let request = ClientRequest(
            .beat, body: body, timeout: session.heartbeat, isResent: false)
        let (id, results) = session.request(request, at: now)
        housekeeping.append(id)
        translate(results, at: now, into: &outputs)
    }

    private mutating func beaten(_ reply: Message, into outputs: inout [Output]) {
        guard let body = reply.body.first, let json = try? JSONValue(parsing: body) else { return }
        for entry in json.arrayValue ?? [] {
            guard let task = entry["task"]?.stringValue, let token = entry["token"]?.integerValue,
                let state = entry["state"]?.stringValue,
                let reason = StopReason(rawValue: state), reason != .draining
            else { continue }
            stopIfWorking(LeaseName(task: task, token: token), reason, into: &outputs)
        }
    }
}

// MARK: - Draining and time

extension WorkerSession {
    private mutating func drain(
        limit: Duration, at now: Duration, into outputs: inout [Output],
    ) {
        switch phase {
        case .working:
            phase = .draining(until: now + limit)
            updateHello()
            if session.isEstablished {
                let header = JSONObject([("credit", 0)])
                let (id, results) = session.request(
                    ClientRequest(.credit, header, timeout: limit + Self.farewellTimeout), at: now)
                housekeeping.append(id)
                translate(results, at: now, into: &outputs)
            }
        case .draining(let until):
            // Asked again, more urgently.
            phase = .draining(until: min(until, now + limit))
        case .releasing, .leaving, .ended:
            break
        }
    }

    /// What follows from the time alone, and from a drain's having nothing left to wait for.
    private mutating func advance(at now: Duration, into outputs: inout [Output]) {
        for lease in leases {
            guard let index = held.firstIndex(where: { $0.lease == lease }),
                case .endingAgain(let end, let at) = held[index].state, now >= at
            else { continue }
            send(end, at: index, now: now, into: &outputs)
        }
        if session.isEstablished, held.contains(where: \.hasProgress),
            now >= lastBeat + Self.progressInterval
        {
            beat(at: now, into: &outputs)
        }
        switch phase {
        case .working, .ended:
            break
        case .draining(let until):
            if held.isEmpty {
                leave(at: now, into: &outputs)
            } else if now >= until {
                giveBack(at: now, into: &outputs)
            }
        case .releasing(let until):
            if held.isEmpty || now >= until { leave(at: now, into: &outputs) }
        case .leaving:
            if !session.isEstablished { end(.drained, into: &outputs) }
        }
    }

    private mutating func giveBack(at now: Duration, into outputs: inout [Output]) {
        phase = .releasing(until: now + Self.farewellTimeout)
        for lease in leases {
            guard let item = held.first(where: { $0.lease == lease }),
                case .working = item.state
            else { continue }
            outputs.append(.stop(lease, .draining))
            finish(lease, .release, at: now, into: &outputs)
        }
    }

    private mutating func leave(at now: Duration, into outputs: inout [Output]) {
        guard session.isEstablished else {
            end(.drained, into: &outputs)
            return
        }
        let bye = ClientRequest(.bye, timeout: Self.farewellTimeout, isResent: false)
        let (id, results) = session.request(bye, at: now)
        phase = .leaving(id)
        translate(results, at: now, into: &outputs)
    }
}
