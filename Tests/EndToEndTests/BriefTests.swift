// The main job: a brief goes through a broker and agents as real processes, and what a person asked
// for lies on the disk.
import BatonPlatform
import JSON
import Testing

extension EndToEnd {
    @Suite("briefs") struct BriefTests {
        @Test("a healthy brief passes through all four agents and ends done, with its deliverables")
        func healthy() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                let file = try stage.write(
                    Stage.source("Agents/briefs/payment-capture.md"), to: "brief.md")
                try await stage.start()

                let run = try await stage.baton(
                    "submit", file, "--wait", "--json", "--timeout", "60s", "--out",
                    "\(stage.folder)/out")

                #expect(run.status == 0, "\(run)")
                let result = try run.json()
                #expect(result["state"]?.stringValue == "done")
                #expect(result["duplicate"]?.boolValue == false)
                try check(deliveries: result["deliverables"]?.arrayValue ?? [], stage)
                #expect(try stage.read("out/index.md").contains("Payment capture"))
                try ReportChecks.holds(files: result["files"]?.arrayValue ?? [], stage)
                let events = try await stage.journal()
                JournalChecks.holds(events)
                #expect(JournalChecks.count(events, "brief.done") == 1)
                try await stage.stop()
            }
        }

        @Test("the briefs with reports go through without a question, each with a report as shown")
        func examples() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try await stage.start()
                for name in ["lab-results", "parcel-scans"] {
                    let brief = try stage.write(
                        Stage.source("Agents/briefs/\(name).md"), to: "\(name).md")
                    let recorded = try Stage.source("Agents/briefs/reports/\(name).html")

                    let run = try await stage.baton(
                        "submit", brief, "--wait", "--timeout", "60s", "--out",
                        "\(stage.folder)/\(name)")

                    #expect(run.status == 0, "\(run)")
                    let report = try stage.read("\(name)/report.html")
                    let plain = Self.withoutNumbers
                    #expect(plain(report) == plain(recorded), "record \(name) again")
                }
                try await stage.stop()
            }
        }

        /// A page without the numbers that a broker gives out: what it did before decides them.
        private static func withoutNumbers(_ page: String) -> String {
            page.replacing(/\b[tbe]-[0-9]+/, with: "N")
                .replacing(/20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+( UTC|Z)/, with: "TIME")
        }

        /// Five deliverables for each specialist and the close, as JSON and as Markdown; a verdict
        /// for each.
        private func check(deliveries: [JSONValue], _ stage: Stage) throws {
            let five = [
                "objective_snapshot", "execution_plan", "risk_register", "validation_checklist",
                "handoff_packet",
            ]
            for agent in [
                "backend.api_reliability", "backend.queue_worker_planner", "core.orchestrator",
            ] {
                let delivery = deliveries.last {
                    $0["agent"]?.stringValue == agent && $0["kind"]?.stringValue != "plan"
                }
                let task = try #require(
                    delivery?["task"]?.stringValue, "\(agent) delivered nothing")
                for name in five {
                    let base = "out/\(task)-\(agent)/\(name)"
                    let document = try JSONValue(parsing: stage.read("\(base).json"))
                    #expect(document["format"]?.stringValue == "baton.\(name)/1")
                    #expect(try stage.read("\(base).md").hasPrefix("# "))
                }
            }
            let verdicts = deliveries.filter { $0["kind"]?.stringValue == "review" }
            #expect(verdicts.count >= 3)
        }

        @Test("playbooks beside the cards are found, whatever their folder is called")
        func ownPlaybooks() async throws {
            try await Stage.with { stage in
                stage.team = "team"
                try stage.useStandardAgents()
                try stage.write("---\nid: broken\n---\n", to: "team/playbooks/broken.md")
                try stage.write(
                    """
                    ---
                    id: two-looks
                    name: Two looks
                    tasks:
                      - {id: first, by: specialists}
                      - {id: second, by: specialists, after: [first]}
                    ---
                    """, to: "team/playbooks/two-looks.md")
                let brief = try stage.write(
                    """
                    ---
                    objective: Status is always there
                    slo: {availability: 99.9%, window: 30d}
                    route: [backend.api_reliability]
                    playbook: two-looks
                    ---
                    """, to: "brief.md")
                try await stage.start()
                let id = try #require(
                    try await stage.json("submit", brief, "--json")["brief"]?.stringValue)
                let run = try await stage.baton("brief", "wait", id, "--timeout", "60s")

                #expect(run.status == 0, "\(run)")
                let tasks = try await stage.json("task", "list", "--brief", id, "--json")
                let ids = tasks["tasks"]?.arrayValue ?? []
                #expect(ids.count { $0["kind"] == "work" } == 2, "\(tasks)")
                let check = try await stage.baton("brief", "check", brief, "--agents", stage.agents)
                #expect(check.status == 0, "\(check)")
                #expect(check.errorOutput.contains("broken.md is no playbook"), "\(check)")
                try await stage.stop()
            }
        }

        /// Evidence for a gate that there is not, and evidence that something failed.
        private func slips(_ stage: Stage, _ id: String, _ report: String) async throws {
            let slip = try await stage.baton(
                "evidence", "add", id, report, "--gate", "validation.lod", "--result", "pass")
            #expect(slip.status == 65, "\(slip)")
            #expect(slip.errorOutput.contains("did you mean validation.load?"), "\(slip)")
            let failed = try await stage.baton(
                "evidence", "add", id, report, "--gate", "validation.load", "--result", "fail",
                "--note", "p99 940 ms")
            #expect(failed.status == 0, "\(failed)")
        }

        @Test("a playbook's gates hold the close until somebody shows that they are passed")
        func gates() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                let brief = try Stage.source("Agents/briefs/payment-capture.md")
                    .replacing("\ntags:", with: "\nplaybook: api-development\ntags:")
                let file = try stage.write(brief, to: "brief.md")
                let report = try stage.write("{\"p99_ms\":610}", to: "k6.json")
                try await stage.start()
                let id = try #require(
                    try await stage.baton("submit", file, "--json").json()["brief"]?.stringValue)
                func gates() async throws -> [JSONValue] {
                    try await stage.baton("brief", "gates", id, "--json").json()["gates"]?
                        .arrayValue ?? []
                }
                try await eventually("only the close is left, and it waits for evidence") {
                    let run = try await stage.baton("task", "list", "--brief", id, "--json")
                    let open = try run.json()["tasks"]?.arrayValue?.filter {
                        $0["state"]?.stringValue != "accepted"
                    }
                    return open?.count == 1
                        && open?[0]["pending_reason"]?.stringValue == "evidence"
                }
                #expect(
                    try await gates().map { $0["state"]?.stringValue }
                        == Array(
                            repeating: "open", count: 4))

                // Before the evidence: with the last of it the brief goes on, and ends.
                let empty = try await stage.baton(
                    "brief", "decide", id, "--alternative", "two regions", "--json")
                #expect(empty.status == 64, "\(empty)")
                #expect(
                    try empty.json()["error"]?["problems"]?.arrayValue?
                        .map { $0["field"]?.stringValue }
                        == ["--decision", "--why", "--alternative"], "\(empty)")
                let decision = try await stage.baton(
                    "brief", "decide", id, "--decision", "one region", "--why", "the deadline",
                    "--alternative", "two regions: eight weeks more")
                #expect(decision.status == 0, "\(decision)")

                try await self.slips(stage, id, report)
                #expect(try await gates().count == 4)

                for gate in try await gates().compactMap({ $0["gate"]?.stringValue }) {
                    let run = try await stage.baton(
                        "evidence", "add", id, report, "--gate", gate, "--result", "pass",
                        "--note", "at 300/s")
                    #expect(run.status == 0, "\(run)")
                }

                let run = try await stage.baton(
                    "brief", "wait", id, "--timeout", "60s", "--out", "\(stage.folder)/out")
                #expect(run.status == 0, "\(run)")
                #expect(
                    try await gates().map { $0["state"]?.stringValue }
                        == Array(repeating: "passed", count: 4))
                let log = try await stage.baton("brief", "decisions", id)
                #expect(log.output.contains("one region") && log.output.contains("eight weeks"))
                #expect(log.output.contains("agent/backend.queue_worker_planner"))
                let late = try await stage.baton(
                    "evidence", "add", id, "--gate", "validation.load", "--result", "fail")
                #expect(late.status == 65, "\(late)")
                let events = try await stage.journal()
                JournalChecks.holds(events)
                #expect(JournalChecks.count(events, "evidence.added") == 5)
                try await stage.stop()
            }
        }

        @Test("a brief that cannot be met is blocked, answered from the command line, and done")
        func blocked() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                let file = try stage.write(
                    Stage.source("Agents/briefs/checkout-blocked.md"), to: "brief.md")
                try await stage.start()

                let first = try await stage.baton(
                    "submit", file, "--wait", "--timeout", "60s", "--out", "\(stage.folder)/asked")

                #expect(first.status == 2, "\(first)")
                #expect(first.errorOutput.contains("baton escalation answer e-"))
                let asked = try stage.read("asked/index.md")
                #expect(asked.contains("baton escalation answer e-"), "\(asked)")
                let brief = first.output.split(separator: "\n").first.map(String.init) ?? ""
                let open =
                    try await stage.json("escalation", "list")["escalations"]?.arrayValue ?? []
                #expect((1...3).contains(open.count))
                for row in open { check(escalation: row) }
                try await checkStream(open, stage)
                try await answer(open, stage)
                let second = try await stage.baton(
                    "brief", "wait", brief, "--timeout", "60s", "--out", "\(stage.folder)/out")
                #expect(second.status == 0, "\(second)")
                let shown = try await stage.baton("brief", "show", brief)
                #expect(shown.output.contains("slo.availability = 99.8% (was 99."), "\(shown)")
                try await checkDecision(stage)
                try await stage.stop()
            }
        }

        private func check(escalation row: JSONValue) {
            for member in [
                "blocker", "impact", "recommended", "rationale", "needs", "severity", "owner",
            ] {
                let text: String = row[member]?.stringValue ?? ""
                #expect(text != "", "\(member) is empty")
            }
            let options = row["options"]?.arrayValue ?? []
            #expect(options.count >= 2)
            for option in options {
                #expect(option["tradeoffs"]?.stringValue != nil)
                #expect(option["effect"]?["kind"]?.stringValue != nil)
            }
        }

        /// The same text stands in the audit stream, under `payload`.
        private func checkStream(_ open: [JSONValue], _ stage: Stage) async throws {
            let run = try await stage.baton(
                "audit", "tail", "--since", "0", "--type", "escalation.", "--json")
            let lines = try run.jsonLines()
            for row in open {
                let blocker = row["blocker"]?.stringValue ?? ""
                let found = lines.contains { line in
                    (line["payload"]?.objectValue?.members ?? []).contains {
                        $0.value["blocker"]?.stringValue == blocker
                            && ($0.value["options"]?.arrayValue ?? []).count >= 2
                            && $0.value["recommended"]?.stringValue != nil
                    }
                }
                #expect(found, "the stream does not carry \(blocker)")
            }
        }

        /// The SLO gets 99.8 %, everything else what is recommended; a second answer is refused.
        private func answer(_ open: [JSONValue], _ stage: Stage) async throws {
            for row in open {
                let id = row["escalation"]?.stringValue ?? ""
                let isAboutSLO =
                    row["agent"]?.stringValue == "backend.api_reliability"
                    || (row["options"]?.arrayValue ?? []).contains {
                        $0.value(at: "/effect/patch/slo/availability") != nil
                    }
                let choice =
                    isAboutSLO
                    ? ["--set", "slo.availability=99.8%"]
                    : ["--option", row["recommended"]?.stringValue ?? ""]
                let reason = ["--reason", "agreed with the owners"]
                let run = try await stage.baton(["escalation", "answer", id] + choice + reason)
                #expect(run.status == 0, "\(run)")
                let again = try await stage.baton(["escalation", "answer", id] + choice + reason)
                #expect(again.status == 0, "the same answer again is the same answer: \(again)")
                let other = try await stage.baton(
                    ["escalation", "answer", id, "--instructions", "no"] + reason)
                #expect(other.status == 1, "\(other)")
            }
        }

        private func checkDecision(_ stage: Stage) async throws {
            let index = try stage.read("out/index.md")
            #expect(index.contains("86.4 min"), "99.8 % of 30 days leaves 86.4 minutes")
            #expect(index.contains("agreed with the owners"))
            let events = try await stage.journal()
            JournalChecks.holds(events)
            #expect(JournalChecks.count(events, "escalation.answered") >= 1)
            #expect(JournalChecks.count(events, "brief.done") == 1)
        }

        @Test(
            "a brief with six mistakes is refused in one answer that names all six with their lines"
        )
        func sixMistakes() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try await stage.start()
                let file = try stage.write(
                    """
                    ---
                    title: Six mistakes
                    objective: Something
                    slo: {availability: 99.95, latency_p99: 800}
                    dependencies:
                      - {name: ledger, availabilty: 99.9%, kind: hrd}
                    priority: 17
                    deadline: soon
                    ---
                    # Success criteria

                    - It works.

                    """, to: "bad.md")
                let before = try await stage.journal().count

                let run = try await stage.baton("submit", file, "--json")

                #expect(run.status == 65, "\(run)")
                let problems = try run.json().value(at: "/error/problems")?.arrayValue ?? []
                #expect(problems.count >= 6, "\(run)")
                let lines = Set(problems.compactMap { $0["line"]?.integerValue })
                #expect(lines == [4, 6, 7, 8], "\(lines)")
                #expect(run.errorOutput.contains("availability"), "a misspelt key has a suggestion")
                #expect(try await stage.journal().count == before)
                try await stage.stop()
            }
        }

        @Test("the same key is the same brief, also after a restart; other content is refused")
        func idempotency() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                let file = try stage.write(
                    Stage.source("Agents/briefs/payment-capture.md"), to: "brief.md")
                try await stage.start()
                let first = try await stage.json("submit", file, "--key", "k1", "--wait")
                let second = try await stage.json("submit", file, "--key", "k1")
                let tasks = JournalChecks.count(try await stage.journal(), "task.created")

                try await stage.stop()
                try await stage.start()
                let third = try await stage.json("submit", file, "--key", "k1")
                let other = try stage.write(
                    stage.read("brief.md") + "\nMore context.\n", to: "other.md")
                let refused = try await stage.baton("submit", other, "--key", "k1", "--json")

                #expect(first["duplicate"]?.boolValue == false)
                for again in [second, third] {
                    #expect(again["duplicate"]?.boolValue == true)
                    #expect(again["brief"] == first["brief"])
                }
                #expect(refused.status == 65, "\(refused)")
                #expect(try refused.json().value(at: "/error/code")?.stringValue == "key_reused")
                let events = try await stage.journal()
                #expect(JournalChecks.count(events, "brief.submitted") == 1)
                #expect(JournalChecks.count(events, "task.created") == tasks)
                JournalChecks.holds(events)
                try await stage.stop()
            }
        }

        @Test(
            "a new card and a Python worker are routed to, reviewed and closed, without any Swift")
        func pythonWorker() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try await stage.start()
                try await stage.stop()
                try stage.write(
                    Stage.source("Tests/interop/worker.py"), to: "agents/security/reviewer.py")
                try stage.write(
                    """
                    ---
                    id: security.reviewer
                    name: Security reviewer
                    description: Looks at what a plan means for security.
                    tags: [security]
                    worker: [/usr/bin/python3, reviewer.py]
                    review: required
                    activation: {tags: [security]}
                    ---
                    # Mission

                    Nothing leaks.
                    """, to: "agents/security/reviewer.md")
                try await stage.start()
                let text = try Stage.source("Agents/briefs/payment-capture.md")
                    .replacing("tags: [payments, api]", with: "tags: [payments, api, security]")
                #expect(text.contains("security]"))
                let file = try stage.write(text, to: "brief.md")

                let result = try await stage.json("submit", file, "--wait", "--timeout", "60s")

                let id = try #require(result["brief"]?.stringValue)
                let brief = try await stage.json("brief", "show", id)
                let route = (brief["route"]?.arrayValue ?? []).first {
                    $0["agent"]?.stringValue == "security.reviewer"
                }
                #expect(route?["chosen"]?.boolValue == true)
                #expect(route?["reasons"]?.arrayValue?.isEmpty == false)
                let tasks = brief["tasks"]?.arrayValue ?? []
                let own = try #require(
                    tasks.first { $0["agent"]?.stringValue == "security.reviewer" })
                #expect(own["state"]?.stringValue == "accepted")
                #expect(tasks.contains { $0["subject"] == own["task"] }, "it was reviewed")
                let run = try await stage.baton("brief", "get", id, "--out", "\(stage.folder)/out")
                #expect(run.status == 0, "\(run)")
                #expect(try stage.read("out/index.md").contains("security.reviewer"))
                let folder = "out/\(own["task"]?.stringValue ?? "")-security.reviewer"
                #expect(try stage.read("\(folder)/deliverables.md").contains("Risk register"))
                let risks = try JSONValue(parsing: stage.read("\(folder)/risk_register.json"))
                #expect(risks["risks"]?.arrayValue?.isEmpty == false)
                #expect(try stage.read("\(folder)/risk_register.md").contains("K1"))
                try await stage.stop()
            }
        }
    }
}
