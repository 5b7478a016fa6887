// Flow control as people meet it: a cancellation that reaches a running program by heartbeat,
// a submitter who is told to wait, a brief that asks before it spends more.
import BatonPlatform
import JSON
import Testing

extension EndToEnd {
    @Suite("flow control") struct FlowControlTests {
        /// A program that says that it runs, and waits to be told to end.
        private static let waiting = """
            #!/bin/sh
            cat >/dev/null
            trap ': > terminated; exit 1' TERM
            : > started
            while :; do sleep 0.05; done
            """

        @Test("a cancelled task's program gets SIGTERM with the next heartbeat")
        func cancellation() async throws {
            try await Stage.with { stage in
                try stage.useSlowAgent()
                try stage.write(Self.waiting, to: "agents/test/slow.sh", mode: 0o755)
                // The lease, and whatever follows from its end, would be much too late.
                try stage.write(
                    #"{"heartbeat_ms": 400, "lease_ms": 600000}"#, to: "home/limits.json")
                try await stage.start()
                let task = try await stage.submitSlowTask()
                try await eventually("the program runs") {
                    try Files.exists("\(stage.agents)/test/started")
                }
                #expect(try !Files.exists("\(stage.agents)/test/terminated"))

                let reply = try await stage.json("task", "cancel", task)

                #expect(reply["cancelled"]?.integerValue == 1)
                try await eventually("the program was told", within: 10) {
                    try Files.exists("\(stage.agents)/test/terminated")
                }
                #expect(try await stage.state(of: task) == "cancelled")
                try await stage.stop()
            }
        }

        @Test("a submitter who is too fast ends with 75 and the hint, and then gets through")
        func submitterRate() async throws {
            try await Stage.with { stage in
                try stage.useSlowAgent()
                try stage.write(
                    #"{"submissions_per_minute_max": 1, "submissions_burst_max": 1}"#,
                    to: "home/limits.json")
                try await stage.start()
                _ = try await stage.submitSlowTask()

                let file = try stage.write(#"{"objective": "more"}"#, to: "more.json")
                let run = try await stage.baton("task", "submit", SlowAgent.id, file, "--json")

                #expect(run.status == 75, "\(run)")
                let error = try run.json()["error"]
                #expect(error?["code"]?.stringValue == "overloaded")
                let wait = try #require(error?["retry_after_ms"]?.integerValue)
                #expect((1...60_000).contains(wait))
                #expect(run.errorOutput.contains("worth another try after"))
                try await stage.stop()
            }
        }

        @Test("a brief over its budget waits for a person, and --wait ends with 2")
        func budget() async throws {
            try await Stage.with { stage in
                try stage.useSlowAgent(seconds: 0)
                try await stage.start()
                let text = SlowAgent.brief.replacing(
                    "tags: [slow]\n", with: "tags: [slow]\nbudget: {attempts: 2}\n")
                let file = try stage.write(text, to: "brief.md")

                let run = try await stage.baton("submit", file, "--wait", "--json")

                #expect(run.status == 2, "\(run)")
                let id = try #require(try run.json()["brief"]?.stringValue)
                let questions = try await stage.json("escalation", "list")
                let question = try #require(questions.value(at: "/escalations/0"))
                #expect(question["origin"]?.stringValue == "budget")
                #expect(question["blocker"]?.stringValue?.contains("2 of 2 attempts") == true)
                var answered: Int64 = 0
                var status = run.status
                while status == 2, answered < 8 {
                    _ = try await stage.json(
                        "escalation", "answer", try await openQuestion(stage), "--option",
                        "continue", "--reason", "go on")
                    answered += 1
                    status = try await stage.baton("brief", "wait", id).status
                }
                let shown = try await stage.json("brief", "show", id)
                #expect(status == 0 && shown["state"]?.stringValue == "done")
                let attempts = try #require(shown.value(at: "/used/attempts")?.integerValue)
                // Plan, work, review, close and its review at least, two for each answer.
                #expect(attempts >= 5 && answered == (attempts - 1) / 2)
                try await stage.stop()
            }
        }

        private func openQuestion(_ stage: Stage) async throws -> String {
            let questions = try await stage.json("escalation", "list")
            return questions.value(at: "/escalations/0/escalation")?.stringValue ?? ""
        }
    }
}
