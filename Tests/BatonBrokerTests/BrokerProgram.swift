// The real broker as a process of its own, and peers that talk to it over real sockets.

import BatonBroker
import BatonPlatform
import BatonWire
import Crypto
import JSON
import Testing
import ZeroMQ

/// A home with a broker; both end with the test.
final class BrokerProgram {
    let folder: String
    var home: String { folder + "/home" }
    var endpoint: String { "ipc://\(home)/broker.sock" }
    private(set) var process: ChildProcess?

    struct Failed: Error, CustomStringConvertible { let description: String }

    /// - Parameter tokens: what the supervisor would have written: token and identity.
    init(tokens: [(String, String)] = []) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "baton-broker")
        try Files.makePrivateDirectory(home)
        let lines = tokens.map { "\(Hex.encode(SHA256.hash(Array($0.0.utf8)).bytes)) \($0.1)\n" }
        try Files.writeAtomically(Array(lines.joined().utf8), to: home + "/tokens", mode: 0o600)
    }

    deinit {
        if let process, process.pollExit() == nil {
            process.signal(.resume)
            process.signalGroup(.kill)
            _ = process.waitForExit()
        }
        // A leftover folder in the temporary directory harms nobody.
        try? Files.removeTree(folder)
    }

    /// The program that was built beside the tests.
    static func path() throws -> String {
        let path = Files.parent(of: try Host.executablePath()) + "/baton"
        guard try Files.status(of: path)?.kind == .file else {
            throw Failed(description: "no \(path); build it with `swift build`")
        }
        return path
    }

    /// Starts a broker on the home and waits until it serves.
    /// - Parameter wrapper: a program that runs it, with its words.
    func start(under wrapper: [String] = []) throws {
        process = try launch(under: wrapper)
        guard let process else { return }
        try eventually("the broker serves") {
            if let exit = process.pollExit() {
                throw Failed(description: "the broker ended: \(exit)\n\(self.complaint(process))")
            }
            return try Files.exists(self.home + "/endpoint")
                && Files.exists(self.home + "/broker.sock")
        }
    }

    func launch(under wrapper: [String] = []) throws -> ChildProcess {
        let words = wrapper + [try Self.path(), "broker", "--home", home]
        let environment = Host.environment().filter { !$0.hasPrefix("BATON_") }
        guard let executable = Host.findExecutable(words[0]) else {
            throw Failed(description: "no \(words[0])")
        }
        return try ChildProcess.spawn(
            LaunchPlan(
                executable: executable, arguments: Array(words.dropFirst()),
                environment: environment,
                group: .own, input: .null, output: .null, errorOutput: .pipe))
    }

    /// Waits for the end of a process.
    func end(of process: ChildProcess, within seconds: Int = 20) throws -> ChildProcess.Exit {
        try eventually("the broker ends", within: seconds) { process.pollExit() != nil }
        return process.waitForExit()
    }

    /// What a process has said on standard error since the last call.
    func complaint(_ process: ChildProcess) -> String {
        var bytes: [UInt8] = []
        while case .bytes(let more)? = try? process.readErrorOutput() { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes of memory that the broker occupies.
    func residentBytes() throws -> Int64 {
        let id = try #require(process?.processID)
        return try #require(ProcessFacts.read(id)).residentBytes
    }
}

/// Waits for a claim to become true.
func eventually(
    _ claim: String, within seconds: Int = 20, _ isTrue: () throws -> Bool
) throws {
    var idle = Poller()
    let deadline = MonotonicClock.nowMicroseconds() + Int64(seconds) * 1_000_000
    while try !isTrue() {
        guard MonotonicClock.nowMicroseconds() < deadline else {
            throw BrokerProgram.Failed(description: "not within \(seconds) s: \(claim)")
        }
        _ = try idle.poll(timeoutMilliseconds: 10)
    }
}

/// A peer with a DEALER, as any client is.
final class DealerPeer {
    private let context: Context
    private let socket: Socket
    private let monitor: Monitor
    private var nextID: Int64 = 1
    /// Messages that nobody has asked for yet.
    private(set) var pushed: [Message] = []

    init(
        _ endpoint: String, user: String = "user", password: String = "", receiveQueue: Int = 1_000
    ) throws {
        context = try Context()
        socket = try Socket(.dealer, in: context)
        try socket.set([
            .plainUsername(user), .plainPassword(password), .reconnectInterval(milliseconds: 20),
            .receiveHighWaterMark(receiveQueue),
        ])
        monitor = try Monitor(of: socket, named: "peer", in: context)
        try socket.connect(endpoint)
    }

    func send(_ frames: [[UInt8]]) throws {
        #expect(try socket.send(frames, blocking: true) == .sent)
    }

    func send(_ verb: Verb, _ header: JSONObject = JSONObject(), body: [[UInt8]] = []) throws
        -> Int64
    {
        let id = nextID
        nextID += 1
        var header = header
        header["id"] = .integer(id)
        try send(Message(verb, header, body: body).frames)
        return id
    }

    /// The next message; nil when none comes in time.
    func next(within milliseconds: Int = 10_000) throws -> Message? {
        try socket.set(.receiveTimeout(milliseconds: milliseconds))
        return try socket.receive(blocking: true).map { try Message(frames: $0.frames) }
    }

    /// The reply to a request.
    func reply(to id: Int64, within milliseconds: Int = 10_000) throws -> Message? {
        if let place = pushed.firstIndex(where: { $0.integer("re") == id && $0.verb != .events }) {
            return pushed.remove(at: place)
        }
        while let message = try next(within: milliseconds) {
            if message.integer("re") == id, message.verb != .events { return message }
            pushed.append(message)
        }
        return nil
    }

    func ask(
        _ verb: Verb, _ header: JSONObject = JSONObject(), body: [[UInt8]] = []
    ) throws -> Message {
        try #require(
            try reply(to: try send(verb, header, body: body)), "no reply to \(verb.rawValue)")
    }

    func hello(_ more: [(String, JSONValue)] = []) throws -> Message {
        try ask(.hello, JSONObject([("version", 1), ("name", "test")] + more))
    }

    /// Waits for one event of the connection.
    func awaits(_ kind: MonitorEvent.Kind) throws {
        let deadline = MonotonicClock.nowMicroseconds() + 10_000_000
        while MonotonicClock.nowMicroseconds() < deadline {
            if let event = try monitor.next(timeoutMilliseconds: 200), event.kind == kind { return }
        }
        throw BrokerProgram.Failed(description: "no event \(kind) of the connection")
    }

    /// A direct task that nobody reviews.
    func submit(_ key: String, to agent: String, _ bytes: [UInt8]) throws -> Message {
        let parcel = Parcel(parts: [.init(name: "note", mediaType: "text/plain", body: bytes)])
        return try ask(
            .task, JSONObject([("key", .string(key)), ("agent", .string(agent))]),
            body: parcel.bodyFrames)
    }
}
