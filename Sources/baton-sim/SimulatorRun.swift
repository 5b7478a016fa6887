// Runs seeds, on one thread or several, and prints what they did.
import BatonPlatform
import BatonSimulation
import CommandTree
import JSON
import Synchronization

struct SimulatorRun {
    private let first: UInt64
    private let count: UInt64
    private let limit: Duration?
    private let ticks: Int
    private let isLite: Bool
    private let jobs: Int
    private let isCanary: Bool
    private let bug: PlantedBug?
    private let isJSON: Bool
    private let journal: String?

    init(_ invocation: Invocation) {
        first = UInt64(invocation.integer("seed") ?? 1)
        limit = invocation.milliseconds("for").map { .milliseconds($0) }
        count = limit == nil ? UInt64(invocation.integer("seeds") ?? 1) : .max
        ticks = Int(invocation.integer("ticks") ?? 20_000)
        isLite = invocation.flag("lite")
        jobs = Int(invocation.integer("jobs") ?? 1)
        isCanary = invocation.flag("canary")
        bug = invocation.option("bug").flatMap { PlantedBug(rawValue: $0) }
        isJSON = invocation.flag("json")
        journal = invocation.option("journal")
    }

    func run() throws(CommandFailure) -> ExitStatus {
        if !isJSON { say("seed \(first) commit \(SourceCommit.name())\n") }
        return isCanary ? try runCanary() : try runSeeds()
    }

    private func options(_ seed: UInt64, _ bug: PlantedBug?) -> SimulationOptions {
        SimulationOptions(seed: seed, ticks: ticks, isLite: isLite, bug: bug)
    }

    // MARK: Seeds

    /// What the threads share.
    private struct Progress {
        var next: UInt64
        var reports = 0
        var counters = SimulationReport.Counters()
        var refusedStarts = 0
        var failed: SimulationReport?
        var trouble: String?
        var newest: SimulationReport?
    }

    private func runSeeds() throws(CommandFailure) -> ExitStatus {
        let progress = Shared(Progress(next: first))
        let start = MonotonicClock.nowMicroseconds()
        let end = limit.map { start + Int64($0 / .microseconds(1)) }
        do {
            try work(progress, until: end, threads: jobs)
        } catch {
            throw CommandFailure(.failed, code: "failed", "\(error)")
        }
        let result = progress.value.withLock { $0 }
        if let trouble = result.trouble {
            throw CommandFailure(.failed, code: "failed", trouble)
        }
        // Of several at once the one that failed need not have ended last.
        if let journal, let shown = result.failed ?? result.newest {
            do {
                let lines = shown.journal.flatMap { $0 + [UInt8(ascii: "\n")] }
                try Files.writeAtomically(lines, to: journal, mode: 0o644)
            } catch {
                throw CommandFailure(.failed, code: "failed", "\(error)")
            }
        }
        let seconds = Double(MonotonicClock.nowMicroseconds() - start) / 1e6
        return tell(result, seconds: seconds)
    }

    /// On this thread and as many more as it takes.
    private func work(
        _ progress: Shared<Progress>, until end: Int64?, threads: Int
    ) throws(SystemError) {
        guard threads > 1 else { return work(progress, until: end) }
        let thread = try spawnThread(name: "baton-sim") { [self] in work(progress, until: end) }
        var failure: SystemError?
        do { try work(progress, until: end, threads: threads - 1) } catch { failure = error }
        thread.join()
        if let failure { throw failure }
    }

    private func work(_ progress: Shared<Progress>, until end: Int64?) {
        while true {
            let seed: UInt64? = progress.value.withLock { state in
                let isOver =
                    state.failed != nil || state.trouble != nil
                    || state.next - first >= count
                    || end.map { MonotonicClock.nowMicroseconds() >= $0 } ?? false
                guard !isOver else { return nil }
                state.next += 1
                return state.next - 1
            }
            guard let seed else { return }
            do {
                let report = try Simulator.run(options(seed, bug))
                progress.value.withLock { state in
                    state.reports += 1
                    state.counters.add(report.counters)
                    if report.endedByDamage { state.refusedStarts += 1 }
                    state.newest = report
                    if !report.violations.isEmpty, state.failed.map({ $0.seed > seed }) ?? true {
                        state.failed = report
                    }
                }
            } catch {
                progress.value.withLock { $0.trouble = "\(error)" }
            }
        }
    }

    private func tell(_ result: Progress, seconds: Double) -> ExitStatus {
        let counters = result.counters
        if isJSON {
            var object = JSONObject([
                ("seeds", .integer(Int64(result.reports))),
                ("operations", .integer(Int64(counters.operations))),
                ("faults", .integer(Int64(counters.faults))),
                ("events", .integer(Int64(counters.events))),
                ("simulated_s", .integer(counters.time / 1_000_000)),
                ("violations", .integer(Int64(result.failed?.violations.count ?? 0))),
            ])
            object["seed"] = result.failed.map { .integer(Int64(clamping: $0.seed)) }
            say("\(JSONValue.object(object).encodedText)\n")
        } else {
            sayFigures(result, seconds: seconds)
        }
        guard let failed = result.failed else { return .done }
        if !isJSON {
            for violation in failed.violations.prefix(10) { say("violation: \(violation)\n") }
        }
        let lite = isLite ? " --lite" : ""
        let planted = bug.map { " --bug \($0.rawValue)" } ?? ""
        // Nobody is left to tell if stderr is closed.
        _ = try? StandardStream.error.write(
            "seed \(failed.seed) failed; see it again with:\n  swift run -c release baton-sim "
                + "--seed \(failed.seed) --ticks \(ticks)\(lite)\(planted)\n")
        return .failed
    }

    private func sayFigures(_ result: Progress, seconds: Double) {
        let counters = result.counters
        for (name, count) in counters.notes.sorted(by: { $0.key < $1.key }) where count > 0 {
            say("  \(count)  \(name)\n")
        }
        if result.reports == 1, let newest = result.newest { say("history \(newest.history)\n") }
        say(
            "\(result.reports) seeds, \(counters.operations) operations, \(counters.faults) "
                + "faults, \(counters.events) events, \(counters.starts) starts of the broker, "
                + "\(counters.time / 3_600_000_000) simulated hours in \(Int(seconds)) s; "
                + "\(result.refusedStarts) ended by damage that was found; violations "
                + "\(result.failed?.violations.count ?? 0)\n")
    }

    // MARK: Canary

    /// Seeds that each planted bug may take to show.
    private static let canarySeeds: UInt64 = 40

    private func runCanary() throws(CommandFailure) -> ExitStatus {
        var missed = 0
        for bug in self.bug.map({ [$0] }) ?? PlantedBug.allCases {
            var caught: SimulationReport?
            for seed in first..<first + Self.canarySeeds where caught == nil {
                do {
                    let report = try Simulator.run(options(seed, bug))
                    if !report.violations.isEmpty { caught = report }
                } catch {
                    throw CommandFailure(.failed, code: "failed", "\(error)")
                }
            }
            if let caught {
                say("caught \(bug.rawValue): seed \(caught.seed): \(caught.violations[0])\n")
            } else {
                missed += 1
                say("missed \(bug.rawValue)\n")
            }
        }
        say("\(missed) planted bugs were missed\n")
        return missed == 0 ? .done : .failed
    }
}

/// A value that threads share.
final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }
}
