// Parsing: what is right is understood in any order, what is wrong is reported all at once.
import CommandTree
import Testing

@Suite struct CommandParserTests {
    private func run(_ line: String) throws -> Invocation {
        let outcome = SampleTree.parser.parse(line.split(separator: " ").map(String.init))
        guard case .run(let invocation) = outcome else {
            Issue.record("`\(line)` gave \(outcome)")
            throw CommandFailure(.failed, code: "test", "not understood")
        }
        return invocation
    }

    private func refusal(_ line: String) throws -> CommandFailure {
        let outcome = SampleTree.parser.parse(line.split(separator: " ").map(String.init))
        guard case .refused(let failure) = outcome else {
            Issue.record("`\(line)` was not refused but gave \(outcome)")
            throw CommandFailure(.failed, code: "test", "not refused")
        }
        return failure
    }

    @Test("options may stand before, between and after the words")
    func order() throws {
        for line in [
            "--home /x submit --priority 3 a.md", "submit a.md --home=/x --priority=3",
            "--json submit --priority 3 --home /x a.md",
        ] {
            let invocation = try run(line)

            #expect(invocation.path == ["submit"])
            #expect(invocation.argument("FILE") == "a.md")
            #expect(invocation.option("home") == "/x")
            #expect(invocation.integer("priority") == 3)
        }
    }

    @Test("short options take their value attached or apart")
    func shortOptions() throws {
        #expect(try run("audit tail -f -n 5").integer("last") == 5)
        #expect(try run("audit tail -n5 -f").integer("last") == 5)
        #expect(try run("audit tail -f").flag("follow"))
    }

    @Test("a dash alone is a word, and after two dashes everything is")
    func dashes() throws {
        #expect(try run("submit -").argument("FILE") == "-")
        #expect(try run("submit -- --odd").argument("FILE") == "--odd")
    }

    @Test("an option that may be repeated keeps all its values")
    func repeated() throws {
        #expect(try run("submit a --set x=1 --set y=2").options("set") == ["x=1", "y=2"])
        #expect(try refusal("submit a --priority 1 --priority 2").problems.count == 1)
    }

    @Test("every wrong option is named in one answer, with what was meant")
    func allAtOnce() throws {
        let failure = try refusal("submit --prioritty 12 --timeout 5x --wiat --bogus a.md b.md")

        #expect(failure.status == .usage)
        #expect(
            failure.problems.map(\.subject) == [
                "--prioritty", "--timeout", "--wiat", "--bogus", "b.md",
            ])
        #expect(failure.problems[0].suggestion == "--priority")
        #expect(failure.problems[2].suggestion == "--wait")
        #expect(failure.problems[3].suggestion == nil)
        #expect(failure.next.last == "baton submit --help")
    }

    @Test("the next command to type is the mended one")
    func mended() throws {
        #expect(
            try refusal("submit a.md --prioritty 3").next.first
                == "baton submit a.md --priority 3")
        #expect(
            try refusal("submit a.md --timeout 90").next.first == "baton submit a.md --timeout 90s")
        #expect(try refusal("brief new --kind queu").next.first == "baton brief new --kind queue")
        #expect(try refusal("task lst").next.first == "baton task list")
        #expect(try refusal("tasks list").next.first == "baton task list")
        #expect(try refusal("send a.md").next.first == "baton submit a.md")
    }

    @Test("a verb before its noun, or without it, finds the right command")
    func misplaced() throws {
        #expect(try refusal("list tasks").next.first == "baton task list")
        #expect(try refusal("tail").next.first == "baton audit tail")
        #expect(try refusal("show").next.starts(with: ["baton task show", "baton brief show"]))
    }

    @Test("an id of the wrong kind names the command for it")
    func wrongIdentifier() throws {
        let failure = try refusal("task show b-17")

        #expect(failure.next.first == "baton brief show b-17")
        #expect(try run("task show 18").argument("ID") == "18")
        #expect(try run("task show t-18").argument("ID") == "t-18")
        #expect(try refusal("task t-18").next.first == "baton task show t-18")
    }

    @Test("a noun alone lists its verbs, and nothing at all is the help")
    func incomplete() throws {
        #expect(try refusal("task").message.contains("list, show"))
        guard case .help(let path) = SampleTree.parser.parse([]) else {
            Issue.record("no words should give the help")
            return
        }
        #expect(path.isEmpty)
    }

    @Test("help and version win over other mistakes")
    func helpWins() {
        guard case .help(let path) = SampleTree.parser.parse(["submit", "--bogus", "--help"]) else {
            Issue.record("--help should give the help")
            return
        }
        #expect(path == ["submit"])
        guard case .version = SampleTree.parser.parse(["--version"]) else {
            Issue.record("--version should give the version")
            return
        }
    }

    @Test("a missing word is named with what it means")
    func missing() throws {
        #expect(try refusal("submit").problems.first?.subject == "FILE")
        #expect(try refusal("submit --priority").problems.count == 2)
    }
}
