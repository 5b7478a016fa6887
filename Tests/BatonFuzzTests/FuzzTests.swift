// A short piece of every fuzz run, so that a target that breaks is noticed at once; the long runs
// are `baton-fuzz`'s.

import Testing

@testable import BatonFuzz

/// One after the other: they would keep all threads from the other tests.
@Suite("fuzz", .serialized, .timeLimit(.minutes(5)))
struct FuzzTests {
    @Test(
        "every target holds against hostile input, the same at every run",
        arguments: FuzzTargets.all.map { $0.name })
    func holds(name: String) throws {
        let type = try #require(FuzzTargets.named(name))
        var run = try FuzzRun(type, seed: 2026)

        for number in 0..<(name == "loop" ? 15 : 250) as Range<UInt64> { try run.run(number) }

        #expect(run.report.accepted > 0)
        #expect(run.report.inputs == (name == "loop" ? 15 : 250))
    }

    /// Takes a megabyte more with each input, as what grows without end would.
    private struct Hoarder: FuzzTarget {
        static let name = "hoarder"
        private var hoard: [[UInt8]] = []

        mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
            [UInt8](repeating: 1, count: 64 << 10)
        }

        mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
            hoard.append([UInt8](repeating: 1, count: 1 << 20))
            return .accepted("hoarded")
        }
    }

    @Test("growth is a violation where a bound is set, and nowhere else")
    func growth() throws {
        var bound = try FuzzRun(Hoarder.self, seed: 1, growthBytesMax: 16 << 20)
        var free = try FuzzRun(Hoarder.self, seed: 1)

        #expect(throws: FuzzViolation.self) {
            for number in 0..<200 as Range<UInt64> { try bound.run(number) }
        }
        for number in 0..<40 as Range<UInt64> { try free.run(number) }

        #expect(free.report.growthBytes == 0)
    }

    @Test("an input is made again from seed and number alone")
    func repeats() throws {
        for type in FuzzTargets.all where type.name != "loop" {
            var first = try FuzzRun(type, seed: 7)
            var second = try FuzzRun(type, seed: 7)
            for number in 0..<5 as Range<UInt64> { _ = first.input(number) }

            #expect(first.input(3) == second.input(3), "\(type.name)")
        }
    }
}
