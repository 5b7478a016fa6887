// What every journal must do, run against every implementation.
import BatonJournal
import Crypto
import Testing

@Suite("Journal conformance", .timeLimit(.minutes(10)))
struct ConformanceTests {
    @Test(
        "an empty journal has no events and the empty tree's root",
        arguments: Implementation.allCases)
    func empty(_ implementation: Implementation) throws {
        try implementation.run { journal throws in
            #expect(journal.head == 0)
            #expect(journal.root == MerkleHash.empty)
            #expect(try journal.read(from: 0, eventsMax: 10, bytesMax: 1000) == [])
        }
    }

    @Test(
        "leaves come back byte for byte, in order, with the tree's root over them",
        arguments: Implementation.allCases)
    func dense(_ implementation: Implementation) throws {
        try implementation.run { journal throws in
            #expect(journal.append(JournalBatch(leaves: testLeaves(0..<3)), at: 0) == .committed)
            #expect(journal.append(JournalBatch(leaves: testLeaves(3..<10)), at: 3) == .committed)

            #expect(journal.head == 10)
            #expect(try journal.read(from: 0, eventsMax: 100, bytesMax: .max) == testLeaves(0..<10))
            #expect(
                journal.root == MerkleFrontier(testLeaves(0..<10).map { MerkleHash.leaf($0) }).root)
        }
    }

    @Test(
        "a leaf may be any text of one line, at the size limit too",
        arguments: Implementation.allCases)
    func anyBytes(_ implementation: Implementation) throws {
        try implementation.run { journal throws in
            let odd = [UInt8]("é\u{0}\u{1F600}\"\\".utf8)
            let large = [UInt8](repeating: 120, count: JournalLimits.leafBytesMax)
            let batch = JournalBatch(leaves: [testLeaf(0), odd, large])
            #expect(journal.append(batch, at: 0) == .committed)

            #expect(try journal.read(from: 1, eventsMax: 2, bytesMax: .max) == [odd, large])
        }
    }

    @Test(
        "an append at any place but the head is a conflict and stores nothing",
        arguments: Implementation.allCases, [0, 2, 4] as [UInt64])
    func conflict(_ implementation: Implementation, place: UInt64) throws {
        try implementation.run { journal throws in
            _ = journal.append(JournalBatch(leaves: testLeaves(0..<3)), at: 0)
            let root = journal.root
            let batch = JournalBatch(
                leaves: [testLeaf(9)],
                payloads: [.init(seq: place, payload: testPayload("p", "x"))])

            #expect(journal.append(batch, at: place) == .conflict)
            #expect(journal.head == 3)
            #expect(journal.root == root)
            #expect(try journal.payloads(of: place).isEmpty)
            #expect(journal.append(JournalBatch(leaves: [testLeaf(3)]), at: 3) == .committed)
        }
    }

    @Test(
        "reading keeps to its limits, but gives at least one leaf",
        arguments: Implementation.allCases)
    func readLimits(_ implementation: Implementation) throws {
        try implementation.run { journal throws in
            _ = journal.append(JournalBatch(leaves: testLeaves(0..<9)), at: 0)
            let size = testLeaf(5).count

            #expect(try journal.read(from: 4, eventsMax: 2, bytesMax: .max) == testLeaves(4..<6))
            #expect(
                try journal.read(from: 4, eventsMax: 9, bytesMax: 3 * size) == testLeaves(4..<7))
            #expect(
                try journal.read(from: 4, eventsMax: 9, bytesMax: 3 * size - 1)
                    == testLeaves(4..<6))
            #expect(try journal.read(from: 4, eventsMax: 9, bytesMax: 1) == testLeaves(4..<5))
            #expect(try journal.read(from: 8, eventsMax: 9, bytesMax: .max) == testLeaves(8..<9))
            #expect(try journal.read(from: 9, eventsMax: 9, bytesMax: .max) == [])
            #expect(try journal.read(from: .max, eventsMax: 9, bytesMax: .max) == [])
            #expect(try journal.read(from: 0, eventsMax: 0, bytesMax: .max) == [])
        }
    }

    @Test(
        "payloads come back in order, whole, with digests that fit; others are absent",
        arguments: Implementation.allCases)
    func payloads(_ implementation: Implementation) throws {
        try implementation.run { journal throws in
            let first = [testPayload("b", "one"), testPayload("a", ""), testPayload("c", "three")]
            let second = [testPayload("b", String(repeating: "x", count: 1 << 20))]
            let batch = JournalBatch(
                leaves: testLeaves(0..<3),
                payloads: first.map { .init(seq: 0, payload: $0) }
                    + second.map { .init(seq: 2, payload: $0) })
            #expect(journal.append(batch, at: 0) == .committed)

            #expect(try journal.payloads(of: 0) == first)
            #expect(try journal.payloads(of: 1) == [])
            #expect(try journal.payloads(of: 2) == second)
            #expect(try journal.payloads(of: .max) == [])
            #expect(try journal.payload(of: 0, part: "a") == first[1])
            #expect(try journal.payload(of: 0, part: "d") == nil)
            #expect(try journal.payload(of: 1, part: "a") == nil)
            #expect(try journal.payloads(of: 2).allSatisfy(\.isIntact))
        }
    }

    @Test(
        "erasing takes the named payloads only, and leaves and root stand",
        arguments: Implementation.allCases)
    func erasing(_ implementation: Implementation) throws {
        try implementation.run { journal throws in
            let parts = ["a", "b", "c"].map { testPayload($0, "body of \($0)") }
            let batch = JournalBatch(
                leaves: testLeaves(0..<3),
                payloads: [0, 1, 2].flatMap { seq in
                    parts.map { .init(seq: seq, payload: $0) }
                })
            _ = journal.append(batch, at: 0)
            let erasing = JournalBatch(
                leaves: [testLeaf(3)],
                erasures: [.init(seq: 0, part: "b"), .init(seq: 1), .init(seq: 2, part: "none")])
            #expect(journal.append(erasing, at: 3) == .committed)

            #expect(try journal.payloads(of: 0).map(\.part) == ["a", "c"])
            #expect(try journal.payloads(of: 1) == [])
            #expect(try journal.payloads(of: 2) == parts)
            #expect(try journal.scrub())
            #expect(try journal.read(from: 0, eventsMax: 9, bytesMax: .max) == testLeaves(0..<4))
            #expect(
                journal.root == MerkleFrontier(testLeaves(0..<4).map { MerkleHash.leaf($0) }).root)
        }
    }

    @Test("housekeeping changes nothing that can be seen", arguments: Implementation.allCases)
    func maintain(_ implementation: Implementation) throws {
        try implementation.run { journal throws in
            let body = String(repeating: "x", count: 1 << 20)
            for seq in 0..<24 as Range<UInt64> {
                let batch = JournalBatch(
                    leaves: [testLeaf(seq)],
                    payloads: [.init(seq: seq, payload: testPayload("p", body))])
                #expect(journal.append(batch, at: seq) == .committed)
                journal.maintain(isIdle: seq.isMultiple(of: 5))
            }

            #expect(try journal.read(from: 0, eventsMax: 99, bytesMax: .max) == testLeaves(0..<24))
            #expect(try journal.payloads(of: 23).first?.body.count == 1 << 20)
        }
    }

    @Test(
        "copying leaves and payloads makes the same journal",
        arguments: Implementation.allCases, Implementation.allCases)
    func copying(from source: Implementation, to target: Implementation) throws {
        try source.run { original in
            var seq: UInt64 = 0
            while seq < 2500 {
                let batch = JournalBatch(
                    leaves: testLeaves(seq..<seq + 50),
                    payloads: [.init(seq: seq + 7, payload: testPayload("p", "body \(seq)"))])
                #expect(original.append(batch, at: seq) == .committed)
                seq += 50
            }
            try target.run { copy in
                try original.copy(to: copy)

                #expect(copy.head == original.head)
                #expect(copy.root == original.root)
                #expect(try copy.payloads(of: 2457) == original.payloads(of: 2457))
                #expect(
                    try copy.read(from: 0, eventsMax: 9999, bytesMax: .max)
                        == original.read(from: 0, eventsMax: 9999, bytesMax: .max))
            }
        }
    }
}
