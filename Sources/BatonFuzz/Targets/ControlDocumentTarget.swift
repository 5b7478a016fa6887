// Documents of every kind, as the broker and the kits read them.

import BatonBrief
import BatonWire
import JSON

struct ControlDocumentTarget: FuzzTarget {
    static let name = "document"

    private let mutator = Mutator(words: [
        "\"format\":", "{\"kind\":\"none\"}", "{\"kind\":\"patch\",\"patch\":{}}",
        "\"depends_on\":",
        "\"deadline\":", ",", "[", "]", "none stated",
    ])

    /// The kind as a number, then the document.
    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let kinds = DocumentKind.allCases
        let place = random.below(kinds.count)
        var generator = ShapeGenerator(budget: random.length(upTo: 60_000))
        let value = generator.value(kinds[place].shape, &random)
        let bytes = value.encoded()
        let head = [UInt8(place)]
        switch random.below(6) {
        case 0, 1: return head + bytes
        case 2, 3: return head + ValueMutator.mutate(value, &random).encoded()
        default: return head + mutator.mutate(bytes, &random, with: bytes)
        }
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let kinds = DocumentKind.allCases
        let kind = kinds[Int(input.first ?? 0) % kinds.count]
        let bytes = Array(input.dropFirst())
        let document: JSONValue
        do {
            document = try kind.parse(bytes)
        } catch {
            return try Self.checkRefusal(error, kind)
        }
        try JSONTarget.requireFixedPoint(document.encoded())
        do throws(DocumentRefusal) {
            _ = try kind.parse(document.encoded())
        } catch {
            throw FuzzViolation("what was printed is refused: \(error.findings[0])")
        }
        try Self.readTyped(kind, document)
        return .accepted(kind.rawValue)
    }

    private static func checkRefusal(
        _ refusal: DocumentRefusal, _ kind: DocumentKind
    ) throws(FuzzViolation) -> FuzzOutcome {
        guard let first = refusal.findings.first else {
            throw FuzzViolation("\(kind.rawValue) is refused without a finding")
        }
        for finding in refusal.findings {
            try requireBounded(finding.pointer, "a finding's place")
            try requireBounded(finding.message, "a finding's message")
            try requireBounded(finding.satisfy, "a finding's advice")
        }
        try require(
            refusal.findings.count <= DocumentRefusal.findingsMax + 1,
            "\(refusal.findings.count) findings")
        return .refused("\(kind.rawValue) \(first.message)")
    }

    /// A document that its kind accepts must be readable by its type.
    private static func readTyped(
        _ kind: DocumentKind, _ document: JSONValue
    ) throws(FuzzViolation) {
        do throws(DocumentRefusal) {
            switch kind {
            case .plan: _ = try PlanDocument(document)
            case .verdict: _ = try VerdictDocument(document)
            case .escalation: _ = try EscalationDocument(document, raisedByGate: true)
            case .answer: _ = try AnswerDocument(document)
            case .card: _ = try Card(document)
            case .packet: _ = HandoffPacket(document: document).partManifest
            case .brief: _ = UnderstoodField.all(in: document)
            case .objectiveSnapshot, .executionPlan, .riskRegister, .validationChecklist,
                .handoffPacket, .analysis, .decision, .evidence, .exampleChecks,
                .event:
                break
            }
        } catch {
            throw FuzzViolation("\(kind.rawValue) is valid and cannot be read: \(error)")
        }
    }
}
