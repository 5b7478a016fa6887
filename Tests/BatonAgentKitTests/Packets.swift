// Packets for the tests, assembled as the broker does it.
import BatonAgentKit
import BatonBrief
import Crypto
import JSON

enum Packets {
    /// A packet with one upstream part, and its inline body.
    static func make(
        _ kind: TaskKindName = .work, agent: String = "backend.api_reliability",
        task: String = "t-18",
        part: [UInt8] = Array("{\"steps\":[]}".utf8), inlineBytesMax: Int = 256 * 1024,
    ) -> (packet: [UInt8], inline: [UInt8], digest: String) {
        var facts = PacketFacts(
            task: .init(
                id: task, kind: kind, agent: agent, title: "Timeouts", instructions: "Do it",
                attempt: 1, rejections: 0),
            briefID: "b-17", sentAt: "2026-11-20T08:09:10.123456Z",
            brief: [
                "format": "baton.brief/1", "objective": "Stay up",
                "inputs": ["slo": ["availability": 0.999]], "assume": "never",
            ])
        let digest = SHA256.hash(part).hex
        facts.upstream = [
            .init(
                task: "t-16", agent: "a.b", title: "Before", acceptedBy: "verdict",
                parts: [
                    PartReference(
                        name: "notes.json", mediaType: "application/json", size: part.count,
                        digestHex: digest)
                ])
        ]
        let packet = PacketAssembler.assemble(facts, inlineBytesMax: inlineBytesMax)
        return (
            packet.document.encoded(), packet.inlineParts.isEmpty ? [] : part, digest
        )
    }

    /// The packet as a handler gets it.
    static func packet(_ kind: TaskKindName = .work) throws -> AgentPacket {
        let (document, inline, _) = make(kind)
        return AgentPacket(
            handoff: try HandoffPacket(packetBytes: document, body: inline), document: document)
    }

    /// Five deliverables that pass every check.
    static func deliverables(agent: String = "backend.api_reliability", task: String = "t-18")
        -> JSONValue
    {
        [
            "objective_snapshot": [
                "objective": "Stay up", "success_criteria": "none stated",
                "acceptance_criteria": [["id": "AC1", "text": "99.9 %"]],
                "requirements": [
                    [
                        "id": "R1", "text": "99.9 %", "kind": "hard",
                        "source": "/inputs/slo/availability",
                    ]
                ],
                "constraints": [
                    "security": "none stated", "legal": "none stated", "budget": "none stated",
                    "timeline": "none stated", "staffing": "none stated", "other": "none stated",
                ],
                "assumptions": "none stated", "out_of_scope": "none stated",
                "decided": "none stated",
            ],
            "execution_plan": [
                "steps": [
                    [
                        "id": "S1", "title": "Set timeouts", "detail": "As computed",
                        "owner": "payments", "depends_on": [], "done_when": "deployed",
                    ]
                ], "decisions": "none stated",
            ],
            "risk_register": [
                "risks": [
                    [
                        "id": "K1", "risk": "It is slow", "severity": "low", "likelihood": "low",
                        "impact": "Delay", "mitigation": "Cache", "owner": "payments",
                        "trigger": "p99 over 1 s",
                    ]
                ]
            ],
            "validation_checklist": [
                "checks": [
                    [
                        "id": "C1", "traces": ["AC1"], "metric": "availability", "comparator": ">=",
                        "threshold": 0.999, "unit": "1", "method": "monitor", "when": "monthly",
                        "owner": "payments",
                    ]
                ]
            ],
            "handoff_packet": [
                "to": "none stated", "objective": "Stay up", "success_criteria": "none stated",
                "constraints": [
                    "security": "none stated", "legal": "none stated", "budget": "none stated",
                    "timeline": "none stated", "staffing": "none stated", "other": "none stated",
                ],
                "inputs": "none stated", "route": ["phase": "work"], "artifacts": "none stated",
                "definition_of_done": "none stated", "findings": "none stated",
                "answers": "none stated", "decisions": "none stated",
                "open_questions": "none stated", "proposed_tasks": "none stated",
                "summary": "Done", "next_steps": "none stated",
            ],
        ]
    }
}
