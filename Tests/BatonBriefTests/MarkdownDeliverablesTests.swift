// Claims about deliverables as Markdown, in both directions.

import BatonBrief
import JSON
import Testing

@Suite struct MarkdownDeliverablesTests {
    static let text = """
        # Delivery

        ## Risk register

        | Risk | Severity | Likelihood | Impact | Mitigation | Owner | Trigger |
        |---|---|---|---|---|---|---|
        | Both providers fail | high | low | no capture | queue them | payments | errors above 1% |

        ## Objective Snapshot

        Payment capture survives.

        ### Acceptance criteria

        - AC1: p99 below 800 ms

        ### Assumptions

        - Failures are independent; why: different vendors

        ## Execution plan

        1. Set timeouts; owner: payments; done when: merged
        2. S7: Run the drill
           - owner: payments
           - depends on: S1
           - detail: fail psp-a

        ### Decisions

        - Two attempts; rank: reliability; why: keeps the budget

        ## Validation checklist

        - AC1: p99 latency <= 800 ms; method: load test; owner: payments
        - AC1: p50 latency <= 100 ms

        ## Handoff packet

        To: backend.queue_worker_planner

        The budget closes.

        ### Next steps

        - Size the queue
        """

    private var packet: HandoffPacket {
        var facts = PacketFacts(
            task: PacketFacts.LeasedTask(
                id: "t-18", kind: .work, agent: "backend.api_reliability", title: "API",
                instructions: "check", attempt: 1, rejections: 0),
            briefID: "b-17", sentAt: "2026-11-20T08:09:10.123456Z",
            brief: [
                "objective": "Survive", "success_criteria": ["no loss"],
                "inputs": ["slo": ["availability": 0.9995]], "assume": "never",
            ])
        facts.findings = []
        return HandoffPacket(document: PacketAssembler.assemble(facts).document)
    }

    @Test("one document with five headings becomes the five deliverables")
    func five() throws {
        let documents = try MarkdownDeliverables.documents(
            fromMarkdown: Array(Self.text.utf8), packet: packet)

        #expect(documents.map(\.name) == Deliverables.fiveNames)
        for (name, document) in documents {
            let kind = try #require(Deliverables.kind(ofPart: name))
            #expect(kind.findings(in: document) == [], "\(name)")
        }
        let byName = Dictionary(uniqueKeysWithValues: documents.map { ($0.name, $0.document) })
        let snapshot = try #require(byName["objective_snapshot.json"])
        #expect(snapshot["success_criteria"] == [["id": "SC1", "text": "no loss"]])
        #expect(snapshot["acceptance_criteria"] == [["id": "AC1", "text": "p99 below 800 ms"]])
        #expect(snapshot.value(at: "/assumptions/0/ceiling") == 0.7)
        let plan = try #require(byName["execution_plan.json"])
        #expect(plan["steps"]?.arrayValue?.map { $0["id"]?.stringValue } == ["S1", "S7"])
        #expect(plan.value(at: "/steps/1/depends_on") == ["S1"])
        #expect(plan.value(at: "/decisions/0/rank") == "reliability")
        let checks = try #require(byName["validation_checklist.json"])
        #expect(checks["checks"]?.arrayValue?.map { $0["id"]?.stringValue } == ["C1", "C2"])
        #expect(checks["checks"]?.arrayValue?.map { $0["traces"] } == [["AC1"], ["AC1"]])
        #expect(checks.value(at: "/checks/0/threshold") == 0.8)
        #expect(checks.value(at: "/checks/0/comparator") == "<=")
        #expect(checks.value(at: "/checks/0/metric") == "p99 latency")
        let handoff = try #require(byName["handoff_packet.json"])
        #expect(handoff["to"] == "backend.queue_worker_planner")
        #expect(handoff["summary"] == "The budget closes.")
        #expect(handoff["next_steps"] == ["Size the queue"])
        #expect(handoff.value(at: "/inputs/slo/availability") == 0.9995)
    }

    @Test("what is missing is refused with its line, all at once")
    func refused() throws {
        let text = Self.text
            .replacing("; owner: payments; done when: merged", with: "")
            .replacing("| high |", with: "| huge |")
            .replacing("## Validation checklist", with: "## Checks of all kinds")
        do {
            _ = try MarkdownDeliverables.documents(fromMarkdown: Array(text.utf8), packet: packet)
            Issue.record("accepted")
        } catch {
            let found = error.diagnostics
            #expect(found.contains { $0.message.contains("severity \"huge\"") && $0.line == 7 })
            #expect(found.contains { $0.message.contains("states no owner") && $0.line == 23 })
            #expect(found.contains { $0.message == "the heading validation checklist is missing" })
        }
    }

    @Test("what a playbook asked for is answered by places, or by why it does not apply")
    func delivered() throws {
        func handoff(_ lines: String) throws(MarkdownRefusal) -> JSONValue? {
            try MarkdownDeliverables.documents(
                fromMarkdown: Array((Self.text + "\n\n### Delivered\n\n" + lines).utf8),
                packet: packet
            ).first { $0.name == "handoff_packet.json" }?.document["delivered"]
        }

        #expect(
            try handoff("- check.load: C1, C2\n- flags: Not applicable - nothing changes")
                == [
                    DeliveredItem(id: "check.load", .at(["C1", "C2"])).json,
                    DeliveredItem(id: "flags", .notApplicable("nothing changes")).json,
                ])
        let error = #expect(throws: MarkdownRefusal.self) {
            try handoff("- flags\n- rollback: not applicable")
        }
        let said = error?.diagnostics.map(\.message) ?? []
        #expect(said.contains { $0.hasPrefix("flags says neither") }, "\(said)")
        #expect(said.contains { $0 == "rollback is not applicable for no reason" }, "\(said)")
    }

    @Test("a heading twice, and one with nothing below, are refused")
    func headings() {
        let text = "# Objective snapshot\n\n# Risk register\n\nx\n\n# Objective snapshot\n\ny\n"

        do {
            _ = try MarkdownDeliverables.documents(fromMarkdown: Array(text.utf8), packet: packet)
            Issue.record("accepted")
        } catch {
            #expect(error.diagnostics.contains { $0.line == 7 && $0.message.contains("twice") })
            #expect(error.diagnostics.contains { $0.line == 1 && $0.message.contains("nothing") })
        }
    }

    @Test("every document can be read as Markdown", arguments: DocumentKind.allCases)
    func rendered(kind: DocumentKind) throws {
        let document = try JSONValue(
            parsing: try Repository.read("Protocols/vectors/\(kind.schemaName)/valid/full.json"))
        let text = DeliverableMarkdown.render(document, kind: kind)

        #expect(text.hasPrefix("# "))
        #expect(text.hasSuffix("\n"))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("# ") }.count == 1)
    }

    @Test("each number leads to its derivation with formula and inputs; bars are escaped")
    func numbers() throws {
        var document = try JSONValue(
            parsing: try Repository.read("Protocols/vectors/analysis/valid/full.json"))
        var quantity = try #require(document["quantities"]?[0])
        quantity["label"] = "a|b"
        document["quantities"] = [quantity]
        let text = DeliverableMarkdown.render(document, kind: .analysis)

        #expect(
            text.contains(
                "| a\\|b | [86.4 min](#q-error_budget.minutes) | computed | 0.90 (ceiling: computed 0.90) |"
            ))
        let derivation = text.split(separator: "\n").drop { !$0.contains("<a id=") }.prefix(8)
        #expect(
            derivation.map(String.init) == [
                "### <a id=\"q-error_budget.minutes\"></a>a|b: 86.4 min",
                "- Formula: error-budget", "- Input: availability = /inputs/slo/availability",
                "- Input: x = other.id", "- Input: y = 0.5 (assumption A1)",
                "- Unrounded: 86.4 min", "- Evidence: computed",
                "- Confidence: 0.90 (ceiling: computed 0.90) - none stated",
            ])
    }

    @Test("what was written for people can be read back, with links and escaped tags as text")
    func roundTrip() throws {
        func vector(_ kind: DocumentKind) throws -> JSONValue {
            try JSONValue(
                parsing: try Repository.read("Protocols/vectors/\(kind.schemaName)/valid/full.json")
            )
        }
        let context = DeliveryContext(documents: ["analysis.json": try vector(.analysis)])
        let risk = #"GET \<id> <img src=x> `GET <id>` fails for 86.4 min | or more \` <b>"#
        let read = #"GET \<id> <img src=x> GET <id> fails for 86.4 min | or more \` <b>"#
        let commands = ["kubectl logs <pod> | sort", "`date` <now>", "a `` b ` c"]
        var text = ""
        for kind in Deliverables.five {
            var document = try vector(kind)
            if kind == .riskRegister, var first = document["risks"]?[0] {
                first["risk"] = .string(risk)
                document["risks"] = [first]
            }
            if kind == .handoffPacket {
                document["recommended_commands"] = .array(
                    commands.map { ["command": .string($0), "why": "w", "by": "b"] })
            }
            text += DeliverableMarkdown.render(document, kind: kind, context: context) + "\n"
        }
        #expect(text.contains("[86.4 min](analysis.md#q-error_budget.minutes)"))

        let documents = try MarkdownDeliverables.documents(
            fromMarkdown: Array(text.utf8), packet: packet)

        let byName = Dictionary(uniqueKeysWithValues: documents.map { ($0.name, $0.document) })
        #expect(byName["risk_register.json"]?.value(at: "/risks/0/risk")?.stringValue == read)
        let handoff = byName["handoff_packet.json"]
        #expect(
            handoff?["recommended_commands"]?.arrayValue?.map { $0["command"]?.stringValue }
                == commands)
        #expect(handoff?["delivered"] == (try vector(.handoffPacket))["delivered"])
        let checks = try vector(.validationChecklist)["checks"]
        let found = byName["validation_checklist.json"]?["checks"]
        #expect(found?[0]?["comparator"] == checks?[0]?["comparator"])
        #expect(found?[0]?["threshold"] == checks?[0]?["threshold"])
        #expect(
            byName["execution_plan.json"]?["steps"]?.arrayValue?.map { $0["id"] }
                == (try vector(.executionPlan))["steps"]?.arrayValue?.map { $0["id"] })
    }

    @Test("the index leads with the summary of the close")
    func index() throws {
        let handoff = try JSONValue(
            parsing: try Repository.read("Protocols/vectors/handoff_packet/valid/full.json"))
        let entry = DeliverableMarkdown.IndexEntry(
            task: "t-30", kind: .close, agent: "core.orchestrator", title: "Close",
            state: "accepted",
            files: ["t-30/handoff_packet.md"], documents: ["handoff_packet.json": handoff])
        let text = DeliverableMarkdown.index(
            briefID: "b-17", state: "done", brief: ["title": "Capture", "objective": "Survive"],
            entries: [entry])

        #expect(
            text.hasPrefix(
                "# Capture\n\nBrief b-17 is done. On one page, with everything behind it:"
                    + " [report.html](report.html).\n\nSurvive\n\n## Summary\n\nThe budget closes.")
        )
        #expect(text.contains("[handoff packet](t-30/handoff_packet.md)"))
    }
}
