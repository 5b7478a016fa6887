// `baton agent test` and `baton agent check`: examples as their authors meet them.
import BatonPlatform
import JSON
import Testing

@Suite(.tags(.endToEnd), .timeLimit(.minutes(10)))
struct AgentExampleTests {
    @Test("every agent that comes with baton has two examples, and all hold")
    func shipped() async throws {
        let run = try await BatonProgram.run(
            ["agent", "test", "Agents", "--json"], directory: BatonProgram.sourceRoot)

        #expect(run.status == 0, "\(run)")
        let cards = try #require(try run.json()["cards"]?.arrayValue)
        #expect(cards.count == 4)
        for card in cards {
            let outcomes = card["examples"]?.arrayValue?.compactMap { $0["outcome"]?.stringValue }
            #expect((outcomes?.count ?? 0) >= 2, "\(card["id"] ?? "")")
            let asks = outcomes?.contains("escalated") ?? false
            #expect(asks || card["id"] == "core.quality", "\(card["id"] ?? "")")
        }
    }

    /// A card with a command that delivers the five headings and writes what it found.
    private static let card = """
        ---
        id: team.writer
        description: Writes
        tags: [docs]
        command: [./writer.sh]
        attempt_timeout: 20s
        ---
        # Mission

        Writes.
        """

    private static func program(_ title: String) -> String {
        """
        #!/bin/sh
        cat >/dev/null
        cat <<END
        # Objective snapshot

        Readers find what they look for.

        # Execution plan

        - S1: \(title); owner: docs; done when: it can be read

        # Risk register

        - K1: Nobody reads it; severity: low; likelihood: low; impact: delay; mitigation: link it; owner: docs; trigger: a question that it answers

        # Validation checklist

        - C1: broken links <= 0; unit: count; method: link checker; when: at handoff; owner: docs; traces: AC1

        # Handoff packet

        The docs team publishes it.
        END

        """
    }

    private static let brief = """
        # Objective

        Readers find what they look for.

        # Acceptance criteria

        - No broken links.
        """

    /// A stage with one card, its program and one example.
    private static func prepare(_ stage: Stage) throws -> String {
        try stage.write(program("Write the page"), to: "agents/team/writer.sh", mode: 0o755)
        try stage.write(brief, to: "agents/examples/team.writer/first/brief.md")
        return try stage.write(card, to: "agents/team/writer.md")
    }

    @Test("a command's delivery is recorded, holds, and a change is shown with its place")
    func recorded() async throws {
        try await Stage.with { stage in
            let card = try Self.prepare(stage)

            let bare = try await stage.baton("agent", "test", card)
            #expect(bare.status == 1)
            #expect(bare.output.contains("nothing is recorded"))
            let record = try await stage.baton("agent", "test", card, "--record")
            #expect(record.status == 0, "\(record)")
            let again = try await stage.baton("agent", "test", card)
            #expect(again.status == 0, "\(again)")

            try stage.write(
                Self.program("Write two pages"), to: "agents/team/writer.sh", mode: 0o755)
            let changed = try await stage.baton("agent", "test", card, "--json")
            #expect(changed.status == 1)
            let differences = try #require(
                try changed.json().value(at: "/cards/0/examples/0/differences")?.arrayValue)
            #expect(
                differences.contains {
                    $0["file"] == "execution_plan.json" && $0["place"] == "/steps/0/title"
                        && $0["expected"]?.stringValue?.contains("the page") == true
                        && $0["found"]?.stringValue?.contains("two pages") == true
                }, "\(changed)")
            #expect(
                differences.contains {
                    $0["file"] == "source.md"
                        && $0["place"]?.stringValue?.hasPrefix("line ") == true
                }, "\(changed)")
        }
    }

    @Test("what a card's command leaves behind ends with it")
    func daemons() async throws {
        try await Stage.with { stage in
            let card = try Self.prepare(stage)
            let daemon = "setsid env -i sleep 300 >/dev/null 2>&1 &\necho $! >\(stage.folder)/pid\n"
            let program = Self.program("Write the page")
            try stage.write(
                program.replacing("#!/bin/sh\n", with: "#!/bin/sh\n\(daemon)"),
                to: "agents/team/writer.sh", mode: 0o755)

            let record = try await stage.baton("agent", "test", card, "--record")

            #expect(record.status == 0, "\(record)")
            let left = try #require(Int32(try stage.read("pid").replacing("\n", with: "")))
            #expect(!ProcessTable.all().contains { $0.processID == left && !$0.hasEnded })
        }
    }

    @Test("numbers are compared by value, to nine digits")
    func values() async throws {
        try await Stage.with { stage in
            let card = try Self.prepare(stage)
            func say(_ text: String) throws {
                try stage.write(
                    "#!/bin/sh\ncat >/dev/null\necho '{\"escalation\": \(text)}'\n",
                    to: "agents/team/writer.sh", mode: 0o755)
            }
            func question(_ deadline: String, _ owner: String) -> String {
                #"{"owner": "\#(owner)", "blocker": "No page", "impact": "It waits","#
                    + #" "options": [{"id": "a", "label": "A", "tradeoffs": "none","#
                    + #" "effect": {"kind": "none"}}, {"id": "b", "label": "B","#
                    + #" "tradeoffs": "none", "effect": {"kind": "cancel"}}],"#
                    + #" "recommended": "a", "rationale": "It is better", "needs": "a page","#
                    + #" "severity": "low", "deadline": \#(deadline)}"#
            }
            try say(question("3600.5", "ann"))
            let record = try await stage.baton("agent", "test", card, "--record")
            #expect(record.status == 0, "\(record)")
            try say(question("3600.5000000001", "ann"))
            let near = try await stage.baton("agent", "test", card)
            #expect(near.status == 0, "\(near)")
            try say(question("3600.5001", "bob"))
            let other = try await stage.baton("agent", "test", card)
            #expect(other.status == 1)
            #expect(
                other.output.contains("/owner: expected \"ann\", found \"bob\""), "\(other)")
            #expect(
                other.output.contains("/deadline: expected 3600.5, found 3600.5001"), "\(other)")
        }
    }

    @Test("what the gate would reject is not recorded; a slow command is stopped in time")
    func unfit() async throws {
        try await Stage.with { stage in
            let card = try Self.prepare(stage)
            try stage.write(Self.program("TBD"), to: "agents/team/writer.sh", mode: 0o755)
            let rejected = try await stage.baton("agent", "test", card, "--record")
            #expect(rejected.status == 1, "\(rejected)")
            #expect(rejected.output.contains("no-placeholder"), "\(rejected)")
            #expect(try !Files.exists("\(stage.agents)/examples/team.writer/first/golden"))

            try stage.write(
                "#!/bin/sh\ncat >/dev/null\nexec sleep 600\n", to: "agents/team/writer.sh",
                mode: 0o755)
            let slow = try await stage.baton("agent", "test", card, "--timeout", "1s")
            #expect(slow.status == 1)
            #expect(slow.output.contains("did not end in time"), "\(slow)")
        }
    }

    @Test("one time-out is for the whole example, a second round with findings included")
    func wholeTimeout() async throws {
        try await Stage.with { stage in
            let card = try Self.prepare(stage)
            try stage.write(
                "#!/bin/sh\ncat >/dev/null\nsleep 2\necho '{\"escalation\": {}}'\n",
                to: "agents/team/writer.sh", mode: 0o755)

            let slow = try await stage.baton("agent", "test", card, "--timeout", "3s")

            #expect(slow.status == 1)
            #expect(slow.output.contains("did not end in time"), "\(slow)")
        }
    }

    @Test("recording anew leaves nothing of what was there before, and nothing beside it")
    func recordedAnew() async throws {
        try await Stage.with { stage in
            let card = try Self.prepare(stage)
            let folder = "\(stage.agents)/examples/team.writer/first"
            let golden = "examples/team.writer/first/golden/gone.txt"
            // What an interrupted run has left, and a file that is delivered no more.
            try stage.write("half", to: "agents/examples/team.writer/first/.golden.new/half.txt")
            try stage.write("old", to: "agents/\(golden)")

            let record = try await stage.baton("agent", "test", card, "--record")

            #expect(record.status == 0, "\(record)")
            #expect(try Files.list(folder).sorted() == ["brief.md", "golden"])
            #expect(try !Files.exists("\(stage.agents)/\(golden)"))
            #expect(try Files.exists("\(folder)/golden/execution_plan.json"))
        }
    }

    @Test("checks hold what a golden file cannot, and say what does not")
    func checks() async throws {
        try await Stage.with { stage in
            let card = try Self.prepare(stage)
            func check(_ checks: String) throws {
                try stage.write(
                    """
                    {"format": "baton.example_checks/1", "outcome": "delivered",
                     "checks": [\(checks)]}
                    """, to: "agents/examples/team.writer/first/checks.json")
            }
            try check(
                #"{"part": "source.md", "contains": "publishes"}"#
                    + #", {"part": "risk_register.json", "pointer": "/risks", "items_min": 1}"#)
            let holds = try await stage.baton("agent", "test", card)
            #expect(holds.status == 0, "\(holds)")

            try check(
                #"{"part": "risk_register.json", "pointer": "/risks", "items_min": 2}"#
                    + #", {"part": "risk_register.json", "pointer": "/risks/0/owner", "#
                    + #""equals": "ann"}, {"part": "plan.json"}"#)
            let fails = try await stage.baton("agent", "test", card)
            #expect(fails.status == 1)
            #expect(fails.output.contains("has 1 items, not 2 or more"), "\(fails)")
            #expect(fails.output.contains("is \"docs\", not \"ann\""), "\(fails)")
            #expect(fails.output.contains("plan.json is not there"), "\(fails)")
        }
    }

    @Test("a card without examples, or one that cannot be tried, is refused")
    func refused() async throws {
        try await Stage.with { stage in
            let card = try stage.write(Self.card, to: "agents/team/writer.md")
            let none = try await stage.baton("agent", "test", card)
            #expect(none.status == 65, "\(none)")
            #expect(none.errorOutput.contains("examples/team.writer"))

            try stage.write(Self.brief, to: "agents/examples/team.worker/first/brief.md")
            let worker = try stage.write(
                "---\nid: team.worker\nworker: [/bin/true]\n---\n# W\n",
                to: "agents/team/worker.md")
            let refused = try await stage.baton("agent", "test", worker)
            #expect(refused.status == 65, "\(refused)")
            #expect(refused.errorOutput.contains("worker of its own"))
        }
    }

    @Test("what a card lacks is a numbered list of things to do, errors first")
    func tasks() async throws {
        try await Stage.with { stage in
            let card = try stage.write(
                "---\nid: team.bare\ncommand: [./gone.sh]\n---\n# Mission\n\nX.\n",
                to: "agents/team/bare.md")
            let run = try await stage.baton("agent", "check", card, "--json")
            #expect(run.status == 65)
            let tasks = try #require(try run.json().value(at: "/cards/0/tasks")?.arrayValue)
            #expect(tasks.first?["kind"] == "error")
            let numbers = tasks.compactMap { $0["number"]?.integerValue }
            #expect(numbers == Array(1...Int64(tasks.count)))
            let actions = tasks.compactMap { $0["action"]?.stringValue }
            for wanted in [
                "make it", "add `activation`", "add an example: ",
                "say when the agent stops and asks", "add a heading ## Workflow",
            ] {
                #expect(actions.contains { $0.hasPrefix(wanted) }, "\(wanted)\n\(actions)")
            }
        }
    }

    @Test("the four cards, and what `agent new` makes, lack nothing but what is to be recorded")
    func complete() async throws {
        try await Stage.with { stage in
            let shipped = try await BatonProgram.run(
                ["agent", "check", "Agents", "--json"], directory: BatonProgram.sourceRoot)
            for card in try #require(try shipped.json()["cards"]?.arrayValue) {
                #expect(card["tasks"] == [], "\(card)")
            }
            let made = try await stage.baton(
                "agent", "new", "docs.writer", "--lang", "command", "--dir", "agents")
            #expect(made.status == 0, "\(made)")
            let card = "\(stage.agents)/docs/writer.md"
            let check = try await stage.baton("agent", "check", card, "--json")
            let tasks = try #require(try check.json().value(at: "/cards/0/tasks")?.arrayValue)
            #expect(tasks.compactMap { $0["field"]?.stringValue } == ["examples"], "\(check)")
            #expect(try await stage.baton("agent", "test", card, "--record").status == 0)
            let again = try await stage.baton("agent", "check", card)
            #expect(again.output.contains("it lacks nothing"), "\(again)")
        }
    }
}
