// `baton up` with agents that misbehave, and the people who must hear of it.
import BatonPlatform
import JSON
import Testing

extension EndToEnd {
    @Suite("supervision") struct SupervisionTests {
        @Test("an agent that crash-loops is visible in status, escalated, and told to a command")
        func crashLoop() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try stage.write(Self.brokenCard, to: "agents/test/broken.md")
                try await stage.start(
                    ["--on-escalation", "cat >> '\(stage.folder)/told.json'"], connected: false)

                try await eventually("the escalation is open", within: 90) {
                    try stage.up?.drain()
                    let run = try await stage.baton("escalation", "list", "--json")
                    return run.status == 0 && run.output.contains("test.broken")
                }

                let status = try await stage.json("status")
                let entry = (status.value(at: "/processes/agents")?.arrayValue ?? []).first {
                    $0["name"]?.stringValue == "test.broken"
                }
                #expect(entry?["state"]?.stringValue == "quarantined")
                #expect(try await stage.baton("status").output.contains("test.broken"))
                try await eventually("the command was told, and that is recorded") {
                    JournalChecks.count(try await stage.journal(), "escalation.notified") == 1
                }
                #expect(try stage.read("told.json").contains("test.broken"))
                try await stage.stop()
            }
        }

        private static let brokenCard = """
            ---
            id: test.broken
            name: Broken
            description: Ends at once.
            worker: [/bin/sh, -c, "echo out of order >&2; exit 3"]
            ---
            # Mission

            None.
            """

        @Test("a home that is held is said, and a Markdown brief is a task's document")
        func heldHome() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try await stage.start()
                try await eventually("up says that all are connected") {
                    try stage.up?.drain()
                    return stage.up?.said.contains("all 4 agents are connected") == true
                }
                let again = try await stage.baton("up", "--agents", stage.agents, "--detach")
                #expect(again.status == 75, "\(again)")
                #expect(again.errorOutput.contains("already running (process "))
                let logs = try await stage.baton("agent", "logs", "quality", "--json")
                #expect(try logs.jsonLines().first?["agent"]?.stringValue == "core.quality")

                let file = "\(BatonProgram.sourceRoot)/Agents/briefs/payment-capture.md"
                let task = try await stage.json("task", "submit", "api_reliability", file)

                let id = try #require(task["task"]?.stringValue)
                try await eventually("it is reviewed and accepted", within: 30) {
                    try await stage.json("task", "show", id)["state"]?.stringValue == "accepted"
                }
                try await stage.stop()
            }
        }

        @Test("--detach names the agent that did not connect, with the end of its log")
        func detachFails() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try stage.write(Self.brokenCard, to: "agents/test/broken.md")

                let up = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "10s")

                #expect(up.status == 69, "\(up)")
                #expect(up.errorOutput.contains("test.broken"))
                #expect(up.errorOutput.contains("out of order"))
                #expect(try await stage.baton("down").status == 0)
            }
        }

        @Test("a supervisor whose home was removed ends, and takes everything along")
        func homeRemoved() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try await stage.start()
                let processes = try stage.processes()
                let broker = try stage.process("broker")
                let up = try #require(stage.up)

                try Files.removeTree(stage.home)
                broker.signal(.kill)

                let run = try await up.end(within: 60)
                #expect(run.errorOutput.contains("was removed or replaced"), "\(run)")
                #expect(processes.allSatisfy { !$0.process.isRunning })
            }
        }

        @Test("without cards anywhere the embedded four are started, and said to be")
        func embeddedCards() async throws {
            try await Stage.with { stage in
                let up = try await stage.baton("up", "--detach")

                #expect(up.status == 0, "\(up)")
                #expect(up.errorOutput.contains("come with baton"))
                let agents = try await stage.json("agent", "list")["agents"]?.arrayValue ?? []
                #expect(agents.count == 4)
                #expect(try await stage.baton("down").status == 0)
            }
        }

        @Test("a waiting submit says soon that no agent is connected; Ctrl-C detaches")
        func noAgents() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try await stage.start()
                try await stage.stop()
                let broker = try BatonProgram.start(
                    ["broker", "--home", stage.home], directory: stage.folder)
                try await broker.waits(toSay: "serves")
                let file = try stage.write(
                    Stage.source("Agents/briefs/payment-capture.md"), to: "brief.md")

                let watcher = try BatonProgram.start(
                    ["submit", file, "--wait", "--home", stage.home], directory: stage.folder)
                // After a second or two, where nothing else runs.
                try await watcher.waits(
                    toSay: "No agent is connected for core.orchestrator", within: 10)
                watcher.process.signal(.interrupt)
                let run = try await watcher.end(within: 10)

                #expect(run.status == 130, "\(run)")
                #expect(run.errorOutput.contains("baton brief wait b-"))
                let briefs = try await stage.json("brief", "list")["briefs"]?.arrayValue ?? []
                #expect(briefs.first?["state"]?.stringValue == "running", "nothing was cancelled")
                let late = try await stage.baton("brief", "wait", run.firstLine, "--timeout", "1s")
                #expect(late.status == 75, "\(late)")
                broker.process.signal(.terminate)
                #expect(try await broker.end(within: 20).status == 0)
            }
        }
    }
}

extension BatonProgram.Run {
    /// The first line of standard output: an id, mostly.
    var firstLine: String { output.split(separator: "\n").first.map(String.init) ?? "" }
}
