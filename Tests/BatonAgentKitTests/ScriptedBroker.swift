// A very small broker for the tests of the drivers: a real ROUTER on a real ipc socket, with PLAIN
// and a ZAP handler, on a thread of its own. It answers with what the test's script says.
import BatonPlatform
import BatonWire
import JSON
import Synchronization
import Testing
import ZeroMQ

/// What a script is asked: one message of one peer.
struct Asked: Sendable {
    let peer: [UInt8]
    let message: Message
}

/// A ROUTER that answers by script.
final class ScriptedBroker: Sendable {
    /// What to send for a message: to the peer it came from.
    typealias Script = @Sendable (Asked) -> [Message]

    let directory: String
    let endpoint: String
    private let stopBell: WakeUp
    private let doneBell: WakeUp
    private let pushBell: WakeUp
    private let state = Mutex(State())

    private struct State {
        var asked: [Asked] = []
        var admitted: [String] = []
        var pushes: [([UInt8], Message)] = []
    }

    /// - Parameters:
    ///   - tokens: password by user name, for those who are let in beside `user`.
    ///   - directory: an existing one is used again, for a broker that comes back.
    init(
        tokens: [String: String] = [:], directory: String? = nil, script: @escaping Script,
    ) throws {
        let home = try directory ?? Files.makeTemporaryDirectory(prefix: "baton-kit")
        self.directory = home
        endpoint = "ipc://\(home)/s"
        stopBell = try WakeUp()
        doneBell = try WakeUp()
        pushBell = try WakeUp()
        let ready = try WakeUp()
        _ = try spawnThread(name: "scripted") { [self] in
            do {
                try serve(tokens: tokens, script: script, ready: ready)
            } catch {
                preconditionFailure("the scripted broker failed: \(error)")
            }
            doneBell.ring()
        }
        try Self.wait(for: ready)
    }

    /// Everything asked so far.
    var asked: [Asked] { state.withLock { $0.asked } }

    /// The user names that the door let in.
    var admitted: [String] { state.withLock { $0.admitted } }

    func count(of verb: Verb) -> Int { asked.count { $0.message.verb == verb } }

    /// Sends without being asked.
    func push(_ message: Message, to peer: [UInt8]) {
        state.withLock { $0.pushes.append((peer, message)) }
        pushBell.ring()
    }

    /// Ends the broker; its connections break.
    func stop(keepingDirectory: Bool = false) throws {
        stopBell.ring()
        try Self.wait(for: doneBell)
        if !keepingDirectory { try Files.removeTree(directory) }
    }

    private static func wait(for bell: WakeUp) throws {
        var poller = Poller()
        _ = poller.add(descriptor: bell.fileDescriptor, for: .readable)
        while !bell.drain() { _ = try poller.poll(timeoutMilliseconds: nil) }
    }

    private func serve(tokens: [String: String], script: Script, ready: WakeUp) throws {
        let context = try Context()
        let zap = try Socket(.rep, in: context)
        try zap.bind("inproc://zeromq.zap.01")
        let router = try Socket(.router, in: context)
        try router.set([.plainServer(true), .routerMandatory(true), .zapDomain("baton")])
        try router.bind(endpoint)
        ready.ring()

        var poller = Poller()
        _ = poller.add(zap, for: .readable)
        _ = poller.add(router, for: .readable)
        _ = poller.add(descriptor: stopBell.fileDescriptor, for: .readable)
        _ = poller.add(descriptor: pushBell.fileDescriptor, for: .readable)
        while !stopBell.drain() {
            _ = try poller.poll(timeoutMilliseconds: nil)
            while let request = try zap.receive() { try admit(request.frames, tokens, zap) }
            while let received = try router.receive() {
                let asked = Asked(
                    peer: received.frames[0],
                    message: try Message(frames: Array(received.frames[1...])))
                state.withLock { $0.asked.append(asked) }
                for reply in script(asked) {
                    _ = try router.send([asked.peer] + reply.frames)
                }
            }
            pushBell.drain()
            for (peer, message) in state.withLock({ state in
                defer { state.pushes = [] }
                return state.pushes
            }) {
                _ = try router.send([peer] + message.frames)
            }
        }
    }

    /// ZAP 1.0 (rfc.zeromq.org/spec/27): version, id, domain, address, identity, mechanism, and
    /// for PLAIN a name and a password.
    private func admit(
        _ frames: [[UInt8]], _ tokens: [String: String], _ zap: borrowing Socket,
    ) throws {
        let name = String(decoding: frames[6], as: UTF8.self)
        let password = String(decoding: frames[7], as: UTF8.self)
        let isAdmitted = name == "user" ? password.isEmpty : tokens[name] == password
        if isAdmitted { state.withLock { $0.admitted.append(name) } }
        _ = try zap.send([
            frames[0], frames[1], Array((isAdmitted ? "200" : "400").utf8), [],
            Array(name.utf8), [],
        ])
    }
}

/// Replies as a broker writes them.
enum Replies {
    static func ok(_ asked: Message, _ members: JSONObject = JSONObject(), body: [[UInt8]] = [])
        -> Message
    {
        var header = JSONObject([("re", asked.header["id"] ?? 0), ("seq", 7)])
        for (key, value) in members.members { header[key] = value }
        return Message(.ok, header, body: body)
    }

    static func hello(_ asked: Message, heartbeatMilliseconds: Int64 = 15000) -> Message {
        ok(
            asked,
            JSONObject([
                ("actor", "user/test"), ("origin", "o"),
                ("heartbeat_ms", .integer(heartbeatMilliseconds)), ("lease_ms", 60000),
                ("session_ms", 45000), ("lost", []),
            ]))
    }

    static func refused(
        _ asked: Message, _ code: ErrorCode, _ text: String = "no", retryAfter: Int64? = nil,
        problems: [Problem] = [],
    ) -> Message {
        Refusal(code, text, problems: problems, retryAfterMilliseconds: retryAfter)
            .reply(to: asked.integer("id") ?? 0, seq: 7)
    }
}

/// Waits for the broker to have been asked something, by name and with a deadline.
func waitFor(
    _ verb: Verb, count: Int = 1, at broker: ScriptedBroker, within limit: Duration = .seconds(10),
) throws -> [Message] {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while clock.now < end {
        let found = broker.asked.map(\.message).filter { $0.verb == verb }
        if found.count >= count { return found }
        shortPause()
    }
    Issue.record("the broker was not asked \(verb.rawValue) \(count) times")
    return []
}

/// Lets others run for a moment.
func shortPause() {
    // A poll with nothing to hear is a short sleep; being woken early does no harm.
    var poller = Poller()
    _ = try? poller.poll(timeoutMilliseconds: 2)
}
