// Claims about the documents: the vectors, the schemas, and the rules that schemas cannot say.

import BatonBrief
import BatonPlatform
import JSON
import Testing

/// The repository that this test was compiled in.
enum Repository {
    static let root: String = {
        let steps = #filePath.split(separator: "/")
        return "/" + steps.dropLast(3).joined(separator: "/")
    }()

    static func read(_ path: String) throws -> [UInt8] {
        try Files.read("\(root)/\(path)", bytesMax: 1 << 22)
    }

    /// Compares a generated text with its file. With BATON_REWRITE_GOLDENS=1 it writes the file.
    static func expect(_ text: String, at path: String) throws {
        if Host.environment("BATON_REWRITE_GOLDENS") == "1" {
            try Files.writeAtomically(Array(text.utf8), to: "\(root)/\(path)")
        }
        let stored = String(decoding: try read(path), as: UTF8.self)
        #expect(stored == text, "\(path) differs; BATON_REWRITE_GOLDENS=1 writes it anew")
    }
}

@Suite struct DocumentTests {
    @Test("the stored schema is the one that the checks use", arguments: DocumentKind.allCases)
    func schema(kind: DocumentKind) throws {
        try Repository.expect(
            kind.schema.prettyPrinted(), at: "Protocols/schemas/\(kind.schemaName).schema.json")
    }

    @Test("every valid vector is accepted", arguments: DocumentKind.allCases)
    func valid(kind: DocumentKind) throws {
        let folder = "Protocols/vectors/\(kind.schemaName)/valid"
        let names = try Files.list("\(Repository.root)/\(folder)")

        #expect(!names.isEmpty)
        for name in names {
            let document = try JSONValue(parsing: try Repository.read("\(folder)/\(name)"))
            #expect(kind.findings(in: document) == [], "\(folder)/\(name)")
        }
    }

    @Test(
        "every invalid vector is refused with a place and a remedy",
        arguments: DocumentKind.allCases)
    func invalid(kind: DocumentKind) throws {
        let folder = "Protocols/vectors/\(kind.schemaName)/invalid"
        let names = try Files.list("\(Repository.root)/\(folder)")

        #expect(names.count >= 2)
        for name in names {
            let document = try JSONValue(parsing: try Repository.read("\(folder)/\(name)"))
            let findings = kind.findings(in: document)
            #expect(!findings.isEmpty, "\(folder)/\(name)")
            #expect(findings.allSatisfy { !$0.message.isEmpty && !$0.satisfy.isEmpty })
        }
    }

    private func vector(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: try Repository.read("Protocols/vectors/\(path).json"))
    }

    @Test("typed documents come back from JSON as they went")
    func typedRoundTrip() throws {
        var document = try vector("plan/valid/full")
        let plan = try PlanDocument(document)
        document["tasks"] = .array(plan.tasks.map(\.json))
        #expect(try PlanDocument(document) == plan)
        let verdict = try VerdictDocument(try vector("verdict/valid/full"))
        #expect(try VerdictDocument(verdict.json) == verdict)
        let escalation = try EscalationDocument(try vector("escalation/valid/full"))
        #expect(try EscalationDocument(escalation.json) == escalation)
        let answer = try AnswerDocument(try vector("answer/valid/full"))
        #expect(try AnswerDocument(answer.json) == answer)
        let card = try Card(try vector("card/valid/full"))
        #expect(try Card(card.json) == card)
        #expect(card.json.encodedText == (try vector("card/valid/full")).encodedText)
    }

    @Test("a plan names every id, dependency and addressee that is wrong")
    func planRules() throws {
        var plan = try vector("plan/valid/full")
        var tasks = try PlanDocument(plan).tasks
        tasks[0].agent = "core.quality"
        tasks[1].id = "api"
        tasks[1].dependsOn = ["nobody"]
        tasks[1].deliver = Array(repeating: DeliveryItem(id: "x", phase: "P", what: "w"), count: 2)
        plan["tasks"] = .array(tasks.map(\.json))
        let findings = DocumentKind.plan.findings(in: plan)

        #expect(
            findings.map(\.pointer) == [
                "/tasks/0/agent", "/tasks/1/id", "/tasks/1/deliver/1/id", "/tasks/1/depends_on/0",
            ])
    }

    @Test("a cycle and a chain that is too long are refused by name")
    func planChains() throws {
        func findings(_ count: Int, closing: Bool) throws -> [DocumentFinding] {
            var plan = try vector("plan/valid/full")
            plan["tasks"] = .array(
                (0..<count).map { index in
                    PlanDocument.PlannedTask(
                        id: "t\(index)", agent: "a.b", title: "x", instructions: "y",
                        dependsOn: index > 0
                            ? ["t\(index - 1)"] : closing ? ["t\(count - 1)"] : []
                    ).json
                })
            return DocumentKind.plan.findings(in: plan)
        }

        #expect(try findings(16, closing: false).isEmpty)
        let long = try findings(17, closing: false)
        #expect(long.first?.message.contains("dependencyChainMax 16") == true)
        let cycle = try findings(3, closing: true)
        #expect(cycle.first?.message == "a cycle holds back t0, t1, t2")
        let many = try findings(65, closing: false)
        #expect(many.first?.message.contains("tasksPerPlanMax 64") == true)
    }

    @Test("only a gate may offer to accept, and the recommended option must exist")
    func escalationRules() throws {
        var escalation = try EscalationDocument(try vector("escalation/valid/full"))
        escalation.options[1].effect = .accept
        escalation.recommended = "z"

        #expect(throws: DocumentRefusal.self) { try EscalationDocument(escalation.json) }
        let findings = EscalationDocument.ruleFindings(in: escalation.json, raisedByGate: false)
        #expect(findings.map(\.pointer) == ["/options/1/effect/kind", "/recommended"])
        escalation.recommended = "a"
        #expect(try EscalationDocument(escalation.json, raisedByGate: true) == escalation)
    }

    @Test("a rejection needs a finding, an acceptance carries no grave one")
    func verdictRules() {
        let finding = VerdictFinding(
            rule: "r", severity: "high", part: "", place: "", message: "m", satisfy: "s")
        let empty = VerdictDocument(isAccepted: false, subject: "t-1", findings: [])
        let grave = VerdictDocument(isAccepted: true, subject: "t-1", findings: [finding])

        #expect(DocumentKind.verdict.findings(in: empty.json).map(\.pointer) == ["/findings"])
        #expect(
            DocumentKind.verdict.findings(in: grave.json).map(\.pointer) == ["/findings/0/severity"]
        )
    }

    @Test("a patch or instructions belong to revise, which needs one of them")
    func answerRules() {
        let bare = AnswerDocument(option: "revise", reason: "r")
        let both = AnswerDocument(option: "a", patch: [:], instructions: "i", reason: "r")

        #expect(DocumentKind.answer.findings(in: bare.json).map(\.pointer) == ["/option"])
        #expect(
            DocumentKind.answer.findings(in: both.json).map(\.pointer) == [
                "/patch", "/instructions",
            ])
    }

    @Test("a confidence above the ceiling of its evidence is found")
    func ceilings() throws {
        var analysis = try vector("analysis/valid/full")
        var quantity = try #require(analysis["quantities"]?[0])
        quantity["ceiling"] = 0.97
        quantity["confidence"] = 0.99
        analysis["quantities"] = [quantity]

        #expect(
            DocumentKind.analysis.findings(in: analysis).map(\.pointer)
                == ["/quantities/0/ceiling", "/quantities/0/confidence"])
    }

    @Test("a manifest is complete with five parts or with one Markdown part")
    func manifests() {
        let json = Deliverables.jsonMediaType
        let five = Deliverables.fiveNames.map { PartManifest(name: $0, mediaType: json, size: 9) }
        let markdown = [PartManifest(name: "deliverables.md", mediaType: "text/markdown", size: 9)]
        let other = [PartManifest(name: "notes.txt", mediaType: "text/plain", size: 9)]
        func count(_ parts: [PartManifest], _ kind: TaskKindName, _ isReviewed: Bool = false) -> Int
        {
            Deliverables.problems(with: parts, for: kind, isReviewed: isReviewed).count
        }

        #expect(count(five, .work) == 0)
        #expect(count(markdown, .close) == 0)
        #expect(count(Array(five.dropFirst(2)), .work) == 2)
        #expect(count(other, .work) == 5)
        #expect(count(other, .direct) == 0)
        #expect(count(other, .direct, true) == 5)
        #expect(count([], .direct) == 1)
        #expect(count(other, .plan) == 1)
        #expect(count(other, .review) == 1)
    }

    @Test(
        "a part's name cannot leave its folder",
        arguments: [
            "../x", "/x", "a//b", "a/..", "", ".", "a b", "x\u{0}",
            String(repeating: "a", count: 200),
        ])
    func partNames(name: String) {
        let parts = [PartManifest(name: name, mediaType: "text/plain", size: 1)]

        #expect(!Deliverables.problems(with: parts, for: .direct, isReviewed: false).isEmpty)
    }
}
