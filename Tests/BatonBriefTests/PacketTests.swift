// Claims about packets: every part is present, answers change the inputs in their order, and what
// fits travels inline.

import BatonBrief
import JSON
import Testing

@Suite struct PacketTests {
    static let digest = String(repeating: "a", count: 64)

    private func part(_ name: String, _ size: Int) -> PartReference {
        PartReference(name: name, mediaType: "application/json", size: size, digestHex: Self.digest)
    }

    private func facts(_ kind: TaskKindName, brief: JSONValue?) -> PacketFacts {
        PacketFacts(
            task: PacketFacts.LeasedTask(
                id: "t-18", kind: kind, agent: "backend.api_reliability", title: "API",
                instructions: "check it", attempt: 2, rejections: 1),
            briefID: brief == nil ? nil : "b-17", sentAt: "2026-11-20T08:09:10.123456Z",
            brief: brief)
    }

    private let brief: JSONValue = [
        "format": "baton.brief/1", "objective": "Survive", "success_criteria": ["no loss"],
        "constraints": ["security": ["no data"]], "assume": "never",
        "inputs": ["slo": ["availability": 0.9995, "window": 2_592_000]],
    ]

    private func answered(_ id: String, option: String, patch: JSONValue? = nil)
        -> PacketFacts.Answered
    {
        let escalation = EscalationDocument(
            blocker: "no", impact: "no release",
            options: [
                EscalationOption(
                    id: "a", label: "lower it", tradeoffs: "x",
                    effect: .patch(["slo": ["availability": 0.998]])),
                EscalationOption(
                    id: "b", label: "again", tradeoffs: "y", effect: .revise(instructions: "think")),
            ], recommended: "a", rationale: "r", needs: "n", severity: "high", key: "slo")
        let answer = AnswerDocument(option: option, patch: patch, reason: "because")
        return PacketFacts.Answered(
            escalationID: id, escalation: escalation.json, answer: answer.json, by: "user/ann",
            at: "2026-11-20T08:00:00.000000Z")
    }

    @Test("a packet of bare facts is whole, and says none stated", arguments: TaskKindName.allCases)
    func bare(kind: TaskKindName) {
        let packet = PacketAssembler.assemble(facts(kind, brief: nil)).document

        #expect(DocumentKind.packet.findings(in: packet) == [])
        #expect(packet["inputs"] == "none stated")
        #expect(packet["objective"] == "none stated")
        #expect(packet.value(at: "/constraints/security") == "none stated")
    }

    @Test("the same facts give the same bytes")
    func deterministic() {
        let facts = facts(.work, brief: brief)

        #expect(
            PacketAssembler.assemble(facts).document.encoded()
                == PacketAssembler.assemble(facts).document.encoded())
    }

    @Test("answers change the inputs in their order and are listed")
    func answers() {
        var facts = facts(.work, brief: brief)
        facts.answers = [
            answered("e-23", option: "a"),
            answered(
                "e-30", option: "revise", patch: ["slo": ["availability": 0.997, "window": nil]]),
            answered("e-31", option: "b"),
        ]
        let packet = HandoffPacket(document: PacketAssembler.assemble(facts).document)

        #expect(DocumentKind.packet.findings(in: packet.document) == [])
        #expect(packet.inputs == ["slo": ["availability": 0.997]])
        #expect(
            packet.answers.map { $0["label"]?.stringValue } == [
                "lower it", "slo.availability = 99.7% (was 99.8%), slo.window removed (was 30 d)",
                "again",
            ])
        #expect(packet.answers[2]["instructions"] == "think")
        #expect(packet.answers[0].value(at: "/effect/kind") == "patch")
    }

    @Test("a patch that is no object changes nothing")
    func badPatch() {
        var facts = facts(.work, brief: brief)
        facts.answers = [answered("e-1", option: "revise", patch: "oops")]

        #expect(PacketAssembler.assemble(facts).document["inputs"] == brief["inputs"])
    }

    @Test("parts are inline as long as they fit, in the order of the manifest")
    func inlining() throws {
        var facts = facts(.work, brief: brief)
        facts.upstream = [
            PacketFacts.Upstream(
                task: "t-20", agent: "a.b", title: "Queue", acceptedBy: "verdict",
                parts: [part("one.json", 100), part("two.json", 200), part("three.json", 50)])
        ]
        facts.artifacts = [part("adr.md", 30)]
        let assembled = PacketAssembler.assemble(facts, inlineBytesMax: 180)

        #expect(
            assembled.inlineParts.map(\.name) == [
                "upstream/t-20/one.json", "upstream/t-20/three.json", "artifacts/adr.md",
            ])
        #expect(assembled.parts.count == 4)
        let body = [UInt8](repeating: 7, count: 180)
        let packet = try HandoffPacket(packetBytes: assembled.document.encoded(), body: body)
        #expect(packet.parts["upstream/t-20/three.json"]?.count == 50)
        #expect(packet.parts["upstream/t-20/two.json"] == nil)
        #expect(throws: DocumentRefusal.self) {
            try HandoffPacket(
                packetBytes: assembled.document.encoded(), body: Array(body.dropLast()))
        }
    }

    @Test("a reviewer sees the inputs that its subject saw")
    func subject() {
        var facts = facts(.review, brief: brief)
        facts.answers = []
        facts.subject = PacketFacts.Subject(
            task: "t-20", agent: "a.b", attempt: 1, title: "Queue", instructions: "size it",
            parts: [part("analysis.json", 10)], answers: [answered("e-1", option: "a")])
        let packet = HandoffPacket(document: PacketAssembler.assemble(facts).document)

        #expect(DocumentKind.packet.findings(in: packet.document) == [])
        #expect(packet.subject?.value(at: "/packet_inputs/slo/availability") == 0.998)
        #expect(packet.inputs.value(at: "/slo/availability") == 0.9995)
        #expect(packet.subject?["parts"] == ["subject/analysis.json"])
    }

    @Test("a direct task's document is its inputs, or holds them beside an objective")
    func direct() {
        var plain = facts(.direct, brief: nil)
        plain.submittedDocument = ["slo": ["availability": 0.99]]
        plain.submitted = [part("brief.json", 10), part("notes.md", 10)]
        var whole = plain
        whole.submittedDocument = ["objective": "x", "inputs": ["a": 1], "tags": ["t"]]
        let first = HandoffPacket(document: PacketAssembler.assemble(plain).document)
        let second = HandoffPacket(document: PacketAssembler.assemble(whole).document)

        #expect(first.inputs == ["slo": ["availability": 0.99]])
        #expect(first.objective == nil)
        #expect(first.partManifest.map(\.name) == ["task/brief.json", "task/notes.md"])
        #expect(second.inputs == ["a": 1])
        #expect(second.objective == "x")
        #expect(second.tags == ["t"])
    }

    @Test("the plan task gets all cards and the whole brief, the route shows what was chosen")
    func plan() {
        var facts = facts(.plan, brief: brief)
        facts.agents = [PacketFacts.RegisteredAgent(id: "a.b", card: part("card.json", 10))]
        facts.route = [
            ["agent": "a.b", "score": 2, "chosen": true, "reasons": ["tag x"]],
            ["agent": "c.d", "score": 0, "chosen": false, "reasons": []],
        ]
        let packet = PacketAssembler.assemble(facts).document

        #expect(DocumentKind.packet.findings(in: packet) == [])
        #expect(packet["brief_document"] == brief)
        #expect(packet.value(at: "/agents/0/part") == "cards/a.b.json")
        #expect(packet.value(at: "/route/reasons")?.arrayValue?.count == 1)
    }
}
