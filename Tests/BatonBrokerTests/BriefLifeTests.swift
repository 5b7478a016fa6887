// A brief's whole life over the wire: planned, worked on, reviewed, closed; with everything that
// can interrupt it.

import BatonBrief
import BatonCore
import BatonWire
import JSON
import Testing

@Suite struct BriefLifeTests {
    private let brief: JSONValue = [
        "format": "baton.brief/1", "title": "Test", "objective": "Try the broker",
        "inputs": ["slo": ["availability": 0.9995]], "assume": "never",
    ]

    private let plan: JSONValue = [
        "format": "baton.plan/1", "playbook": "default",
        "route": [["agent": "team.writer", "score": 1, "chosen": true, "reasons": ["asked for"]]],
        "requirements": [], "assumptions": "none stated",
        "tasks": [
            [
                "id": "write", "agent": "team.writer", "title": "Write it",
                "instructions": "Write it well.", "depends_on": [],
            ]
        ],
        "close": ["title": "Close", "instructions": "Merge."],
    ]

    private func team(_ harness: LoopHarness) throws {
        try harness.worker("core.orchestrator")
        try harness.worker("core.quality")
        try harness.worker("team.writer", reviewed: true)
    }

    private func submit(_ harness: LoopHarness, key: String = "k") throws -> Message {
        try harness.ask(
            "operator", .submit, JSONObject([("key", .string(key))]), body: [brief.encoded()])
    }

    private func verdict(_ review: Message, accepted: Bool) throws -> [(String, JSONValue)] {
        let packet = try JSONValue(parsing: review.body[0])
        let finding: JSONValue = [
            "rule": "test", "severity": "high", "part": "risk_register.json", "place": "/risks",
            "message": "too few", "satisfy": "name more",
        ]
        return [
            (
                "verdict.json",
                [
                    "format": "baton.verdict/1", "verdict": accepted ? "accepted" : "rejected",
                    "subject": packet.value(at: "/subject/task") ?? "",
                    "findings": accepted ? [] : [finding], "checked": [:], "summary": "judged",
                ]
            )
        ]
    }

    private func deliverables(_ note: String = "") -> [(String, JSONValue)] {
        Deliverables.fiveNames.map { ($0, ["note": .string(note)]) }
    }

    @Test("a brief passes plan, work, review and close, and ends done")
    func wholeLife() throws {
        let harness = try LoopHarness()
        try team(harness)

        let accepted = try submit(harness)
        #expect(accepted.text("brief") == "b-5")
        let planned = try harness.deliver(
            "core.orchestrator", harness.assignment("core.orchestrator"), [("plan.json", plan)])
        #expect(planned.text("state") == "accepted")
        let work = try harness.assignment("team.writer")
        #expect(
            try JSONValue(parsing: work.body[0]).value(at: "/task/instructions") == "Write it well."
        )
        #expect(
            try harness.deliver("team.writer", work, deliverables()).text("state") == "delivered")
        let review = try harness.assignment("core.quality")
        try harness.deliver("core.quality", review, verdict(review, accepted: true))
        let close = try harness.assignment("core.orchestrator")
        #expect(close.text("kind") == "close")
        let upstream = try JSONValue(parsing: close.body[0]).value(at: "/upstream/0/parts")
        #expect(upstream?.arrayValue?.count == 5)
        try harness.deliver("core.orchestrator", close, deliverables("closed"))
        let second = try harness.assignment("core.quality")
        try harness.deliver("core.quality", second, verdict(second, accepted: true))

        #expect(try harness.types().last == "brief.done")
        let shown = try JSONValue(
            parsing: harness.ask("operator", .show, JSONObject([("brief", "b-5")])).body[0])
        #expect(shown["state"] == "done")
        #expect(shown["deliverables"]?.arrayValue?.count == 5)
        let task = try harness.ask(
            "operator", .show, JSONObject([("task", work.header["task"] ?? "")]))
        #expect(try JSONValue(parsing: task.body[0])["state"] == "accepted")
        try harness.findsEverything()
    }

    @Test("a rejected delivery comes back with its findings, and the same bytes are refused")
    func rejection() throws {
        let harness = try LoopHarness()
        try team(harness)
        _ = try submit(harness)
        try harness.deliver(
            "core.orchestrator", harness.assignment("core.orchestrator"), [("plan.json", plan)])

        try harness.deliver("team.writer", harness.assignment("team.writer"), deliverables("first"))
        let review = try harness.assignment("core.quality")
        try harness.deliver("core.quality", review, verdict(review, accepted: false))

        let again = try harness.assignment("team.writer")
        let packet = try JSONValue(parsing: again.body[0])
        #expect(packet.value(at: "/findings/0/message") == "too few")
        #expect(packet.value(at: "/task/rejections") == 1)
        let same = try harness.deliver("team.writer", again, deliverables("first"))
        #expect(same.text("code") == "unchanged")
        #expect(try harness.deliver("team.writer", again, deliverables("second")).verb == .ok)
    }

    @Test("the third rejection becomes a question that a person answers with an exception")
    func gateEscalation() throws {
        let harness = try LoopHarness()
        try team(harness)
        _ = try submit(harness)
        try harness.deliver(
            "core.orchestrator", harness.assignment("core.orchestrator"), [("plan.json", plan)])

        for round in 1...3 {
            try harness.deliver(
                "team.writer", harness.assignment("team.writer"), deliverables("\(round)"))
            let review = try harness.assignment("core.quality")
            try harness.deliver("core.quality", review, verdict(review, accepted: false))
        }

        let open = try JSONValue(
            parsing: harness.ask("operator", .list, JSONObject([("what", "escalations")])).body[0])
        #expect(open[0]?["origin"] == "gate")
        #expect(open[0]?["blocker"]?.stringValue?.contains("too few") == true)
        #expect(try harness.types().last == "brief.blocked")
        let answer: JSONValue = [
            "format": "baton.answer/1", "option": "accept", "reason": "good enough",
        ]
        let escalation = try #require(open[0]?["escalation"])
        let answered = try harness.ask(
            "operator", .answer, JSONObject([("escalation", escalation)]), body: [answer.encoded()])
        #expect(answered.verb == .ok)
        #expect(try harness.assignment("core.orchestrator").text("kind") == "close")
    }

    @Test(
        "the same key with the same brief is one brief, also after a restart; other content is refused"
    )
    func idempotency() throws {
        let harness = try LoopHarness()
        try team(harness)
        let first = try submit(harness)

        let second = try submit(harness)
        try harness.restart()
        try harness.hello("operator")
        let third = try submit(harness)
        var other = brief
        other["title"] = "Other"
        let refused = try harness.ask(
            "operator", .submit, JSONObject([("key", "k")]), body: [other.encoded()])

        #expect(second.text("brief") == first.text("brief"))
        #expect(second.flag("duplicate") == true)
        #expect(third.text("brief") == first.text("brief"))
        #expect(third.flag("duplicate") == true)
        #expect(refused.text("code") == "key_reused")
        #expect(try harness.types().filter { $0 == "brief.submitted" }.count == 1)
    }

    @Test("a late delivery of an expired lease is refused and recorded")
    func staleToken() throws {
        let harness = try LoopHarness()
        try team(harness)
        _ = try submit(harness)
        let late = try harness.assignment("core.orchestrator")

        try harness.pass(.seconds(61))
        try harness.hello("core.orchestrator", as: .agent(.orchestrator))
        let reply = try harness.deliver("core.orchestrator", late, [("plan.json", plan)])

        #expect(reply.text("code") == "stale_token")
        let types = try harness.types()
        #expect(types.contains("task.expired"))
        #expect(types.last == "access.refused")
    }

    @Test("a worker that comes back under its name without its leases gives them back")
    func unlisted() throws {
        let harness = try LoopHarness()
        try team(harness)
        _ = try submit(harness)
        let first = try harness.assignment("core.orchestrator")

        try harness.worker("core.orchestrator")
        try harness.pass(.seconds(2))
        let second = try harness.assignment("core.orchestrator")

        #expect(second.text("task") == first.text("task"))
        #expect(try #require(second.integer("token")) > #require(first.integer("token")))
        #expect(try harness.types().contains("task.released"))
    }

    @Test("an escalation blocks the brief, its answer patches the inputs of the next attempt")
    func escalation() throws {
        let harness = try LoopHarness()
        try team(harness)
        _ = try submit(harness)
        let work = try harness.assignment("core.orchestrator")
        let document: JSONValue = [
            "format": "baton.escalation/1", "blocker": "too high", "impact": "nothing starts",
            "options": [
                [
                    "id": "relax", "label": "Relax", "tradeoffs": "more downtime",
                    "effect": ["kind": "patch", "patch": ["slo": ["availability": 0.998]]],
                ],
                [
                    "id": "stop", "label": "Stop", "tradeoffs": "no result",
                    "effect": ["kind": "cancel"],
                ],
            ],
            "recommended": "relax", "rationale": "it can be met", "needs": "a decision",
            "severity": "high",
        ]

        let raised = try harness.ask(
            "core.orchestrator", as: .agent(.orchestrator), .escalate,
            JSONObject([("task", work.header["task"] ?? ""), ("token", work.header["token"] ?? 0)]),
            body: [document.encoded()])
        #expect(try harness.types().last == "brief.blocked")
        let open = try shown(raised, harness)
        #expect(open.value(at: "/options/0/changes") == ["slo.availability: 99.95% → 99.8%"])
        let answer: JSONValue = ["format": "baton.answer/1", "option": "relax", "reason": "agreed"]
        let header = JSONObject([("escalation", raised.header["escalation"] ?? "")])
        let byAgent = try harness.ask(
            "core.quality", as: .agent(.quality), .answer, header, body: [answer.encoded()])
        let first = try harness.ask("operator", .answer, header, body: [answer.encoded()])
        let repeated = try harness.ask("operator", .answer, header, body: [answer.encoded()])
        let other: JSONValue = ["format": "baton.answer/1", "option": "stop", "reason": "no"]
        let late = try harness.ask("operator", .answer, header, body: [other.encoded()])

        func listed(_ state: String) throws -> [JSONValue] {
            let header = JSONObject([("what", "escalations"), ("state", .string(state))])
            return try JSONValue(parsing: harness.ask("operator", .list, header).body[0]).arrayValue
                ?? []
        }
        #expect(try listed("open") == [])
        #expect(try listed("all").map { $0["state"] } == ["answered"])
        #expect(byAgent.text("code") == "not_permitted")
        #expect(first.verb == .ok)
        #expect(repeated.flag("duplicate") == true)
        #expect(late.text("code") == "already_answered")
        #expect(try JSONValue(parsing: late.body[0])["option"] == "relax")
        let packet = try JSONValue(parsing: harness.assignment("core.orchestrator").body[0])
        #expect(packet.value(at: "/inputs/slo/availability")?.doubleValue == 0.998)
        #expect(packet.value(at: "/answers/0/by") == "user/ann")
        let answered = try shown(raised, harness)
        #expect(
            answered.value(at: "/answer/changes") == ["slo.availability = 99.8% (was 99.95%)"])
        #expect(answered.value(at: "/answer/label") == "Relax")
    }

    /// SHOW of the escalation that was raised.
    private func shown(_ raised: Message, _ harness: LoopHarness) throws -> JSONValue {
        let header = JSONObject([("escalation", raised.header["escalation"] ?? "")])
        return try JSONValue(parsing: harness.ask("operator", .show, header).body[0])
    }
}
