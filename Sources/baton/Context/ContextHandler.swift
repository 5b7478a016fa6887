// An agent whose card names context commands: they are run before its brain begins, which finds
// what they print as parts of the packet, and what they printed is delivered with the work, so that
// the record names it by digest.
import BatonAgentKit
import BatonBrief
import BatonClient
import BatonPlatform
import Crypto
import JSON

/// Runs the commands of a card before its brain, once an attempt.
struct ContextHandler: AgentHandler {
    let brain: any AgentHandler
    let context: ContextRun

    /// `context/1.txt`: the part of the packet and of the delivery, counted from 1.
    private static func partName(_ number: Int) -> String { "context/\(number).txt" }

    func handle(_ packet: AgentPacket, context surroundings: AgentContext) throws -> AgentResult {
        let parts: [Part]
        do {
            parts = try gathered(surroundings)
        } catch {
            if let reason = surroundings.stopReason { throw AttemptStopped(reason.rawValue) }
            return .fail(
                retryable: error.isRetryable, message: error.message, code: "context")
        }
        let result = try brain.handle(Self.adding(parts, to: packet), context: surroundings)
        switch result {
        case .deliver(let delivered): return .deliver(delivered + parts)
        case .escalate(let document): return .escalate(Self.naming(parts, in: document))
        case .fail: return result
        }
    }

    /// What the commands print, as parts: from the first round on the same, so that findings are
    /// answered from what they are about.
    private func gathered(_ surroundings: AgentContext) throws(ContextFault) -> [Part] {
        if let parts = surroundings.gathered { return parts }
        let count = context.commands.count
        let outputs = try context.outputs(stopDescriptor: surroundings.stopDescriptor) { number in
            // Together they may take longer than the broker waits for a sign of life.
            surroundings.progress(message: "context command \(number) of \(count)")
        }
        let parts = outputs.enumerated().map { index, output in
            Part(name: Self.partName(index + 1), mediaType: "text/plain", body: output)
        }
        surroundings.gathered = parts
        return parts
    }

    /// The packet as its brain sees it.
    private static func adding(_ parts: [Part], to packet: AgentPacket) throws -> AgentPacket {
        var document = packet.handoff.document
        var bodies = packet.handoff.parts
        var manifest = document["parts"]?.arrayValue ?? []
        for part in parts {
            bodies[part.name] = part.body
            manifest.append([
                "name": .string(part.name), "media_type": .string(part.mediaType),
                "size": .integer(Int64(part.body.count)),
                "digest": .string(SHA256.hash(part.body).hex), "inline": true,
            ])
        }
        document["parts"] = .array(manifest)
        return AgentPacket(
            handoff: HandoffPacket(document: document, parts: bodies),
            document: document.encoded())
    }

    /// An escalation carries no parts; it names the digests, so that it can be shown later what its
    /// question rested on.
    private static func naming(_ parts: [Part], in document: [UInt8]) -> [UInt8] {
        // What is no JSON is refused by the check that follows.
        guard var escalation = try? JSONValue(parsing: document) else { return document }
        escalation["context"] = .array(
            parts.map { part in
                [
                    "name": .string(part.name), "digest": .string(SHA256.hash(part.body).hex),
                    "size": .integer(Int64(part.body.count)),
                ]
            })
        return escalation.encoded()
    }
}
