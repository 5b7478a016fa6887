// Reads a command line by the command tree: finds the command, checks every word and option, and
// reports all that is wrong at once, with what was probably meant and what to type next.

import PlainText

/// A parser for one tree.
package struct CommandParser: Sendable {
    /// What a command line asks for.
    package enum Outcome: Sendable {
        /// Run this.
        case run(Invocation)
        /// Show the help of this command; the path is the words below the root.
        case help(path: [String])
        /// Show the version.
        case version
        /// Nothing sensible; every problem is in the failure.
        case refused(CommandFailure)
    }

    package let root: Command

    package init(root: Command) {
        self.root = root
    }

    /// Parses the words after the program's name.
    package func parse(_ words: [String]) -> Outcome {
        var found = locate(words)
        if let failure = found.failure { return .refused(failure) }
        if found.wantsVersion { return .version }
        if found.wantsHelp || found.command.action == nil {
            if found.command.action == nil, !found.wantsHelp,
                !found.options.isEmpty || !words.isEmpty
            {
                return incomplete(found)
            }
            return .help(path: found.path)
        }
        var reading = Reading(parser: self, path: found.path, command: found.command)
        reading.read(options: found.options)
        reading.read(words: &found.words)
        guard reading.problems.isEmpty else { return .refused(reading.failure(typed: words)) }
        return .run(reading.invocation)
    }

    /// The command at these words, or nil.
    package func command(at path: [String]) -> Command? {
        var command = root
        for word in path {
            guard let next = command.subcommand(named: word) else { return nil }
            command = next
        }
        return command
    }

    // MARK: Finding the command

    /// An option as typed, with its value if one was attached or followed.
    struct TypedOption {
        var word: String
        var value: String?
        /// Where the option's word stands, so that a corrected line can be built.
        var index: Int
        /// True when the value is a word of its own.
        var valueFollows: Bool
    }

    private struct Found {
        var path: [String] = []
        var command: Command
        var options: [TypedOption] = []
        var words: [(word: String, index: Int)] = []
        var wantsHelp = false
        var wantsVersion = false
        var failure: CommandFailure?
    }

    private func locate(_ words: [String]) -> Found {
        var found = Found(command: root)
        var index = 0
        var optionsEnded = false
        while index < words.count {
            let word = words[index]
            if !optionsEnded, word == "--" {
                optionsEnded = true
            } else if !optionsEnded, word == "--help" || word == "-h" {
                found.wantsHelp = true
            } else if !optionsEnded, word == "--version", found.path.isEmpty {
                found.wantsVersion = true
            } else if !optionsEnded, word.hasPrefix("-"), word != "-" {
                let option = typedOption(words, at: index, near: found.command)
                found.options.append(option)
                if option.valueFollows { index += 1 }
            } else if found.command.action == nil {
                guard let next = found.command.subcommand(named: word) else {
                    found.failure = unknownCommand(word, at: index, of: found.path, in: words)
                    return found
                }
                found.command = next
                found.path.append(word)
            } else {
                found.words.append((word, index))
            }
            index += 1
        }
        return found
    }

    /// Splits `--name=value` and `-nVALUE`, and takes the next word when the option needs one.
    private func typedOption(_ words: [String], at index: Int, near command: Command) -> TypedOption
    {
        let word = words[index]
        if word.hasPrefix("--") {
            if let equals = word.firstIndex(of: "=") {
                return TypedOption(
                    word: String(word[..<equals]),
                    value: String(word[word.index(after: equals)...]),
                    index: index, valueFollows: false)
            }
        } else if word.count > 2, let short = option(named: String(word.prefix(2)), near: command),
            short.takesValue
        {
            return TypedOption(
                word: String(word.prefix(2)), value: String(word.dropFirst(2)), index: index,
                valueFollows: false)
        }
        // A misspelt name takes a value if what was meant does, so that the value is not mistaken
        // for an argument and reported twice.
        let meant = option(named: word, near: command) ?? nearestOption(to: word, near: command)
        let next = index + 1
        guard let meant, meant.takesValue, next < words.count,
            words[next] == "-" || !words[next].hasPrefix("-")
        else { return TypedOption(word: word, value: nil, index: index, valueFollows: false) }
        return TypedOption(word: word, value: words[next], index: index, valueFollows: true)
    }

    /// The option of this word: of the command, else of the root, else of any command below.
    func option(named word: String, near command: Command) -> Option? {
        options(near: command).first { option in
            word == "--" + option.name || option.short.map { word == "-\($0)" } == true
        }
    }

    func nearestOption(to word: String, near command: Command) -> Option? {
        let bare = String(word.drop { $0 == "-" })
        let candidates = options(near: command)
        guard let name = Spelling.nearest(to: bare, among: candidates.map(\.name)) else {
            return nil
        }
        return candidates.first { $0.name == name }
    }

    private func options(near command: Command) -> [Option] {
        var all = command.options + root.options
        func add(_ group: Command) {
            for command in group.subcommands {
                all += command.options
                add(command)
            }
        }
        if command.action == nil { add(command) }
        return all
    }

    // MARK: Failures before a command is known

    private func incomplete(_ found: Found) -> Outcome {
        let title = (["baton"] + found.path).joined(separator: " ")
        guard !found.path.isEmpty else { return .help(path: []) }
        let verbs = found.command.visible.map(\.name)
        return .refused(
            CommandFailure(
                .usage, code: "usage", "`\(title)` needs a verb: \(verbs.joined(separator: ", "))",
                next: ["\(title) \(verbs.first ?? "--help")", "\(title) --help"]))
    }

    private func unknownCommand(
        _ word: String, at index: Int, of path: [String], in words: [String]
    ) -> CommandFailure {
        let group = command(at: path) ?? root
        let title = (["baton"] + path).joined(separator: " ")
        let kind = path.isEmpty ? "a command of baton" : "a verb of `\(title)`"
        var next: [String] = []
        var suggestion: String?
        if let meant = meant(by: word, in: group) {
            suggestion = meant
            var mended = words
            mended[index] = meant
            next.append(line(mended))
        } else if path.isEmpty {
            next += misplacedVerb(word, following: words.dropFirst(index + 1).first)
        } else if word.first?.isNumber == true || word.dropFirst().first == "-",
            group.subcommand(named: "show") != nil
        {
            next.append("\(title) show \(word)")
        }
        next.append("\(title) --help")
        let question = suggestion.map { "; did you mean `\($0)`?" } ?? ""
        return CommandFailure(
            .usage, code: "usage", "`\(word)` is not \(kind)\(question)", next: next)
    }

    private func meant(by word: String, in group: Command) -> String? {
        let lowered = word.lowercased()
        for command in group.visible where command.alsoCalled.contains(lowered) {
            return command.name
        }
        let names = group.visible.map(\.name)
        // `tasks` for `task` and the like.
        if lowered.hasSuffix("s"), names.contains(String(lowered.dropLast())) {
            return String(lowered.dropLast())
        }
        return Spelling.nearest(to: lowered, among: names)
    }

    /// `baton list tasks` and `baton show b-17`: the verb came first, or without its noun.
    private func misplacedVerb(_ word: String, following: String?) -> [String] {
        var lines: [String] = []
        for group in root.visible where group.action == nil {
            guard
                let verb = group.subcommand(named: word)
                    ?? group.visible.first(where: {
                        $0.alsoCalled.contains(word)
                    }), !verb.isHidden
            else { continue }
            let line = "baton \(group.name) \(verb.name)"
            if let following, following == group.name || following == group.name + "s" {
                return [line]
            }
            lines.append(line)
        }
        return Array(lines.prefix(4))
    }

    func line(_ words: [String]) -> String {
        (["baton"] + words.map(ShellWord.quoted)).joined(separator: " ")
    }
}
