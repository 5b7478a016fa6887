// Claims about peers that mean no good, or are broken: nothing they say ends the broker, and
// nothing they say gets them what is not theirs.

import BatonBrief
import BatonCore
import BatonWire
import Crypto
import JSON
import Testing

@Suite struct HostilePeerTests {
    private let writer = ActorName.agent(AgentName("team.writer"))

    private func submit(
        _ harness: LoopHarness, key: String = "k", _ bytes: [UInt8] = Array("hello".utf8),
        mediaType: String = "text/plain"
    ) throws -> Message {
        try harness.ask(
            "operator", .task, JSONObject([("key", .string(key)), ("agent", "team.writer")]),
            body: Parcel(parts: [.init(name: "note", mediaType: mediaType, body: bytes)]).bodyFrames
        )
    }

    @Test("an offset beyond all bounds reads nothing")
    func largeOffset() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        _ = try submit(harness)
        let seq = Int64(try #require(try harness.types().firstIndex(of: "task.created")))

        let reply = try harness.ask(
            "operator", .get,
            JSONObject([("event_seq", .integer(seq)), ("part", "note"), ("offset", .integer(.max))])
        )

        #expect(reply.verb == .ok)
        #expect(reply.body == [[]])
    }

    @Test("credit beyond all bounds is the credit that there is")
    func largeCredit() throws {
        let harness = try LoopHarness()
        try harness.hello("operator")

        try harness.ask(
            "operator", .tail,
            JSONObject([("since", 0), ("follow", true), ("credit", .integer(.max))]))
        for _ in 0..<2 {
            _ = try harness.send(
                "operator",
                frames: Message(.more, JSONObject([("tail", 2), ("credit", .integer(.max))])).frames
            )
        }

        #expect(try harness.ask("operator", .status).verb == .ok)
    }

    @Test(
        "what would not fit into an event is refused",
        arguments: [
            (
                Verb.put, "media_type", JSONValue.string(String(repeating: "x", count: 12_000)),
                "malformed"
            ),
            (.put, "media_type", "no type", "malformed"),
            (.notified, "status", .integer(.max), "malformed"),
            (.pause, "agent", .string(String(repeating: "x", count: 600)), "malformed"),
            (.task, "not_before_us", .integer(.max), "malformed"),
        ])
    func overlongMembers(verb: Verb, member: String, value: JSONValue, code: String) throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        try harness.hello("up", as: .supervisor)
        var header = JSONObject([
            ("digest", .string(String(repeating: "0", count: 64))), ("size", 1), ("offset", 0),
            ("escalation", "e-1"), ("key", "k"), ("agent", "team.writer"),
        ])
        header[member] = value
        let parcel = Parcel(parts: [.init(name: "a", mediaType: "text/plain", body: [0x61])])

        let reply = try harness.ask(
            verb == .notified ? "up" : "operator",
            as: verb == .notified ? .supervisor : .person("ann"),
            verb, header, body: verb == .put ? [[0x61]] : verb == .task ? parcel.bodyFrames : [])

        #expect(reply.text("code") == code)
    }

    @Test("a role of one endless character is refused and recorded in few bytes")
    func endlessCharacter() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        let role = "e" + String(repeating: "\u{301}", count: 6_000)

        let reply = try harness.ask(
            "imposter", as: writer, .hello,
            JSONObject([("version", 1), ("agent", .string(role)), ("instance", "x")]))

        #expect(reply.text("code") == "not_permitted")
        #expect((reply.text("message") ?? "").utf8.count <= 1_024)
        #expect(try harness.types().last == "access.refused")
    }

    @Test(
        "a date beyond what an event can hold is a problem of the brief", arguments: [true, false])
    func farDates(isDeadline: Bool) throws {
        let harness = try LoopHarness()
        try harness.hello("operator")
        let far: JSONValue = .integer(253_402_300_799_999_999)
        let brief: JSONValue = [
            "format": "baton.brief/1", "objective": "x", "inputs": [:], "assume": "never",
            isDeadline ? "deadline" : "not_before": isDeadline ? ["at": far] : far,
        ]

        let reply = try harness.ask(
            "operator", .submit, JSONObject([("key", "k")]), body: [brief.encoded()])

        #expect(reply.text("code") == "bad_brief")
    }

    @Test("a card cannot ask for more leases than can be counted", arguments: [Int64.max, -1])
    func cardLeases(count: Int64) throws {
        let harness = try LoopHarness()
        try harness.hello("operator")
        var card = Card(id: "team.writer", name: "writer").json
        card["extra"] = ["leases_max": .integer(count)]

        let reply = try harness.ask("operator", .register, body: [card.encoded()])

        #expect(reply.text("code") == "bad_card")
    }

    @Test("attachments are counted and weighed")
    func attachments() throws {
        let harness = try LoopHarness()
        try harness.hello("operator")
        let artifact: JSONValue = [
            "name": "a", "path": "a", "digest": .string(String(repeating: "0", count: 64)),
            "size": 16_777_216, "media_type": "text/plain",
        ]
        let brief: JSONValue = [
            "format": "baton.brief/1", "objective": "x", "inputs": [:], "assume": "never",
            "artifacts": .array(Array(repeating: artifact, count: 5)),
        ]

        let reply = try harness.ask(
            "operator", .submit, JSONObject([("key", "k")]), body: [brief.encoded()])

        #expect(reply.text("code") == "limit_reached")
        #expect(reply.text("message")?.contains("attachmentsBytesPerBriefMax 67108864") == true)
    }

    @Test("an agent that says BYE behind GET reads nothing that its leases do not name")
    func farewellReader() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        try harness.worker("team.reader")
        _ = try submit(harness)
        let seq = Int64(try #require(try harness.types().firstIndex(of: "task.created")))

        let replies = try harness.askAtOnce(
            "team.reader", as: .agent(AgentName("team.reader")),
            [
                (.get, JSONObject([("event_seq", .integer(seq)), ("part", "note")])),
                (.bye, JSONObject()),
            ])

        #expect(replies.first { $0.verb == .error }?.text("code") == "not_permitted")
        #expect(replies.allSatisfy { $0.body.isEmpty })
    }

    @Test("an upload that stands still gives way to another")
    func stalledUploads() throws {
        let harness = try LoopHarness()
        func put(_ peer: String) throws -> Message {
            try harness.hello(peer)
            return try harness.ask(
                peer, .put,
                JSONObject([
                    ("digest", .string(Hex.encode(SHA256.hash(Array(peer.utf8)).bytes))),
                    ("size", 16_777_216), ("offset", 0), ("media_type", "text/plain"),
                    ("name", "a"),
                ]), body: [[0x61]])
        }
        for number in 0..<8 { #expect(try put("p\(number)").verb == .ok) }

        let refused = try put("late")
        try harness.pass(.seconds(50))
        for number in 0..<8 { try harness.ask("p\(number)", .beat) }
        try harness.pass(.seconds(50))
        let taken = try put("later")

        #expect(refused.text("code") == "overloaded")
        #expect(taken.verb == .ok)
    }

    @Test("a problem list and its texts are bounded on the wire")
    func boundedProblems() {
        let problem = Problem(message: String(repeating: "x", count: 5_000))
        let refusal = Refusal(.badBrief, "many", problems: Array(repeating: problem, count: 1_000))

        let reply = refusal.reply(to: 1, seq: 2)

        #expect(reply.body[0].count < 200_000)
        #expect(Refusal(reply)?.problems.last?.message == "and 872 more")
    }

    @Test("half a character in a header is malformed, and no more")
    func halfCharacter() throws {
        let harness = try LoopHarness()
        try harness.hello("operator")

        let replies = try harness.send(
            "operator",
            frames: [
                wireSignature, Array("STATUS".utf8), Array(#"{"id":1,"x":"\ud800\u0041"}"#.utf8),
            ])

        #expect(replies.first?.text("code") == "malformed")
    }

    /// A journal of more than a tail may have under way: 30 texts of 200 KiB.
    private func filled() throws -> LoopHarness {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        let text = Array(repeating: UInt8(ascii: "x"), count: 200 << 10)
        for number in 0..<30 { _ = try submit(harness, key: "k\(number)", text) }
        return harness
    }

    private func lines(_ messages: [Message]) -> Int {
        messages.filter { $0.verb == .events }.reduce(0) { $0 + ($1.body.first?.count ?? 0) }
    }

    @Test("a peer that grants credit and never reads gets one window and its last line")
    func blindCredit() throws {
        let harness = try filled()
        try harness.hello("blind")
        let reply = try harness.ask(
            "blind", .tail,
            JSONObject([
                ("since", 0), ("follow", true), ("credit", .integer(.max)), ("payload", true),
            ]))
        let more = Message(
            .more,
            JSONObject([("tail", reply.header["re"] ?? JSONValue.null), ("credit", .integer(.max))])
        )
        var bytes = 0

        for _ in 0..<20 { bytes += lines(try harness.send("blind", frames: more.frames)) }

        #expect(bytes > 1 << 20)
        #expect(bytes <= 1 << 20 + 256 << 10)
    }

    @Test("a peer that reads gets everything")
    func readCredit() throws {
        let harness = try filled()
        try harness.hello("reader")
        let reply = try harness.ask(
            "reader", .tail,
            JSONObject([("since", 0), ("follow", true), ("credit", 1_048_576), ("payload", true)]))
        var bytes = 0
        var unread = harness.pushes("reader")

        for _ in 0..<400 {
            guard !unread.isEmpty else {
                try harness.pass(.milliseconds(1))
                unread = harness.pushes("reader")
                continue
            }
            let message = unread.removeFirst()
            guard message.verb == .events else { continue }
            bytes += lines([message])
            let more = JSONObject([
                ("tail", reply.header["re"] ?? JSONValue.null),
                ("upto", message.header["upto"] ?? JSONValue.null),
                ("credit", .integer(Int64(lines([message])))),
            ])
            unread += try harness.send("reader", frames: Message(.more, more).frames)
        }

        #expect(bytes > 30 * 200 << 10)
    }

    @Test("a reader that does not read keeps no broker awake, and gets the rest when it does")
    func idleWithoutCredit() throws {
        let harness = try filled()
        try harness.hello("reader")
        let reply = try harness.ask(
            "reader", .tail,
            JSONObject([("since", 0), ("credit", 1_048_576), ("payload", true)]))
        var unread = harness.pushes("reader")
        for _ in 0..<40 {
            try harness.pass(.milliseconds(1))
            unread += harness.pushes("reader")
        }

        #expect(!harness.hasDueTail)
        #expect(!harness.wakesAtOnce)
        var isEnded = false
        for _ in 0..<400 where !isEnded {
            guard !unread.isEmpty else {
                try harness.pass(.milliseconds(1))
                unread = harness.pushes("reader")
                continue
            }
            let message = unread.removeFirst()
            guard message.verb == .events else { continue }
            isEnded = message.flag("end") ?? false
            let more = JSONObject([
                ("tail", reply.header["re"] ?? JSONValue.null),
                ("upto", message.header["upto"] ?? JSONValue.null),
                ("credit", .integer(Int64(lines([message])))),
            ])
            unread += try harness.send("reader", frames: Message(.more, more).frames)
        }
        #expect(isEnded)
    }

    @Test("what tails may have under way is bounded, for a peer and for all")
    func tailRoom() throws {
        let harness = try LoopHarness()
        func tail(_ peer: String) throws -> Message {
            try harness.ask(
                peer, .tail,
                JSONObject([("follow", true), ("credit", .integer(.max)), ("payload", true)]))
        }
        try harness.hello("first")
        for _ in 0..<3 { #expect(try tail("first").verb == .ok) }

        let tooMany = try tail("first")
        for number in 0..<40 {
            try harness.hello("p\(number)")
            for _ in 0..<3 { _ = try tail("p\(number)") }
        }
        try harness.hello("late")
        let full = try tail("late")
        for number in 0..<40 { try harness.ask("p\(number)", .bye) }

        #expect(tooMany.text("code") == "limit_reached")
        #expect(tooMany.text("message")?.contains("tailsBytesPerSessionMax") == true)
        #expect(full.text("code") == "overloaded")
        #expect(full.text("message")?.contains("tailsBytesMax") == true)
        #expect(try tail("late").verb == .ok)
    }

    @Test("a payload that escapes make long is named and not joined in")
    func escapedPayload() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        let text = Array(repeating: UInt8(1), count: 250 << 10)
        let parts = (0..<4).map { Parcel.Part(name: "p\($0)", mediaType: "text/plain", body: text) }
        try harness.ask(
            "operator", .task, JSONObject([("key", "k"), ("agent", "team.writer")]),
            body: Parcel(parts: parts).bodyFrames)

        try harness.ask(
            "operator", .tail, JSONObject([("since", 0), ("credit", 1_048_576), ("payload", true)]))
        try harness.pass(.seconds(1))
        let longest = harness.pushes("operator").flatMap(\.body).map(\.count).max() ?? 0

        #expect(longest < 2 << 20)
    }
}
