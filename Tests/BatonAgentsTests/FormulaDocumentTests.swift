// Protocols/formulas.md and the code say the same.

import BatonAgents
import JSON
import Testing

@Suite("Protocols/formulas.md")
struct FormulaDocumentTests {
    private func text() throws -> String {
        String(decoding: try Repository.bytes("Protocols/formulas.md"), as: UTF8.self)
    }

    /// The row of a formula in the document.
    static func row(_ formula: Formula) -> String {
        let inputs = formula.inputs.map { input in
            switch input.shape {
            case .number: input.name
            case .optional: input.name + "?"
            case .list: input.name + "…"
            case .structure: input.name + " (structure)"
            }
        }
        let cells = [
            "`\(formula.id)`", formula.statement, formula.unit, inputs.joined(separator: ", "),
            formula.range, formula.source,
            formula.evidence == .inference
                ? "inference" : formula.isEstimateBeyond ? "computed; else inference" : "computed",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    @Test("every formula stands in the document as it is in the registry, and no other")
    func formulas() throws {
        let lines = try text().split(separator: "\n").map(String.init)
        let rows = lines.filter { $0.hasPrefix("| `") && $0.split(separator: "|").count >= 7 }

        #expect(rows == FormulaRegistry.standard.formulas.map(Self.row))
    }

    @Test("every conservative assumption stands in the document")
    func assumptions() throws {
        let document = try text()

        for entry in ConservativeTable.entries {
            let field = PointerText.field(entry.pointer)
            #expect(document.contains("| \(field) | \(entry.value) | \(entry.statement) |"))
        }
    }

    @Test("every kind of evidence stands in the document with its ceiling")
    func ceilings() throws {
        let document = try text()

        for evidence in Evidence.allCases {
            let ceiling = Shown.fixed(evidence.ceiling, decimals: 2, .nearest)
            let padded = ceiling.count == 3 ? ceiling + "0" : ceiling
            #expect(document.contains("| \(evidence.rawValue) | \(padded) |"))
        }
    }

    static let kinds: [(JSONValue, String, Evidence)] = [
        (0.999, "/inputs/slo/availability", .definition),
        (12, "/inputs/queues/0/workers/max", .definition),
        (0.2, "/inputs/queues/0/max_wait/mean", .definition),
        (0.2, "/inputs/dependencies/0/timeout", .definition),
        (0.999, "/inputs/dependencies/0/availability", .report),
        (40, "/inputs/queues/0/arrival_rate/mean", .report),
        (0.02, "/inputs/queues/0/ordering/hottest", .report),
        (["value": 0.999, "from": "sla"], "/inputs/dependencies/0/availability", .report),
        (["value": 0.999, "from": "measured 90d"], "/inputs/own_availability", .measurement),
        (["value": 0.999, "from": "estimate"], "/inputs/slo/availability", .inference),
        (["value": 0.999, "from": "research"], "/inputs/own_availability", .research),
    ]

    @Test(
        "what a figure's author says decides its evidence, else what kind of field it is",
        arguments: kinds)
    func evidence(_ value: JSONValue, _ pointer: String, _ expected: Evidence) {
        #expect(Evidence.of(value, at: pointer) == expected)
    }
}
