// Who may connect, and what the application learns of it: PLAIN with ZAP on ipc, CURVE on tcp.
import BatonPlatform
import Testing
import ZeroMQ

/// A ZAP handler of the test's own: lets in those whose password is "right", names them by their
/// PLAIN user name, and hands out the address frames it saw. Ends with its context.
private func runZAPHandler(in context: Context, ready: WakeUp, seen: Seen) {
    do {
        let socket = try Socket(.rep, in: context)
        try socket.bind("inproc://zeromq.zap.01")
        ready.ring()
        while let request = try socket.receive(blocking: true) {
            // RFC 27: version, request id, domain, address, identity, mechanism, credentials.
            let frames = request.frames
            seen.add(String(decoding: frames[3], as: UTF8.self))
            let mechanism = String(decoding: frames[5], as: UTF8.self)
            let isRight = mechanism == "CURVE" || frames[7] == [UInt8]("right".utf8)
            let user = mechanism == "CURVE" ? [UInt8]("key".utf8) : frames[6]
            let status = [UInt8]((isRight ? "200" : "400").utf8)
            _ = try socket.send([frames[0], frames[1], status, [], isRight ? user : [], []])
        }
    } catch {
        // The context was shut down: the test is over.
    }
}

private final class Seen: @unchecked Sendable {
    // SAFETY: the test reads only after a message that the handler had to allow first.
    private(set) var addresses: [String] = []
    func add(_ address: String) { addresses.append(address) }
}

@Suite("ZeroMQ security", .timeLimit(.minutes(5)))
struct ZeroMQSecurityTests {
    @Test("PLAIN with ZAP gives each message its user, and the kernel's word on the process")
    func plain() throws {
        try withTemporaryDirectory { directory in
            let context = try Context()
            let (ready, seen) = (try WakeUp(), Seen())
            let handler = try spawnThread(name: "zap") {
                runZAPHandler(in: context, ready: ready, seen: seen)
            }
            defer { context.shutDown() }
            try wait(for: ready)

            let router = try Socket(.router, in: context)
            try router.set([
                .plainServer(true), .zapDomain("baton"), .zapEnforceDomain(true),
                .receiveTimeout(milliseconds: 5000),
            ])
            try router.bind("ipc://\(directory)/s")
            let dealer = try Socket(.dealer, in: context)
            try dealer.set([.plainUsername("agent-x"), .plainPassword("right")])
            let monitor = try Monitor(of: dealer, named: "right", in: context)
            try dealer.connect("ipc://\(directory)/s")
            _ = try dealer.send([[1]], blocking: true)

            let message = try #require(try router.receive(blocking: true))
            #expect(message.userID == "agent-x")
            #expect(
                message.peerCredentials
                    == PeerCredentials(
                        userID: Host.userID, groupID: message.peerCredentials?.groupID ?? 99,
                        processID: Host.processID))
            #expect(message.peerAddress == seen.addresses.first)
            #expect(
                message.peerAddress?.hasSuffix(":\(Host.processID)") == true,
                "Peer-Address is \(message.peerAddress ?? "absent")")
            let events = try self.events(of: monitor, until: .handshakeSucceeded)
            #expect(events.contains(.connected))
            context.shutDown()
            handler.join()
        }
    }

    @Test("a refused handshake shows in the client's monitor, with the handler's status")
    func refused() throws {
        try withTemporaryDirectory { directory in
            let context = try Context()
            let (ready, seen) = (try WakeUp(), Seen())
            let handler = try spawnThread(name: "zap") {
                runZAPHandler(in: context, ready: ready, seen: seen)
            }
            defer { context.shutDown() }
            try wait(for: ready)

            let router = try Socket(.router, in: context)
            try router.set([.plainServer(true), .zapDomain("baton")])
            try router.bind("ipc://\(directory)/s")
            let dealer = try Socket(.dealer, in: context)
            try dealer.set([.plainUsername("user"), .plainPassword("")])
            let monitor = try Monitor(of: dealer, named: "wrong", in: context)
            try dealer.connect("ipc://\(directory)/s")

            let events = try self.events(of: monitor, until: .handshakeFailedAuth(status: 400))
            #expect(events.contains(.handshakeFailedAuth(status: 400)))
            context.shutDown()
            handler.join()
        }
    }

    @Test("without a handler an enforced domain lets nobody in")
    func noHandler() throws {
        try withTemporaryDirectory { directory in
            let context = try Context()
            let router = try Socket(.router, in: context)
            try router.set([
                .plainServer(true), .zapDomain("baton"), .zapEnforceDomain(true),
                .receiveTimeout(milliseconds: 200),
            ])
            try router.bind("ipc://\(directory)/s")
            let dealer = try Socket(.dealer, in: context)
            try dealer.set(.plainUsername("user"))
            try dealer.connect("ipc://\(directory)/s")
            _ = try dealer.send([[1]])

            #expect(try router.receive(blocking: true) == nil)
        }
    }

    @Test("CURVE with ZAP carries messages on tcp")
    func curve() throws {
        let context = try Context()
        let (ready, seen) = (try WakeUp(), Seen())
        let handler = try spawnThread(name: "zap") {
            runZAPHandler(in: context, ready: ready, seen: seen)
        }
        defer { context.shutDown() }
        try wait(for: ready)

        let (server, client) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        let router = try Socket(.router, in: context)
        try router.set([
            .curveServer(true), .curveSecretKey(server.secretKey), .zapDomain("baton"),
            .zapEnforceDomain(true), .receiveTimeout(milliseconds: 5000),
        ])
        try router.bind("tcp://127.0.0.1:*")
        let dealer = try Socket(.dealer, in: context)
        try dealer.set([
            .curveServerKey(server.publicKey), .curvePublicKey(client.publicKey),
            .curveSecretKey(client.secretKey),
        ])
        try dealer.connect(try router.lastEndpoint())
        _ = try dealer.send([[1]], blocking: true)

        let message = try #require(try router.receive(blocking: true))
        #expect(message.userID == "key")
        #expect(message.peerAddress == "127.0.0.1")
        #expect(message.peerCredentials == nil)
        context.shutDown()
        handler.join()
    }

    private func wait(for bell: WakeUp) throws {
        var poller = Poller()
        _ = poller.add(descriptor: bell.fileDescriptor, for: .readable)
        #expect(try poller.poll(timeoutMilliseconds: 5000) == .ready(count: 1))
    }

    private func events(
        of monitor: borrowing Monitor, until last: MonitorEvent.Kind,
    ) throws -> [MonitorEvent.Kind] {
        var kinds: [MonitorEvent.Kind] = []
        while kinds.last != last, let event = try monitor.next(timeoutMilliseconds: 5000) {
            kinds.append(event.kind)
        }
        return kinds
    }
}
