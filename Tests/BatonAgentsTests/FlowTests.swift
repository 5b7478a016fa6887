// The example briefs through all four agents, with packets as the broker makes them.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Briefs through the four agents")
struct FlowTests {
    static let specialists = ["backend.api_reliability", "backend.queue_worker_planner"]

    @Test("the healthy brief is planned, worked on, accepted and closed without a question")
    func healthy() throws {
        var desk = try Desk(Repository.brief("payment-capture.md"))

        let plan = try #require(try desk.plan().part("plan.json"))
        desk.route = plan["route"]
        let agents = plan["tasks"]?.arrayValue?.compactMap { $0["agent"]?.stringValue }
        let work = try Self.specialists.enumerated().map { index, agent in
            try desk.delivered(agent, task: "t-\(5 + index)")
        }
        let closing = try #require(
            try desk.close(work).delivered(task: "t-9", agent: "core.orchestrator"))

        #expect(agents.map(Set.init) == Set(Self.specialists))
        for item in work + [closing] {
            let verdict = try desk.review(item)
            #expect(verdict["verdict"] == "accepted", "\(item.agent): \(verdict.prettyPrinted())")
            #expect(verdict["findings"]?.arrayValue == [], "\(item.agent)")
        }
    }

    @Test("the blocked brief asks one question per specialist, each with real options")
    func blocked() throws {
        let desk = try Desk(Repository.brief("checkout-blocked.md"))

        #expect(try desk.plan().part("plan.json") != nil)
        let api = try #require(try desk.work(Self.specialists[0]).escalation)
        let queue = try #require(try desk.work(Self.specialists[1]).escalation)

        #expect(api["recommended"] == "a")
        #expect(api.value(at: "/options/0/effect/patch") == ["slo": ["availability": 0.998]])
        #expect(api["key"] != queue["key"])
        for escalation in [api, queue] {
            let kinds = escalation["options"]?.arrayValue?.compactMap {
                $0.value(at: "/effect/kind")?.stringValue
            }
            #expect(kinds?.contains("patch") ?? false)
            #expect(kinds?.last == "cancel")
            #expect(escalation["owner"] == "head-of-commerce")
        }
    }

    @Test(
        "each option that changes the inputs lets the specialist go on",
        arguments: specialists)
    func everyOption(_ agent: String) throws {
        let desk = try Desk(Repository.brief("checkout-blocked.md"))
        let escalation = try #require(try desk.work(agent).escalation)
        let options = try #require(escalation["options"]?.arrayValue)
        var tried = 0

        for option in options where option.value(at: "/effect/kind") == "patch" {
            var answered = desk
            answered.answer(escalation, option: try #require(option["id"]?.stringValue))
            let item = try #require(
                try answered.work(agent).delivered(task: "t-5", agent: agent), "\(option)")
            let verdict = try answered.review(item)
            #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
            tried += 1
        }

        #expect(tried >= 2)
    }

    @Test("99.8 % by --set leads to a closing with an error budget of 86.4 min in 30 d")
    func answered() throws {
        var desk = try Desk(Repository.brief("checkout-blocked.md"))
        desk.route = try desk.plan().part("plan.json")?["route"]
        let api = try #require(try desk.work(Self.specialists[0]).escalation)
        let queue = try #require(try desk.work(Self.specialists[1]).escalation)
        try desk.revise(api, set: ["slo.availability=99.8%"], id: "e-23")
        desk.answer(queue, option: try #require(queue["recommended"]?.stringValue), id: "e-24")

        let work = try Self.specialists.enumerated().map { index, agent in
            try desk.delivered(agent, task: "t-\(5 + index)")
        }
        let outcome = try desk.close(work)
        let closing = try #require(outcome.delivered(task: "t-9", agent: "core.orchestrator"))
        let minutes = try #require(outcome.part("analysis.json")?.quantity("error_budget.minutes"))
        let summary = try #require(outcome.part("handoff_packet.json")?["summary"]?.stringValue)
        let decided = outcome.part("objective_snapshot.json")?["decided"]?.arrayValue

        #expect((minutes - 86.4).magnitude < 1e-9)
        #expect(summary.contains("86.4 min") && summary.contains("30 d"))
        #expect(decided?.compactMap { $0["by"]?.stringValue } == ["user/ann", "user/ann"])
        for item in work + [closing] {
            let verdict = try desk.review(item)
            #expect(verdict["verdict"] == "accepted", "\(item.agent): \(verdict.prettyPrinted())")
        }
    }

    @Test("an answer in words only is asked about once more, with the words quoted")
    func wordsOnly() throws {
        var desk = try Desk(Repository.brief("checkout-blocked.md"))
        let first = try #require(try desk.work(Self.specialists[0]).escalation)
        desk.answers.append(
            .init(
                escalationID: "e-23", escalation: first,
                answer: [
                    "format": "baton.answer/1", "option": "revise",
                    "instructions": "make it better somehow", "reason": "busy",
                ], by: "user/ann", at: "2026-11-20T09:00:00.000000Z"))

        let second = try #require(try desk.work(Self.specialists[0]).escalation)

        #expect(second["blocker"]?.stringValue?.contains("make it better somehow") ?? false)
    }

    @Test("the closing has one plan in order, no risk twice, and every upstream figure")
    func closing() throws {
        let desk = try Desk(Repository.brief("payment-capture.md"))
        let work = try Self.specialists.enumerated().map { index, agent in
            try desk.delivered(agent, task: "t-\(5 + index)")
        }

        let outcome = try desk.close(work)
        let steps = try #require(outcome.part("execution_plan.json")?["steps"]?.arrayValue)
        let risks = try #require(outcome.part("risk_register.json")?["risks"]?.arrayValue)
        let figures = try #require(outcome.part("analysis.json")?["quantities"]?.arrayValue)
        let upstream = try work.map {
            try $0.json("analysis.json")["quantities"]?.arrayValue?.count ?? 0
        }

        var seen: Set<String> = []
        for step in steps {
            for name in step["depends_on"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
                #expect(seen.contains(name), "\(name) stands after the step that needs it")
            }
            seen.insert(try #require(step["id"]?.stringValue))
        }
        let texts = risks.compactMap { $0["risk"]?.stringValue?.lowercased() }
        #expect(Set(texts).count == texts.count)
        #expect(figures.count == upstream.reduce(0, +))
    }

    @Test("a closing after a late answer shows what the answer changed")
    func lateAnswer() throws {
        var desk = try Desk(Repository.brief("payment-capture.md"))
        let work = try Self.specialists.enumerated().map { index, agent in
            try desk.delivered(agent, task: "t-\(5 + index)")
        }
        let patch: JSONValue = [
            "blocker": "x",
            "options": [
                [
                    "id": "a", "label": "Promise 99.8 %",
                    "effect": ["kind": "patch", "patch": ["slo": ["availability": 0.998]]],
                ]
            ],
        ]
        desk.answer(patch, option: "a")

        let outcome = try desk.close(work)
        let questions = outcome.part("handoff_packet.json")?["open_questions"]?.arrayValue?
            .compactMap(\.stringValue)

        #expect(questions?.contains { $0.contains("Error budget in the window was") } ?? false)
        let closing = try #require(outcome.delivered(task: "t-9", agent: "core.orchestrator"))
        #expect(try desk.review(closing)["verdict"] == "accepted")
    }
}
