// What the specialists do at the edges: limits that no worker helps against, missing figures,
// direct tasks, and briefs from which anything may be missing.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Specialists at the edges")
struct SpecialistEdgeTests {
    private static let api = "backend.api_reliability"
    private static let planner = "backend.queue_worker_planner"

    private func desk(_ inputs: JSONValue, assume: JSONValue = "never") throws -> Desk {
        try Desk([
            "format": "baton.brief/1", "objective": "Keep the promise", "inputs": inputs,
            "assume": assume, "success_criteria": ["It works"],
        ])
    }

    private func queue(_ members: JSONValue) -> JSONValue {
        var queue: JSONValue = [
            "name": "orders", "arrival_rate": ["mean": 40], "service_time": ["mean": 0.12],
        ]
        for (key, value) in members.objectValue?.members ?? [] { queue[key] = value }
        return queue
    }

    /// Blockers of a queue, with a word that the escalation must have.
    static let blockers: [(inputs: JSONValue, word: String, recommended: JSONValue)] = [
        (
            [
                "queues": [
                    [
                        "name": "orders", "arrival_rate": ["mean": 40],
                        "service_time": ["mean": 0.12], "workers": ["max": 3],
                    ]
                ]
            ], "not stable", "a"
        ),
        (
            [
                "queues": [
                    [
                        "name": "orders",
                        "arrival_rate": ["mean": 40, "peak": ["rate": 100, "for": 3600]],
                        "service_time": ["mean": 0.12, "cv": 1.4], "max_wait": ["mean": 0.2],
                        "workers": ["max": 8],
                    ]
                ]
            ], "wait objective or at peak", "a"
        ),
        (
            [
                "queues": [
                    [
                        "name": "orders", "arrival_rate": ["mean": 40],
                        "service_time": ["mean": 0.12], "fail": 0.2, "calls": ["psp"],
                    ]
                ],
                "dependencies": [["name": "psp", "limit": 45]],
            ], "no number of workers helps", "b"
        ),
        (
            [
                "queues": [
                    [
                        "name": "orders", "arrival_rate": ["mean": 40],
                        "service_time": ["mean": 0.12],
                        "ordering": ["key": "wallet", "hottest": 0.3],
                    ]
                ]
            ],
            "hottest key", "b"
        ),
        (
            [
                "queues": [
                    [
                        "name": "orders", "arrival_rate": ["mean": 40],
                        "service_time": ["mean": 0.12], "max_wait": ["p95": 0.05],
                        "workers": ["max": 6],
                    ]
                ]
            ], "wait objective", "a"
        ),
    ]

    @Test(
        "a queue that cannot work is one escalation, and each of its patches settles it",
        arguments: blockers)
    func blocked(_ blocker: (inputs: JSONValue, word: String, recommended: JSONValue)) throws {
        let desk = try desk(blocker.inputs)
        let question = try #require(try desk.work(Self.planner).escalation)

        #expect(question["blocker"]?.stringValue?.contains(blocker.word) ?? false)
        #expect(question["recommended"] == blocker.recommended)
        for option in try #require(question["options"]?.arrayValue)
        where option.value(at: "/effect/kind") == "patch" {
            var answered = desk
            answered.answer(question, option: try #require(option["id"]?.stringValue))
            #expect(try answered.work(Self.planner).part("analysis.json") != nil, "\(option)")
        }
    }

    @Test("two blocked queues are settled by one decision")
    func twoQueues() throws {
        let first = queue(["workers": ["max": 3]])
        var second = queue(["workers": ["max": 2]])
        second["name"] = "refunds"
        var desk = try desk(["queues": [first, second]])
        let question = try #require(try desk.work(Self.planner).escalation)

        desk.answer(question, option: "a")

        #expect(question["blocker"]?.stringValue?.contains("refunds") ?? false)
        #expect(try desk.work(Self.planner).part("analysis.json") != nil)
    }

    @Test("a peak so short that its backlog keeps the wait is no blocker")
    func shortPeak() throws {
        let desk = try desk([
            "queues": [
                queue([
                    "arrival_rate": ["mean": 40, "peak": ["rate": 70, "for": 2]],
                    "max_wait": ["mean": 1], "workers": ["max": 8],
                ])
            ]
        ])

        let outcome = try desk.work(Self.planner)

        #expect(outcome.part("analysis.json")?.quantity("peak.backlog.0.orders") != nil)
    }

    @Test("a variation that is not stated is assumed in the open, as inference")
    func variation() throws {
        let desk = try desk(["queues": [queue(["max_wait": ["mean": 0.06]])]])

        let outcome = try desk.work(Self.planner)
        let assumptions = outcome.part("objective_snapshot.json")?["assumptions"]?.arrayValue ?? []

        #expect(outcome.part("analysis.json")?.quantity("workers.planned.0.orders") == 6)
        let cv = assumptions.first {
            $0["statement"]?.stringValue?.hasPrefix("The service times of orders vary") ?? false
        }
        #expect(cv?["evidence"] == "inference")
    }

    @Test("an estimate lowers the ceiling of everything computed from it")
    func estimate() throws {
        let desk = try desk([
            "slo": ["availability": 0.99, "window": 2_592_000],
            "own_availability": ["value": 0.9999, "from": "measured 90d"],
            "dependencies": [
                ["name": "a", "availability": ["value": 0.999, "from": "measured 30d"]],
                ["name": "b", "availability": ["value": 0.999, "from": "estimate"]],
            ],
        ])

        let quantities = try desk.work(Self.api).part("analysis.json")?["quantities"]?.arrayValue
        func ceiling(_ id: String) -> Double? {
            quantities?.first { $0["id"]?.stringValue == id }?["ceiling"]?.doubleValue
        }

        #expect(ceiling("availability.dependency.0.a") == 0.90)
        #expect(ceiling("availability.dependency.1.b") == 0.70)
        #expect(ceiling("availability.attainable") == 0.70)
        #expect(ceiling("error_budget.minutes") == 0.90)
    }

    @Test("a redundant group that cannot fail over before the deadline is a high risk")
    func failover() throws {
        let member: (JSONValue) -> JSONValue = { name in
            [
                "name": name, "availability": 0.999, "kind": "redundant", "group": "psp",
                "timeout": 0.5,
            ]
        }
        let desk = try desk([
            "slo": ["availability": 0.99, "latency_p99": 0.8],
            "dependencies": [member("a"), member("b")],
        ])

        let risks = try desk.work(Self.api).part("risk_register.json")?["risks"]?.arrayValue ?? []

        #expect(risks.contains { $0["risk"]?.stringValue?.contains("cannot fail over") ?? false })
    }

    @Test("a caller that gives up before the service does is an inversion")
    func inversion() throws {
        let desk = try desk([
            "slo": ["availability": 0.99, "latency_p99": 0.8],
            "callers": [["name": "app", "timeout": 0.2, "attempts": 3]],
            "dependencies": [["name": "a", "availability": 0.999, "timeout": 0.3]],
        ])

        let outcome = try desk.work(Self.api)
        let risks = outcome.part("risk_register.json")?["risks"]?.arrayValue ?? []

        #expect(risks.contains { $0["risk"]?.stringValue?.hasPrefix("Inversion: app") ?? false })
        #expect(outcome.part("analysis.json")?.quantity("retry.amplification") == 6)
    }

    @Test("an engine refuses a task of another kind for good")
    func wrongKind() throws {
        for engine in EngineCatalog.engines {
            let input = EngineInput(
                packet: ["task": ["id": "t-1", "kind": "other"]], parts: [:], card: [:])
            guard case .fail = engine.run(input) else {
                Issue.record("\(engine.agentID) took the task")
                continue
            }
        }
    }

    @Test("a direct task with inputs and nothing else is worked on")
    func direct() throws {
        let card = try Repository.card("backend/queue_worker_planner.md")
        var facts = PacketFacts(
            task: .init(
                id: "t-1", kind: .direct, agent: Self.planner, title: "", instructions: "",
                attempt: 1, rejections: 0),
            briefID: nil, sentAt: "2026-11-20T08:09:10.123456Z", brief: nil)
        facts.submittedDocument = ["queues": [queue([:])]]
        let packet = PacketAssembler.assemble(facts).document

        let outcome = QueueEngine().run(EngineInput(packet: packet, parts: [:], card: card))

        for part in ["execution_plan.json", "risk_register.json", "validation_checklist.json"] {
            let value = try #require(outcome.part(part))
            let kind = try #require(Deliverables.kind(ofPart: part))
            #expect(kind.findings(in: value) == [])
        }
        #expect(outcome.part("handoff_packet.json")?["to"] == "none stated")
    }

    @Test("whatever is left out of a brief, an agent delivers what the gate accepts, or asks")
    func leftOut() throws {
        let whole = try Repository.brief("payment-capture.md")
        let template = try Desk(whole)
        var state: UInt64 = 20_261_120
        var delivered = 0
        for round in 0..<60 {
            var desk = template
            desk.brief["inputs"] = Self.thinned(
                whole["inputs"] ?? [:], share: 4 + UInt64(round % 12), &state)
            if round % 3 == 0 { desk.brief["assume"] = "conservative" }
            guard desk.brief["inputs"]?.objectValue.map({ !$0.isEmpty }) ?? false else { continue }
            for agent in [Self.api, Self.planner] {
                let outcome = try desk.work(agent)
                guard let item = outcome.delivered(task: "t-5", agent: agent) else {
                    #expect(outcome.escalation != nil)
                    continue
                }
                let verdict = try desk.review(item)
                let place = "round \(round), \(agent), \(desk.brief["inputs"] ?? [:])"
                #expect(
                    verdict["verdict"] == "accepted", "\(place): \(verdict.prettyPrinted())")
                delivered += 1
            }
        }
        #expect(delivered > 20)
    }

    /// A copy without about one in `share` of its members. Names stay: a brief without them is
    /// refused.
    private static func thinned(_ value: JSONValue, share: UInt64, _ state: inout UInt64)
        -> JSONValue
    {
        func isDropped() -> Bool {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % share == 0
        }
        switch value {
        case .array(let list):
            return .array(list.map { thinned($0, share: share, &state) })
        case .object(let object):
            var kept = JSONObject()
            for (key, member) in object.members {
                let isNeeded = ["name", "id", "rate", "value", "amount", "currency"].contains(key)
                if !isNeeded, isDropped() { continue }
                kept[key] = thinned(member, share: share, &state)
            }
            return .object(kept)
        case .null, .bool, .integer, .number, .string: return value
        }
    }
}
