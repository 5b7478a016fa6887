// The command line as a stranger meets it: help, mistakes, starting points, completions.
import BatonPlatform
import JSON
import Testing

@Suite(.tags(.endToEnd), .timeLimit(.minutes(6)))
struct CommandLineTests {
    /// Every command, in the order of the help.
    private static let commands = [
        "", "init", "submit", "status", "brief", "brief new", "brief check", "brief list",
        "brief show", "brief wait", "brief get", "brief cancel", "escalation", "escalation list",
        "escalation show", "escalation answer", "brief decide", "brief decisions", "brief gates",
        "evidence", "evidence add",
        "task", "task list", "task show", "task submit",
        "task cancel", "task retry", "dead", "dead list", "dead show", "dead redrive",
        "dead discard", "audit", "audit tail", "audit show", "agent", "agent list", "agent logs",
        "agent new", "agent check", "agent test", "agent run", "queue",
        "queue pause", "queue resume", "api",
        "api check", "up", "down", "broker", "doctor", "bench", "completions", "help",
    ]

    /// Set to rewrite the recorded help, to be read as a diff.
    private static let isRewriting = Host.environment("BATON_REWRITE_GOLDEN") != nil

    @Test("the help of every command is as recorded, with examples")
    func help() async throws {
        let path = "\(BatonProgram.sourceRoot)/Tests/EndToEndTests/Golden/help.txt"
        var text = ""
        for command in Self.commands {
            let words = command.split(separator: " ").map(String.init)
            let run = try await BatonProgram.run(words + ["--help"])
            #expect(run.status == 0, "\(run)")
            #expect(run.errorOutput.isEmpty)
            #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 110 })
            text += "\(String(repeating: "=", count: 72))\n" + run.output
        }
        #expect(!text.contains("\u{1B}"), "no colour in a pipe")
        if Self.isRewriting { try Files.writeAtomically([UInt8](text.utf8), to: path) }
        let recorded = String(decoding: try Files.read(path, bytesMax: 1 << 20), as: UTF8.self)
        #expect(
            text == recorded, "BATON_REWRITE_GOLDEN=1 swift test --filter CommandLineTests/help")
    }

    @Test("a wrong word is named, with what was meant and the next line to type")
    func mistakes() async throws {
        let first = try await BatonProgram.run(["taks", "list"])
        #expect(first.status == 64)
        #expect(first.errorOutput.contains("did you mean `task`?"))
        #expect(first.errorOutput.contains("baton task list"))

        let second = try await BatonProgram.run([
            "submit", "b.md", "--wiat", "--timeout", "5x", "--json",
        ])
        #expect(second.status == 64)
        let error = try second.json()["error"]
        #expect(error?["problems"]?.arrayValue?.count == 2)
        #expect(error?["exit"]?.integerValue == 64)
    }

    @Test("without a broker every command says how to start one")
    func unreachable() async throws {
        try await Stage.with { stage in
            for words in [["status"], ["brief", "list"], ["audit", "tail"], ["agent", "list"]] {
                let run = try await stage.baton(words)
                #expect(run.status == 69, "\(run)")
                #expect(run.errorOutput.contains("baton up --home"))
            }
            let doctor = try await stage.baton("doctor", "--json")
            #expect(try doctor.json()["findings"]?.arrayValue?.isEmpty == false)
        }
    }

    @Test("starting points are made, can be used, and are never overwritten")
    func startingPoints() async throws {
        try await Stage.with { stage in
            let folder = "\(stage.folder)/demo"
            let first = try await BatonProgram.run(["init", folder])
            #expect(first.status == 0, "\(first)")
            try stage.write("mine\n", to: "demo/brief.md")
            let second = try await BatonProgram.run(["init", folder])
            #expect(second.status == 65)
            #expect(try stage.read("demo/brief.md") == "mine\n")

            for kind in ["api", "queue"] {
                let made = try await BatonProgram.run(
                    ["brief", "new", "\(kind).md", "--kind", kind], directory: stage.folder)
                #expect(made.status == 0, "\(made)")
                let check = try await BatonProgram.run(
                    ["brief", "check", "\(kind).md", "--agents", "\(folder)/Agents"],
                    directory: stage.folder)
                #expect(check.status == 0, "\(check)")
                let again = try await BatonProgram.run(
                    ["brief", "new", "\(kind).md"], directory: stage.folder)
                #expect(again.status == 65)
            }
            for lang in ["python", "command"] {
                let made = try await BatonProgram.run(
                    ["agent", "new", "security.\(lang)", "--lang", lang], directory: stage.folder)
                #expect(made.status == 0, "\(made)")
            }
            // Where `up` would look for them.
            let cards = try await BatonProgram.run(
                ["agent", "check", "Agents"], directory: stage.folder)
            #expect(cards.status == 0, "\(cards)")
            #expect(try Files.exists("\(stage.folder)/Agents/security/python.md"))
        }
    }

    @Test("`agent check` looks at the program, and a card is not taken for a brief")
    func cards() async throws {
        try await Stage.with { stage in
            let card = "---\nname: X\ndescription: Y\ntags: [z]\nPROGRAM\n---\n# Mission\n\nZ.\n"
            try stage.write("#!/bin/sh\n", to: "Agents/here.sh", mode: 0o755)
            try stage.write("#!/bin/sh\n", to: "Agents/plain.sh", mode: 0o644)
            let programs = [
                ("fine.one", "command: [./here.sh]", 0), ("gone.one", "command: [./gone.sh]", 65),
                ("plain.one", "worker: [./plain.sh]", 65), ("none.one", "x-note: none", 65),
                ("script.one", "worker: [/bin/sh, gone.sh]", 65),
            ]
            for (name, line, status) in programs {
                let text = card.replacing("PROGRAM", with: line)
                let file = try stage.write(text, to: "Agents/\(name).md")
                let check = try await BatonProgram.run(["agent", "check", file, "--json"])
                #expect(check.status == Int32(status), "\(check)")
                #expect(
                    try check.json().value(at: "/cards/0/id")?.stringValue == name, "\(check)")
            }

            let brief = try await stage.baton(
                "submit", "\(BatonProgram.sourceRoot)/Agents/core/quality.md")
            #expect(brief.status == 65)
            #expect(brief.errorOutput.contains("is the card of an agent"))
        }
    }

    @Test("agents made by `agent new` take part without a change")
    func newAgents() async throws {
        try await Stage.with { stage in
            for lang in ["python", "command"] {
                _ = try await BatonProgram.run(
                    ["agent", "new", "team.\(lang)", "--lang", lang, "--dir", "agents"],
                    directory: stage.folder)
            }
            try stage.useStandardAgents()
            try await stage.start()
            let text = SlowAgent.brief.replacing(
                "route: [test.slow]", with: "route: [team.python, team.command]")
            let file = try stage.write(text, to: "brief.md")

            let run = try await stage.baton("submit", file, "--wait", "--timeout", "60s")

            #expect(run.status == 0, "\(run)")
            try await stage.stop()
        }
    }

    @Test("`brief check` shows what was understood, the route, and the inputs, without a broker")
    func briefCheck() async throws {
        let run = try await BatonProgram.run(
            ["brief", "check", "Agents/briefs/payment-capture.md", "--json"],
            directory: BatonProgram.sourceRoot)

        #expect(run.status == 0, "\(run)")
        let result = try run.json()
        #expect(result["valid"]?.boolValue == true)
        #expect(
            result["understood"]?.arrayValue?.contains {
                $0["field"]?.stringValue == "slo.availability" && $0["line"]?.integerValue != nil
            } == true)
        let chosen = (result["route"]?.arrayValue ?? []).filter { $0["chosen"]?.boolValue == true }
        #expect(chosen.count == 2)
        #expect(chosen.allSatisfy { $0["reasons"]?.arrayValue?.isEmpty == false })
        #expect(result.value(at: "/inputs/backend.api_reliability/0/state")?.stringValue == "there")
    }

    @Test("the completions are valid shell")
    func completions() async throws {
        for shell in ["bash", "zsh", "fish"] {
            let run = try await BatonProgram.run(["completions", shell])
            #expect(run.status == 0)
            guard let executable = Host.findExecutable(shell) else { continue }
            let folder = try Files.makeTemporaryDirectory(prefix: "baton-completions")
            defer { try? Files.removeTree(folder) }
            try Files.writeAtomically([UInt8](run.output.utf8), to: "\(folder)/script")
            let child = try ChildProcess.spawn(
                LaunchPlan(executable: executable, arguments: ["-n", "\(folder)/script"]))
            #expect(child.waitForExit() == .code(0), "\(shell) does not take the script")
        }
    }

    @Test("the files inside the program are those of the repository")
    func embeddedFiles() throws {
        let generated = try Stage.source("Sources/baton/Starting/EmbeddedFiles.swift")
        var files = ["Tests/interop/worker.py"]
        for folder in ["core", "backend"] {
            files += try Files.list("\(BatonProgram.sourceRoot)/Agents/\(folder)")
                .filter { $0.hasSuffix(".md") }.map { "Agents/\(folder)/\($0)" }
        }
        for file in files {
            let text = try Stage.source(file)
            #expect(
                generated.contains("##\"\"\"\n\(text)\n\"\"\"##"),
                "\(file) has changed: run deploy/embed")
        }
    }
}
