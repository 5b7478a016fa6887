// Rounds of crashes: each in a home of its own, with real processes that are killed at moments
// drawn from the seed. In every other round the disk fails as well: it loses power, or a call
// fails.
import BatonCore
import BatonPlatform

/// A whole run.
package struct CrashRun {
    package struct Options: Sendable {
        package var seed: UInt64
        /// So many cycles, or for so long; whichever comes first.
        package var cycles: Int?
        package var milliseconds: Int64?
        package var programs: CrashStage.Programs
        /// Where the rounds' folders are made; nil: where temporary files go.
        package var folder: String?
        /// A journal of so many cycles is still looked at in a moment.
        package var cyclesPerRound = 20
        package var clients = 3

        package init(seed: UInt64, programs: CrashStage.Programs) {
            self.seed = seed
            self.programs = programs
        }
    }

    private let options: Options
    private var figures: CrashFigures
    private let deadline: Int64?

    package init(_ options: Options) {
        self.options = options
        figures = CrashFigures(seed: options.seed)
        deadline = options.milliseconds.map { MonotonicClock.nowMicroseconds() + $0 * 1_000 }
    }

    /// Runs until the cycles or the time are over, or a promise was broken.
    /// - Parameter progress: told of each round.
    package mutating func run(progress: (String) -> Void = { _ in }) throws -> CrashFigures {
        var seeds = SplitMix64(seed: options.seed)
        while figures.violations.isEmpty, remainingCycles > 0, !isOver {
            let isDisk = figures.rounds % 2 == 1
            let folder = try Files.makeTemporaryDirectory(
                prefix: "baton-crash", in: options.folder)
            try round(folder, seed: seeds.next(), withDisk: isDisk)
            figures.rounds += 1
            progress(figures.lines.last ?? "")
            if figures.violations.isEmpty {
                try Files.removeTree(folder)
            } else {
                figures.evidence = folder
            }
        }
        return figures
    }

    private var remainingCycles: Int { (options.cycles ?? .max) - figures.cycles }

    private var isOver: Bool {
        deadline.map { MonotonicClock.nowMicroseconds() >= $0 } ?? false
    }

    private mutating func round(_ folder: String, seed: UInt64, withDisk isDisk: Bool) throws {
        let stage = try CrashStage(in: folder, programs: options.programs)
        let shim = isDisk ? try FaultShim(root: stage.home, in: folder) : nil
        var round = try CrashRound(stage, shim, seed: seed, clients: options.clients)
        defer { round.end() }
        for _ in 0..<min(options.cyclesPerRound, remainingCycles)
        where figures.violations.isEmpty && !isOver {
            try round.cycle(&figures)
            figures.cycles += 1
        }
        try round.settle(&figures)
    }
}
