// A program that is run for what it prints, before anybody plans or works: in little time, with a
// bounded output that must be text, and only when it ends well.
import BatonPlatform
import PlainText

/// Why a program gave no context.
package struct ContextFault: Error, Sendable {
    package let message: String
    /// Whether the same may work in a while.
    package let isRetryable: Bool
    /// What the program last wrote to standard error: not looked through, so not to be repeated
    /// before somebody has. Empty when it says nothing about the fault.
    package let errorOutput: String

    package init(message: String, isRetryable: Bool, errorOutput: String = "") {
        self.message = message
        self.isRetryable = isRetryable
        self.errorOutput = errorOutput
    }
}

/// One program to be run for its output.
package struct ContextProgram: Sendable {
    /// What one program may print, in bytes: context is read by people and goes into prompts.
    package static let outputBytesMax = 65_536
    /// How long one program may take, in seconds.
    package static let secondsMax = 30
    /// What stands for the output of a program that printed nothing.
    package static let nothing = "(it printed nothing)\n"

    private let words: [String]
    private let directory: String
    private let environment: [String]

    /// - Parameters:
    ///   - words: the program, looked up in `PATH` or counted from the directory, and arguments.
    ///   - environment: all that it sees of ours, `NAME=value`.
    package init(_ words: [String], in directory: String, environment: [String]) {
        self.words = words
        self.directory = directory
        self.environment = environment
    }

    /// Runs it to its end.
    /// - Parameter stopDescriptor: readable when nobody wants the output any more.
    package func run(stopDescriptor: Int32) throws(ContextFault) -> [UInt8] {
        let program = words.first ?? ""
        guard let executable = Host.findExecutable(Host.programPath(program, in: directory))
        else {
            throw ContextFault(
                message: "\(program) is not an executable file", isRetryable: false)
        }
        let result: ProgramResult
        do {
            result = try ProgramRun(
                ProgramPlan(
                    executable: executable, arguments: Array(words.dropFirst()),
                    environment: environment, directory: directory, input: [],
                    outputBytesMax: Self.outputBytesMax, logBytesMax: 0,
                    attemptTimeout: .seconds(Self.secondsMax), silenceTimeout: nil,
                    killGrace: .seconds(1)),
                stopDescriptor: stopDescriptor, heard: { _ in }
            ).run()
        } catch {
            throw ContextFault(message: "\(program) cannot be run: \(error)", isRetryable: true)
        }
        try check(result, program)
        guard String(validating: result.output, as: UTF8.self) != nil,
            !result.output.contains(0)
        else {
            throw ContextFault(message: "what \(program) prints is no text", isRetryable: false)
        }
        return result.output.isEmpty ? Array(Self.nothing.utf8) : result.output
    }

    private func check(_ result: ProgramResult, _ program: String) throws(ContextFault) {
        switch result.ending {
        case .exited(.code(0)): return
        case .exited(let exit):
            throw ContextFault(
                message: "\(program): \(exit)", isRetryable: true, errorOutput: result.errorTail)
        case .attemptTimedOut, .silenceTimedOut:
            throw ContextFault(
                message: "\(program) did not end within contextSecondsMax \(Self.secondsMax) s",
                isRetryable: true)
        case .tooMuchOutput:
            throw ContextFault(
                message: "\(program) prints more than contextOutputBytesMax"
                    + " \(Self.outputBytesMax) bytes", isRetryable: false)
        case .stopped:
            throw ContextFault(message: "\(program) was stopped", isRetryable: true)
        }
    }
}
