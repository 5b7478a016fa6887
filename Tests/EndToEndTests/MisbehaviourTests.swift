// Agents that crash, hang, flood and close their streams: what the supervisor makes of it, and how
// a person gets them going again.
import BatonPlatform
import JSON
import Testing

extension EndToEnd {
    @Suite("misbehaviour") struct MisbehaviourTests {
        @Test("a crash loop is asked about once; the answer `restart` starts the mended agent")
        func answered() async throws {
            try await Stage.with { stage in
                try stage.useFlaky()
                try await stage.start(connected: false)
                try await eventually("it is asked about") {
                    try await stage.questions(about: Self.flaky).count == 1
                }
                let question = try await stage.questions(about: Self.flaky)[0]
                try await stage.waitForQuarantine(of: Self.flaky)

                try Files.remove("\(stage.agents)/test/broken")
                let answer = try await stage.baton(
                    "escalation", "answer", question, "--option", "restart", "--reason", "mended")

                #expect(answer.status == 0, "\(answer)")
                // Its next turn by itself would be in a minute.
                try await eventually("it is connected", within: 20) {
                    try await stage.isConnected(Self.flaky)
                }
                try await eventually("and out of quarantine") {
                    try stage.entry(Self.flaky)?["state"]?.stringValue == "running"
                }
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test("`agent restart` ends a quarantine; who stays up needs no answer any more")
        func restarted() async throws {
            try await Stage.with { stage in
                try stage.useFlaky()
                try await stage.start(connected: false)
                try await eventually("it is asked about") {
                    try await stage.questions(about: Self.flaky).count == 1
                }

                let early = try await stage.baton("agent", "restart", "flaky")
                #expect(early.status == 1, "\(early)")
                #expect(early.errorOutput.contains("has ended again: exit 3"))
                try Files.remove("\(stage.agents)/test/broken")
                let restart = try await stage.baton("agent", "restart", "flaky", "--json")

                #expect(restart.status == 0, "\(restart)")
                #expect(try restart.json()["agent"]?.stringValue == Self.flaky)
                try await eventually("nobody needs to answer any more") {
                    try await stage.questions(about: Self.flaky).isEmpty
                }
                let events = try await stage.journal()
                #expect(JournalChecks.count(events, "escalation.withdrawn") == 1)
                let first = try stage.process(Self.flaky)
                #expect(try await stage.baton("agent", "restart", Self.flaky).status == 0)
                #expect(!first.isRunning)
                #expect(try stage.process(Self.flaky) != first)
                let unknown = try await stage.baton("agent", "restart", "flacky")
                #expect(unknown.status == 65, "\(unknown)")
                try await stage.stop()
                let late = try await stage.baton("agent", "restart", Self.flaky)
                #expect(late.status == 69, "\(late)")
            }
        }

        @Test(
            "an agent that ends a moment after its restart is not called restarted",
            arguments: [20, 60_000])
        func endsLater(backoff: Int) async throws {
            try await Stage.with { stage in
                // The short wait has the next process running before anybody looks.
                try stage.useRogue(
                    "late",
                    settings: """
                        "backoff_ms": \(backoff), "backoff_cap_ms": \(backoff),
                        "crash_loop_ends": 1000
                        """)
                try await stage.start(connected: false)
                try await eventually("it has ended once") {
                    (try? stage.entry(RogueAgent.id))??["restarts"]?.integerValue ?? 0 > 0
                }

                let restart = try await stage.baton("agent", "restart", RogueAgent.id)

                #expect(restart.status == 1, "\(restart)")
                #expect(restart.errorOutput.contains("has ended again: exit 3"))
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test("a question about an agent whose card is gone is withdrawn with the agent")
        func withdrawn() async throws {
            try await Stage.with { stage in
                try stage.useFlaky()
                try stage.useBrain("cat >/dev/null")
                try await stage.start(connected: false)
                try await eventually("it is asked about") {
                    try await stage.questions(about: Self.flaky).count == 1
                }
                try await stage.stop()
                try Files.remove("\(stage.agents)/test/flaky.md")

                try await stage.start()

                try await eventually("nobody is asked any more") {
                    let run = try await stage.baton("escalation", "list", "--json")
                    guard run.status == 0 else { return false }
                    return try run.json()["escalations"]?.arrayValue?.isEmpty == true
                }
                try await stage.stop()
            }
        }

        @Test("a process that never connects is ended and started again, and then asked about")
        func hangsAtStart() async throws {
            try await Stage.with { stage in
                try stage.useRogue(
                    "deaf",
                    settings: """
                        "connect_ms": 1000, "hangs_max": 2, "agent_grace_ms": 200, "backoff_ms": 50
                        """)
                try await stage.start(connected: false)

                try await eventually("it is asked about") {
                    try await stage.questions(about: RogueAgent.id).count == 1
                }

                try await stage.waitForQuarantine(of: RogueAgent.id)
                #expect(
                    try stage.entry(RogueAgent.id)?["last_end"]?.stringValue
                        == "hung: it did not connect within 1 s")
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test("an agent that is stopped and so loses its session is replaced")
        func absent() async throws {
            try await Stage.with { stage in
                try stage.useBrain("cat >/dev/null")
                try stage.use(
                    settings: #""absent_ms": 1000, "agent_grace_ms": 200, "backoff_ms": 50"#,
                    limits: #""heartbeat_ms": 300, "session_ms": 1500, "lease_ms": 3000"#)
                try await stage.start()
                let agent = try stage.process(SlowAgent.id)

                agent.signal(.stop)

                try await eventually("another one is connected") {
                    let now = try? stage.process(SlowAgent.id)
                    guard let now, now != agent else { return false }
                    return try await stage.isConnected(SlowAgent.id)
                }
                #expect(!agent.isRunning)
                let end = try stage.entry(SlowAgent.id)?["last_end"]?.stringValue
                #expect(end == "hung: no session with the broker for 1 s")
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test(
            "a flood neither fills the disk nor stalls the supervisor",
            arguments: ["lines", "noline"])
        func flood(deed: String) async throws {
            try await Stage.with { stage in
                try stage.useRogue(
                    deed,
                    settings: """
                        "log_file_bytes": 65536, "log_files": 2, "log_bytes_per_second": 1000000,
                        "agent_grace_ms": 300
                        """)
                try await stage.start(connected: false)
                let log = "\(stage.home)/logs/\(RogueAgent.id).log"
                try await eventually("the log has been turned over and says that it drops bytes") {
                    let tail = try await stage.baton("agent", "logs", RogueAgent.id)
                    return try Files.exists(log + ".1") && tail.output.contains("dropping ")
                }

                // A chunk may be up to a pipe's read longer than the bound.
                for file in [log, log + ".1"] {
                    // Between the renaming of a full log and the making of the next there is none.
                    var size: Int64?
                    try await eventually("\(file) is there") {
                        size = try Files.status(of: file)?.size
                        return size != nil
                    }
                    #expect(try #require(size) < 65_536 + 200_000)
                }
                #expect(try !Files.exists(log + ".2"))
                #expect(try await stage.baton("status", within: 10).status == 0)
                #expect(try await stage.baton("down", within: 20).status == 0)
                stage.expectEmpty()
            }
        }

        @Test("an agent that closes its streams costs the supervisor no time")
        func mute() async throws {
            try await Stage.with { stage in
                try stage.useRogue("mute", settings: #""agent_grace_ms": 300"#)
                try await stage.start(connected: false)
                try await eventually("it runs") { (try? stage.process(RogueAgent.id)) != nil }
                let supervisor = try stage.process("supervisor").processID
                // Its start is over, and then time has to pass: what is claimed is that nothing
                // happens in it.
                try await Task.sleep(for: .seconds(1))
                let before = try #require(ProcessFacts.read(supervisor)).processorMicroseconds
                try await Task.sleep(for: .seconds(2))

                let after = try #require(ProcessFacts.read(supervisor)).processorMicroseconds
                #expect(after - before < 400_000)
                #expect(try stage.process(RogueAgent.id).isRunning)
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test("the supervisor's own log is bounded too, in the background")
        func ownLog() async throws {
            try await Stage.with { stage in
                try stage.useRogue(
                    "crash",
                    settings: """
                        "backoff_ms": 10, "backoff_cap_ms": 10, "crash_loop_ends": 1000,
                        "log_file_bytes": 4096, "log_files": 2
                        """)
                _ = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "1s")
                let log = "\(stage.home)/logs/supervisor.log"

                try await eventually("it has been turned over and goes on") {
                    try Files.exists(log + ".1") && (try Files.status(of: log)?.size ?? 0) > 0
                }

                #expect(try await stage.baton("down").status == 0)
                let size = try #require(try Files.status(of: log)?.size)
                #expect(size < 8_192)
                #expect(try !Files.exists(log + ".2"))
                stage.expectEmpty()
            }
        }

        @Test("while the supervisor is stopped a second `up` says so, and `down` ends it all")
        func stoppedSupervisor() async throws {
            try await Stage.with { stage in
                try stage.useRogue("nothing")
                _ = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "1s")
                let supervisor = try await stage.started("supervisor")

                supervisor.signal(.stop)
                try await eventually("it stands still") {
                    ProcessFacts.read(supervisor.processID)?.isStopped == true
                }
                let second = try await stage.baton("up", "--agents", stage.agents)
                let doctor = try await stage.baton("doctor")
                let down = try await stage.baton("down")

                #expect(second.status == 75, "\(second)")
                #expect(second.errorOutput.contains("kill -CONT \(supervisor.processID)"))
                #expect(doctor.output.contains("was stopped by a signal"), "\(doctor)")
                #expect(down.status == 0, "\(down)")
                stage.expectEmpty()
            }
        }

        @Test("without a broker, what is said depends on whether somebody starts it again")
        func brokerGone() async throws {
            try await Stage.with { stage in
                try stage.useRogue("nothing")
                _ = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "1s")
                try await eventually("the broker answers") {
                    try await stage.baton("status").status == 0
                }
                let broker = try await stage.started("broker")
                let supervisor = try stage.process("supervisor")
                supervisor.signal(.stop)
                broker.signal(.kill)
                try await eventually("it is gone") { !broker.isRunning }

                let status = try await stage.baton("status")

                #expect(status.status == 69, "\(status)")
                #expect(
                    status.errorOutput.contains(
                        "the supervisor (process \(supervisor.processID)) starts it again"))
                #expect(status.errorOutput.contains("baton agent logs broker"))
                supervisor.signal(.resume)
                #expect(try await stage.baton("down").status == 0)
                let after = try await stage.baton("status")
                #expect(after.errorOutput.contains("baton up"), "\(after)")

                try Files.remove("\(stage.home)/journal/journal.db")
                let doctor = try await stage.baton("doctor")
                #expect(doctor.status == 1, "\(doctor)")
                #expect(doctor.output.contains("journal.db is missing"), "\(doctor)")
                stage.expectEmpty()
            }
        }

        @Test("`down` finds a supervisor whose record was lost")
        func lostRecord() async throws {
            try await Stage.with { stage in
                try stage.useRogue("nothing")
                _ = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "1s")
                try Files.remove("\(stage.home)/agents.json")

                let down = try await stage.baton("down")

                #expect(down.status == 0, "\(down)")
                stage.expectEmpty()
            }
        }

        @Test("`down` leaves alone what another runs that took the home meanwhile, and names it")
        func takenMeanwhile() async throws {
            try await Stage.with { stage in
                let (supervisor, broker) = (try sleeper(), try sleeper())
                try stage.record(supervisor: supervisor, broker: broker)
                guard case .acquired(let lock) = try FileLock.acquire(stage.lock) else {
                    throw Stage.Failed(description: "the lock is not free")
                }

                let down = try await stage.baton("down")

                #expect(down.status == 75, "\(down)")
                #expect(down.errorOutput.contains("process \(Host.processID) has taken the home"))
                #expect(supervisor.pollExit() == .signal(.terminate))
                #expect(broker.pollExit() == nil)
                _ = consume lock
                #expect(try await stage.baton("down").status == 0)
                #expect(broker.pollExit() == .signal(.terminate))
            }
        }

        @Test("`down` works where the lock cannot be had, and says so")
        func noLock() async throws {
            try await Stage.with { stage in
                let (supervisor, broker) = (try sleeper(), try sleeper())
                try stage.record(supervisor: supervisor, broker: broker)
                try Files.makeDirectory(stage.lock)

                let down = try await stage.baton("down")

                #expect(down.status == 0, "\(down)")
                #expect(down.errorOutput.contains("going on without the home's lock"))
                #expect(supervisor.pollExit() != nil && broker.pollExit() != nil)
            }
        }

        /// A process that stands for another, and ends when asked to.
        private func sleeper() throws -> ChildProcess {
            try ChildProcess.spawn(
                LaunchPlan(
                    executable: "/bin/sleep", arguments: ["100"], group: .own, input: .null,
                    output: .null, errorOutput: .null))
        }

        @Test("a mistake in the settings is told before anything is started")
        func badSettings() async throws {
            try await Stage.with { stage in
                try stage.useRogue("nothing", settings: #""agent_grace": 5"#)

                let up = try await stage.baton("up", "--agents", stage.agents)

                #expect(up.status == 78, "\(up)")
                #expect(up.errorOutput.contains("supervisor.agent_grace is no setting"))
                stage.expectEmpty()
            }
        }

        fileprivate static let flaky = "test.flaky"
    }
}

extension Stage {
    /// An agent that crashes at its start while the file `broken` lies beside it.
    fileprivate func useFlaky() throws {
        let program = try BatonProgram.path()
        try write(
            """
            ---
            id: test.flaky
            name: Flaky
            description: Crashes until it is mended.
            worker: [/bin/sh, flaky.sh]
            ---
            # Mission

            None.
            """, to: "agents/test/flaky.md")
        try write(
            """
            ---
            id: test.flaky
            name: Flaky
            description: Works.
            command: [/bin/cat]
            ---
            """, to: "brain.md")
        try write("", to: "agents/test/broken")
        try write(
            """
            test -e broken && { echo out of order >&2; exit 3; }
            exec \(program) agent run \(folder)/brain.md --id test.flaky

            """, to: "agents/test/flaky.sh")
        try use(
            settings: """
                "backoff_ms": 20, "backoff_cap_ms": 60000, "crash_loop_ends": 3,
                "healthy_ms": 1000
                """)
    }

    fileprivate var lock: String { home + "/supervisor.lock" }

    /// The record of a supervisor and a broker, as `up` would have left it.
    fileprivate func record(supervisor: ChildProcess, broker: ChildProcess) throws {
        func entry(_ name: String, _ child: ChildProcess) throws -> JSONValue {
            let process = try #require(RecordedProcess(running: child.processID))
            return [
                "name": .string(name), "state": "running",
                "pid": .integer(Int64(process.processID)),
                "start_ticks": .integer(Int64(process.startTicks)),
            ]
        }
        let record: JSONValue = [
            "format": "baton.processes/1", "boot": .string(Host.bootID()), "agents": [],
            "supervisor": try entry("supervisor", supervisor),
            "broker": try entry("broker", broker),
        ]
        try write(String(decoding: record.encoded(), as: UTF8.self), to: "home/agents.json")
    }

    /// The question may be there first: the supervisor asks, and then writes its record.
    fileprivate func waitForQuarantine(of agent: String) async throws {
        try await eventually("\(agent) is in quarantine") {
            try self.entry(agent)?["state"]?.stringValue == "quarantined"
        }
    }

    fileprivate func isConnected(_ agent: String) async throws -> Bool {
        let run = try await baton("agent", "list", "--json")
        guard run.status == 0 else { return false }
        return try run.json()["agents"]?.arrayValue?.contains {
            $0["agent"]?.stringValue == agent && ($0["connected"]?.integerValue ?? 0) > 0
        } ?? false
    }
}
