// The help of a command, as plain text with marks where a terminal gets colour.

/// Writes `--help` from the command's description.
package struct HelpText: Sendable {
    private let parser: CommandParser
    private let paint: Paint

    package init(parser: CommandParser, paint: Paint) {
        self.parser = parser
        self.paint = paint
    }

    /// The help of the command at this path, at most 100 columns wide.
    package func text(path: [String]) -> String {
        guard let command = parser.command(at: path) else { return "" }
        let title = (["baton"] + path).joined(separator: " ")
        var blocks = ["\(paint.bold(title)): \(command.summary)"]
        blocks.append(paint.bold("Usage:") + " " + usage(of: command, title: title))
        blocks += command.notes.map { Prose.wrapped($0, width: 92) }
        if !command.arguments.isEmpty {
            let rows = command.arguments.map { ($0.name, $0.summary) }
            blocks.append(list("Arguments", rows))
        }
        if !command.visible.isEmpty { blocks.append(commands(of: command)) }
        if !command.options.isEmpty, !path.isEmpty {
            blocks.append(list("Options", command.options.map { ($0.usage, described($0)) }))
        }
        blocks.append(
            list(
                "Everywhere",
                parser.root.options.map { ($0.usage, described($0)) }
                    + [("-h, --help", "this text")]
                    + (path.isEmpty ? [("--version", "the version")] : [])))
        if !command.examples.isEmpty {
            let lines = command.examples.map { example in
                "  \(paint.cyan(example.line))\n      \(example.meaning)"
            }
            blocks.append(paint.bold("Examples:") + "\n" + lines.joined(separator: "\n"))
        }
        if !command.exits.isEmpty {
            let rows = command.exits.map { ("\($0.status.rawValue)", $0.meaning) }
            blocks.append(list("Exit status", rows))
        }
        if command.action == nil {
            let word = path.isEmpty ? "COMMAND" : "VERB"
            blocks.append("`\(title) \(word) --help` shows the options and examples of each.")
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private func usage(of command: Command, title: String) -> String {
        guard command.action != nil else {
            return "\(title) \(title == "baton" ? "COMMAND" : "VERB") ..."
        }
        let words = [title] + command.arguments.map(\.usage)
        return (words + (command.options.isEmpty ? [] : ["[options]"])).joined(separator: " ")
    }

    private func described(_ option: Option) -> String {
        var text = option.summary
        if case .choice(let words) = option.kind {
            text += " (" + words.joined(separator: "|") + ")"
        }
        if option.repeats { text += "; may be repeated" }
        return text
    }

    /// The root lists each verb on one line, so that the whole tree is seen at once.
    private func commands(of command: Command) -> String {
        let rows = command.visible.map { child -> (String, String) in
            guard child.action == nil else { return (child.name, child.summary) }
            let verbs = child.visible.map(\.name).joined(separator: "|")
            return ("\(child.name) \(verbs)", child.summary)
        }
        return list(command.name == "baton" ? "Commands" : "Verbs", rows)
    }

    /// Two columns; a long left cell pushes its text to the next line.
    private func list(_ heading: String, _ rows: [(String, String)]) -> String {
        let widest = rows.map { $0.0.count }.filter { $0 <= 28 }.max() ?? 0
        let indent = String(repeating: " ", count: widest + 4)
        let lines = rows.map { left, right in
            let wrapped = Prose.wrapped(right, width: 96 - widest)
                .split(separator: "\n", omittingEmptySubsequences: false)
                .joined(separator: "\n" + indent)
            guard left.count <= widest else { return "  \(left)\n\(indent)\(wrapped)" }
            let gap = String(repeating: " ", count: widest - left.count + 2)
            return "  \(left)\(gap)\(wrapped)"
        }
        return paint.bold(heading + ":") + "\n" + lines.joined(separator: "\n")
    }
}
