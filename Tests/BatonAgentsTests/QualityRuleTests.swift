// Protocols/quality-rules.md and the code have the same rules and the same table of risks.

import BatonAgents
import JSON
import Testing

@Suite("Protocols/quality-rules.md")
struct QualityRuleTests {
    private func lines() throws -> [String] {
        String(decoding: try Repository.bytes("Protocols/quality-rules.md"), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    @Test("every rule stands in the document, in the order of the code, and no other")
    func ids() throws {
        let rows = try lines().filter { $0.hasPrefix("| `") }
        let ids = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }

        #expect(ids == QualityRule.allCases.map(\.rawValue))
    }

    @Test("every rule says what it finds, how much that weighs, and what satisfies it")
    func cells() throws {
        let weights: Set<Substring> = ["low", "medium", "high", "critical", "–"]
        for row in try lines() where row.hasPrefix("| `") {
            let cells = row.split(separator: "|").map { $0.drop { $0 == " " } }
                .map { $0.hasSuffix(" ") ? $0.dropLast() : $0 }

            #expect(cells.count == 5, "\(row)")
            #expect(weights.contains(cells[2]) && weights.contains(cells[3]), "\(row)")
        }
    }

    @Test("the table of risks is the one that the gate uses")
    func risks() throws {
        let document = try lines()
        for likelihood in [Severity.low, .medium, .high] {
            let cells = Impact.allCases.map {
                RiskMatrix.severity(likelihood: likelihood, impact: $0).rawValue
            }
            let row = "| \(likelihood.rawValue) | \(cells.joined(separator: " | ")) |"

            #expect(document.contains(row))
        }
    }
}
