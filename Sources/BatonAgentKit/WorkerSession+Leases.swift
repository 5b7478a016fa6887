// The life of a lease as its worker sees it: taken, worked on, ended, and the end said until there
// is a definite reply (wire.md §4.2, §7).
import BatonClient
import BatonWire
import JSON

extension WorkerSession {
    mutating func take(
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
        // A lease whose end is on its way does not count: the broker, having taken it, assigns the
        // next in the same breath, and that may arrive before the reply does.
        let workingCount = held.count { item in
            if case .working = item.state { true } else { false }
        }
        guard !isDraining, workingCount <= role.concurrency else {
            // It crossed our CREDIT on the way.
            finish(lease, .release, at: now, into: &outputs)
            return
        }
        outputs.append(.start(assignment))
    }

    mutating func finish(
        _ lease: LeaseName, _ end: AttemptEnd, at now: Duration, into outputs: inout [Output],
    ) {
        // Not held any more: it was lost or cancelled meanwhile, and its work is dropped.
        guard let index = held.firstIndex(where: { $0.lease == lease }) else { return }
        guard case .working = held[index].state else { return }
        send(end, at: index, now: now, into: &outputs)
    }

    mutating func send(
        _ end: AttemptEnd, at index: Int, now: Duration, into outputs: inout [Output],
    ) {
        // No time limit: only a definite reply ends it. Until then the lease is kept alive.
        let request = Self.request(for: held[index].lease, end, held[index].costMicroUSD)
        let (id, results) = session.request(request, at: now)
        held[index].state = .ending(id, end)
        translate(results, at: now, into: &outputs)
    }

    private static func request(
        for lease: LeaseName, _ end: AttemptEnd, _ costMicroUSD: Int64?,
    ) -> ClientRequest {
        var header = JSONObject([("task", .string(lease.task)), ("token", .integer(lease.token))])
        header["cost_microusd"] = costMicroUSD.map { .integer($0) }
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
            header["cost_microusd"] = nil
            return ClientRequest(.release, header, timeout: nil)
        }
    }

    mutating func completed(
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
            let wait = max(Duration.seconds(5), ClientSession.wait(askedBy: refusal))
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

    mutating func drop(_ lease: LeaseName) {
        for item in held where item.lease == lease {
            if case .ending(let id, _) = item.state { session.forget(id) }
        }
        held.removeAll { $0.lease == lease }
        past.append(lease)
        if past.count > Self.pastMax { past.removeFirst() }
        updateHello()
    }
}
