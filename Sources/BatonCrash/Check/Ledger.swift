// What was acknowledged to whom, as those who were told wrote it down: clients in files of their
// own, synced line by line; agents in their logs; the reader of the stream in what it printed.
package import BatonPlatform

/// Everything that the broker has promised so far, gathered bit by bit.
package struct Ledger: Sendable {
    /// A submission that a client has an OK for.
    struct Submission: Sendable, Hashable {
        let kind: CrashContent.Kind
        let key: String
        /// `t-18`, `b-17`.
        let id: String
    }

    /// A delivery that an agent has an OK for.
    struct Delivery: Sendable, Hashable {
        let task: String
        /// `accepted`, or `delivered` while a gate is before it.
        let state: String
    }

    private(set) var submissions: [Submission] = []
    private(set) var deliveries: Set<Delivery> = []
    /// Lines of the stream with their places, since the last time they were compared.
    package var shown: [(seq: Int64, line: [UInt8])] = []
    /// What clients and workers found wrong by themselves.
    private(set) var complaints: [Violation] = []
    /// How often the same key was sent again and answered as before.
    private(set) var repeats = 0

    private var positions: [String: Int] = [:]

    package init() {}

    /// Takes down what a client in this process was told.
    package mutating func acknowledge(_ kind: CrashContent.Kind, key: String, id: String) {
        submissions.append(Submission(kind: kind, key: key, id: id))
    }

    /// Takes down what an agent in this process was told.
    package mutating func acknowledge(delivered task: String, state: String) {
        deliveries.insert(Delivery(task: task, state: state))
    }

    /// Reads what has been added to the files since the last time. A line without its end was cut
    /// by a kill and says nothing.
    package mutating func gather(
        clients: [String], agents: [String], streams: [(path: String, since: Int64)]
    ) throws(SystemError) {
        for path in clients {
            for line in try newLines(path) { takeClient(String(decoding: line, as: UTF8.self)) }
        }
        for path in agents {
            for line in try newLines(path) { takeAgent(String(decoding: line, as: UTF8.self)) }
        }
        for stream in streams {
            let place = "\(stream.path) lines"
            var seq = stream.since + Int64(positions[place] ?? 0)
            for line in Self.events(in: try newBytes(stream.path)) {
                shown.append((seq, line))
                seq += 1
            }
            positions[place] = Int(seq - stream.since)
        }
    }

    /// The whole lines that a reader of the stream printed. What it says of a broker that it cannot
    /// reach is no event.
    package static func events(in bytes: [UInt8]) -> [[UInt8]] {
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return bytes[..<end].split(separator: UInt8(ascii: "\n")).map(Array.init).filter {
            !$0.starts(with: Array("{\"error\"".utf8))
        }
    }

    private mutating func newLines(_ path: String) throws(SystemError) -> [[UInt8]] {
        try newBytes(path).dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).map(Array.init)
    }

    /// What was added, up to its last whole line.
    private mutating func newBytes(_ path: String) throws(SystemError) -> [UInt8] {
        guard try Files.exists(path) else { return [] }
        let start = positions[path] ?? 0
        let bytes = try Files.read(path, bytesMax: 1 << 30).dropFirst(start)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let whole = bytes[...end]
        positions[path] = start + whole.count
        return Array(whole)
    }

    private mutating func takeClient(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        switch words.first {
        case "ack":
            guard words.count == 4, let kind = CrashContent.Kind(rawValue: words[1]) else { return }
            submissions.append(Submission(kind: kind, key: words[2], id: words[3]))
        case "again": repeats += 1
        case "bad": complaints.append(Violation(line))
        default: break
        }
    }

    /// `t-12: accepted`, `t-12: delivered, as before`, and lines about other things.
    private mutating func takeAgent(_ line: String) {
        if line.hasPrefix("bad ") { complaints.append(Violation(line)) }
        let halves = line.split(separator: ":", maxSplits: 1)
        guard halves.count == 2, halves[0].hasPrefix("t-") else { return }
        let state = halves[1].dropFirst().prefix { $0 != "," }
        guard state == "accepted" || state == "delivered" else { return }
        deliveries.insert(Delivery(task: String(halves[0]), state: String(state)))
    }
}
