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
}
