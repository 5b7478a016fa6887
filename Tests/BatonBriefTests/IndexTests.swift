// Claims about index.md and about what the documents show to people.

import BatonBrief
import JSON
import Testing

@Suite struct IndexTests {
    private func index(
        state: String = "done", entries: [DeliverableMarkdown.IndexEntry] = [],
        questions: [DeliverableMarkdown.OpenQuestion] = [],
        failures: [DeliverableMarkdown.Failure] = [],
    ) -> String {
        DeliverableMarkdown.index(
            briefID: "b-1", state: state, brief: ["title": "Capture", "objective": "Survive"],
            entries: entries, questions: questions, failures: failures)
    }

    private func entry(
        _ kind: TaskKindName, _ documents: [String: JSONValue],
    ) -> DeliverableMarkdown.IndexEntry {
        DeliverableMarkdown.IndexEntry(
            task: "t-5", kind: kind, agent: "a.b", title: "Work", state: "accepted",
            files: ["t-5/risk_register.json", "t-5/risk_register.md"], documents: documents)
    }

    private func numbers(_ count: Int) -> JSONValue {
        let rows = (0..<count).map { number -> JSONValue in
            [
                "id": .string(number == 0 ? "cost.q" : "n\(number)"),
                "label": .string("N\(number)"),
                "shown": .string("\(number) s"), "formula": "sum",
            ]
        }
        return ["quantities": .array(rows)]
    }

    @Test("no number stands twice, a dozen at most, the telling ones first, formulas elsewhere")
    func keyNumbers() {
        let document = numbers(40)

        let text = index(entries: [
            entry(.work, ["analysis.json": document]), entry(.close, ["analysis.json": document]),
        ])
        let rows = text.split(separator: "\n").filter {
            $0.hasPrefix("| N") && $0.hasSuffix(" s |")
        }

        #expect(rows.count == 12)
        #expect(rows.first == "| N0 | 0 s |")
        #expect(Set(rows).count == 12)
        #expect(text.contains("All 40 numbers"))
        #expect(!text.contains("| sum |"))
    }

    @Test("the worst risks are named, and only what a person reads is linked")
    func risks() {
        let risks = ["low", "critical"].map { severity -> JSONValue in
            [
                "risk": .string("R \(severity)"), "severity": .string(severity),
                "mitigation": "m", "owner": "o",
            ]
        }

        let text = index(entries: [entry(.close, ["risk_register.json": ["risks": .array(risks)]])])

        #expect(text.contains("## Top risks"))
        let critical = text.firstRange(of: "R critical")?.lowerBound
        let low = text.firstRange(of: "R low")?.lowerBound
        #expect(critical.flatMap { first in low.map { first < $0 } } == true)
        #expect(text.contains("[risk register](t-5/risk_register.md)"))
        #expect(!text.contains("risk_register.json"))
    }

    @Test("a blocked brief says what waits, with the effect of each option and the command")
    func blocked() {
        let escalation: JSONValue = [
            "blocker": "99.95% cannot be kept", "needs": "a decision", "owner": "ann",
            "recommended": "a",
            "options": [
                [
                    "id": "a", "label": "Promise less", "tradeoffs": "none",
                    "effect": ["kind": "patch", "patch": ["slo": ["availability": 0.998]]],
                ]
            ],
        ]

        let text = index(
            state: "blocked",
            questions: [
                .init(
                    escalation: "e-119", document: escalation,
                    inputs: ["slo": ["availability": 0.9995]])
            ])

        #expect(text.contains("99.95% cannot be kept"))
        #expect(
            text.contains("| a (recommended) | Promise less | slo.availability: 99.95% → 99.8% "))
        #expect(text.contains("baton escalation answer e-119 --option a --reason"))
    }

    @Test("a dead brief says why, and how it goes on")
    func dead() {
        let text = index(
            state: "dead",
            failures: [.init(task: "t-636", agent: "docs.writer", reason: "no such file: x")])

        #expect(text.contains("| t-636 | docs.writer | no such file: x |"))
        #expect(text.contains("baton dead redrive t-636"))
    }

    @Test("nothing stated leaves no stray line")
    func stray() {
        let verdict = DeliverableMarkdown.render(
            ["subject": "t-5", "verdict": "accepted", "findings": [], "summary": "fine"],
            kind: .verdict)
        let handoff = DeliverableMarkdown.render(
            ["to": "none stated", "summary": "done"], kind: .handoffPacket)

        #expect(!verdict.contains("none stated"))
        #expect(!handoff.contains("To:"))
    }

    @Test("a figure names the place and the value it came from")
    func sources() {
        let document: JSONValue = [
            "summary": "s",
            "quantities": [
                [
                    "id": "x", "label": "Budget", "shown": "1 min", "formula": "f",
                    "inputs": [
                        [
                            "name": "availability",
                            "pointer": "/inputs/dependencies/1/availability",
                        ],
                        ["name": "length", "pointer": "/inputs/traffic/peak/for"],
                        ["name": "other", "quantity": "x"],
                    ],
                ]
            ],
        ]
        let inputs: JSONValue = [
            "dependencies": [
                ["name": "ledger"],
                ["name": "psp-a", "availability": ["value": 0.999, "from": "sla"]],
            ],
            "traffic": ["peak": ["rate": 300, "for": 7200]],
        ]

        let text = DeliverableMarkdown.render(
            document, kind: .analysis,
            context: DeliveryContext(documents: ["handoff_packet.json": ["inputs": inputs]]))

        #expect(text.contains("availability = dependencies.psp-a.availability = 99.9% (sla)"))
        #expect(text.contains("length = traffic.peak.for = 2 h"))
        #expect(text.contains("other = [1 min](#q-x) (Budget)"))
    }
}
