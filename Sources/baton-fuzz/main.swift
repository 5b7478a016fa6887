// The `baton-fuzz` program: hostile input for everything that reads.
import BatonPlatform

ignoreBrokenPipes()
Host.exit(FuzzProgram.run(Array(CommandLine.arguments.dropFirst())))
