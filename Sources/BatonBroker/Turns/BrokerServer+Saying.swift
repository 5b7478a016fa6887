// What leaves the broker, after the commit: replies, assignments, tails, and what waited for a slow
// peer. A ROUTER drops in silence unless it is told not to, so every outcome of a send is looked
// at.

import BatonCore
import BatonWire
import ZeroMQ

extension BrokerServer where Store: ~Copyable {
    /// Bytes of replies made before they are sent: many large answers must not pile up.
    private static var repliesBytesMax: Int { 4 << 20 }

    mutating func say(to link: borrowing some PeerLink & ~Copyable) throws {
        var outgoing = loop.takeOutgoing()[...]
        while !outgoing.isEmpty {
            for (route, message) in try answers(to: &outgoing) {
                try send(message, to: route, by: link)
            }
        }
    }

    /// A function of its own, so that the copy of the loop is gone before anything changes it.
    private func answers(
        to outgoing: inout ArraySlice<Outgoing>
    ) throws(RecordsFault) -> [(RoutingID, Parting)] {
        let answering = Answering(
            loop: loop, records: records, cache: cache, moment: moment, process: facts)
        var messages: [(RoutingID, Parting)] = []
        var bytes = 0
        while bytes < Self.repliesBytesMax, let item = outgoing.popFirst() {
            guard let (route, message) = try answering.message(for: item) else { continue }
            let parting = Parting(frames: [route.bytes] + message.frames, attempt: item.attempt)
            bytes += parting.bytes
            messages.append((route, parting))
        }
        return messages
    }

    private mutating func send(
        _ message: Parting, to route: RoutingID, by link: borrowing some PeerLink & ~Copyable
    ) throws {
        if !outboxes.holds(route) {
            switch try link.send(message.frames) {
            case .sent: return
            case .hostUnreachable:
                lost.append(
                    LostPeer(
                        route: route, undelivered: message.attempt.map { [$0] } ?? [],
                        releasing: false))
                return
            case .wouldBlock: break
            }
        }
        guard !outboxes.append(message, for: route, at: time.now) else { return }
        _ = outboxes.remove(route)
        lost.append(LostPeer(route: route, undelivered: [], releasing: true))
        loop.countOverload()
    }

    /// Forgets the peers that are gone. They may come back to what they work on, but what never
    /// reached them is free. Once all has been said: what is decided here is not committed yet, and
    /// nothing said may show it.
    mutating func forgetLost() {
        for peer in lost {
            loop.drop(peer.route, releasing: peer.releasing, at: moment)
            for attempt in peer.undelivered { loop.giveBack(attempt, at: moment) }
        }
        lost = []
    }

    package mutating func flush(to link: borrowing some PeerLink & ~Copyable) throws {
        guard let due = outboxes.nextTry, due <= time.now else { return }
        var isSuccess = false
        for route in outboxes.routes {
            while let message = outboxes.next(for: route) {
                let outcome = try link.send(message.frames)
                if outcome == .wouldBlock { break }
                isSuccess = true
                if outcome == .hostUnreachable {
                    lost.append(
                        LostPeer(
                            route: route, undelivered: outboxes.remove(route), releasing: false))
                    break
                }
                outboxes.removeFirst(for: route)
            }
        }
        outboxes.tried(successfully: isSuccess, at: time.now)
    }

    mutating func serveTails(to link: borrowing some PeerLink & ~Copyable) throws {
        for (route, cursor) in loop.tails where !outboxes.holds(route) {
            let (message, next) = try serve(cursor)
            loop.setTail(cursor.id, of: route, to: next)
            guard let message else { continue }
            try send(
                Parting(frames: [route.bytes] + message.frames, attempt: nil), to: route, by: link)
        }
    }

    /// A function of its own, so that the copy of the state is gone before anything changes it.
    private func serve(
        _ cursor: TailCursor
    ) throws(RecordsFault) -> (message: Message?, cursor: TailCursor?) {
        try TailServer(records: records, state: loop.core.state, now: time.now).serve(cursor)
    }
}
