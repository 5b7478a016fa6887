// A short piece of every fuzz run, so that a target that breaks is noticed at once; the long runs
// are `baton-fuzz`'s.

import BatonFuzz
import Testing

@Suite("fuzz", .timeLimit(.minutes(5)))
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
