// A producer or a worker of a benchmark: one thread, one connection, as lean as a program in any
// language would be.
import BatonClient
import BatonPlatform
import BatonWire
import JSON
import ZeroMQ

/// One end of the benchmark's traffic.
struct BenchPeer: ~Copyable {
    private var connection: PeerConnection
    private let score: BenchScore
    private var lastID: Int64 = 0
    /// Tasks whose reply is awaited, by request.
    private var awaited: [Int64: Int] = [:]
    private var beatAt: Int64 = 0
    /// What came together with the answer to HELLO.
    private var early: [ClientSession.Input] = []

    init(endpoint: String, _ score: BenchScore) throws(ClientError) {
        let context: Context
        do {
            context = try Context()
        } catch {
            throw ClientError(.failed, error.message)
        }
        connection = try PeerConnection.open(endpoint: endpoint, identity: .user, context: context)
        self.score = score
    }

    // MARK: Roles

    /// Submits its share of the tasks within the load's bounds.
    mutating func produce(_ number: Int, agent: String, run: String) throws(ClientError) {
        let load = score.load
        let bell = connection.watch(descriptor: score.bells[number].fileDescriptor)
        try hello(JSONObject())
        var next = number
        var sent = 0
        var manifest = JSONObject([("name", "task"), ("media_type", "application/octet-stream")])
        manifest["size"] = .integer(Int64(load.size))
        let manifestBytes = JSONValue.array([.object(manifest)]).encoded()
        while !score.isOver {
            while next < load.tasks, awaited.count < load.window,
                load.uncompletedMax.map({ sent - score.completed(of: number) < $0 }) ?? true
            {
                score.submitted(next)
                let header = JSONObject([
                    ("key", .string("\(run)-\(next)")), ("agent", .string(agent)),
                ])
                let id = try send(.task, header, [manifestBytes, Self.body(next, load.size)])
                awaited[id] = next
                next += load.producers
                sent += 1
            }
            try connection.wait(atMost: .milliseconds(100))
            if connection.isReady(bell) { score.bells[number].drain() }
            for input in try connection.takeInputs() {
                guard case .received(let message) = input, let id = message.integer("re"),
                    let task = awaited.removeValue(forKey: id)
                else { continue }
                guard message.verb == .ok else { throw refused(message) }
                score.confirmed(task)
            }
            try beat()
        }
    }

    /// Takes tasks and completes them at once.
    mutating func work(agent: String, number: Int) throws(ClientError) {
        try hello(
            JSONObject([
                ("agent", .string(agent)),
                ("instance", .string("\(agent)-\(number)-\(score.load.name)")),
                ("credit", .integer(Int64(score.load.window))),
            ]))
        let result = Array("done\n".utf8)
        let manifest = JSONValue.array([
            ["name": "result", "media_type": "text/plain", "size": .integer(Int64(result.count))]
        ]).encoded()
        while !score.isOver {
            let inputs = try takeInputs()
            for input in inputs {
                guard case .received(let message) = input else { continue }
                if message.verb == .assign {
                    guard message.body.count > 1, let task = Self.number(in: message.body[1]),
                        task < score.load.tasks
                    else { throw ClientError(.failed, "a task came back without its bytes") }
                    score.received(task)
                    var header = JSONObject()
                    header["task"] = message.header["task"]
                    header["token"] = message.header["token"]
                    awaited[try send(.deliver, header, [manifest, result])] = task
                } else if let id = message.integer("re"), let task = awaited.removeValue(forKey: id)
                {
                    guard message.verb == .ok else { throw refused(message) }
                    score.completed(task)
                }
            }
            try beat()
        }
        _ = try send(.bye, JSONObject(), [])
    }

    // MARK: Messages

    private mutating func takeInputs() throws(ClientError) -> [ClientSession.Input] {
        if !early.isEmpty {
            defer { early = [] }
            return early
        }
        try connection.wait(atMost: .milliseconds(100))
        return try connection.takeInputs()
    }

    private mutating func hello(_ members: JSONObject) throws(ClientError) {
        let deadline = MonotonicClock.nowMicroseconds() + 5_000_000
        var greeting: Int64?
        while MonotonicClock.nowMicroseconds() < deadline {
            try connection.wait(atMost: .milliseconds(100))
            let inputs = try connection.takeInputs()
            for (index, input) in inputs.enumerated() {
                switch input {
                case .connected:
                    var header = JSONObject([("version", 1), ("name", "baton bench")])
                    for (key, value) in members.members { header[key] = value }
                    greeting = try send(.hello, header, [])
                case .received(let message) where message.integer("re") == greeting:
                    guard message.verb == .ok else { throw refused(message) }
                    early = Array(inputs[(index + 1)...])
                    return
                case .received, .disconnected, .handshakeRefused, .tick: continue
                }
            }
        }
        throw ClientError(.timedOut, "the broker did not greet within 5 s")
    }

    private mutating func send(
        _ verb: Verb, _ members: JSONObject, _ body: [[UInt8]]
    ) throws(ClientError) -> Int64 {
        lastID += 1
        var header = JSONObject([("id", .integer(lastID))])
        for (key, value) in members.members { header[key] = value }
        try connection.send(Message(verb, header, body: body))
        return lastID
    }

    private mutating func beat() throws(ClientError) {
        let now = MonotonicClock.nowMicroseconds()
        guard now >= beatAt else { return }
        beatAt = now + 5_000_000
        _ = try send(.beat, JSONObject(), [])
    }

    private func refused(_ message: Message) -> ClientError {
        if let refusal = Refusal(message) { return ClientError(refusal) }
        return ClientError(.failed, "an answer of an unknown kind: \(message.verb)")
    }

    // MARK: The tasks' bytes

    /// The task's number, then bytes that do not compress.
    private static func body(_ number: Int, _ size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
        var state = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15 | 1
        while bytes.count < size {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes.append(UInt8(truncatingIfNeeded: state))
        }
        return bytes
    }

    private static func number(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= 8 else { return nil }
        var number = 0
        for index in (0..<8).reversed() { number = number << 8 | Int(bytes[index]) }
        return number >= 0 ? number : nil
    }
}
