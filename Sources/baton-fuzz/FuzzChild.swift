// The side of a fuzz run that may die: it makes inputs and checks them, on a thread with as little
// stack as any thread of Baton has.
import BatonFuzz
import BatonPlatform
import CommandTree
import Crypto
import Synchronization

struct FuzzChild: Sendable {
    let options: FuzzOptions
    let type: any FuzzTarget.Type

    /// Parsers are made for stacks of this size.
    private static let stackBytes = 512 << 10
    /// How often the parent hears where the run is.
    private static let newsMicroseconds: Int64 = 100_000

    func run() throws -> Int32 {
        let ending = Ending()
        let thread = try spawnThread(name: "fuzz", stackSize: Self.stackBytes) {
            ending.status.store(work(), ordering: .releasing)
        }
        thread.join()
        return ending.status.load(ordering: .acquiring)
    }

    private func work() -> Int32 {
        do {
            // This process does nothing else, so its growth is the target's.
            var run = try FuzzRun(
                type, seed: options.seed, growthBytesMax: FuzzBounds.growthBytesMax)
            if let path = options.input {
                let input = try Files.read(path, bytesMax: FuzzOptions.inputBytesMax)
                return one(&run, input, 0)
            }
            if let number = options.number {
                let input = run.input(number)
                FuzzProgram.say("input \(Hex.encode(input))\n")
                return one(&run, input, number)
            }
            return many(&run)
        } catch {
            FuzzProgram.say("violation \(error)\n")
            return ExitStatus.failed.rawValue
        }
    }

    private func one(_ run: inout FuzzRun, _ input: [UInt8], _ number: UInt64) -> Int32 {
        do {
            try run.run(input, number)
        } catch {
            FuzzProgram.say("violation \(error)\n")
            return ExitStatus.failed.rawValue
        }
        let outcome = run.report.outcomes.keys.first ?? ""
        FuzzProgram.say("holds: \(outcome), \(run.report.slowestMicroseconds) us\n")
        return 0
    }

    private func many(_ run: inout FuzzRun) -> Int32 {
        let runs = options.runs ?? (options.milliseconds == nil ? FuzzOptions.runsByDefault : .max)
        let start = MonotonicClock.nowMicroseconds()
        let end = options.milliseconds.map { start + $0 * 1_000 } ?? .max
        var number = options.first
        var toldAt: Int64 = 0
        while number - options.first < runs {
            let now = MonotonicClock.nowMicroseconds()
            if now >= end { break }
            if options.isCareful || now - toldAt >= Self.newsMicroseconds {
                FuzzProgram.say("at \(number)\n")
                toldAt = now
            }
            do {
                try run.run(number)
            } catch {
                FuzzProgram.say("at \(number)\nviolation \(error)\n")
                return ExitStatus.failed.rawValue
            }
            number += 1
        }
        let time = MonotonicClock.nowMicroseconds() - start
        FuzzProgram.say("report \(summary(run.report, time))\n")
        return 0
    }

    private func summary(_ report: FuzzReport, _ time: Int64) -> String {
        "inputs \(report.inputs) accepted \(report.accepted) refused \(report.refused)"
            + " outcomes \(report.outcomes.count) largest \(report.largestBytes) bytes"
            + " slowest \(report.slowestMicroseconds) us (input \(report.slowestNumber))"
            + " growth \(report.growthBytes >> 10) KiB"
            + " in \(DurationText.text(milliseconds: time / 1_000))"
    }
}

/// What the thread leaves behind.
private final class Ending: Sendable {
    let status = Atomic<Int32>(ExitStatus.failed.rawValue)
}
