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
            if !context.findings.isEmpty { return .escalate(Self.stuck(packet, context.findings)) }
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

    /// The same input gives the same bytes: an engine whose delivery was refused can only ask.
    private static func stuck(_ packet: AgentPacket, _ findings: [String]) -> [UInt8] {
        let rejected = packet.handoff.findings.compactMap { $0["message"]?.stringValue }
        let list = (rejected.isEmpty ? findings : rejected).prefix(8).map { "- \($0)" }
            .joined(separator: "\n")
        return EscalationDocument(
            blocker: "\(packet.agent) cannot meet what its delivery was refused for:\n\(list)",
            impact: "\(packet.taskID) and everything that depends on it wait.",
            options: [
                EscalationOption(
                    id: "change", label: "Change the inputs, or say what to do",
                    tradeoffs: "The work is done again with what is changed.",
                    effect: .revise(instructions: "Work with the inputs as they are now.")),
                EscalationOption(
                    id: "cancel", label: "Cancel the task and what depends on it",
                    tradeoffs: "The brief ends without this work.", effect: .cancel),
            ],
            recommended: "change",
            rationale:
                "The engine gives the same result for the same inputs; other inputs can help.",
            needs: "Other inputs, or the decision to go on without this work.", severity: "high"
        ).json.encoded()
    }
}
