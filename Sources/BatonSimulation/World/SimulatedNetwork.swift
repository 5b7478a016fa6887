// Connections between peers and the broker. One has an order of its own unless the weather says
// otherwise; what is on its way when it ends is lost.

import BatonBroker

struct SimulatedNetwork {
    struct Connection {
        let peer: Int
        var isOpen = true
        /// When the newest message each way arrives, so that order can be kept.
        var lastArrival: (toBroker: Int64, toPeer: Int64) = (0, 0)
        /// Messages under way to the peer.
        var queued = 0
    }

    /// A ROUTER's queue to one peer.
    static let queueMax = 256

    private(set) var connections: [Connection] = []
    /// The open connection of each peer.
    private var current: [Int: Int] = [:]
    /// Peers that cannot be reached, and cannot reach anybody.
    var parted: Set<Int> = []

    static func route(of connection: Int) -> RoutingID {
        RoutingID((0..<5).map { UInt8(truncatingIfNeeded: connection >> (8 * (4 - $0))) })
    }

    static func connection(of route: [UInt8]) -> Int {
        route.reduce(0) { $0 << 8 | Int($1) }
    }

    func connection(of peer: Int) -> Int? { current[peer] }

    func isOpen(_ connection: Int) -> Bool {
        connections.indices.contains(connection) && connections[connection].isOpen
    }

    mutating func open(for peer: Int) -> Int {
        if let old = current[peer] { connections[old].isOpen = false }
        connections.append(Connection(peer: peer))
        current[peer] = connections.count - 1
        return connections.count - 1
    }

    mutating func close(_ connection: Int) {
        connections[connection].isOpen = false
        let peer = connections[connection].peer
        if current[peer] == connection { current[peer] = nil }
    }

    /// All open connections, in the order in which they were made.
    var open: [Int] { current.values.sorted() }

    mutating func queue(_ connection: Int, _ change: Int) {
        connections[connection].queued += change
    }

    /// When a message arrives that leaves now and takes so long.
    mutating func arrival(
        on connection: Int, toBroker: Bool, now: Int64, takes latency: Int64, reorders: Bool
    ) -> Int64 {
        var at = now + latency
        if toBroker {
            if !reorders { at = max(at, connections[connection].lastArrival.toBroker) }
            connections[connection].lastArrival.toBroker = at
        } else {
            if !reorders { at = max(at, connections[connection].lastArrival.toPeer) }
            connections[connection].lastArrival.toPeer = at
        }
        return at
    }
}
