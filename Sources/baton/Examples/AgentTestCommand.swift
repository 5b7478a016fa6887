// `baton agent test CARD`: the examples of agents, run without a broker.
import BatonAgentKit
import BatonBrief
import BatonPlatform
import CommandTree
import JSON

extension CommandLineTree {
    static let agentTest = Command(
        "test", "run a card's examples: packets against recorded deliverables",
        notes: [
            "An example is a folder in examples/ID of the agents folder: packet.json (or brief.md) "
                + "and its parts, and the deliverables that were recorded (golden) or what must "
                + "hold (checks.json). The card's brain works on it as a worker would run it, "
                + "within its time limits; schemas and the quality gate's rules are checked too. "
                + "JSON is compared by value, numbers to nine digits, other files by their bytes. "
                + "Protocols/card.md says it all.",
            "`--record` writes the deliverables down, where schemas and rules hold: look at what "
                + "has changed before you keep it. A card with a worker of its own is not run: it "
                + "speaks to a broker.",
        ],
        arguments: [
            Argument("CARD", "files or folders with cards", count: .many, kind: .file)
        ],
        options: [
            Option("example", "NAME", "only the examples of that name"),
            Option(flag: "record", "write the golden files instead of comparing with them"),
            Option(
                "brain", "BRAIN", "instead of the card's own",
                kind: .choice(["builtin", "command", "claude", "codex"])),
            Option(
                "timeout", "D",
                "how long one example may take in all, where the card says no less (30m)",
                kind: .duration),
        ],
        examples: [
            Example("baton agent test Agents/core/quality.md", "one agent"),
            Example("baton agent test Agents", "every agent of a folder"),
            Example("baton agent test Agents --record", "record all examples anew"),
        ],
        exits: [
            ExitNote(.done, "every example holds, or was recorded"),
            ExitNote(.failed, "at least one does not"),
            ExitNote(.badInput, "a card is wrong, or there is no example"),
            ExitNote(.configuration, "a card has no brain that can be tried"),
        ],
        alsoCalled: ["try"], action: AgentTest.run)
}

/// Runs examples.
enum AgentTest {
    /// What a broker allows an attempt by default.
    private static let attemptTimeoutDefaultMilliseconds: Int64 = 1_800_000

    /// A card with its examples, run.
    private struct Report {
        let id: String
        let path: String
        let runs: [AgentExampleRun]
    }

    static func run(_ invocation: Invocation) throws(CommandFailure) -> ExitStatus {
        let console = Console(invocation)
        // What a command leaves behind comes to us, to be ended, instead of to nobody.
        try done { () throws(SystemError) in try Orphans.adopt() }
        var reports: [Report] = []
        for path in invocation.arguments("CARD") {
            for (card, file) in try cards(at: path) {
                let runs = try runs(of: card, at: file, invocation)
                if !runs.isEmpty { reports.append(Report(id: card.id, path: file, runs: runs)) }
            }
        }
        guard !reports.isEmpty else { throw try noExample(invocation) }
        let hasPassed = reports.allSatisfy { $0.runs.allSatisfy(\.hasPassed) }
        console.result([
            "passed": .bool(hasPassed),
            "cards": .array(
                reports.map { report in
                    [
                        "id": .string(report.id), "file": .string(report.path),
                        "examples": .array(report.runs.map(\.json)),
                    ]
                }),
        ]) {
            reports.map { report in
                (["\(console.paint.cyan(report.id))  \(report.path)"]
                    + report.runs.map { $0.text(console.paint) }).joined(separator: "\n")
            }.joined(separator: "\n")
        }
        return hasPassed ? .done : .failed
    }

    private static func runs(
        of card: Card, at path: String, _ invocation: Invocation
    ) throws(CommandFailure) -> [AgentExampleRun] {
        let place = try AgentExample.place(of: card, at: path)
        let wanted = invocation.option("example")
        let names = try AgentExample.names(in: place).filter { wanted == nil || $0 == wanted }
        // Without an example it does not matter what plays the agent.
        guard !names.isEmpty else { return [] }
        let handler = try AgentRun.handler(
            for: card, at: path, brain: invocation.option("brain"))
        let milliseconds =
            invocation.milliseconds("timeout") ?? attemptTimeoutDefaultMilliseconds
        return names.map { name in
            AgentExampleRun(
                name, in: place, of: card, handler: handler,
                attemptTimeout: .milliseconds(milliseconds),
                isRecording: invocation.flag("record"))
        }
    }

    private static func cards(at path: String) throws(CommandFailure) -> [(Card, String)] {
        let kind = try done { () throws(SystemError) in try Files.status(of: path)?.kind }
        guard kind == .directory else { return [(try AgentRun.card(at: path), path)] }
        let folder = try CardFolder.read(path, "")
        let problems = folder.set.reports.filter { $0.diagnostics.hasErrors }
        guard problems.isEmpty else {
            throw CommandFailure(
                .badInput, code: "bad_card", "\(path) has cards that cannot be used",
                problems: problems.flatMap { report in
                    report.diagnostics.inOrder.map { .init($0) }
                }, next: ["baton agent check \(ShellWord.quoted(path))"])
        }
        return folder.set.cards.map { ($0, folder.file(of: $0)) }
    }

    private static func noExample(
        _ invocation: Invocation
    ) throws(CommandFailure) -> CommandFailure {
        var problems: [CommandFailure.Problem] = []
        for path in invocation.arguments("CARD") {
            for (card, file) in try cards(at: path) {
                let place = try AgentExample.place(of: card, at: file)
                let named = invocation.option("example").map { "/\($0)" } ?? ""
                problems.append(
                    .init(card.id, "has no folder \(place)\(named) with packet.json or brief.md"))
            }
        }
        return CommandFailure(
            .badInput, code: "no_example", "there is no example to run", problems: problems,
            next: invocation.arguments("CARD").map { "baton agent check \(ShellWord.quoted($0))" })
    }
}
