// The checker that trusts nothing: it reads the tables of a journal by itself, applies rules of its
// own, and compares what it finds with what clients and agents were told. Only then does it let the
// core fold the same events, and compares the digests that brokers left when they stopped.
import BatonCore
import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import BatonWire
package import Crypto
import SQLite

/// One look at a whole journal that nobody is writing to.
package struct JournalCheck {
    /// What was found.
    package struct Report: Sendable {
        package var events = 0
        package var payloads = 0
        /// Clean stops whose digest of the state was compared.
        package var stops = 0
        /// Tasks that neither were accepted nor ended otherwise.
        package var open: [String] = []
        package var accepted = 0
        package var root = SHA256.hash([])
        package var violations: [Violation] = []
    }

    /// What an earlier look has seen: it must still be there, and the same.
    package struct Earlier: Sendable {
        package let events: Int
        package let root: Crypto.Digest

        package init(_ report: Report) {
            events = report.events
            root = report.root
        }
    }

    private let home: String
    private let matchKey: HMACSHA256?
    private var report = Report()
    private var rules = LifeRules()
    private var roots = MerkleRoots()
    private var frontier = MerkleFrontier()
    private var core = Broker()
    private var leaves: [LeafFacts] = []
    private var stored: [[UInt8]] = []

    /// - Parameter home: a broker's folder, or a copy of its `journal`; nothing in it is changed,
    ///   but SQLite may put a `-shm` beside the database.
    /// - Parameter matchKey: `keys/match.key` of the home, for the HMACs of idempotency keys.
    package init(home: String, matchKey: String? = nil) throws {
        self.home = home
        self.matchKey = try matchKey.map { path in
            let text = String(decoding: try Files.read(path, bytesMax: 256), as: UTF8.self)
            guard let key = Hex.decode(String(text.prefix { $0.isHexDigit })) else {
                throw Violation("\(path) holds no key")
            }
            return HMACSHA256(key: key)
        }
    }

    /// Looks at everything.
    package mutating func run(against ledger: Ledger, earlier: Earlier? = nil) -> Report {
        do {
            let database = try Database(JournalFiles.database(in: home), access: .readOnly)
            try readLeaves(database)
            try readPayloads(database, bodies: expectedBodies(ledger))
        } catch let violation as Violation {
            fail(violation.description)
        } catch {
            fail("the journal cannot be read: \(error)")
        }
        report.violations += rules.violations
        report.open = rules.open
        report.accepted = rules.accepted.count
        compare(ledger)
        compareRoots(earlier)
        return report
    }

    // MARK: The tables

    private mutating func readLeaves(_ database: borrowing Database) throws {
        let statement = try database.prepare("SELECT seq, bytes FROM events ORDER BY seq")
        while try statement.step() {
            let place = Int64(leaves.count)
            guard statement.integer(0) == place else {
                throw Violation("event \(place) is missing; \(statement.integer(0)) is there")
            }
            let bytes = statement.bytes(1)
            let leaf = try LeafFacts(bytes, at: place)
            rules.take(leaf)
            roots.append(bytes)
            frontier.append(MerkleHash.leaf(bytes))
            fold(leaf, bytes)
            leaves.append(leaf)
            stored.append(bytes)
        }
        report.events = leaves.count
    }

    /// Lets the core fold the event, and holds the state against what a broker said of its own.
    private mutating func fold(_ leaf: LeafFacts, _ bytes: [UInt8]) {
        if leaf.type == "broker.stopped" {
            let digest = SHA256.hash(core.state.canonicalBytes()).hex
            report.stops += 1
            if leaf.text("state") != digest {
                fail("event \(leaf.seq): the broker stopped in another state than replay gives")
            }
        }
        do {
            core.replay(try Event(leaf: bytes))
        } catch {
            fail("event \(leaf.seq) cannot be replayed: \(error)")
        }
    }

    private mutating func readPayloads(
        _ database: borrowing Database, bodies: [Int64: [UInt8]]
    ) throws {
        let statement = try database.prepare(
            "SELECT id, part, media_type, digest, salt, body FROM payloads ORDER BY id")
        var found: [Int64: Set<String>] = [:]
        while try statement.step() {
            let seq = statement.integer(0) >> 8
            let name = statement.text(1)
            report.payloads += 1
            guard leaves.indices.contains(Int(seq)),
                let part = leaves[Int(seq)].parts.first(where: { $0.name == name })
            else {
                fail("a payload \(name) belongs to event \(seq), which does not name it")
                continue
            }
            let body = statement.bytes(5)
            found[seq, default: []].insert(name)
            if SHA256.hash(pieces: [statement.bytes(4), body]) != part.digest
                || statement.bytes(3) != part.digest.bytes
            {
                fail("payload \(name) of event \(seq) is not the one that the event names")
            }
            if Int64(body.count) != part.size || statement.text(2) != part.mediaType {
                fail("payload \(name) of event \(seq) has another size or type than named")
            }
            if let wanted = bodies[seq], name == CrashContent.part, body != wanted {
                fail("payload \(name) of event \(seq) is not what was submitted")
            }
        }
        for leaf in leaves where Set(leaf.parts.map(\.name)) != found[leaf.seq, default: []] {
            fail("event \(leaf.seq) names payloads that are not there")
        }
    }

    // MARK: What was promised

    private static func number(_ id: String) -> Int64? { Int64(id.dropFirst(2)) }

    private func expectedBodies(_ ledger: Ledger) -> [Int64: [UInt8]] {
        var bodies: [Int64: [UInt8]] = [:]
        for submission in ledger.submissions where submission.kind != .brief {
            guard let seq = Self.number(submission.id) else { continue }
            bodies[seq] = CrashContent.body(of: submission.key)
        }
        return bodies
    }

    private mutating func compare(_ ledger: Ledger) {
        report.violations += ledger.complaints
        for submission in ledger.submissions {
            guard let seq = Self.number(submission.id), leaves.indices.contains(Int(seq)) else {
                fail("lost: \(submission.key) was acknowledged as \(submission.id)")
                continue
            }
            let leaf = leaves[Int(seq)]
            let type = submission.kind == .brief ? "brief.submitted" : "task.created"
            let key = matchKey?.code(Array(submission.key.utf8)).hex
            if leaf.type != type || (key != nil && leaf.text("key") != key) {
                fail(
                    "lost: \(submission.key) was acknowledged as \(submission.id), "
                        + "and event \(seq) is another, \(leaf.type)")
            }
        }
        for delivery in ledger.deliveries {
            let isThere =
                delivery.state == "accepted"
                ? rules.accepted.contains(delivery.task) : rules.wasDelivered(delivery.task)
            if !isThere { fail("lost: \(delivery.task) was acknowledged as \(delivery.state)") }
        }
        for (seq, line) in ledger.shown
        where !stored.indices.contains(Int(seq)) || stored[Int(seq)] != line {
            fail("event \(seq) was shown in the stream, and is not in the journal as shown")
        }
    }

    private mutating func compareRoots(_ earlier: Earlier?) {
        report.root = frontier.root
        if roots.root(of: roots.count) != frontier.root {
            fail("the root by definition differs from the one that the broker's way gives")
        }
        if let earlier, roots.root(of: earlier.events) != earlier.root {
            fail("the first \(earlier.events) events are no longer what they were")
        }
    }

    private mutating func fail(_ sentence: String) {
        report.violations.append(Violation(sentence))
    }
}
