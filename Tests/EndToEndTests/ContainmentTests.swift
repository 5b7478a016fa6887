// No orphan survives: whatever an agent starts ends with it, with its supervisor, or with `down`.
import BatonPlatform
import JSON
import Testing

extension EndToEnd {
    @Suite("containment") struct ContainmentTests {
        @Test(
            "daemons end with the agent that started them, also without a cgroup",
            arguments: [true, false])
        func daemons(cgroup: Bool) async throws {
            try await Stage.with { stage in
                try stage.useRogue(
                    "deaf, daemons",
                    settings: #""cgroup": \#(cgroup), "agent_grace_ms": 300, "backoff_ms": 50"#)
                try await stage.start(connected: false)
                try await eventually("both daemons run") { stage.strays().count == 2 }
                let strays = stage.strays()

                try await stage.started(RogueAgent.id).signal(.kill)

                try await eventually("they are gone, and others came with the next process") {
                    !strays.contains(where: \.isRunning) && stage.strays().count == 2
                }
                let supervisor = try stage.process("supervisor").processID
                try await eventually("the supervisor has reaped what it adopted") {
                    !ProcessTable.all().contains { $0.parentID == supervisor && $0.hasEnded }
                }
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test("`down` says what it had to kill, and returns when nothing is left")
        func downKills() async throws {
            try await Stage.with { stage in
                try stage.useRogue("deaf, daemons", settings: #""agent_grace_ms": 300"#)
                let up = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "1s")
                #expect(up.status == 69, "\(up)")
                try await eventually("both daemons run") { stage.strays().count == 2 }

                let down = try await stage.baton("down", "--json")

                stage.expectEmpty()
                #expect(down.status == 0, "\(down)")
                let killed = try down.json()["killed"]?.arrayValue?.compactMap(\.stringValue) ?? []
                #expect(
                    killed.contains {
                        $0.hasPrefix("test.rogue (process ") && $0.contains("did not end when")
                    }, "\(killed)")
                #expect(killed.contains { $0.contains("left behind by test.rogue") }, "\(killed)")
                let again = try await stage.baton("down")
                #expect(again.output.contains("Nothing that"), "\(again)")
            }
        }

        @Test(
            "after the supervisor was killed `down` finds all it left, daemons without a mark too",
            arguments: [true, false])
        func downAfterKill(cgroup: Bool) async throws {
            try await Stage.with { stage in
                try stage.useRogue(
                    "deaf, daemons", settings: #""cgroup": \#(cgroup), "agent_grace_ms": 300"#)
                _ = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "1s")
                try await eventually("both daemons run and can be found again") {
                    guard let record = try? stage.record() else { return false }
                    let isGrouped = record.value(at: "/containment/kind")?.stringValue == "cgroup"
                    let adopted = record["adopted"]?.arrayValue?.count ?? 0
                    return stage.strays().count == 2 && (isGrouped || adopted == 2)
                }

                _ = try await stage.started(RogueAgent.id)
                try stage.process("supervisor").signal(.kill)
                let doctor = try await stage.baton("doctor")
                let down = try await stage.baton("down", "--json")

                stage.expectEmpty()
                #expect(doctor.output.contains("test.rogue (process "), "\(doctor)")
                #expect(down.status == 0, "\(down)")
                let killed = try down.json()["killed"]?.arrayValue ?? []
                #expect(killed.count >= 3, "\(down)")
            }
        }

        @Test("after the supervisor was killed the next `up` ends what it left, then starts anew")
        func upAfterKill() async throws {
            try await Stage.with { stage in
                try stage.useRogue("deaf, daemons", settings: #""agent_grace_ms": 300"#)
                _ = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "1s")
                try await eventually("both daemons run") { stage.strays().count == 2 }
                let old = stage.residents().map(\.recorded)

                try await stage.started("supervisor").signal(.kill)
                try await stage.start(connected: false)

                try await eventually("the old are gone, the new are there") {
                    try stage.up?.drain()
                    return !old.contains(where: \.isRunning) && stage.strays().count == 2
                }
                #expect(stage.up?.said.contains("left over from an earlier run") == true)
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test("a worker that does not know its lifeline goes with its supervisor all the same")
        func deathSignal() async throws {
            try await Stage.with { stage in
                try stage.useRogue("nothing")
                _ = try await stage.baton(
                    "up", "--agents", stage.agents, "--detach", "--timeout", "1s")
                let rogue = try await stage.started(RogueAgent.id)
                let broker = try stage.process("broker")

                try stage.process("supervisor").signal(.kill)

                try await eventually("both are gone without anybody's help", within: 10) {
                    !rogue.isRunning && !broker.isRunning
                }
                stage.expectEmpty()
            }
        }

        @Test("a record of another process that has the number by now ends nobody")
        func recycledNumber() async throws {
            try await Stage.with { stage in
                let innocent = try ChildProcess.spawn(
                    LaunchPlan(executable: "/bin/sleep", arguments: ["1000"], environment: []))
                let entry =
                    #"{"name": "x", "state": "running", "pid": \#(innocent.processID), "start_ticks": 7}"#
                try stage.write(
                    #"{"supervisor": \#(entry), "broker": \#(entry), "agents": [\#(entry)]}"#,
                    to: "home/agents.json")

                let down = try await stage.baton("down")

                #expect(down.status == 0, "\(down)")
                #expect(innocent.pollExit() == nil)
                innocent.signal(.kill)
                _ = innocent.waitForExit()
            }
        }

        @Test("a command's daemon ends with the attempt; the agent that started it works on")
        func brainDaemon() async throws {
            try await Stage.with { stage in
                try stage.useBrain(
                    """
                    cat >/dev/null
                    (setsid /bin/sh \(stage.agents)/test/stray.sh >/dev/null 2>&1 &)
                    (setsid env -i /bin/sh \(stage.agents)/test/stray.sh >/dev/null 2>&1 &)
                    until test -e \(stage.agents)/test/seen; do sleep 0.05; done
                    echo done
                    """)
                try await stage.start()
                let agent = try stage.process(SlowAgent.id)
                let task = try await stage.submitSlowTask()
                try await eventually("both daemons run") { stage.strays().count == 2 }
                let strays = stage.strays()

                try stage.write("", to: "agents/test/seen")
                try await eventually("the task is accepted") {
                    try await stage.state(of: task) == "accepted"
                }

                #expect(strays.allSatisfy { !$0.isRunning })
                #expect(agent.isRunning)
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test("a command and its daemons end at once when their agent is killed")
        func brainOfKilledAgent() async throws {
            try await Stage.with { stage in
                try stage.useBrain(
                    """
                    trap '' TERM
                    cat >/dev/null
                    (setsid /bin/sh \(stage.agents)/test/stray.sh >/dev/null 2>&1 &)
                    sleep 1000
                    """)
                try await stage.start()
                _ = try await stage.submitSlowTask()
                try await eventually("command and daemon run") {
                    stage.strays().count == 1 && stage.running("brain.sh").count == 1
                }
                let left = stage.strays() + stage.running("brain.sh")

                try stage.process(SlowAgent.id).signal(.kill)

                try await eventually("they are gone", within: 5) {
                    !left.contains(where: \.isRunning)
                }
                try await stage.stop()
                stage.expectEmpty()
            }
        }

        @Test("everything of a killed supervisor's agent in the middle of a task ends by itself")
        func brainOfKilledSupervisor() async throws {
            try await Stage.with { stage in
                try stage.useBrain("trap '' TERM\ncat >/dev/null\nsleep 1000\n")
                try await stage.start()
                _ = try await stage.submitSlowTask()
                try await eventually("the command runs") { stage.running("brain.sh").count == 1 }

                try stage.process("supervisor").signal(.kill)

                try await eventually("nothing is left", within: 20) { stage.residents().isEmpty }
            }
        }

        @Test("a command on escalation that hangs, and its daemon, do not outlive `up`")
        func hook() async throws {
            try await Stage.with { stage in
                try stage.useRogue(
                    "crash", settings: #""backoff_ms": 20, "crash_loop_ends": 2"#)
                try await stage.start(
                    [
                        "--on-escalation",
                        "(setsid env -i /bin/sh \(stage.agents)/test/stray.sh >/dev/null 2>&1 &); sleep 1000",
                    ], connected: false)
                try await eventually("the command's daemon runs") { stage.strays().count == 1 }

                try await stage.stop()

                stage.expectEmpty()
            }
        }
    }
}

extension Stage {
    /// One agent whose brain is a shell script, for direct tasks.
    func useBrain(_ script: String) throws {
        let card = SlowAgent.card(instances: 1).replacing("slow.sh", with: "brain.sh")
        try write(card, to: "agents/test/slow.md")
        try write(script + "\n", to: "agents/test/brain.sh")
        try write(RogueAgent.stray, to: "agents/test/stray.sh")
    }
}
