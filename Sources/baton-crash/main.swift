// `baton-crash`: kills brokers, agents and clients, and takes the disk away from under them, for as
// long as it is let; then says what was lost, which must be nothing. Not part of an installation.
import BatonCrash
import BatonPlatform

ignoreBrokenPipes()
Host.exit(CrashProgram.run(Array(CommandLine.arguments.dropFirst())))
