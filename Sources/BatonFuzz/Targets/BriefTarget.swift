// Briefs in every form: Markdown, YAML, JSON.

import BatonBrief
import JSON

struct BriefTarget: FuzzTarget {
    static let name = "brief"

    private let mutator = Mutator(
        words: TextGenerator.yamlWords + TextGenerator.markdownWords
            + FieldCatalog.entries.map { "\n\($0.key): \($0.example)\n" })

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        var text = Array(TextGenerator.source(&random).utf8)
        if random.once(in: 10) {
            var shapes = ShapeGenerator(budget: 2_000)
            text = shapes.value(DocumentKind.brief.shape, &random).encoded()
        }
        return random.once(in: 4) ? text : mutator.mutate(text, &random, with: text)
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let name = input.count % 5 == 0 ? "brief.yaml" : "brief.md"
        let reading = BriefParser.parse(input, name: name)
        try DiagnosticRules.check(reading.diagnostics)
        guard let document = reading.document else {
            let first = reading.diagnostics.first { $0.severity == .error }
            try require(first != nil, "the brief is refused without an error")
            return .refused(first?.message ?? "")
        }
        try require(!reading.diagnostics.hasErrors, "the brief is accepted with errors")
        let findings = DocumentKind.brief.findings(in: document.json)
        try require(
            findings.isEmpty,
            "the normalised brief is refused: \(findings.first.map { "\($0)" } ?? "")")
        let printed = document.json.encoded()
        try require(printed.count <= BriefDocument.briefBytesMax, "\(printed.count) bytes")
        try JSONTarget.requireFixedPoint(printed)
        return .accepted()
    }
}

/// What holds for all that a parser of texts says.
enum DiagnosticRules {
    static func check(_ diagnostics: [Diagnostic]) throws(FuzzViolation) {
        try require(
            diagnostics.count <= Diagnostic.diagnosticsMax + 1, "\(diagnostics.count) diagnostics")
        for diagnostic in diagnostics {
            try require(diagnostic.line ?? 1 >= 1, "line \(diagnostic.line ?? 0)")
            try requireBounded(diagnostic.message, "a diagnostic")
            try requireBounded(diagnostic.suggestion ?? "", "a suggestion")
            try requireBounded(diagnostic.field ?? "", "a field")
        }
    }
}
