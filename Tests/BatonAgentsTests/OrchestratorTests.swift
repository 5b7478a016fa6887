// Routing, contradictions and missing inputs: what is planned, and what is asked instead.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Orchestrator")
struct OrchestratorTests {
    /// A brief as the parser would normalise it.
    private func brief(
        inputs: JSONValue, tags: [JSONValue] = [], route: [JSONValue] = [],
        objective: JSONValue = "Keep the promise", assume: JSONValue = "never"
    ) -> JSONValue {
        var brief: JSONValue = [
            "format": "baton.brief/1", "objective": objective, "inputs": inputs, "assume": assume,
            "success_criteria": ["It works"],
        ]
        if !tags.isEmpty { brief["tags"] = .array(tags) }
        if !route.isEmpty { brief["route"] = .array(route) }
        return brief
    }

    private static let slo: JSONValue = ["slo": ["availability": 0.999, "window": 2_592_000]]
    private static let queue: JSONValue = [
        "name": "orders", "arrival_rate": ["mean": 40], "service_time": ["mean": 0.12],
    ]

    private func chosen(_ outcome: EngineOutcome) -> [String] {
        (outcome.part("plan.json")?["tasks"]?.arrayValue ?? []).compactMap {
            $0["agent"]?.stringValue
        }
    }

    private func securityCard(dependencies: [JSONValue] = []) throws -> JSONValue {
        let text = """
            ---
            name: Security reviewer
            description: Looks for what an attacker would look for.
            activation: {tags: [security], phrases: [threat model], inputs: []}
            ---
            # Security reviewer
            """
        let reading = CardParser.parse(Array(text.utf8), path: "security/reviewer.md")
        var card = try #require(reading.card?.json)
        card["dependencies"] = .array(dependencies)
        return card
    }

    @Test("an objective and one promise are a brief: the API agent is planned and delivers")
    func smallest() throws {
        let desk = try Desk(brief(inputs: ["slo": ["availability": 0.999]]))

        #expect(chosen(try desk.plan()) == ["backend.api_reliability"])
        let item = try desk.delivered("backend.api_reliability", task: "t-5")
        #expect(try desk.review(item)["verdict"] == "accepted")
        let questions = try item.json("handoff_packet.json")["open_questions"]?.arrayValue ?? []
        #expect(questions.contains { $0.stringValue?.contains("slo.window") ?? false })
    }

    @Test("a user's agent is routed to by its tags and phrases like any other")
    func ownAgent() throws {
        var desk = try Desk(brief(inputs: Self.slo, tags: ["security"]))
        desk.cards["security.reviewer"] = try securityCard()

        let plan = try #require(try desk.plan().part("plan.json"))
        let entry = plan["route"]?.arrayValue?.first { $0["agent"] == "security.reviewer" }

        #expect(Set(chosen(try desk.plan())) == ["backend.api_reliability", "security.reviewer"])
        #expect(entry?["reasons"] == ["tag security (+1)"])
    }

    @Test("an agent's card that depends on another chosen one makes a dependency in the plan")
    func dependency() throws {
        var desk = try Desk(brief(inputs: Self.slo, tags: ["security"]))
        desk.cards["security.reviewer"] = try securityCard(
            dependencies: ["backend.api_reliability"])

        let tasks = try desk.plan().part("plan.json")?["tasks"]?.arrayValue ?? []
        let reviewer = tasks.first { $0["agent"] == "security.reviewer" }

        #expect(reviewer?["depends_on"] == ["api_reliability"])
    }

    @Test("an explicit route overrides the signals, also by unique short names")
    func explicit() throws {
        let desk = try Desk(
            brief(
                inputs: ["slo": ["availability": 0.999], "queues": [Self.queue]],
                route: ["queue_worker_planner", "core.quality"]))

        #expect(chosen(try desk.plan()) == ["backend.queue_worker_planner"])
    }

    @Test("words alone do not bring in an agent that works on figures, two of them do")
    func weakSignals() throws {
        let one = try Desk(brief(inputs: Self.slo, objective: "Keep the queue short"))
        let entry = try one.plan().part("plan.json")?["route"]?.arrayValue?.first {
            $0["agent"] == "backend.queue_worker_planner"
        }

        #expect(entry?["chosen"] == false)
        #expect(entry?["score"]?.doubleValue == 1)
    }

    @Test("a brief that no agent is activated by is escalated; the answer's route is followed")
    func unroutable() throws {
        var desk = try Desk(brief(inputs: [:], objective: "Paint the office blue"))
        let question = try #require(try desk.plan().escalation)

        desk.answer(question, option: "a")
        let next = try desk.plan()

        #expect(question["key"] == "route")
        #expect(next.part("plan.json") != nil || next.escalation?["key"] == "missing-inputs")
    }

    @Test("a route to an agent that is not registered is escalated, and can go on without it")
    func unregistered() throws {
        var desk = try Desk(
            brief(inputs: Self.slo, route: ["backend.api_reliability", "ops.capacity"]))
        let question = try #require(try desk.plan().escalation)

        desk.answer(question, option: try #require(question["recommended"]?.stringValue))

        #expect(question["blocker"]?.stringValue?.contains("ops.capacity") ?? false)
        #expect(chosen(try desk.plan()) == ["backend.api_reliability"])
    }

    @Test("an agent whose dependency is not registered is not planned silently")
    func unmet() throws {
        var desk = try Desk(brief(inputs: Self.slo, tags: ["security"]))
        desk.cards["security.reviewer"] = try securityCard(dependencies: ["security.scanner"])

        let question = try #require(try desk.plan().escalation)

        #expect(question["blocker"]?.stringValue?.contains("security.scanner") ?? false)
    }

    @Test("cards that depend on each other in a circle are escalated")
    func circle() throws {
        var desk = try Desk(brief(inputs: Self.slo, tags: ["security"]))
        desk.cards["security.reviewer"] = try securityCard(
            dependencies: ["backend.api_reliability"])
        desk.cards["backend.api_reliability"]?["dependencies"] = ["security.reviewer"]

        let question = try #require(try desk.plan().escalation)

        #expect(question["blocker"]?.stringValue?.contains("circle") ?? false)
    }

    @Test("an unknown playbook is asked about, not replaced")
    func playbook() throws {
        var brief = brief(inputs: Self.slo)
        brief["playbook"] = "api-development"
        var desk = try Desk(brief)
        let question = try #require(try desk.plan().escalation)

        desk.answer(question, option: "a")

        #expect(question["blocker"]?.stringValue?.contains("api-development") ?? false)
        #expect(try desk.plan().part("plan.json")?["playbook"] == "default")
    }

    static let contradictions: [(JSONValue, String)] = [
        (
            [
                "slo": ["availability": 0.999],
                "traffic": ["mean": 90, "peak": ["rate": 30, "for": 60]],
            ],
            "below its mean"
        ),
        (
            [
                "slo": ["availability": 0.999],
                "dependencies": [
                    ["name": "ledger", "availability": 0.9999, "kind": "hard"],
                    ["name": "ledger", "availability": 0.999, "kind": "hard"],
                ],
            ], "listed twice"
        ),
        (
            [
                "slo": ["availability": 0.999],
                "dependencies": [["name": "a", "latency_p50": 0.3, "latency_p99": 0.1]],
            ], "above its 99th percentile"
        ),
        (
            [
                "slo": ["availability": 0.999],
                "dependencies": [
                    [
                        "name": "a", "availability": 0.999, "kind": "redundant", "group": "g",
                        "need": 2,
                    ]
                ],
            ], "needs 2 members"
        ),
    ]

    @Test(
        "a contradiction is one escalation, and the cautious reading settles it",
        arguments: contradictions)
    func contradiction(_ inputs: JSONValue, _ words: String) throws {
        var desk = try Desk(brief(inputs: inputs))
        let question = try #require(try desk.plan().escalation)

        desk.answer(question, option: "a")

        #expect(question["key"] == "contradictions")
        #expect(question["blocker"]?.stringValue?.contains(words) ?? false)
        #expect(try desk.plan().part("plan.json") != nil)
    }

    @Test("missing required inputs are one escalation that sets them when answered")
    func missing() throws {
        var desk = try Desk(brief(inputs: ["slo": ["latency_p99": 0.8]]))
        let question = try #require(try desk.plan().escalation)

        desk.answer(question, option: "a")

        #expect(question["key"] == "missing-inputs")
        #expect(
            question.value(at: "/options/0/effect/patch") == ["slo": ["availability": 0.999]])
        #expect(chosen(try desk.plan()) == ["backend.api_reliability"])
    }

    @Test("what cannot be assumed safely is only asked for")
    func notAssumable() throws {
        let desk = try Desk(
            brief(
                inputs: ["queues": [["name": "orders", "service_time": ["mean": 0.1]]]],
                assume: "conservative"))

        let question = try #require(try desk.plan().escalation)
        let kinds = question["options"]?.arrayValue?.compactMap {
            $0.value(at: "/effect/kind")?.stringValue
        }

        #expect(kinds == ["revise", "cancel"])
        #expect(question["blocker"]?.stringValue?.contains("queues[0].arrival_rate.mean") ?? false)
    }

    @Test("assume: conservative uses the table, marked as inferred, and the gate accepts it")
    func conservative() throws {
        let desk = try Desk(
            brief(
                inputs: ["operations": [["id": "pay", "method": "POST", "path": "/payments"]]],
                assume: "conservative"))

        let plan = try #require(try desk.plan().part("plan.json"))
        let item = try desk.delivered("backend.api_reliability", task: "t-5")
        let assumptions = try item.json("objective_snapshot.json")["assumptions"]?.arrayValue ?? []
        let budget = try item.json("analysis.json")

        #expect(plan["assumptions"]?.arrayValue?.first?["evidence"] == "inference")
        #expect(
            assumptions.contains { $0["statement"] == "The service promises 99.9 % availability." })
        #expect((budget.quantity("error_budget.minutes") ?? 0) - 43.2 < 1e-9)
        #expect(
            budget["quantities"]?.arrayValue?.allSatisfy {
                ($0["ceiling"]?.doubleValue ?? 1) <= 0.70
            } ?? false)
        #expect(try desk.review(item)["verdict"] == "accepted")
    }

    @Test("each requirement of a plan names its source")
    func sources() throws {
        let desk = try Desk(Repository.brief("payment-capture.md"))

        let requirements = try desk.plan().part("plan.json")?["requirements"]?.arrayValue ?? []

        #expect(requirements.count > 10)
        for requirement in requirements {
            let source = try #require(requirement["source"]?.stringValue)
            #expect(source.hasPrefix("/"))
        }
        #expect(
            Set(requirements.compactMap { $0["kind"]?.stringValue })
                == ["hard", "soft", "inferred"])
    }

    @Test("an agent with Markdown deliverables is merged into the closing")
    func markdownUpstream() throws {
        let desk = try Desk(Repository.brief("payment-capture.md"))
        let api = try desk.delivered("backend.api_reliability", task: "t-5")
        let own = Delivered(
            task: "t-12", agent: "security.reviewer", title: "Review",
            parts: [("deliverables.md", Array(QualityMutationTests.markdown.utf8))])

        let outcome = try desk.close([api, own])
        let risks = outcome.part("risk_register.json")?["risks"]?.arrayValue ?? []
        let steps = outcome.part("execution_plan.json")?["steps"]?.arrayValue ?? []

        #expect(risks.contains { $0["risk"] == "Keys in logs" })
        #expect(steps.contains { $0["title"]?.stringValue?.contains("data flow") ?? false })
        let closing = try #require(outcome.delivered(task: "t-9", agent: "core.orchestrator"))
        let verdict = try desk.review(closing)
        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
    }
}
