// Scripts for the client's session: what happened and when, and what must follow.
import BatonClient
import BatonWire
import JSON
import Testing

/// A session with a clock in the test's hand.
private struct Script {
    var session: ClientSession
    var now = Duration.zero

    init(_ change: (inout ClientSession.Options) -> Void = { _ in }) {
        var options = ClientSession.Options(name: "test")
        change(&options)
        session = ClientSession(options: options, seed: 1)
    }

    mutating func handle(_ input: ClientSession.Input) -> [ClientSession.Output] {
        session.handle(input, at: now)
    }

    /// Connects and gets HELLO answered; returns what followed.
    @discardableResult
    mutating func establish() -> [ClientSession.Output] {
        let hello = handle(.connected).sent.last
        return handle(.received(Replies.hello(hello ?? Message(.hello))))
    }

    mutating func ask(_ request: ClientRequest) -> (id: RequestID, outputs: [ClientSession.Output])
    {
        session.request(request, at: now)
    }

    /// Lets time pass, ticking at each of the session's own deadlines.
    mutating func pass(_ duration: Duration) -> [ClientSession.Output] {
        let end = now + duration
        var outputs: [ClientSession.Output] = []
        var ticks = 0
        while let next = session.nextDeadline, next <= end {
            now = max(now, next)
            outputs += handle(.tick)
            ticks += 1
            #expect(ticks < 1000, "a deadline that a tick does not move is a busy loop")
            if ticks >= 1000 { break }
        }
        now = end
        return outputs + handle(.tick)
    }
}

extension [ClientSession.Output] {
    var sent: [Message] {
        compactMap { if case .send(let message) = $0 { message } else { nil } }
    }

    var completed: [(RequestID, Result<Message, RequestFailure>)] {
        compactMap { if case .complete(let id, let result) = $0 { (id, result) } else { nil } }
    }

    var failures: [RequestFailure] {
        completed.compactMap { if case .failure(let failure) = $0.1 { failure } else { nil } }
    }
}

@Suite("the client's session")
struct ClientSessionTests {
    @Test("no number of a broker makes a session wait longer than a day")
    func longestWait() {
        var script = Script()
        let hello = script.handle(.connected).sent.last ?? Message(.hello)
        var reply = Replies.hello(hello)
        reply.header["heartbeat_ms"] = .integer(.max)

        _ = script.handle(.received(reply))
        let (id, _) = script.ask(ClientRequest(.status, timeout: nil))
        let refusal = Refusal(.overloaded, "full", retryAfterMilliseconds: .max)
        _ = script.handle(.received(refusal.reply(to: id, seq: 1)))

        #expect(script.session.heartbeat == ClientSession.askedWaitMax)
        #expect(script.session.nextDeadline == ClientSession.askedWaitMax)
    }

    @Test("requests wait for HELLO, and go out in order once it is answered")
    func waits() {
        var script = Script()
        let early = script.ask(ClientRequest(.status))
        let second = script.ask(ClientRequest(.list))

        let outputs = script.establish()

        #expect(early.outputs.isEmpty && second.outputs.isEmpty)
        #expect(outputs.sent.map(\.verb) == [.status, .list])
        #expect(outputs.sent.map { $0.integer("id") } == [early.id, second.id])
    }

    @Test("HELLO carries version, name and the members a worker adds")
    func hello() {
        var script = Script()
        script.session.helloMembers = JSONObject([("agent", "core.quality")])

        let hello = script.handle(.connected).sent[0]

        #expect(hello.verb == .hello)
        #expect(hello.integer("version") == 1)
        #expect(hello.text("name") == "test")
        #expect(hello.text("agent") == "core.quality")
    }

    @Test("an unanswered request is sent again after a reconnect, under its id, after HELLO")
    func reconnect() {
        var script = Script()
        script.establish()
        let (id, first) = script.ask(ClientRequest(.submit, JSONObject([("key", "k")])))
        #expect(first.sent.count == 1)

        _ = script.handle(.disconnected)
        let outputs = script.establish()

        #expect(outputs.sent.map(\.verb) == [.submit])
        #expect(outputs.sent[0].integer("id") == id)
        #expect(outputs.sent[0].text("key") == "k")
    }

    @Test("no_session leads to one HELLO, and everything unanswered goes again")
    func noSession() {
        var script = Script()
        script.establish()
        let one = script.ask(ClientRequest(.status)).outputs.sent[0]
        let two = script.ask(ClientRequest(.list)).outputs.sent[0]

        let first = script.handle(.received(Replies.refused(one, .noSession)))
        let second = script.handle(.received(Replies.refused(two, .noSession)))
        let again = script.handle(.received(Replies.hello(first.sent[0])))

        #expect(first.sent.map(\.verb) == [.hello])
        #expect(second.sent.isEmpty)
        #expect(again.sent.map(\.verb) == [.status, .list])
    }

    @Test("a broker that takes HELLO and forgets it is asked slower and slower")
    func forgetful() {
        var script = Script()
        script.establish()
        _ = script.ask(ClientRequest(.status, timeout: nil))
        var hellos = 0

        for _ in 0..<50 {
            let request = Message(.status, JSONObject([("id", 2)]))
            var outputs = script.handle(.received(Replies.refused(request, .noSession)))
            if outputs.sent.isEmpty { outputs = script.pass(.seconds(5)) }
            guard let hello = outputs.sent.first(where: { $0.verb == .hello }) else { continue }
            hellos += 1
            _ = script.handle(.received(Replies.hello(hello)))
        }

        #expect(hellos > 10)
        #expect(script.now > .seconds(20), "50 rounds took only \(script.now)")
    }

    @Test("a second reply to the same request is dropped")
    func duplicateReply() {
        var script = Script()
        script.establish()
        let request = script.ask(ClientRequest(.status)).outputs.sent[0]

        let first = script.handle(.received(Replies.ok(request)))
        let second = script.handle(.received(Replies.ok(request)))

        #expect(first.completed.count == 1)
        #expect(second.isEmpty)
    }

    @Test("a try without reply is followed by another within the backoff, until the deadline")
    func tries() {
        var script = Script()
        script.establish()
        let (id, first) = script.ask(ClientRequest(.submit, timeout: .seconds(18)))

        let later = script.pass(.seconds(17))
        let end = script.pass(.seconds(2))

        #expect(first.sent.count == 1)
        let again = later.sent.filter { $0.verb == .submit }
        #expect(again.count == 3)
        #expect(again.allSatisfy { $0.integer("id") == id })
        #expect(end.failures == [.timedOut(wasSent: true)])
    }

    @Test("a request that was never sent ends as definitely not done")
    func neverSent() {
        var script = Script()
        _ = script.ask(ClientRequest(.submit, timeout: .seconds(3)))

        let outputs = script.pass(.seconds(4))

        #expect(outputs.failures == [.timedOut(wasSent: false)])
    }

    @Test("overloaded is retried after the time the broker asked for")
    func overloaded() {
        var script = Script()
        script.establish()
        let request = script.ask(ClientRequest(.submit)).outputs.sent[0]

        let refused = script.handle(
            .received(Replies.refused(request, .overloaded, retryAfter: 700)))
        let before = script.pass(.milliseconds(699))
        let after = script.pass(.milliseconds(200))

        #expect(refused.completed.isEmpty && before.sent.isEmpty)
        #expect(after.sent.map(\.verb) == [.submit])
    }

    @Test("a refusal that would outlast the deadline is told at once")
    func overloadedTooLong() {
        var script = Script()
        script.establish()
        let request = script.ask(ClientRequest(.submit, timeout: .seconds(1))).outputs.sent[0]

        let outputs = script.handle(
            .received(Replies.refused(request, .overloaded, "full", retryAfter: 5000)))

        #expect(
            outputs.failures == [
                .refused(Refusal(.overloaded, "full", retryAfterMilliseconds: 5000))
            ])
    }

    @Test(
        "each code is waited for, or told at once, as the table says",
        arguments: ErrorCode.allCases)
    func classes(code: ErrorCode) {
        var script = Script()
        script.establish()
        let request = script.ask(ClientRequest(.submit)).outputs.sent[0]

        let outputs = script.handle(.received(Replies.refused(request, code, retryAfter: 100)))

        switch code {
        case .overloaded, .shuttingDown, .diskLow:
            #expect(outputs.completed.isEmpty && outputs.sent.isEmpty)
        case .noSession:
            #expect(outputs.completed.isEmpty && outputs.sent.map(\.verb) == [.hello])
        default:
            #expect(outputs.failures.count == 1 && outputs.sent.isEmpty)
        }
    }

    @Test("a broker that is always full is not asked much more than once for each request")
    func retryBudget() {
        var script = Script()
        script.establish()
        var sent = 0
        var failed = 0
        func handle(_ outputs: [ClientSession.Output], _ script: inout Script) {
            var outputs = outputs
            for message in outputs.sent where message.verb == .submit {
                sent += 1
                outputs += script.handle(
                    .received(Replies.refused(message, .overloaded, "full", retryAfter: 1)))
            }
            let refusal = Refusal(.overloaded, "full", retryAfterMilliseconds: 1)
            failed += outputs.failures.count { $0 == .refused(refusal) }
        }

        for _ in 0..<200 {
            handle(script.ask(ClientRequest(.submit)).outputs, &script)
        }
        for _ in 0..<400 { handle(script.pass(.milliseconds(100)), &script) }

        // The burst, a tenth of the requests, and one every five seconds of the thirty allowed.
        #expect(sent - 200 >= RetryBudget.burst)
        #expect(sent - 200 <= RetryBudget.burst + 20 + 8)
        #expect(failed == 200, "what found no room was told, in time")
    }

    @Test("a request without a time limit is tried for ever, but seldom")
    func retriedForEver() {
        var script = Script()
        script.establish()
        let id = script.ask(ClientRequest(.deliver, timeout: nil)).id

        var outputs: [ClientSession.Output] = []
        for _ in 0..<60 { outputs += script.pass(.seconds(10)) }

        let tries = outputs.sent.count { $0.verb == .deliver }
        #expect(!outputs.completed.contains { $0.0 == id })
        #expect(tries >= 60 && tries <= RetryBudget.burst + 120)
    }

    @Test("a reconnect does not shorten the wait that the broker asked for")
    func waitOutlastsReconnect() {
        var script = Script()
        script.establish()
        let request = script.ask(ClientRequest(.submit)).outputs.sent[0]
        _ = script.handle(.received(Replies.refused(request, .overloaded, retryAfter: 8_000)))

        _ = script.handle(.disconnected)
        let again = script.establish()
        let before = script.pass(.milliseconds(7_900))
        let after = script.pass(.milliseconds(200))

        #expect(again.sent.isEmpty && before.sent.isEmpty)
        #expect(after.sent.map(\.verb) == [.submit])
    }

    @Test("a refusal is no outcome once the request was sent again and got no answer")
    func staleRefusal() {
        var script = Script()
        script.establish()
        let first = script.ask(ClientRequest(.submit)).outputs.sent[0]
        _ = script.handle(.received(Replies.refused(first, .overloaded, "full", retryAfter: 700)))
        let second = script.pass(.seconds(1)).sent
        _ = script.handle(.disconnected)

        let outputs = script.pass(.seconds(30))

        #expect(second.map(\.verb) == [.submit])
        #expect(outputs.failures == [.timedOut(wasSent: true)])
    }

    @Test(
        "after a lost try only a refusal that follows the look for repeats is definite",
        arguments: [
            (ErrorCode.overloaded, true), (.diskLow, true), (.shuttingDown, false),
        ])
    func refusalAfterLostTry(code: ErrorCode, isDefinite: Bool) {
        var script = Script()
        script.establish()
        _ = script.ask(ClientRequest(.submit, retriesRefusals: false))
        _ = script.handle(.disconnected)
        let again = script.establish().sent

        let outputs = script.handle(.received(Replies.refused(again[0], code, "no")))

        #expect(again.map(\.verb) == [.submit])
        let refused = RequestFailure.refused(Refusal(code, "no"))
        #expect(outputs.failures == [isDefinite ? refused : .timedOut(wasSent: true)])
    }

    @Test("a late refusal of the first try says nothing of the second")
    func lateRefusal() {
        var script = Script()
        script.establish()
        let first = script.ask(ClientRequest(.submit, timeout: .seconds(10))).outputs.sent[0]
        let second = script.pass(.seconds(8)).sent

        let outputs = script.handle(
            .received(Replies.refused(first, .overloaded, "full", retryAfter: 60_000)))

        #expect(second.count { $0.verb == .submit } == 1)
        #expect(outputs.failures == [.timedOut(wasSent: true)])
    }

    @Test("a request that never got past HELLO says what HELLO was told")
    func greetingRefusal() {
        var script = Script()
        _ = script.ask(ClientRequest(.submit, timeout: .seconds(3)))
        let hello = script.handle(.connected).sent[0]
        _ = script.handle(
            .received(Replies.refused(hello, .overloaded, "full", retryAfter: 60_000)))

        let outputs = script.pass(.seconds(4))

        #expect(
            outputs.failures == [
                .refused(Refusal(.overloaded, "full", retryAfterMilliseconds: 60_000))
            ])
    }

    @Test("a refusal for now names the wait for people")
    func hint() {
        let soon = ClientError(Refusal(.overloaded, "full", retryAfterMilliseconds: 1_250))
        let later = ClientError(Refusal(.diskLow, "no room", retryAfterMilliseconds: 30_000))
        let never = ClientError(Refusal(.badBrief, "bad"))

        #expect(soon.message == "full; worth another try after 1250 ms")
        #expect(soon.exitStatus == 75 && soon.retryAfter == .milliseconds(1_250))
        #expect(later.message == "no room; worth another try after 30 s")
        #expect(never.message == "bad" && never.retryAfter == nil)
    }

    @Test("a definite refusal ends the request")
    func definite() {
        var script = Script()
        script.establish()
        let request = script.ask(ClientRequest(.submit)).outputs.sent[0]

        let outputs = script.handle(.received(Replies.refused(request, .badBrief, "bad")))

        #expect(outputs.failures == [.refused(Refusal(.badBrief, "bad"))])
    }

    @Test("HELLO refused for good ends the session and all that waits")
    func helloRefused() {
        var script = Script()
        _ = script.ask(ClientRequest(.status))
        let hello = script.handle(.connected).sent[0]

        let outputs = script.handle(.received(Replies.refused(hello, .unknownAgent, "who?")))
        let late = script.ask(ClientRequest(.status)).outputs

        #expect(outputs.failures == [.refused(Refusal(.unknownAgent, "who?"))])
        #expect(late.failures.count == 1)
        #expect(script.session.nextDeadline == nil)
    }

    @Test("HELLO refused for now is said again")
    func helloAgain() {
        var script = Script()
        let hello = script.handle(.connected).sent[0]

        let refused = script.handle(.received(Replies.refused(hello, .shuttingDown)))
        let later = script.pass(.seconds(6))

        #expect(refused.sent.isEmpty)
        #expect(later.sent.first?.verb == .hello)
    }

    @Test("a refused handshake is final and sends nothing")
    func handshake() {
        var script = Script()
        _ = script.ask(ClientRequest(.status))

        let outputs = script.handle(.handshakeRefused("unknown token"))

        #expect(outputs.failures == [.notPermitted("unknown token")])
        #expect(script.handle(.connected).isEmpty)
    }

    @Test("a heartbeat goes out every heartbeat_ms, and its failure hurts nobody")
    func beats() {
        var script = Script()
        script.establish()

        let outputs = script.pass(.seconds(61))

        #expect(outputs.sent.map(\.verb) == [.beat, .beat, .beat, .beat])
    }

    @Test("at most inFlightMax requests are unanswered at once")
    func inFlight() {
        var script = Script { $0.inFlightMax = 2 }
        script.establish()
        let sent = (0..<5).flatMap { _ in script.ask(ClientRequest(.status)).outputs.sent }

        let next = script.handle(.received(Replies.ok(sent[0])))

        #expect(sent.count == 2)
        #expect(next.sent.count == 1)
    }

    @Test("more requests than waitingMax are refused by name of the limit")
    func waitingMax() {
        var script = Script { $0.waitingMax = 3 }

        let failures = (0..<4).flatMap { _ in script.ask(ClientRequest(.status)).outputs.failures }

        #expect(failures == [.tooManyWaiting(limit: 3)])
    }

    @Test("what belongs to one connection is not sent again")
    func notResent() {
        var script = Script()
        script.establish()
        _ = script.ask(ClientRequest(.tail, isResent: false))

        let broken = script.handle(.disconnected)
        let again = script.establish()

        #expect(broken.failures == [.lost])
        #expect(again.sent.isEmpty)
    }

    @Test("jitter stays within its bound, which doubles up to the longest")
    func backoff() {
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5), seed: 7)

        let bounds = [1, 2, 3, 7, 99].map { backoff.bound(ofTry: $0) }
        let waits = (0..<1000).map { _ in backoff.wait(beforeTry: 3) }

        #expect(
            bounds == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .seconds(5),
                .seconds(5),
            ])
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .milliseconds(400) })
        #expect(
            waits.contains { $0 < .milliseconds(100) } && waits.contains { $0 > .milliseconds(300) }
        )
    }
}
