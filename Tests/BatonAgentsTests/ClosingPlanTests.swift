// The plan of the closing is one order across agents, and its chapters say what they promise.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Plan and chapters of the closing")
struct ClosingPlanTests {
    private static let api = "backend.api_reliability"
    private static let queue = "backend.queue_worker_planner"

    /// The payment brief by `api-development`, with one gate passed and one open.
    private func development() throws -> Desk {
        var brief = try Repository.brief("payment-capture.md")
        brief["playbook"] = "api-development"
        var desk = try Desk(brief)
        let reading = PlaybookParser.parse(
            try Repository.bytes("Agents/playbooks/api-development.md"))
        let playbook = try #require(reading.playbook)
        // The two specialists alone: what the third task plans stands in PlaybookRunTests.
        desk.entries["t-9"] = ["chapters": .array(playbook.closing.map(JSONValue.string))]
        desk.gates = [
            [
                "gate": "validation.load", "title": "The load test at peak", "state": "passed",
                "evidence": [
                    [
                        "producer": "k6", "by": "user/ann", "time": "2026-11-24T09:00:00.000000Z",
                        "result": "fail",
                    ],
                    [
                        "producer": "k6", "by": "user/ann", "time": "2026-11-24T10:00:00.000000Z",
                        "files": [["name": "k6.json", "digest": "abcdefabcdefabcdef"]],
                        "note": "p99 610 ms at peak",
                    ],
                ],
            ],
            ["gate": "validation.security", "title": "The review", "state": "open"],
        ]
        desk.decisions = [
            [
                "decision": "One region", "why": "the deadline", "by": "user/ann",
                "time": "2026-11-23T09:00:00.000000Z",
                "alternatives": [["option": "two regions", "why_not": "twice the cost"]],
            ]
        ]
        return desk
    }

    private func closed(_ desk: Desk, _ own: [Delivered] = []) throws -> EngineOutcome {
        let outcome = try desk.close(try ClosingTests.deliveries(desk) + own)
        let closing = try #require(outcome.delivered(task: "t-9", agent: "core.orchestrator"))
        let verdict = try desk.review(closing)
        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
        // What people write themselves may leave more out than an engine.
        if own.isEmpty { #expect(verdict["findings"] == [], "\(verdict.prettyPrinted())") }
        return outcome
    }

    /// Title → the titles of everything that has to be done before it.
    private func order(
        _ outcome: EngineOutcome
    ) -> (titles: [String], before: [String: Set<String>]) {
        let steps = ClosingTests.list(outcome, "execution_plan", "steps")
        let titles = steps.map { $0["title"]?.stringValue ?? "" }
        var before: [String: Set<String>] = [:]
        var titleOf: [String: String] = [:]
        for step in steps {
            let title = step["title"]?.stringValue ?? ""
            var needed: Set<String> = []
            for id in (step["depends_on"]?.arrayValue ?? []).compactMap(\.stringValue) {
                guard let other = titleOf[id] else {
                    Issue.record("\(title) waits for \(id), which does not stand before it")
                    continue
                }
                needed.formUnion(before[other] ?? [])
                needed.insert(other)
            }
            titleOf[step["id"]?.stringValue ?? ""] = title
            before[title] = needed
        }
        return (titles, before)
    }

    private func rows(_ outcome: EngineOutcome, _ title: String) -> [[String]] {
        let section = ClosingTests.list(outcome, "analysis", "sections").first {
            $0["title"] == .string(title)
        }
        return (section?.value(at: "/table/rows")?.arrayValue ?? []).map { row in
            (row.arrayValue ?? []).compactMap(\.stringValue)
        }
    }

    // MARK: order

    private static let outbox = "Make failures unambiguous"
    private static let consumers = "Make consumers idempotent for the whole window"
    private static let test = "Load test of everything at once, then each failure"
    private static let alerts = "Alert on the burn of the budget"

    @Test("a step comes after what another agent has to build first, and one load test tests all")
    func acrossAgents() throws {
        let outcome = try closed(try ClosingTests.desk())
        let (titles, before) = order(outcome)
        let step = ClosingTests.list(outcome, "execution_plan", "steps").first {
            $0["title"] == .string(Self.test)
        }

        #expect(before[Self.consumers]?.contains(Self.outbox) ?? false)
        #expect(titles.filter { $0.lowercased().contains("load") } == [Self.test])
        #expect(
            before[Self.test]?.isSuperset(of: [
                Self.alerts, Self.outbox, Self.consumers, "Watch age, not length",
                "Settle what the agents' plans say against each other",
            ]) ?? false)
        #expect(step?["done_when"]?.stringValue?.contains(Self.api) ?? false)
        #expect(step?["done_when"]?.stringValue?.contains(Self.queue) ?? false)
        #expect(step?["detail"]?.stringValue?.contains("each dependency slow") ?? false)
        #expect(step?["detail"]?.stringValue?.contains("one worker less") ?? false)
        #expect(titles.last == "Accept the whole")
        #expect(before["Accept the whole"] == Set(titles.dropLast()))
    }

    @Test("the steps of an agent come after those of the agents that its task waited for")
    func tasks() throws {
        var own = ClosingTests.own(plan: "- S1: Draw the flow; owner: ann; done when: drawn")
        let desk = try ClosingTests.desk()
        let free = order(try closed(desk, [own])).before["Draw the flow"]
        own.dependsOn = ["t-5"]

        let bound = order(try closed(desk, [own])).before["Draw the flow"]

        #expect(free == [])
        #expect(bound?.contains(Self.test) ?? false)
    }

    @Test("plans that wait for each other in a circle are still put in an order")
    func circle() throws {
        let own = ClosingTests.own(
            plan: """
                - S1: Draw the flow; owner: ann; done when: drawn; after: S2
                - S2: Review the flow; owner: ann; done when: reviewed; after: S1
                """)

        let (titles, before) = order(try ClosingTests.desk().close([own]))

        #expect(titles == ["Review the flow", "Draw the flow", "Accept the whole"])
        #expect(before["Draw the flow"] == ["Review the flow"])
    }

    @Test("gates and stages of the rollout are steps: test, gates, alerts, then stage by stage")
    func rollout() throws {
        let (titles, before) = order(try closed(try development()))
        let stages = titles.filter { $0.hasPrefix("Rollout, stage") }
        let gates = titles.filter { $0.hasPrefix("Pass the gate") }

        #expect(gates == ["Pass the gate validation.load", "Pass the gate validation.security"])
        #expect(stages.count == 4)
        for gate in gates { #expect(before[gate]?.contains(Self.test) ?? false) }
        #expect(before[stages[0]]?.isSuperset(of: gates + [Self.alerts]) ?? false)
        for (earlier, later) in zip(stages, stages.dropFirst()) {
            #expect(before[later]?.contains(earlier) ?? false)
        }
        #expect(before["Accept the whole"]?.contains(stages[3]) ?? false)
    }

    // MARK: chapters

    @Test("the contract names each operation, what it calls and writes, and how it fails")
    func contract() throws {
        let outcome = try closed(try development())

        #expect(
            rows(outcome, "Contract of the operations") == [
                [
                    "capture: POST /captures", "ledger, psp, rates, mailer", "ledger, captures",
                    "not idempotent, made so by a key", "yes, with the same key",
                    "unknown: look up the key, then repeat with it",
                ],
                [
                    "status: GET /captures/{id}", "ledger", "nothing", "safe",
                    "yes, within the budget", "no effect; repeat",
                ],
            ])
        let kinds = Set(rows(outcome, "Intent and contract").map { $0[0] })
        #expect(kinds == ["hard", "soft", "inferred"])
    }

    @Test("rollout, gates, grave risks, confidence and the decision log have their content")
    func chapters() throws {
        let outcome = try closed(try development())
        let risks = ClosingTests.list(outcome, "risk_register", "risks")
        let grave = risks.filter { $0["severity"] == "high" || $0["severity"] == "critical" }

        #expect(rows(outcome, "Rollout and rollback").map { $0[1] }.last == "all of it")
        #expect(
            rows(outcome, "Rollout and rollback").allSatisfy {
                $0[2] == "99 % of the answers within 800 ms and errors below 0.1 %"
            })
        #expect(
            rows(outcome, "Gates and their evidence") == [
                [
                    "validation.load", "failed", "k6", "user/ann", "2026-11-24T09:00:00.000000Z",
                    "none", "none stated",
                ],
                [
                    "validation.load", "passed", "k6", "user/ann", "2026-11-24T10:00:00.000000Z",
                    "k6.json (abcdefabcdef)", "p99 610 ms at peak",
                ],
                [
                    "validation.security", "open", "nobody", "nobody", "never", "none",
                    "none stated",
                ],
            ])
        #expect(
            rows(outcome, "Risks to decide about").map { $0[0] }
                == grave.compactMap { $0["risk"]?.stringValue })
        #expect(
            rows(outcome, "Decision log") == [
                [
                    "One region", "the deadline", "two regions: twice the cost", "user/ann",
                    "2026-11-23T09:00:00.000000Z",
                ]
            ])
        let quantities = ClosingTests.list(outcome, "analysis", "quantities")
        let lowest = quantities.compactMap { $0["confidence"]?.doubleValue }.min() ?? 0
        let confidence = ClosingTests.list(outcome, "analysis", "sections").first {
            $0["title"] == "Confidence"
        }
        #expect(confidence?["text"]?.stringValue?.hasPrefix("\(lowest)") ?? false)
    }

    @Test("what is inferred is listed for confirmation whatever the playbook")
    func inferred() throws {
        let outcome = try closed(try ClosingTests.desk())
        let inferred = ClosingTests.list(outcome, "objective_snapshot", "requirements").filter {
            $0["kind"] == "inferred"
        }
        let steps = ClosingTests.list(outcome, "handoff_packet", "next_steps")

        #expect(!inferred.isEmpty)
        #expect(
            rows(outcome, "Requirements to confirm").map { $0[0] }
                == inferred.compactMap { $0["text"]?.stringValue })
        #expect(
            steps.contains {
                $0.stringValue?.contains("\(inferred.count) inferred requirements") ?? false
            })
    }

    @Test("files that came with the deliveries are named, with the agent that made them")
    func files() throws {
        let files = rows(try closed(try ClosingTests.desk()), "Files of the deliveries")

        #expect(files.map { $0[0] }.contains("t-5/alerts.rules.yaml"))
        #expect(files.map { $0[0] }.contains("t-6/runbooks/redrive.md"))
        #expect(files.contains { $0[0] == "t-6/alerts.rules.yaml" && $0[1] == Self.queue })
        #expect(files.allSatisfy { $0[1] == Self.api || $0[0].hasPrefix("t-6/") })
    }

    @Test("a command for each gate that is not passed yet")
    func commands() throws {
        let commands = ClosingTests.list(
            try closed(try development()), "handoff_packet", "recommended_commands"
        ).compactMap { $0["command"]?.stringValue }

        #expect(commands.contains("baton brief gates b-1"))
        #expect(
            commands.filter { $0.hasPrefix("baton evidence add") } == [
                "baton evidence add b-1 report.json --gate validation.security --result pass"
            ])
    }
}
