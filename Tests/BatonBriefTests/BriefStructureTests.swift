// Claims about briefs without front matter: tables and lists under headings are fields, with lines.

import BatonBrief
import JSON
import Testing

@Suite struct BriefStructureTests {
    private func read(_ body: String) -> BriefReading {
        let text = "## Objective\n\nKeep the promise.\n\n## Acceptance criteria\n\n- It holds.\n\n"
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

    @Test("a cell may say which of a field's values it states, or state one for all of it")
    func cells() throws {
        let reading = read(
            """
            ## Queues

            | Name | Arrival rate | Service time | Max wait | Pool | Cost per hour | Attempts |
            |---|---|---|---|---|---|---|
            | thumbs | 8/s | mean 400 ms, p99 2 s | mean 5 s | media | 0.10 EUR | 5 |
            | exif | mean 8/s | 50 ms | p95: 20 s | media | | |
            """)
        let queues = try #require(reading.document?.json.value(at: "/inputs/queues"))

        #expect(warnings(reading).isEmpty, "\(warnings(reading))")
        #expect(queues[0]?["service_time"] == ["mean": 0.4, "p99": 2])
        #expect(queues[0]?["max_wait"] == ["mean": 5])
        // No other field of a queue has keys of these words.
        #expect(queues[0]?.value(at: "/workers/cost_per_hour/amount") == 0.1)
        #expect(queues[0]?.value(at: "/now/attempts") == 5)
        #expect(queues[1]?.value(at: "/arrival_rate/mean") == 8)
        #expect(queues[1]?.value(at: "/service_time/mean") == 0.05)
        #expect(queues[1]?["max_wait"] == ["p95": 20])
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
            - bank: availability 99.9 %
            """)
        let json = try #require(reading.document?.json, "warnings refuse nothing")

        #expect(
            json.value(at: "/inputs/dependencies") == [["name": "bank", "availability": 0.999]])
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

    @Test(
        "a comma inside of a number divides nothing, and what is not understood takes its line",
        arguments: [
            "orders: 1,500/s, service time 120 ms", "orders: service time 120 ms, 1 500/s",
            "orders: 40/s, max workers 1,200", "orders: 40/s, fail 0,5 %",
            "orders: 120 ms to 3 s service time", "orders: 40/s, in the worst of nights",
        ])
    func numbers(_ item: String) throws {
        let reading = read("## Queues\n\n- \(item)\n- other: 40/s\n")
        let json = try #require(reading.document?.json, "warnings refuse nothing")

        #expect(
            json.value(at: "/inputs/queues") == [["name": "other", "arrival_rate": ["mean": 40]]])
        let said = warnings(reading).filter { $0.message.contains("not understood") }
        #expect(said.map(\.line) == [11])
        #expect(json["context"]?.stringValue?.contains(item) == true)
    }

    @Test("a decimal comma under an objective is refused with a warning, never half taken")
    func decimalComma() throws {
        let reading = read("## SLO\n\n- availability: 99,9 %\n- p99 0,8 s\n- recovery 5 min\n")

        #expect(reading.document?.json.value(at: "/inputs/slo") == ["recovery": 300])
        let said = warnings(reading).filter { $0.message.contains("not understood") }
        #expect(said.map(\.line) == [11, 12])
    }

    @Test("names after a comma belong to the list before them; a known word says its key")
    func names() throws {
        let reading = read(
            """
            ## Operations

            - capture: POST, calls ledger, psp, writes ledger, audit and outbox, share 30 %
            - list: GET, calls bank, cache in parallel, share 70 %
            - drop: DELETE, calls bank, in a hurry
            """)
        let found = try #require(reading.document?.json.value(at: "/inputs/operations"))

        #expect(found[0]?["calls"] == ["ledger", "psp"])
        #expect(found[0]?["writes"] == ["ledger", "audit", "outbox"])
        #expect(found[0]?["share"] == 0.3)
        #expect(found[0]?["method"] == "POST")
        #expect(found[1]?["calls"] == [["parallel": ["bank", "cache"]]])
        #expect(found[2]?["calls"] == ["bank"])
        #expect(warnings(reading).contains { $0.line == 13 && $0.message.contains("in a hurry") })
    }

    @Test(
        "of more than two columns the one titled as the target states the value, or none",
        arguments: [
            ("| Metric | Today | Target |", "| Availability | 99.5 % | 99.9 % |", true),
            ("| Objective | Promised | Today |", "| Availability | 99.9 % | 99.5 % |", true),
            ("| Metric | Last year | Today |", "| Availability | 99.5 % | 99.9 % |", false),
            ("| Metric | Promise | Target |", "| Availability | 99.5 % | 99.9 % |", false),
        ])
    func columns(_ header: String, _ row: String, _ isTold: Bool) throws {
        let reading = read("## SLO\n\n\(header)\n|---|---|---|\n\(row)\n")
        let json = try #require(reading.document?.json)

        #expect(json.value(at: "/inputs/slo/availability") == (isTold ? 0.999 : nil))
        let said = warnings(reading).filter { $0.message.contains("not told apart") }
        #expect(said.map(\.line) == (isTold ? [] : [11]))
        #expect(json["context"]?.stringValue?.contains(row) == true)
    }

    @Test("what stands twice is said once, and the first is used")
    func twice() throws {
        let reading = read(
            """
            ## SLO

            - availability 99.9 %
            - availability 99.5 %

            ## Dependencies

            - psp: availability 99.5 %
            - psp: availability 99 %

            ## SLO

            - p99 800 ms
            """)
        let inputs = try #require(reading.document?.json["inputs"], "warnings refuse nothing")

        #expect(inputs["slo"] == ["availability": 0.999, "latency_p99": 0.8])
        #expect(inputs["dependencies"] == [["name": "psp", "availability": 0.995]])
        let said = warnings(reading).filter { $0.message.contains("first in line") }
        #expect(said.map(\.line) == [12, 17, 19])
        #expect(said[0].message.contains("slo.availability stands twice, first in line 11"))
        #expect(said[1].message.contains("dependencies.psp stands twice, first in line 16"))
        #expect(said[2].message.contains("slo stands under two headings, first in line 9"))
    }

    @Test("rows beyond the limit are said once, with their number")
    func limit() throws {
        let notes = String(repeating: "- a note\n", count: 512)
        let reading = read("## SLO\n\n\(notes)- recovery 5 min\n- p99 1 s\n")

        #expect(reading.document != nil, "warnings refuse nothing")
        #expect(reading.document?.json.value(at: "/inputs/slo") == nil)
        let said = warnings(reading).filter { $0.message.contains("itemsMax 512") }
        #expect(said.map(\.line) == [523])
        #expect(said.first?.message.contains("514 rows") == true)
    }

    @Test("a subheading of a section of prose stays its text, and says so")
    func subheading() throws {
        let reading = read(
            """
            ### Load

            - peak 90/s is served

            ## Load

            - 40/s
            """)
        let json = try #require(reading.document?.json)

        #expect(json["acceptance_criteria"] == ["It holds.", "peak 90/s is served"])
        #expect(json.value(at: "/inputs/traffic") == ["mean": 40])
        let said = warnings(reading).filter { $0.message.contains("section of prose") }
        #expect(said.map(\.line) == [9])
    }
}
