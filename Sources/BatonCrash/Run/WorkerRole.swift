// A worker of a crash test on the real kit, as a process of its own: it checks that what it is
// given is what was submitted, and delivers what follows from it.
import BatonAgentKit
import BatonBrief
package import BatonClient
import BatonPlatform
import Crypto

/// Works until it is killed.
package enum WorkerRole {
    static let card: Card = {
        var card = Card(id: CrashContent.kitAgent, name: "Kit")
        card.concurrency = 8
        return card
    }()

    /// Returns when whoever started it has gone.
    package static func run(endpoint: String) throws(ClientError) {
        var options = Worker.Options(endpoint: endpoint, agent: card.id)
        options.concurrency = card.concurrency
        options.lifeline = Host.environment("BATON_LIFELINE").flatMap { Int32($0) }
        try Worker(options: options, handler: Handler()).run()
    }

    private struct Handler: AgentHandler {
        func handle(_ packet: AgentPacket, context: AgentContext) throws -> AgentResult {
            let body =
                try packet.part(CrashContent.packetPart)
                ?? context.fetch(CrashContent.packetPart)
            guard let key = CrashContent.key(in: body), CrashContent.body(of: key) == body else {
                Worker.logToStandardError("bad \(packet.taskID) came with other bytes than sent")
                return .fail(retryable: false, message: "other bytes than sent")
            }
            let result = Array("\(key) \(SHA256.hash(body).hex)\n".utf8)
            return .deliver([Part(name: "result", mediaType: "text/plain", body: result)])
        }
    }
}
