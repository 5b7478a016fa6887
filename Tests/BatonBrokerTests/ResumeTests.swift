// Claims about connections that come and go: who gets what after, and what a tail costs while it
// waits.

import BatonCore
import BatonWire
import JSON
import Testing

@Suite struct ResumeTests {
    private let writer = ActorName.agent(AgentName("team.writer"))

    @discardableResult
    private func submit(
        _ harness: LoopHarness, key: String, _ bytes: [UInt8] = Array("hello".utf8)
    ) throws -> Message {
        try harness.ask(
            "operator", .task, JSONObject([("key", .string(key)), ("agent", "team.writer")]),
            body: Parcel(parts: [.init(name: "note", mediaType: "text/plain", body: bytes)])
                .bodyFrames)
    }

    private func resume(
        _ harness: LoopHarness, as peer: String, leases: [JSONValue] = []
    ) throws -> Message {
        try harness.ask(
            peer, as: writer, .hello,
            JSONObject([
                ("version", 1), ("agent", "team.writer"), ("instance", "team.writer#1"),
                ("credit", 1), ("leases", .array(leases)),
            ]))
    }

    @Test("a worker that comes by a new connection gets the tasks, not its old connection")
    func newRoute() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")

        _ = try resume(harness, as: "again")
        try submit(harness, key: "k")

        #expect(try harness.assignment("again").text("task") != nil)
        #expect(harness.pushes("team.writer").isEmpty)
        #expect(try harness.ask("team.writer", as: writer, .beat).text("code") == "no_session")
    }

    @Test("what a worker still works on stays its own by a new connection; the rest is given back")
    func listedLeases() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        try submit(harness, key: "one")
        try submit(harness, key: "two")
        let held = harness.pushes("team.writer").filter { $0.verb == .assign }
        try #require(held.count == 2)
        let kept = "\(held[0].text("task") ?? "") \(held[0].integer("token") ?? 0)"

        let reply = try resume(harness, as: "again", leases: [.string(kept), "t-999 4"])
        let delivered = try harness.ask(
            "again", as: writer, .deliver,
            JSONObject([
                ("task", held[0].header["task"] ?? ""), ("token", held[0].header["token"] ?? 0),
            ]),
            body: Parcel(parts: [.init(name: "a", mediaType: "text/plain", body: [0x61])])
                .bodyFrames)

        #expect(reply.texts("lost") == ["t-999 4"])
        #expect(delivered.text("state") == "accepted")
        #expect(try harness.types().filter { $0 == "task.released" }.count == 1)
    }

    @Test("a HELLO that is refused leaves the session as it was")
    func refusedHello() throws {
        let harness = try LoopHarness()
        try harness.hello("operator")

        let refused = try harness.ask(
            "operator", .hello,
            JSONObject([("version", 1), ("agent", "nobody"), ("instance", "x")]))

        #expect(refused.text("code") == "unknown_agent")
        #expect(try harness.ask("operator", .status).verb == .ok)
    }

    @Test("a lease whose assignment cannot arrive is given back at once and does not count")
    func lostAssignment() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        try submit(harness, key: "k")
        let assignment = try harness.assignment("team.writer")

        try harness.losesAssignments(of: "team.writer", [assignment])
        _ = try resume(harness, as: "again")
        try harness.pass(.seconds(2))

        let second = try harness.assignment("again")
        #expect(second.text("task") == assignment.text("task"))
        #expect(try harness.types().contains("task.expired") == false)
    }

    @Test("a tail without credit waits without being asked again, and is told that it is alive")
    func noCredit() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        for number in 0..<20 { try submit(harness, key: "k\(number)") }

        try harness.ask(
            "operator", .tail, JSONObject([("since", 0), ("follow", true), ("credit", 10)]))
        _ = harness.pushes("operator")
        let isDue = harness.hasDueTail
        try harness.pass(.seconds(6))
        let sign = harness.pushes("operator")

        #expect(!isDue)
        #expect(sign.first?.verb == .events)
        #expect(sign.first?.body == [[]])
    }

    @Test("what a tail says it has looked at has no gaps, whatever the filter leaves out")
    func reportedRanges() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        for number in 0..<400 { try submit(harness, key: "k\(number)") }

        try harness.ask(
            "operator", .tail,
            JSONObject([
                ("since", 0), ("follow", true), ("credit", 1_000_000), ("type", "agent.registered"),
            ]))
        for _ in 0..<6 { try harness.pass(.seconds(1)) }

        let said = harness.pushes("operator").filter { $0.verb == .events }
        #expect(said.first?.integer("from") == 0)
        for (before, after) in zip(said, said.dropFirst()) {
            #expect(before.integer("upto") == after.integer("from"))
        }
    }

    @Test("the last events of a filter are found however far back they lie", arguments: [1, 3, 50])
    func lastOfFilter(count: Int64) throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        for number in 0..<1_500 { try submit(harness, key: "k\(number)") }
        let all = try harness.types().filter { $0 == "agent.registered" || $0 == "broker.started" }

        try harness.ask(
            "operator", .tail,
            JSONObject([
                ("last", .integer(count)), ("follow", false), ("credit", 1_000_000),
                ("agent", "team.writer"),
                ("type", "agent."),
            ]))
        for _ in 0..<8 { try harness.pass(.milliseconds(1)) }

        let lines = harness.pushes("operator").filter { $0.verb == .events }.flatMap(\.body)
            .joined()
        #expect(all.count == 2)
        #expect(lines.split(separator: 0x0A).count == 1)
    }

    @Test("a large payload is named in the stream and not joined in")
    func largePayload() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        try submit(harness, key: "k", Array(repeating: 0x61, count: 300 << 10))

        try harness.ask(
            "operator", .tail,
            JSONObject([
                ("since", 0), ("follow", false), ("credit", 1_000_000), ("payload", true),
                ("type", "task.created"),
            ]))

        let line = try #require(harness.pushes("operator").first { $0.verb == .events }?.body.first)
        let event = try JSONValue(parsing: Array(line.dropLast()))
        #expect(event.value(at: "/payload/note/size") == .integer(300 << 10))
    }
}
