// The `baton` program: reads its command line, runs the command, and ends with its status.
import BatonPlatform
import CommandTree

ignoreBrokenPipes()
Host.exit(BatonProgram.run(Array(CommandLine.arguments.dropFirst())).rawValue)
