// One run of a program under limits: bytes in, bytes out, and an end in every case. It hangs,
// floods, closes its streams early, leaves children behind or ignores signals: the attempt ends all
// the same.
import BatonPlatform
import ZeroMQ

/// What to run, and within what.
struct ProgramPlan: Sendable {
    var executable: String
    var arguments: [String]
    var environment: [String]
    var directory: String?
    var input: [UInt8]
    /// Standard output beyond this ends the run.
    var outputBytesMax: Int
    /// Standard error beyond this is read and thrown away.
    var logBytesMax: Int
    /// How long it may run.
    var attemptTimeout: Duration?
    /// How long it may go without writing anything.
    var silenceTimeout: Duration?
    /// Time between SIGTERM and SIGKILL.
    var killGrace: Duration
}

/// How a run ended.
struct ProgramResult: Sendable {
    enum Ending: Sendable, Hashable {
        case exited(ChildProcess.Exit)
        case attemptTimedOut
        case silenceTimedOut
        case stopped
        case tooMuchOutput
    }

    var ending: Ending
    var output: [UInt8]
    /// The last bytes of standard error, whole lines.
    var errorTail: String
    var duration: Duration
}

/// A program on its way. Lives on one thread.
final class ProgramRun {
    private let plan: ProgramPlan
    /// By which everything that the program starts is found again, daemons too.
    private let mark: String
    private let child: ChildProcess
    private let stopDescriptor: Int32
    private let heard: ([UInt8]) -> Void

    private var pendingInput: ArraySlice<UInt8>
    private var output: [UInt8] = []
    private var errorTail: [UInt8] = []
    private var errorByteCount = 0
    private let startedAt = monotonicReading()
    private var lastHeard = monotonicReading()
    private var ending: ProgramResult.Ending?
    private var killAt: Duration?
    private var isKilled = false
    private var exit: ChildProcess.Exit?
    private var drainUntil: Duration?

    private static let markVariable = "BATON_RUN"
    private static let errorTailMax = 4096
    /// How long pipes may stay open after the program has ended, held by what it left behind.
    private static let drainTimeout = Duration.seconds(1)
    /// The longest sleep where the kernel cannot tell of an exit (no pidfd).
    private static let pollInterval = Duration.milliseconds(50)

    /// - Parameters:
    ///   - stopDescriptor: readable when the run is to end.
    ///   - heard: gets what is written to standard error, within the plan's bound; called with
    ///     nothing when the program wrote to standard output.
    init(
        _ plan: ProgramPlan, stopDescriptor: Int32, heard: @escaping ([UInt8]) -> Void,
    ) throws(SystemError) {
        self.plan = plan
        self.stopDescriptor = stopDescriptor
        self.heard = heard
        pendingInput = plan.input[...]
        // A program that closes its input early must not end us.
        ignoreBrokenPipes()
        mark = String(Entropy.uint64(), radix: 16)
        child = try ChildProcess.spawn(
            LaunchPlan(
                executable: plan.executable, arguments: plan.arguments,
                environment: plan.environment + ["\(Self.markVariable)=\(mark)"],
                directory: plan.directory, group: .own, input: .pipe, output: .pipe,
                errorOutput: .pipe,
                // It must not work on for a lease that has gone with us.
                parentDeathSignal: .kill))
    }

    /// Runs to the end. Whatever happens, the program and all that it started are gone afterwards.
    func run() throws -> ProgramResult {
        defer {
            child.signalGroup(.kill)
            _ = child.waitForExit(endingGroup: true)
            endStrays()
        }
        if pendingInput.isEmpty { child.closeInput() }
        while !isOver { try turn() }
        let end = ending ?? exit.map { .exited($0) } ?? .stopped
        return ProgramResult(
            ending: end, output: output, errorTail: tailText,
            duration: monotonicReading() - startedAt)
    }

    private var isOver: Bool {
        guard exit != nil else { return false }
        let isDry = child.outputDescriptor == nil && child.errorDescriptor == nil
        return isDry || ending != nil || drainUntil.map { monotonicReading() >= $0 } ?? false
    }

    private func turn() throws {
        var poller = Poller()
        if let input = child.inputDescriptor {
            _ = poller.add(descriptor: input, for: .writable)
        }
        for descriptor in [child.outputDescriptor, child.errorDescriptor] {
            if let descriptor { _ = poller.add(descriptor: descriptor, for: .readable) }
        }
        if exit == nil, let descriptor = child.exitDescriptor {
            _ = poller.add(descriptor: descriptor, for: .readable)
        }
        var stopItem: Poller.Item?
        if ending == nil { stopItem = poller.add(descriptor: stopDescriptor, for: .readable) }
        _ = try poller.poll(timeoutMilliseconds: sleepMilliseconds)

        feed()
        try listen()
        noteExit()
        if let stopItem, !poller.readiness(of: stopItem).isEmpty { end(.stopped) }
        checkTime()
    }

    private var sleepMilliseconds: Int {
        var moments: [Duration] = []
        if ending == nil {
            if let limit = plan.attemptTimeout { moments.append(startedAt + limit) }
            if let limit = plan.silenceTimeout { moments.append(lastHeard + limit) }
        }
        if let killAt, !isKilled { moments.append(killAt) }
        if let drainUntil { moments.append(drainUntil) }
        let now = monotonicReading()
        if child.exitDescriptor == nil || isKilled { moments.append(now + Self.pollInterval) }
        guard let next = moments.min() else { return 60_000 }
        return max(0, Int(((next - now) / .milliseconds(1)).rounded(.up)))
    }

    /// Gives the program its input as fast as it takes it. One that closes its end early has
    /// simply read enough.
    private func feed() {
        guard child.inputDescriptor != nil else { return }
        do {
            while !pendingInput.isEmpty {
                let count = try child.writeInput(pendingInput.prefix(1 << 16))
                if count == 0 { return }
                pendingInput = pendingInput.dropFirst(count)
            }
        } catch {
            pendingInput = []
        }
        child.closeInput()
    }

    private func listen() throws(SystemError) {
        // A bounded number of reads a turn: a flood must not keep us from the clock.
        for _ in 0..<64 {
            guard child.outputDescriptor != nil,
                case .bytes(let bytes) = try child.readOutput()
            else { break }
            lastHeard = monotonicReading()
            heard([])
            if output.count + bytes.count > plan.outputBytesMax {
                end(.tooMuchOutput)
            } else if ending == nil {
                output += bytes
            }
        }
        for _ in 0..<64 {
            guard child.errorDescriptor != nil,
                case .bytes(let bytes) = try child.readErrorOutput()
            else { break }
            lastHeard = monotonicReading()
            keepError(bytes)
        }
    }

    private func keepError(_ bytes: [UInt8]) {
        let room = max(0, plan.logBytesMax - errorByteCount)
        errorByteCount += bytes.count
        if room > 0 {
            heard(Array(bytes.prefix(room)))
            if bytes.count > room {
                heard(
                    Array("\n[standard error beyond \(plan.logBytesMax) bytes is not kept]\n".utf8))
            }
        } else {
            heard([])
        }
        errorTail += bytes.suffix(Self.errorTailMax)
        if errorTail.count > Self.errorTailMax {
            errorTail.removeFirst(errorTail.count - Self.errorTailMax)
        }
    }

    private var tailText: String {
        var text = String(decoding: errorTail, as: UTF8.self)
        if errorByteCount > errorTail.count, let line = text.firstIndex(of: "\n") {
            text = String(text[text.index(after: line)...])
        }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    private func noteExit() {
        // Whatever it started goes with it; it may hold our pipes open for ever.
        guard exit == nil, let ended = child.pollExit(endingGroup: true) else { return }
        exit = ended
        drainUntil = monotonicReading() + Self.drainTimeout
    }

    /// Kills what left the program's group: daemons, and what was started in a session of its own.
    private func endStrays() {
        guard Orphans.mayExist else { return }
        let wanted = mark
        let killed = ProcessMark(Self.markVariable) { $0 == wanted }.kill()
        for facts in killed {
            heard(Array("killed \(facts.name), process \(facts.processID), left behind\n".utf8))
        }
        Orphans.endUnclaimed()
    }

    private func checkTime() {
        let now = monotonicReading()
        if let killAt, !isKilled, now >= killAt, exit == nil {
            isKilled = true
            child.signalGroup(.kill)
        }
        guard ending == nil, exit == nil else { return }
        if let limit = plan.attemptTimeout, now >= startedAt + limit {
            end(.attemptTimedOut)
        } else if let limit = plan.silenceTimeout, now >= lastHeard + limit {
            end(.silenceTimedOut)
        }
    }

    private func end(_ reason: ProgramResult.Ending) {
        guard ending == nil else { return }
        ending = reason
        guard exit == nil else { return }
        child.signalGroup(.terminate)
        killAt = monotonicReading() + plan.killGrace
    }
}

private func monotonicReading() -> Duration { .microseconds(MonotonicClock.nowMicroseconds()) }
