// What the journal tests share: leaves, payloads, directories, and the list of implementations.
import BatonJournal
import BatonJournalSQLite
import BatonPlatform
import Crypto
import Testing

let testOrigin = "test.example/journal"

/// A leaf as plain as it can be; the first names the origin, as event 0 must.
func testLeaf(_ seq: UInt64) -> [UInt8] {
    let text = seq == 0 ? #"{"seq":0,"origin":"\#(testOrigin)"}"# : #"{"seq":\#(seq)}"#
    return [UInt8](text.utf8)
}

func testLeaves(_ range: Range<UInt64>) -> [[UInt8]] { range.map(testLeaf) }

func testPayload(_ part: String, _ body: String) -> Payload {
    Payload(
        part: part, mediaType: "text/plain", salt: Entropy.bytes(count: JournalLimits.saltBytes),
        body: [UInt8](body.utf8))
}

/// Makes a fresh directory, runs the body in it, and removes it with all it holds.
func withHome<Value>(_ body: (_ home: String) throws -> Value) throws -> Value {
    let home = try Files.makeTemporaryDirectory(prefix: "baton-journal")
    defer { try? Files.removeTree(home) }
    return try body(home)
}

/// Every implementation there is. A new one is added here and must keep every claim of
/// `ConformanceTests`.
enum Implementation: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }

    /// Runs a test on an empty journal of this kind.
    func run(_ body: (any TestedJournal) throws -> Void) throws {
        switch self {
        case .memory: try body(Tested(InMemoryJournal()))
        case .sqlite:
            try withHome { home in
                try body(Tested(try SQLiteJournal.create(in: home, origin: testOrigin)))
            }
        }
    }
}

/// A journal of whatever kind, as the conformance tests see it.
protocol TestedJournal: AnyObject {
    var head: UInt64 { get }
    var root: Digest { get }
    func append(_ batch: JournalBatch, at seq: UInt64) -> AppendOutcome
    func read(from seq: UInt64, eventsMax: Int, bytesMax: Int) throws -> [[UInt8]]
    func payloads(of seq: UInt64) throws -> [Payload]
    func payload(of seq: UInt64, part: String) throws -> Payload?
    func scrub() throws -> Bool
    func maintain(isIdle: Bool)
    func copy(to other: any TestedJournal) throws
    func take<Source: Journal & ~Copyable>(from source: borrowing Source) throws
}

/// Holds a journal, which may not be copyable, behind the protocol above.
private final class Tested<Kind: Journal & ~Copyable>: TestedJournal {
    private var journal: Kind

    init(_ journal: consuming Kind) { self.journal = journal }

    var head: UInt64 { journal.head }
    var root: Digest { journal.root }

    func append(_ batch: JournalBatch, at seq: UInt64) -> AppendOutcome {
        journal.append(batch, at: seq)
    }

    func read(from seq: UInt64, eventsMax: Int, bytesMax: Int) throws -> [[UInt8]] {
        try journal.read(from: seq, eventsMax: eventsMax, bytesMax: bytesMax)
    }

    func payloads(of seq: UInt64) throws -> [Payload] { try journal.payloads(of: seq) }

    func payload(of seq: UInt64, part: String) throws -> Payload? {
        try journal.payload(of: seq, part: part)
    }

    func scrub() throws -> Bool { try journal.scrub() }
    func maintain(isIdle: Bool) { journal.maintain(isIdle: isIdle) }
    func copy(to other: any TestedJournal) throws { try other.take(from: journal) }

    func take<Source: Journal & ~Copyable>(from source: borrowing Source) throws {
        try source.copy(to: &journal)
    }
}
