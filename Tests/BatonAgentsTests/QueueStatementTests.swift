// What the queue planner says beside the number of workers: what it decided and why, what it could
// not compute, and what only looks safe.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Statements of the queue planner", .timeLimit(.minutes(5)))
struct QueueStatementTests {
    private static let planner = "backend.queue_worker_planner"

    /// A brief with one queue of 40/s and 120 ms, with other members.
    private func desk(_ members: JSONValue, _ dependencies: JSONValue?) throws -> Desk {
        var queue: JSONValue = [
            "name": "orders", "arrival_rate": ["mean": 40], "service_time": ["mean": 0.12],
        ]
        for (key, value) in members.objectValue?.members ?? [] { queue[key] = value }
        var inputs: JSONValue = ["queues": [queue]]
        if let dependencies { inputs["dependencies"] = dependencies }
        return try Desk([
            "format": "baton.brief/1", "objective": "Orders are booked", "assume": "never",
            "success_criteria": ["It works"], "inputs": inputs,
        ])
    }

    /// The delivery for that queue, accepted by the gate.
    private func plan(
        _ members: JSONValue, dependencies: JSONValue? = nil
    ) throws -> EngineOutcome {
        let desk = try desk(members, dependencies)
        let verdict = try desk.review(try desk.delivered(Self.planner, task: "t-5"))
        #expect(verdict["findings"]?.arrayValue == [], "\(verdict.prettyPrinted())")
        return try desk.work(Self.planner)
    }

    private func texts(_ outcome: EngineOutcome, _ part: String, _ list: String, _ key: String?)
        -> [String]
    {
        (outcome.part(part)?[list]?.arrayValue ?? []).compactMap { item in
            (key.map { item[$0] } ?? item)?.stringValue
        }
    }

    private func questions(_ outcome: EngineOutcome) -> [String] {
        texts(outcome, "handoff_packet.json", "open_questions", nil)
    }

    private func risks(_ outcome: EngineOutcome) -> [String] {
        texts(outcome, "risk_register.json", "risks", "risk")
    }

    @Test("each choice is a decision with what was rejected and the figures that it rests on")
    func decisions() throws {
        let outcome = try plan(["fail": 0.02, "outage": 900, "retention": 345_600])

        let decisions = outcome.part("execution_plan.json")?["decisions"]?.arrayValue ?? []
        #expect(decisions.count == 4)
        for decision in decisions {
            #expect(decision["alternatives"]?.arrayValue?.isEmpty == false)
            #expect(decision["evidence"]?.arrayValue?.isEmpty == false, "\(decision)")
        }
    }

    @Test("a stated 99th percentile fits the variation around the mean")
    func fitted() throws {
        let analysis = try #require(
            try plan(["service_time": ["mean": 0.12, "p99": 0.6]]).part("analysis.json"))

        let variation = try #require(analysis.quantity("service.cv.0.orders"))
        #expect((variation - 1.021_662_972).magnitude < 1e-8)
        #expect(analysis.quantity("duplicates.0.orders") == 345.6)
    }

    @Test("where the stated percentile is all there is, one message in a hundred comes again")
    func stated() throws {
        let outcome = try plan(["service_time": ["mean": 0.12, "p99": 5]])

        let analysis = try #require(outcome.part("analysis.json"))
        #expect(analysis.quantity("duplicates.0.orders") == 34_560)
        #expect(questions(outcome).contains { $0.contains("fits no distribution") })
    }

    @Test("a visibility timeout beyond what queue products allow is a risk")
    func visibility() throws {
        let outcome = try plan([
            "arrival_rate": ["mean": 0.001], "service_time": ["mean": 7200, "cv": 1],
        ])

        #expect(
            risks(outcome).contains { $0.contains("visibility timeout") && $0.contains("12 h") })
    }

    @Test("each call of a message counts against a limit, also one to a member of a group")
    func repeatedCalls() throws {
        let outcome = try plan(
            ["fail": 0, "calls": ["psp", "psp", "psp-a"]],
            dependencies: [
                ["name": "psp-a", "group": "psp", "kind": "redundant", "limit": 200],
                ["name": "psp-b", "group": "psp", "kind": "redundant", "limit": 200],
            ])

        let analysis = try #require(outcome.part("analysis.json"))
        #expect(analysis.quantity("downstream.psp.0.orders") == 0.6)
    }

    /// 40 messages a second, each with one call to the group and one to psp-a by its name: 80 a
    /// second reach psp-a while psp-b is down, and 40 reach psp-b while psp-a is.
    @Test("a member called by its own name is judged with the calls of its group")
    func member() throws {
        func dependencies(_ limit: JSONValue) -> JSONValue {
            [
                ["name": "psp-a", "group": "psp", "kind": "redundant", "limit": limit],
                ["name": "psp-b", "group": "psp", "kind": "redundant", "limit": 50],
            ]
        }
        let both: JSONValue = ["fail": 0, "calls": ["psp", "psp-a"]]
        let roomy = try plan(both, dependencies: dependencies(100)).part("analysis.json")
        let tight = try desk(both, dependencies(75)).work(Self.planner)

        #expect(roomy?.quantity("downstream.psp.0.orders") == 0.8)
        #expect(roomy?.quantity("downstream.psp-a.0.orders") == 0.8)
        #expect(
            tight.escalation?["blocker"]?.stringValue?.contains(
                "calls psp-a 40 times a second, which gets 80 with all that reaches it, and psp-a"
                    + " takes 75") ?? false)
        // By its group alone psp-a gets no more than psp-b.
        _ = try plan(["fail": 0, "calls": ["psp"]], dependencies: dependencies(75))
    }

    /// Two of three have to be up: each gets half of the group's 40 calls, psp-a 40 of its own.
    @Test("the calls of a group go evenly to the members that have to be up")
    func spread() throws {
        let member: (JSONValue) -> JSONValue = {
            ["name": $0, "group": "psp", "kind": "redundant", "need": 2, "limit": 100]
        }
        let outcome = try plan(
            ["fail": 0, "calls": ["psp", "psp-a"]],
            dependencies: [member("psp-a"), member("psp-b"), member("psp-c")])

        let analysis = try #require(outcome.part("analysis.json"))
        #expect(analysis.quantity("downstream.psp-a.0.orders") == 0.6)
        #expect(analysis.quantity("downstream.psp.0.orders") == 0.4)
    }

    @Test("two queues that call one dependency are judged together, and accepted")
    func shared() throws {
        let queues: JSONValue = [
            [
                "name": "a", "arrival_rate": ["mean": 40], "service_time": ["mean": 0.12],
                "calls": ["psp"],
            ],
            [
                "name": "b", "arrival_rate": ["mean": 20], "service_time": ["mean": 0.12],
                "calls": ["psp"],
            ],
        ]
        let desk = try Desk([
            "format": "baton.brief/1", "objective": "Orders are booked", "assume": "never",
            "success_criteria": ["It works"],
            "inputs": ["queues": queues, "dependencies": [["name": "psp", "limit": 200]]],
        ])
        let verdict = try desk.review(try desk.delivered(Self.planner, task: "t-5"))

        #expect(verdict["findings"]?.arrayValue == [], "\(verdict.prettyPrinted())")
    }

    @Test("a drain that outgrows a limit takes as long as the limit allows")
    func limitedDrain() throws {
        let outcome = try plan(
            [
                "fail": 0, "outage": 900, "calls": ["ledger"], "workers": ["max": 12],
                "max_wait": ["mean": 0.02],
            ],
            dependencies: [["name": "ledger", "availability": 0.999, "limit": 45]])

        // 36,000 messages, 5/s faster than they arrive.
        let analysis = try #require(outcome.part("analysis.json"))
        let drain = try #require(analysis.quantity("outage.drain.limited.ledger.0.orders"))
        #expect((drain - 7200).magnitude < 1e-6)
    }

    @Test("what is not stated is asked about once, and a hot key that may be there, too")
    func asked() throws {
        let outcome = try plan(["ordering": ["key": "wallet"]])

        let found = questions(outcome)
        #expect(
            found.filter { $0.contains("payload, retention, workers.cost_per_hour") }.count == 1)
        #expect(found.contains { $0.contains("ordering.hottest") })
        #expect(risks(outcome).contains { $0.contains("holds up every later one") })
    }
}
