// Thousands of random commands: what must always hold, holds; what happened can be folded again; a
// crash anywhere loses nothing but what was not on disk; and in the end everything finishes.

import BatonCore
import Testing

/// One after the other: they would keep all threads from the other tests. More seeds find more; a
/// seed that failed is named and gives the same history again.
@Suite(.serialized, .timeLimit(.minutes(10))) struct PropertyTests {
    static let seeds: [UInt64] = Array(1...12)

    @Test(
        "whatever is done, what must always hold holds, and in the end all work ends",
        arguments: seeds)
    func random(seed: UInt64) throws {
        var driver = RandomDriver(seed: seed)

        for _ in 0..<500 {
            try driver.step()
            if !driver.violations.isEmpty { break }
        }

        #expect(driver.violations == [], "seed \(seed), event \(driver.bench.events.count)")
        try driver.compareWithReplay()
        let rows = try LifecycleTable.rows()
        let seen = Set(driver.bench.seen.map { $0.description.replacing("  ", with: " ") })
        #expect(seen.subtracting(rows).sorted() == [], "seed \(seed): not in lifecycle.md")
        #expect(driver.finishEverything() == [], "seed \(seed)")
        #expect(driver.violations == [], "seed \(seed)")
    }

    @Test("a crash between any two decisions leaves nothing stuck", arguments: seeds)
    func cut(seed: UInt64) throws {
        var driver = RandomDriver(seed: seed &+ 1_000)
        for _ in 0..<150 { try driver.step() }
        #expect(driver.violations == [], "seed \(seed)")

        for _ in 0..<10 {
            var other = driver
            let head = other.anyCut()
            try other.crash(at: head)
            #expect(other.violations == [], "seed \(seed), cut at \(head)")
            #expect(other.finishEverything() == [], "seed \(seed), cut at \(head)")
            if !other.violations.isEmpty { return }
        }
    }

    @Test("the same commands give the same bytes", arguments: [1, 2, 3] as [UInt64])
    func deterministic(seed: UInt64) throws {
        var first = RandomDriver(seed: seed)
        var second = RandomDriver(seed: seed)

        for _ in 0..<400 { try first.step() }
        for _ in 0..<400 { try second.step() }

        #expect(first.bench.leaves.count > 100)
        #expect(first.bench.leaves == second.bench.leaves)
    }
}
