// From words to an exit status.
import BatonPlatform
import CommandTree
import JSON

/// The whole run of the program.
enum BatonProgram {
    /// Shown by `--version` and told to brokers.
    static let version = "0.1.0"

    /// The command as typed, without its words: `baton task submit`.
    static func title(_ invocation: Invocation) -> String {
        (["baton"] + invocation.path).joined(separator: " ")
    }

    /// Parses, runs and reports.
    static func run(_ words: [String]) -> ExitStatus {
        let parser = CommandParser(root: CommandLineTree.root)
        // Known before parsing, so that even a misspelt line is answered as it was asked for.
        let console = Console(isJSON: words.contains("--json"))
        switch parser.parse(words) {
        case .version:
            console.result(["version": .string(version)]) { "baton \(version)" }
            return .done
        case .help(let path):
            console.say(HelpText(parser: parser, paint: console.paint).trimmedText(path: path))
            return .done
        case .refused(let failure):
            console.complain(failure)
            return failure.status
        case .run(let invocation):
            return run(invocation, console)
        }
    }

    private static func run(_ invocation: Invocation, _ console: Console) -> ExitStatus {
        guard let action = invocation.command.action else {
            preconditionFailure("the parser runs commands with actions only")
        }
        do throws(CommandFailure) {
            return try action(invocation)
        } catch {
            console.complain(error)
            return error.status
        }
    }
}

extension HelpText {
    /// The help without its last line feed, for `Console.say`.
    func trimmedText(path: [String]) -> String {
        var text = text(path: path)
        while text.last == "\n" { text.removeLast() }
        return text
    }
}
