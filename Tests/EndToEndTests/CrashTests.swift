// What a person would be afraid of: processes that are killed, stopped, and woken too late.
import BatonPlatform
import JSON
import Testing

extension EndToEnd {
    @Suite("crashes") struct CrashTests {
        @Test(
            "the broker is killed in the middle of a brief: it ends done, nothing is accepted twice"
        )
        func brokerKilled() async throws {
            try await Stage.with { stage in
                try stage.useSlowAgent()
                try await stage.start()
                let file = try stage.write(SlowAgent.brief, to: "brief.md")
                let watcher = try BatonProgram.start(
                    [
                        "submit", file, "--wait", "--timeout", "100s", "--json", "--home",
                        stage.home,
                    ],
                    directory: stage.folder)
                try await stage.waitForEvent("task.leased", ofAgent: SlowAgent.id)
                let broker = try stage.process("broker")

                broker.signal(.kill)
                try await eventually("another broker runs") {
                    try watcher.drain()
                    // Between the two there is none.
                    return (try? stage.process("broker")).map { $0 != broker } ?? false
                }
                let run = try await watcher.end(within: 110)

                #expect(run.status == 0, "\(run)")
                #expect(try run.json()["state"]?.stringValue == "done")
                let events = try await stage.journal()
                JournalChecks.holds(events)
                #expect(JournalChecks.count(events, "broker.started") == 2)
                #expect(JournalChecks.count(events, "brief.done") == 1)
                try await stage.stop()
            }
        }

        @Test("a second broker on the same home exits with a clear error; the first is undisturbed")
        func secondBroker() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                try await stage.start()
                let broker = try stage.process("broker")

                let second = try await stage.baton("broker")
                let secondUp = try await stage.baton("up", "--agents", stage.agents)

                #expect(second.status == 75, "\(second)")
                #expect(second.errorOutput.contains("in use by another broker"))
                #expect(secondUp.status == 75, "\(secondUp)")
                #expect(secondUp.errorOutput.contains("baton down"))
                #expect(broker.isRunning)
                #expect(try await stage.baton("status").status == 0)
                try await stage.stop()
            }
        }

        @Test("`down` ends everything, also when the supervisor was killed")
        func down() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                let up = try await stage.baton("up", "--agents", stage.agents, "--detach")
                #expect(up.status == 0, "\(up)")
                let processes = try stage.processes()
                #expect(processes.count == 6 && processes.allSatisfy { $0.process.isRunning })

                let down = try await stage.baton("down")

                #expect(down.status == 0, "\(down)")
                #expect(processes.allSatisfy { !$0.process.isRunning })

                _ = try await stage.baton("up", "--agents", stage.agents, "--detach")
                let others = try stage.processes()
                try stage.process("supervisor").signal(.kill)
                let again = try await stage.baton("down")
                #expect(again.status == 0, "\(again)")
                #expect(others.allSatisfy { !$0.process.isRunning })
            }
        }

        @Test("everything ends by itself when the supervisor is killed")
        func lifeline() async throws {
            try await Stage.with { stage in
                try stage.useStandardAgents()
                let up = try await stage.baton("up", "--agents", stage.agents, "--detach")
                #expect(up.status == 0, "\(up)")
                let processes = try stage.processes()

                try stage.process("supervisor").signal(.kill)

                try await eventually("nothing is left", within: 30) {
                    processes.allSatisfy { !$0.process.isRunning }
                }
            }
        }
    }
}

extension Patience {
    @Suite("leases") struct LeaseTests {
        @Test(
            "an agent stopped past its lease is refused when it delivers late, and that is recorded"
        )
        func lateDelivery() async throws {
            try await Stage.with { stage in
                try stage.useSlowAgent(instances: 2)
                try await stage.start(connected: false)
                try await stage.waitUntilConnected()
                let task = try await stage.submitSlowTask()
                try await stage.waitForEvent("task.leased", ofAgent: SlowAgent.id)
                // On a busy machine the session may just be coming back to its lease.
                var holder: Int64?
                try await eventually("a session shows the lease", within: 30) {
                    let shown = try await stage.json("agent", "list")
                    let sessions = (shown["agents"]?.arrayValue ?? []).flatMap {
                        $0["sessions"]?.arrayValue ?? []
                    }
                    holder =
                        sessions.first { $0["leases"]?.arrayValue?.isEmpty == false }?["pid"]?
                        .integerValue
                    return holder != nil
                }
                let id = Int32(try #require(holder))
                let process = try #require(RecordedProcess(running: id))

                process.signal(.stop)
                try await eventually("\(task) is accepted from another", within: 120) {
                    try await stage.state(of: task) == "accepted"
                }
                process.signal(.resume)

                try await eventually("the late delivery is refused and recorded", within: 30) {
                    JournalChecks.count(try await stage.journal(), "access.refused") > 0
                }
                let events = try await stage.journal()
                JournalChecks.holds(events)
                #expect(JournalChecks.tasks(events, "task.accepted") == [task])
                try await stage.stop()
            }
        }

        @Test("an agent is killed in the middle of a task: another attempt succeeds")
        func agentKilled() async throws {
            try await Stage.with { stage in
                try stage.useSlowAgent()
                try await stage.start()
                let task = try await stage.submitSlowTask()
                try await stage.waitForEvent("task.leased", ofAgent: SlowAgent.id)

                try stage.process(SlowAgent.id).signal(.kill)

                try await eventually("\(task) is accepted", within: 100) {
                    try await stage.state(of: task) == "accepted"
                }
                let events = try await stage.journal()
                JournalChecks.holds(events)
                #expect(JournalChecks.count(events, "task.leased") >= 2)
                let list = try await stage.json("status")
                let entry = (list.value(at: "/processes/agents")?.arrayValue ?? []).first {
                    $0["name"]?.stringValue == SlowAgent.id
                }
                #expect(entry?["restarts"]?.integerValue == 1)
                try await stage.stop()
            }
        }

        @Test("a broker stopped for 90 s expires no lease of a living agent")
        func brokerStopped() async throws {
            try await Stage.with { stage in
                try stage.useSlowAgent(seconds: 100)
                try await stage.start()
                let task = try await stage.submitSlowTask()
                try await stage.waitForEvent("task.leased", ofAgent: SlowAgent.id)
                let broker = try stage.process("broker")

                broker.signal(.stop)
                try await Task.sleep(for: .seconds(90))
                broker.signal(.resume)

                try await eventually("\(task) is accepted", within: 60) {
                    try await stage.state(of: task) == "accepted"
                }
                let events = try await stage.journal()
                JournalChecks.holds(events)
                #expect(JournalChecks.count(events, "task.expired") == 0)
                #expect(JournalChecks.count(events, "task.leased") == 1)
                try await stage.stop()
            }
        }
    }
}
