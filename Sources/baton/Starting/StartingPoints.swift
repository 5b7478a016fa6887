// `init`, `brief new` and `agent new`: commented files to start from. Nothing that exists is ever
// overwritten.
import BatonBrief
import BatonPlatform
import BatonSupervisor
import CommandTree
import JSON

extension CommandLineTree {
    static let initCommand = Command(
        "init", "a folder to start in: the agents' cards and a commented brief",
        notes: ["Nothing that exists is overwritten; what is there already is left as it is."],
        arguments: [Argument("DIR", "where (here)", count: .optional, kind: .directory)],
        examples: [
            Example("baton init demo && cd demo", "cards in Agents, a brief in brief.md"),
            Example("baton up --detach && baton submit brief.md --wait", "and then"),
        ],
        exits: [ExitNote(.done, "made"), ExitNote(.badInput, "everything was there already")],
        alsoCalled: ["setup", "create"], action: StartingPoints.initialise)
}

/// What the commands that make files do.
enum StartingPoints {
    static func initialise(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let folder = invocation.optionalArgument("DIR") ?? "."
        let prefix = folder == "." ? "" : folder + "/"
        var files = (EmbeddedFiles.cards + EmbeddedFiles.playbooks).map {
            (path: "\(prefix)Agents/\($0.path)", text: $0.text)
        }
        files.append(("\(prefix)brief.md", BriefTemplate.api.text))
        var made: [String] = []
        var kept: [String] = []
        for file in files {
            if try make(file.path, file.text) {
                made.append(file.path)
            } else {
                kept.append(file.path)
            }
        }
        guard !made.isEmpty else {
            throw CommandFailure(
                .badInput, code: "exists", "everything is there already; nothing was changed",
                problems: kept.map { .init($0, "exists") },
                next: ["baton up --detach", "baton submit \(prefix)brief.md --wait"])
        }
        console.result([
            "made": .array(made.map { .string($0) }), "kept": .array(kept.map { .string($0) }),
        ]) {
            let lines = made.map { "  made  \($0)" } + kept.map { "  kept  \($0)" }
            let enter = prefix.isEmpty ? "" : "cd \(ShellWord.quoted(folder)) && "
            return lines.joined(separator: "\n") + "\n\nNext:\n  "
                + console.paint.cyan("\(enter)baton up --detach") + "\n  "
                + console.paint.cyan("baton submit brief.md --wait --out results")
        }
        return .done
    }

    static func newBrief(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let kind = invocation.option("kind").flatMap { BriefTemplate(rawValue: $0) } ?? .api
        let path = invocation.optionalArgument("FILE") ?? "brief.md"
        guard try make(path, kind.text) else {
            throw CommandFailure(
                .badInput, code: "exists", "\(path) is there already; it was not changed",
                next: ["baton brief new \(free(path)) --kind \(kind.rawValue)"])
        }
        console.result(["file": .string(path), "kind": .string(kind.rawValue)]) {
            "\(path) is a commented brief; change it, then:\n  "
                + console.paint.cyan("baton brief check \(ShellWord.quoted(path))") + "\n  "
                + console.paint.cyan("baton submit \(ShellWord.quoted(path)) --wait")
        }
        return .done
    }

    static func newAgent(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        let id = invocation.argument("NAME")
        guard CardParser.id(fromPath: id.split(separator: ".").joined(separator: "/") + ".md") == id
        else {
            throw CommandFailure(
                .badInput, code: "bad_name", "`\(id)` cannot be an agent's id",
                problems: [
                    .init(
                        "NAME", "is words of small letters, digits, - and _, joined by dots",
                        suggestion: CardParser.slug(id))
                ], next: ["baton agent new security.reviewer --lang python"])
        }
        let template = AgentTemplate(id: id, isPython: invocation.option("lang") != "command")
        let home = try Broker.home(invocation)
        let usual = try CardFolder.place(home)
        let here = try done { () throws(SystemError) in try Files.currentDirectory() }
        let folder =
            invocation.option("dir") ?? usual.map { shown($0.path, from: here) } ?? "Agents"
        let files = template.files.map { ("\(folder)/\($0.path)", $0.text, $0.isProgram) }
        let existing = try done { () throws(SystemError) -> [String] in
            var existing: [String] = []
            for (path, _, _) in files where try Files.exists(path) { existing.append(path) }
            return existing
        }
        guard existing.isEmpty else {
            throw CommandFailure(
                .badInput, code: "exists", "nothing was changed",
                problems: existing.map { .init($0, "is there already") },
                next: ["baton agent check \(ShellWord.quoted(files[0].0))"])
        }
        for (path, text, isProgram) in files {
            _ = try make(path, text)
            guard isProgram else { continue }
            try done { () throws(SystemError) in try Files.setPermissions(0o755, of: path) }
        }
        console.result(["agent": .string(id), "files": .array(files.map { .string($0.0) })]) {
            var next = ["baton agent check \(ShellWord.quoted(files[0].0))"]
            if !template.isPython {
                next.append("baton agent test \(ShellWord.quoted(files[0].0)) --record")
            }
            // The cards of the team that plans and judges; what is there is kept.
            if usual == nil, folder == "Agents" { next.append("baton init") }
            let isUsual = folder == "Agents" || usual.map { shown($0.path, from: here) } == folder
            let named = isUsual ? "" : " --agents \(ShellWord.quoted(folder))"
            let isRunning = ProcessRecord.read(home)?.supervisor.isAlive ?? false
            next.append((isRunning ? "baton down && " : "") + "baton up --detach" + named)
            return files.map { "  made  \($0.0)" }.joined(separator: "\n") + "\n\nNext:"
                + next.map { "\n  " + console.paint.cyan($0) }.joined()
        }
        return .done
    }

    /// A path as one would type it from here.
    private static func shown(_ path: String, from here: String) -> String {
        path.hasPrefix(here + "/") ? String(path.dropFirst(here.count + 1)) : path
    }

    /// Makes a file; false when there is one.
    private static func make(_ path: String, _ text: String) throws(CommandFailure) -> Bool {
        do throws(SystemError) {
            try Files.makeDirectory(Files.parent(of: path))
            try Files.writeNew([UInt8](text.utf8), to: path)
            return true
        } catch {
            if error.isAlreadyThere { return false }
            throw CommandFailure(.badInput, code: "system", error.description)
        }
    }

    /// `brief-2.md` and so on: a name that is free.
    private static func free(_ path: String) -> String {
        let dot = path.lastIndex(of: ".") ?? path.endIndex
        for number in 2...99 {
            let candidate = "\(path[..<dot])-\(number)\(path[dot...])"
            if (try? Files.exists(candidate)) != true { return ShellWord.quoted(candidate) }
        }
        return "other.md"
    }
}
