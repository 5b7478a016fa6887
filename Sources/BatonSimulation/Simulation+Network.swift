// Messages between the peers and the broker's door.

import BatonBroker
import BatonClient
import BatonCore
import BatonWire
import ZeroMQ

extension Simulation where Store: ~Copyable {
    // MARK: To the broker

    func send(_ message: Message, from peer: Int) {
        guard let connection = network.connection(of: peer) else { return }
        counters.messages += 1
        for _ in 0..<copies() {
            let at = network.arrival(
                on: connection, toBroker: true, now: clock.elapsed, takes: latency(),
                reorders: weather.reorders && !isCalm)
            schedule.add(.toBroker(connection: connection, message.frames), at: at)
        }
    }

    func arrive(_ frames: [[UInt8]], on connection: Int) {
        guard broker != nil, network.isOpen(connection) else { return }
        inbox.append((connection, frames))
        wake(at: clock.elapsed)
    }

    // MARK: To the peers

    /// The broker's way out, as libzmq's ROUTER behaves: what cannot arrive is said, what may be
    /// lost is not.
    func sendToPeer(_ frames: [[UInt8]]) -> SendOutcome {
        let connection = SimulatedNetwork.connection(of: frames[0])
        guard network.isOpen(connection) else { return .hostUnreachable }
        guard network.connections[connection].queued < SimulatedNetwork.queueMax else {
            return .wouldBlock
        }
        counters.messages += 1
        for _ in 0..<copies() {
            network.queue(connection, 1)
            let at = network.arrival(
                on: connection, toBroker: false, now: clock.elapsed, takes: latency(),
                reorders: weather.reorders && !isCalm)
            schedule.add(.toPeer(connection: connection, Array(frames.dropFirst())), at: at)
        }
        return .sent
    }

    func deliver(_ frames: [[UInt8]], on connection: Int) {
        network.queue(connection, -1)
        guard network.isOpen(connection) else { return }
        guard let message = try? Message(frames: frames) else {
            return complain("the broker sent what is no message")
        }
        peers[network.connections[connection].peer].hear(.received(message))
    }

    // MARK: Connections

    func connect(_ peer: Int) {
        guard network.connection(of: peer) == nil, !gone.contains(peer) else { return }
        guard broker != nil, !network.parted.contains(peer) else {
            return plan(.connect(peer: peer), in: chance.duration(.milliseconds(200), .seconds(5)))
        }
        _ = network.open(for: peer)
        peers[peer].hear(.connected)
    }

    /// The connection ends; both sides learn of it in their own time, the broker by trying.
    func cut(_ connection: Int) {
        guard network.isOpen(connection) else { return }
        let peer = network.connections[connection].peer
        network.close(connection)
        inbox.removeAll { $0.connection == connection }
        plan(
            .disconnect(peer: peer, connection: connection),
            in: chance.duration(.milliseconds(1), .seconds(2)))
    }

    private func copies() -> Int {
        guard !isCalm else { return 1 }
        if chance.happens(weather.dropped) {
            counters.note("message dropped")
            return 0
        }
        if chance.happens(weather.doubled) {
            counters.note("message doubled")
            return 2
        }
        return 1
    }

    private func latency() -> Int64 {
        let usual = chance.duration(.microseconds(30), .milliseconds(3)).wholeMicroseconds
        guard !isCalm, chance.happens(weather.delayed) else { return usual }
        counters.note("message delayed")
        return chance.duration(.milliseconds(10), .seconds(40)).wholeMicroseconds
    }
}
