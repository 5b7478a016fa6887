// The `baton-sim` program: finds bugs in the broker before users do.
import BatonPlatform
import CommandTree

ignoreBrokenPipes()
let parser = CommandParser(root: simulatorCommand)
switch parser.parse(Array(CommandLine.arguments.dropFirst())) {
case .version: Host.exit(ExitStatus.done.rawValue)
case .help(let path):
    say(HelpText(parser: parser, paint: Paint(isColoured: false)).text(path: path))
    Host.exit(ExitStatus.done.rawValue)
case .refused(let failure):
    complain(failure)
    Host.exit(failure.status.rawValue)
case .run(let invocation):
    do {
        Host.exit(try SimulatorRun(invocation).run().rawValue)
    } catch {
        complain(error)
        Host.exit(error.status.rawValue)
    }
}

/// A result; without a reader there is nobody to tell.
func say(_ text: String) {
    _ = try? StandardStream.output.write(text)
}

func complain(_ failure: CommandFailure) {
    let problems = failure.problems.map { "  \($0.subject) \($0.message)\n" }.joined()
    // Nobody is left to tell if stderr is closed.
    _ = try? StandardStream.error.write("baton-sim: \(failure.message)\n\(problems)")
}
