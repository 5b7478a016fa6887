// A brain that is any program: the card and the packet on its standard input, the result on its
// standard output (Protocols/worker.md, "Command"). It runs in a process group of its own, within
// time and size limits, with an environment that holds no secrets of ours.
package import BatonBrief
import BatonClient
import BatonPlatform
import JSON

/// Runs a program for each attempt.
public struct CommandBrain: AgentHandler {
    public struct Options: Sendable {
        /// The program and its arguments; with a preset, nil takes the preset's.
        public var command: [String]?
        public var preset: CommandPreset?
        /// The card's text, which the program is given first.
        public var cardBody: String
        /// Names of environment variables passed through beside the basic ones.
        public var environmentNames: [String] = []
        /// Where it runs; nil is where we are.
        public var directory: String?
        /// Whether direct tasks need all five deliverables.
        public var isReviewed = false
        /// Standard output beyond this fails the attempt: results are at most 4 MiB on the wire.
        public var outputBytesMax = 4 << 20
        /// Standard error kept in the log for each attempt.
        public var logBytesMax = 1 << 20
        /// Time between SIGTERM and SIGKILL.
        public var killGrace = Duration.seconds(5)
        /// Shortens what the broker allows for the whole attempt, whatever came before the program
        /// included; nil leaves it.
        public var attemptTimeout: Duration?
        public var silenceTimeout: Duration?
        /// How long to wait before trying again after exit status 75.
        public var temporaryFailureDelay = Duration.seconds(30)
        /// Gets standard error, as it is written and within its bound.
        public var log: @Sendable ([UInt8]) -> Void = { bytes in
            // A log that cannot be written must not end the work.
            _ = try? StandardStream.error.write(bytes)
        }

        public init(command: [String]?, preset: CommandPreset? = nil, cardBody: String) {
            self.command = command
            self.preset = preset
            self.cardBody = cardBody
        }

        /// As a card says; nil when the card names neither command nor preset.
        package init?(card: Card) {
            let preset = card.preset.flatMap { CommandPreset(rawValue: $0) }
            guard card.command != nil || preset != nil else { return nil }
            self.init(command: card.command, preset: preset, cardBody: card.body)
            environmentNames = card.env
            isReviewed = card.isReviewed
            attemptTimeout = card.attemptTimeout.map { .seconds($0) }
            silenceTimeout = card.silenceTimeout.map { .seconds($0) }
        }
    }

    private let options: Options
    private let command: [String]

    /// Nil when there is nothing to run.
    public init?(_ options: Options) {
        guard let command = options.command ?? options.preset?.command, !command.isEmpty else {
            return nil
        }
        self.options = options
        self.command = command
    }

    public func handle(_ packet: AgentPacket, context: AgentContext) throws -> AgentResult {
        guard let executable = Host.findExecutable(command[0]) else {
            return .fail(
                retryable: false, message: "the command \(command[0]) is not an executable file",
                code: "no_command")
        }
        let prompt = CommandPrompt(
            packet: packet, cardBody: options.cardBody, findings: context.findings)
        let plan = ProgramPlan(
            executable: executable, arguments: Array(command.dropFirst()),
            environment: environment(for: packet), directory: options.directory,
            input: prompt.encoded(), outputBytesMax: options.outputBytesMax,
            logBytesMax: options.logBytesMax,
            attemptTimeout: context.timeLeft(within: options.attemptTimeout),
            silenceTimeout: [options.silenceTimeout, context.silenceTimeout].compactMap { $0 }
                .min(),
            killGrace: options.killGrace)
        let log = options.log
        let run = try ProgramRun(plan, stopDescriptor: context.stopDescriptor) { bytes in
            context.progress()
            if !bytes.isEmpty { log(bytes) }
        }
        let outcome = try run.run()
        if outcome.ending == .stopped {
            throw AttemptStopped(context.stopReason?.rawValue ?? "stopped")
        }
        var usage = CommandUsage(
            program: Files.name(of: command[0]),
            durationMilliseconds: outcome.duration.wholeMilliseconds)
        let result = result(of: outcome, for: packet, &usage)
        if let cost = usage.costUSD { context.addCost(usd: cost) }
        return result
    }

    // MARK: - Reading the outcome

    private func result(
        of outcome: ProgramResult, for packet: AgentPacket, _ usage: inout CommandUsage
    ) -> AgentResult {
        let answer = options.preset?.extract(outcome.output, into: &usage)
        if let failure = failure(of: outcome, answer) {
            logUsage(usage)
            return failure
        }

        var text = String(decoding: outcome.output, as: UTF8.self)
        switch answer {
        case .text(let found): text = found
        case .failed(let why): return .fail(retryable: true, message: why, code: "command_failed")
        case nil:
            if let preset = options.preset {
                return .fail(
                    retryable: true,
                    message: "\(preset.rawValue) printed no result of the expected form",
                    code: "unfit_output")
            }
        }
        let reader = CommandOutput(
            kind: packet.handoff.kind, agent: packet.agent, task: packet.taskID,
            isReviewed: options.isReviewed)
        let (result, stated) = reader.result(of: text)
        if let stated { usage.merge(stated) }
        guard case .deliver(let parts) = result else {
            logUsage(usage)
            return result
        }
        guard usage.saysSomething else { return result }
        let part = Part(
            name: CommandUsage.partName, mediaType: Deliverables.jsonMediaType,
            body: usage.document)
        return .deliver(parts.filter { $0.name != CommandUsage.partName } + [part])
    }

    /// Nothing is delivered that could carry it as a part, so at least the log has all of it.
    private func logUsage(_ usage: CommandUsage) {
        if usage.saysSomething { options.log(usage.document + [UInt8(ascii: "\n")]) }
    }

    /// Nil when the program ended well.
    private func failure(of outcome: ProgramResult, _ answer: PresetAnswer?) -> AgentResult? {
        let name = Files.name(of: command[0])
        switch outcome.ending {
        case .exited(.code(0)):
            return nil
        case .exited(let exit):
            var message = "\(name): \(exit)"
            if case .failed(let why) = answer { message += ": \(why)" }
            if !outcome.errorTail.isEmpty { message += "\n\(outcome.errorTail.suffix(1500))" }
            switch exit {
            case .code(75):
                return .fail(
                    retryable: true, message: message, code: "exit_75",
                    retryAfter: options.temporaryFailureDelay)
            case .code(65), .code(78):
                return .fail(retryable: false, message: message, code: Self.code(exit))
            case .code, .signal:
                return .fail(retryable: true, message: message, code: Self.code(exit))
            }
        case .attemptTimedOut:
            return .fail(
                retryable: true, message: "\(name) did not end in time", code: "attempt_timeout")
        case .silenceTimedOut:
            return .fail(
                retryable: true, message: "\(name) wrote nothing for too long",
                code: "silence_timeout")
        case .tooMuchOutput:
            return .fail(
                retryable: true,
                message: "\(name) printed more than outputBytesMax \(options.outputBytesMax) bytes",
                code: "too_much_output")
        case .stopped:
            return .fail(retryable: true, message: "\(name) was stopped", code: "stopped")
        }
    }

    private static func code(_ exit: ChildProcess.Exit) -> String {
        switch exit {
        case .code(let code): "exit_\(code)"
        case .signal(let signal): "signal_\(signal.rawValue)"
        }
    }

    // MARK: - Environment

    /// What every program may know of its surroundings.
    private static let basicNames = [
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
    ]
    /// Never passed on because a card says so: with the first the program could act as the agent,
    /// the others are ours to give.
    private static let ownNames = [
        "BATON_TOKEN", "BATON_LIFELINE", "BATON_SUPERVISED", "BATON_RUN",
    ]

    /// What of our environment a card's programs see.
    /// - Parameter more: the names that the card passes on.
    package static func surroundings(passing more: [String]) -> [String] {
        var names = basicNames
        for name in more where !names.contains(name) && !ownNames.contains(name) {
            names.append(name)
        }
        return names.compactMap { name in Host.environment(name).map { "\(name)=\($0)" } }
    }

    private func environment(for packet: AgentPacket) -> [String] {
        var environment = Self.surroundings(passing: options.environmentNames)
        if let mark = Host.environment("BATON_SUPERVISED") {
            environment.append("BATON_SUPERVISED=\(mark)")
        }
        environment.append("BATON_AGENT=\(packet.agent)")
        environment.append("BATON_TASK=\(packet.taskID)")
        environment.append("BATON_KIND=\(packet.kind)")
        environment.append("BATON_ATTEMPT=\(packet.attempt)")
        if let brief = packet.briefID { environment.append("BATON_BRIEF=\(brief)") }
        return environment
    }
}
