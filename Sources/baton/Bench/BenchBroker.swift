// The private broker of a benchmark, and the threads that load it.
import BatonBrief
import BatonClient
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON

/// A broker in a temporary home.
final class BenchBroker {
    private static let agent = "bench.worker"

    private let process: ChildProcess
    private let client: Client
    private let endpoint: String

    /// Starts it and registers the benchmark's agent.
    init(folder: String) throws(CommandFailure) {
        let home = Home(path: folder + "/home")
        try done { () throws(SystemError) in try home.make() }
        process = try done(.failed) { () throws(SystemError) in
            try ChildProcess.spawn(
                LaunchPlan(
                    executable: try Host.executablePath(),
                    arguments: ["broker", "--home", home.path],
                    environment: SupervisorPlan.environment(from: Host.environment()),
                    output: .null, errorOutput: .append(path: home.log(of: "broker"))))
        }
        let deadline = MonotonicClock.nowMicroseconds() + 10_000_000
        var found: String?
        while found == nil, MonotonicClock.nowMicroseconds() < deadline, process.pollExit() == nil {
            found = (try? home.endpoint()) ?? nil
            if found == nil { Pause.milliseconds(10) }
        }
        guard let found else {
            let lines = LogTail.lines(of: home.log(of: "broker"), count: 3)
            throw CommandFailure(
                .failed, code: "no_broker",
                "the benchmark's broker did not start: \(lines.joined(separator: " "))",
                next: ["baton doctor"])
        }
        endpoint = found
        client = try answered { () throws(ClientError) in
            try Client(endpoint: found, name: "baton bench")
        }
        var card = Card(id: Self.agent, name: "benchmark")
        card.concurrency = 256
        let document = card.json.encoded()
        _ = try answered { () throws(ClientError) in try client.register(card: document) }
    }

    /// Ends it.
    func stop() {
        client.close()
        process.signal(.terminate)
        _ = process.waitForExit()
    }

    /// Runs one load to its end.
    func measure(_ load: BenchLoad) throws(CommandFailure) -> BenchResult {
        let score = try done { () throws(SystemError) in try BenchScore(load) }
        let before = try batches()
        let threads = try start(load, score)
        let deadline = MonotonicClock.nowMicroseconds() + 600_000_000
        while !score.isOver, MonotonicClock.nowMicroseconds() < deadline { Pause.milliseconds(20) }
        score.stop()
        for name in threads { name.wait() }
        if let problem = score.problem {
            throw CommandFailure(.failed, code: "bench_failed", "\(load.name): \(problem)")
        }
        let after = try batches()
        return score.result(
            batches: (after.count - before.count, after.events - before.events, after.largest))
    }

    private func start(
        _ load: BenchLoad, _ score: BenchScore
    ) throws(CommandFailure) -> [BenchThread] {
        let endpoint = endpoint
        let run = Client.makeKey()
        var threads: [BenchThread] = []
        for number in 0..<load.workers {
            threads.append(
                try BenchThread("worker-\(number)", score) { () throws(ClientError) in
                    var peer = try BenchPeer(endpoint: endpoint, score)
                    try peer.work(agent: Self.agent, number: number)
                })
        }
        for number in 0..<load.producers {
            threads.append(
                try BenchThread("producer-\(number)", score) { () throws(ClientError) in
                    var peer = try BenchPeer(endpoint: endpoint, score)
                    try peer.produce(number, agent: Self.agent, run: run)
                })
        }
        return threads
    }

    private func batches() throws(CommandFailure) -> (count: Int64, events: Int64, largest: Int64) {
        let status = try answered { () throws(ClientError) in try client.status().json() }
        func member(_ name: String) -> Int64 { status["batches"]?[name]?.integerValue ?? 0 }
        return (member("count"), member("events"), member("largest"))
    }
}

/// A thread of a benchmark; its failure ends the load.
final class BenchThread {
    private var thread: JoinableThread?

    init(
        _ name: String, _ score: BenchScore,
        _ body: @escaping @Sendable () throws(ClientError) -> Void
    ) throws(CommandFailure) {
        thread = try done { () throws(SystemError) in
            try spawnThread(name: name) {
                do throws(ClientError) {
                    try body()
                } catch {
                    score.fail("\(name): \(error)")
                }
            }
        }
    }

    func wait() {
        if let thread = thread.take() { thread.join() }
    }
}
