// Claims about reading briefs: what is understood, and that every mistake is named with its line.

import BatonBrief
import JSON
import Testing

@Suite struct BriefParserTests {
    static let full = """
        ---
        objective: Payment capture survives provider outages
        owners: {service: payments-team, escalation: payments-oncall}
        slo: {availability: 99.95%, latency_p99: 800ms, window: 30d, error_rate: 0.05%, recovery: 5m}
        own_availability: {value: 99.98%, from: measured 90d}
        traffic: {mean: 90/s, peak: 300/s for 2h}
        callers: [{name: app, timeout: 10s, attempts: 2}]
        dependencies:
          - {name: ledger, availability: 99.99%, latency_p50: 12ms, latency_p99: 60ms, kind: hard, timeout: 200ms, attempts: 2}
          - {name: psp-a, availability: 99.9%, kind: redundant, group: psp, need: 1, shares: [egress], limit: 250/s, maintenance: 30m daily}
          - {name: rates, availability: 99.5%, kind: cached, stale_ok: 30m}
          - {name: mailer, availability: 99%, kind: soft}
        operations:
          - {id: capture, method: POST, path: /captures, share: 30%, calls: [ledger, psp, {parallel: [rates, mailer]}], idempotency: key, writes: [ledger], publishes: [captures]}
        openapi: ./api.yaml
        queues:
          - name: captures
            arrival_rate: 40/s
            arrivals_cv: 1
            service_time: {mean: 120ms, cv: 1.4, p99: 900ms}
            max_wait: {mean: 200ms}
            workers: {max: 12, cost_per_hour: 0.12 EUR}
            outage: 15m
            payload: 2 KiB
            fail: 2%
            poison: 0.01%
            calls: [psp]
            ordering: {key: wallet, hottest: 2%}
            prefetch: 4
            retention: 4d
            now: {visibility_timeout: 30s, attempts: 5, backoff: 1s, dedup_window: 24h, dead_letter_retention: 14d}
        artifacts: [./adr-12.md]
        tags: [payments, api]
        not_before: 2026-12-01T08:00Z
        constraints: {security: [no personal data], timeline: 6 weeks}
        route: [backend.api_reliability]
        playbook: default
        priority: 5
        deadline: 2h
        assume: never
        ---
        # Success criteria

        - No lost capture

        # Acceptance criteria

        - p99 below 800 ms
        """

    private func budget(_ text: String) -> BriefReading {
        BriefParser.parse(
            Array("---\nobjective: Try\nbudget: \(text)\n---\n".utf8), name: "brief.md")
    }

    @Test("a budget is understood in attempts and US dollars")
    func budget() throws {
        let both = try #require(budget("{cost: 5 USD, attempts: 40}").document)
        let one = try #require(budget("{cost: 0.25 USD}").document)

        #expect(
            both.json["budget"]
                == ["cost": ["amount": 5, "currency": "USD"], "attempts": 40])
        #expect(one.json["budget"] == ["cost": ["amount": 0.25, "currency": "USD"]])
    }

    @Test(
        "a budget that cannot be kept is an error with its line",
        arguments: [
            ("{cost: 5 EUR}", "budget.cost is in EUR; agents report cost in USD"),
            ("{cost: 5}", "budget.cost needs an amount with a currency such as 0.12 EUR; found 5"),
            ("{cost: 0 USD}", "budget.cost of 0.0 USD is not between 0.000001 and 1000000"),
            ("{attempts: 0}", "budget.attempts needs a value from 1 to 1000000; found 0"),
            ("40", "budget needs a map of keys; found 40"),
        ])
    func badBudget(text: String, message: String) {
        let reading = budget(text)

        #expect(reading.document == nil)
        #expect(reading.diagnostics.contains { $0.message == message && $0.line == 3 })
    }

    @Test("a pool with one queue and a layer before nothing are told of")
    func lonelyNames() {
        let text = """
            ---
            objective: Try
            dependencies: [{name: ledger}]
            layers: [{name: mesh, attempts: 2, calls: [ledger]}, {name: sdk, calls: [leger]}]
            queues:
              - {name: a, pool: office}
              - {name: b, pool: office}
              - {name: c, pool: ofice}
            ---
            """
        let found = BriefParser.parse(Array(text.utf8)).diagnostics
            .filter { $0.field != "success_criteria" }

        #expect(found.map(\.field) == ["layers.sdk.calls", "queues.c.pool"])
        #expect(found.map(\.severity) == [.error, .warning])
        #expect(found.map(\.suggestion) == ["did you mean ledger?", "did you mean office?"])
    }

    @Test("the brief of the documentation is understood whole")
    func documented() throws {
        let reading = BriefParser.parse(Array(Self.full.utf8))

        #expect(reading.diagnostics == [])
        let document = try #require(reading.document)
        let brief = document.json
        #expect(brief.value(at: "/inputs/slo/availability")?.doubleValue == 0.9995)
        #expect(brief.value(at: "/inputs/own_availability/from") == "measured 90d")
        #expect(brief.value(at: "/inputs/queues/0/arrival_rate")?.encodedText == #"{"mean":40}"#)
        #expect(brief.value(at: "/inputs/traffic/peak")?.encodedText == #"{"rate":300,"for":7200}"#)
        #expect(brief.value(at: "/inputs/openapi") == "api.yaml")
        #expect(brief["deadline"]?.doubleValue == 7200)
        #expect(brief["success_criteria"] == ["No lost capture"])
        #expect(brief.value(at: "/source/lines/slo.availability") == 4)
        #expect(brief.value(at: "/source/lines/queues.captures.workers.max") == 22)
        #expect(document.references.map(\.path) == ["./api.yaml", "./adr-12.md"])
        let lines = document.understood.first { $0.field == "slo.latency_p99" }
        #expect(lines?.shown == "800 ms")
    }

    @Test("references become artifacts with digests, and none may be missing")
    func references() throws {
        let document = try #require(BriefParser.parse(Array(Self.full.utf8)).document)
        let digest = String(repeating: "0", count: 64)
        let resolved = ResolvedReference(digestHex: digest, size: 10)

        let whole = try document.resolving(references: [
            "./api.yaml": resolved, "./adr-12.md": resolved,
        ])
        #expect(whole.json["artifacts"]?.arrayValue?.count == 2)
        #expect(whole.references.isEmpty)
        #expect(throws: DocumentRefusal.self) {
            try document.resolving(references: ["./api.yaml": resolved])
        }
        let again = BriefParser.parse(whole.json.encoded(), name: "brief.json")
        #expect(again.document?.json == whole.json)
        let fields = again.understood.filter { $0.field.hasPrefix("queues.captures.workers") }
        #expect(fields.map(\.shown) == ["12", "0.12 EUR"])
        #expect(fields.map(\.line) == [22, 22])
    }

    @Test("six mistakes are named at once, each with its line")
    func sixMistakes() {
        let text = """
            ---
            slo:
              availabilty: 99.95%
              latency_p99: 800
            traffic: {mean: 40}
            dependencies:
              - {name: ledger, availability: 99.99, kind: firm}
            priority: 12
            ---
            # Objective

            Survive.
            """
        let reading = BriefParser.parse(Array(text.utf8))
        let errors = reading.diagnostics.filter { $0.severity == .error }

        #expect(reading.document == nil)
        #expect(errors.map(\.line) == [3, 4, 5, 7, 7, 8])
        #expect(
            errors.map(\.field) == [
                "slo.availabilty", "slo.latency_p99", "traffic.mean",
                "dependencies.ledger.availability", "dependencies.ledger.kind", "priority",
            ])
        #expect(errors[0].suggestion == "did you mean availability?")
        #expect(
            errors[1].message
                == "slo.latency_p99 needs a duration such as 800ms, 10m or 30d; found 800")
        #expect(errors[1].suggestion == "write 800ms or 800s")
        #expect(errors[2].suggestion == "write 40/s")
        #expect(errors[3].suggestion == "write 99.99%")
    }

    @Test("plain Markdown with an objective, an SLO line and a criterion is a brief")
    func minimal() throws {
        let text = """
            # Payment capture

            ## Goals

            Captures survive outages.

            ## Service level

            Availability 99.95% over 30 days, p99 latency 800 ms, peak 300 req/s.

            ## Success criteria

            1. No lost capture
            """
        let reading = BriefParser.parse(Array(text.utf8))
        let brief = try #require(reading.document).json

        #expect(brief["title"] == "Payment capture")
        #expect(brief["objective"] == "Captures survive outages.")
        #expect(brief["success_criteria"] == ["No lost capture"])
        #expect(brief["inputs"] == [:])
        #expect(
            (brief["proposed"]?.arrayValue ?? []).map { $0["field"]?.stringValue } == [
                "slo.availability", "slo.window", "slo.latency_p99", "traffic.peak",
            ])
        #expect(brief.value(at: "/proposed/0/line") == 9)
        #expect(brief["context"]?.stringValue?.contains("Availability 99.95%") == true)
    }

    @Test("what follows a comma within a number is not proposed as a number of its own")
    func groupedNumbers() throws {
        let text = """
            # Objective
            x
            # Context
            We expect traffic of 1,500/s on average.
            """
        let brief = try #require(BriefParser.parse(Array(text.utf8)).document).json

        #expect((brief["proposed"]?.arrayValue ?? []).map { $0["field"]?.stringValue } == [])
    }

    @Test("constraints keep their kinds, from subheadings and from prefixes")
    func constraints() throws {
        let text = """
            # Objective
            x
            # Constraints
            - Security: no personal data
            - keep it simple
            ## Timeline
            - 6 weeks
            # Success criteria
            - y
            """
        let brief = try #require(BriefParser.parse(Array(text.utf8)).document).json

        #expect(
            brief["constraints"] == [
                "security": ["no personal data"], "timeline": ["6 weeks"],
                "other": ["keep it simple"],
            ])
    }

    @Test("JSON with the same fields is the same brief")
    func json() throws {
        let text =
            #"{"objective":"x","success_criteria":["y"],"slo":{"availability":"99.95%"},"priority":3}"#
        let reading = BriefParser.parse(Array(text.utf8), name: "b.json")

        #expect(reading.diagnostics == [])
        #expect(reading.document?.json.value(at: "/inputs/slo/availability")?.doubleValue == 0.9995)
        #expect(reading.document?.json["priority"] == 3)
    }

    @Test(
        "contradictions are found",
        arguments: [
            ("slo: {latency_p50: 900ms, latency_p99: 800ms}", "slo.latency_p99"),
            ("traffic: {mean: 90/s, peak: 30/s for 1h}", "traffic.peak"),
            ("dependencies: [{name: a, kind: redundant}]", "dependencies.a.kind"),
            (
                "dependencies: [{name: a, kind: redundant, group: g, need: 2}]",
                "dependencies.a.need"
            ),
            ("dependencies: [{name: a, need: 2}]", "dependencies.a.group"),
            (
                "dependencies: [{name: ledger}]\noperations: [{id: o, calls: [leger]}]",
                "operations.o.calls"
            ),
            ("operations: [{id: o, share: 60%}, {id: p, share: 60%}]", "operations"),
            ("dependencies: [{name: a}, {name: a}]", "dependencies.a"),
            ("slo: {availability: 100%}", "slo.availability"),
            ("artifacts: [../secret]", "artifacts"), ("artifacts: [/etc/passwd]", "artifacts"),
            ("artifacts: ['https://example.org/x']", "artifacts"),
            ("retries: 3", "retries"), ("availability: 99%", "availability"),
            ("queues: [{arrival_rate: 4/s}]", "queues[0].name"), ("slo: 99.95%", "slo"),
            ("route: [Not An Agent]", "route"), ("deadline: soon", "deadline"),
        ])
    func contradictions(yaml: String, field: String) {
        let text = "---\nobjective: x\nsuccess_criteria: [y]\n\(yaml)\n---\n"
        let errors = BriefParser.parse(Array(text.utf8)).diagnostics.filter {
            $0.severity == .error
        }

        #expect(errors.map(\.field).contains(field), "\(errors)")
        #expect(errors.allSatisfy { $0.line != nil })
    }

    @Test("a brief larger than its limit is refused with limit and value")
    func tooLarge() {
        let text = "# Objective\n\n" + String(repeating: "word ", count: 20_000)
        let reading = BriefParser.parse(Array(text.utf8))

        #expect(reading.document == nil)
        #expect(reading.diagnostics.contains { $0.message.contains("briefBytesMax 65536") })
    }

    @Test("broken front matter is reported with the file's line")
    func brokenYAML() {
        let text = "---\nobjective: x\nslo: {availability: 99%\n---\n# Success criteria\n- y\n"
        let reading = BriefParser.parse(Array(text.utf8))

        #expect(reading.document == nil)
        #expect(reading.diagnostics.first?.line.map { (3...4).contains($0) } == true)
    }

    @Test(
        "a heading that is nearly one of a brief is named with what was meant",
        arguments: [
            ("# Acceptence criteria", "Acceptance criteria"),
            ("# Definiton of done", "Definition of done"), ("# Objectif", "Objective"),
        ])
    func misspeltHeading(heading: String, meant: String) {
        let reading = BriefParser.parse(Array("# Title\n\ntext\n\n\(heading)\n\n- x\n".utf8))

        let warning = reading.diagnostics.first { $0.line == 5 }
        #expect(warning?.suggestion == "did you mean \(meant)?")
    }

    @Test("a heading of its own is none of them")
    func otherHeading() {
        let text = "# Capture v2\n\n## Objective\n\nx\n\n## Open topics\n\ny\n"

        #expect(!BriefParser.parse(Array(text.utf8)).diagnostics.contains { $0.line != nil })
    }

    @Test("a brief without front matter is not told about one")
    func noFrontMatter() {
        for (text, name) in [("- a\n", "b.yaml"), ("{\"a\": ", "b.json"), ("\u{7B}]", "b.json")] {
            let messages = BriefParser.parse(Array(text.utf8), name: name).diagnostics
            #expect(!messages.isEmpty)
            #expect(!messages.contains { $0.message.contains("front matter") }, "\(messages)")
        }
    }

    @Test("the templates parse without an error", arguments: BriefTemplate.allCases)
    func templates(template: BriefTemplate) {
        let reading = BriefParser.parse(Array(template.text.utf8))

        #expect(reading.diagnostics.filter { $0.severity == .error } == [], "\(template.text)")
        #expect(reading.document?.json.value(at: "/inputs/slo/availability") != nil)
    }

    @Test("every example of the catalogue is read as its own field")
    func examples() {
        for entry in FieldCatalog.entries where !entry.example.isEmpty {
            switch entry.kind {
            case .map, .list, .texts, .names, .agents, .calls, .files, .constraints: continue
            default:
                #expect(throws: Never.self, "\(entry.path)") {
                    try FieldValue.parse(entry.example, as: entry)
                }
            }
        }
    }

    @Test("the table of keys in the documentation is the catalogue")
    func documentation() throws {
        let text = String(decoding: try Repository.read("Protocols/brief.md"), as: UTF8.self)
        let begin = "<!-- keys: generated from the catalogue -->\n\n"
        let end = "\n<!-- end of keys -->"
        let start = try #require(text.firstRange(of: begin)).upperBound
        let stop = try #require(text.firstRange(of: end)).lowerBound
        let whole = text[..<start] + FieldCatalog.documentationTable + text[stop...]

        try Repository.expect(String(whole), at: "Protocols/brief.md")
    }
}

@Suite struct AnswerPatchTests {
    static let inputs: JSONValue = [
        "slo": ["availability": 0.9995],
        "dependencies": [
            ["name": "ledger", "availability": 0.9999], ["name": "psp.a", "attempts": 2],
        ],
        "queues": [["name": "captures", "workers": ["max": 12, "now": 3]]],
    ]

    @Test(
        "assignments become patches in base units",
        arguments: [
            ("slo.availability=99.8%", #"{"slo":{"availability":0.998}}"#),
            ("slo.window=", #"{"slo":{"window":null}}"#),
            (
                "dependencies.ledger.availability=99.95%",
                #"{"dependencies":[{"name":"ledger","availability":0.9995},{"name":"psp.a","attempts":2}]}"#
            ),
            (
                "dependencies.psp.a.attempts=3",
                #"{"dependencies":[{"name":"ledger","availability":0.9999},{"name":"psp.a","attempts":3}]}"#
            ),
            ("dependencies.ledger=", #"{"dependencies":[{"name":"psp.a","attempts":2}]}"#),
            (
                "queues.captures.workers.max=8",
                #"{"queues":[{"name":"captures","workers":{"max":8,"now":3}}]}"#
            ),
            ("traffic=90/min", #"{"traffic":{"mean":1.5}}"#),
            (
                "own_availability={value: 99.9%, from: sla}",
                #"{"own_availability":{"value":0.999,"from":"sla"}}"#
            ),
        ])
    func patches(assignment: String, patch: String) throws {
        #expect(try AnswerPatch.make(assignment, inputs: Self.inputs).encodedText == patch)
    }

    @Test("several assignments see each other")
    func several() throws {
        let patch = try AnswerPatch.make(
            [
                "dependencies.ledger.attempts=2", "dependencies.ledger.timeout=1s",
                "slo.recovery=5m",
            ],
            inputs: Self.inputs)
        let after = Self.inputs.applying(mergePatch: patch)

        #expect(after.value(at: "/dependencies/0/attempts")?.doubleValue == 2)
        #expect(after.value(at: "/dependencies/0/timeout")?.doubleValue == 1)
        #expect(after.value(at: "/slo/availability")?.doubleValue == 0.9995)
    }

    @Test(
        "what is no assignment to an input is refused with a hint",
        arguments: [
            "slo.availability", "slo.availability=99.8", "slo.availabilty=99%", "objective=x",
            "dependencies.leger.availability=99%", "queues.captures=5", "slo=99%", "=1",
            "slo.latency_p99=[1, 2", "openapi=./x.yaml", "slo.availability.x=1",
        ])
    func refused(assignment: String) {
        #expect(throws: AnswerPatchError.self) {
            try AnswerPatch.make(assignment, inputs: Self.inputs)
        }
    }
}
