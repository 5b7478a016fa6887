// Scenarios of agents: registry, queues, circuits; and of the broker itself.

import BatonCore
import Testing

extension Bench {
    /// Five tasks of `x` failed in a row: the circuit is open, a sixth task waits.
    fileprivate mutating func openCircuit() -> (failed: [TaskID], next: TaskID, worker: SessionID) {
        register("x")
        let worker = connect("x", credit: 1)
        var failed: [TaskID] = []
        for _ in 1...5 {
            let task = submitTask("x")
            fail(task, after: .seconds(3_600))
            failed.append(task)
        }
        let next = submitTask("x")
        #expect(state(of: next) == .ready)
        #expect(broker.pendingReason(of: state.tasks[next]!, at: moment) == .circuitOpen)
        return (failed, next, worker)
    }

    /// The circuit's probe is in work.
    fileprivate mutating func probe() -> (task: TaskID, worker: SessionID) {
        let (_, next, worker) = openCircuit()
        pass(.seconds(30))
        #expect(state(of: next) == .leased)
        return (next, worker)
    }

    fileprivate var circuit: Circuit? { state.agents[AgentName("x")]?.circuit }
}

private let registry: [Scenario] = [
    Scenario(
        "a card is registered once, changed, withdrawn and registered again",
        shows: [
            "agent: – → agent.registered → registered",
            "agent: registered → agent.registered → registered",
            "agent: registered → agent.withdrawn → withdrawn",
            "agent: withdrawn → agent.registered → registered",
        ]
    ) { bench in
        let name = AgentName("x")
        bench.register("x", card: 1)
        let before = bench.events.count
        bench.register("x", card: 1)
        #expect(bench.events.count == before, "the same card is no event")
        bench.register("x", leasesMax: .max, card: 2)
        bench.run(Bench.ann, .withdraw(name))
        #expect(bench.run(Bench.ann, .withdraw(name)) == .done)
        bench.register("x", card: 2)
        #expect(bench.state.agents[name]?.isRegistered == true)
    },
    Scenario(
        "a withdrawn agent gets no more tasks, connected or not",
        shows: ["agent: registered → agent.withdrawn → withdrawn"]
    ) { bench in
        let (first, _) = bench.leasedTask()
        let second = bench.submitTask("x")
        bench.run(Bench.ann, .withdraw(AgentName("x")))
        bench.deliver(first)
        #expect(bench.state(of: first) == .accepted, "what is in work goes on")
        #expect(bench.state(of: second) == .ready)
    },
    Scenario(
        "a paused queue hands out nothing, what is in work goes on",
        shows: ["queue: open → queue.paused → paused", "queue: paused → queue.resumed → open"]
    ) { bench in
        let name = AgentName("x")
        let (first, _) = bench.leasedTask()
        #expect(bench.run(Bench.ann, .pause(name)) == .done)
        #expect(bench.run(Bench.ann, .pause(name)) == .done)
        let second = bench.submitTask("x")
        bench.deliver(first)
        #expect(bench.state(of: second) == .ready)
        #expect(bench.run(Bench.ann, .resume(name)) == .done)
        #expect(bench.run(Bench.ann, .resume(name)) == .done)
        #expect(bench.state(of: second) == .leased)
    },
    Scenario(
        "a stop and a start are events, and so is a start after a crash",
        shows: [
            "broker: stopped → broker.started → running",
            "broker: running → broker.stopped → stopped",
            "broker: running → broker.started → running",
        ]
    ) { bench in
        bench.run(.broker, .stop(state: .test(0)))
        try bench.restart()
        try bench.restart()
    },
]

private let circuits: [Scenario] = [
    Scenario(
        "five failures in a row of distinct tasks open a circuit; a good probe closes it",
        shows: [
            "circuit: closed → circuit.opened → open", "circuit: open → task.leased → probing",
            "circuit: probing → task.delivered → probe passed",
            "circuit: probe passed → circuit.closed → closed",
        ]
    ) { bench in
        let (failed, next, _) = bench.openCircuit()
        bench.run(Bench.ann, .retry(failed[0]))
        bench.pass(.seconds(30))
        #expect(bench.state(of: next) == .leased, "another task than those that failed")
        bench.deliver(next)
        #expect(bench.circuit == .closed)
        #expect(bench.state(of: failed[0]) == .leased)
    },
    Scenario(
        "one task that fails again and again opens no circuit, and permanent failures do not count",
        shows: ["task: leased → task.failed retryable → backoff"]
    ) { bench in
        let (first, worker) = bench.leasedTask()
        for _ in 1...7 {
            bench.fail(first)
            bench.pass(.seconds(300), beating: [worker])
        }
        bench.setCredit(8, of: worker)
        for _ in 1...6 { bench.fail(bench.submitTask("x"), isRetryable: false) }
        #expect(bench.circuit == .closed)
        // Four more distinct ones make five in a row; those between do not break it.
        bench.fail(first)
        for _ in 1...4 {
            #expect(bench.circuit == .closed)
            bench.fail(bench.submitTask("x"), isRetryable: false)
            bench.fail(bench.submitTask("x"), after: .seconds(3_600))
        }
        #expect(bench.circuit != .closed)
    },
    Scenario(
        "a delivery between failures keeps a circuit closed",
        shows: ["task: leased → task.failed retryable → backoff"]
    ) { bench in
        bench.register("x")
        _ = bench.connect("x")
        for _ in 1...3 {
            for _ in 1...4 { bench.fail(bench.submitTask("x"), after: .seconds(3_600)) }
            bench.deliver(bench.submitTask("x"))
        }
        #expect(bench.circuit == .closed)
    },
    Scenario(
        "a failed probe opens the circuit again",
        shows: [
            "circuit: probing → task.failed retryable → probe failed",
            "circuit: probe failed → circuit.opened → open",
        ]
    ) { bench in
        let (task, _) = bench.probe()
        bench.fail(task)
        guard case .open(let probe)? = bench.circuit else {
            Issue.record("not open")
            return
        }
        #expect(probe == bench.now + .seconds(30))
    },
    Scenario(
        "an expired probe opens the circuit again",
        shows: ["circuit: probing → task.expired lease → probe failed"]
    ) { bench in
        let (task, _) = bench.probe()
        bench.pass(.seconds(60))
        #expect(bench.state(of: task) == .backoff)
    },
    Scenario(
        "a probe in silence opens the circuit again",
        shows: ["circuit: probing → task.expired silence → probe failed"]
    ) { bench in
        let (_, worker) = bench.probe()
        bench.pass(.seconds(600), beating: [worker])
        #expect(bench.events.contains { $0.body == .taskRetried || bench.circuit != .closed })
    },
    Scenario(
        "a probe whose attempt's time is up opens the circuit again",
        shows: ["circuit: probing → task.expired attempt → probe failed"]
    ) { bench in
        let (task, worker) = bench.probe()
        for _ in 0..<120 where bench.state(of: task) == .leased {
            bench.pass(.seconds(15))
            bench.beat(worker, isProgress: true)
        }
        #expect(bench.state(of: task) == .backoff)
    },
    Scenario(
        "a probe that asks shows that the agent works",
        shows: ["circuit: probing → escalation.raised task → probe passed"]
    ) { bench in
        let (task, _) = bench.probe()
        bench.escalate(task)
        #expect(bench.circuit == .closed)
    },
    Scenario(
        "a probe that joins a question shows that the agent works",
        shows: ["circuit: probing → escalation.joined → probe passed"]
    ) { bench in
        bench.staff(credit: 1)
        let (_, tasks, _) = bench.plannedBrief([("a", []), ("b", [])])
        bench.escalate(tasks[0], .test(key: "k"))
        bench.run(Bench.ann, .cancelTask(tasks[1]))
        for _ in 1...5 {
            let task = bench.submitTask("x")
            bench.fail(task, after: .seconds(3_600))
        }
        let (_, others, _) = bench.plannedBrief([("a", []), ("b", [])])
        bench.pass(.seconds(30))
        let probe = others.first { bench.state(of: $0) == .leased } ?? TaskID(0)
        bench.run(Bench.ann, .resume(AgentName("x")))
        bench.escalate(probe, .test(key: "j"))
        #expect(bench.circuit == .closed)
        let second = others.first { $0 != probe } ?? TaskID(0)
        bench.run(Bench.ann, .pause(AgentName("x")))
        bench.fail(second, after: .seconds(20))
        bench.run(Bench.ann, .resume(AgentName("x")))
        for _ in 1...4 { bench.fail(bench.submitTask("x"), after: .seconds(3_600)) }
        #expect(bench.circuit != .closed)
        bench.pass(.seconds(30))
        bench.escalate(second, .test(key: "j", match: 4))
        #expect(bench.circuit == .closed)
    },
    Scenario(
        "a probe that is given back, cancelled, or fails for good makes room for another at once",
        shows: [
            "circuit: probing → task.released worker → open",
            "circuit: probing → task.cancelled requested → open",
            "circuit: probing → task.failed permanent → open",
        ]
    ) { bench in
        let (task, _) = bench.probe()
        let others = (1...3).map { _ in bench.submitTask("x") }
        bench.release(task)
        #expect(bench.state(of: others[0]) == .leased)
        bench.run(Bench.ann, .cancelTask(others[0]))
        #expect(bench.state(of: others[1]) == .leased)
        bench.fail(others[1], isRetryable: false)
        #expect(bench.state(of: others[2]) == .leased)
        bench.deliver(others[2])
        #expect(bench.circuit == .closed)
    },
    Scenario(
        "a probe that ends with its session makes room for another",
        shows: ["circuit: probing → task.released session → open"]
    ) { bench in
        let (_, worker) = bench.probe()
        bench.close(worker, releasing: true)
        #expect(bench.circuit != .closed)
    },
    Scenario(
        "a probe that its instance does not list makes room for another",
        shows: ["circuit: probing → task.released unlisted → open"]
    ) { bench in
        let (_, worker) = bench.probe()
        let instance = bench.broker.sessions[worker]?.instance
        bench.close(worker, releasing: false)
        _ = bench.connect("x", credit: 0, instance: instance)
        #expect(bench.circuit != .closed)
    },
    Scenario(
        "a probe that nobody confirms after a start makes room for another",
        shows: ["circuit: probing → task.released unconfirmed → open"]
    ) { bench in
        _ = bench.probe()
        try bench.restart()
        bench.pass(.seconds(30))
        #expect(bench.circuit != .closed)
    },
    Scenario(
        "a probe that ends with its brief or its deadline makes room for another",
        shows: [
            "circuit: probing → task.dead deadline → open",
            "circuit: probing → task.cancelled brief → open",
        ]
    ) { bench in
        bench.staff(credit: 1)
        for _ in 1...5 { bench.fail(bench.submitTask("x"), after: .seconds(36_000)) }
        let (brief, tasks, _) = bench.plannedBrief()
        let late = bench.submitTask("x", deadline: bench.now + .seconds(60))
        bench.pass(.seconds(30))
        #expect(bench.state(of: tasks[0]) == .leased)
        bench.run(Bench.ann, .cancelBrief(brief))
        #expect(bench.state(of: late) == .leased)
        bench.pass(.seconds(30))
        #expect(bench.state(of: late) == .dead)
        #expect(bench.circuit != .closed)
    },
    Scenario(
        "a review that is a probe and ends with its subject makes room for another",
        shows: ["circuit: probing → task.cancelled dependency → open"]
    ) { bench in
        bench.register("core.quality")
        _ = bench.connect("core.quality")
        bench.register("x", isReviewed: true)
        _ = bench.connect("x")
        var tasks: [TaskID] = []
        for _ in 1...5 {
            let task = bench.submitTask("x")
            bench.deliver(task)
            bench.fail(bench.state.tasks[task]?.review ?? TaskID(0), after: .seconds(3_600))
            tasks.append(task)
        }
        let last = bench.submitTask("x")
        bench.deliver(last)
        bench.pass(.seconds(30))
        let review = bench.state.tasks[last]?.review ?? TaskID(0)
        #expect(bench.state(of: review) == .leased)
        bench.run(Bench.ann, .cancelTask(last))
        #expect(bench.state.agents[.quality]?.circuit != .closed)
    },
]

let agentScenarios: [Scenario] = registry + circuits
