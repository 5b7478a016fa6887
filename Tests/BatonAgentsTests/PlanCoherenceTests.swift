// The parts of a plan agree with each other: checks are met by the plan's own figures, limits count
// everybody who calls, and each specialist checks what is its own.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Coherence of the plans")
struct PlanCoherenceTests {
    private static let api = "backend.api_reliability"
    private static let queue = "backend.queue_worker_planner"

    private func desk() throws -> Desk {
        var desk = try Desk(Repository.brief("payment-capture.md"))
        desk.route = try desk.plan().part("plan.json")?["route"]
        return desk
    }

    private func checks(_ outcome: EngineOutcome) throws -> [JSONValue] {
        try #require(outcome.part("validation_checklist.json")?["checks"]?.arrayValue)
    }

    private func analysis(_ outcome: EngineOutcome) throws -> JSONValue {
        try #require(outcome.part("analysis.json"))
    }

    @Test("the bound on utilisation holds at the plan's own peak")
    func utilisation() throws {
        let outcome = try desk().work(Self.queue)
        let peak = try #require(try analysis(outcome).quantity("utilisation.peak.0.captures"))
        let check = try #require(
            try checks(outcome).first {
                $0["metric"]?.stringValue?.hasPrefix("Utilisation") ?? false
            })

        #expect(peak > 0.85)
        let bound = try #require(check["threshold"]?.doubleValue)
        #expect(bound >= peak && bound == 0.891)
    }

    @Test("a visibility timeout that is long enough stays")
    func visibility() throws {
        let outcome = try desk().work(Self.queue)
        let steps = try #require(outcome.part("execution_plan.json")).encodedText

        #expect(steps.contains("captures: 30 s as now (at least 18.44 s)"))
    }

    @Test("the limit of a group counts with one member down, and with the calls of the API")
    func sharedLimit() throws {
        let outcome = try desk().work(Self.queue)
        let analysis = try analysis(outcome)
        let arrivals = try #require(analysis.quantity("arrivals.effective.0.captures"))

        let share = try #require(analysis.quantity("downstream.psp.0.captures"))

        // 90/s × 30 % come from the API; one provider takes 250/s.
        #expect((share - (arrivals + 27) / 250).magnitude < 1e-9)
    }

    @Test("a bulkhead is sized for the operations that make the call")
    func bulkhead() throws {
        let analysis = try analysis(try desk().work(Self.api))
        let rates = analysis["quantities"]?.arrayValue?.filter {
            $0["label"]?.stringValue == "Requests a second that call psp"
        }

        #expect(rates?.compactMap { $0["value"]?.doubleValue } == [90])
    }

    @Test("what others share and nobody calls gets no timeout of its own")
    func sharedPath() throws {
        let analysis = try analysis(try desk().work(Self.api)).encodedText

        #expect(!analysis.contains("Timeout of egress"))
        #expect(!analysis.contains("Concurrent calls to egress"))
        #expect(analysis.contains("egress is on the way to psp-a, psp-b"))
    }

    @Test("each criterion is checked by its own specialist, and once in the closing")
    func criteria() throws {
        let desk = try desk()
        let work = try [Self.api, Self.queue].enumerated().map { index, agent in
            try desk.delivered(agent, task: "t-\(5 + index)")
        }
        func traces(_ checks: [JSONValue]) -> [String] {
            checks.flatMap { ($0["traces"]?.arrayValue ?? []).compactMap(\.stringValue) }
                .filter { $0.hasPrefix("AC") }.sorted()
        }

        let closing = try checks(try desk.close(work))

        #expect(traces(try checks(try desk.work(Self.queue))) == ["AC3", "AC4"])
        #expect(Set(traces(try checks(try desk.work(Self.api)))) == ["AC1", "AC2", "AC5"])
        #expect(Set(traces(closing)) == ["AC1", "AC2", "AC3", "AC4", "AC5"])
        #expect(traces(closing).count == 5, "\(traces(closing))")
    }

    @Test("a word in the singular and in the plural is one signal")
    func phrases() throws {
        let plan = try #require(try desk().plan().part("plan.json"))

        let reasons = plan["route"]?.arrayValue?.flatMap { entry in
            (entry["reasons"]?.arrayValue ?? []).compactMap(\.stringValue)
        }
        #expect(reasons?.filter { $0.contains("“outage") }.count == 1, "\(reasons ?? [])")
    }

    @Test("next steps ask for nothing that is not there")
    func nextSteps() throws {
        let desk = try desk()
        let work = try [Self.api, Self.queue].enumerated().map { index, agent in
            try desk.delivered(agent, task: "t-\(5 + index)")
        }
        let handoff = try #require(try desk.close(work).part("handoff_packet.json"))
        let steps = (handoff["next_steps"]?.arrayValue ?? []).compactMap(\.stringValue)
        let questions = handoff["open_questions"]?.arrayValue ?? []

        #expect(steps.contains { $0.contains("open questions") } == !questions.isEmpty)
        #expect(steps.count { $0.contains("go through the") } == 1)
    }

    @Test("the decision of a revision says the new and the old value everywhere")
    func decision() throws {
        var desk = try Desk(Repository.brief("checkout-blocked.md"))
        let first = try #require(try desk.work(Self.api).escalation)
        try desk.revise(first, set: ["slo.availability=99.8%"], id: "e-119")

        let outcome = try desk.work(Self.api)
        let decision = "slo.availability = 99.8% (was 99.95%)"

        for part in ["execution_plan.json", "objective_snapshot.json", "handoff_packet.json"] {
            #expect(outcome.part(part)?.encodedText.contains(decision) ?? false, "\(part)")
        }
    }

    @Test(
        "an untouched template is delivered and accepted without a remark",
        arguments: zip(BriefTemplate.allCases, [Self.api, Self.queue]))
    func templates(template: BriefTemplate, agent: String) throws {
        let reading = BriefParser.parse(Array(template.text.utf8), name: "brief.md")
        var desk = try Desk(try #require(reading.document?.json))
        desk.route = try desk.plan().part("plan.json")?["route"]

        let outcome = try desk.work(agent)
        let item = try #require(
            outcome.delivered(task: "t-5", agent: agent),
            "\(outcome.escalation?.prettyPrinted() ?? "")")

        #expect(try desk.review(item)["findings"] == [])
    }
}
