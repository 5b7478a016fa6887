// The command line of `baton-crash`.
import BatonClient
import BatonPlatform
import JSON
import CommandTree

/// Reads the words, runs, and says what came of it.
package enum CrashProgram {
    private static let usage = """
        usage: baton-crash [--seed N] [--cycles N | --for 10m] [--baton PATH] [--dir DIR] [--json]

        Kills a broker, its agents and its clients at random moments under load, in rounds of 20
        cycles; in every other round the disk loses power and calls fail as well. After each cycle
        the journal is read anew and held against everything that was acknowledged. The first line
        is the seed, the last one ends in the number of violations; the exit status is 1 if there
        were any, and the folder that shows them is kept.

          --seed N      where the random moments come from (drawn)
          --cycles N    so many cycles (100, unless --for is given)
          --for TIME    so long: 90s, 10m
          --baton PATH  the program to test (the one beside this one)
          --dir DIR     where the homes are made (where temporary files go)
          --json        one object instead of lines

        """

    /// - Returns: the exit status.
    package static func run(_ words: [String]) -> Int32 {
        do {
            switch words.first {
            case "client" where words.count == 4:
                var client = try ClientRole(endpoint: words[1], name: words[2], record: words[3])
                try client.run()
                return 0
            case "worker" where words.count == 2:
                try WorkerRole.run(endpoint: words[1])
                return 0
            case "--help", "-h":
                say(usage, to: .output)
                return 0
            default: return try crash(words)
            }
        } catch let problem as Misuse {
            say("baton-crash: \(problem.description)\n\(usage)", to: .error)
            return ExitStatus.usage.rawValue
        } catch {
            say("baton-crash: \(error)\n", to: .error)
            return ExitStatus.failed.rawValue
        }
    }

    private struct Misuse: Error, CustomStringConvertible {
        let description: String
    }

    private static func crash(_ words: [String]) throws -> Int32 {
        let own = try Host.executablePath()
        var options = CrashRun.Options(
            seed: Entropy.uint64(),
            programs: CrashStage.Programs(baton: "\(Files.parent(of: own))/baton", crash: own))
        var isJSON = false
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--json" {
                isJSON = true
                continue
            }
            guard let value = rest.popFirst() else {
                throw Misuse(description: "\(word) is not understood, or needs a value")
            }
            try set(word, value, in: &options)
        }
        if options.cycles == nil, options.milliseconds == nil { options.cycles = 100 }
        guard Host.findExecutable(options.programs.baton) != nil else {
            throw Misuse(description: "there is no program \(options.programs.baton)")
        }
        say("seed \(options.seed)\n", to: isJSON ? .error : .output)
        var run = CrashRun(options)
        let figures = try run.run { say("\($0)\n", to: .error) }
        if isJSON {
            say(String(decoding: figures.json.encoded(), as: UTF8.self) + "\n", to: .output)
        } else {
            say(figures.lines.joined(separator: "\n") + "\n", to: .output)
        }
        guard !figures.violations.isEmpty else { return ExitStatus.done.rawValue }
        say(
            "again: \(own) --seed \(options.seed) --cycles \(figures.cycles) "
                + "--baton \(options.programs.baton)\n", to: .error)
        return ExitStatus.failed.rawValue
    }

    private static func set(
        _ name: String, _ value: String, in options: inout CrashRun.Options
    ) throws {
        switch name {
        case "--seed":
            guard let seed = UInt64(value) else {
                throw Misuse(description: "--seed \(value) is no whole number")
            }
            options.seed = seed
        case "--cycles":
            guard let cycles = Int(value), cycles > 0 else {
                throw Misuse(description: "--cycles \(value) is no number of cycles")
            }
            options.cycles = cycles
        case "--for":
            guard let milliseconds = DurationText.milliseconds(value), milliseconds > 0 else {
                throw Misuse(description: "--for \(value) is no length of time such as 10m")
            }
            options.milliseconds = milliseconds
        case "--baton": options.programs.baton = try Files.absolutePath(value)
        case "--dir": options.folder = try Files.absolutePath(value)
        default: throw Misuse(description: "\(name) is not understood")
        }
    }

    private static func say(_ text: String, to stream: StandardStream) {
        // Nobody is left to tell if the stream is closed.
        _ = try? stream.write(text)
    }
}
