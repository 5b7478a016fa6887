// Whether the program that a card names can be started: what `agent check` and `up` look at before
// an agent crash-loops over a misspelt path.
import BatonAgents
import BatonBrief
import BatonPlatform
import CommandTree
import PlainText

/// Looks for the program of a card.
enum CardProgram {
    /// What keeps the card's process or its context commands from starting; empty when nothing
    /// that can be seen does.
    /// - Parameter folder: the card's own folder, in which they start.
    static func problems(with card: Card, in folder: String) -> [Diagnostic] {
        brainProblems(with: card, in: folder)
            + card.context.flatMap { problems(with: $0, "context", in: folder) }
    }

    private static func brainProblems(with card: Card, in folder: String) -> [Diagnostic] {
        if let worker = card.worker { return problems(with: worker, "worker", in: folder) }
        if let command = card.command { return problems(with: command, "command", in: folder) }
        if let preset = card.preset {
            guard Host.findExecutable(preset) == nil else { return [] }
            return [
                problem(
                    "preset", "preset \(preset): there is no program \(preset) in PATH",
                    "install it, or name another with command: [program]")
            ]
        }
        if card.brain == .command {
            return [
                problem(
                    "command", "brain: command without a command",
                    "add command: [program], or preset: claude")
            ]
        }
        guard EngineCatalog.engine(for: card.id) == nil else { return [] }
        let message =
            card.brain == .builtin
            ? "brain: builtin, but no engine of the id \(card.id) is built in"
            : "the card has neither brain nor worker; up cannot start it"
        return [
            problem(
                "brain", message, "add command: [program], preset: claude or worker: [program]")
        ]
    }

    private static func problems(
        with words: [String], _ key: String, in folder: String
    ) -> [Diagnostic] {
        guard let name = words.first else { return [] }
        let path = Host.programPath(name, in: folder)
        guard let executable = Host.findExecutable(path) else {
            return [missing(name, path, key)]
        }
        // `python3 worker.py`: the interpreter is there, what it is to read may not be.
        let interpreters = ["python", "sh", "bash", "zsh", "node", "ruby", "perl"]
        guard interpreters.contains(where: { Files.name(of: executable).hasPrefix($0) }),
            let script = words.dropFirst().first, !script.hasPrefix("-"), script.contains("."),
            !exists(script.hasPrefix("/") ? script : "\(folder)/\(script)")
        else { return [] }
        return [absent(script, "\(folder)/\(script)", key)]
    }

    private static func missing(_ name: String, _ path: String, _ key: String) -> Diagnostic {
        guard name.contains("/") || exists(path) else {
            return problem(key, "\(key): there is no program \(name) in PATH", "install it")
        }
        if exists(path) {
            return problem(
                key, "\(key): \(name) cannot be executed", "chmod +x \(ShellWord.quoted(path))")
        }
        return absent(name, path, key)
    }

    private static func absent(_ name: String, _ path: String, _ key: String) -> Diagnostic {
        // A folder that cannot be listed has nothing to suggest.
        let names = (try? Files.list(Files.parent(of: path))) ?? []
        let near = Spelling.nearest(to: Files.name(of: path), among: names)
        return problem(
            key, "\(key): \(name) is not there (\(path))",
            near.map { "did you mean \($0)?" } ?? "make it, or name another program")
    }

    /// What cannot be looked at is not there for us either.
    private static func exists(_ path: String) -> Bool { (try? Files.exists(path)) ?? false }

    private static func problem(
        _ field: String, _ message: String, _ suggestion: String
    ) -> Diagnostic {
        Diagnostic(.error, line: nil, field: field, message, suggestion: suggestion)
    }
}
