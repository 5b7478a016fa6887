// Claims about the broker as a process: what it does when it stops, when its files go, when another
// one comes, when peers are slow, and when nothing happens.

import BatonBrief
import BatonBroker
import BatonCore
import BatonJournalSQLite
import BatonPlatform
import BatonWire
import Crypto
import JSON
import Testing
import ZeroMQ

private let strace = Host.findExecutable("strace")

@Suite("the broker's process", .timeLimit(.minutes(10)))
struct ProcessTests {
    private func operatorOf(_ broker: BrokerProgram) throws -> DealerPeer {
        let peer = try DealerPeer(broker.endpoint)
        #expect(try peer.hello().verb == .ok)
        let card = Card(id: "team.writer", name: "writer")
        #expect(try peer.ask(.register, body: [card.json.encoded()]).verb == .ok)
        return peer
    }

    private func events(_ broker: BrokerProgram) throws -> [[UInt8]] {
        let reader = try SQLiteJournalReader(home: broker.home)
        return try reader.read(from: 0, eventsMax: .max, bytesMax: .max)
    }

    @Test("a stop on SIGTERM is recorded with the digest of the state that a replay gives")
    func cleanStop() throws {
        let broker = try BrokerProgram()
        try broker.start()
        let peer = try operatorOf(broker)
        for number in 0..<20 {
            #expect(try peer.submit("k\(number)", to: "team.writer", [1, 2, 3]).verb == .ok)
        }
        let process = try #require(broker.process)

        process.signal(.terminate)

        #expect(try broker.end(of: process) == .code(0))
        let leaves = try events(broker)
        var core = Broker()
        for leaf in leaves.dropLast() { core.replay(try Event(leaf: leaf)) }
        let last = try Event(leaf: try #require(leaves.last))
        let digest = BatonCore.Digest(SHA256.hash(core.state.canonicalBytes()).bytes)
        #expect(last.body == .brokerStopped(state: digest))
    }

    @Test("requests on their way at SIGTERM are answered or refused, and what was accepted is kept")
    func requestsAtStop() throws {
        let broker = try BrokerProgram()
        try broker.start()
        let peer = try operatorOf(broker)
        let process = try #require(broker.process)
        let parcel = Parcel(parts: [.init(name: "a", mediaType: "text/plain", body: [1])])

        process.signal(.stop)
        var ids: [Int64] = []
        for number in 0..<200 {
            ids.append(
                try peer.send(
                    .task, JSONObject([("key", .string("k\(number)")), ("agent", "team.writer")]),
                    body: parcel.bodyFrames))
        }
        process.signal(.terminate)
        process.signal(.resume)

        var accepted = 0
        for id in ids {
            guard let reply = try peer.reply(to: id, within: 3_000) else { break }
            #expect(reply.verb == .ok || reply.text("code") == "shutting_down")
            accepted += reply.verb == .ok ? 1 : 0
        }
        #expect(try broker.end(of: process) == .code(0))
        let created = try events(broker).map { try Event(leaf: $0) }
            .filter { $0.type == .taskCreated }.count
        #expect(created >= accepted)
    }

    @Test("a second broker on the home ends with 75 and disturbs nobody")
    func secondBroker() throws {
        let broker = try BrokerProgram()
        try broker.start()
        let peer = try operatorOf(broker)

        let second = try broker.launch()

        #expect(try broker.end(of: second) == .code(75))
        #expect(broker.complaint(second).contains("in use by another broker"))
        #expect(try peer.submit("k", to: "team.writer", [1]).verb == .ok)
        #expect(try DealerPeer(broker.endpoint).hello().verb == .ok)
    }

    @Test(
        "a journal that is deleted or replaced under the broker ends it with 74, unanswered",
        arguments: [true, false])
    func journalGone(isReplaced: Bool) throws {
        let broker = try BrokerProgram()
        try broker.start()
        let peer = try operatorOf(broker)
        let process = try #require(broker.process)
        let file = broker.home + "/journal/journal.db"

        try Files.remove(file)
        if isReplaced { try Files.writeAtomically([], to: file, mode: 0o600) }
        let id = try peer.send(
            .task, JSONObject([("key", "k"), ("agent", "team.writer")]),
            body: Parcel(parts: [.init(name: "a", mediaType: "text/plain", body: [1])]).bodyFrames)

        #expect(try broker.end(of: process) == .code(74))
        #expect(try peer.reply(to: id, within: 200) == nil)
        let said = broker.complaint(process).split(separator: "\n")
        #expect(said.filter { $0.hasPrefix("baton: broker:") }.count == 1)
        let next = try broker.launch()
        #expect(try broker.end(of: next) == .code(78))
    }

    @Test(
        "a reply leaves after the sync of what it reports",
        .enabled(if: strace != nil, "no strace on this machine"))
    func syncBeforeReply() throws {
        let broker = try BrokerProgram()
        let trace = broker.folder + "/trace"
        try broker.start(under: [
            "strace", "-f", "-s", "400", "-o", trace, "-e", "trace=fdatasync,fsync,sendto,recvfrom",
        ])
        let peer = try operatorOf(broker)

        #expect(try peer.submit("the-key", to: "team.writer", [1]).verb == .ok)

        let process = try #require(broker.process)
        process.signalGroup(.terminate)
        _ = try broker.end(of: process)
        let lines = String(decoding: try Files.read(trace, bytesMax: 64 << 20), as: UTF8.self)
            .split(separator: "\n")
        let asked = try #require(
            lines.firstIndex { $0.contains("the-key") && $0.contains("recvfrom") })
        let answered = try #require(
            lines.firstIndex { $0.contains("sendto") && $0.contains("\\\"task\\\":\\\"t-") })
        let synced = lines[asked..<answered].contains {
            ($0.contains("fdatasync") || $0.contains("fsync")) && $0.contains("= 0")
        }
        #expect(synced)
    }

    @Test("a tail that is not read slows nobody and fills no memory")
    func slowReader() throws {
        let broker = try BrokerProgram()
        try broker.start()
        let peer = try operatorOf(broker)
        let slow = try DealerPeer(broker.endpoint, receiveQueue: 1)
        _ = try slow.hello()
        let tail = try slow.ask(
            .tail,
            JSONObject([
                ("since", 0), ("follow", true), ("credit", .integer(.max)), ("payload", true),
            ]))
        #expect(tail.verb == .ok)
        let before = try broker.residentBytes()
        let body = Array(repeating: UInt8(ascii: "x"), count: 200 << 10)

        for number in 0..<400 {
            #expect(try peer.submit("k\(number)", to: "team.writer", body).verb == .ok)
            _ = try slow.send(.more, JSONObject([("tail", 2), ("credit", .integer(.max))]))
        }

        // What the tail would hold is 80 MiB; its outbox may hold 16, libzmq 256 messages.
        #expect(try broker.residentBytes() < before + 64 << 20)
    }

    @Test("a silent worker loses its task, also while somebody else's questions never end")
    func silenceBesideTraffic() throws {
        let broker = try BrokerProgram(tokens: [("secret", "agent/team.writer")])
        try Files.writeAtomically(
            Array(#"{"heartbeat_ms": 300, "session_ms": 1500, "lease_ms": 3000}"#.utf8),
            to: broker.home + "/limits.json", mode: 0o600)
        try broker.start()
        let peer = try operatorOf(broker)
        // Before the worker comes, whose session ends when it has been silent for so long.
        #expect(try peer.submit("k", to: "team.writer", [1]).verb == .ok)
        let worker = try DealerPeer(broker.endpoint, user: "team.writer", password: "secret")
        let hello = try worker.hello([
            ("agent", "team.writer"), ("instance", "1"), ("credit", 1),
        ])
        #expect(hello.verb == .ok)
        #expect(try worker.next()?.verb == .assign)

        // Always more than a turn answers. The worker says nothing from now on.
        let busy = try DealerPeer(broker.endpoint)
        #expect(try busy.hello().verb == .ok)
        for _ in 0..<100 { _ = try busy.send(.status) }
        try eventually("the task is taken away", within: 30) {
            for _ in 0..<200 {
                _ = try busy.send(.status)
                #expect(try busy.next()?.verb == .ok)
            }
            return try events(broker).contains {
                try Event(leaf: $0).type == .taskExpired
            }
        }
    }

    @Test("a broker that waits sleeps, also with a session, a tail without credit and a slow peer")
    func idle() throws {
        let broker = try BrokerProgram()
        try broker.start()
        let peer = try operatorOf(broker)
        for number in 0..<50 {
            #expect(try peer.submit("k\(number)", to: "team.writer", [1]).verb == .ok)
        }
        _ = try peer.ask(.tail, JSONObject([("since", 0), ("follow", true), ("credit", 10)]))
        let id = try #require(broker.process).processID
        var idle = Poller()
        _ = try idle.poll(timeoutMilliseconds: 500)

        let before = try #require(ProcessFacts.read(id)).processorMicroseconds
        _ = try idle.poll(timeoutMilliseconds: 3_000)
        let spent = try #require(ProcessFacts.read(id)).processorMicroseconds - before

        // A loop that does not sleep would have taken three million.
        #expect(spent < 100_000)
    }
}
