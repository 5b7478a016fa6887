// Claims about the conversation itself: sessions, refusals, uploads, the tail.

import BatonCore
import BatonWire
import Crypto
import JSON
import Testing

@Suite struct ConversationTests {
    @Test("a peer without HELLO is told to say it")
    func noSession() throws {
        let harness = try LoopHarness()

        let reply = try harness.ask("stranger", .status)

        #expect(reply.text("code") == "no_session")
        #expect(reply.flag("retryable") == true)
    }

    @Test(
        "frames that are no message are refused and leave no event",
        arguments: [[], [[1, 2]], [wireSignature, Array("NOPE".utf8), Array("{}".utf8)]])
    func malformed(frames: [[UInt8]]) throws {
        let harness = try LoopHarness()
        let before = harness.head

        let replies = try harness.send("odd", frames: frames)

        #expect(replies.first?.text("code") == "malformed")
        #expect(harness.head == before)
    }

    @Test("a reader may end its own tail, as often as it likes")
    func stopTail() throws {
        let harness = try LoopHarness()
        try harness.hello("reader")

        for _ in 0..<20 {
            let begun = try harness.ask(
                "reader", .tail,
                JSONObject([("since", 0), ("follow", true), ("payload", false), ("credit", 900)]))
            #expect(begun.verb == .ok)
            let stopped = try harness.ask(
                "reader", .stop, JSONObject([("tail", begun.header["re"] ?? 0)]))
            #expect(stopped.verb == .ok, "\(stopped.text("message") ?? "")")
        }

        #expect(try !harness.types().contains("access.refused"))
    }

    @Test("a token's role cannot be changed, and the attempt is recorded")
    func claimedRole() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")

        let reply = try harness.ask(
            "imposter", as: .agent(AgentName("team.writer")), .hello,
            JSONObject([("version", 1), ("agent", "core.quality"), ("instance", "x")]))

        #expect(reply.text("code") == "not_permitted")
        #expect(try harness.types().last == "access.refused")
    }

    @Test("an agent may neither submit nor answer nor read everything")
    func agentsWork() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        let writer = ActorName.agent(AgentName("team.writer"))
        let parcel = Parcel(parts: [
            .init(name: "a.json", mediaType: "application/json", body: [0x7B, 0x7D])
        ])

        let task = try harness.ask(
            "team.writer", as: writer, .task, JSONObject([("key", "k"), ("agent", "team.writer")]),
            body: parcel.bodyFrames)
        let status = try harness.ask("team.writer", as: writer, .status)

        #expect(task.text("code") == "not_permitted")
        #expect(status.text("code") == "not_permitted")
    }

    @Test(
        "a direct task is leased, delivered and accepted, and a repeated delivery gets the same answer"
    )
    func direct() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        let body = Array("hello".utf8)
        let parcel = Parcel(parts: [.init(name: "note.txt", mediaType: "text/plain", body: body)])

        let task = try harness.ask(
            "operator", .task, JSONObject([("key", "k"), ("agent", "team.writer")]),
            body: parcel.bodyFrames)
        let assignment = try harness.assignment("team.writer")
        let first = try harness.deliver("team.writer", assignment, [("done.json", ["ok": true])])
        let again = try harness.deliver("team.writer", assignment, [("done.json", ["ok": true])])
        let other = try harness.deliver("team.writer", assignment, [("done.json", ["ok": false])])

        #expect(assignment.body[1] == body)
        #expect(first.text("state") == "accepted")
        #expect(again.flag("duplicate") == true)
        #expect(other.text("code") == "conflict")
        let shown = try harness.ask(
            "operator", .show, JSONObject([("task", task.header["task"] ?? "")]))
        let story = try JSONValue(parsing: shown.body[0])["story"]?.arrayValue ?? []
        #expect(
            story.compactMap { $0["type"]?.stringValue } == [
                "task.created", "task.readied", "task.leased", "task.delivered", "task.accepted",
            ])
    }

    @Test("an attachment arrives in chunks, in any repetition, and is found by its digest")
    func attachments() throws {
        let harness = try LoopHarness()
        try harness.hello("operator")
        let content = Array("twenty bytes of text".utf8)
        let digest = Hex.encode(SHA256.hash(content).bytes)
        func put(_ range: Range<Int>) throws -> Message {
            try harness.ask(
                "operator", .put,
                JSONObject([
                    ("digest", .string(digest)), ("size", 20),
                    ("offset", .integer(Int64(range.lowerBound))),
                    ("media_type", "text/plain"), ("name", "a.txt"),
                ]), body: [Array(content[range])])
        }

        #expect(try put(0..<10).integer("next") == 10)
        #expect(try put(15..<20).integer("next") == 10)
        let last = try put(10..<20)
        let repeated = try put(0..<20)

        #expect(last.flag("complete") == true)
        #expect(repeated.flag("complete") == true)
        #expect(try harness.types().filter { $0 == "document.put" }.count == 1)
    }

    @Test("the tail joins payloads outside the stored bytes, which stay as they are")
    func tail() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        let parcel = Parcel(
            parts: [
                .init(name: "a.json", mediaType: "application/json", body: Array("{\"x\": 1}".utf8))
            ])
        try harness.ask(
            "operator", .task, JSONObject([("key", "k"), ("agent", "team.writer")]),
            body: parcel.bodyFrames)

        for joins in [true, false] {
            try harness.ask(
                "operator", .tail,
                JSONObject([
                    ("since", 0), ("follow", false), ("credit", 1_000_000),
                    ("payload", .bool(joins)),
                ]))
        }

        let streams = harness.pushes("operator").filter { $0.verb == .events }
        try #require(streams.count == 2)
        let joined = streams[0].body[0].split(separator: 0x0A).map(Array.init)
        let plain = streams[1].body[0].split(separator: 0x0A).map(Array.init)
        #expect(plain.count == Int(harness.head))
        for (line, stored) in zip(joined, plain) {
            #expect(line.starts(with: stored.dropLast()))
        }
        let created = try #require(
            try joined.map { try JSONValue(parsing: $0) }
                .first { $0["type"] == "task.created" })
        #expect(created.value(at: "/payload/a.json/x") == 1)
        #expect(streams[1].flag("end") == true)
    }
}
