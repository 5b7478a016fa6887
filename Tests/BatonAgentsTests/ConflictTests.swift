// Conflicts between agents: each kind is planted once and found, the ranking decides what it can,
// and what it cannot is left to a person with options.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Conflicts between agents")
struct ConflictTests {
    private static let title = "Conflicts between agents"

    /// The inputs of the payment brief without anything that contradicts: its workers call nothing.
    /// What the specialists deliver for it: worked out once, because the planner simulates.
    private static let calm = Result { try ClosingTests.deliveries(try Desk(peaceful())) }

    private static func peaceful() throws -> JSONValue {
        var brief = try Repository.brief("payment-capture.md")
        var queue = try #require(brief.value(at: "/inputs/queues/0"))
        queue["calls"] = nil
        brief["inputs"]?["queues"] = [queue]
        return brief
    }

    private func close(
        _ brief: JSONValue, _ own: [Delivered] = []
    ) throws -> (outcome: EngineOutcome, work: [Delivered]) {
        let desk = try Desk(brief)
        let isPeaceful = try brief == Self.peaceful()
        let work = try (isPeaceful ? Self.calm.get() : ClosingTests.deliveries(desk)) + own
        let outcome = try desk.close(work)
        let closing = try #require(outcome.delivered(task: "t-9", agent: "core.orchestrator"))
        let verdict = try desk.review(closing)
        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
        return (outcome, work)
    }

    private func rows(_ outcome: EngineOutcome) -> [[String]] {
        let section = ClosingTests.list(outcome, "analysis", "sections").first {
            $0["title"] == .string(Self.title)
        }
        return (section?.value(at: "/table/rows")?.arrayValue ?? []).map { row in
            (row.arrayValue ?? []).compactMap(\.stringValue)
        }
    }

    private func open(_ outcome: EngineOutcome) -> [JSONValue] {
        ClosingTests.list(outcome, "handoff_packet", "open_decisions")
    }

    private func decisions(_ outcome: EngineOutcome) -> [JSONValue] {
        ClosingTests.list(outcome, "execution_plan", "decisions")
    }

    /// Every position points at something that its agent delivered, or at the packet.
    private func expectPlaces(_ decision: JSONValue, _ work: [Delivered]) throws {
        for position in decision["positions"]?.arrayValue ?? [] {
            let part = try #require(position["part"]?.stringValue)
            let pointer = try #require(position["pointer"]?.stringValue)
            guard let item = work.first(where: { part.hasPrefix($0.task + "/") }),
                part.hasSuffix(".json")
            else { continue }
            let document = try item.json(String(part.dropFirst(item.task.count + 1)))
            #expect(document.value(at: pointer) != nil, "\(part)\(pointer)")
        }
    }

    @Test("where agents do not contradict each other, nothing is shown and nothing asked")
    func none() throws {
        let outcome = try close(try Self.peaceful(), [ClosingTests.own()]).outcome
        let steps = ClosingTests.list(outcome, "execution_plan", "steps")

        #expect(rows(outcome).isEmpty)
        #expect(outcome.part("handoff_packet.json")?["open_decisions"] == "none stated")
        #expect(!steps.contains { $0["title"]?.stringValue?.hasPrefix("Settle") ?? false })
    }

    @Test("retries in two layers are left to a person: both sides argue with reliability")
    func twoLayers() throws {
        let (outcome, work) = try close(try Repository.brief("payment-capture.md"))
        let decision = try #require(open(outcome).first)
        let handoff = try #require(outcome.part("handoff_packet.json"))

        #expect(open(outcome).count == 1 && rows(outcome).count == 1)
        #expect(decision["question"]?.stringValue?.contains("psp") ?? false)
        let positions = decision["positions"]?.arrayValue ?? []
        #expect(
            positions.compactMap { $0["agent"]?.stringValue } == [
                "backend.api_reliability", "backend.queue_worker_planner",
            ])
        #expect(positions.allSatisfy { $0["rank"] == "reliability" })
        #expect(decision["recommended"] == "b" && decision["owner"] == "payments-oncall")
        #expect(decision["options"]?.arrayValue?.count == 2)
        try expectPlaces(decision, work)
        #expect(handoff["next_steps"]?.encodedText.contains("decide the open decision of") ?? false)
        let markdown = DeliverableMarkdown.render(handoff, kind: .handoffPacket)
        #expect(markdown.contains("### O1, for payments-oncall"))
        #expect(markdown.contains("b (recommended)"))
    }

    @Test("calls that outlast the job that makes them are cut: reliability before performance")
    func beyondJob() throws {
        var brief = try Repository.brief("payment-capture.md")
        brief["inputs"]?["slo"]?["latency_p99"] = nil
        let dependencies = brief.value(at: "/inputs/dependencies")?.arrayValue ?? []
        brief["inputs"]?["dependencies"] = .array(
            dependencies.map { item in
                var item = item
                if item["group"] != nil { item["timeout"] = 40 }
                return item
            })

        let outcome = try close(brief).outcome
        let row = rows(outcome).first { $0[0] == "Calls to psp may outlast a job of captures" }

        #expect(row?[3].contains("end within the job limit") ?? false, "\(rows(outcome))")
        #expect(row?[4] == "Reliability decides: it goes before performance.")
        let decision = decisions(outcome).first {
            $0["decision"]?.stringValue?.hasPrefix("Calls to psp may outlast") ?? false
        }
        #expect(decision?["rank"] == "reliability")
        #expect(decision?.value(at: "/alternatives/0/option") != nil)
    }

    @Test("keys that are forgotten before messages end are kept longer")
    func keys() throws {
        let plan = """
            - S1: Look; owner: ann; done when: seen

            ## Decisions
            - D1: Idempotency keys are kept for 24 h; rank: convenience; why: the store is small; \
            alternative: a week; why not: it costs
            """

        let outcome = try close(try Self.peaceful(), [ClosingTests.own(plan: plan)]).outcome
        let row = try #require(rows(outcome).first)

        #expect(row[0] == "Records of keys end before messages of captures do")
        #expect(row[4] == "Reliability decides: it goes before convenience.")
        #expect(row[3].hasPrefix("Records of keys are kept for"))
    }

    @Test("what one decides and the other has rejected is decided by rank, and said")
    func excluding() throws {
        let plan = """
            - S1: Look; owner: ann; done when: seen

            ## Decisions
            - D1: Let every layer retry as it likes; rank: convenience; why: nothing to build; \
            alternative: one layer; why not: work
            """

        let outcome = try close(try Self.peaceful(), [ClosingTests.own(plan: plan)]).outcome
        let texts = decisions(outcome).compactMap { $0["decision"]?.stringValue }

        #expect(rows(outcome).map { $0[0] } == ["Decisions that exclude each other"])
        #expect(rows(outcome).first?[3].hasPrefix("Retry in one layer only") ?? false)
        #expect(!texts.contains("Let every layer retry as it likes"))
        #expect(texts.contains { $0.hasPrefix("Retry in one layer only") })
    }

    @Test("of equal rank, decisions that exclude each other stay open, and both stay")
    func equalRank() throws {
        let plan = """
            - S1: Look; owner: ann; done when: seen

            ## Decisions
            - D1: Let every layer retry as it likes; rank: reliability; why: more is better; \
            alternative: one layer; why not: a guess
            """

        let (outcome, work) = try close(try Self.peaceful(), [ClosingTests.own(plan: plan)])
        let texts = decisions(outcome).compactMap { $0["decision"]?.stringValue }

        #expect(open(outcome).count == 1)
        try expectPlaces(try #require(open(outcome).first), work)
        #expect(texts.contains("Let every layer retry as it likes"))
        #expect(texts.contains { $0.hasPrefix("Retry in one layer only") })
    }

    private static let metric = "99th percentile of the response time"

    @Test("a check that the brief demands holds against one that an agent chose")
    func demandedCheck() throws {
        let checks = "- C1: \(Self.metric) <= 2 s; method: look; when: weekly; owner: ann"

        let outcome = try close(try Self.peaceful(), [ClosingTests.own(checks: checks)]).outcome
        let kept = ClosingTests.list(outcome, "validation_checklist", "checks").filter {
            $0["metric"] == .string(Self.metric)
        }

        #expect(kept.map { $0["threshold"]?.doubleValue } == [0.8])
        #expect(rows(outcome).first?[4].hasPrefix("The brief demands it") ?? false)
    }

    @Test("a check that is looser than the criterion it names is not demanded by it")
    func looser() throws {
        let checks =
            "- C1: \(Self.metric) <= 2 s; method: look; when: weekly; owner: ann; traces: AC1"

        let outcome = try close(Self.peaceful(), [ClosingTests.own(checks: checks)]).outcome

        #expect(open(outcome).isEmpty)
        #expect(rows(outcome).first?[3].hasSuffix("<= 0.8 s") ?? false)
    }

    /// The answer to the question about two demands, and the thresholds that are kept then.
    static let answers: [(option: String, kept: [Double], open: Int)] = [
        ("a", [0], 0), ("b", [1], 0), ("c", [0, 1], 1),
    ]

    @Test("two demands of the brief that exclude each other are asked about", arguments: answers)
    func bothDemanded(option: String, kept: [Double], open count: Int) throws {
        func own(_ agent: String, _ task: String, _ threshold: Int) -> Delivered {
            var item = ClosingTests.own(
                agent,
                checks: "- C1: Captures booked twice <= \(threshold); method: count; when: daily;"
                    + " owner: ann; traces: AC5")
            item.task = task
            return item
        }
        var desk = try Desk(Self.peaceful())
        let work =
            try Self.calm.get() + [own("ops.ledger", "t-12", 0), own("ops.queue", "t-13", 1)]
        let question = try #require(try desk.close(work).escalation)

        desk.answer(question, option: option)
        let outcome = try desk.close(work)
        let thresholds = ClosingTests.list(outcome, "validation_checklist", "checks").filter {
            $0["metric"] == "Captures booked twice"
        }.map { $0["threshold"]?.doubleValue }
        let closing = try #require(outcome.delivered(task: "t-9", agent: "core.orchestrator"))

        #expect(question["key"] == "conflicts" && question["recommended"] == "a")
        #expect(thresholds == kept)
        #expect(open(outcome).count == count)
        #expect(count == 1 || rows(outcome).first?[4] == "Decided by user/ann, who was asked.")
        #expect(try desk.review(closing)["verdict"] == "accepted")
    }

    @Test("an answer holds for the conflicts that were asked about, and a later one is asked anew")
    func laterDemand() throws {
        func own(_ agent: String, _ task: String, _ metric: String, _ threshold: Int) -> Delivered {
            var item = ClosingTests.own(
                agent,
                checks: "- C1: \(metric) <= \(threshold); method: count; when: daily; owner: ann;"
                    + " traces: AC5")
            item.task = task
            return item
        }
        func chosen(_ outcome: EngineOutcome) -> [String?] {
            rows(outcome).map { $0[4] }
        }
        var desk = try Desk(Self.peaceful())
        let work = try Self.calm.get()
        let first = [
            own("ops.ledger", "t-12", "Captures booked twice", 0),
            own("ops.queue", "t-13", "Captures booked twice", 1),
        ]
        let second = [
            own("ops.keys", "t-14", "Captures without a key", 0),
            own("ops.relay", "t-15", "Captures without a key", 2),
        ]
        desk.answer(try #require(try desk.close(work + first).escalation), option: "a")

        let question = try #require(try desk.close(work + first + second).escalation)
        desk.answer(question, option: "c", id: "e-24")
        let outcome = try desk.close(work + first + second)

        let blocker = try #require(question["blocker"]?.stringValue)
        #expect(blocker.contains("Captures without a key"))
        #expect(!blocker.contains("Captures booked twice"))
        #expect(chosen(outcome).contains("Decided by user/ann, who was asked."))
        #expect(open(outcome).count == 1)
    }

    @Test("an availability that an agent takes is held against the brief's")
    func availability() throws {
        let snapshot = """

            ## Assumptions
            - A1: The ledger is available 99.5 % of the time; why: a report of last year
            """

        let outcome = try close(try Self.peaceful(), [ClosingTests.own(snapshot: snapshot)]).outcome
        let row = try #require(rows(outcome).first)

        #expect(row[0].hasPrefix("The availability of ledger is taken for another value"))
        #expect(row[1].contains("assumes 99.5 %") && row[3] == "It is 99.99 %")
    }

    @Test("two assumptions about one field are asked about, the cautious one recommended")
    func assumptions() throws {
        func own(_ agent: String, _ task: String, _ text: String) -> Delivered {
            let snapshot = "\n## Assumptions\n- A1: \(text); why: told"
            var item = ClosingTests.own(agent, snapshot: snapshot)
            item.task = task
            return item
        }
        var brief = try Self.peaceful()
        let dependencies = brief.value(at: "/inputs/dependencies")?.arrayValue ?? []
        brief["inputs"]?["dependencies"] = .array(
            dependencies + [["name": "fraud", "availability": 0.99, "kind": "soft"]])

        let outcome = try close(
            brief,
            [
                own("ops.capacity", "t-12", "The timeout of fraud is 50 ms"),
                own("ops.security", "t-13", "The timeout of fraud is 2 s"),
            ]
        ).outcome
        let decision = try #require(open(outcome).first)

        #expect(decision["question"]?.stringValue?.hasPrefix("The timeout of fraud") ?? false)
        #expect(decision["recommended"] == "b")
    }

    @Test("one figure with two values is shown; what the brief states goes before an assumption")
    func figure() throws {
        var own = ClosingTests.own(
            snapshot: "\n## Assumptions\n- A1: The service promises 99.5 % availability; why: told")
        let quantity: JSONValue = [
            "id": "budget", "label": "Error budget in the window", "value": 12960, "unit": "s",
            "formula": "error-budget",
            "inputs": [
                ["name": "availability", "value": 0.995, "assumption": "A1"],
                ["name": "window", "pointer": "/inputs/slo/window"],
            ], "evidence": "computed", "confidence": 0.7, "ceiling": 0.7, "shown": "3.6 h",
        ]
        let analysis: JSONValue = [
            "format": "baton.analysis/1", "agent": "ops.capacity", "task": "t-12",
            "summary": "One figure.", "quantities": [quantity], "sections": [],
        ]
        own.parts.append(("analysis.json", Array(analysis.prettyPrinted().utf8)))

        let outcome = try close(try Self.peaceful(), [own]).outcome

        #expect(rows(outcome).map { $0[0] } == ["“Error budget in the window” has two values"])
        #expect(rows(outcome).first?[2].contains("from A1") ?? false)
        #expect(rows(outcome).first?[4].hasPrefix("The brief demands it") ?? false)
    }
}
