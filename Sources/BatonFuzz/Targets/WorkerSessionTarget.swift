// A worker's session against a peer that says anything.

import BatonAgentKit
import BatonClient
import BatonWire
import JSON

struct WorkerSessionTarget: FuzzTarget {
    static let name = "worker-session"

    private var seeds = ClientSessionTarget()

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] { seeds.makeInput(&random) }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        var random = FuzzRandom(seed: Conversation.seed(of: input))
        var conversation = Conversation()
        let role = WorkerSession.Role(agent: "team.writer", instance: "w#1", concurrency: 2)
        var session = WorkerSession(role: role, options: .init(name: "fuzz"), seed: random.next())
        var leases: [LeaseName] = []
        for _ in 0..<(1 + random.below(60)) {
            let now = conversation.pass(&random)
            let outputs: [WorkerSession.Output]
            switch random.below(8) {
            case 0: outputs = session.handle(.transport(conversation.transport(&random)), at: now)
            case 1: outputs = session.handle(.transport(.tick), at: now)
            case 2 where !leases.isEmpty:
                outputs = session.handle(
                    .finished(random.pick(leases), Self.end(&random)), at: now)
            case 3 where !leases.isEmpty:
                let percent = Int(random.pick(JSONGenerator.integers))
                outputs = session.handle(
                    .progress(random.pick(leases), percent: percent, message: "m"), at: now)
            case 4 where random.once(in: 20):
                outputs = session.handle(.drain(limit: .seconds(random.below(9))), at: now)
            default:
                outputs = session.handle(
                    .transport(.received(conversation.message(&random))), at: now)
            }
            for output in outputs {
                switch output {
                case .send(let message): conversation.note(message)
                case .start(let assignment): leases.append(assignment.lease)
                case .stop, .findings, .settled, .complete, .established, .interrupted, .ended:
                    break
                }
            }
            if let deadline = session.nextDeadline { try Conversation.requireTellable(deadline) }
        }
        return .accepted("\(session.leases.count > 0)")
    }

    private static func end(_ random: inout FuzzRandom) -> AttemptEnd {
        switch random.below(4) {
        case 0: .deliver(ParcelTarget.parcel(&random).parts)
        case 1: .escalate([0x7B, 0x7D])
        case 2:
            .fail(
                retryable: true, retryAfterMilliseconds: random.pick(JSONGenerator.integers),
                code: "c",
                message: "m")
        default: .release
        }
    }
}
