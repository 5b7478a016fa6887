// Claims about briefs without front matter: tables and lists under headings are fields, with lines.

import BatonBrief
import JSON
import Testing

@Suite struct BriefStructureTests {
    private func read(_ body: String) -> BriefReading {
        let text = "# Objective\n\nKeep the promise.\n\n# Acceptance criteria\n\n- It holds.\n\n"
        return BriefParser.parse(Array((text + body).utf8), name: "brief.md")
    }

    private func warnings(_ reading: BriefReading) -> [(line: Int?, message: String)] {
        reading.diagnostics.map { ($0.line, $0.message) }
    }

    @Test("a table of dependencies is read by its columns, whatever their order and words")
    func table() throws {
        let reading = read(
            """
            ## Dependencies

            | Name | p99 latency | Availability | Max attempts | Kind |
            |---|---|---|---|---|
            | ledger | 60 ms | 99.99 % | - | hard |
            | psp | 1.2 s | 99.5% | | soft |
            """)
        let found = try #require(reading.document?.json.value(at: "/inputs/dependencies"))

        #expect(
            found[0] == [
                "name": "ledger", "latency_p99": 0.06, "availability": 0.9999, "kind": "hard",
            ])
        #expect(found[1]?["latency_p99"] == 1.2)
        let line = reading.understood.first { $0.field == "dependencies.psp.latency_p99" }?.line
        #expect(line == 14)
    }

    @Test("lists state fields before, after and without a name, and maps by colons")
    func lists() throws {
        let reading = read(
            """
            ## Service level objectives

            - Availability: 99.9 %
            - p99 latency 800 ms

            ## Traffic

            - 40/s
            - peak: 90/s for 2h

            ## 3. Queues

            - orders: 40/s, service time 120 ms, at most 8 workers, fail 2 %
            """)
        let inputs = try #require(reading.document?.json["inputs"])

        #expect(inputs["slo"] == ["availability": 0.999, "latency_p99": 0.8])
        #expect(inputs.value(at: "/traffic/mean") == 40)
        #expect(inputs.value(at: "/traffic/peak/rate") == 90)
        let queue = inputs.value(at: "/queues/0")
        #expect(queue?["arrival_rate"] == ["mean": 40])
        #expect(queue?["service_time"] == ["mean": 0.12])
        #expect(queue?["workers"] == ["max": 8])
        #expect(queue?["fail"] == 0.02)
        #expect(reading.document?.json["proposed"] == nil, "what is understood is not proposed")
    }

    @Test("calls in parallel are read, and shown")
    func calls() throws {
        let reading = read(
            """
            ## Operations

            | Id | Method | Path | Calls |
            |---|---|---|---|
            | list | GET | /items | bank, cache in parallel |
            """)
        let json = try #require(reading.document?.json)

        #expect(
            json.value(at: "/inputs/operations/0/calls") == [["parallel": ["bank", "cache"]]])
        let shown = reading.understood.first { $0.field == "operations.list.calls" }?.shown
        #expect(shown == "bank and cache in parallel")
    }

    @Test("what does not fit is said with its line, stays text, and takes nothing else with it")
    func strange() throws {
        let reading = read(
            """
            ## Dependencies

            - Two providers are under contract
            - psp: availability 99.5 %, loved by all
            - ledger: availability 200 %
            """)
        let json = try #require(reading.document?.json, "warnings refuse nothing")

        #expect(json.value(at: "/inputs/dependencies")?.arrayValue?.count == 1)
        let said = warnings(reading).filter { $0.message.contains("not understood") }
        #expect(said.map(\.line) == [11, 12, 13])
        #expect(said[1].message.contains("loved by all"))
        #expect(json["context"]?.stringValue?.contains("Two providers") == true)
        #expect(json["acceptance_criteria"] == ["It holds."])
    }

    @Test("the front matter wins over a table, with a warning")
    func both() throws {
        let text = """
            ---
            slo: {availability: 99.5%}
            ---
            # Objective

            X

            # SLO

            - availability: 99.9 %
            """
        let reading = BriefParser.parse(Array(text.utf8), name: "brief.md")

        #expect(reading.document?.json.value(at: "/inputs/slo/availability") == 0.995)
        #expect(warnings(reading).contains { $0.message.contains("front matter is used") })
    }

    @Test("title, objective and criteria are among what is understood, each with its line")
    func prose() throws {
        let json = try #require(read("").document?.json)
        let all = UnderstoodField.all(in: json)

        #expect(all.first { $0.field == "objective" }?.line == 1)
        #expect(all.first { $0.field == "acceptance_criteria" }?.line == 5)
    }
}
