// `baton bench`: how many durable direct tasks a second this machine and disk do, with a broker of
// its own in a temporary home.
import BatonPlatform
import CommandTree
import JSON

extension CommandLineTree {
    static let benchCommand = Command(
        "bench", "durable tasks a second on this machine and disk",
        notes: [
            "Starts a private broker in a temporary folder here, and measures the round trip"
                + " of direct "
                + "tasks of 1 KiB: submitted, confirmed, leased, delivered, confirmed, each "
                + "acknowledgement after fsync. Three loads: at most 256 tasks in the system "
                + "(closed), only the unconfirmed bounded (open), and one at a time (window 1).",
            "The client's threads run on the same processors as the broker.",
        ],
        options: [
            Option(
                "tasks", "N", "tasks in each load (20000; a twentieth one at a time)",
                kind: .integer(100...10_000_000)),
            Option("size", "BYTES", "of each task (1024)", kind: .integer(16...1_000_000)),
            Option("dir", "DIR", "on the disk to measure (here)", kind: .directory),
        ],
        examples: [
            Example("baton bench", "about half a minute"),
            Example("baton bench --tasks 100000 --json", "longer, for programs"),
        ],
        alsoCalled: ["benchmark", "perf"],
        action: { (invocation) throws(CommandFailure) in
            let console = Console(invocation)
            let folder = try done { () throws(SystemError) in
                try Files.makeTemporaryDirectory(
                    prefix: "baton-bench", in: invocation.option("dir") ?? ".")
            }
            // The folder is ours alone, made a moment ago.
            defer { _ = try? Files.removeTree(folder) }
            let tasks = Int(invocation.integer("tasks") ?? 20_000)
            let size = Int(invocation.integer("size") ?? 1024)
            let bench = try BenchBroker(
                folder: try done { () throws(SystemError) in
                    try Files.absolutePath(folder)
                })
            defer { bench.stop() }
            var results: [JSONValue] = []
            for load in BenchLoad.all(tasks: tasks, size: size) {
                console.note("\(load.name): \(load.tasks) tasks ...")
                let result = try bench.measure(load)
                results.append(result.json)
                if !console.isJSON { console.say(result.line) }
            }
            if console.isJSON {
                console.say(json: ["size": .integer(Int64(size)), "loads": .array(results)])
            } else {
                console.say(
                    "(round trip: submitted to completion confirmed; batches of the broker)")
            }
            return .done
        })
}

/// One load to measure.
struct BenchLoad: Sendable {
    let name: String
    let tasks: Int
    let size: Int
    let producers: Int
    let workers: Int
    /// Unconfirmed tasks of a producer at once.
    let window: Int
    /// A producer also waits while so many of its tasks are not completed; nil: it does not.
    let uncompletedMax: Int?

    static func all(tasks: Int, size: Int) -> [BenchLoad] {
        [
            BenchLoad(
                name: "closed", tasks: tasks, size: size, producers: 4, workers: 4, window: 64,
                uncompletedMax: 64),
            BenchLoad(
                name: "open", tasks: tasks, size: size, producers: 4, workers: 4, window: 64,
                uncompletedMax: nil),
            BenchLoad(
                name: "window 1", tasks: max(tasks / 20, 100), size: size, producers: 1, workers: 1,
                window: 1, uncompletedMax: 1),
        ]
    }
}
