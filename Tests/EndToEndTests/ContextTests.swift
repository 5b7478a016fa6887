// Programs that a brief or a card names for what they print, as real processes under a real broker.
import BatonPlatform
import JSON
import Testing

/// One at a time: each has a broker and several agents, and at the start of a run everything else
/// begins, too.
@Suite(.tags(.endToEnd), .serialized, .timeLimit(.minutes(10)))
struct ContextTests {
    private static func brief(_ context: String) -> String {
        SlowAgent.brief.replacing("---\n", with: "---\ncontext: \(context)\n", maxReplacements: 1)
    }

    /// SHA-256 of a text, by Debian's own program.
    private static func digest(of path: String) async throws -> String {
        let plan = LaunchPlan(
            executable: "/usr/bin/sha256sum", arguments: [path], environment: [], directory: nil,
            group: .own, input: .null, output: .pipe, errorOutput: .pipe)
        let run = try await RunningProgram(["sha256sum"], try ChildProcess.spawn(plan)).end()
        return String(run.output.prefix(64))
    }

    @Test("what programs print reaches the agent and is in the record by digest")
    func recorded() async throws {
        try await Stage.with { stage in
            try stage.useStandardAgents()
            let card = SlowAgent.card(instances: 1).replacing(
                "command:", with: "context: [[./state.sh, two words], [/bin/true]]\ncommand:")
            try stage.write(card, to: "agents/test/slow.md")
            try stage.write(
                "#!/bin/sh\necho \"state for $1\"\n", to: "agents/test/state.sh", mode: 0o755)
            // The brain keeps what it was given.
            try stage.write(
                SlowAgent.program(seconds: 0).replacing(
                    "cat >/dev/null", with: "cat >\(stage.folder)/seen"),
                to: "agents/test/slow.sh")
            try await stage.start()
            let file = try stage.write(Self.brief("[cat, notes.txt]"), to: "brief.md")
            try stage.write("the ledger was slow on Monday\n", to: "notes.txt")

            let run = try await stage.baton("submit", file, "--wait", "--timeout", "60s")

            #expect(run.status == 0, "\(run)")
            #expect(run.errorOutput.contains("Running for context: cat notes.txt"), "\(run)")
            let seen = try stage.read("seen")
            #expect(
                seen.contains("===== PART artifacts/context-1.txt (text/plain, 30 bytes) ====="))
            #expect(seen.contains("the ledger was slow on Monday"))
            #expect(seen.contains("===== PART context/1.txt (text/plain, 20 bytes) ====="))
            #expect(seen.contains("state for two words"))
            #expect(seen.contains("(it printed nothing)"))
            let journal = try await stage.journal()
            // The leaf's own digest is salted; the document beside it has the plain one.
            let printed = try await Self.digest(of: "\(stage.folder)/notes.txt")
            let submitted = journal.first { $0["type"] == "brief.submitted" }
            #expect(submitted?.encodedText.contains(printed) == true)
            let delivered = try #require(
                journal.first {
                    $0["type"] == "task.delivered" && $0["actor"] == "agent/test.slow"
                })
            let part = delivered.value(at: "/data/parts")?.arrayValue?.first {
                $0["name"] == "context/1.txt"
            }
            #expect(part?["size"] == 20 && part?["digest"]?.stringValue?.count == 64)
            #expect(delivered.encodedText.contains("state for two words"))
            try await stage.stop()
        }
    }

    @Test("a program of a brief that gives no context keeps it from being submitted, and says why")
    func refused() async throws {
        try await Stage.with { stage in
            try stage.useStandardAgents()
            try await stage.start()
            let secret = "AKIA" + "QWERTYUIOPASDFGH"
            try stage.write("fine\nkey \(secret)\n", to: "leak.txt")
            let cases = [
                ("[./gone.sh]", "./gone.sh is not an executable file"),
                ("[/bin/sh, -c, 'echo broken >&2; exit 3']", "broken"),
                ("[/bin/sh, -c, 'head -c 70000 /dev/zero']", "contextOutputBytesMax 65536 bytes"),
                ("[head, -c, '8', /dev/zero]", "is no text"),
                ("[/bin/sh, -c, 'cat leak.txt >&2; exit 3']", "is left out"),
                ("[cat, leak.txt]", "line 2 of what it prints holds what looks like an AWS"),
            ]
            for (context, reason) in cases {
                let file = try stage.write(Self.brief(context), to: "brief.md")
                let run = try await stage.baton("submit", file)
                #expect(run.status == 65, "\(run)")
                #expect(run.errorOutput.contains(reason), "\(run)")
                #expect(run.errorOutput.contains("nothing was submitted"), "\(run)")
                #expect(!run.errorOutput.contains(secret))
            }
            let briefs = try await stage.json("brief", "list")
            #expect(briefs["briefs"] == [], "\(briefs)")
            try await stage.stop()
        }
    }

    @Test("a program of a card that gives no context fails the attempt, and a secret stays unsaid")
    func cards() async throws {
        try await Stage.with { stage in
            try stage.useStandardAgents()
            let secret = "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyzAB"
            try stage.write(
                SlowAgent.card(instances: 1).replacing(
                    "command:", with: "context: [cat, leak.txt]\ncommand:"),
                to: "agents/test/slow.md")
            try stage.write("\(secret)\n", to: "agents/test/leak.txt")
            try stage.write(SlowAgent.program(seconds: 0), to: "agents/test/slow.sh")
            try await stage.start()
            let file = try stage.write(SlowAgent.brief, to: "brief.md")

            _ = try await stage.baton("submit", file, "--wait", "--timeout", "60s")

            let journal = try await stage.journal()
            let failed = try #require(
                journal.first { $0.value(at: "/data/code")?.stringValue == "context" })
            #expect(failed.encodedText.contains("line 1 of what it prints"), "\(failed)")
            #expect(!journal.contains { $0.encodedText.contains(secret) })
            try await stage.stop()
        }
    }

    @Test("`brief check` shows the programs and runs none; a list that names none is refused")
    func check() async throws {
        try await Stage.with { stage in
            let file = try stage.write(
                Self.brief("[[touch, made.txt], [git, log, -5]]"), to: "brief.md")
            let run = try await stage.baton("brief", "check", file, "--json")
            #expect(run.status == 0, "\(run)")
            let context = try run.json()["context"]
            #expect(context?[1]?["command"] == ["git", "log", "-5"], "\(run)")
            #expect(context?[0]?["line"] == 2)
            #expect(try !Files.exists("\(stage.folder)/made.txt"))

            for wrong in ["[]", "[[]]", "[{a: b}]"] {
                let file = try stage.write(Self.brief(wrong), to: "brief.md")
                let run = try await stage.baton("brief", "check", file, "--json")
                #expect(run.status == 65, "\(run)")
                #expect(run.output.contains("write context: [git, log, -5]"), "\(run)")
            }
        }
    }

    @Test("`agent check` looks for the programs that a card names for context")
    func missing() async throws {
        try await Stage.with { stage in
            let card = SlowAgent.card(instances: 1).replacing(
                "command:", with: "context: [[/bin/true], [gti, log]]\ncommand:")
            let file = try stage.write(card, to: "agents/test/slow.md")
            try stage.write(SlowAgent.program(seconds: 0), to: "agents/test/slow.sh")

            let run = try await stage.baton("agent", "check", file)

            #expect(run.status == 65, "\(run)")
            #expect(run.output.contains("context: there is no program gti in PATH"), "\(run)")
        }
    }

    /// A program for context that leaves a daemon without any mark of ours behind, whose process it
    /// writes down.
    private static let daemon =
        "[/bin/sh, -c, 'setsid env -i sleep 300 >/dev/null 2>&1 & echo $! >pid; sleep 0.2; echo done']"

    @Test(
        "a program's daemon ends with it, whoever sends the brief, who is told of the program",
        arguments: [["submit"], ["task", "submit", SlowAgent.id]])
    func daemons(command: [String]) async throws {
        try await Stage.with { stage in
            try stage.useSlowAgent(seconds: 0)
            try await stage.start()
            let file = try stage.write(Self.brief(Self.daemon), to: "brief.md")

            let run = try await stage.baton(command + [file])

            #expect(run.status == 0, "\(run)")
            #expect(run.errorOutput.contains("Running for context: /bin/sh -c"), "\(run)")
            let daemon = try #require(Int32(try stage.read("pid").replacing("\n", with: "")))
            #expect(!ProcessTable.all().contains { $0.processID == daemon && !$0.hasEnded })
            try await stage.stop()
        }
    }

    @Test("a round with findings works on what the programs printed for the first")
    func rounds() async throws {
        try await Stage.with { stage in
            try stage.useStandardAgents()
            let context = "context: [/bin/sh, -c, 'echo run >>runs; wc -l <runs']\n"
            let card = SlowAgent.card(instances: 1).replacing(
                "command:", with: "\(context)command:")
            try stage.write(card, to: "agents/test/slow.md")
            // The first round's delivery has no plan, the second's has one.
            let whole = SlowAgent.program(seconds: 0)
            let lacking = whole.replacing("# Execution plan", with: "# Plan of some kind")
            try stage.write(whole, to: "agents/test/whole.sh")
            try stage.write(lacking, to: "agents/test/lacking.sh")
            try stage.write(
                "[ -e once ] && exec sh whole.sh\ntouch once\nexec sh lacking.sh\n",
                to: "agents/test/slow.sh")
            try await stage.start()
            let file = try stage.write(SlowAgent.brief, to: "brief.md")

            let run = try await stage.baton("submit", file, "--wait", "--timeout", "60s")

            #expect(run.status == 0, "\(run)")
            #expect(try Files.exists("\(stage.folder)/agents/test/once"))
            #expect(try stage.read("agents/test/runs") == "run\n")
            try await stage.stop()
        }
    }
}
