// Pools of queues that share their workers, and what workers cost: figures by hand or by a program
// of another language, and every delivery accepted by the gate.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Pools of workers and their cost", .timeLimit(.minutes(5)))
struct QueueSharingTests {
    private static let planner = "backend.queue_worker_planner"

    /// 40/s of 120 ms within 60 ms on average, with what is given on top.
    private func queue(_ name: String, _ members: JSONValue) -> JSONValue {
        var queue: JSONValue = [
            "name": .string(name), "arrival_rate": ["mean": 40], "service_time": ["mean": 0.12],
            "max_wait": ["mean": 0.06],
        ]
        for (key, value) in members.objectValue?.members ?? [] { queue[key] = value }
        return queue
    }

    /// What the planner delivers, accepted by the quality gate.
    private func plan(_ queues: [JSONValue], criteria: [JSONValue] = []) throws -> EngineOutcome {
        var brief: JSONValue = [
            "format": "baton.brief/1", "objective": "Keep the promise",
            "inputs": ["queues": .array(queues)], "assume": "never",
            "success_criteria": ["It works"],
        ]
        if !criteria.isEmpty { brief["acceptance_criteria"] = .array(criteria) }
        #expect(DocumentKind.brief.findings(in: brief) == [])
        let desk = try Desk(brief)
        let outcome = try desk.work(Self.planner)
        let item = try #require(outcome.delivered(task: "t-5", agent: Self.planner))
        let verdict = try desk.review(item)
        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
        return outcome
    }

    private func isClose(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
        value.map { ($0 - expected).magnitude <= tolerance * expected.magnitude } ?? false
    }

    private func decisions(_ outcome: EngineOutcome) -> [String] {
        (outcome.part("execution_plan.json")?["decisions"]?.arrayValue ?? [])
            .compactMap { $0["decision"]?.stringValue }
    }

    private func questions(_ outcome: EngineOutcome) -> [String] {
        (outcome.part("handoff_packet.json")?["open_questions"]?.arrayValue ?? [])
            .compactMap(\.stringValue)
    }

    private func rows(_ outcome: EngineOutcome, _ title: String) -> [[String]] {
        let section = outcome.part("analysis.json")?["sections"]?.arrayValue?
            .first { $0["title"]?.stringValue == title }
        return (section?.value(at: "/table/rows")?.arrayValue ?? []).map {
            ($0.arrayValue ?? []).compactMap(\.stringValue)
        }
    }

    /// M/M/c with 9.6 Erlangs: 10 workers wait 257.7 ms, 11 wait 49.2 ms. Apart 6 each.
    @Test("queues of one pool are sized together, and others keep their own team")
    func pool() throws {
        let pool: JSONValue = [
            "pool": "office",
            "workers": ["max": 12, "cost_per_hour": ["amount": 0.1, "currency": "EUR"]],
        ]
        let alone: JSONValue = [
            "workers": ["max": 12, "cost_per_hour": ["amount": 0.2, "currency": "EUR"]]
        ]
        let outcome = try plan([
            queue("orders", pool), queue("alone", alone), queue("refunds", pool),
        ])
        let figures = try #require(outcome.part("analysis.json"))

        #expect(isClose(figures.quantity("shared.arrivals.pool1.office"), 80))
        #expect(figures.quantity("shared.workers.pool1.office") == 11)
        #expect(figures.quantity("shared.apart.pool1.office") == 12)
        #expect(isClose(figures.quantity("shared.utilisation.pool1.office"), 9.6 / 11))
        #expect(isClose(figures.quantity("shared.utilisation_left.pool1.office"), 0.96))
        #expect(figures.quantity("shared.stable.pool1.office") == 10)
        #expect(figures.quantity("shared.workers") == nil)
        // 730 hours a month.
        #expect(isClose(figures.quantity("cost.shared.pool1.office"), 803))
        #expect(isClose(figures.quantity("cost.apart.pool1.office"), 876))
        #expect(isClose(figures.quantity("cost.total.planned.eur"), 876 + 876))
        #expect(isClose(figures.quantity("cost.total.shared.eur"), 803 + 876))
        #expect(
            decisions(outcome).filter { $0.hasPrefix("Run") } == [
                "Run 6 workers for alone",
                "Run 11 workers for pool office, which serve orders, refunds",
            ])
        let rules = try #require(outcome.file("alerts.rules.yaml"))
        #expect(rules.contains("queue_workers_running{queue=\"refunds\"}) < 11"))
        #expect(rules.contains("queue_workers_running{queue=\"alone\"}) < 6"))
    }

    /// 20 minutes of 80/s are 96,000 messages; 20 workers can do 166.67/s.
    @Test("a pool catches up together as soon as a criterion says, peaks and lost workers counted")
    func drain() throws {
        let members: JSONValue = [
            "pool": "office", "outage": 1200, "fail": 0,
            "arrival_rate": ["mean": 40, "peak": ["rate": 50, "for": 600]],
        ]
        let outcome = try plan(
            [queue("orders", members), queue("refunds", members)],
            criteria: ["The backlog is worked off within 20 minutes."])
        let figures = try #require(outcome.part("analysis.json"))

        #expect(isClose(figures.quantity("shared.peak.arrivals.pool1.office"), 100))
        // 12 Erlangs at peak: 13 workers wait 84.5 ms, 14 wait 28.9 ms.
        #expect(figures.quantity("shared.peak.workers.0.orders") == 14)
        #expect(isClose(figures.quantity("shared.backlog.pool1.office"), 96_000))
        // 0.12 s × (80 + 96,000 / 1,200) = 19.2 workers.
        #expect(figures.quantity("shared.workers_drain.pool1.office") == 20)
        #expect(figures.quantity("shared.workers.pool1.office") == 20)
        #expect(isClose(figures.quantity("shared.drain.pool1.office"), 96_000 / (20 / 0.12 - 80)))
    }

    /// Apart 2 workers keep 5 ms for the short messages and 3 keep 10 s for the long ones. Long
    /// ones alone hold 5 shared workers 5 % of the time, and then everybody waits for 0.4 s.
    @Test("a pool that saves nothing stays apart, and a person is asked")
    func costly() throws {
        let outcome = try plan([
            queue(
                "short",
                [
                    "pool": "all", "arrival_rate": ["mean": 100], "service_time": ["mean": 0.01],
                    "max_wait": ["mean": 0.005],
                ]),
            queue(
                "long",
                [
                    "pool": "all", "arrival_rate": ["mean": 1], "service_time": ["mean": 2],
                    "max_wait": ["mean": 10],
                ]),
        ])
        let figures = try #require(outcome.part("analysis.json"))

        #expect(figures.quantity("shared.apart.pool1.all") == 5)
        #expect(figures.quantity("shared.workers.pool1.all").map { $0 > 5 } ?? false)
        #expect(decisions(outcome).contains("Keep a team of workers for each queue of pool all"))
        #expect(decisions(outcome).contains("Run 2 workers for short"))
        #expect(questions(outcome).contains { $0.contains("save nothing by it") })
    }

    @Test("a queue with too few workers of its own gets by with those of its pool")
    func settled() throws {
        func members(_ most: JSONValue) -> JSONValue { ["pool": "all", "workers": ["max": most]] }
        let outcome = try plan([queue("orders", members(5)), queue("refunds", members(7))])

        #expect(outcome.part("analysis.json")?.quantity("shared.workers.pool1.all") == 11)
        #expect(
            decisions(outcome).contains("Run 11 workers for pool all, which serve orders, refunds"))
        // Ten workers are too few, shared or not.
        let tight = try Desk([
            "format": "baton.brief/1", "objective": "Keep the promise", "assume": "never",
            "inputs": ["queues": [queue("orders", members(5)), queue("refunds", members(5))]],
        ])
        #expect(try tight.work(Self.planner).escalation?["key"] == "queue-capacity")
    }

    /// 11 workers at the dearer price are 11 × 0.3 × 730, 6 at each price 6 × (0.1 + 0.3) × 730.
    private func apart(_ outcome: EngineOutcome, _ why: String) -> Bool {
        decisions(outcome).contains("Keep a team of workers for each queue of pool office")
            && questions(outcome).contains { $0.contains(why) }
    }

    /// Oldest message first, 2 s of the one would be a quarter of an hour behind the other's peak.
    @Test("a peak that may pile up keeps its queue out of the pool")
    func flooding() throws {
        let outcome = try plan([
            [
                "name": "bulk", "pool": "office",
                "arrival_rate": ["mean": 40, "peak": ["rate": 100, "for": 3600]],
                "service_time": ["mean": 0.12], "workers": ["max": 10],
            ],
            [
                "name": "quick", "pool": "office", "arrival_rate": ["mean": 1],
                "service_time": ["mean": 0.12], "max_wait": ["mean": 2], "workers": ["max": 5],
            ],
        ])

        #expect(apart(outcome, "the peak of bulk may pile up"), "\(questions(outcome))")
    }

    /// Apart 1 + 6 and 10 + 5 workers are enough; an hour of both is 39,600 messages, which 77
    /// workers work off in ten minutes.
    @Test("a pool that could not catch up in time is kept apart")
    func slowDrain() throws {
        func queue(_ name: String, _ rate: Double, outage: Double, max: Int64) -> JSONValue {
            [
                "name": .string(name), "pool": "office", "arrival_rate": ["mean": .number(rate)],
                "service_time": ["mean": 1], "outage": .number(outage),
                "workers": ["max": .integer(max)],
            ]
        }
        let outcome = try plan(
            [
                queue("slow", 1, outage: 3600, max: 7), queue("fast", 10, outage: 300, max: 15),
            ],
            criteria: ["After an outage the backlog is worked off within 10 minutes."])

        #expect(
            outcome.part("analysis.json")?.quantity("shared.workers_drain.pool1.office") == 77)
        #expect(apart(outcome, "it takes 77 workers"), "\(questions(outcome))")
    }

    @Test("a queue that may not have the workers it needs shares whatever the price")
    func neededPool() throws {
        func price(_ amount: Double) -> JSONValue {
            ["amount": .number(amount), "currency": "EUR"]
        }
        let outcome = try plan([
            queue(
                "orders", ["pool": "office", "workers": ["max": 3, "cost_per_hour": price(0.1)]]),
            queue(
                "notes",
                [
                    "pool": "office", "arrival_rate": ["mean": 5],
                    "workers": ["max": 12, "cost_per_hour": price(0.9)],
                ]),
        ])
        let figures = try #require(outcome.part("analysis.json"))

        let costs = ["cost.shared", "cost.apart"].map {
            figures.quantity("\($0).pool1.office") ?? 0
        }
        #expect(costs[0] > costs[1])
        #expect(decisions(outcome).contains { $0.hasPrefix("Run ") })
    }

    @Test("fewer workers that all cost the dearest price may cost more than teams")
    func dear() throws {
        func members(_ price: JSONValue) -> JSONValue {
            [
                "pool": "all",
                "workers": ["max": 12, "cost_per_hour": ["amount": price, "currency": "EUR"]],
            ]
        }
        let outcome = try plan([queue("orders", members(0.1)), queue("refunds", members(0.3))])
        let figures = try #require(outcome.part("analysis.json"))

        #expect(isClose(figures.quantity("cost.shared.pool1.all"), 2409))
        #expect(isClose(figures.quantity("cost.apart.pool1.all"), 1752))
        #expect(decisions(outcome).contains("Keep a team of workers for each queue of pool all"))
        #expect(figures.quantity("cost.total.shared.eur") == nil)
    }

    /// By hand: 6 workers at 0.12 EUR are 525.60 a month; of 1.2496 attempts at a message
    /// 0.2 + … + 0.2⁴ are retries.
    @Test("today, the plan and its alternatives have a price, and all queues a total")
    func cost() throws {
        let price: JSONValue = ["amount": 0.12, "currency": "EUR"]
        let outcome = try plan([
            queue(
                "orders",
                ["workers": ["now": 4, "max": 12, "cost_per_hour": price], "outage": 900]),
            queue(
                "refunds",
                [
                    "workers": ["now": 8, "max": 12, "cost_per_hour": price], "fail": 0.2,
                    "now": ["attempts": 5],
                ]),
            queue(
                "exports",
                ["workers": ["max": 12, "cost_per_hour": ["amount": 0.5, "currency": "USD"]]]),
        ])
        let figures = try #require(outcome.part("analysis.json"))

        #expect(isClose(figures.quantity("cost.now.0.orders"), 350.4))
        #expect(isClose(figures.quantity("cost.0.orders"), 525.6))
        #expect(isClose(figures.quantity("cost.left.0.orders"), 438))
        #expect(isClose(figures.quantity("cost.drain.0.orders"), 876))
        #expect(figures.quantity("cost.retries.0.orders") == 0)
        let planned = try #require(figures.quantity("cost.1.refunds"))
        #expect(isClose(figures.quantity("cost.retries.1.refunds"), planned * 0.2496 / 1.2496))
        #expect(isClose(figures.quantity("cost.duplicates.0.orders"), 525.6 * 0.0001))
        #expect(isClose(figures.quantity("cost.total.now.eur"), 12 * 87.6))
        #expect(isClose(figures.quantity("cost.total.planned.eur"), 525.6 + planned))
        // Only one of them states an outage, and only one is paid in dollars.
        #expect(figures.quantity("cost.total.drain.eur") == nil)
        #expect(figures.quantity("cost.total.planned.usd") == nil)
        #expect(
            rows(outcome, "Cost of orders").map(\.first) == [
                "Today", "As planned", "One worker less", "Enough to catch up after the outage",
                "Enough for 20 % more at the mean rate",
                "Enough for doubled service at the mean rate",
            ])
        #expect(
            rows(outcome, "Cost of all queues in EUR").first
                == ["Today", "1052 a month"])
    }
}
