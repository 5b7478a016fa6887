// What baton-fuzz does: the parent starts a process for each target and reads what it says; the
// child runs inputs. A child that dies is run again from where it last was, input by input.
import BatonFuzz
import BatonPlatform
import CommandTree

enum FuzzProgram {
    static func run(_ words: [String]) -> Int32 {
        switch FuzzOptions.read(words) {
        case .help:
            say(FuzzOptions.usage)
            return 0
        case .refused(let message):
            complain(message)
            return ExitStatus.usage.rawValue
        case .options(let options):
            do {
                return try run(options)
            } catch {
                complain("\(error)")
                return ExitStatus.failed.rawValue
            }
        }
    }

    private static func run(_ options: FuzzOptions) throws -> Int32 {
        if let type = FuzzTargets.named(options.target) {
            if options.isChild || options.number != nil || options.input != nil {
                return try FuzzChild(options: options, type: type).run()
            }
        }
        say("seed \(options.seed)\n")
        var violations = 0
        for type in FuzzTargets.all where [type.name, "all"].contains(options.target) {
            let parent = FuzzParent(options: options, target: type.name)
            if try !parent.run() { violations += 1 }
        }
        say("\(violations) targets violated\n")
        return violations == 0 ? 0 : ExitStatus.failed.rawValue
    }

    static func say(_ text: String) {
        // Whoever does not read wants no report.
        _ = try? StandardStream.output.write(text)
    }

    static func complain(_ text: String) {
        // Nobody is left to tell if stderr is closed.
        _ = try? StandardStream.error.write("baton-fuzz: \(text)\n")
    }
}
