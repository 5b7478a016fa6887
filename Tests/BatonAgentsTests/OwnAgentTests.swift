// An agent of one's own beside the four: routed by its card, accepted for what it delivers, part of
// the closing. Its text is what the worker in Python writes, and what a program prints as Markdown.

import BatonAgents
import BatonBrief
import BatonPlatform
import JSON
import Testing

@Suite("An agent of one's own", .timeLimit(.minutes(5)))
struct OwnAgentTests {
    static let reviewer = "security.reviewer"

    static let card = """
        ---
        id: security.reviewer
        name: Security reviewer
        description: Looks at what a plan means for security.
        tags: [security]
        activation: {tags: [security]}
        review: required
        worker: [python3, reviewer.py]
        ---
        # Mission

        Nothing leaks.
        """

    /// The example brief with a tag that the card waits for.
    private func desk() throws -> Desk {
        let text = String(
            decoding: try Repository.bytes("Agents/briefs/payment-capture.md"), as: UTF8.self
        )
        .replacing("tags: [payments, api]", with: "tags: [payments, api, security]")
        let brief = BriefParser.parse(Array(text.utf8), name: "brief.md")
        #expect(brief.diagnostics.filter { $0.severity == .error } == [])
        let card = CardParser.parse(Array(Self.card.utf8), path: "security/reviewer.md")
        #expect(card.diagnostics == [])
        var desk = try Desk(try #require(brief.document?.json))
        desk.cards[Self.reviewer] = try #require(card.card?.json)
        return desk
    }

    /// What the worker in Python answers to a packet: its own function, run by Python.
    private func workersText(_ packet: HandoffPacket, agent: String) throws -> String {
        let worker = String(
            decoding: try Repository.bytes("Tests/interop/worker.py"), as: UTF8.self)
        let start = try #require(worker.firstRange(of: "def think(packet)")).lowerBound
        let end = try #require(worker.firstRange(of: "def heard(")).lowerBound
        let program = """
            import json, sys
            AGENT = "\(agent)"
            \(worker[start..<end])
            sys.stdout.buffer.write(think(json.loads(sys.argv[1])))
            """
        let python = try #require(Host.findExecutable("python3"))
        let child = try ChildProcess.spawn(
            LaunchPlan(
                executable: python,
                arguments: [
                    "-c", program, String(decoding: packet.document.encoded(), as: UTF8.self),
                ],
                output: .pipe))
        try #require(child.waitForExit().isSuccess)
        var text: [UInt8] = []
        while case .bytes(let more) = try child.readOutput() { text += more }
        return String(decoding: text, as: UTF8.self)
    }

    /// The delivery as a bare worker makes it: one Markdown document.
    private func bare(_ text: String, agent: String) -> Delivered {
        Delivered(
            task: "t-5", agent: agent, title: "Review",
            parts: [(Deliverables.markdownName, Array(text.utf8))])
    }

    /// The delivery as the kit makes it of what a program printed: five documents and the text.
    private func throughKit(_ text: String, _ packet: HandoffPacket) throws -> Delivered {
        let documents = try MarkdownDeliverables.documents(
            fromMarkdown: Array(text.utf8), packet: packet)
        let parts = documents.map { (name: $0.name, bytes: $0.document.encoded()) }
        return Delivered(
            task: packet.taskID, agent: packet.agent, title: packet.title,
            parts: parts + [(Deliverables.sourceName, Array(text.utf8))])
    }

    @Test("is routed with reasons, worked by, accepted, and stands in the closing")
    func wholeLife() throws {
        var desk = try desk()
        let plan = try #require(try desk.plan().part("plan.json"))
        desk.route = plan["route"]
        let packet = desk.packet(Self.reviewer, task: "t-5")
        let text = try workersText(packet, agent: Self.reviewer)
        let own = bare(text, agent: Self.reviewer)

        let entry = plan["route"]?.arrayValue?.first { $0["agent"]?.stringValue == Self.reviewer }
        let verdict = try desk.review(own)
        let others = try FlowTests.specialists.enumerated().map { index, agent in
            try desk.delivered(agent, task: "t-\(6 + index)")
        }
        let closing = try desk.close([own] + others)

        #expect(entry?["chosen"] == true)
        #expect(entry?["reasons"] == ["tag security (+1)"])
        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
        let title = packet.title
        func texts(_ part: String, _ list: String, _ member: String) -> [String] {
            (closing.part(part)?[list]?.arrayValue ?? []).compactMap { $0[member]?.stringValue }
        }
        #expect(texts("execution_plan.json", "steps", "title").contains(title))
        #expect(texts("risk_register.json", "risks", "risk").contains("An input is wrong"))
        #expect(texts("validation_checklist.json", "checks", "metric").contains("objections"))
        #expect(
            closing.part("handoff_packet.json")?["summary"]?.stringValue?
                .contains("\(Self.reviewer): \(title) is done.") ?? false)
        let whole = try #require(closing.delivered(task: "t-9", agent: "core.orchestrator"))
        #expect(try desk.review(whole)["verdict"] == "accepted")
    }

    @Test(
        "may take the place of an engine: its text alone, or the kit's five documents, are enough",
        arguments: ["security.reviewer", "backend.api_reliability"], [true, false])
    func inPlaceOfAnEngine(_ agent: String, usesKit: Bool) throws {
        let desk = try desk()
        let packet = desk.packet(agent, task: "t-5")
        let text = try workersText(packet, agent: agent)

        let verdict = try desk.review(
            usesKit ? try throughKit(text, packet) : bare(text, agent: agent))

        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
    }

    @Test("what a Markdown document may leave out is remarked upon, not rejected")
    func leftOut() throws {
        let desk = try desk()
        let text = """
            ## Objective snapshot
            Keep card numbers out of logs and queues.
            ## Execution plan
            - Users fill in a threat model; owner: ann
            ## Risk register
            - Keys in logs; severity: high; likelihood: low; mitigation: redact; owner: ann; \
            trigger: a key in a log line
            ## Validation checklist
            - Secrets found in a day of logs <= 0
            - Median time to find one <= 2 h; traces: AC1
            ## Handoff packet
            Summary: one risk.
            """

        let packet = desk.packet(Self.reviewer, task: "t-5")
        for item in [bare(text, agent: Self.reviewer), try throughKit(text, packet)] {
            let verdict = try desk.review(item)
            let rules = Set(
                (verdict["findings"]?.arrayValue ?? []).compactMap { $0["rule"]?.stringValue })
            #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
            #expect(rules.isSuperset(of: ["step-owned", "risk-manageable", "check-measurable"]))
        }
    }
}
