// The second half of parsing: the command is known, its options and words are checked against it.
// Nothing stops at the first mistake; every one is collected.

import PlainText

/// Checks the options and words typed for one command.
struct Reading {
    let parser: CommandParser
    let path: [String]
    let command: Command
    private(set) var problems: [CommandFailure.Problem] = []
    private var values: [String: [String]] = [:]
    private var words: [String: [String]] = [:]
    /// Replacements of typed words, by place, that mend what can be mended.
    private var mends: [Int: String] = [:]
    /// Lines that are better than the typed one mended, such as another command altogether.
    private var alternatives: [String] = []

    init(parser: CommandParser, path: [String], command: Command) {
        self.parser = parser
        self.path = path
        self.command = command
    }

    private var title: String { (["baton"] + path).joined(separator: " ") }

    var invocation: Invocation {
        Invocation(path: path, command: command, values: values, words: words)
    }

    // MARK: Options

    mutating func read(options: [CommandParser.TypedOption]) {
        for typed in options { read(option: typed) }
    }

    private mutating func read(option typed: CommandParser.TypedOption) {
        guard let option = parser.option(named: typed.word, near: command) else {
            var suggestion: String?
            if let near = parser.nearestOption(to: typed.word, near: command) {
                suggestion = "--" + near.name
                let attached = typed.valueFollows ? nil : typed.value
                mends[typed.index] = "--" + near.name + (attached.map { "=" + $0 } ?? "")
            } else {
                mends[typed.index] = ""
            }
            problems.append(
                .init(typed.word, "is not an option of `\(title)`", suggestion: suggestion))
            return
        }
        let name = "--" + option.name
        guard option.takesValue else {
            if let value = typed.value {
                problems.append(.init(name, "takes no value, but got `\(value)`"))
                mends[typed.index] = name
            }
            values[option.name] = []
            return
        }
        guard let value = typed.value else {
            problems.append(.init(name, "needs a value: \(option.usage)"))
            return
        }
        if values[option.name] != nil, !option.repeats {
            problems.append(.init(name, "was given twice"))
        }
        if let problem = Self.problem(with: value, for: option.kind) {
            problems.append(.init(name, problem.message, suggestion: problem.suggestion))
            if let better = problem.suggestion {
                let place = typed.valueFollows ? typed.index + 1 : typed.index
                mends[place] = typed.valueFollows ? better : "\(name)=\(better)"
            }
        }
        values[option.name, default: []].append(value)
    }

    // MARK: Words

    mutating func read(words typed: inout [(word: String, index: Int)]) {
        for argument in command.arguments {
            switch argument.count {
            case .one, .optional:
                guard !typed.isEmpty else {
                    if argument.count == .one {
                        problems.append(
                            .init(argument.name, "is missing: \(argument.summary)"))
                    }
                    continue
                }
                take(typed.removeFirst(), as: argument)
            case .many, .any:
                if typed.isEmpty, argument.count == .many {
                    problems.append(.init(argument.name, "is missing: \(argument.summary)"))
                }
                for word in typed { take(word, as: argument) }
                typed = []
            }
        }
        for (word, index) in typed {
            problems.append(.init(word, "is one word too many for `\(title)`"))
            mends[index] = ""
        }
    }

    private mutating func take(_ typed: (word: String, index: Int), as argument: Argument) {
        if let problem = Self.problem(with: typed.word, for: argument.kind) {
            problems.append(.init(argument.name, problem.message, suggestion: problem.suggestion))
            if let better = problem.suggestion { mends[typed.index] = better }
            if case .identifier = argument.kind, let noun = Self.noun(of: typed.word),
                let verb = path.last, let group = parser.root.subcommand(named: noun),
                group.subcommand(named: verb) != nil
            {
                alternatives.append("baton \(noun) \(verb) \(typed.word)")
            }
        }
        words[argument.name, default: []].append(typed.word)
    }

    // MARK: Values

    private static func problem(with value: String, for kind: ValueKind)
        -> (message: String, suggestion: String?)?
    {
        switch kind {
        case .text, .agent:
            return nil
        case .file, .directory:
            return value.isEmpty ? ("is empty", nil) : nil
        case .integer(let range):
            guard let number = Int64(value) else {
                return ("needs a whole number, not `\(value)`", nil)
            }
            if range.contains(number) { return nil }
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            return ("must be \(bounds), not \(number)", nil)
        case .duration:
            if DurationText.milliseconds(value) != nil { return nil }
            let bare = Double(value) != nil
            return (
                "needs a length of time such as 90s, 10m or 1h30m, not `\(value)`",
                bare ? value + "s" : nil
            )
        case .choice(let words):
            if words.contains(value) { return nil }
            return (
                "must be \(words.joined(separator: ", ")), not `\(value)`",
                Spelling.nearest(to: value, among: words)
            )
        case .identifier(let prefix):
            return problem(withIdentifier: value, prefix: prefix)
        }
    }

    private static func problem(withIdentifier value: String, prefix: Character)
        -> (message: String, suggestion: String?)?
    {
        let digits = value.hasPrefix("\(prefix)-") ? value.dropFirst(2) : Substring(value)
        if let number = Int64(digits), number >= 0 { return nil }
        let example = "\(prefix)-18 or 18"
        if let noun = noun(of: value) {
            return ("looks like \(example), but \(value) names a \(noun)", nil)
        }
        return ("looks like \(example), not `\(value)`", nil)
    }

    /// The noun that an id's letter stands for.
    private static func noun(of identifier: String) -> String? {
        guard identifier.dropFirst().first == "-", Int64(identifier.dropFirst(2)) != nil else {
            return nil
        }
        return switch identifier.first {
        case "b": "brief"
        case "t": "task"
        case "e": "escalation"
        default: nil
        }
    }

    // MARK: The failure

    func failure(typed: [String]) -> CommandFailure {
        var next = alternatives
        if alternatives.isEmpty, !mends.isEmpty {
            var mended = typed
            for (place, word) in mends { mended[place] = word }
            var line = mended.filter { !$0.isEmpty }
            // What is missing stays visible as a placeholder.
            for argument in command.arguments where argument.isRequired {
                if words[argument.name] == nil { line.append(argument.name) }
            }
            next.append(parser.line(line))
        }
        next.append("\(title) --help")
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return CommandFailure(
            .usage, code: "usage", "\(title): \(count)", problems: problems, next: next)
    }
}
