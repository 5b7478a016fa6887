// The one ROUTER through which everybody talks to the broker, and the count of connections it has.
// It can be closed and opened again when a peer sends more than the broker may hold.

import BatonPlatform
import BatonWire
import ZeroMQ

struct Gate: PeerLink, ~Copyable {
    let endpoint: String
    private let path: String
    private let context: Context
    private(set) var router: Socket
    private var monitor: Monitor
    /// Connections that were accepted and have not ended, also those whose handshake goes on.
    private(set) var connections = 0
    /// Connections that have ended since the start.
    private(set) var ended = 0
    private var openings = 1

    /// Messages of one peer that libzmq holds, each way, before the broker takes them or the peer
    /// does. Small, because a message may be large; what does not fit waits in an `Outbox`, or in
    /// the kernel and then at the sender.
    static let messagesPerPeerMax = 256

    /// Listens below a private folder; the socket is the owner's alone.
    init(path: String, in context: Context) throws {
        let router = try Self.makeRouter(in: context)
        let monitor = try Monitor(of: router, named: "router-1", in: context)
        try router.bind("ipc://\(path)")
        try Files.setPermissions(0o600, of: path)
        self.path = path
        self.context = context
        self.router = router
        self.monitor = monitor
        endpoint = "ipc://\(path)"
    }

    deinit {
        // Before the monitor goes, or the last messages would wait behind an event that nobody
        // takes. A failure here leaves them to the context's end, which drops them.
        try? Monitor.stop(watching: router)
    }

    private static func makeRouter(in context: Context) throws(ZMQError) -> Socket {
        let router = try Socket(.router, in: context)
        try router.set([
            .routerMandatory(true), .linger(milliseconds: 1_000), .plainServer(true),
            .zapDomain(Door.domain), .frameBytesMax(WireLimits.standard.frameBytesMax),
            .receiveHighWaterMark(messagesPerPeerMax), .sendHighWaterMark(messagesPerPeerMax),
            .heartbeatInterval(milliseconds: 5_000), .heartbeatTimeout(milliseconds: 15_000),
            .handshakeInterval(milliseconds: 5_000), .backlog(1_024),
        ])
        return router
    }

    /// Counts connections that came and went. Call it whenever the poller wakes.
    mutating func follow() throws(ZMQError) {
        while let event = try monitor.next() {
            switch event.kind {
            case .accepted: connections += 1
            case .disconnected:
                connections = max(connections - 1, 0)
                ended += 1
            case .connected, .connectDelayed, .connectRetried, .listening, .bindFailed,
                .acceptFailed, .closed, .closeFailed, .monitorStopped, .handshakeSucceeded,
                .handshakeFailedNoDetail, .handshakeFailedProtocol, .handshakeFailedAuth, .other:
                break
            }
        }
    }

    /// The two things to wait for: messages, and connections.
    func watch(in poller: inout Poller) -> [Poller.Item] {
        [poller.add(router, for: .readable), poller.add(monitor)]
    }

    func send(_ frames: [[UInt8]]) throws(ZMQError) -> SendOutcome { try router.send(frames) }

    /// Looked at so often, and so many times at most, while what was closed is freed.
    private static let freeingPauseMilliseconds = 10
    private static let freeingPausesMax = 200

    /// Ends every connection, with what libzmq holds of it, and listens anew. Peers connect again.
    /// - Parameter isFreed: whether the memory has been given back. Until then, two seconds at
    ///   most, nobody gets in: a fast peer would fill it sooner than libzmq empties it.
    mutating func reopen(once isFreed: () -> Bool) throws {
        openings += 1
        let fresh = try Self.makeRouter(in: context)
        let watching = try Monitor(of: fresh, named: "router-\(openings)", in: context)
        try router.set(.linger(milliseconds: 0))
        try follow()
        try Monitor.stop(watching: router)
        monitor = watching
        router = fresh
        ended += connections
        connections = 0
        var idle = Poller()
        for _ in 0..<Self.freeingPausesMax {
            if isFreed() { break }
            _ = try idle.poll(timeoutMilliseconds: Self.freeingPauseMilliseconds)
        }
        // libzmq leaves the old socket's file where it is, and a bind replaces it.
        try router.bind(endpoint)
        try Files.setPermissions(0o600, of: path)
    }
}
