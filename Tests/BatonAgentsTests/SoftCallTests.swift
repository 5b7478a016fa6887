// Soft dependencies are free only within what hard calls beside them leave of the deadline.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Soft calls")
struct SoftCallTests {
    private static let api = "backend.api_reliability"

    /// 800 ms for a ledger of 500 ms and a mailer that may take 400 ms.
    private func desk(
        _ operations: JSONValue, availability: JSONValue = 0.85, mailer: JSONValue = 0.4
    ) throws -> Desk {
        try Desk([
            "format": "baton.brief/1", "objective": "Keep the promise",
            "inputs": [
                "slo": ["availability": availability, "latency_p99": 0.8],
                "dependencies": [
                    ["name": "ledger", "availability": 0.9999, "timeout": 0.5],
                    ["name": "mailer", "availability": 0.9, "kind": "soft", "timeout": mailer],
                    ["name": "rates", "availability": 0.9999, "latency_p99": 0.2],
                ],
                "operations": operations,
            ],
            "assume": "never", "success_criteria": ["It works"],
        ])
    }

    private func operation(_ calls: JSONValue, id: JSONValue = "pay") -> JSONValue {
        ["id": id, "method": "GET", "calls": calls]
    }

    private func analysis(_ desk: Desk) throws -> JSONValue {
        let item = try desk.delivered(Self.api, task: "t-5")
        let verdict = try desk.review(item)
        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
        return try item.json("analysis.json")
    }

    private func isClose(_ value: Double?, _ expected: Double) -> Bool {
        value.map { ($0 - expected).magnitude <= 1e-9 * expected.magnitude } ?? false
    }

    /// The availability of a path through these dependencies, one after the other.
    private func path(_ dependencies: JSONValue, deadline: Double) throws -> Double? {
        var desk = try desk([])
        let names = (dependencies.arrayValue ?? []).compactMap { $0["name"] }
        desk.brief["inputs"]?["slo"] = ["availability": 0.5, "latency_p99": .number(deadline)]
        desk.brief["inputs"]?["dependencies"] = dependencies
        desk.brief["inputs"]?["operations"] = [operation(.array(names))]
        return try analysis(desk).quantity("availability.dependencies")
    }

    @Test("what fits to the last digit is free: 900 ms and 100 ms are a second")
    func exact() throws {
        let whole = try path(
            [
                ["name": "ledger", "availability": 0.99, "timeout": 0.9],
                ["name": "mailer", "availability": 0.9, "kind": "soft", "timeout": 0.1],
            ], deadline: 1)

        #expect(isClose(whole, 0.99))
    }

    @Test("another soft call takes its usual time of the deadline")
    func others() throws {
        func soft(_ name: JSONValue, _ usual: JSONValue) -> JSONValue {
            [
                "name": name, "availability": 0.9, "kind": "soft", "timeout": 0.3,
                "latency_p99": usual,
            ]
        }
        let ledger: JSONValue = ["name": "ledger", "availability": 0.99, "timeout": 0.4]

        // 800 − 400 − 150 ms are less than 300 ms, and 800 − 400 − 50 ms are not.
        #expect(
            isClose(
                try path([ledger, soft("a", 0.15), soft("b", 0.15)], deadline: 0.8),
                0.99 * 0.9 * 0.9))
        #expect(
            isClose(try path([ledger, soft("a", 0.05), soft("b", 0.05)], deadline: 0.8), 0.99))
    }

    static let paths: [(calls: JSONValue, left: Double?, isFree: Bool)] = [
        (["ledger", "mailer"], 0.3, false), (["mailer", "ledger"], 0.3, false),
        ([["parallel": ["ledger", "mailer"]]], nil, true), (["mailer"], nil, true),
        (["rates", "mailer"], 0.6, true),
        (["rates", ["parallel": ["ledger", "mailer"]]], 0.6, true),
        // The second call to the mailer takes 400 ms of the first one's 600.
        (["rates", "mailer", "mailer"], 0.2, false),
        (["ledger", "rates", "ledger", "mailer"], 0, false),
    ]

    @Test(
        "its timeout has to fit what the hard calls of the same operation leave", arguments: paths)
    func left(_ row: (calls: JSONValue, left: Double?, isFree: Bool)) throws {
        let other = operation(["rates"], id: "read")
        let analysis = try analysis(try desk([operation(row.calls), other]))

        let hard = 0.9999 * 0.9999
        let left = analysis.quantity("deadline_left.at1-mailer")
        #expect(
            isClose(
                analysis.quantity("availability.dependencies"), row.isFree ? hard : hard * 0.9))
        if let expected = row.left {
            #expect(left.map { ($0 - expected).magnitude < 1e-12 } ?? false)
        } else {
            #expect(left == nil)
        }
        let findings =
            analysis["sections"]?.arrayValue?
            .first { $0["title"]?.stringValue == "Findings" }?.encodedText ?? ""
        #expect(findings.contains("soft-timeout") == !row.isFree)
    }

    @Test("of several operations the one that leaves the least decides")
    func tightest() throws {
        let analysis = try analysis(
            try desk([
                operation(["mailer", "rates"], id: "read"), operation(["ledger", "mailer"]),
            ]))

        #expect(isClose(analysis.quantity("deadline_left.at1-mailer"), 0.3))
    }

    @Test("a promise that fails by a soft timeout alone is kept by a shorter one")
    func shorter() throws {
        var desk = try desk([operation(["ledger", "mailer"])], availability: 0.999)
        let question = try #require(try desk.work(Self.api).escalation)

        #expect(question["recommended"] == "a")
        #expect(
            question.value(at: "/options/0/label")
                == "Keep 99.9 % and cut the timeout of mailer to 300 ms")
        desk.answer(question, option: "a")
        #expect(isClose(try analysis(desk).quantity("availability.dependencies"), 0.99980001))
    }

    @Test("the plan cuts the soft call, and leaves the hard one its timeout")
    func planned() throws {
        let analysis = try analysis(try desk([operation(["ledger", "mailer"])]))

        #expect(isClose(analysis.quantity("worst_case.0.ledger"), 0.5))
        #expect(isClose(analysis.quantity("worst_case.1.mailer"), 0.3))
    }
}
