// What becomes of the requests of a session: sent within a bound, answered, refused for now or for
// good, sent again, out of time.
import BatonWire
import JSON

// MARK: - Replies

extension ClientSession {
    mutating func receive(_ message: Message, at now: Duration) -> [Output] {
        switch message.verb {
        case .ok, .error:
            guard let id = message.integer("re") else { return [] }
            if case .greeting(id, _) = state { return greeted(with: message, at: now) }
            return replied(to: id, with: message, at: now)
        case .assign, .events:
            return [.push(message)]
        default:
            // Not for a peer. A later version may have more pushes; they must not end this one.
            return []
        }
    }

    private mutating func replied(
        to id: RequestID, with reply: Message, at now: Duration,
    ) -> [Output] {
        // A second reply to a request that was sent twice finds nothing here, and is dropped.
        guard let index = requests.firstIndex(where: { $0.id == id }) else { return [] }
        guard reply.verb == .error else {
            requests.remove(at: index)
            return [.complete(id, .success(reply))] + sendReady(at: now)
        }
        guard let refusal = Refusal(reply) else {
            requests.remove(at: index)
            let text = reply.text("message") ?? reply.text("code") ?? "an error without a code"
            return [.complete(id, .failure(.unintelligible(text)))] + sendReady(at: now)
        }
        requests[index].noteRefusal(refusal)
        if refusal.code == .noSession {
            requests[index].sentAt = nil
            return sessionWasLost(at: now)
        }

        let tracked = requests[index]
        guard refusal.code.isCuredByTime, tracked.request.retriesRefusals, tracked.request.isResent
        else {
            requests.remove(at: index)
            return [.complete(id, .failure(tracked.failure(refusal)))] + sendReady(at: now)
        }
        let wanted =
            now + max(Self.wait(askedBy: refusal), backoff.wait(beforeTry: tracked.tries))
        let retryAt = retryBudget.next(wanted: wanted)
        if let deadline = tracked.deadline, retryAt >= deadline {
            requests.remove(at: index)
            return [.complete(id, .failure(tracked.failure(refusal)))] + sendReady(at: now)
        }
        retryBudget.take(at: now)
        requests[index].sentAt = nil
        requests[index].notBefore = retryAt
        requests[index].lastRefusal = refusal
        return sendReady(at: now)
    }

    /// The broker does not know us: one HELLO cures all requests that it refuses for that.
    private mutating func sessionWasLost(at now: Duration) -> [Output] {
        guard isEstablished else { return [] }
        let outputs = interrupt(at: now)
        // The first HELLO goes at once. A broker that takes HELLO and forgets it must not be
        // hammered: sessions shorter than a heartbeat come back slower and slower.
        quickLosses = now - establishedAt < heartbeat ? quickLosses + 1 : 0
        if quickLosses <= 1 { return outputs + greet(at: now) }
        state = .greetingAgain(at: now + backoff.wait(beforeTry: quickLosses))
        return outputs
    }
}

// MARK: - Time

extension ClientSession {
    mutating func tick(at now: Duration) -> [Output] {
        var outputs: [Output] = []
        expireRequests(at: now, into: &outputs)
        switch state {
        case .greeting(_, let at) where now >= at + options.tryTimeout:
            outputs += greet(at: now)
        case .greetingAgain(let at) where now >= at:
            outputs += greet(at: now)
        case .established:
            // A request unanswered for a whole try goes again on the same connection.
            for index in requests.indices {
                guard let sentAt = requests[index].sentAt, now >= sentAt + options.tryTimeout,
                    requests[index].request.isResent
                else { continue }
                let wanted = now + backoff.wait(beforeTry: requests[index].tries)
                requests[index].sentAt = nil
                requests[index].notBefore = retryBudget.next(wanted: wanted)
                retryBudget.take(at: now)
            }
            outputs += sendReady(at: now)
            if now >= beatDueAt {
                beatDueAt = now + heartbeat
                outputs += beat(at: now)
            }
        case .disconnected, .greeting, .greetingAgain, .closed:
            break
        }
        return outputs
    }

    private mutating func beat(at now: Duration) -> [Output] {
        switch options.beats {
        case .byOwner:
            return [.beatDue]
        case .automatic:
            // Its reply is dropped; only `no_session` matters, and that is noticed on the way.
            let beat = ClientRequest(.beat, timeout: heartbeat, isResent: false)
            return request(beat, at: now).outputs
        }
    }

    private mutating func expireRequests(at now: Duration, into outputs: inout [Output]) {
        var kept: [Tracked] = []
        for tracked in requests {
            guard let deadline = tracked.deadline, now >= deadline else {
                kept.append(tracked)
                continue
            }
            let failure: RequestFailure =
                if let refusal = tracked.lastRefusal {
                    tracked.failure(refusal)
                } else if tracked.tries == 0, let refusal = greetingRefusal {
                    .refused(refusal)
                } else {
                    .timedOut(wasSent: tracked.tries > 0)
                }
            outputs.append(.complete(tracked.id, .failure(failure)))
        }
        requests = kept
    }

    /// Sends what may go now: in order, within the bound of unanswered requests.
    mutating func sendReady(at now: Duration) -> [Output] {
        guard isEstablished else { return [] }
        var inFlight = requests.count { $0.sentAt != nil }
        var outputs: [Output] = []
        for index in requests.indices where inFlight < options.inFlightMax {
            guard requests[index].sentAt == nil, requests[index].notBefore <= now else { continue }
            if requests[index].tries == 0 { retryBudget.noteFirstTry() }
            requests[index].noteTry(at: now)
            inFlight += 1
            let tracked = requests[index]
            var header = JSONObject([("id", .integer(tracked.id))])
            for (key, value) in tracked.request.header.members { header[key] = value }
            outputs.append(.send(Message(tracked.request.verb, header, body: tracked.request.body)))
        }
        return outputs
    }
}
