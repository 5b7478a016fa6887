// Flow control as people meet it: a cancellation that reaches a running program within a heartbeat,
// a submitter who is told to wait, a brief that asks before it spends more.
import BatonPlatform
import JSON
import Testing

extension EndToEnd {
    @Suite("flow control") struct FlowControlTests {
        private static let heartbeatMilliseconds = 400

        /// A program that writes down its process and waits to be told to end.
        private static let waiting = """
            #!/bin/sh
            cat >/dev/null
            trap 'date +%s%N > terminated; exit 1' TERM
            echo $$ > started.new && mv started.new started
            while :; do sleep 0.05; done
            """

        /// Nanoseconds since 1970 that `date` wrote into a file beside the program.
        private func instant(_ name: String, _ stage: Stage) throws -> Int64? {
            guard let text = try? stage.read("agents/test/\(name)") else { return nil }
            return Int64(text.split(separator: "\n").first ?? "")
        }

        @Test("a cancelled task's program gets SIGTERM within a heartbeat")
        func cancellation() async throws {
            try await Stage.with { stage in
                try stage.useSlowAgent()
                try stage.write(Self.waiting, to: "agents/test/slow.sh", mode: 0o755)
                try stage.write(
                    #"{"heartbeat_ms": \#(Self.heartbeatMilliseconds), "lease_ms": 4000}"#,
                    to: "home/limits.json")
                try await stage.start()
                let task = try await stage.submitSlowTask()
                try await eventually("the program runs") {
                    try Files.exists("\(stage.agents)/test/started")
                }

                let reply = try await stage.json("task", "cancel", task)
                // Read after the reply: what the program was told may have come before it.
                let cancelled = WallClock.nowMicroseconds() * 1_000
                try await eventually("the program was told", within: 10) {
                    try self.instant("terminated", stage) != nil
                }

                #expect(reply["cancelled"]?.integerValue == 1)
                let told = try #require(try self.instant("terminated", stage))
                let milliseconds = (told - cancelled) / 1_000_000
                // One heartbeat, the shell's own nap, and a busy machine.
                #expect(milliseconds <= Int64(Self.heartbeatMilliseconds) + 1_000)
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
