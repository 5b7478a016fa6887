// Rounds of random crashes, short: the program `baton-crash` does the same for hours.
import BatonCrash
import BatonPlatform
import Testing

extension Crashes {
    @Suite("cycles") struct CycleTests {
        @Test("killed at random moments, nothing acknowledged is lost and nothing accepted twice")
        func cycles() throws {
            var options = CrashRun.Options(
                seed: Host.environment("BATON_CRASH_SEED").flatMap { UInt64($0) }
                    ?? Entropy.uint64(),
                programs: try Arena.programs())
            options.cycles = 18
            options.cyclesPerRound = 9
            options.clients = 1
            var run = CrashRun(options)

            let figures = try run.run()

            let report: Comment = "\(figures.lines.joined(separator: "\n"))"
            #expect(figures.violations.isEmpty, report)
            #expect(figures.cycles == 18 && figures.rounds == 2, report)
            #expect(figures.brokersKilled > 0 && figures.submissions > 0, report)
            #expect(figures.shown > 0, report)
            #expect(figures.powerLosses + figures.faults.values.reduce(0, +) > 0, report)
            #expect(figures.digests > 0 && figures.proven > 0, report)
        }
    }
}
