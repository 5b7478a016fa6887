// What a command is: its name, its words and options, examples and exit codes.
//
// The whole command line is one value of this type. Parsing, `--help`, "did you mean" and the
// completions of three shells all derive from it, so none of them can disagree with another.

/// A node of the command tree: a group with subcommands, or a leaf with an action.
package struct Command: Sendable {
    /// Does the command's work and returns the exit status.
    package typealias Action = @Sendable (Invocation) throws(CommandFailure) -> ExitStatus

    /// The word typed, for example `escalation`.
    package let name: String
    /// One line without a full stop, as it stands in the list of commands.
    package let summary: String
    /// Paragraphs below the summary in `--help`; empty for none.
    package let notes: [String]
    /// The words expected after the command, in order.
    package let arguments: [Argument]
    /// The options of this command alone; those of the root apply everywhere.
    package let options: [Option]
    /// Lines to paste, with what they do.
    package let examples: [Example]
    /// What the exit status means, where this command gives it a special meaning.
    package let exits: [ExitNote]
    /// The commands below this one, in the order of `--help`.
    package let subcommands: [Command]
    /// Words that people try instead, for suggestions only: `start` for `up`.
    package let alsoCalled: [String]
    /// Left out of help and completions: it serves a machine.
    package let isHidden: Bool
    /// What the command does; nil for a group.
    package let action: Action?

    /// A leaf.
    package init(
        _ name: String, _ summary: String, notes: [String] = [], arguments: [Argument] = [],
        options: [Option] = [], examples: [Example], exits: [ExitNote] = [],
        alsoCalled: [String] = [], isHidden: Bool = false, action: @escaping Action
    ) {
        self.name = name
        self.summary = summary
        self.notes = notes
        self.arguments = arguments
        self.options = options
        self.examples = examples
        self.exits = exits
        self.subcommands = []
        self.alsoCalled = alsoCalled
        self.isHidden = isHidden
        self.action = action
    }

    /// A group: it does nothing by itself but list what is below it.
    package init(
        group name: String, _ summary: String, notes: [String] = [], options: [Option] = [],
        examples: [Example] = [], alsoCalled: [String] = [], subcommands: [Command]
    ) {
        self.name = name
        self.summary = summary
        self.notes = notes
        self.arguments = []
        self.options = options
        self.examples = examples
        self.exits = []
        self.subcommands = subcommands
        self.alsoCalled = alsoCalled
        self.isHidden = false
        self.action = nil
    }

    /// The subcommands that people should see.
    package var visible: [Command] { subcommands.filter { !$0.isHidden } }

    /// The subcommand of this name.
    package func subcommand(named word: String) -> Command? {
        subcommands.first { $0.name == word }
    }
}

/// A word expected after a command.
package struct Argument: Sendable {
    /// How many words it takes: `many` is at least one, `any` may be none.
    package enum Count: Sendable { case one, optional, many, any }

    /// As it stands in the usage line: `FILE`, `ID`.
    package let name: String
    package let summary: String
    package let count: Count
    package let kind: ValueKind

    package init(
        _ name: String, _ summary: String, count: Count = .one, kind: ValueKind = .text
    ) {
        self.name = name
        self.summary = summary
        self.count = count
        self.kind = kind
    }

    /// True when the command line is wrong without it.
    package var isRequired: Bool { count == .one || count == .many }

    /// `FILE`, `[FILE]` or `CARD…`, as in the usage line.
    package var usage: String {
        switch count {
        case .one: name
        case .optional: "[\(name)]"
        case .many: "\(name)..."
        case .any: "[\(name)...]"
        }
    }
}

/// An option: a flag, or a name with a value.
package struct Option: Sendable {
    /// Without the dashes: `priority`.
    package let name: String
    /// The one-letter form, if there is one.
    package let short: Character?
    /// What stands for the value in help: `N`; nil for a flag.
    package let placeholder: String?
    package let kind: ValueKind
    package let summary: String
    /// Given several times, every value counts; otherwise a second one is a mistake to report.
    package let repeats: Bool

    /// A flag.
    package init(flag name: String, short: Character? = nil, _ summary: String) {
        self.name = name
        self.short = short
        self.placeholder = nil
        self.kind = .text
        self.summary = summary
        self.repeats = false
    }

    /// An option with a value.
    package init(
        _ name: String, short: Character? = nil, _ placeholder: String, _ summary: String,
        kind: ValueKind = .text, repeats: Bool = false
    ) {
        self.name = name
        self.short = short
        self.placeholder = placeholder
        self.kind = kind
        self.summary = summary
        self.repeats = repeats
    }

    /// True when a value belongs to it.
    package var takesValue: Bool { placeholder != nil }

    /// `--priority N` or `-f, --follow`, as in help.
    package var usage: String {
        let long = placeholder.map { "--\(name) \($0)" } ?? "--\(name)"
        return short.map { "-\($0), \(long)" } ?? long
    }
}

/// What a word may be: checked while parsing, and completed by the shell.
package enum ValueKind: Sendable, Equatable {
    /// Anything.
    case text
    /// A path of a file, or `-` where the command says so.
    case file
    /// A path of a folder.
    case directory
    /// A whole number within the range.
    case integer(ClosedRange<Int64>)
    /// A length of time: `90s`, `10m`, `1h30m`.
    case duration
    /// One of these words.
    case choice([String])
    /// The id of a brief, task, escalation: `t-18` or `18`.
    case identifier(prefix: Character)
    /// An agent's id, or its short name where that is unique.
    case agent
}

/// A line to paste, with what it does.
package struct Example: Sendable {
    package let line: String
    package let meaning: String

    package init(_ line: String, _ meaning: String) {
        self.line = line
        self.meaning = meaning
    }
}

/// What an exit status means for one command.
package struct ExitNote: Sendable {
    package let status: ExitStatus
    package let meaning: String

    package init(_ status: ExitStatus, _ meaning: String) {
        self.status = status
        self.meaning = meaning
    }
}
