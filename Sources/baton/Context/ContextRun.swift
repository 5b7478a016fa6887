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

    /// As a person would type it.
    static func shown(_ words: [String]) -> String {
        words.map { ShellWord.quoted($0) }.joined(separator: " ")
    }

    /// What each prints.
    /// - Throws: of the first that gives no context, which it is and why. A secret is never
    ///   repeated, only the line that holds it.
    func outputs(stopDescriptor: Int32) throws(ContextFault) -> [[UInt8]] {
        var outputs: [[UInt8]] = []
        for (index, words) in commands.enumerated() {
            let name = "context command \(index + 1) (\(Self.shown(words)))"
            let program = ContextProgram(words, in: directory, environment: environment)
            let output: [UInt8]
            do throws(ContextFault) {
                output = try program.run(stopDescriptor: stopDescriptor)
            } catch {
                throw ContextFault(
                    message: "\(name): \(error.message)", isRetryable: error.isRetryable)
            }
            if let found = Self.secret(in: output) {
                throw ContextFault(
                    message: "\(name): line \(found.line) of what it prints holds what looks like"
                        + " \(found.kind); nothing of it was kept", isRetryable: false)
            }
            outputs.append(output)
        }
        return outputs
    }

    private static func secret(in output: [UInt8]) -> (line: Int, kind: String)? {
        let text = String(decoding: output, as: UTF8.self)
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            if let kind = SecretScanner.find(in: String(line)) { return (index + 1, kind) }
        }
        return nil
    }
}
