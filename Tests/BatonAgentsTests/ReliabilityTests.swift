// What backend.api_reliability finds: availability, budgets and alerts, latency, retries, bulkheads
// and failures, on briefs that have little else in them.

import Arithmetic
import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Reliability of an API")
struct ReliabilityTests {
    private static let api = "backend.api_reliability"
    static let day = 86_400.0

    private func work(_ inputs: JSONValue) throws -> EngineOutcome {
        let desk = try desk(inputs)
        let outcome = try desk.work(Self.api)
        if let item = outcome.delivered(task: "t-5", agent: Self.api) {
            let verdict = try desk.review(item)
            #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
        }
        return outcome
    }

    private func desk(_ inputs: JSONValue) throws -> Desk {
        try Desk([
            "format": "baton.brief/1", "objective": "Keep the promise", "inputs": inputs,
            "assume": "never", "success_criteria": ["It works"],
        ])
    }

    private func analysis(_ inputs: JSONValue) throws -> JSONValue {
        try #require(try work(inputs).part("analysis.json"))
    }

    private func isClose(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
        value.map { ($0 - expected).magnitude <= tolerance * expected.magnitude } ?? false
    }

    // MARK: availability

    @Test("five dependencies at 99.999 % take half of the 52.56 min of a year at 99.99 %")
    func budget() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.9999, "window": .number(365 * Self.day)],
            "dependencies": .array(
                (1...5).map { ["name": .string("d\($0)"), "availability": 0.99999] }),
        ])

        #expect(isClose(analysis.quantity("error_budget.minutes"), 52.56))
        #expect(isClose(analysis.quantity("availability.taken"), 26.28))
        #expect(isClose(analysis.quantity("availability.taken_share"), 0.5))
        #expect(analysis.text("Availability").contains("26.28 min (50 %)"))
        // What is left for the service itself, exactly.
        let left = (1 - 0.9999 / RealFunctions.power(0.99999, 5)) * 365 * 1440
        #expect(isClose(analysis.quantity("availability.own_downtime"), left, 1e-7))
        #expect(analysis.text("One more nine").contains("are left for failures of the service"))
    }

    static let digits: [(promise: Double, shown: String)] = [
        (0.99, "99.94 %"), (0.999, "99.949 %"), (0.9994, "99.9499 %"), (0.999_498, "99.9499 %"),
    ]

    @Test("an availability is truncated, two digits beyond the promise", arguments: digits)
    func truncated(_ row: (promise: Double, shown: String)) throws {
        let analysis = try analysis([
            "slo": ["availability": .number(row.promise)],
            "dependencies": [
                ["name": "net", "availability": 0.9995, "kind": "soft"], member("a"), member("b"),
            ],
        ])

        #expect(isClose(analysis.quantity("availability.dependencies"), 0.9994990005, 1e-12))
        #expect(analysis.shown("availability.dependencies") == row.shown)
    }

    private func member(_ name: JSONValue) -> JSONValue {
        [
            "name": name, "availability": 0.999, "kind": "redundant", "group": "pair",
            "shares": ["net"],
        ]
    }

    @Test("a group has a note on common causes")
    func commonCause() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.999],
            "dependencies": .array(
                ["a", "b"].map {
                    [
                        "name": .string($0), "availability": 0.999, "kind": "redundant",
                        "group": "pair",
                    ]
                }),
        ])

        #expect(isClose(analysis.quantity("availability.dependencies"), 0.999999))
        #expect(isClose(analysis.quantity("common_cause.0.pair"), 0.9998992, 1e-7))
    }

    @Test("several calls to one dependency have an interval")
    func repeated() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.99, "latency_p99": 0.8],
            "dependencies": [["name": "a", "availability": 0.999, "timeout": 0.05]],
            "operations": [["id": "list", "method": "GET", "calls": ["a", "a", "a"]]],
        ])

        #expect(isClose(analysis.quantity("repeated.0.list.0.a"), 0.997002999))
        #expect(analysis.rows("Repeated calls") == [["list", "a", "3", "99.7 % … 99.9 %"]])
        #expect(isClose(analysis.quantity("repeated.whole.0.list"), 0.997002999))
        #expect(analysis.rows("Findings").isEmpty)
    }

    /// Own 99.99 %, a 99.9 % and b 99.95 %: together 99.84 %, with a called three times 99.64 %.
    @Test("a promise that holds at one end of the interval only is a finding and a question")
    func repeatedBelowPromise() throws {
        func outcome(_ kind: JSONValue) throws -> EngineOutcome {
            try work([
                "slo": ["availability": 0.998, "latency_p99": 0.8], "own_availability": 0.9999,
                "dependencies": [
                    ["name": "a", "availability": 0.999, "timeout": 0.05, "kind": kind],
                    ["name": "b", "availability": 0.9995, "timeout": 0.05],
                ],
                "operations": [
                    ["id": "list", "method": "GET", "calls": ["a", "b", "a", "a"]],
                    ["id": "get", "method": "GET", "calls": ["a", "b"]],
                ],
            ])
        }
        let hard = try outcome("hard")
        let analysis = try #require(hard.part("analysis.json"))
        let questions = hard.part("handoff_packet.json")?["open_questions"]?.arrayValue ?? []

        let lower = 0.9999 * 0.9995 * 0.999 * 0.999 * 0.999
        #expect(isClose(analysis.quantity("repeated.whole.0.list"), lower))
        #expect(analysis.rows("Findings").map { $0.prefix(2) } == [["repeated-calls", "list"]])
        #expect(analysis.text("Repeated calls").contains("every request needs: 99.64 % … 99.84 %"))
        #expect(questions.contains { $0.stringValue?.contains("fail together?") ?? false })
        // What a request can do without lowers no end.
        let soft = try #require(try outcome("soft").part("analysis.json"))
        #expect(soft.quantity("repeated.whole.0.list") == nil)
    }

    @Test("a cache whose outages nobody bounds is asked about, and so is a soft call's timeout")
    func conditions() throws {
        let outcome = try work([
            "slo": ["availability": 0.99],
            "dependencies": [
                ["name": "a", "availability": 0.9, "kind": "cached", "stale_ok": 600],
                ["name": "b", "availability": 0.9, "kind": "soft"],
            ],
        ])

        let questions = outcome.part("handoff_packet.json")?["open_questions"]?.arrayValue ?? []
        #expect(
            questions.contains {
                $0.stringValue?.contains("no outage lasts longer than 10 min") ?? false
            })
        let rows = try #require(outcome.part("analysis.json")).rows("Availability")
        #expect(rows.last?.last?.contains("once its timeout") ?? false)
    }

    @Test("the smallest change that keeps the promise is offered, and settles it")
    func smallestChange() throws {
        var desk = try desk([
            "slo": ["availability": 0.995, "window": .number(30 * Self.day)],
            "dependencies": [
                ["name": "a", "availability": 0.99], ["name": "b", "availability": 0.999],
            ],
        ])
        let question = try #require(try desk.work(Self.api).escalation)
        let options = try #require(question["options"]?.arrayValue)
        let raise = try #require(
            options.first { $0["label"]?.stringValue?.contains("raise a from") ?? false })

        #expect(raise["label"] == "Keep 99.5 % and raise a from 99 % to 99.5996 %")
        #expect(question["blocker"]?.stringValue?.contains("98.901 % of the time") ?? false)
        #expect(question["impact"]?.stringValue?.contains("cost a 431.6 min") ?? false)
        desk.answer(question, option: try #require(raise["id"]?.stringValue))
        #expect(try desk.work(Self.api).part("analysis.json") != nil)
    }

    @Test("one more nine says what it would take")
    func nextNine() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.999, "window": .number(30 * Self.day)],
            "own_availability": 0.99999,
            "dependencies": [
                ["name": "a", "availability": 0.9995], ["name": "b", "availability": 0.99999],
            ],
        ])

        #expect(isClose(analysis.quantity("nine.objective"), 0.9999))
        #expect(isClose(analysis.quantity("nine.minutes"), 4.32, 1e-7))
        #expect(isClose(analysis.quantity("nine.needed"), 0.9999 / 0.99999 / 0.99999))
        #expect(analysis.text("One more nine").contains("The smallest change: a at 99.992"))
    }

    // MARK: alerts

    static let windows: [(days: Double, kept: [String: Double])] = [
        (30, ["page_1h": 14.4, "page_6h": 6, "ticket_1d": 3, "ticket_3d": 1]),
        (28, ["page_1h": 13.44, "page_6h": 5.6, "ticket_1d": 2.8]),
        (90, ["page_1h": 43.2, "page_6h": 18, "ticket_1d": 9, "ticket_3d": 3]),
        (7, ["page_1h": 3.36, "page_6h": 1.4]),
    ]

    @Test("thresholds below 1 are dropped", arguments: windows)
    func thresholds(_ row: (days: Double, kept: [String: Double])) throws {
        let analysis = try analysis([
            "slo": ["availability": 0.999, "window": .number(row.days * Self.day)],
            "traffic": ["mean": 100],
        ])

        for id in ["page_1h", "page_6h", "ticket_1d", "ticket_3d"] {
            let burn = analysis.quantity("alert.\(id).burn")
            if let expected = row.kept[id] {
                #expect(isClose(burn, expected), "\(id)")
            } else {
                #expect(burn == nil, "\(id)")
            }
        }
        #expect(analysis.rows("Burn-rate alerts").count == row.kept.count)
    }

    @Test("an alert that no error ratio can reach is rejected, and said")
    func neverFires() throws {
        let outcome = try work(["slo": ["availability": 0.93, "window": .number(30 * Self.day)]])
        let analysis = try #require(outcome.part("analysis.json"))

        #expect(isClose(analysis.quantity("alert.page_1h.ratio"), 1.008))
        #expect(analysis.text("Burn-rate alerts").contains("page_1h (100.8 %)"))
        #expect(analysis.rows("Burn-rate alerts").count == 3)
        #expect(!(outcome.file("alerts.rules.yaml")?.contains("ErrorBudgetPage1h") ?? true))
        #expect(outcome.file("runbooks/page_1h.md") == nil)
        #expect(outcome.file("runbooks/page_6h.md") != nil)
    }

    @Test("too little traffic is said, with the remedies")
    func lowTraffic() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.999, "window": .number(30 * Self.day)],
            "traffic": ["mean": .number(10.0 / 3600)],
        ])

        #expect(isClose(analysis.quantity("alert.page_1h.failures"), 0.144))
        #expect(analysis.text("Burn-rate alerts").contains("artificial traffic"))
        #expect(analysis.rows("Findings").map(\.first) == ["low-traffic"])
    }

    // MARK: latency, retries, bulkheads

    @Test("two attempts fit 800 ms, three do not")
    func attempts() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.99, "latency_p99": 0.8],
            "dependencies": [["name": "a", "availability": 0.999, "timeout": 0.3, "attempts": 3]],
        ])

        #expect(isClose(analysis.quantity("worst_case.0.a"), 0.65))
    }

    @Test("a chain is bounded by stricter quantiles; the plain sum is an estimate")
    func chain() throws {
        let call: (JSONValue) -> JSONValue = { name in
            ["name": name, "availability": 0.9999, "latency_p50": 0.012, "latency_p99": 0.06]
        }
        let analysis = try analysis([
            "slo": ["availability": 0.99, "latency_p99": 0.8],
            "dependencies": [call("a"), call("b"), call("c")],
            "operations": [
                ["id": "get", "method": "GET", "calls": ["a", ["parallel": ["b", "c"]]]]
            ],
        ])

        // Three calls at 1 − 1 %/3, two of them at the same time.
        #expect(isClose(analysis.quantity("chain.0.bound"), 2 * 0.0784042481, 1e-8))
        #expect(isClose(analysis.quantity("chain.0.plain"), 0.12))
        #expect(isClose(analysis.quantity("chain.0.fan_out"), 0.0199))
        #expect(analysis.evidence("chain.0.plain") == "inference")
        #expect(analysis.evidence("chain.0.call.0") == "inference")
        // Two attempts at one in a thousand each, three times.
        #expect(isClose(analysis.quantity("false_timeouts.0.get"), 3e-6, 1e-6))
        #expect(isClose(analysis.quantity("false_timeouts.share.0.get"), 3e-4, 1e-6))
    }

    @Test("timeouts that spend the budget are a finding")
    func falseTimeouts() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.999, "latency_p99": 0.8],
            "dependencies": [
                [
                    "name": "a", "availability": 0.9999, "latency_p50": 0.012, "latency_p99": 0.06,
                    "timeout": 0.06, "attempts": 1,
                ]
            ],
        ])

        #expect(isClose(analysis.quantity("false_timeout.0.a"), 0.01))
        #expect(isClose(analysis.quantity("false_timeouts.share.all"), 10, 1e-7))
        #expect(analysis.rows("Findings").first?.first == "false-timeouts")
    }

    @Test("a caller that waits less than the service may take is the finding `inversion`")
    func inversion() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.99, "latency_p99": 0.8],
            "callers": [["name": "app", "timeout": 0.2, "attempts": 3]],
            "dependencies": [["name": "a", "availability": 0.999, "timeout": 0.3]],
        ])

        #expect(analysis.rows("Findings").map { $0.prefix(2) } == [["inversion", "app"]])
    }

    @Test("64 attempts cost twice the load at 50 % failures and 64 times at 100 %")
    func load() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.99],
            "callers": [["name": "app", "attempts": 32]],
            "dependencies": [["name": "a", "availability": 0.999, "timeout": 0.3, "attempts": 2]],
        ])

        #expect(analysis.quantity("retry.amplification") == 64)
        #expect(isClose(analysis.quantity("retry.load.50"), 2))
        #expect(isClose(analysis.quantity("retry.load.90"), 9.988, 1e-4))
        #expect(analysis.quantity("retry.load.100") == 64)
        #expect(isClose(analysis.quantity("retry.budget_load"), 1.21))
    }

    @Test("the attempts of every layer of a call multiply, and one layer retries")
    func chains() throws {
        let outcome = try work([
            "slo": ["availability": 0.99],
            "callers": [["name": "app", "attempts": 3]],
            "layers": [
                ["name": "gateway", "attempts": 3],
                ["name": "mesh", "attempts": 3, "calls": ["a"]],
                ["name": "driver", "attempts": 3, "calls": ["a", "c1"]],
                ["name": "proxy", "calls": ["a"]],
            ],
            "dependencies": [
                ["name": "b", "availability": 0.9999, "timeout": 0.3, "attempts": 3],
                ["name": "a", "availability": 0.9999, "timeout": 0.3, "attempts": 3],
                [
                    "name": "c1", "availability": 0.9999, "timeout": 0.3, "attempts": 1,
                    "kind": "redundant", "group": "c",
                ],
            ],
        ])
        let analysis = try #require(outcome.part("analysis.json"))
        let decisions = outcome.part("execution_plan.json")?["decisions"]?.arrayValue ?? []
        let decision = try #require(
            decisions.first { $0["decision"]?.stringValue?.hasPrefix("Retry in one") ?? false })
        let rejected = decision["alternatives"]?.arrayValue?.compactMap {
            $0["option"]?.stringValue
        }

        #expect(analysis.quantity("retry.amplification") == 243)
        #expect(analysis.quantity("retry.chain.0.b") == 27)
        #expect(analysis.quantity("retry.chain.1.a") == 243)
        #expect(analysis.quantity("retry.chain.2.c") == 27)
        #expect(isClose(analysis.quantity("retry.budget_load"), 1.61051))
        #expect(isClose(analysis.quantity("retry.chain_budget.0.b"), 1.331))
        // The group's own single attempt is no layer that retries.
        #expect(isClose(analysis.quantity("retry.chain_budget.2.c"), 1.331))
        #expect(analysis.quantity("retry.alone") == 3)
        #expect(isClose(analysis.quantity("retry.budget_alone"), 1.1))
        #expect(isClose(analysis.quantity("retry.alone_load.50"), 1.75))
        #expect(
            analysis.rows("Retry chains")[1][1]
                == "app: 3, gateway: 3, service owner: 3, mesh: 3, driver: 3")
        #expect(
            decision["decision"]?.stringValue?.hasSuffix(
                "; app, gateway, mesh, driver pass a failure on") ?? false)
        #expect(
            rejected == [
                "Let every layer retry as it likes", "Let app retry instead",
                "Let driver retry instead, next to the dependency", "Never retry",
            ])
        let questions = outcome.part("handoff_packet.json")?["open_questions"]?.arrayValue ?? []
        #expect(questions.contains { $0.stringValue?.hasPrefix("proxy state no") ?? false })
    }

    /// The slots for 300/s of 15.245 ms carry 4.83053 Erlangs with one refusal in 1,000; b gets a
    /// tenth of the requests and has one slot too many to be the first.
    @Test("shedding starts where the first bulkhead refuses more than it should")
    func shedding() throws {
        let outcome = try work([
            "slo": ["availability": 0.99, "latency_p99": 0.8, "window": .number(30 * Self.day)],
            "traffic": ["mean": 300],
            "dependencies": [
                ["name": "a", "availability": 0.999, "latency_p50": 0.012, "latency_p99": 0.06],
                ["name": "b", "availability": 0.999, "latency_p50": 0.012, "latency_p99": 0.06],
                [
                    "name": "c", "availability": 0.999, "latency_p50": 0.0119, "latency_p99": 0.06,
                    "kind": "soft",
                ],
            ],
            "operations": [
                ["id": "get", "method": "GET", "share": 0.9, "calls": ["a", "c"]],
                ["id": "put", "method": "PUT", "share": 0.1, "calls": ["a", "b"]],
            ],
        ])
        let analysis = try #require(outcome.part("analysis.json"))
        let mean = try #require(analysis.quantity("latency.mean.0.a"))

        let edge = 4.830533284698361682 / mean
        #expect(isClose(analysis.quantity("shed.0.a"), edge))
        #expect(isClose(analysis.quantity("headroom.0.a"), edge / 300))
        #expect(analysis.quantity("headroom.1.b").map { $0 > edge / 300 } ?? false)
        #expect(isClose(analysis.quantity("shed.edge"), edge))
        #expect(analysis.text("Load shedding").contains("It starts at 316.8/s, 1.056× the stated"))
        #expect(outcome.file("alerts.rules.yaml")?.contains("LoadBeyondSlots") ?? false)
        #expect(outcome.file("runbooks/page_1h.md")?.contains("316.8/s or more") ?? false)
    }

    @Test("a bulkhead has slots, a queue limit and a breaker, beside what hangs")
    func bulkhead() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.99, "latency_p99": 0.8], "traffic": ["mean": 300],
            "dependencies": [
                ["name": "a", "availability": 0.999, "latency_p50": 0.012, "latency_p99": 0.06]
            ],
        ])

        #expect(isClose(analysis.quantity("latency.mean.0.a"), 0.015245, 5e-5))
        #expect(analysis.quantity("bulkhead.0.a") == 13)
        #expect(isClose(analysis.quantity("hung.0.a"), 30.5, 2e-3))
        #expect(analysis.quantity("waiting.0.a") == 6)
        #expect(analysis.quantity("breaker.0.a") == 10)
        #expect(!analysis.text("Load shedding").isEmpty)
    }

    // MARK: operations

    @Test("each operation says what its failures mean and what the client does")
    func failures() throws {
        let analysis = try analysis([
            "slo": ["availability": 0.99],
            "dependencies": [["name": "a", "availability": 0.999]],
            "queues": [["name": "q", "retention": 7200]],
            "operations": [
                [
                    "id": "pay", "method": "POST", "idempotency": "key", "calls": ["a"],
                    "writes": ["a"], "publishes": ["q"],
                ], ["id": "send", "method": "PATCH", "calls": ["a"]],
                ["id": "read", "method": "GET", "calls": ["a"]],
            ],
        ])
        let rows = analysis.rows("Failures by operation")
        func client(_ operation: String, _ type: String) -> String? {
            rows.first { $0[0] == operation && $0[2] == "/problems/\(type)" }?.last
        }
        let statuses = rows.filter { $0[0] == "pay" }.map { $0[1] }

        #expect(statuses == ["400", "400", "409", "422", "429", "503", "500", "504 or no answer"])
        #expect(client("pay", "deadline-passed") == "looks up the key, then repeats with it")
        #expect(client("send", "deadline-passed")?.contains("asks for the state") ?? false)
        #expect(client("read", "deadline-passed") == "repeats within its budget")
        #expect(
            analysis.rows("Failure semantics").map(\.last)
                == ["allowed, off under overload", "never", "allowed, off under overload"])
        #expect(
            Set(analysis.rows("Findings").map { $0.prefix(2).joined(separator: " ") })
                == ["dual-write pay", "unsafe-retry send"])
    }
}

extension JSONValue {
    private func section(_ title: String) -> JSONValue? {
        self["sections"]?.arrayValue?.first { $0["title"]?.stringValue == title }
    }

    /// The text of a section of an analysis.
    fileprivate func text(_ title: String) -> String { section(title)?["text"]?.stringValue ?? "" }

    /// The table of a section of an analysis.
    fileprivate func rows(_ title: String) -> [[String]] {
        (section(title)?.value(at: "/table/rows")?.arrayValue ?? []).map {
            ($0.arrayValue ?? []).compactMap(\.stringValue)
        }
    }

    private func entry(_ id: String) -> JSONValue? {
        self["quantities"]?.arrayValue?.first { $0["id"]?.stringValue == id }
    }

    fileprivate func shown(_ id: String) -> String? { entry(id)?["shown"]?.stringValue }
    fileprivate func evidence(_ id: String) -> String? { entry(id)?["evidence"]?.stringValue }
}

extension EngineOutcome {
    /// A text part of a delivery.
    func file(_ name: String) -> String? {
        guard case .deliver(let parts) = self else { return nil }
        return parts.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
}
