// The synchronous client against a scripted broker on a real socket.
import BatonClient
import BatonPlatform
import BatonWire
import Crypto
import JSON
import Testing

@Suite("the client", .timeLimit(.minutes(5)))
struct ClientTests {
    @Test("a request is answered, and the actor is known from then on")
    func request() throws {
        let broker = try ScriptedBroker { asked in
            switch asked.message.verb {
            case .hello: [Replies.hello(asked.message)]
            case .status: [Replies.ok(asked.message, body: [Array("{\"head\":3}".utf8)])]
            default: []
            }
        }
        let client = try Client(endpoint: broker.endpoint, name: "test")

        let reply = try client.status()

        #expect(reply.seq == 7)
        #expect(try reply.json()["head"] == 3)
        #expect(client.actor == "user/test")
        try broker.stop()
    }

    @Test("a socket file that is not there is told at once, with exit 69")
    func missing() throws {
        let start = monotonicNow()

        let error = #expect(throws: ClientError.self) {
            try Client(endpoint: "ipc:///nonexistent/baton", name: "test")
        }

        #expect(error?.exitStatus == 69)
        #expect(
            error?.message == "no broker can be reached at ipc:///nonexistent/baton: "
                + "there is no such socket")
        #expect(monotonicNow() - start < .seconds(1))
    }

    @Test("a socket file nobody listens on is told within two seconds")
    func refusedConnection() throws {
        let broker = try ScriptedBroker { _ in [] }
        // libzmq removes the file of a socket it unbinds; one that crashed leaves it there.
        let path = broker.directory + "/dead"
        try leaveDeadSocket(at: path)
        let start = monotonicNow()

        let client = try Client(endpoint: "ipc://\(path)", name: "test")
        let error = #expect(throws: ClientError.self) { try client.status() }

        #expect(error?.kind == .unreachable)
        #expect(monotonicNow() - start < .seconds(2))
        try broker.stop()
    }

    @Test("an identity that the door refuses is not permitted, exit 77, instead of silence")
    func notPermitted() throws {
        let broker = try ScriptedBroker(tokens: ["core.quality": "right"]) { _ in [] }

        let client = try Client(
            endpoint: broker.endpoint, identity: .token(agent: "core.quality", token: "wrong"),
            name: "test")
        let error = #expect(throws: ClientError.self) { try client.status() }

        #expect(error?.kind == .notPermitted)
        #expect(error?.exitStatus == 77)
        try broker.stop()
    }

    @Test("a token gets in under its agent's name")
    func token() throws {
        let broker = try ScriptedBroker(tokens: ["core.quality": "right"]) { asked in
            asked.message.verb == .hello
                ? [Replies.hello(asked.message)] : [Replies.ok(asked.message)]
        }

        let client = try Client(
            endpoint: broker.endpoint, identity: .token(agent: "core.quality", token: "right"),
            name: "test")
        _ = try client.status()

        #expect(broker.admitted == ["core.quality"])
        try broker.stop()
    }

    @Test("no answer to a request that was sent is indefinite, exit 75")
    func timedOut() throws {
        let broker = try ScriptedBroker { asked in
            asked.message.verb == .hello ? [Replies.hello(asked.message)] : []
        }
        let client = try Client(endpoint: broker.endpoint, name: "test")

        let error = #expect(throws: ClientError.self) {
            try client.status(timeout: .milliseconds(200))
        }

        #expect(error?.exitStatus == 75)
        #expect(error?.isDefinite == false)
        try broker.stop()
    }

    @Test("a refusal carries every problem and the exit status of its code")
    func refusal() throws {
        let broker = try ScriptedBroker { asked in
            asked.message.verb == .hello
                ? [Replies.hello(asked.message)]
                : [
                    Replies.refused(
                        asked.message, .badBrief, "the brief has 2 problems",
                        problems: [
                            Problem(line: 7, message: "no unit"),
                            Problem(field: "slo.availability", message: "over 1"),
                        ])
                ]
        }
        let client = try Client(endpoint: broker.endpoint, name: "test")

        let error = #expect(throws: ClientError.self) { try client.submit(brief: Array("{}".utf8)) }

        #expect(error?.exitStatus == 65)
        #expect(error?.code == "bad_brief")
        #expect(error?.problems == ["line 7: no unit", "slo.availability: over 1"])
        try broker.stop()
    }

    @Test("a broker that restarts in the middle gets HELLO and the same request again")
    func restart() throws {
        let first = try ScriptedBroker { asked in
            asked.message.verb == .hello ? [Replies.hello(asked.message)] : []
        }
        let client = try Client(endpoint: first.endpoint, name: "test")
        let id = try client.begin(
            ClientRequest(.submit, JSONObject([("key", "k1")]), body: [Array("{}".utf8)]))
        while first.count(of: .submit) == 0 {
            _ = try client.nextEvents(timeout: .zero)
            _ = try? client.status(timeout: .milliseconds(20))
        }
        try first.stop(keepingDirectory: true)

        let second = try ScriptedBroker(directory: first.directory) { asked in
            asked.message.verb == .hello
                ? [Replies.hello(asked.message)]
                : [Replies.ok(asked.message, JSONObject([("brief", "b-1")]))]
        }
        let reply = try client.finish(id)

        #expect(reply.text("brief") == "b-1")
        #expect(
            second.asked.filter { $0.message.verb == .submit }.allSatisfy {
                $0.message.text("key") == "k1"
            })
        #expect(second.asked.first?.message.verb == .hello)
        try second.stop()
    }

    @Test("many requests at once are answered in the order they were asked")
    func pipelined() throws {
        let broker = try ScriptedBroker { asked in
            asked.message.verb == .hello
                ? [Replies.hello(asked.message)]
                : [
                    Replies.ok(
                        asked.message, JSONObject([("echo", asked.message.header["n"] ?? 0)]))
                ]
        }
        let client = try Client(endpoint: broker.endpoint, name: "test")

        let answers = try client.requests(
            (0..<1000).map { ClientRequest(.status, JSONObject([("n", .integer($0))])) })

        #expect(try answers.map { try $0.get().integer("echo") } == (0..<1000).map { Int64($0) })
        try broker.stop()
    }

    @Test("a readable descriptor interrupts, exit 130")
    func interrupted() throws {
        let broker = try ScriptedBroker { asked in
            asked.message.verb == .hello ? [Replies.hello(asked.message)] : []
        }
        let client = try Client(endpoint: broker.endpoint, name: "test")
        let bell = try WakeUp()
        client.interrupt(whenReadable: bell.fileDescriptor)
        bell.ring()

        let error = #expect(throws: ClientError.self) { try client.status() }

        #expect(error?.exitStatus == 130)
        try broker.stop()
    }

    @Test("content goes up and comes down in chunks and is checked against its digest")
    func content() throws {
        let store = Store()
        let broker = try ScriptedBroker { store.answer($0.message) }
        let client = try Client(endpoint: broker.endpoint, name: "test")
        let bytes = (0..<(2_500_000)).map { UInt8(truncatingIfNeeded: $0 &* 31) }

        let digest = try client.upload(bytes, name: "big.bin", mediaType: "application/x-test")
        let content = try client.fetch(digest: digest)

        #expect(digest == SHA256.hash(bytes).hex)
        #expect(content.bytes == bytes)
        #expect(content.mediaType == "application/x-test")
        #expect(broker.count(of: .put) == 3)
        #expect(broker.count(of: .get) == 3)
        try broker.stop()
    }

    private func leaveDeadSocket(at path: String) throws {
        // A stream socket that was bound and whose owner is gone: python is on every developer's
        // machine, and nothing in the package makes plain unix sockets.
        let python = try #require(Host.findExecutable("python3"))
        let plan = LaunchPlan(
            executable: python,
            arguments: ["-c", "import socket,sys; socket.socket(1,1).bind(sys.argv[1])", path])
        #expect(try ChildProcess.spawn(plan).waitForExit().isSuccess)
    }
}
