// A client of a crash test, as a process of its own: it submits tasks and briefs by key, writes
// each acknowledgement down for good before it goes on, and after its own death asks again for what
// it does not know.
import BatonBrief
import BatonClient
import BatonCore
import BatonPlatform
import BatonWire
import JSON

/// Submits until it is killed.
package struct ClientRole: ~Copyable {
    private let endpoint: String
    private let name: String
    private let record: Descriptor
    private var acknowledged: [(key: String, id: String)] = []
    /// Said to be tried, without an answer on record.
    private var pending: [String] = []
    private var next = 0
    private var random: SplitMix64

    private static let lifeline: Int32 = 3

    /// - Parameter path: the file of its record; what is in it was said by earlier lives.
    package init(endpoint: String, name: String, record path: String) throws {
        let record = try Files.openForAppending(path, mode: 0o600)
        let text = String(decoding: try Files.read(path, bytesMax: 1 << 30), as: UTF8.self)
        // A kill may have cut the last line; what follows must stand on its own.
        try record.writeAll([UInt8(ascii: "\n")])
        self.record = record
        self.endpoint = endpoint
        self.name = name
        random = SplitMix64(seed: Entropy.uint64())
        for line in text.split(separator: "\n") { recall(line) }
    }

    private mutating func recall(_ line: Substring) {
        let words = line.split(separator: " ").map(String.init)
        if words.count == 2, words[0] == "try" {
            pending.append(words[1])
            next += 1
        } else if words.count == 4, words[0] == "ack" {
            acknowledged.append((words[2], words[3]))
            pending.removeAll { $0 == words[2] }
        }
    }

    /// Returns when whoever started it has gone.
    package mutating func run() throws {
        while true {
            do throws(ClientError) {
                let client = try Client(endpoint: endpoint, name: "baton-crash client")
                client.interrupt(whenReadable: Self.lifeline)
                try work(client)
            } catch {
                if error.kind == .interrupted { return }
                // No broker at the moment, or none that answers: it will come back.
                Pause.milliseconds(20)
            }
        }
    }

    private mutating func work(_ client: Client) throws(ClientError) {
        for key in pending { try submit(key, by: client) }
        pending = []
        try askAgain(client)
        while true {
            let key = "\(name)-\(next)"
            next += 1
            pending = [key]
            write("try \(key)")
            try submit(key, by: client)
            pending = []
            Pause.milliseconds(Int(random.next(through: 6)))
            if random.next(through: 99) == 0 { try askAgain(client) }
        }
    }

    /// The same key must be the same submission, as long as the journal lives.
    private mutating func askAgain(_ client: Client) throws(ClientError) {
        guard !acknowledged.isEmpty else { return }
        let choice = Int(random.next(through: UInt64(acknowledged.count - 1)))
        let (key, id) = acknowledged[choice]
        let submission = try send(key, by: client)
        if submission.id != id || !submission.isDuplicate {
            write("bad \(key) was \(id), and sent again it became \(submission.id)")
        } else {
            write("again \(key)")
        }
    }

    private mutating func submit(_ key: String, by client: Client) throws(ClientError) {
        let submission = try send(key, by: client)
        write("ack \(CrashContent.kind(of: key).rawValue) \(key) \(submission.id)")
        do throws(SystemError) {
            try record.sync()
        } catch {
            throw ClientError(.failed, "\(error)")
        }
        acknowledged.append((key, submission.id))
    }

    private func send(_ key: String, by client: Client) throws(ClientError) -> Submission {
        do throws(ClientError) {
            switch CrashContent.kind(of: key) {
            case .brief:
                let reading = BriefParser.parse(CrashContent.brief(of: key), name: "\(key).md")
                guard let brief = reading.document else {
                    throw ClientError(.failed, "the brief of \(key) cannot be read")
                }
                return try client.submit(brief: brief.json.encoded(), key: key)
            case .shell: return try submitTask(key, to: CrashContent.shellAgent, by: client)
            case .task: return try submitTask(key, to: CrashContent.kitAgent, by: client)
            }
        } catch {
            // What only time can mend is tried again; nothing here may be refused for good.
            let passing = ["shutting_down", "overloaded", "disk_low", "no_session"]
            if let code = error.code, !passing.contains(code) {
                write("bad \(key) was refused: \(code) \(error.message)")
            }
            throw error
        }
    }

    private func submitTask(
        _ key: String, to agent: String, by client: Client
    ) throws(ClientError) -> Submission {
        let part = Part(
            name: CrashContent.part, mediaType: "text/plain", body: CrashContent.body(of: key))
        return try client.submitTask(agent: agent, parts: [part], key: key)
    }

    private func write(_ line: String) {
        // A record that cannot be kept makes the process worthless.
        guard (try? record.writeAll(Array("\(line)\n".utf8))) != nil else { Host.exit(74) }
    }
}
