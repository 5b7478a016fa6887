// What could not be sent to slow peers yet, in order and bounded: a peer that does not read loses
// its session, never the broker its memory.

import BatonCore

/// One message on its way out.
struct Parting {
    let frames: [[UInt8]]
    /// The lease that it assigns, to be given back should it be certain that it cannot arrive.
    let attempt: Attempt?

    var bytes: Int { frames.reduce(0) { $0 + $1.count } }
}

struct Outbox {
    /// Messages of one peer that wait; above it the session is closed and its leases are released.
    static let bytesMax = 16 << 20

    private var messages: [Parting] = []
    private var first = 0
    private(set) var bytes = 0

    var isEmpty: Bool { first == messages.count }
    var next: Parting? { isEmpty ? nil : messages[first] }
    /// Leases whose assignment still waits.
    var attempts: [Attempt] { messages[first...].compactMap(\.attempt) }

    mutating func append(_ message: Parting) {
        bytes += message.bytes
        messages.append(message)
    }

    mutating func removeFirst() {
        guard let message = next else { return }
        bytes -= message.bytes
        messages[first] = Parting(frames: [], attempt: nil)
        first += 1
        if first == messages.count {
            messages.removeAll(keepingCapacity: true)
            first = 0
        }
    }
}

/// The outboxes of all peers, and when to try again. libzmq does not say when a peer has room, so
/// it is asked: soon at first, since a peer that reads makes room at once, then less and less
/// often.
struct Outboxes {
    /// Messages of all peers that wait, together.
    private static let bytesMax = 128 << 20
    private static let retryMin: Duration = .milliseconds(1)
    private static let retryMax: Duration = .milliseconds(500)

    private var byRoute: [RoutingID: Outbox] = [:]
    private var bytes = 0
    private var retry = retryMin
    private(set) var nextTry: Instant?

    var isEmpty: Bool { byRoute.isEmpty }
    /// In a fixed order: what a lost peer leads to must not depend on chance.
    var routes: [RoutingID] {
        byRoute.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    func holds(_ route: RoutingID) -> Bool { byRoute[route] != nil }
    func next(for route: RoutingID) -> Parting? { byRoute[route]?.next }

    /// False when a bound is passed; the message is then dropped with its peer.
    mutating func append(_ message: Parting, for route: RoutingID, at now: Instant) -> Bool {
        let size = message.bytes
        guard (byRoute[route]?.bytes ?? 0) + size <= Outbox.bytesMax, bytes + size <= Self.bytesMax
        else { return false }
        bytes += size
        byRoute[route, default: Outbox()].append(message)
        if nextTry == nil { nextTry = now + Self.retryMin }
        return true
    }

    mutating func removeFirst(for route: RoutingID) {
        bytes -= byRoute[route]?.next?.bytes ?? 0
        byRoute[route]?.removeFirst()
        if byRoute[route]?.isEmpty == true { byRoute[route] = nil }
    }

    /// Forgets a peer's messages and returns the leases that they would have assigned.
    mutating func remove(_ route: RoutingID) -> [Attempt] {
        guard let outbox = byRoute.removeValue(forKey: route) else { return [] }
        bytes -= outbox.bytes
        return outbox.attempts
    }

    /// All have been tried: with success soon again, without it later.
    mutating func tried(successfully: Bool, at now: Instant) {
        retry = successfully ? Self.retryMin : min(retry * 2, Self.retryMax)
        nextTry = isEmpty ? nil : now + retry
        if isEmpty { retry = Self.retryMin }
    }
}
