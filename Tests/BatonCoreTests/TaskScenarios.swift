// Scenarios of a task's way to work and back: waiting, leases, failures, releases.

import BatonCore
import Testing

let taskScenarios: [Scenario] = [
    Scenario(
        "a direct task is leased, delivered and accepted",
        shows: [
            "task: – → task.created direct → waiting", "task: waiting → task.readied → ready",
            "task: ready → task.leased → leased", "task: leased → task.delivered → delivered",
            "task: delivered → task.accepted delivery → accepted",
        ]
    ) { bench in
        let (task, _) = bench.leasedTask()
        let reply = bench.deliver(task)
        #expect(reply == .ended(task, .accepted, isDuplicate: false))
        #expect(bench.state.tasks.isEmpty)
    },
    Scenario(
        "a task waits for its not_before and for nothing else",
        shows: ["task: waiting → task.readied → ready"]
    ) { bench in
        bench.register("x")
        let task = bench.submitTask("x", notBefore: bench.now + .seconds(60))
        bench.pass(.seconds(59))
        #expect(bench.state(of: task) == .waiting)
        bench.pass(.seconds(1))
        #expect(bench.state(of: task) == .ready)
    },
    Scenario(
        "not_before is calendar time: a wall clock set forward ends the wait",
        shows: ["task: waiting → task.readied → ready"]
    ) { bench in
        bench.register("x")
        let task = bench.submitTask("x", notBefore: bench.now + .seconds(3_600))
        bench.lead = .seconds(3_600)
        bench.run(.broker, .tick)
        #expect(bench.state(of: task) == .ready)
        #expect(bench.events.contains { $0.body == .clockStepped(offset: 3_600_000_000) })
    },
    Scenario(
        "a clock set back after not_before had come, with a dependency open, loses nothing",
        shows: ["task: waiting → task.readied → ready"]
    ) { bench in
        bench.staff()
        let soon = bench.now + .seconds(10)
        let (brief, plan) = bench.submitBrief()
        bench.deliver(
            plan,
            .plan([
                PlannedTask(id: "a", agent: AgentName("x")),
                PlannedTask(id: "b", agent: AgentName("x"), depends: ["a"], notBefore: soon),
            ]))
        let tasks = bench.state.briefs[brief]?.tasks ?? []
        bench.pass(.seconds(20))
        bench.lead = .seconds(-60)
        bench.run(.broker, .tick)
        bench.finish(tasks[1])
        #expect(bench.state(of: tasks[2]) == .waiting)
        bench.pass(.seconds(50))
        #expect(bench.state(of: tasks[2]) == .leased)
    },
    Scenario(
        "a retryable failure waits and is tried again",
        shows: [
            "task: leased → task.failed retryable → backoff",
            "task: backoff → task.retried timer → ready",
        ]
    ) { bench in
        let (task, _) = bench.leasedTask()
        let reply = bench.fail(task)
        #expect(reply == .ended(task, .backoff, isDuplicate: false))
        bench.pass(.seconds(2))
        #expect(bench.state(of: task) == .backoff)
        bench.pass(.seconds(3))
        #expect(bench.state(of: task) == .leased)
        #expect(bench.state.tasks[task]?.attempts == 2)
    },
    Scenario(
        "an operator ends a backoff now",
        shows: ["task: backoff → task.retried operator → ready"]
    ) { bench in
        let (task, _) = bench.leasedTask()
        bench.fail(task, after: .seconds(900))
        #expect(bench.run(Bench.ann, .retry(task)) == .done)
        #expect(bench.state(of: task) == .leased)
        #expect(bench.run(Bench.ann, .retry(task)) == .done, "again: it is what it should be")
    },
    Scenario(
        "the eighth failure kills",
        shows: [
            "task: leased → task.failed retryable → backoff",
            "task: backoff → task.dead attempts → dead",
        ]
    ) { bench in
        let (task, worker) = bench.leasedTask()
        for count in 1...8 {
            let reply = bench.fail(task)
            #expect(reply == .ended(task, count == 8 ? .dead : .backoff, isDuplicate: false))
            bench.pass(.seconds(300), beating: [worker])
        }
        #expect(bench.state.tasks[task]?.death == .attempts)
    },
    Scenario(
        "a permanent failure kills at once",
        shows: [
            "task: leased → task.failed permanent → backoff",
            "task: backoff → task.dead permanent → dead",
        ]
    ) { bench in
        let (task, _) = bench.leasedTask()
        let reply = bench.fail(task, isRetryable: false)
        #expect(reply == .ended(task, .dead, isDuplicate: false))
    },
    Scenario(
        "a lease without heartbeats expires after its period",
        shows: ["task: leased → task.expired lease → backoff"]
    ) { bench in
        let (task, _) = bench.leasedTask()
        bench.pass(.seconds(59))
        #expect(bench.state(of: task) == .leased)
        bench.pass(.seconds(1))
        #expect(bench.state(of: task) == .backoff)
        #expect(bench.state.tasks[task]?.failures == 1)
    },
    Scenario(
        "heartbeats keep a lease until its attempt's time is up",
        shows: ["task: leased → task.expired attempt → backoff"]
    ) { bench in
        let (task, worker) = bench.leasedTask()
        for _ in 0..<119 {
            bench.pass(.seconds(15))
            bench.beat(worker, isProgress: true)
        }
        #expect(bench.state(of: task) == .leased)
        bench.pass(.seconds(15))
        #expect(bench.state(of: task) == .backoff)
    },
    Scenario(
        "heartbeats without progress are silence",
        shows: ["task: leased → task.expired silence → backoff"]
    ) { bench in
        let (task, worker) = bench.leasedTask()
        bench.pass(.seconds(599), beating: [worker])
        #expect(bench.state(of: task) == .leased)
        bench.pass(.seconds(1), beating: [worker])
        #expect(bench.state(of: task) == .backoff)
    },
    Scenario(
        "a release waits a second and costs nothing, the tenth counts as failed",
        shows: ["task: leased → task.released worker → backoff"]
    ) { bench in
        let (task, _) = bench.leasedTask()
        for count in 1...80 {
            #expect(bench.state.tasks[task]?.failures == (count - 1) / 10)
            let reply = bench.release(task)
            #expect(reply == .ended(task, count == 80 ? .dead : .backoff, isDuplicate: false))
            bench.pass(.milliseconds(999))
            #expect(bench.state(of: task) == (count == 80 ? .dead : .backoff))
            bench.pass(.milliseconds(1))
        }
    },
    Scenario(
        "a session that says BYE gives back its leases, uncounted",
        shows: ["task: leased → task.released session → backoff"]
    ) { bench in
        let (task, worker) = bench.leasedTask()
        bench.close(worker, releasing: true)
        #expect(bench.state(of: task) == .backoff)
        #expect(bench.state.tasks[task]?.releases == 0)
        #expect(bench.state.tasks[task]?.failures == 0)
    },
    Scenario(
        "an instance that comes back without a lease gives it back, uncounted",
        shows: ["task: leased → task.released unlisted → backoff"]
    ) { bench in
        let (task, worker) = bench.leasedTask()
        let instance = bench.broker.sessions[worker]?.instance ?? ""
        bench.close(worker, releasing: false)
        #expect(bench.state(of: task) == .leased)
        _ = bench.connect("x", credit: 0, instance: instance)
        #expect(bench.state(of: task) == .backoff)
        #expect(bench.state.tasks[task]?.releases == 0)
    },
    Scenario(
        "30 s after a start, leases that nobody listed are given back, uncounted",
        shows: ["task: leased → task.released unconfirmed → backoff"]
    ) { bench in
        let (task, _) = bench.leasedTask()
        try bench.restart()
        bench.pass(.milliseconds(29_999))
        #expect(bench.state(of: task) == .leased)
        bench.pass(.milliseconds(1))
        #expect(bench.state(of: task) == .backoff)
        #expect(bench.state.tasks[task]?.releases == 0)
        #expect(bench.state.tasks[task]?.failures == 0)
    },
    Scenario(
        "a question ends the attempt, uncounted, and the answer sends the task back to work",
        shows: [
            "task: leased → task.blocked task → blocked", "task: blocked → task.unblocked → ready",
        ]
    ) { bench in
        let (task, _) = bench.leasedTask()
        guard case .escalation(let escalation, false, false) = bench.escalate(task) else {
            Issue.record("not escalated")
            return
        }
        #expect(bench.state(of: task) == .blocked)
        bench.answer(escalation, "a")
        #expect(bench.state(of: task) == .leased)
        #expect(bench.state.tasks[task]?.failures == 0)
        #expect(bench.state.tasks[task]?.answers == [escalation])
    },
]
