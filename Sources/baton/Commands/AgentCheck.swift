// `baton agent check CARD`: cards read, and what each lacks as a list of things to do.
import BatonAgents
import BatonBrief
import BatonPlatform
import CommandTree
import JSON

/// One thing to do about a card.
struct CardTask {
    /// Whether the card cannot be used before it is done.
    let isError: Bool
    let line: Int?
    let field: String?
    /// An instruction.
    let action: String
    /// What is wrong; nil where the action says it.
    let reason: String?

    init(_ diagnostic: Diagnostic) {
        isError = diagnostic.severity == .error
        line = diagnostic.line
        field = diagnostic.field
        guard let suggestion = diagnostic.suggestion, !suggestion.hasPrefix("did you mean") else {
            let more = diagnostic.suggestion.map { "; \($0)" } ?? ""
            action = "mend this: \(diagnostic.message)\(more)"
            reason = nil
            return
        }
        // One word is what was probably meant.
        action = suggestion.contains(" ") ? suggestion : "write `\(suggestion)`"
        reason = diagnostic.message
    }

    func json(number: Int) -> JSONValue {
        var object = JSONObject([
            ("number", .integer(Int64(number))), ("kind", .string(isError ? "error" : "advice")),
            ("action", .string(action)),
        ])
        object["reason"] = reason.map { .string($0) }
        object["line"] = line.map { .integer(Int64($0)) }
        object["field"] = field.map { .string($0) }
        return .object(object)
    }
}

/// What is to be said about one file.
struct CardReport {
    let path: String
    let id: String?
    let diagnostics: [Diagnostic]

    var isUsable: Bool { !diagnostics.hasErrors }

    /// Errors first, then advice, each by line.
    var tasks: [CardTask] {
        let all = diagnostics.inOrder.map { CardTask($0) }
        return all.filter(\.isError) + all.filter { !$0.isError }
    }

    var json: JSONValue {
        [
            "file": .string(path), "id": id.map { .string($0) } ?? .null,
            "usable": .bool(isUsable),
            "tasks": .array(tasks.enumerated().map { $1.json(number: $0 + 1) }),
            "diagnostics": .array(diagnostics.map(\.json)),
        ]
    }

    func text(_ paint: Paint) -> String {
        var lines = [head(paint)]
        for (index, task) in tasks.enumerated() {
            let kind = task.isError ? paint.red("error ") : paint.yellow("advice")
            let place = task.line.map { "line \($0): " } ?? ""
            let reason = task.reason.map { " (\($0))" } ?? ""
            let words = Prose.harmless("\(place)\(task.action)\(reason)")
            lines.append("  \(index + 1). \(kind)  \(words)")
        }
        return lines.joined(separator: "\n")
    }

    private func head(_ paint: Paint) -> String {
        guard isUsable else { return "\(path): \(paint.red("cannot be used"))" }
        let name = id.map { " as \(paint.cyan($0))" } ?? ""
        let rest = tasks.isEmpty ? "; it lacks nothing" : ""
        return "\(path): \(paint.green("can be used"))\(name)\(rest)"
    }
}

/// Checks cards.
enum AgentCheck {
    static func run(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        var reports: [CardReport] = []
        for path in invocation.arguments("CARD") {
            let kind = try done { () throws(SystemError) in try Files.status(of: path)?.kind }
            reports += kind == .directory ? try folder(path) : [try file(path)]
        }
        let isFine = reports.allSatisfy(\.isUsable)
        console.result(["valid": .bool(isFine), "cards": .array(reports.map(\.json))]) {
            reports.map { $0.text(console.paint) }.joined(separator: "\n")
        }
        return isFine ? .done : .badInput
    }

    private static func folder(_ path: String) throws(CommandFailure) -> [CardReport] {
        let folder = try CardFolder.read(path, "")
        var reports: [CardReport] = []
        for (relative, diagnostics) in folder.set.reports {
            let card = folder.set.cards.first { $0.source == relative }
            var all = diagnostics
            if let card { all += try more(card, "\(path)/\(relative)") }
            reports.append(
                CardReport(path: "\(path)/\(relative)", id: card?.id, diagnostics: all))
        }
        return reports
            + folder.others.map { text in
                let remark = Diagnostic(.warning, line: nil, text)
                return CardReport(path: path, id: nil, diagnostics: [remark])
            }
    }

    private static func file(_ path: String) throws(CommandFailure) -> CardReport {
        let source = try SourceFile.read(path, bytesMax: CardParser.cardBytesMax + 1)
        let reading = CardParser.parse(
            source.bytes,
            path: source.isStandardInput ? source.name : try CardFolder.relativePath(of: path))
        var all = reading.diagnostics
        if let card = reading.card { all += try more(card, path) }
        return CardReport(path: path, id: reading.card?.id, diagnostics: all)
    }

    /// What only a look at the card's surroundings tells, and what it lacks.
    private static func more(
        _ card: Card, _ path: String
    ) throws(CommandFailure) -> [Diagnostic] {
        let problems = CardProgram.problems(with: card, in: Files.parent(of: path))
        // Said once: what cannot be started is more than a remark.
        return problems
            + card.lint.filter { remark in !problems.contains { $0.field == remark.field } }
            + (try examples(of: card, path))
    }

    /// What the card lacks in examples. Those of a built-in engine are kept with the engine, and a
    /// worker of one's own cannot be tried without a broker.
    private static func examples(
        of card: Card, _ path: String
    ) throws(CommandFailure) -> [Diagnostic] {
        let isTried = card.command != nil || card.preset != nil
        guard isTried, path != "-" else { return [] }
        let place = try AgentExample.place(of: card, at: path)
        let names = try AgentExample.names(in: place)
        func advice(_ message: String, _ suggestion: String) -> Diagnostic {
            Diagnostic(
                .warning, line: nil, field: "examples", message, suggestion: suggestion)
        }
        guard !names.isEmpty else {
            return [
                advice(
                    "nothing shows what the agent makes of a packet",
                    "add an example: \(place)/first/brief.md, then"
                        + " `baton agent test \(ShellWord.quoted(path)) --record`")
            ]
        }
        var remarks: [Diagnostic] = []
        for name in names {
            let isRecorded = try done { () throws(SystemError) -> Bool in
                if try Files.exists("\(place)/\(name)/golden") { return true }
                return try Files.exists("\(place)/\(name)/checks.json")
            }
            guard !isRecorded else { continue }
            remarks.append(
                advice(
                    "example \(name) says nothing about what must come of it",
                    "record example \(name): `baton agent test \(ShellWord.quoted(path))"
                        + " --example \(name) --record`, or write its checks.json"))
        }
        return remarks
    }
}
