// What the two well-known programs print, as their documentation and their users show it.
import BatonAgentKit
import BatonBrief
import JSON
import Testing

@Suite("presets", .timeLimit(.minutes(5)))
struct CommandPresetTests {
    private func run(_ preset: CommandPreset, printing text: String, exit: Int = 0) throws
        -> AgentResult
    {
        let command = try FakeCommand("cat >/dev/null\ncat <<'END'\n\(text)\nEND\nexit \(exit)\n")
        return try command.run(try Packets.packet(.direct), preset: preset)
    }

    private func usage(_ result: AgentResult) throws -> JSONValue {
        try JSONValue(parsing: try #require(result.part("usage.json")))
    }

    private let claudeResult = """
        {"type":"result","subtype":"success","is_error":false,"duration_ms":16049,\
        "duration_api_ms":15987,"num_turns":8,"result":"# Answer\\n\\nForty-two.",\
        "session_id":"f18f49de-5b8f-4261-99c4-dbbaa6ae0e24","total_cost_usd":0.25,\
        "usage":{"input_tokens":8,"cache_creation_input_tokens":192,\
        "cache_read_input_tokens":17004,"output_tokens":32,"service_tier":"standard"}}
        """

    @Test("claude: the result's text is the answer, its cost and tokens are kept")
    func claude() throws {
        let result = try run(.claude, printing: claudeResult)

        let usage = try usage(result)
        #expect(result.part("result.md") == "# Answer\n\nForty-two.\n")
        #expect(usage["cost_usd"] == 0.25)
        #expect(usage["input_tokens"] == 17204)
        #expect(usage["cached_input_tokens"] == 17004)
        #expect(usage["output_tokens"] == 32)
        #expect(usage["duration_ms"] == 16049)
        #expect(usage["session"] == "f18f49de-5b8f-4261-99c4-dbbaa6ae0e24")
    }

    @Test("claude: with --verbose it is a list, whose last result counts")
    func claudeList() throws {
        let result = try run(
            .claude, printing: "[{\"type\":\"system\",\"subtype\":\"init\"},\(claudeResult)]")

        #expect(result.part("result.md") == "# Answer\n\nForty-two.\n")
    }

    @Test(
        "claude: is_error is a failure in its words, whatever the exit status", arguments: [0, 1])
    func claudeError(exit: Int) throws {
        let text = """
            {"type":"result","subtype":"success","is_error":true,"duration_ms":10,\
            "result":"Invalid API key","session_id":"x","total_cost_usd":0,"usage":{}}
            """

        let failure = try run(.claude, printing: text, exit: exit).failure

        #expect(failure?.retryable == true)
        #expect(failure?.message.contains("Invalid API key") == true)
    }

    @Test("claude: an error without text is named by its subtype")
    func claudeMaxTurns() throws {
        let text = """
            {"type":"result","subtype":"error_max_turns","is_error":false,"duration_ms":10,\
            "session_id":"x","total_cost_usd":0.1,"usage":{}}
            """

        #expect(try run(.claude, printing: text).failure?.message == "error_max_turns")
    }

    private let codexEvents = """
        {"type":"thread.started","thread_id":"0199a213-81c0-7800-8aa1-bbab2a035a53"}
        {"type":"turn.started"}
        {"type":"item.completed","item":{"id":"item_0","type":"reasoning","text":"**Thinking**"}}
        {"type":"item.completed","item":{"id":"item_1","type":"agent_message","text":"draft"}}
        {"type":"item.completed","item":{"id":"item_2","type":"command_execution","command":"ls"}}
        {"type":"item.completed","item":{"id":"item_3","type":"agent_message","text":"Forty-two."}}
        {"type":"turn.completed","usage":{"input_tokens":2946,\
        "cached_input_tokens":100,"output_tokens":7}}
        """

    @Test("codex: the last agent message is the answer, the turn's usage is kept")
    func codex() throws {
        let result = try run(.codex, printing: codexEvents)

        let usage = try usage(result)
        #expect(result.part("result.md") == "Forty-two.\n")
        #expect(usage["input_tokens"] == 2946)
        #expect(usage["cached_input_tokens"] == 100)
        #expect(usage["output_tokens"] == 7)
        #expect(usage["session"] == "0199a213-81c0-7800-8aa1-bbab2a035a53")
        #expect(usage["cost_usd"] == nil)
    }

    @Test("codex: a failed turn is a failure in its words")
    func codexFailed() throws {
        let text = """
            {"type":"thread.started","thread_id":"t"}
            {"type":"turn.started"}
            {"type":"error","message":"stream disconnected"}
            {"type":"turn.failed","error":{"message":"usage limit reached"}}
            """

        let failure = try run(.codex, printing: text, exit: 1).failure

        #expect(failure?.retryable == true)
        #expect(failure?.message.contains("usage limit reached") == true)
    }

    @Test("what is not of the expected form is a failure", arguments: CommandPreset.allCases)
    func unexpected(preset: CommandPreset) throws {
        #expect(try run(preset, printing: "Welcome!").failure?.code == "unfit_output")
    }

    @Test("each preset brings its own command, with the prompt on standard input")
    func commands() {
        #expect(CommandPreset.claude.command == ["claude", "-p", "--output-format", "json"])
        #expect(
            CommandPreset.codex.command == [
                "codex", "exec", "--json", "--skip-git-repo-check", "-",
            ])
    }
}
