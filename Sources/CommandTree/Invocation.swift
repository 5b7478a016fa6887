// One parsed command line: which command, with which words and options, all checked.

/// What the parser hands to a command's action.
package struct Invocation: Sendable {
    /// The words of the command below `baton`: `["escalation", "answer"]`.
    package let path: [String]
    package let command: Command
    private let values: [String: [String]]
    private let words: [String: [String]]

    init(path: [String], command: Command, values: [String: [String]], words: [String: [String]]) {
        self.path = path
        self.command = command
        self.values = values
        self.words = words
    }

    /// The command as typed: `baton escalation answer`.
    package var title: String { (["baton"] + path).joined(separator: " ") }

    /// True when the flag was given.
    package func flag(_ name: String) -> Bool { values[name] != nil }

    /// The option's value, or nil when it was not given.
    package func option(_ name: String) -> String? { values[name]?.last }

    /// All values of an option that may be repeated.
    package func options(_ name: String) -> [String] { values[name] ?? [] }

    /// The option as a whole number. The parser checked it.
    package func integer(_ name: String) -> Int64? { option(name).flatMap { Int64($0) } }

    /// The option as a length of time in milliseconds. The parser checked it.
    package func milliseconds(_ name: String) -> Int64? {
        option(name).flatMap(DurationText.milliseconds)
    }

    /// The word given for a required argument. The parser made sure that there is one.
    package func argument(_ name: String) -> String {
        guard let word = words[name]?.first else {
            preconditionFailure("\(title) has no argument \(name)")
        }
        return word
    }

    /// The word given for an optional argument.
    package func optionalArgument(_ name: String) -> String? { words[name]?.first }

    /// All words given for an argument that takes many.
    package func arguments(_ name: String) -> [String] { words[name] ?? [] }
}
