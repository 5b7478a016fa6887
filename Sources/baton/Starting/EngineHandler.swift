// A built-in engine as the brain of a worker: packet in, deliverables or an escalation out.
import BatonAgentKit
import BatonAgents
import BatonBrief
import BatonClient
import JSON

/// Runs an engine for each attempt.
struct EngineHandler: AgentHandler {
    let engine: any Engine
    let card: JSONValue

    func handle(_ packet: AgentPacket, context: AgentContext) throws -> AgentResult {
        var parts: [String: [UInt8]] = [:]
        for name in packet.partNames {
            parts[name] = try packet.part(name) ?? context.fetch(name)
        }
        let input = EngineInput(
            packet: try JSONValue(parsing: packet.document), parts: parts, card: card)
        switch engine.run(input) {
        case .deliver(let delivered):
            if !context.findings.isEmpty {
                // What the gate said of the last delivery says more than that it is the same.
                let rejected = packet.handoff.findings.compactMap { $0["message"]?.stringValue }
                return .escalate(
                    StuckEscalation.document(
                        agent: packet.agent, task: packet.taskID,
                        findings: rejected.isEmpty ? context.findings : rejected
                    ).json.encoded())
            }
            return .deliver(
                delivered.map { part in
                    Part(name: part.name, mediaType: part.mediaType, body: part.bytes)
                })
        case .escalate(let document):
            return .escalate(document.encoded())
        case .fail(let message):
            return .fail(retryable: false, message: message, code: "engine")
        }
    }
}
