// The look-up view when it cannot be written for a while.

import BatonBrief
import BatonPlatform
import BatonWire
import JSON
import SQLite
import Testing
import ZeroMQ

@Suite("the look-up view", .timeLimit(.minutes(5)))
struct IndexFollowerTests {
    /// A broker with a card and the first event of a task, and its client.
    private func begin() throws -> (BrokerProgram, DealerPeer) {
        let broker = try BrokerProgram()
        try broker.start()
        let peer = try DealerPeer(broker.endpoint)
        #expect(try peer.hello().verb == .ok)
        let card = Card(id: "team.writer", name: "writer")
        #expect(try peer.ask(.register, body: [card.json.encoded()]).verb == .ok)
        return (broker, peer)
    }

    /// Holds the view's lock for writing; waits for whatever the broker is still writing there.
    private func block(_ broker: BrokerProgram) throws -> Database {
        let blocker = try Database(broker.home + "/index.db", access: .readWrite)
        try blocker.setBusyTimeout(milliseconds: 60_000)
        try blocker.execute("BEGIN IMMEDIATE")
        return blocker
    }

    /// Events that the view of a broker knows.
    private func known(_ broker: BrokerProgram) throws -> Int64 {
        let database = try Database(broker.home + "/index.db", access: .readOnly)
        return try database.integer("SELECT coalesce(max(seq) + 1, 0) FROM events") ?? 0
    }

    private func head(_ peer: DealerPeer) throws -> Int64 {
        let body = try #require(try peer.ask(.status).body.first)
        return try #require(try JSONValue(parsing: body)["head"]?.integerValue)
    }

    /// Waits for a word on standard error; all that was said until then.
    private func hears(_ word: String, _ broker: BrokerProgram, after said: String = "") throws
        -> String
    {
        var said = said
        let process = try #require(broker.process)
        try eventually("\(word) is said") {
            said += broker.complaint(process)
            return said.contains(word)
        }
        return said
    }

    @Test("a view that cannot be written stands still, says so once, and goes on when it can")
    func standsStill() throws {
        let (broker, peer) = try begin()
        let blocker = try block(broker)
        #expect(try peer.submit("k1", to: "team.writer", [1]).verb == .ok)
        var said = try hears("stands still", broker)
        // It tries again while the lock is held, and says nothing new.
        var idle = Poller()
        _ = try idle.poll(timeoutMilliseconds: 4_000)
        #expect(try peer.submit("k2", to: "team.writer", [1]).verb == .ok)
        try blocker.execute("ROLLBACK")
        said = try hears("follows again", broker, after: said)

        try eventually("the view has followed") { try known(broker) == head(peer) }
        let lines = said.split(separator: "\n").filter { $0.contains("look-up view") }
        #expect(lines.count == 2, "\(said)")
    }

    @Test("a broker stops while its view stands still")
    func stopsWhileStanding() throws {
        let (broker, peer) = try begin()
        let blocker = try block(broker)
        #expect(try peer.submit("k1", to: "team.writer", [1]).verb == .ok)
        let process = try #require(broker.process)
        _ = try hears("stands still", broker)

        process.signal(.terminate)

        #expect(try broker.end(of: process) == .code(0))
        try blocker.execute("ROLLBACK")
    }
}
