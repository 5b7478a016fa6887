// The typed layer over libzmq, with real sockets on ipc.
import BatonPlatform
import Testing
import ZeroMQ

@Suite("ZeroMQ", .timeLimit(.minutes(5)))
struct ZeroMQTests {
    private static let second = SocketOption.receiveTimeout(milliseconds: 5000)

    @Test("the library has ipc and CURVE, and is at least 4.3.4")
    func capabilities() {
        #expect(zeroMQHas(.ipc))
        #expect(zeroMQHas(.curve))
        #expect(zeroMQVersion() >= (4, 3, 4))
    }

    @Test("a multipart message arrives whole, empty frames included")
    func multipart() throws {
        try withTemporaryDirectory { directory in
            let context = try Context()
            let router = try Socket(.router, in: context)
            let dealer = try Socket(.dealer, in: context)
            try dealer.set(.routingID([7, 7]))
            try router.set(Self.second)
            try dealer.set(Self.second)
            try router.bind("ipc://\(directory)/s")
            try dealer.connect("ipc://\(directory)/s")
            let large = [UInt8](repeating: 9, count: 1 << 20)

            #expect(try dealer.send([[1], [], large], blocking: true) == .sent)
            let request = try #require(try router.receive(blocking: true))
            #expect(request.frames == [[7, 7], [1], [], large])
            #expect(try router.send([[7, 7], [2]]) == .sent)
            #expect(try dealer.receive(blocking: true)?.frames == [[2]])
            #expect(try router.lastEndpoint() == "ipc://\(directory)/s")
        }
    }

    @Test("frames beyond the cap are drained, counted, and do not spill into the next message")
    func frameCap() throws {
        let context = try Context()
        let push = try Socket(.push, in: context)
        let pull = try Socket(.pull, in: context)
        try pull.bind("inproc://cap")
        try push.connect("inproc://cap")

        #expect(try push.send([[UInt8]](repeating: [1], count: 100)) == .sent)
        #expect(try push.send([[2]]) == .sent)

        let first = try #require(try pull.receive(framesMax: 3))
        #expect(first.frames.count == 3)
        #expect(first.frameCount == 100)
        #expect(first.isTruncated)
        #expect(try pull.receive()?.frames == [[2]])
        #expect(try pull.receive() == nil)
    }

    @Test("a router tells an unknown peer from a full queue")
    func mandatory() throws {
        try withTemporaryDirectory { directory in
            let context = try Context()
            let router = try Socket(.router, in: context)
            try router.set([.routerMandatory(true), .sendHighWaterMark(1), Self.second])
            try router.bind("ipc://\(directory)/s")
            #expect(try router.send([[7], [1]]) == .hostUnreachable)

            let dealer = try Socket(.dealer, in: context)
            try dealer.set([.routingID([7]), .receiveHighWaterMark(1)])
            try dealer.connect("ipc://\(directory)/s")
            #expect(try dealer.send([[1]], blocking: true) == .sent)
            _ = try router.receive(blocking: true)

            var outcome = SendOutcome.sent
            var count = 0
            // The kernel's own buffers come first; no peer takes 64 MiB unread.
            while outcome == .sent && count < 64 {
                outcome = try router.send([[7], [UInt8](repeating: 0, count: 1 << 20)])
                count += 1
            }
            #expect(outcome == .wouldBlock)
        }
    }

    @Test("a dealer without a peer would block, and its message is not half sent")
    func dealerAlone() throws {
        try withTemporaryDirectory { directory in
            let context = try Context()
            let dealer = try Socket(.dealer, in: context)
            #expect(try dealer.send([[1], [2]]) == .wouldBlock)

            let other = try Socket(.dealer, in: context)
            try other.set(Self.second)
            try other.bind("ipc://\(directory)/s")
            try dealer.connect("ipc://\(directory)/s")
            #expect(try dealer.send([[3], [4]], blocking: true) == .sent)
            #expect(try other.receive(blocking: true)?.frames == [[3], [4]])
        }
    }

    @Test("a poller reports sockets and descriptors, passes over closed ones, and times out")
    func poller() throws {
        let context = try Context()
        let wakeUp = try WakeUp()
        let pull = try Socket(.pull, in: context)
        try pull.bind("inproc://poll")
        let push = try Socket(.push, in: context)
        try push.connect("inproc://poll")
        let short = try Socket(.pull, in: context)

        var poller = Poller()
        let socketItem = poller.add(pull, for: .readable)
        let shortItem = poller.add(short, for: .readable)
        let bellItem = poller.add(descriptor: wakeUp.fileDescriptor, for: .readable)
        #expect(try poller.poll(timeoutMilliseconds: 0) == .timedOut)

        short.close()
        wakeUp.ring()
        #expect(try poller.poll(timeoutMilliseconds: 5000) == .ready(count: 1))
        #expect(poller.readiness(of: bellItem) == .readable)
        #expect(poller.readiness(of: socketItem) == [])
        #expect(poller.readiness(of: shortItem) == [])

        poller.remove(bellItem)
        _ = try push.send([[1]])
        #expect(try poller.poll(timeoutMilliseconds: 5000) == .ready(count: 1))
        #expect(poller.readiness(of: socketItem) == .readable)
        #expect(try pull.readiness().contains(.readable))
    }

    @Test("shutting the context down ends a blocked receive on another thread")
    func shutDown() throws {
        let context = try Context()
        let wakeUp = try WakeUp()
        let thread = try spawnThread(name: "blocked") {
            do {
                let pull = try Socket(.pull, in: context)
                try pull.bind("inproc://shut")
                _ = try pull.receive(blocking: true)
            } catch {
                if (error as? ZMQError)?.isContextShutDown == true { wakeUp.ring() }
            }
        }

        context.shutDown()
        thread.join()
        #expect(wakeUp.drain())
    }

    @Test("errors name the call and the endpoint, and never a password")
    func errors() throws {
        let context = try Context()
        let socket = try Socket(.router, in: context)
        let bindError = #expect(throws: ZMQError.self) { try socket.bind("ipc:///no/such/dir/s") }
        #expect(bindError?.function == "zmq_bind")
        #expect(bindError?.message.contains("ipc:///no/such/dir/s") == true)

        let secret = String(repeating: "s3cret", count: 50)
        let optionError = #expect(throws: ZMQError.self) {
            try socket.set(.plainPassword(secret))
        }
        #expect(optionError?.description.contains("s3cret") == false)
    }

    @Test(
        "an IPv4 or IPv6 address is no credentials",
        arguments: [
            "10.0.0.1", "::1", "fe80::1:2:3:4", "", "a:b:c:d", "localhost:0:0:-1", "x:1:2:3:4",
        ])
    func foreignAddresses(address: String) {
        #expect(PeerCredentials(peerAddress: address) == nil)
    }
}
