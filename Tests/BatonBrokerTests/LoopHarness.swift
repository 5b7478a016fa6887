// A broker's server with a journal in memory and a clock that the test moves: what the process's
// driver does, without sockets. Every call is one turn: receive, tick, append, answer.

import BatonBrief
import BatonBroker
import BatonCore
import BatonJournal
import BatonPlatform
import BatonWire
import JSON
import Testing
import ZeroMQ

final class LoopHarness {
    /// Time that only the test moves.
    private final class Clock: BrokerTime {
        var now = Instant(microseconds: 1_800_000_000_000_000)
        var wall: Instant { now }

        func entropy() -> UInt64 { 42 }
    }

    /// Every peer reads at once: nothing is ever refused or lost.
    private final class Inboxes: PeerLink {
        /// Messages by peer that nobody has looked at yet.
        var messages: [String: [Message]] = [:]

        func send(_ frames: [[UInt8]]) throws(ZMQError) -> SendOutcome {
            guard let message = try? Message(frames: Array(frames.dropFirst())) else {
                preconditionFailure("the broker sent what is no message")
            }
            messages[String(decoding: frames[0], as: UTF8.self), default: []].append(message)
            return .sent
        }
    }

    private var server: BrokerServer<InMemoryJournal, Clock>
    private let keys: JournalKeys
    private let folder: String
    private let limits: Limits
    private let clock = Clock()
    private let link = Inboxes()
    private var nextID: Int64 = 1

    init(limits: Limits = Limits()) throws {
        self.limits = limits
        folder = try Files.makeTemporaryDirectory(prefix: "baton-loop")
        keys = try JournalKeys.create(in: "\(folder)/keys", origin: "baton.test/loop")
        server = Self.server(
            Broker(limits: limits), keys, JournalRecords(journal: InMemoryJournal()), clock)
        try server.begin(keys, version: "test")
    }

    deinit {
        // A leftover folder in the temporary directory harms nobody.
        try? Files.removeTree(folder)
    }

    private static func server(
        _ core: Broker, _ keys: JournalKeys, _ records: JournalRecords<InMemoryJournal>,
        _ clock: Clock
    ) -> BrokerServer<InMemoryJournal, Clock> {
        BrokerServer(
            records: records, time: clock,
            loop: BrokerLoop(core: core, keys: keys, randomBytes: { Entropy.bytes(count: $0) }),
            facts: ProcessFactsForStatus(
                version: "test", processID: 1, home: "/", endpoint: "", started: clock.now,
                diskFreePercent: 50))
    }

    var core: Broker { server.loop.core }
    var head: UInt64 { server.records.head }
    var now: Instant { clock.now }
    /// What the driver found when it last looked at the disk.
    var isDiskLow: Bool {
        get { server.loop.isDiskLow }
        set { server.loop.isDiskLow = newValue }
    }

    // MARK: Driving

    /// Lets time pass in one step.
    func pass(_ duration: Duration) throws {
        clock.now = clock.now + duration
        try turn()
    }

    /// The broker dies and starts again on the same journal; all peers are strangers then.
    func restart() throws {
        var core = Broker(limits: limits)
        for leaf in try server.records.leaves(from: 0, eventsMax: .max, bytesMax: .max) {
            core.replay(try Event(leaf: leaf))
        }
        server = Self.server(core, keys, server.records, clock)
        try server.begin(keys, version: "test")
    }

    private func turn() throws {
        server.stalls.foundQuiet(now: clock.now)
        try server.turn(to: link)
    }

    // MARK: Peers

    /// Sends a request and returns its reply; pushes stay in the inbox.
    @discardableResult
    func ask(
        _ peer: String, as actor: ActorName = .person("ann"), _ verb: Verb,
        _ header: JSONObject = JSONObject(), body: [[UInt8]] = []
    ) throws -> Message {
        let id = nextID
        nextID += 1
        var header = header
        header["id"] = .integer(id)
        server.receive(
            Message(verb, header, body: body).frames, from: RoutingID(Array(peer.utf8)),
            identity: TransportIdentity(actor: actor, processID: 7))
        try turn()
        let inbox = link.messages[peer] ?? []
        let place = try #require(inbox.firstIndex { $0.integer("re") == id && $0.verb != .events })
        link.messages[peer]?.remove(at: place)
        return inbox[place]
    }

    /// Sends requests that the broker takes in one turn, and returns what the peer got for them.
    func askAtOnce(
        _ peer: String, as actor: ActorName, _ requests: [(Verb, JSONObject)]
    ) throws -> [Message] {
        for (verb, header) in requests {
            var header = header
            header["id"] = .integer(nextID)
            nextID += 1
            server.receive(
                Message(verb, header).frames, from: RoutingID(Array(peer.utf8)),
                identity: TransportIdentity(actor: actor, processID: 7))
        }
        try turn()
        return link.messages.removeValue(forKey: peer) ?? []
    }

    /// The driver found that an assignment cannot arrive.
    func losesAssignments(of peer: String, _ assignments: [Message]) throws {
        server.loop.drop(RoutingID(Array(peer.utf8)), releasing: false, at: server.moment)
        for assignment in assignments {
            let task = try #require(assignment.text("task").flatMap(TaskID.init(text:)))
            let token = try #require(assignment.integer("token"))
            server.loop.giveBack(
                Attempt(task: task, token: Token(UInt64(token))), at: server.moment)
        }
        try turn()
    }

    /// Whether a tail wants to be served before its next sign of life.
    var hasDueTail: Bool {
        server.loop.tails.contains { TailServer.isDue($0.cursor, head: head) }
    }

    /// Whether the driver would not sleep at all now.
    var wakesAtOnce: Bool { server.nextWake.map { $0 <= clock.now } ?? false }

    /// Raw frames, as a peer that does not care for the protocol would send them.
    func send(_ peer: String, frames: [[UInt8]]) throws -> [Message] {
        server.receive(
            frames, from: RoutingID(Array(peer.utf8)),
            identity: TransportIdentity(actor: .person("ann"), processID: 7))
        try turn()
        return link.messages.removeValue(forKey: peer) ?? []
    }

    /// Takes what was pushed to a peer.
    func pushes(_ peer: String) -> [Message] { link.messages.removeValue(forKey: peer) ?? [] }

    func hello(_ peer: String, as actor: ActorName = .person("ann")) throws {
        let reply = try ask(
            peer, as: actor, .hello, JSONObject([("version", 1), ("name", "test")]))
        #expect(reply.verb == .ok)
    }

    /// A worker for an agent, whose card is registered first.
    func worker(_ agent: String, reviewed: Bool = false) throws {
        try hello("operator")
        let registered = try ask(
            "operator", .register, body: [card(agent, reviewed: reviewed).encoded()])
        #expect(
            registered.verb == .ok,
            "\(registered.body.first.map { String(decoding: $0, as: UTF8.self) } ?? "")")
        let reply = try ask(
            agent, as: .agent(AgentName(agent)), .hello,
            JSONObject([
                ("version", 1), ("agent", .string(agent)), ("instance", .string("\(agent)#1")),
                ("credit", 4),
            ]))
        #expect(reply.verb == .ok)
    }

    private func card(_ agent: String, reviewed: Bool) -> JSONValue {
        var card = Card(id: agent, name: agent)
        card.isReviewed = reviewed
        return card.json
    }

    /// Delivers parts for the assignment in hand.
    @discardableResult
    func deliver(_ agent: String, _ assignment: Message, _ parts: [(String, JSONValue)]) throws
        -> Message
    {
        let parcel = Parcel(
            parts: parts.map {
                Parcel.Part(name: $0.0, mediaType: "application/json", body: $0.1.encoded())
            })
        return try ask(
            agent, as: .agent(AgentName(agent)), .deliver,
            JSONObject([
                ("task", assignment.header["task"] ?? .null),
                ("token", assignment.header["token"] ?? .null),
            ]),
            body: parcel.bodyFrames)
    }

    /// The next ASSIGN of a worker.
    func assignment(_ agent: String) throws -> Message {
        let pushed = pushes(agent)
        return try #require(pushed.first { $0.verb == .assign }, "no assignment for \(agent)")
    }

    /// Types of all events from a number on.
    func types(from seq: UInt64 = 0) throws -> [String] {
        try server.records.leaves(from: seq, eventsMax: .max, bytesMax: .max).map {
            try Event(leaf: $0).type.rawValue
        }
    }

    /// Checks that a search for each brief and task finds what a look at every event does.
    func findsEverything() throws {
        let events = try server.records.leaves(from: 0, eventsMax: .max, bytesMax: .max)
            .map { try Event(leaf: $0) }
        for brief in Set(events.compactMap(\.brief)) {
            let own = events.filter { $0.brief == brief }
            #expect(try server.records.find(.brief(brief)) == own.map(\.seq))
            let types: [EventType] = [.taskDelivered, .briefSubmitted]
            let some = own.filter { types.contains($0.type) }
            #expect(try server.records.find(.typesInBrief(types, brief)) == some.map(\.seq))
        }
        for task in Set(events.compactMap(\.task)) {
            let own = events.filter { $0.task == task }
            #expect(try server.records.find(.task(task)) == own.map(\.seq))
        }
    }
}
