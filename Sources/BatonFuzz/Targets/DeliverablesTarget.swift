// One Markdown document with the five headings, read into the five documents.

import BatonBrief
import JSON

struct DeliverablesTarget: FuzzTarget {
    static let name = "deliverables"

    private let mutator = Mutator(words: TextGenerator.markdownWords)
    private let packet: HandoffPacket

    init() {
        var random = FuzzRandom(seed: 1)
        var shapes = ShapeGenerator(budget: 3_000)
        packet = HandoffPacket(document: shapes.value(DocumentKind.packet.shape, &random))
    }

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let text = Array(TextGenerator.deliverables(&random).utf8)
        return random.once(in: 4) ? text : mutator.mutate(text, &random, with: text)
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let documents: [(name: String, document: JSONValue)]
        do {
            documents = try MarkdownDeliverables.documents(fromMarkdown: input, packet: packet)
        } catch {
            try require(!error.diagnostics.isEmpty, "refused without a diagnostic")
            try DiagnosticRules.check(error.diagnostics)
            return .refused(error.diagnostics[0].message)
        }
        for (name, document) in documents {
            guard let kind = Deliverables.kind(ofPart: name) else {
                throw FuzzViolation("\(name) is no deliverable")
            }
            let findings = kind.findings(in: document)
            try require(findings.isEmpty, "\(name): \(findings.first.map { "\($0)" } ?? "")")
            try JSONTarget.requireFixedPoint(document.encoded())
        }
        return .accepted("\(documents.count)")
    }
}
