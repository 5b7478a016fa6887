// Claims about what SHOW and LIST tell people: why an attempt failed, and what a decision changes.

import BatonCore
import BatonWire
import JSON
import Testing

@Suite struct ViewTests {
    @Test("the message of a failure stands in the story, in the row and among the dead")
    func failure() throws {
        let harness = try LoopHarness()
        try harness.worker("team.writer")
        let parcel = Parcel(parts: [
            .init(name: "note.txt", mediaType: "text/plain", body: Array("hello".utf8))
        ])
        let task = try harness.ask(
            "operator", .task, JSONObject([("key", "k"), ("agent", "team.writer")]),
            body: parcel.bodyFrames)
        let assignment = try harness.assignment("team.writer")

        try harness.ask(
            "team.writer", as: .agent(AgentName("team.writer")), .fail,
            JSONObject([
                ("task", assignment.header["task"] ?? ""),
                ("token", assignment.header["token"] ?? 0), ("retryable", false),
            ]), body: [(["message": "no style guide\nno paper"] as JSONValue).encoded()])

        let shown = try JSONValue(
            parsing: harness.ask(
                "operator", .show, JSONObject([("task", task.header["task"] ?? "")])
            ).body[0])
        let failed = try #require(
            shown["story"]?.arrayValue?.first { $0["type"]?.stringValue == "task.failed" })
        #expect(failed["message"] == "no style guide\nno paper")
        #expect(failed["text"] == "failed (permanent): no style guide; no paper (1 so far)")
        #expect(shown["last_error"] == "no style guide\nno paper")
        #expect(shown["reason"] == "permanent")
        let dead = try JSONValue(
            parsing: harness.ask("operator", .list, JSONObject([("what", "dead")])).body[0])
        #expect(dead[0]?["last_error"] == "no style guide\nno paper")
    }

    @Test("a direct task brings all its parts, and its first JSON object is its document")
    func directParts() throws {
        let harness = try LoopHarness()
        try harness.worker("x")
        let inputs: JSONValue = ["slo": ["availability": 0.999]]
        let parcel = Parcel(parts: [
            .init(name: "note.txt", mediaType: "text/plain", body: Array("read me".utf8)),
            .init(name: "list.json", mediaType: "application/json", body: Array("[1]".utf8)),
            .init(name: "inputs.json", mediaType: "application/json", body: inputs.encoded()),
        ])

        let task = try harness.ask(
            "operator", .task, JSONObject([("key", "k"), ("agent", "x")]), body: parcel.bodyFrames)

        #expect(task.verb == .ok)
        let assignment = try harness.assignment("x")
        let packet = try JSONValue(parsing: assignment.body[0])
        #expect(
            packet["parts"]?.arrayValue?.map { $0["name"] } == [
                "task/note.txt", "task/list.json", "task/inputs.json",
            ])
        #expect(assignment.body[1] == Array(parcel.parts.map(\.body).joined()))
        #expect(packet["inputs"] == inputs)
        let question: JSONValue = [
            "format": "baton.escalation/1", "blocker": "not feasible", "impact": "no plan",
            "options": [
                [
                    "id": "relax", "label": "Relax", "tradeoffs": "more downtime",
                    "effect": ["kind": "patch", "patch": ["slo": ["availability": 0.99]]],
                ],
                [
                    "id": "stop", "label": "Stop", "tradeoffs": "no result",
                    "effect": ["kind": "cancel"],
                ],
            ],
            "recommended": "relax", "rationale": "it can be met", "needs": "a decision",
            "severity": "high",
        ]
        let raised = try harness.ask(
            "x", as: .agent(AgentName("x")), .escalate,
            JSONObject([
                ("task", assignment.header["task"] ?? ""),
                ("token", assignment.header["token"] ?? 0),
            ]), body: [question.encoded()])
        let shown = try harness.ask(
            "operator", .show, JSONObject([("escalation", raised.header["escalation"] ?? "")]))
        let changes = try JSONValue(parsing: shown.body[0]).value(at: "/options/0/changes")
        #expect(changes == ["slo.availability: 99.9% → 99%"])
    }
}
