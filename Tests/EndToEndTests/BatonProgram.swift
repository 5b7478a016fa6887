// The real program as a black box: started with words, watched through its pipes, ended by its
// number.
import BatonPlatform
import JSON
import Testing

/// The `baton` that was built beside the tests.
enum BatonProgram {
    /// How one run ended.
    struct Run: CustomStringConvertible {
        let words: [String]
        let status: Int32
        let output: String
        let errorOutput: String

        /// Standard output as one JSON object.
        func json() throws -> JSONValue { try JSONValue(parsing: output) }

        /// Standard output as one JSON object a line.
        func jsonLines() throws -> [JSONValue] {
            try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        }

        var description: String {
            "baton \(words.joined(separator: " ")) ended with \(status)\n\(output)\n\(errorOutput)"
        }
    }

    /// Where the program is: in the folder of the test bundle.
    static func path() throws -> String {
        if let named = Host.environment("BATON_TEST_PROGRAM") { return named }
        let bundle = try Host.executablePath()
        let folder = Files.parent(of: bundle)
        for candidate in ["\(folder)/baton", "\(Self.sourceRoot)/.build/debug/baton"]
        where try Files.status(of: candidate)?.kind == .file {
            return candidate
        }
        throw Missing(description: "no baton beside \(bundle); build it with `swift build`")
    }

    struct Missing: Error, CustomStringConvertible { let description: String }

    /// The folder with Package.swift.
    static let sourceRoot: String = {
        var path = #filePath.split(separator: "/").map(String.init)
        path.removeLast(3)
        return "/" + path.joined(separator: "/")
    }()

    /// Starts it; the caller sees to its end.
    static func start(
        _ words: [String], directory: String? = nil, environment: [String] = [],
        group: LaunchPlan.Group = .own
    ) throws -> RunningProgram {
        let plan = LaunchPlan(
            executable: try path(), arguments: words,
            environment: Self.environment() + environment, directory: directory, group: group,
            input: .null, output: .pipe, errorOutput: .pipe)
        return RunningProgram(words, try ChildProcess.spawn(plan))
    }

    /// Ours without what would steer the program elsewhere.
    private static func environment() -> [String] {
        Host.environment().filter { !$0.hasPrefix("BATON_") && !$0.hasPrefix("NO_COLOR=") }
    }

    /// Runs it to its end, at most so many seconds.
    static func run(
        _ words: [String], directory: String? = nil, environment: [String] = [],
        within seconds: Int = 60
    ) async throws -> Run {
        let program = try start(words, directory: directory, environment: environment)
        return try await program.end(within: seconds)
    }
}

/// A program that runs. Whoever holds it ends it.
final class RunningProgram {
    let words: [String]
    let process: ChildProcess
    private(set) var output: [UInt8] = []
    private(set) var errorOutput: [UInt8] = []

    struct TooSlow: Error, CustomStringConvertible { let description: String }

    init(_ words: [String], _ process: ChildProcess) {
        self.words = words
        self.process = process
    }

    deinit {
        if process.pollExit() == nil {
            process.signalGroup(.kill)
            _ = process.waitForExit()
        }
    }

    /// Takes what it has said so far.
    func drain() throws {
        while case .bytes(let bytes) = try process.readOutput() { output += bytes }
        while case .bytes(let bytes) = try process.readErrorOutput() { errorOutput += bytes }
    }

    var said: String { String(decoding: errorOutput, as: UTF8.self) }

    /// Waits until it has said something on standard error.
    func waits(toSay text: String, within seconds: Int = 30) async throws {
        try await eventually(
            "`baton \(words.joined(separator: " "))` says \(text)", within: seconds
        ) {
            try self.drain()
            return self.said.contains(text)
        }
    }

    /// Waits for its end; too slow a program is killed and reported with what it said.
    func end(within seconds: Int = 60) async throws -> BatonProgram.Run {
        let deadline = MonotonicClock.nowMicroseconds() + Int64(seconds) * 1_000_000
        while true {
            try drain()
            if let exit = process.pollExit() {
                try drain()
                let status: Int32 =
                    switch exit {
                    case .code(let code): code
                    case .signal(let signal): 128 + signal.rawValue
                    }
                return BatonProgram.Run(
                    words: words, status: status, output: String(decoding: output, as: UTF8.self),
                    errorOutput: said)
            }
            if MonotonicClock.nowMicroseconds() >= deadline {
                process.signalGroup(.kill)
                _ = process.waitForExit()
                throw TooSlow(
                    description:
                        "baton \(words.joined(separator: " ")) did not end within \(seconds) s\n"
                        + String(decoding: output, as: UTF8.self) + "\n" + said)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Waits for a claim to become true.
func eventually(
    _ claim: String, within seconds: Int = 30, _ isTrue: () async throws -> Bool
) async throws {
    // What takes so long on a free machine may take longer on a busy one, and that is no fault.
    let patience = seconds * 4
    let deadline = MonotonicClock.nowMicroseconds() + Int64(patience) * 1_000_000
    while try await !isTrue() {
        guard MonotonicClock.nowMicroseconds() < deadline else {
            throw RunningProgram.TooSlow(description: "not within \(patience) s: \(claim)")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
