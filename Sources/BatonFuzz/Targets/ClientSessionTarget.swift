// A client's session against a peer that says anything: whatever a broker might send, it neither
// traps nor waits for a time that cannot be told.

import BatonClient
import BatonWire
import JSON

struct ClientSessionTarget: FuzzTarget {
    static let name = "client-session"

    /// A seed: the conversation follows from it.
    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let seed = random.next()
        return (0..<8).map { UInt8(truncatingIfNeeded: seed >> (8 * UInt64($0))) }
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        var random = FuzzRandom(seed: Conversation.seed(of: input))
        var conversation = Conversation()
        var session = ClientSession(options: .init(name: "fuzz"), seed: random.next())
        for _ in 0..<(1 + random.below(60)) {
            let now = conversation.pass(&random)
            var outputs: [ClientSession.Output]
            switch random.below(6) {
            case 0:
                let verb = random.pick(Verb.allCases)
                outputs = session.request(ClientRequest(verb), at: now).outputs
            case 1: outputs = session.handle(conversation.transport(&random), at: now)
            case 2: outputs = session.handle(.tick, at: now)
            default: outputs = session.handle(.received(conversation.message(&random)), at: now)
            }
            for output in outputs {
                guard case .send(let message) = output else { continue }
                conversation.note(message)
            }
            if let deadline = session.nextDeadline { try Conversation.requireTellable(deadline) }
        }
        return .accepted("\(session.isEstablished)")
    }
}

/// The broker's side of a fuzzed session: answers that may be anything, to requests that exist.
struct Conversation {
    private var now = Duration.seconds(1)
    private var ids: [Int64] = [1]
    private var generator = RequestGenerator()

    static func seed(of input: [UInt8]) -> UInt64 {
        input.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func pass(_ random: inout FuzzRandom) -> Duration {
        now += .milliseconds(random.pick([0, 1, 100, 6_000, 86_400_000]))
        return now
    }

    func transport(_ random: inout FuzzRandom) -> ClientSession.Input {
        random.pick([.connected, .connected, .disconnected])
    }

    mutating func note(_ message: Message) {
        if let id = message.integer("id") { ids.append(id) }
        if ids.count > 40 { ids.removeFirst() }
    }

    mutating func message(_ random: inout FuzzRandom) -> Message {
        let verb = random.pick([.ok, .ok, .error, .assign, .events, random.pick(Verb.allCases)])
        var message = generator.request(verb, id: 1, &random)
        if !random.once(in: 8) { message.header["re"] = .integer(random.pick(ids)) }
        return message
    }

    /// A driver turns it into milliseconds of 64 bits.
    static func requireTellable(_ deadline: Duration) throws(FuzzViolation) {
        let bound = Duration.seconds(Int64.max / 1_000_000_000)
        try require(deadline >= .zero - bound && deadline <= bound, "a deadline at \(deadline)")
    }
}
