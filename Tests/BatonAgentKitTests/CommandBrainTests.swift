// Brains that are programs: well-behaved ones and every bad habit we know.
import BatonAgentKit
import BatonBrief
import BatonClient
import BatonPlatform
import JSON
import Synchronization
import Testing

@Suite("command brains", .timeLimit(.minutes(10)))
struct CommandBrainTests {
    // MARK: Well-behaved

    @Test("the program reads preamble, card, packet and parts, each under its size")
    func prompt() throws {
        let command = try FakeCommand("cat > \"$(dirname \"$0\")/seen\"; echo fine")
        let packet = try Packets.packet(.direct)

        let result = try command.run(packet)

        let seen = String(
            decoding: try Files.read(command.directory + "/seen", bytesMax: 1 << 20), as: UTF8.self)
        #expect(seen.hasPrefix("You are the agent backend.api_reliability."))
        #expect(seen.contains("===== CARD (text/markdown, 16 bytes) =====\n# Card\nBe exact.\n"))
        #expect(
            seen.contains(
                "===== PACKET packet.json (application/json, \(packet.document.count) bytes) ====="
            ))
        #expect(
            seen.contains(
                "notes.json (application/json, 12 bytes) =====\n{\"steps\":[]}\n"
            ))
        #expect(seen.hasSuffix("===== END =====\n"))
        #expect(result.part("result.md") == "fine\n")
    }

    @Test(
        "a failure is told whatever it asks for: a code that is none, a wait without end",
        arguments: [
            ("1e300", Duration.seconds(86_400)), ("-5", .zero), ("90", .seconds(90)),
        ])
    func failure(wait: String, expected: Duration) {
        let output = CommandOutput(
            kind: .work, agent: "a", task: "t-1", isReviewed: false)
        let text = #"{"fail":{"message":"m","code":"Not A Code!","retry_after":\#(wait)}}"#

        guard case .fail(_, _, let code, let retryAfter) = output.result(of: text).result else {
            Issue.record("no failure")
            return
        }

        #expect(code == "not_a_code_")
        #expect(retryAfter == expected)
    }

    @Test("what is quoted of a command's output has few bytes")
    func quoted() {
        let output = CommandOutput(
            kind: .work, agent: "a", task: "t-1", isReviewed: false)
        let text = "e" + String(repeating: "\u{301}", count: 100_000)

        guard case .fail(_, let message, _, _) = output.result(of: text).result else {
            Issue.record("no failure")
            return
        }

        #expect(message.utf8.count < 1_000)
    }

    @Test("deliverables as one JSON object become parts that pass every check")
    func deliverables() throws {
        let object: JSONValue = ["deliverables": Packets.deliverables()]
        let command = try FakeCommand("cat >/dev/null\ncat <<'END'\n\(text(object))\nEND\n")

        let result = try command.run(try Packets.packet())

        #expect(result.partNames == Deliverables.fiveNames)
        for name in Deliverables.fiveNames {
            let bytes = Array(try #require(result.part(name)).utf8)
            #expect(Deliverables.contentFindings(part: name, bytes: bytes) == [])
        }
    }

    @Test("a verdict, a plan and an escalation are found, also inside a fence within prose")
    func documents() throws {
        let command = try FakeCommand(
            """
            cat >/dev/null
            cat <<'END'
            I looked at {everything}. Here it is:

            ```json
            {"verdict": {"verdict": "accepted", "subject": "t-20", "findings": []}}
            ```
            Anything else?
            END
            """)

        let result = try command.run(try Packets.packet(.review))

        #expect(
            result.part("verdict.json")
                == #"{"verdict":"accepted","subject":"t-20","findings":[],"format":"baton.verdict/1"}"#
        )
    }

    @Test("a Markdown document with the five headings is one, whatever JSON it shows")
    func markdown() throws {
        let command = try FakeCommand(
            """
            cat >/dev/null
            cat <<'END'
            # 1. Objective Snapshot
            ## Execution plan
            ## Risk register
            ```json
            {"fail": {"message": "an example of an answer"}}
            ```
            ## Validation checklist
            ## Handoff packet
            END
            """)

        let result = try command.run(try Packets.packet())

        #expect(result.partNames == ["deliverables.md"])
    }

    @Test("an escalation on standard output is an escalation")
    func escalation() throws {
        let command = try FakeCommand("cat >/dev/null; echo '{\"escalation\":{\"blocker\":\"x\"}}'")

        let result = try command.run(try Packets.packet())

        guard case .escalate(let document) = result else {
            Issue.record("no escalation: \(result)")
            return
        }
        #expect(document == Array("{\"blocker\":\"x\",\"format\":\"baton.escalation/1\"}".utf8))
    }

    @Test("a program may fail in its own words")
    func ownFailure() throws {
        let command = try FakeCommand(
            "cat >/dev/null; echo '{\"fail\":{\"message\":\"no way\",\"retryable\":false}}'")

        let failure = try command.run(try Packets.packet()).failure

        #expect(failure?.retryable == false)
        #expect(failure?.message == "no way")
    }

    @Test("usage that the program states is delivered beside its work")
    func usage() throws {
        let command = try FakeCommand(
            """
            cat >/dev/null
            echo '{"deliverables":{"a.md":"text"},"usage":{"cost_usd":0.25,"output_tokens":7}}'
            """)

        let result = try command.run(try Packets.packet(.direct))

        let usage = try JSONValue(parsing: try #require(result.part("usage.json")))
        #expect(usage["format"] == "baton.usage/1")
        #expect(usage["cost_usd"] == 0.25)
        #expect(usage["output_tokens"] == 7)
        #expect(usage["program"] == "sh")
    }

    @Test(
        "what the program says it cost is reported however the attempt ends",
        arguments: [
            #"{"deliverables":{"a.md":"text"},"usage":{"cost_usd":0.25}}"#,
            #"{"fail":{"message":"no"},"usage":{"cost_usd":0.25}}"#,
            #"{"escalation":{"blocker":"x"},"usage":{"cost_usd":0.25}}"#,
            #"{"deliverables":{"a.md":"text"},"usage":{"cost_usd":0.2499999}}"#,
        ])
    func cost(output: String) throws {
        let command = try FakeCommand("cat >/dev/null; echo '\(output)'")
        var cost: Int64?

        _ = try command.run(
            try Packets.packet(.direct), then: { cost = $0.costMicroUSD })

        #expect(cost == 250_000, "rounded up to whole millionths")
    }

    @Test("cost adds up over the rounds of an attempt; nonsense adds nothing")
    func costAddsUp() throws {
        let context = try AgentContext(trying: try Packets.packet())
        #expect(context.costMicroUSD == nil)

        for usd in [0.1, 0.2, -1, .nan, .infinity, 0] { context.addCost(usd: usd) }

        #expect(context.costMicroUSD == 300_000)
        context.addCost(usd: 1e300)
        #expect(context.costMicroUSD == 1_000_000_000_000)
    }

    // MARK: Badly behaved

    @Test("garbage is a retryable failure that quotes its beginning")
    func garbage() throws {
        let command = try FakeCommand("cat >/dev/null; echo 'lorem ipsum'")

        let failure = try command.run(try Packets.packet()).failure

        #expect(failure?.retryable == true)
        #expect(failure?.code == "unfit_output")
        #expect(failure?.message.contains("lorem ipsum") == true)
    }

    @Test("half a document is a retryable failure")
    func half() throws {
        let command = try FakeCommand(
            "cat >/dev/null; printf '{\"deliverables\":{\"objective_snap'")

        #expect(try command.run(try Packets.packet()).failure?.code == "unfit_output")
    }

    @Test("bytes that are no text are a failure, not a crash")
    func binary() throws {
        let command = try FakeCommand("cat >/dev/null; head -c 10000 /dev/urandom")

        #expect(try command.run(try Packets.packet()).failure?.code == "unfit_output")
    }

    @Test(
        "exit statuses say whether trying again helps",
        arguments: [(1, true), (75, true), (65, false), (78, false)])
    func exitStatus(code: Int, isRetryable: Bool) throws {
        let command = try FakeCommand("cat >/dev/null; echo 'why it failed' >&2; exit \(code)")

        let result = try command.run(try Packets.packet())

        #expect(result.failure?.retryable == isRetryable)
        #expect(result.failure?.code == "exit_\(code)")
        #expect(result.failure?.message == "sh: exit \(code)\nwhy it failed")
        if code == 75, case .fail(_, _, _, let retryAfter) = result {
            #expect(retryAfter == .seconds(30))
        }
    }

    @Test("a program that hangs without a word is ended by the silence timeout")
    func silent() throws {
        let command = try FakeCommand("sleep 600")
        let start = ContinuousClock().now

        let failure = try command.run(try Packets.packet()) {
            $0.silenceTimeout = .milliseconds(200)
        }
        .failure

        #expect(failure?.code == "silence_timeout")
        #expect(failure?.retryable == true)
        #expect(ContinuousClock().now - start < .seconds(10))
    }

    @Test("a program that talks for ever is ended by the attempt timeout")
    func talkative() throws {
        let command = try FakeCommand("while :; do echo working >&2; sleep 0.02; done")

        let failure = try command.run(try Packets.packet()) {
            $0.silenceTimeout = .seconds(10)
            $0.attemptTimeout = .milliseconds(400)
        }.failure

        #expect(failure?.code == "attempt_timeout")
    }

    @Test("one attempt timeout is for all rounds: the second has what the first has left")
    func rounds() throws {
        let packet = try Packets.packet()
        let context = try AgentContext(trying: packet, attemptTimeout: .milliseconds(400))
        let first = try FakeCommand("exec sleep 600")
        let second = try FakeCommand("sleep 0.3; echo fine")

        let slow = try first.run(packet, in: context).failure
        let late = try second.run(packet, in: context).failure

        #expect(slow?.code == "attempt_timeout" && late?.code == "attempt_timeout")
    }

    @Test("a program that ignores SIGTERM is killed")
    func stubborn() throws {
        let command = try FakeCommand(
            """
            #!/usr/bin/env python3
            import signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True: time.sleep(1)
            """)

        let failure = try command.run(try Packets.packet()) {
            $0.silenceTimeout = .milliseconds(400)
        }
        .failure

        #expect(failure?.code == "silence_timeout")
    }

    @Test("ten megabytes on standard error hurt nobody, and the log keeps its bound")
    func flood() throws {
        let command = try FakeCommand(
            "cat >/dev/null; head -c 10000000 /dev/zero | tr '\\0' 'e' >&2; echo done")
        let log = KeptLog()

        let result = try command.run(try Packets.packet(.direct)) {
            $0.logBytesMax = 100_000
            $0.log = { log.add($0) }
        }

        #expect(result.part("result.md") == "done\n")
        #expect(log.bytes.count > 100_000 && log.bytes.count < 100_200)
    }

    @Test("more output than its bound fails the attempt")
    func tooMuch() throws {
        let command = try FakeCommand("cat >/dev/null; yes")

        let failure = try command.run(try Packets.packet()) { $0.outputBytesMax = 100_000 }.failure

        #expect(failure?.code == "too_much_output")
    }

    @Test("closing standard output early and going on is not the end; exiting is")
    func closesOutput() throws {
        let command = try FakeCommand(
            "cat >/dev/null; echo result; exec 1>&-; sleep 0.3; echo more >&2; exit 3")

        let failure = try command.run(try Packets.packet(.direct)).failure

        #expect(failure?.code == "exit_3")
        #expect(failure?.message.contains("more") == true)
    }

    @Test("a program that reads nothing of a large packet works all the same")
    func readsNothing() throws {
        let command = try FakeCommand("exec 0<&-; echo fine")
        let body = Array(("\"" + String(repeating: "x", count: 200_000) + "\"").utf8)
        let (document, inline, _) = Packets.make(.direct, part: body)
        let packet = AgentPacket(
            handoff: try HandoffPacket(packetBytes: document, body: inline), document: document)

        #expect(try command.run(packet).part("result.md") == "fine\n")
    }

    @Test("a grandchild that holds the pipes does not hold the attempt, and does not survive it")
    func grandchild() throws {
        let command = try FakeCommand(
            """
            cat >/dev/null
            sleep 600 &
            echo $! > "$(dirname "$0")/grandchild"
            echo fine
            """)
        let start = ContinuousClock().now

        let result = try command.run(try Packets.packet(.direct))

        let pid = String(
            decoding: try Files.read(command.directory + "/grandchild", bytesMax: 100),
            as: UTF8.self)
        #expect(result.part("result.md") == "fine\n")
        #expect(ContinuousClock().now - start < .seconds(10))
        #expect(isGone(pid), "process \(pid) is still there")
    }

    @Test("cancellation kills the program with everything it started")
    func cancelled() throws {
        let command = try FakeCommand(
            """
            sleep 600 &
            echo $! > "$(dirname "$0")/grandchild"
            echo ready >&2
            wait
            """)

        #expect(throws: AttemptStopped.self) {
            _ = try command.run(try Packets.packet(), stopsAtProgress: true)
        }

        let pid = String(
            decoding: try Files.read(command.directory + "/grandchild", bytesMax: 100),
            as: UTF8.self)
        #expect(isGone(pid), "process \(pid) is still there")
    }

    @Test("a command that does not exist fails for good")
    func missing() throws {
        let command = try FakeCommand("")

        let failure = try command.run(try Packets.packet()) { $0.command = ["/nonexistent/tool"] }
            .failure

        #expect(failure?.retryable == false)
        #expect(failure?.code == "no_command")
    }

    @Test("the environment holds the basics, BATON_ facts and what the card names; never the token")
    func environment() throws {
        let command = try FakeCommand("cat >/dev/null; env")
        // The names that every test process has; PATH is passed on, this one only when named.
        let named = Host.environment().first { $0.hasPrefix("PWD=") } ?? ""

        let plain = try command.run(try Packets.packet(.direct)).part("result.md") ?? ""
        let asked =
            try command.run(try Packets.packet(.direct)) {
                $0.environmentNames = ["PWD", "BATON_TOKEN"]
            }.part("result.md") ?? ""

        #expect(plain.contains("BATON_TASK=t-18\n"))
        #expect(plain.contains("BATON_KIND=direct\n"))
        #expect(plain.contains("BATON_BRIEF=b-17\n"))
        #expect(plain.contains("PATH="))
        #expect(!plain.contains("BATON_TOKEN"))
        #expect(!asked.contains("BATON_TOKEN"))
        #expect(named.isEmpty || asked.contains("PWD="))
    }

    private func text(_ value: JSONValue) -> String {
        String(decoding: value.encoded(), as: UTF8.self)
    }

    /// Whether a process ends soon; a killed one may need a moment, and a zombie that nobody has
    /// reaped yet counts.
    private func isGone(_ pidText: String) -> Bool {
        let pid = pidText.split(separator: "\n").first.map(String.init) ?? ""
        let end = ContinuousClock().now + .seconds(5)
        while ContinuousClock().now < end {
            guard let stat = try? Files.read("/proc/\(pid)/stat", bytesMax: 4096) else {
                return true
            }
            if String(decoding: stat, as: UTF8.self).contains(") Z ") { return true }
        }
        return false
    }
}
