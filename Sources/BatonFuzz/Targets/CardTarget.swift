// Cards, also those made for other tools.

import BatonBrief
import JSON

struct CardTarget: FuzzTarget {
    static let name = "card"

    private let mutator = Mutator(
        words: TextGenerator.yamlWords + TextGenerator.markdownWords + keys.map { "\n\($0): " })

    private static let keys = [
        "id", "name", "description", "tags", "hosts", "dependencies", "brain", "command", "preset",
        "worker", "env",
        "review", "attempt_timeout", "silence_timeout", "instances", "concurrency", "activation",
        "required_inputs", "deliverables", "x-y",
    ]
    private static let values = [
        "a", "a, b", "[a, b]", "\n- a\n- b", "30m", "1e15 weeks", "3", "1e300", "-1", "builtin",
        "claude",
        "required", "{tags: [a], phrases: [b], inputs: [slo]}",
        "[{field: slo.availability, why: x}]", "|\n  text",
        "a: b: c", "\"", "99999999999999999999", "~",
    ]

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let matter = (0..<random.length(upTo: 20)).map { _ in
            "\(random.pick(Self.keys)): \(random.pick(Self.values))\n"
        }.joined()
        let text = Array("---\n\(matter)---\n\(TextGenerator.markdown(&random))".utf8)
        return random.once(in: 4) ? text : mutator.mutate(text, &random, with: text)
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let path = input.count % 7 == 0 ? "x/SKILL.md" : "team/writer.md"
        let reading = CardParser.parse(input, path: path)
        try DiagnosticRules.check(reading.diagnostics)
        guard let card = reading.card else {
            let first = reading.diagnostics.first { $0.severity == .error }
            try require(first != nil, "the card is refused without an error")
            return .refused(first?.message ?? "")
        }
        let findings = DocumentKind.card.findings(in: card.json)
        try require(
            findings.isEmpty,
            "the normalised card is refused: \(findings.first.map { "\($0)" } ?? "")")
        try JSONTarget.requireFixedPoint(card.json.encoded())
        return .accepted()
    }
}
