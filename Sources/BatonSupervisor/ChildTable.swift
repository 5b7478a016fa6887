// The processes that run right now: started with their token, lifeline and log, read, signalled and
// reaped. It decides nothing.
import BatonPlatform
import Crypto
import ZeroMQ

/// The supervisor's running children. It belongs to one thread.
final class ChildTable {
    /// A running child.
    final class Running {
        let process: ChildProcess
        let record: RecordedProcess?
        let startedMicroseconds: Int64

        init(_ process: ChildProcess) {
            self.process = process
            record = RecordedProcess(running: process.processID)
            startedMicroseconds = WallClock.nowMicroseconds()
        }
    }

    /// The descriptor's number by which a child knows that its supervisor lives.
    private static let lifelineNumber: Int32 = 3

    private let home: Home
    private let containment: Containment
    private let logLimits: LogLimits
    private let lifelineReading: Descriptor
    /// Never written to: it closes when this process dies, in whatever way.
    private let lifelineWriting: Descriptor
    private let stamp: @Sendable (Int64) -> String
    private(set) var running: [ChildName: Running] = [:]
    private var logs: [ChildName: LogFile] = [:]
    private var tokens: [ChildName: String] = [:]

    init(
        home: Home, containment: Containment, logLimits: LogLimits,
        stamp: @escaping @Sendable (Int64) -> String
    ) throws(SystemError) {
        self.home = home
        self.containment = containment
        self.logLimits = logLimits
        self.stamp = stamp
        var pipe = try Descriptor.pipe()
        lifelineReading = pipe.takeReading()
        lifelineWriting = pipe.takeWriting()
    }

    // MARK: Tokens

    /// Draws a token for every child and one for ourselves, and writes their digests where the
    /// broker's door finds them. Returns the supervisor's own.
    func drawTokens(for names: [ChildName]) throws(SystemError) -> String {
        let own = Hex.encode(Entropy.bytes(count: 32))
        var lines = [Self.line(own, "supervisor")]
        for name in names {
            guard case .agent(let agent, _) = name else { continue }
            let token = Hex.encode(Entropy.bytes(count: 32))
            tokens[name] = token
            lines.append(Self.line(token, "agent/\(agent)"))
        }
        try Files.writeAtomically(
            [UInt8](lines.joined().utf8), to: home.tokensFile, mode: 0o600)
        return own
    }

    private static func line(_ token: String, _ identity: String) -> String {
        "\(SHA256.hash([UInt8](token.utf8)).hex) \(identity)\n"
    }

    // MARK: Starting

    /// Starts a child.
    func start(
        _ name: ChildName, _ program: Program, endpoint: String?
    ) throws(SystemError) {
        precondition(running[name] == nil, "\(name) runs already")
        var environment = program.environment
        environment.append("BATON_HOME=\(home.path)")
        environment.append("BATON_LIFELINE=\(Self.lifelineNumber)")
        if case .agent(let agent, let instance) = name {
            environment.append("BATON_AGENT=\(agent)")
            environment.append("BATON_INSTANCE=\(instance)")
            if let token = tokens[name] { environment.append("BATON_TOKEN=\(token)") }
            if let endpoint { environment.append("BATON_ENDPOINT=\(endpoint)") }
        }
        environment.append(containment.entry(for: name))
        var plan = LaunchPlan(
            executable: program.executable, arguments: program.arguments, environment: environment,
            directory: program.directory, group: .own, input: .null, output: .pipe,
            errorOutput: .pipe, inherited: [Self.lifelineNumber: lifelineReading.rawValue],
            // For workers that do not watch their lifeline.
            parentDeathSignal: .terminate, controlGroup: containment.group(for: name))
        let child: Running
        do throws(SystemError) {
            child = Running(try ChildProcess.spawn(plan))
        } catch {
            guard error.call == ControlGroup.joiningCall else { throw error }
            containment.giveUpGroups(error)
            plan.controlGroup = nil
            child = Running(try ChildProcess.spawn(plan))
        }
        running[name] = child
        note(name, "started, process \(child.process.processID)")
    }

    // MARK: Running

    /// What to watch for: output of the children.
    var descriptors: [Int32] {
        running.values.flatMap { child in
            [child.process.outputDescriptor, child.process.errorDescriptor].compactMap(\.self)
        }
    }

    /// Moves what the children have said into their logs.
    func drainOutput() {
        for (name, child) in running { drainOutput(name, child) }
    }

    private func drainOutput(_ name: ChildName, _ child: Running) {
        // A child that writes without end must not keep the supervisor from its other work.
        for _ in 0..<16 {
            guard case .bytes(let bytes)? = try? child.process.readOutput() else { break }
            append(name, bytes)
        }
        for _ in 0..<16 {
            guard case .bytes(let bytes)? = try? child.process.readErrorOutput() else { break }
            append(name, bytes)
        }
    }

    /// One child's end.
    struct Ended {
        let name: ChildName
        let end: ChildEnd
        /// What it had left behind, killed by now.
        let strays: [ProcessFacts]
    }

    /// The children that have ended since the last call, reaped, each with whatever it had started.
    func takeEnded() -> [Ended] {
        var ended: [Ended] = []
        for (name, child) in running {
            guard let exit = child.process.pollExit(endingGroup: true) else { continue }
            drainOutput(name, child)
            running[name] = nil
            let end: ChildEnd =
                switch exit {
                case .code(let code): .code(code)
                case .signal(let signal): .signal(signal.rawValue)
                }
            note(name, "ended: \(end)")
            let isLast = !running.keys.contains { $0 != .broker }
            let strays = containment.endStrays(of: name, isLast: isLast)
            for stray in strays {
                note(name, "killed \(stray.name), process \(stray.processID), left behind by it")
            }
            ended.append(Ended(name: name, end: end, strays: strays))
        }
        return ended.sorted { "\($0.name)" < "\($1.name)" }
    }

    func terminate(_ name: ChildName) { running[name]?.process.signal(.terminate) }

    func kill(_ name: ChildName) { running[name]?.process.signalGroup(.kill) }

    /// Which of some agent's processes are behind these sessions, by the numbers that the kernel
    /// gave the broker. A worker may well be a descendant of what was started.
    func present(of agent: String, sessions: [Int32]) -> [ChildName] {
        let own = running.filter { $0.key.agent == agent }
        return own.filter { name, child in
            sessions.contains { session in
                ProcessTable.descends(session, from: child.process.processID)
                    || ProcessTable.environment(of: session).contains(containment.entry(for: name))
            }
        }.map(\.key)
    }

    /// The process of a child, if it runs, and when it started.
    func process(of name: ChildName) -> (RecordedProcess?, startedMicroseconds: Int64)? {
        running[name].map { ($0.record, $0.startedMicroseconds) }
    }

    // MARK: Logs

    private func append(_ name: ChildName, _ bytes: [UInt8]) {
        // A full disk must not end the supervision; the lines are lost, the processes go on.
        try? log(of: name)?.append(bytes, now: WallClock.nowMicroseconds())
    }

    private func note(_ name: ChildName, _ text: String) {
        // As above.
        try? log(of: name)?.note(text, now: WallClock.nowMicroseconds())
    }

    private func log(of name: ChildName) -> LogFile? {
        if let log = logs[name] { return log }
        // As above: without its file, a log is lost and nothing else.
        guard let log = try? LogFile(path: home.log(of: "\(name)"), limits: logLimits, stamp: stamp)
        else {
            return nil
        }
        logs[name] = log
        return log
    }
}
