// Drives a broker's loop as its process does, with a journal in memory and a clock that the run
// moves: receive, tick, append, answer. It looks at everything that leaves.

import BatonBroker
import BatonCore
import BatonJournal
import BatonWire
import JSON

final class LoopDriver {
    private(set) var loop: BrokerLoop
    private let records = JournalRecords(journal: InMemoryJournal())
    private let cache: DocumentCache
    private let keys: JournalKeys
    private(set) var now = Instant(microseconds: 1_800_000_000_000_000)
    private var entropy: UInt64 = 42

    init() throws(JournalError) {
        keys = try JournalKeys(
            origin: "baton.fuzz/loop", seed: Array(0..<32), match: Array(32..<64))
        cache = DocumentCache(records: records)
        loop = BrokerLoop(
            core: Broker(), keys: keys, randomBytes: { Array(repeating: 7, count: $0) })
        loop.run(
            .create(
                JournalCreated(
                    origin: keys.origin, verifierKey: keys.verifierKey.description,
                    format: leafFormat, version: "fuzz")), at: moment)
        loop.run(.start(version: "fuzz"), at: moment)
    }

    private var moment: Moment { Moment(now: now, entropy: entropy) }

    func receive(_ frames: [[UInt8]], from route: String, as actor: ActorName) {
        entropy &+= 1
        loop.receive(
            frames: frames, from: RoutingID(Array(route.utf8)),
            identity: TransportIdentity(actor: actor, processID: 7), at: moment)
    }

    /// Lets time pass and says everything that is to be said.
    func turn(after duration: Duration) throws(FuzzViolation) -> [(route: String, Message)] {
        now = now + duration
        loop.tick(at: moment)
        for (batch, seq) in loop.takeBatches() {
            try require(records.append(batch, at: seq) == .committed, "an append failed")
        }
        do throws(RecordsFault) {
            let messages = try answers() + tails()
            return messages
        } catch {
            throw FuzzViolation("a record cannot be read: \(error)")
        }
    }

    private func answers() throws(RecordsFault) -> [(route: String, Message)] {
        let facts = ProcessFactsForStatus(
            version: "fuzz", processID: 1, home: "/", endpoint: "", started: now,
            diskFreePercent: 50)
        let outgoing = loop.takeOutgoing()
        let answering = Answering(
            loop: loop, records: records, cache: cache, moment: moment, process: facts)
        var messages: [(route: String, Message)] = []
        for item in outgoing {
            guard let (route, message) = try answering.message(for: item) else { continue }
            messages.append((String(decoding: route.bytes, as: UTF8.self), message))
        }
        return messages
    }

    private func tails() throws(RecordsFault) -> [(route: String, Message)] {
        var messages: [(route: String, Message)] = []
        for (route, cursor) in loop.tails {
            let server = TailServer(records: records, state: loop.core.state, now: now)
            let (message, next) = try server.serve(cursor)
            loop.setTail(cursor.id, of: route, to: next)
            if let message {
                messages.append((String(decoding: route.bytes, as: UTF8.self), message))
            }
        }
        return messages
    }

    // MARK: At the end

    /// The state is the fold of its leaves and nothing else, and its bytes read back as it.
    func checkJournal() throws(FuzzViolation) {
        let live = loop.core.state.canonicalBytes()
        var folded = Broker()
        do {
            for leaf in try records.leaves(from: 0, eventsMax: .max, bytesMax: .max) {
                let event = try Event(leaf: leaf)
                try require(event.leafBytes() == leaf, "event \(event.seq) is written otherwise")
                folded.replay(event)
            }
        } catch {
            throw FuzzViolation("the journal cannot be read: \(error)")
        }
        try require(folded.state.canonicalBytes() == live, "the journal folds to another state")
        let read: State
        do throws(SnapshotFault) {
            read = try State(canonicalBytes: live)
        } catch {
            throw FuzzViolation("the state's bytes cannot be read: \(error)")
        }
        try require(read.canonicalBytes() == live, "the state's bytes read as another")
    }

    /// All leaves so far, as material for other targets.
    func leaves() throws(RecordsFault) -> [[UInt8]] {
        try records.leaves(from: 0, eventsMax: .max, bytesMax: .max)
    }
}
