// Scenarios of a task's ends: cancelled, dead at its deadline, redriven, discarded.

import BatonCore
import Testing

/// Brings a task into a state, in an own bench.
private let ways: [(state: TaskState, reach: @Sendable (inout Bench) throws -> TaskID)] = [
    (
        .waiting,
        { bench in
            bench.register("x")
            return bench.submitTask(
                "x", notBefore: bench.now + .seconds(1_000), deadline: bench.now + .seconds(500))
        }
    ),
    (
        .ready,
        { bench in
            bench.register("x")
            return bench.submitTask("x", deadline: bench.now + .seconds(500))
        }
    ),
    (
        .leased,
        { bench in
            bench.register("x")
            _ = bench.connect("x")
            return bench.submitTask("x", deadline: bench.now + .seconds(500))
        }
    ),
    (
        .delivered,
        { bench in
            bench.register("x", isReviewed: true)
            _ = bench.connect("x")
            let task = bench.submitTask("x", deadline: bench.now + .seconds(500))
            bench.deliver(task)
            return task
        }
    ),
    (
        .blocked,
        { bench in
            bench.register("x")
            _ = bench.connect("x")
            let task = bench.submitTask("x", deadline: bench.now + .seconds(500))
            bench.escalate(task)
            return task
        }
    ),
    (
        .backoff,
        { bench in
            bench.register("x")
            _ = bench.connect("x")
            let task = bench.submitTask("x", deadline: bench.now + .seconds(500))
            bench.fail(task, after: .seconds(900))
            return task
        }
    ),
    (
        .dead,
        { bench in
            bench.register("x")
            _ = bench.connect("x")
            let task = bench.submitTask("x", deadline: bench.now + .seconds(500))
            bench.fail(task, isRetryable: false)
            return task
        }
    ),
]

private let cancellations: [Scenario] = ways.map { way in
    Scenario(
        "a \(way.state.rawValue) task is cancelled at once, and all that hung on it ends",
        shows: ["task: \(way.state.rawValue) → task.cancelled requested → cancelled"]
    ) { bench in
        let task = try way.reach(&bench)
        #expect(bench.state(of: task) == way.state)
        #expect(bench.run(Bench.ann, .cancelTask(task)) == .cancelled(tasks: 1))
        #expect(bench.state(of: task) == .cancelled)
        #expect(bench.run(Bench.ann, .cancelTask(task)) == .cancelled(tasks: 0), "again: nothing")
        #expect(bench.state.tasks.isEmpty, "nothing of it stays in memory")
        #expect(bench.state.escalations.values.allSatisfy { $0.state == .withdrawn })
        #expect(bench.broker.nextDeadline(at: bench.moment) == nil, "an idle core is not woken")
    }
}

private let deadlines: [Scenario] = ways.filter { $0.state != .dead && $0.state != .leased }.map {
    way in
    Scenario(
        "a \(way.state.rawValue) task is dead when its deadline has passed",
        shows: ["task: \(way.state.rawValue) → task.dead deadline → dead"]
    ) { bench in
        let task = try way.reach(&bench)
        bench.pass(.seconds(499))
        #expect(bench.state(of: task) == way.state)
        bench.pass(.seconds(1))
        #expect(bench.state(of: task) == .dead)
        #expect(bench.state.tasks[task]?.death == .deadline)
        #expect(bench.state.escalations.values.allSatisfy { $0.state == .withdrawn })
        #expect(bench.broker.nextDeadline(at: bench.moment) == nil)
    }
}

let endScenarios: [Scenario] =
    cancellations + deadlines + [
        Scenario(
            "a leased task is dead at its deadline, and its holder hears of it",
            shows: ["task: leased → task.dead deadline → dead"]
        ) { bench in
            bench.register("x")
            let worker = bench.connect("x")
            let task = bench.submitTask("x", deadline: bench.now + .seconds(45))
            let attempt = bench.attempt(task)
            bench.pass(.seconds(45))
            #expect(bench.state(of: task) == .dead)
            #expect(bench.beat(attempt, from: worker) == .cancelled)
            #expect(bench.beat(attempt, from: worker) == .lost)
        },
        Scenario(
            "a redriven task starts new counters and keeps its tokens behind",
            shows: ["task: dead → task.redriven → ready"]
        ) { bench in
            let (task, worker) = bench.leasedTask()
            let old = bench.attempt(task)
            bench.exhaust(task, by: worker)
            #expect(bench.run(Bench.ann, .redrive(task)) == .done)
            #expect(bench.state(of: task) == .leased)
            #expect(bench.state.tasks[task]?.failures == 0)
            #expect(bench.state.tasks[task]?.attempts == 9)
            #expect(bench.attempt(task).token > old.token)
        },
        Scenario(
            "a task that died before it was ever ready waits again when it is redriven",
            shows: ["task: dead → task.redriven → waiting"]
        ) { bench in
            bench.register("x")
            let task = bench.submitTask(
                "x", notBefore: bench.now + .seconds(100), deadline: bench.now + .seconds(50))
            bench.pass(.seconds(60))
            #expect(bench.state(of: task) == .dead)
            bench.run(Bench.ann, .redrive(task))
            #expect(bench.state(of: task) == .waiting)
            bench.pass(.seconds(40))
            #expect(bench.state(of: task) == .ready)
        },
        Scenario(
            "a task redriven after its deadline is done late, not killed again",
            shows: ["task: dead → task.redriven → ready"]
        ) { bench in
            bench.register("x")
            let worker = bench.connect("x")
            let task = bench.submitTask("x", deadline: bench.now + .seconds(30))
            bench.pass(.seconds(30))
            #expect(bench.state.tasks[task]?.death == .deadline)
            bench.run(Bench.ann, .redrive(task))
            bench.pass(.seconds(120), beating: [worker])
            #expect(bench.state(of: task) == .leased)
            #expect(bench.state.tasks[task]?.deadline == nil)
        },
        Scenario(
            "a deadline that has not passed holds after a redrive",
            shows: ["task: ready → task.dead deadline → dead"]
        ) { bench in
            let task = try ways[6].reach(&bench)
            bench.run(Bench.ann, .pause(AgentName("x")))
            bench.run(Bench.ann, .redrive(task))
            bench.pass(.seconds(500))
            #expect(bench.state.tasks[task]?.death == .deadline)
        },
        Scenario(
            "a discarded task leaves for good",
            shows: ["task: dead → task.discarded → discarded"]
        ) { bench in
            let task = try ways[6].reach(&bench)
            #expect(bench.run(Bench.ann, .discard(task)) == .done)
            #expect(bench.state(of: task) == .discarded)
            #expect(bench.run(Bench.ann, .discard(task)) == .done, "again: it is what it should be")
            #expect(bench.state.tasks.isEmpty)
        },
    ]
