// What leaves the broker, after the commit: replies, assignments, tails, and what waited for a slow
// peer. A ROUTER drops in silence unless it is told not to, so every outcome of a send is looked
// at.

import BatonCore
import BatonPlatform
import BatonWire
import ZeroMQ

extension BrokerProcess {
    /// Bytes of replies made before they are sent: many large answers must not pile up.
    private static let repliesBytesMax = 4 << 20

    mutating func say() throws {
        var outgoing = loop.takeOutgoing()[...]
        while !outgoing.isEmpty {
            for (route, message) in try answers(to: &outgoing) { try send(message, to: route) }
        }
    }

    /// A function of its own, so that the copy of the loop is gone before anything changes it.
    private func answers(
        to outgoing: inout ArraySlice<Outgoing>
    ) throws(RecordsFault) -> [(RoutingID, Parting)] {
        let answering = Answering(
            loop: loop, records: records, cache: cache, moment: moment(),
            process: ProcessFactsForStatus(
                version: configuration.version, processID: Int(Host.processID), home: home.path,
                endpoint: gate.endpoint, started: started, diskFreePercent: diskFreePercent))
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

    private mutating func send(_ message: Parting, to route: RoutingID) throws {
        if !outboxes.holds(route) {
            switch try gate.router.send(message.frames) {
            case .sent: return
            case .hostUnreachable:
                lose(route, undelivered: message.attempt.map { [$0] } ?? [])
                return
            case .wouldBlock: break
            }
        }
        guard !outboxes.append(message, for: route, at: clock.now) else { return }
        _ = outboxes.remove(route)
        loop.drop(route, releasing: true, at: moment())
        loop.countOverload()
    }

    /// The peer is gone. It may come back to what it works on, but what never reached it is free.
    private mutating func lose(_ route: RoutingID, undelivered: [Attempt]) {
        loop.drop(route, releasing: false, at: moment())
        for attempt in undelivered { loop.giveBack(attempt, at: moment()) }
    }

    mutating func flush() throws {
        guard let due = outboxes.nextTry, due <= clock.now else { return }
        var isSuccess = false
        for route in outboxes.routes {
            while let message = outboxes.next(for: route) {
                let outcome = try gate.router.send(message.frames)
                if outcome == .wouldBlock { break }
                isSuccess = true
                if outcome == .hostUnreachable {
                    lose(route, undelivered: outboxes.remove(route))
                    break
                }
                outboxes.removeFirst(for: route)
            }
        }
        outboxes.tried(successfully: isSuccess, at: clock.now)
    }

    mutating func serveTails() throws {
        for (route, cursor) in loop.tails where !outboxes.holds(route) {
            let (message, next) = try serve(cursor)
            loop.setTail(cursor.id, of: route, to: next)
            guard let message else { continue }
            try send(Parting(frames: [route.bytes] + message.frames, attempt: nil), to: route)
        }
    }

    /// A function of its own, so that the copy of the state is gone before anything changes it.
    private func serve(
        _ cursor: TailCursor
    ) throws(RecordsFault) -> (message: Message?, cursor: TailCursor?) {
        try TailServer(records: records, state: loop.core.state, now: clock.now).serve(cursor)
    }
}
