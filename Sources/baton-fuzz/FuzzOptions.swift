// The command line of baton-fuzz.
import BatonFuzz
import BatonPlatform
import CommandTree
import Crypto

struct FuzzOptions {
    static let usage = """
        Usage: baton-fuzz [--target NAME|all] [--seed N] [--runs N | --for DURATION]
               baton-fuzz --target NAME --seed N --number N
               baton-fuzz --target NAME --input FILE

        Feeds hostile input to everything of Baton that reads. Each target runs in a process of its
        own; a trap, a hang, growing memory or a broken property is reported with the command that
        replays the one input. Ends with 0, or with 1 when a target was violated.

          --target NAME     what to fuzz; default all
          --seed N          whence all inputs follow; default 1
          --runs N          inputs of each target; default 10000
          --for DURATION    time of each target, such as 90s or 10m, instead of a number
          --number N        makes and checks the one input of this number, and prints it
          --input FILE      checks the bytes of a file
          --first N         begins with the input of this number

        Targets: \(FuzzTargets.all.map { $0.name }.joined(separator: ", "))

        """

    var target = "all"
    var seed: UInt64 = 1
    var runs: UInt64?
    var milliseconds: Int64?
    var first: UInt64 = 0
    var number: UInt64?
    var input: String?
    /// Set by the parent: progress and report go to standard output, line by line.
    var isChild = false
    /// Tells every input before it is tried, to find the one that ends the process.
    var isCareful = false

    static let runsByDefault: UInt64 = 10_000
    static let inputBytesMax = 16 << 20

    enum Reading {
        case options(FuzzOptions)
        case help
        case refused(String)
    }

    static func read(_ words: [String]) -> Reading {
        var options = FuzzOptions()
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--help", "-h": return .help
            case "--child": options.isChild = true
            case "--careful": options.isCareful = true
            default:
                guard let value = rest.popFirst() else { return .refused("\(word) needs a value") }
                guard options.take(word, value) else {
                    return .refused("\(word) \(value) cannot be; see --help")
                }
            }
        }
        return .options(options)
    }

    private mutating func take(_ name: String, _ value: String) -> Bool {
        switch name {
        case "--target":
            target = value
            return value == "all" || FuzzTargets.named(value) != nil
        case "--seed": return Self.set(&seed, UInt64(value))
        case "--runs": return Self.set(&runs, UInt64(value))
        case "--for": return Self.set(&milliseconds, DurationText.milliseconds(value))
        case "--first": return Self.set(&first, UInt64(value))
        case "--number": return Self.set(&number, UInt64(value))
        case "--input":
            input = value
            return true
        default: return false
        }
    }

    private static func set<Value>(_ place: inout Value, _ value: Value?) -> Bool {
        guard let value else { return false }
        place = value
        return true
    }

    private static func set<Value>(_ place: inout Value?, _ value: Value?) -> Bool {
        place = value
        return value != nil
    }

    /// What replays one input.
    func replay(_ target: String, _ number: UInt64) -> String {
        "baton-fuzz --target \(target) --seed \(seed) --number \(number)"
    }
}
