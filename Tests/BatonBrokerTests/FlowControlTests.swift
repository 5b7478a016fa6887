// Flow control over the wire: rates with a hint that is true, room that is refused early, budgets
// that ask people, cost that workers report, cancellation that the next heartbeat tells.

import BatonBrief
import BatonCore
import BatonWire
import JSON
import Testing

@Suite struct LoopFlowControlTests {
    private func limits(_ change: (inout Limits) -> Void) -> Limits {
        var limits = Limits()
        change(&limits)
        return limits
    }

    private func task(_ harness: LoopHarness, _ key: String, bytes: Int = 5) throws -> Message {
        let parcel = Parcel(
            parts: [
                .init(
                    name: "note.txt", mediaType: "text/plain",
                    body: [UInt8](repeating: 0x61, count: bytes))
            ])
        return try harness.ask(
            "operator", .task,
            JSONObject([("key", .string(key)), ("agent", "x")]), body: parcel.bodyFrames)
    }

    private func report(_ harness: LoopHarness, _ work: Message, _ cost: JSONValue) throws
        -> Message
    {
        try harness.ask(
            "x", as: .agent(AgentName("x")), .fail,
            JSONObject([
                ("task", work.header["task"] ?? .null), ("token", work.header["token"] ?? .null),
                ("retryable", true), ("cost_microusd", cost),
            ]), body: [JSONValue.object(JSONObject([("message", "no")])).encoded()])
    }

    // MARK: Refusals

    @Test("a submitter who is too fast gets overloaded, and after retry_after_ms there is room")
    func submitterRate() throws {
        let harness = try LoopHarness(
            limits: limits { limits in
                limits.submissionsPerMinuteMax = 7
                limits.submissionsBurstMax = 2
            })
        try harness.worker("x")
        #expect(try task(harness, "a").verb == .ok)
        #expect(try task(harness, "b").verb == .ok)

        let refused = try task(harness, "c")
        let again = try task(harness, "a")

        #expect(refused.text("code") == "overloaded")
        #expect(refused.flag("retryable") == true && refused.flag("definite") == true)
        #expect(refused.text("message")?.contains("submissions_per_minute_max of 7") == true)
        #expect(again.flag("duplicate") == true, "what was taken is answered")
        let wait = try #require(refused.integer("retry_after_ms"))
        try harness.pass(.milliseconds(wait - 1))
        #expect(try task(harness, "c").text("code") == "overloaded")
        try harness.pass(.milliseconds(1))
        #expect(try task(harness, "c").verb == .ok)
        #expect(try task(harness, "d").text("code") == "overloaded")
    }

    @Test("on a low disk new submissions are refused, and a repeat gets its first answer")
    func lowDisk() throws {
        let harness = try LoopHarness()
        try harness.worker("x")
        let brief: JSONValue = [
            "format": "baton.brief/1", "title": "Test", "objective": "Try the broker",
            "inputs": ["slo": ["availability": 0.9995]], "assume": "never",
        ]
        func submit(_ key: JSONValue) throws -> Message {
            try harness.ask(
                "operator", .submit, JSONObject([("key", key)]), body: [brief.encoded()])
        }
        let firstTask = try task(harness, "a")
        let firstBrief = try submit("b")
        #expect(firstTask.verb == .ok && firstBrief.verb == .ok)

        harness.isDiskLow = true

        let sameTask = try task(harness, "a")
        let sameBrief = try submit("b")
        #expect(sameTask.flag("duplicate") == true)
        #expect(sameTask.text("task") == firstTask.text("task"))
        #expect(sameBrief.flag("duplicate") == true)
        #expect(sameBrief.text("brief") == firstBrief.text("brief"))
        #expect(try task(harness, "a", bytes: 6).text("code") == "key_reused")
        #expect(try task(harness, "c").text("code") == "disk_low")
        #expect(try submit("d").text("code") == "disk_low")
    }

    @Test("bytes of what is open bound new submissions, with a hint; STATUS shows both")
    func queuedBytes() throws {
        let harness = try LoopHarness(limits: limits { $0.queuedBytesMax = 1_000 })
        try harness.worker("x")
        // All of the worker's credit, so that the next stays in the queue.
        for number in 0..<4 { #expect(try task(harness, "\(number)", bytes: 100).verb == .ok) }

        let refused = try task(harness, "large", bytes: 601)
        let fits = try task(harness, "fits", bytes: 600)

        #expect(refused.text("code") == "overloaded")
        #expect(refused.integer("retry_after_ms") == 1_000)
        #expect(
            refused.text("message") == "queued_bytes_max of 1000 is reached: 1001")
        #expect(fits.verb == .ok)
        let never = try task(harness, "never", bytes: 1_001)
        #expect(never.text("code") == "limit_reached" && never.flag("retryable") == false)
        let status = try JSONValue(
            parsing: try #require(try harness.ask("operator", .status).body.first))
        #expect(status.value(at: "/queued/bytes") == 1_000)
        #expect(status.value(at: "/queued/tasks") == 5)
        #expect(status.value(at: "/limits/queued_bytes_max") == 1_000)
        #expect(status.value(at: "/refused/overloaded") == 1)
    }

    // MARK: Rates of agents

    @Test("a card's rate holds its agent's tasks back, and SHOW says so")
    func cardRate() throws {
        let harness = try LoopHarness()
        try harness.hello("operator")
        var card = Card(id: "x", name: "X")
        card.rate = Card.Rate(count: 1, seconds: 60)
        #expect(try harness.ask("operator", .register, body: [card.json.encoded()]).verb == .ok)
        let hello = try harness.ask(
            "x", as: .agent(AgentName("x")), .hello,
            JSONObject([("version", 1), ("agent", "x"), ("instance", "1"), ("credit", 4)]))
        #expect(hello.verb == .ok)
        #expect(try task(harness, "a").verb == .ok)
        let second = try task(harness, "b")

        let shown = try harness.ask(
            "operator", .show, JSONObject([("task", second.header["task"] ?? .null)]))

        let view = try JSONValue(parsing: try #require(shown.body.first))
        #expect(view["pending_reason"]?.stringValue == "rate_limited")
        _ = harness.pushes("x")
        // Silence that long would close the session.
        _ = try harness.ask("x", as: .agent(AgentName("x")), .beat)
        try harness.pass(.seconds(59))
        #expect(harness.pushes("x").isEmpty)
        _ = try harness.ask("x", as: .agent(AgentName("x")), .beat)
        try harness.pass(.seconds(1))
        #expect(try harness.assignment("x").text("task") == second.text("task"))
    }

    // MARK: Budgets

    private func brief(_ budget: JSONValue) -> JSONValue {
        [
            "format": "baton.brief/1", "objective": "Try the budget", "inputs": [:],
            "assume": "never", "budget": budget,
        ]
    }

    private func submit(_ harness: LoopHarness, _ budget: JSONValue) throws -> Message {
        try harness.ask(
            "operator", .submit, JSONObject([("key", "k")]), body: [brief(budget).encoded()])
    }

    private func failPlan(_ harness: LoopHarness, costing cost: Int64) throws {
        let plan = try harness.assignment("core.orchestrator")
        let failed = try harness.ask(
            "core.orchestrator", as: .agent(.orchestrator), .fail,
            JSONObject([
                ("task", plan.header["task"] ?? .null), ("token", plan.header["token"] ?? .null),
                ("retryable", true), ("cost_microusd", .integer(cost)),
            ]), body: [JSONValue.object(JSONObject([("message", "no")])).encoded()])
        #expect(failed.verb == .ok)
    }

    private func document(_ reply: Message) throws -> JSONValue {
        try JSONValue(parsing: try #require(reply.body.first))
    }

    @Test("a brief over its budget asks people with what was used, and goes on when one says so")
    func budget() throws {
        let harness = try LoopHarness()
        try harness.worker("core.orchestrator")
        let submitted = try submit(
            harness, ["attempts": 9, "cost": ["amount": 0.5, "currency": "USD"]])
        let id = try #require(submitted.text("brief"))
        try failPlan(harness, costing: 500_000)
        try harness.pass(.seconds(10))

        let shown = try document(
            try harness.ask("operator", .show, JSONObject([("brief", .string(id))])))
        #expect(shown["state"]?.stringValue == "blocked")
        #expect(shown.value(at: "/used/cost_microusd") == 500_000)
        #expect(shown.value(at: "/budget/cost_left_microusd") == 0)
        #expect(shown.value(at: "/budget/attempts_left") == 8)
        let question = try #require(shown.value(at: "/escalations/0"))
        #expect(question["origin"]?.stringValue == "budget")
        #expect(
            question["blocker"]?.stringValue
                == "\(id) has used up its budget: 1 of 9 attempts, 0.50 of 0.50 USD.")
        let answer: JSONValue = [
            "format": "baton.answer/1", "option": "continue", "reason": "it is worth it",
        ]
        let answered = try harness.ask(
            "operator", .answer,
            JSONObject([("escalation", question["escalation"] ?? .null)]),
            body: [answer.encoded()])

        #expect(answered.verb == .ok)
        _ = try harness.assignment("core.orchestrator")
        let after = try document(
            try harness.ask("operator", .show, JSONObject([("brief", .string(id))])))
        #expect(after["state"]?.stringValue == "running")
        #expect(after.value(at: "/budget/cost_left_microusd") == 500_000)
    }

    @Test("a start asks for a budget that nobody was asked about, once")
    func budgetAfterRestart() throws {
        let harness = try LoopHarness()
        try harness.worker("core.orchestrator")
        _ = try submit(harness, ["attempts": 1])
        try failPlan(harness, costing: 0)
        // The backoff ends while nobody is connected: nothing can be leased, and nobody is asked.
        _ = try harness.ask("core.orchestrator", as: .agent(.orchestrator), .bye)
        try harness.pass(.seconds(10))
        #expect(try !harness.types().contains("escalation.raised"))

        try harness.restart()
        try harness.worker("core.orchestrator")

        #expect(try harness.types().count { $0 == "escalation.raised" } == 1)
        #expect(harness.pushes("core.orchestrator").isEmpty)
    }

    @Test("a cost that cannot be is malformed, and the lease stays", arguments: [-1, 1 << 50])
    func badCost(cost: Int64) throws {
        let harness = try LoopHarness()
        try harness.worker("x")
        _ = try task(harness, "a")
        let work = try harness.assignment("x")

        let refused = try report(harness, work, .integer(cost))
        let taken = try report(harness, work, 7)

        #expect(refused.text("code") == "malformed")
        #expect(refused.text("message")?.contains("cost_microusd") == true)
        #expect(taken.verb == .ok)
    }

    // MARK: Cancellation

    @Test("the next heartbeat tells a worker of the cancellation, once")
    func cancellation() throws {
        let harness = try LoopHarness()
        try harness.worker("x")
        let id = try #require(try task(harness, "a").text("task"))
        let work = try harness.assignment("x")
        let token = work.integer("token") ?? 0
        let beat: JSONValue = [["task": .string(id), "token": .integer(token)]]
        let worker = ActorName.agent(AgentName("x"))

        let before = try document(
            try harness.ask("x", as: worker, .beat, body: [beat.encoded()]))
        let cancelled = try harness.ask("operator", .cancel, JSONObject([("task", .string(id))]))
        let after = try document(try harness.ask("x", as: worker, .beat, body: [beat.encoded()]))
        let later = try document(try harness.ask("x", as: worker, .beat, body: [beat.encoded()]))

        #expect(before.value(at: "/0/state") == "held")
        #expect(cancelled.integer("cancelled") == 1)
        #expect(after.value(at: "/0/state") == "cancelled")
        #expect(later.value(at: "/0/state") == "lost")
    }
}
