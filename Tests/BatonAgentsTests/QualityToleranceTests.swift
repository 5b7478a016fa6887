// What the gate must not hold against good work: names, languages and demands that are the brief's
// own, and figures that no formula bounds from below.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Tolerance of the quality gate", .timeLimit(.minutes(5)))
struct QualityToleranceTests {
    private static let api = "backend.api_reliability"

    private func desk(_ members: JSONValue) throws -> Desk {
        var brief: JSONValue = [
            "format": "baton.brief/1", "objective": "Keep the promise", "assume": "never",
            "success_criteria": ["It works"],
            "inputs": [
                "slo": ["availability": 0.999, "window": 2_592_000],
                "dependencies": [["name": "ledger", "availability": 0.9999]],
            ],
        ]
        for (key, value) in members.objectValue?.members ?? [] { brief[key] = value }
        return try Desk(brief)
    }

    @Test(
        "names, languages and demands of the brief are no faults of who repeats them",
        arguments: [
            ["owners": ["service": "Ada Lovelace, SRE"]],
            ["owners": ["service": "Иванова"]],
            [
                "acceptance_criteria": [
                    "Die Zahlung ist nach 2 s bestätigt und nicht doppelt, auch nach einem Ausfall"
                ]
            ],
            [
                "acceptance_criteria": [
                    "At least 99 % of failed payments are retried within a minute.",
                    "Sessions last at least 30 min.",
                ]
            ],
        ] as [JSONValue])
    func accepted(_ members: JSONValue) throws {
        let desk = try desk(members)
        let verdict = try desk.review(try desk.delivered(Self.api, task: "t-5"))

        #expect(verdict["findings"]?.arrayValue == [], "\(verdict.prettyPrinted())")
    }

    @Test("regular arrivals wait less than the formula says, and may")
    func regularArrivals() throws {
        let desk = try Desk([
            "format": "baton.brief/1", "objective": "Work is done", "assume": "never",
            "success_criteria": ["It works"],
            "inputs": [
                "queues": [
                    [
                        "name": "ticks", "arrival_rate": ["mean": 0.5], "arrivals_cv": 0,
                        "service_time": ["mean": 1, "cv": 0.5],
                    ]
                ]
            ],
        ])
        let verdict = try desk.review(
            try desk.delivered("backend.queue_worker_planner", task: "t-5"))

        #expect(verdict["findings"]?.arrayValue == [], "\(verdict.prettyPrinted())")
    }

    @Test("a figure of any number is judged, and ends nothing")
    func absurdNeed() throws {
        let dependencies: JSONValue = [
            ["name": "a", "availability": 0.9, "kind": "redundant", "need": 1e300]
        ]
        let formula = try #require(FormulaRegistry.standard["availability-graph"])

        #expect(formula.evaluate(FormulaValues([("dependencies", dependencies)])) == nil)
    }
}
