// `baton up --on-escalation CMD`: every escalation reaches a command at least once, as JSON on its
// standard input, and the journal says with what status it ended. A slow command delays nobody but
// the next notification.
import BatonClient
import BatonPlatform
import JSON
import Synchronization
import ZeroMQ

/// A thread that follows the journal's escalations and tells a command of each.
///
/// Which were told stands in the journal itself, so nothing is forgotten across restarts.
final class EscalationHook: Sendable {
    static let name = "on-escalation"

    /// A command that takes longer is ended: it would hold up all later escalations.
    private static let timeoutSeconds: Int64 = 60

    private let home: Home
    private let token: String
    private let command: String
    /// By which the command and what it starts are found again.
    private let mark: String
    private let logLimits: LogLimits
    private let stamp: @Sendable (Int64) -> String
    private let isStopping = Mutex(false)
    private let bell: WakeUp
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - mark: an environment entry that the command gets.
    ///   - stamp: turns the wall clock's microseconds into the text before each log line.
    init(
        home: Home, token: String, command: String, mark: String, logLimits: LogLimits,
        stamp: @escaping @Sendable (Int64) -> String, report: @escaping @Sendable (String) -> Void
    ) throws(SystemError) {
        self.home = home
        self.token = token
        self.command = command
        self.mark = mark
        self.logLimits = logLimits
        self.stamp = stamp
        self.report = report
        bell = try WakeUp()
    }

    /// Starts the thread.
    func start() throws(SystemError) -> JoinableThread {
        try spawnThread(name: Self.name) { [self] in
            while !stopped {
                follow()
                pause(milliseconds: 500)
            }
        }
    }

    /// Ends the thread soon, and a running command with it.
    func stop() {
        isStopping.withLock { $0 = true }
        bell.ring()
    }

    private var stopped: Bool { isStopping.withLock { $0 } }

    /// Follows until the connection fails or it is time to stop.
    private func follow() {
        // No endpoint, or a broker that is gone: the loop above tries again.
        guard let endpoint = try? home.endpoint(),
            let client = try? Client(
                endpoint: endpoint, identity: .token(agent: "supervisor", token: token),
                name: "baton up --on-escalation")
        else { return }
        client.interrupt(whenReadable: bell.fileDescriptor)
        defer { client.close() }
        do throws(ClientError) {
            let head = try client.status().seq
            var waiting: [String] = []
            try client.openTail(
                TailQuery(since: 0, follow: true, payload: false, type: "escalation."))
            while !stopped {
                guard let chunk = try client.nextEvents(timeout: nil) else { return }
                for line in chunk.lines { note(line, in: &waiting) }
                // Up to the head of the start, the journal may already say that one was told.
                guard chunk.upto >= head else { continue }
                for id in waiting { try tell(id, client) }
                waiting = []
            }
        } catch {
            if error.kind == .refused || error.kind == .notPermitted {
                report("--on-escalation: \(error)")
            }
        }
    }

    private func note(_ line: [UInt8], in waiting: inout [String]) {
        guard let event = try? JSONValue(parsing: line), let type = event["type"]?.stringValue,
            let id = Self.escalation(of: event)
        else { return }
        switch type {
        case "escalation.raised", "escalation.raised-again":
            waiting.removeAll { $0 == id }
            waiting.append(id)
        case "escalation.notified", "escalation.answered", "escalation.withdrawn":
            waiting.removeAll { $0 == id }
        default: break  // One that was joined still has to be told.
        }
    }

    /// An escalation's id is the sequence number of the event that raised it.
    private static func escalation(of event: JSONValue) -> String? {
        if let named = event["data"]?["escalation"] ?? event["escalation"] {
            return named.stringValue ?? named.integerValue.map { "e-\($0)" }
        }
        guard event["type"]?.stringValue == "escalation.raised" else { return nil }
        return event["seq"]?.integerValue.map { "e-\($0)" }
    }

    private func tell(_ id: String, _ client: Client) throws(ClientError) {
        let row = try client.show(.escalation, id)
        guard try row.json()["state"]?.stringValue == "open" else { return }
        guard let status = run(input: row.document) else { return }
        report("--on-escalation: \(id), exit \(status)")
        _ = try client.notified(escalation: id, status: Int64(status))
    }

    /// The exit status of the command; 128 and more for a signal, 127 when it cannot be started;
    /// nil when it was ended because we stop.
    private func run(input: [UInt8]) -> Int32? {
        let plan = LaunchPlan(
            executable: "/bin/sh", arguments: ["-c", command],
            environment: Host.environment() + [mark], group: .own, input: .pipe, output: .pipe,
            errorOutput: .pipe, parentDeathSignal: .kill)
        guard let child = try? ChildProcess.spawn(plan) else { return 127 }
        // Without its file the words are lost, and nothing else.
        let log = try? LogFile(path: home.log(of: Self.name), limits: logLimits, stamp: stamp)
        let deadline = MonotonicClock.nowMicroseconds() + Self.timeoutSeconds * 1_000_000
        var rest = input[...]
        while true {
            if rest.isEmpty {
                child.closeInput()
            } else if let count = try? child.writeInput(rest) {
                rest = rest.dropFirst(count)
            } else {
                // It does not want to read; its status still counts.
                rest = []
            }
            keep(child, in: log)
            if let exit = child.pollExit(endingGroup: true) {
                keep(child, in: log)
                switch exit {
                case .code(let code): return code
                case .signal(let signal): return 128 + signal.rawValue
                }
            }
            let isLate = MonotonicClock.nowMicroseconds() >= deadline
            if isLate || stopped {
                child.signalGroup(.kill)
                _ = child.waitForExit(endingGroup: true)
                return stopped ? nil : 124
            }
            wait(for: child)
        }
    }

    /// Moves what the command has said into the log; a flood must not keep us from the clock.
    private func keep(_ child: ChildProcess, in log: LogFile?) {
        let now = WallClock.nowMicroseconds()
        for _ in 0..<16 {
            guard case .bytes(let bytes)? = try? child.readOutput() else { break }
            try? log?.append(bytes, now: now)
        }
        for _ in 0..<16 {
            guard case .bytes(let bytes)? = try? child.readErrorOutput() else { break }
            try? log?.append(bytes, now: now)
        }
    }

    private func wait(for child: ChildProcess) {
        var poller = Poller()
        _ = poller.add(descriptor: bell.fileDescriptor, for: .readable)
        for descriptor in [child.outputDescriptor, child.errorDescriptor, child.exitDescriptor] {
            if let descriptor { _ = poller.add(descriptor: descriptor, for: .readable) }
        }
        // However it ends, the caller looks at everything next.
        _ = try? poller.poll(timeoutMilliseconds: 50)
    }

    private func pause(milliseconds: Int) {
        var poller = Poller()
        _ = poller.add(descriptor: bell.fileDescriptor, for: .readable)
        // However it ends, the caller looks at the state next.
        _ = try? poller.poll(timeoutMilliseconds: milliseconds)
    }
}
