// One life of a real broker, from its start to whatever ends it.
package import BatonPlatform
import ZeroMQ

/// A broker process, and what it said. Whoever starts one ends it.
package final class BrokerLife {
    /// How long a broker may take to start or to stop; far more than any does.
    private static let patience: Int64 = 60_000_000

    private let process: ChildProcess
    private let home: String
    private var words: [UInt8] = []
    private let launched = MonotonicClock.nowMicroseconds()
    /// From the launch to the moment it served.
    package private(set) var startMicroseconds: Int64?

    /// Launches one.
    /// - Parameters:
    ///   - environment: added to ours, such as what a `FaultShim` wants.
    ///   - wrapper: a program that runs it, with its words.
    package init(
        _ stage: CrashStage, environment: [String] = [], lifeline: Int32? = nil,
        wrapper: [String] = []
    ) throws {
        home = stage.home
        let words = wrapper + [stage.programs.baton, "broker", "--home", stage.home]
        guard let executable = Host.findExecutable(words[0]) else {
            throw Violation("there is no \(words[0])")
        }
        let rope: [Int32: Int32] = lifeline.map { [3: $0] } ?? [:]
        process = try ChildProcess.spawn(
            LaunchPlan(
                executable: executable, arguments: Array(words.dropFirst()),
                environment: CrashStage.environment + environment
                    + (lifeline == nil ? [] : ["BATON_LIFELINE=3"]),
                output: .null, errorOutput: .pipe, inherited: rope))
    }

    deinit {
        if process.pollExit() == nil { kill() }
    }

    package var processID: Int32 { process.processID }

    /// What it has said on standard error.
    package var said: String {
        while case .bytes(let more)? = try? process.readErrorOutput() { words += more }
        return String(decoding: words, as: UTF8.self)
    }

    /// The lines in which it says why it ends.
    package var complaints: [Substring] {
        said.split(separator: "\n").filter { $0.hasPrefix("baton: broker:") }
    }

    /// Waits until it serves; the status it ended with when it does not come to that.
    package func waitUntilServing() -> ChildProcess.Exit? {
        let deadline = launched + Self.patience
        while MonotonicClock.nowMicroseconds() < deadline {
            if said.contains(" serves ipc://") {
                startMicroseconds = MonotonicClock.nowMicroseconds() - launched
                return nil
            }
            if let exit = process.pollExit() { return exit }
            Pause.milliseconds(1)
        }
        kill()
        return process.waitForExit()
    }

    package func pollExit() -> ChildProcess.Exit? { process.pollExit() }

    /// Waits for its end; nil when it does not come in time.
    package func end(within milliseconds: Int64) -> ChildProcess.Exit? {
        let deadline = MonotonicClock.nowMicroseconds() + milliseconds * 1_000
        while MonotonicClock.nowMicroseconds() < deadline {
            _ = said
            if let exit = process.pollExit() { return exit }
            Pause.milliseconds(2)
        }
        return process.pollExit()
    }

    /// Kills it at once, and waits until it is gone.
    package func kill() {
        process.signalGroup(.kill)
        _ = process.waitForExit()
    }

    /// Asks it to stop, as `baton down` does.
    package func stop() -> ChildProcess.Exit? {
        process.signal(.terminate)
        return end(within: Self.patience / 1_000)
    }

    package func signal(_ signal: Signal) { process.signal(signal) }
}
