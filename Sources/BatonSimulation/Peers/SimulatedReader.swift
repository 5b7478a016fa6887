// Somebody who follows the audit stream: every event once, in order, and only what is committed.

import BatonBroker
import BatonClient
import BatonCore
import BatonWire
import JSON

final class SimulatedReader: SimulatedPeer {
    let number: Int
    let name = "reader"
    private unowned let world: any PeerWorld
    private var session: ClientSession
    /// The tail's request; nil while there is none.
    private var tail: RequestID?
    /// It began when nothing got lost any more.
    private var isComplete = false
    /// The next event wanted.
    private(set) var next: UInt64 = 0

    private static let creditBytes: Int64 = 64 << 10

    init(number: Int, world: any PeerWorld) {
        self.number = number
        self.world = world
        session = ClientSession(options: .init(name: "reader"), seed: world.chance.bits())
    }

    var identity: TransportIdentity {
        TransportIdentity(actor: .person("reader"), processID: number * 1_000)
    }
    var nextDeadline: Duration? { session.nextDeadline }
    var isWaiting: Bool { next < world.model.head }
    var waitingFor: String {
        "event \(next) of \(world.model.head), tail \(tail ?? 0), \(session.state)"
    }

    func finish(_ job: Int) {}
    func die() {
        session = ClientSession(options: .init(name: "reader"), seed: world.chance.bits())
        tail = nil
    }

    func hear(_ input: ClientSession.Input) {
        take(session.handle(input, at: world.clock.uptime))
    }

    /// Begins again where it stands: after a gap, or when nothing has come for a while.
    func act() {
        world.plan(.act(peer: number), in: .seconds(20))
        guard session.isEstablished else { return }
        begin()
    }

    private func begin() {
        if let tail {
            let stop = ClientRequest(
                .stop, JSONObject([("tail", .integer(tail))]), timeout: .seconds(30),
                isResent: false)
            take(session.request(stop, at: world.clock.uptime).outputs)
        }
        let header = JSONObject([
            ("since", .integer(Int64(next))), ("follow", true), ("payload", false),
            ("credit", .integer(Self.creditBytes)),
        ])
        let request = ClientRequest(.tail, header, timeout: nil, isResent: false)
        let (id, outputs) = session.request(request, at: world.clock.uptime)
        tail = id
        isComplete = world.isCalm
        take(outputs)
    }

    private func take(_ outputs: [ClientSession.Output]) {
        for output in outputs {
            switch output {
            case .send(let message): world.send(message, from: number)
            case .push(let message): if message.verb == .events { read(message) }
            case .established: begin()
            case .interrupted: tail = nil
            case .complete(_, .failure(.refused(let refusal))):
                // Tails whose STOP was lost on the way may use up what a connection may have.
                guard refusal.code == .limitReached || refusal.code == .overloaded else {
                    world.complain("the reader was refused: \(refusal.code) \(refusal.message)")
                    continue
                }
                world.counters.note("tail refused")
                world.replace(number, in: .seconds(1))
            case .complete, .beatDue: break
            case .refused(let failure): world.complain("the reader was turned away: \(failure)")
            }
        }
    }

    private func read(_ message: Message) {
        guard message.integer("re") == tail, let from = message.integer("from").map(UInt64.init),
            let upto = message.integer("upto").map(UInt64.init)
        else { return }
        let lines = (message.body.first ?? []).split(separator: UInt8(ascii: "\n"))
        guard upto >= from, UInt64(lines.count) == upto - from else {
            return world.complain("a tail of \(from)..<\(upto) has \(lines.count) events")
        }
        if isComplete, from != next {
            return world.complain("the tail goes on with event \(from) instead of \(next)")
        }
        // A lost message shows as a gap, which the next beginning fills.
        guard from <= next else { return }
        for (seq, line) in zip(from..<upto, lines) where seq >= next {
            guard seq < world.model.head, world.model.leaves[Int(seq)].elementsEqual(line) else {
                return world.complain("the tail shows an event \(seq) that is not committed")
            }
            next = seq + 1
            world.counters.eventsRead += 1
        }
        let more = JSONObject([
            ("tail", .integer(tail ?? 0)), ("credit", .integer(Int64(message.body[0].count))),
            ("upto", .integer(Int64(upto))),
        ])
        take(session.notice(.more, more))
    }
}
