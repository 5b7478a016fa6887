// What the threads of a benchmark share: when each task was submitted, confirmed, received and
// completed, and a bell for each producer.
import BatonPlatform
import CommandTree
import JSON
import Synchronization

/// The record of one load.
final class BenchScore: Sendable {
    private struct Times {
        var submitted: [Int64]
        var confirmed: [Int64]
        var received: [Int64]
        var completed: [Int64]
        var completedCount = 0
        var confirmedCount = 0
        var completedOf: [Int]
        var problem: String?
        var hasStopped = false
    }

    private let times: Mutex<Times>
    let load: BenchLoad
    /// One for each producer: rung when a task of it is completed.
    let bells: [WakeUp]

    init(_ load: BenchLoad) throws(SystemError) {
        self.load = load
        var bells: [WakeUp] = []
        for _ in 0..<load.producers { bells.append(try WakeUp()) }
        self.bells = bells
        let none = [Int64](repeating: 0, count: load.tasks)
        times = Mutex(
            Times(
                submitted: none, confirmed: none, received: none, completed: none,
                completedOf: [Int](repeating: 0, count: load.producers)))
    }

    private var now: Int64 { MonotonicClock.nowMicroseconds() }

    func submitted(_ task: Int) { times.withLock { $0.submitted[task] = now } }

    func confirmed(_ task: Int) {
        times.withLock {
            $0.confirmed[task] = now
            $0.confirmedCount += 1
        }
    }

    func received(_ task: Int) {
        times.withLock {
            if $0.received[task] != 0 { $0.problem = "task \(task) was received twice" }
            $0.received[task] = now
        }
    }

    func completed(_ task: Int) {
        let producer = task % load.producers
        times.withLock {
            $0.completed[task] = now
            $0.completedCount += 1
            $0.completedOf[producer] += 1
        }
        bells[producer].ring()
    }

    func completed(of producer: Int) -> Int { times.withLock { $0.completedOf[producer] } }

    func fail(_ problem: String) {
        times.withLock { if $0.problem == nil { $0.problem = problem } }
        for bell in bells { bell.ring() }
    }

    /// True when everything is done, or nothing more can be.
    var isOver: Bool {
        times.withLock {
            $0.problem != nil || $0.hasStopped
                || ($0.completedCount == load.tasks && $0.confirmedCount == load.tasks)
        }
    }

    func stop() { times.withLock { $0.hasStopped = true } }

    var problem: String? { times.withLock { $0.problem } }

    /// Rate and percentiles over all tasks.
    func result(batches: (count: Int64, events: Int64, largest: Int64)) -> BenchResult {
        times.withLock { times in
            let first = times.submitted.min() ?? 0
            let last = max(times.completed.max() ?? 0, times.confirmed.max() ?? 0)
            func sorted(_ ends: [Int64]) -> [Int64] {
                zip(ends, times.submitted).map { $0 - $1 }.sorted()
            }
            return BenchResult(
                load: load, microseconds: max(last - first, 1), confirms: sorted(times.confirmed),
                rounds: sorted(times.completed), batches: batches)
        }
    }
}

/// The figures of one load.
struct BenchResult {
    let load: BenchLoad
    let microseconds: Int64
    /// Submitted to confirmed, each task, sorted.
    let confirms: [Int64]
    /// Submitted to completion confirmed, each task, sorted.
    let rounds: [Int64]
    let batches: (count: Int64, events: Int64, largest: Int64)

    private var rate: Double { Double(load.tasks) * 1_000_000 / Double(microseconds) }

    private var eventsPerBatch: Double {
        batches.count > 0 ? Double(batches.events) / Double(batches.count) : 0
    }

    private static func percentile(_ sorted: [Int64], _ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let index = min(Int((Double(sorted.count) * share).rounded(.up)) - 1, sorted.count - 1)
        return Double(sorted[max(index, 0)]) / 1000
    }

    var line: String {
        func ms(_ value: Double) -> String { Self.rounded(value, places: 2) + " ms" }
        let cells = [
            "\(load.name)", "\(Int(rate)) tasks/s",
            "round trip p50 \(ms(Self.percentile(rounds, 0.5))) p99"
                + " \(ms(Self.percentile(rounds, 0.99)))",
            "confirm p50 \(ms(Self.percentile(confirms, 0.5))) p99"
                + " \(ms(Self.percentile(confirms, 0.99)))",
            "\(batches.count) batches of \(Self.rounded(eventsPerBatch, places: 1)) events",
        ]
        return cells.joined(separator: ", ")
    }

    var json: JSONValue {
        func figures(_ sorted: [Int64]) -> JSONValue {
            [
                "p50_ms": .number(Self.percentile(sorted, 0.5)),
                "p99_ms": .number(Self.percentile(sorted, 0.99)),
                "max_ms": .number(Self.percentile(sorted, 1)),
            ]
        }
        return [
            "load": .string(load.name), "tasks": .integer(Int64(load.tasks)),
            "producers": .integer(Int64(load.producers)), "workers": .integer(Int64(load.workers)),
            "tasks_per_second": .number(rate), "seconds": .number(Double(microseconds) / 1_000_000),
            "round_trip": figures(rounds), "confirm": figures(confirms),
            "batches": [
                "count": .integer(batches.count), "events": .integer(batches.events),
                "events_per_batch": .number(eventsPerBatch), "largest": .integer(batches.largest),
            ],
        ]
    }

    private static func rounded(_ value: Double, places: Int) -> String {
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        let scaled = Int64((value * factor).rounded())
        let whole = scaled / Int64(factor)
        let digits = String(scaled % Int64(factor))
        return "\(whole)." + String(repeating: "0", count: places - digits.count) + digits
    }
}
