// Runs the context commands of a brief or a card, one after the other, and looks for secrets in
// what they print before it goes anywhere.
import BatonAgentKit
import BatonAgents
import BatonPlatform
import CommandTree

/// The commands of one brief or one card, to be run.
struct ContextRun {
    let commands: [[String]]
    let directory: String
    let environment: [String]

    /// What is shown of standard error when a program fails, in bytes.
    private static let errorBytesMax = 400

    /// As a person would type it.
    static func shown(_ words: [String]) -> String {
        words.map { ShellWord.quoted($0) }.joined(separator: " ")
    }

    /// What each prints.
    /// - Parameter begins: called before each with its number, counted from 1.
    /// - Throws: of the first that gives no context, which it is and why. A secret is never
    ///   repeated, only the line that holds it.
    func outputs(
        stopDescriptor: Int32, begins: (Int) -> Void = { _ in }
    ) throws(ContextFault) -> [[UInt8]] {
        var outputs: [[UInt8]] = []
        for (index, words) in commands.enumerated() {
            begins(index + 1)
            let name = "context command \(index + 1) (\(Self.shown(words)))"
            let program = ContextProgram(words, in: directory, environment: environment)
            let output: [UInt8]
            do throws(ContextFault) {
                output = try program.run(stopDescriptor: stopDescriptor)
            } catch {
                throw ContextFault(
                    message: "\(name): \(error.message)\(Self.said(error.errorOutput))",
                    isRetryable: error.isRetryable)
            }
            let text = String(decoding: output, as: UTF8.self)
            if let found = SecretScanner.places(in: text).first {
                throw ContextFault(
                    message: "\(name): line \(found.line) of what it prints holds what looks like"
                        + " \(found.kind); nothing of it was kept", isRetryable: false)
            }
            outputs.append(output)
        }
        return outputs
    }

    /// The end of what a failed program wrote to standard error, for its message, which is kept:
    /// nothing of it if a secret is in it.
    private static func said(_ errorOutput: String) -> String {
        if let found = SecretScanner.places(in: errorOutput).first {
            return "; its standard error holds what looks like \(found.kind) and is left out"
        }
        let end = String(decoding: errorOutput.utf8.suffix(errorBytesMax), as: UTF8.self)
        return end.isEmpty ? "" : ": \(end)"
    }
}
