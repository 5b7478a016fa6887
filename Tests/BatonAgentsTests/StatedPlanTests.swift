// What a brief states is kept, asked about, or meant as it says: attempts, what workers call,
// criteria.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("What the brief states")
struct StatedPlanTests {
    private static let api = "backend.api_reliability"
    private static let day = 86_400.0

    private func work(_ inputs: JSONValue) throws -> EngineOutcome {
        let desk = try Desk([
            "format": "baton.brief/1", "objective": "Keep the promise", "inputs": inputs,
            "assume": "never", "success_criteria": ["It works"],
        ])
        let outcome = try desk.work(Self.api)
        let item = try #require(outcome.delivered(task: "t-5", agent: Self.api))
        let verdict = try desk.review(item)
        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
        return outcome
    }

    @Test("what only the workers of a queue call is no part of a request's retries or slots")
    func queueOnly() throws {
        let outcome = try work([
            "slo": ["availability": 0.99, "latency_p99": 0.9, "window": .number(30 * Self.day)],
            "callers": [["name": "app", "attempts": 2]], "traffic": ["mean": 50],
            "dependencies": [
                ["name": "db", "availability": 0.999, "latency_p50": 0.01, "latency_p99": 0.05],
                [
                    "name": "moderation", "availability": 0.999, "kind": "soft", "attempts": 6,
                    "latency_p50": 0.05, "latency_p99": 0.2, "timeout": 0.3,
                ],
            ],
            "operations": [["id": "upload", "method": "POST", "share": 1, "calls": ["db"]]],
            "queues": [["name": "moderate", "calls": ["moderation"]]],
        ])
        let analysis = try #require(outcome.part("analysis.json"))

        #expect(analysis.quantity("retry.amplification") == 4)
        #expect(
            analysis["quantities"]?.arrayValue?.contains {
                $0["id"]?.stringValue?.hasPrefix("bulkhead.") ?? false
                    && $0["id"]?.stringValue?.contains("moderation") ?? false
            } == false)
    }

    @Test("stated attempts that do not fit the deadline are asked about, not dropped")
    func attemptsCut() throws {
        let outcome = try work([
            "slo": ["availability": 0.99, "latency_p99": 0.5, "window": .number(30 * Self.day)],
            "dependencies": [
                ["name": "store", "availability": 0.999, "timeout": 0.4, "attempts": 2]
            ],
            "operations": [["id": "put", "method": "PUT", "calls": ["store"]]],
        ])
        let questions = outcome.part("handoff_packet.json")?["open_questions"]?.texts ?? []

        #expect(questions.contains { $0.hasPrefix("store states 2 attempts") }, "\(questions)")
        let sections = outcome.part("analysis.json")?["sections"]?.encodedText ?? ""
        #expect(sections.contains("attempts-cut"))
    }

    static let directions: [(text: String, comparator: String)] = [
        ("95 % of the scans wait no longer than 2 s, also at peak", "<= 2.0 s"),
        ("99 % of the uploads are answered", ">= 0.99 ratio"),
        ("1 % of the requests may fail", "<= 0.01 ratio"),
        ("a scan takes no longer than 3 s", "<= 3.0 s"),
    ]

    @Test("a criterion in words is checked in the direction that it means", arguments: directions)
    func direction(_ row: (text: String, comparator: String)) throws {
        let reading = try #require(CriterionReader.read(row.text))

        #expect("\(reading.comparator) \(reading.threshold) \(reading.unit)" == row.comparator)
    }
}
