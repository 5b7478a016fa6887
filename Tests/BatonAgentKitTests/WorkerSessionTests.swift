// Scripts for a worker's session: assignments, heartbeats, ends, losses and the drain.
import BatonAgentKit
import BatonClient
import BatonWire
import JSON
import Testing

private struct Script {
    var session: WorkerSession
    var now = Duration.zero

    init(concurrency: Int = 2) {
        session = WorkerSession(
            role: .init(agent: "core.quality", instance: "i-1", concurrency: concurrency),
            options: ClientSession.Options(name: "test"), seed: 1)
    }

    mutating func handle(_ input: WorkerSession.Input) -> [WorkerSession.Output] {
        session.handle(input, at: now)
    }

    mutating func receive(_ message: Message) -> [WorkerSession.Output] {
        handle(.transport(.received(message)))
    }

    @discardableResult
    mutating func establish(lost: [String] = []) -> (
        hello: Message, outputs: [WorkerSession.Output]
    ) {
        let hello = handle(.transport(.connected)).sent.last ?? Message(.hello)
        var reply = Replies.hello(hello)
        reply.header["lost"] = .array(lost.map { .string($0) })
        return (hello, receive(reply))
    }

    mutating func assign(_ task: String, _ token: Int64) -> [WorkerSession.Output] {
        receive(
            Message(
                .assign,
                JSONObject([
                    ("task", .string(task)), ("token", .integer(token)), ("kind", "work"),
                    ("agent", "core.quality"), ("attempt", 1), ("lease_ms", 60000),
                ]), body: [Array("{}".utf8), []]))
    }

    mutating func pass(_ duration: Duration) -> [WorkerSession.Output] {
        let end = now + duration
        var outputs: [WorkerSession.Output] = []
        var ticks = 0
        while let next = session.nextDeadline, next <= end {
            now = max(now, next)
            outputs += handle(.transport(.tick))
            ticks += 1
            #expect(ticks < 1000, "a deadline that a tick does not move is a busy loop")
            if ticks >= 1000 { break }
        }
        now = end
        return outputs + handle(.transport(.tick))
    }
}

extension [WorkerSession.Output] {
    fileprivate var sent: [Message] {
        compactMap { if case .send(let message) = $0 { message } else { nil } }
    }

    fileprivate var started: [LeaseName] {
        compactMap { if case .start(let assignment) = $0 { assignment.lease } else { nil } }
    }

    fileprivate var stopped: [String] {
        compactMap {
            if case .stop(let lease, let why) = $0 { "\(lease): \(why.rawValue)" } else { nil }
        }
    }

    fileprivate var settled: [WorkerSession.Settlement] {
        compactMap { if case .settled(_, let how) = $0 { how } else { nil } }
    }

    fileprivate var endings: [WorkerSession.Ending] {
        compactMap { if case .ended(let how) = $0 { how } else { nil } }
    }
}

private let lease = LeaseName(task: "t-1", token: 11)
private let parts = [Parcel.Part(name: "a.json", mediaType: "application/json", body: [123, 125])]

@Suite("a worker's session")
struct WorkerSessionTests {
    @Test("HELLO names the role, the credit and every lease held")
    func hello() {
        var script = Script()
        let first = script.establish().hello
        _ = script.assign("t-1", 11)
        _ = script.handle(.transport(.disconnected))

        let second = script.establish().hello

        #expect(first.text("agent") == "core.quality")
        #expect(first.text("instance") == "i-1")
        #expect(first.integer("credit") == 2)
        #expect(first.texts("leases") == [])
        #expect(second.texts("leases") == ["t-1 11"])
    }

    @Test("an assignment is started once, however often it comes")
    func assignment() {
        var script = Script()
        script.establish()

        let first = script.assign("t-1", 11)
        let again = script.assign("t-1", 11)

        #expect(first.started == [lease])
        #expect(again.started.isEmpty)
    }

    @Test("what an attempt cost travels with its end, and with no release")
    func cost() {
        for end in [
            AttemptEnd.deliver(parts), .escalate([123, 125]),
            .fail(retryable: true, retryAfterMilliseconds: nil, code: nil, message: "no"), .release,
        ] {
            var script = Script()
            script.establish()
            _ = script.assign("t-1", 11)

            let sent = script.handle(.finished(lease, end, costMicroUSD: 250_000)).sent

            let isRelease = sent.first?.verb == .release
            #expect(sent.first?.integer("cost_microusd") == (isRelease ? nil : 250_000))
        }
    }

    @Test("a newer token for the same task stops the older attempt")
    func newerToken() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)

        let outputs = script.assign("t-1", 12)

        #expect(outputs.stopped == ["t-1 11: lost"])
        #expect(outputs.started == [LeaseName(task: "t-1", token: 12)])
    }

    @Test("an assignment under a token that was lost is dropped")
    func lateAssignment() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        _ = script.handle(.transport(.disconnected))
        let lost = script.establish(lost: ["t-1 11"]).outputs

        let late = script.assign("t-1", 11)

        #expect(lost.stopped == ["t-1 11: lost"])
        #expect(late.started.isEmpty)
        #expect(script.session.leases.isEmpty)
    }

    @Test("heartbeats name every lease, and carry progress once")
    func heartbeat() throws {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        _ = script.handle(.progress(lease, percent: 40, message: "half"))

        let beats = script.pass(.seconds(31)).sent.filter { $0.verb == .beat }

        let bodies = try beats.map { try JSONValue(parsing: $0.body[0]) }
        #expect(bodies.count >= 2)
        #expect(bodies[0][0]?["task"] == "t-1")
        #expect(bodies[0][0]?["token"] == 11)
        #expect(bodies.contains { $0[0]?["percent"] == 40 && $0[0]?["message"] == "half" })
        #expect(bodies.count { $0[0]?["percent"] != nil } == 1)
    }

    @Test("progress goes out at most once a second")
    func progressRate() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)

        var beats = 0
        for percent in 0..<50 {
            beats += script.handle(.progress(lease, percent: percent, message: nil)).sent.count
            beats += script.pass(.milliseconds(100)).sent.count
        }

        #expect(beats >= 4 && beats <= 6)
    }

    @Test(
        "a heartbeat's answer stops what was cancelled or lost", arguments: ["cancelled", "lost"])
    func beatAnswer(state: String) throws {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        let beat = try #require(script.pass(.seconds(16)).sent.first { $0.verb == .beat })
        let body = "[{\"task\":\"t-1\",\"token\":11,\"state\":\"\(state)\",\"until_us\":0}]"

        let outputs = script.receive(Replies.ok(beat, body: [Array(body.utf8)]))
        let late = script.handle(.finished(lease, .deliver(parts)))

        #expect(outputs.stopped == ["t-1 11: \(state)"])
        #expect(late.sent.isEmpty, "the result of stopped work must not be delivered")
    }

    @Test("a delivery is sent again until a definite answer, also across reconnects")
    func delivery() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        let first = script.handle(.finished(lease, .deliver(parts))).sent
        let later = script.pass(.seconds(12)).sent.filter { $0.verb == .deliver }
        _ = script.handle(.transport(.disconnected))

        let (hello, outputs) = script.establish()
        let again = outputs.sent.filter { $0.verb == .deliver }
        let settled = script.receive(
            Replies.ok(again[0], JSONObject([("state", "delivered"), ("duplicate", true)])))

        #expect(first.map(\.verb) == [.deliver])
        #expect(!later.isEmpty)
        #expect(hello.texts("leases") == ["t-1 11"])
        #expect(again.count == 1)
        #expect(settled.settled == [.taken(state: "delivered", duplicate: true)])
        #expect(script.session.leases.isEmpty)
    }

    @Test("a duplicate answer to a delivery changes nothing")
    func duplicateAnswer() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        let sent = script.handle(.finished(lease, .deliver(parts))).sent[0]

        let first = script.receive(Replies.ok(sent))
        let second = script.receive(Replies.ok(sent))

        #expect(first.settled.count == 1)
        #expect(second.isEmpty)
    }

    @Test("a lease reported lost while its delivery is on the way waits for the definite answer")
    func lostWhileDelivering() throws {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        let deliver = script.handle(.finished(lease, .deliver(parts))).sent[0]
        let beat = try #require(script.pass(.seconds(16)).sent.first { $0.verb == .beat })
        let body = "[{\"task\":\"t-1\",\"token\":11,\"state\":\"lost\",\"until_us\":0}]"

        let beaten = script.receive(Replies.ok(beat, body: [Array(body.utf8)]))
        let answered = script.receive(Replies.ok(deliver))

        #expect(beaten.stopped.isEmpty)
        #expect(answered.settled.count == 1)
    }

    @Test(
        "documents that were refused come back as findings, and the lease stays",
        arguments: [ErrorCode.incompleteDelivery, .planRefused, .badVerdict, .unchanged, .tooLarge])
    func findings(code: ErrorCode) {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        let sent = script.handle(.finished(lease, .deliver(parts))).sent[0]

        let outputs = script.receive(Replies.refused(sent, code, "mend it"))
        let again = script.handle(.finished(lease, .deliver(parts)))

        #expect(outputs.contains { if case .findings(lease, _) = $0 { true } else { false } })
        #expect(script.session.leases == [lease])
        #expect(again.sent.map(\.verb) == [.deliver])
    }

    @Test(
        "an attempt that is nobody's any more is dropped",
        arguments: [ErrorCode.staleToken, .conflict, .unknownTask])
    func dropped(code: ErrorCode) {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        let sent = script.handle(.finished(lease, .deliver(parts))).sent[0]

        let outputs = script.receive(Replies.refused(sent, code))

        #expect(outputs.settled == [.dropped(Refusal(code, "no"))])
        #expect(script.session.leases.isEmpty)
    }

    @Test("no_session in the middle of work: HELLO with the leases, then the delivery again")
    func noSession() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        let sent = script.handle(.finished(lease, .deliver(parts))).sent[0]

        let refused = script.receive(Replies.refused(sent, .noSession))
        let hello = refused.sent.first
        let again = script.receive(Replies.hello(hello ?? Message(.hello)))

        #expect(hello?.verb == .hello)
        #expect(hello?.texts("leases") == ["t-1 11"])
        #expect(again.sent.map(\.verb) == [.deliver])
    }

    @Test("an assignment that overtakes the reply to a delivery is not given back")
    func overtaking() {
        var script = Script(concurrency: 1)
        script.establish()
        _ = script.assign("t-1", 11)
        let deliver = script.handle(.finished(lease, .deliver(parts))).sent[0]

        let next = script.assign("t-2", 12)
        let settled = script.receive(Replies.ok(deliver))
        let tooMany = script.assign("t-3", 13)

        #expect(next.started == [LeaseName(task: "t-2", token: 12)])
        #expect(settled.settled.count == 1)
        #expect(tooMany.started.isEmpty)
        #expect(tooMany.sent.map(\.verb) == [.release])
    }

    @Test("a drain with nothing running says CREDIT 0 and BYE, and ends")
    func drainIdle() {
        var script = Script()
        script.establish()

        let drain = script.handle(.drain(limit: .seconds(30)))
        let end = script.receive(Replies.ok(drain.sent[1]))

        #expect(drain.sent.map(\.verb) == [.credit, .bye])
        #expect(drain.sent[0].integer("credit") == 0)
        #expect(end.endings == [.drained])
    }

    @Test("a drain lets running work finish, and takes nothing new")
    func drainFinishes() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        _ = script.handle(.drain(limit: .seconds(30)))

        let crossed = script.assign("t-2", 12)
        let released = script.receive(Replies.ok(crossed.sent[0]))
        let deliver = script.handle(.finished(lease, .deliver(parts))).sent
        let bye = script.receive(Replies.ok(deliver[0]))

        #expect(crossed.started.isEmpty)
        #expect(crossed.sent.map(\.verb) == [.release])
        #expect(released.sent.isEmpty)
        #expect(bye.sent.map(\.verb) == [.bye])
    }

    @Test("a drain gives back what does not finish in time")
    func drainReleases() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        _ = script.handle(.drain(limit: .seconds(5)))

        let outputs = script.pass(.seconds(6))
        let release = outputs.sent.first { $0.verb == .release }
        let bye = script.receive(Replies.ok(release ?? Message(.release)))

        #expect(outputs.stopped == ["t-1 11: draining"])
        #expect(release?.integer("token") == 11)
        #expect(bye.sent.map(\.verb) == [.bye])
    }

    @Test("a drain ends although the broker is gone")
    func drainAlone() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        _ = script.handle(.transport(.disconnected))
        _ = script.handle(.drain(limit: .seconds(5)))

        let outputs = script.pass(.seconds(20))

        #expect(outputs.endings == [.drained])
        #expect(script.session.handle(.transport(.tick), at: .seconds(99)).isEmpty)
    }

    @Test("a broker that answers nothing more cannot hold up a drain")
    func drainUnanswered() {
        var script = Script()
        script.establish()
        _ = script.assign("t-1", 11)
        _ = script.handle(.drain(limit: .zero))

        let outputs = script.pass(.seconds(10))

        #expect(outputs.endings == [.drained])
    }

    @Test("a role that the broker refuses ends the worker, and all its work")
    func refused() {
        var script = Script()
        let hello = script.handle(.transport(.connected)).sent[0]

        let outputs = script.receive(Replies.refused(hello, .unknownAgent, "no such card"))

        #expect(outputs.endings == [.refused(.refused(Refusal(.unknownAgent, "no such card")))])
    }

    @Test("the owner's own requests are answered beside the leases'")
    func ownRequests() {
        var script = Script()
        script.establish()
        let (id, outputs) = script.session.request(
            ClientRequest(.get, JSONObject([("digest", "d")])), at: script.now)

        let answered = script.receive(Replies.ok(outputs.sent[0]))

        #expect(answered.contains { if case .complete(id, .success) = $0 { true } else { false } })
    }
}
