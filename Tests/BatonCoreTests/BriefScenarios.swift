// Scenarios of a brief: from its plan to its close, and every state that is derived on the way.

import BatonCore
import Testing

private let briefCancellations: [Scenario] = [
    Scenario(
        "a cancelled brief cancels all that is open, whatever its state",
        shows: [
            "brief: running → brief.cancelled → cancelled",
            "task: leased → task.cancelled brief → cancelled",
            "task: waiting → task.cancelled brief → cancelled",
            "task: delivered → task.cancelled brief → cancelled",
            "task: backoff → task.cancelled brief → cancelled",
            "task: blocked → task.cancelled brief → cancelled",
            "task: dead → task.cancelled brief → cancelled",
            "task: ready → task.cancelled brief → cancelled",
        ]
    ) { bench in
        bench.staff()
        let (brief, tasks, _) = bench.plannedBrief(["a", "b", "c", "d", "e"].map { ($0, []) })
        bench.run(Bench.ann, .pause(.quality))
        bench.deliver(tasks[1])
        bench.fail(tasks[2], after: .seconds(900))
        bench.escalate(tasks[3])
        bench.fail(tasks[4], isRetryable: false)
        // Six works and reviews, and the close.
        #expect(bench.run(Bench.ann, .cancelBrief(brief)) == .cancelled(tasks: 7))
        #expect(bench.state(of: brief) == .cancelled)
        #expect(bench.state.tasks.isEmpty)
        #expect(bench.state.escalations.values.allSatisfy { $0.state == .withdrawn })
        #expect(bench.run(Bench.ann, .cancelBrief(brief)) == .cancelled(tasks: 0), "again: nothing")
        #expect(bench.broker.nextDeadline(at: bench.moment) == nil)
    }
]

let briefScenarios: [Scenario] =
    briefCancellations + [
        Scenario(
            "a brief goes from plan to close",
            shows: [
                "brief: – → brief.submitted → running", "brief: running → brief.done → done",
                "task: – → task.created plan → waiting", "task: – → task.created work → waiting",
                "task: – → task.created close → waiting",
                "task: delivered → task.accepted delivery → accepted",
            ]
        ) { bench in
            bench.staff()
            let (brief, tasks, close) = bench.plannedBrief([("a", []), ("b", ["a"])])
            #expect(bench.state(of: tasks[0]) == .leased)
            #expect(bench.state(of: tasks[1]) == .waiting)
            bench.finish(tasks[0])
            #expect(bench.state(of: tasks[1]) == .leased)
            #expect(bench.state(of: close) == .waiting)
            bench.finish(tasks[1])
            bench.finish(close)
            #expect(bench.state(of: brief) == .done)
            #expect(bench.state.tasks.isEmpty)
            #expect(bench.state.briefs.isEmpty)
            #expect(bench.broker.nextDeadline(at: bench.moment) == nil)
        },
        Scenario(
            "a brief is blocked when a question is open and nothing moves",
            shows: [
                "brief: running → brief.blocked → blocked",
                "brief: blocked → brief.resumed → running",
            ]
        ) { bench in
            bench.staff()
            let (brief, tasks, _) = bench.plannedBrief([("a", []), ("b", [])])
            guard case .escalation(let escalation, _, _) = bench.escalate(tasks[0]) else { return }
            #expect(bench.state(of: brief) == .running, "b is at work")
            bench.finish(tasks[1])
            #expect(bench.state(of: brief) == .blocked)
            bench.answer(escalation, "b")
            #expect(bench.state(of: brief) == .running)
        },
        Scenario(
            "a dead task makes its brief dead when nothing moves; redrive resumes it",
            shows: [
                "brief: running → brief.dead → dead", "brief: dead → brief.resumed → running",
            ]
        ) { bench in
            bench.staff()
            let (brief, tasks, _) = bench.plannedBrief()
            bench.fail(tasks[0], isRetryable: false)
            #expect(bench.state(of: brief) == .dead)
            bench.run(Bench.ann, .redrive(tasks[0]))
            #expect(bench.state(of: brief) == .running)
        },
        Scenario(
            "a dead brief whose task is discarded is cancelled, the close included",
            shows: [
                "brief: dead → brief.cancelled → cancelled",
                "task: waiting → task.cancelled dependency → cancelled",
            ]
        ) { bench in
            bench.staff()
            let (brief, tasks, close) = bench.plannedBrief()
            bench.fail(tasks[0], isRetryable: false)
            bench.run(Bench.ann, .discard(tasks[0]))
            #expect(bench.state(of: close) == .cancelled)
            #expect(bench.state(of: brief) == .cancelled)
        },
        Scenario(
            "an answer that cancels the task cancels what hangs on it",
            shows: [
                "brief: blocked → brief.cancelled → cancelled",
                "task: blocked → task.cancelled answer → cancelled",
                "escalation: open → escalation.answered cancel → answered",
            ]
        ) { bench in
            bench.staff()
            let (brief, tasks, _) = bench.plannedBrief()
            guard case .escalation(let escalation, _, _) = bench.escalate(tasks[0]) else { return }
            bench.answer(escalation, "c")
            #expect(bench.state(of: tasks[0]) == .cancelled)
            #expect(bench.state(of: brief) == .cancelled)
        },
        Scenario(
            "a cancelled plan cancels its brief",
            shows: ["brief: running → brief.cancelled → cancelled"]
        ) { bench in
            bench.staff()
            let (brief, plan) = bench.submitBrief()
            bench.run(Bench.ann, .cancelTask(plan))
            #expect(bench.state(of: brief) == .cancelled)
        },
        Scenario(
            "a blocked brief whose question ends with its deadline is dead",
            shows: ["brief: blocked → brief.dead → dead"]
        ) { bench in
            bench.staff()
            let (brief, tasks, _) = bench.plannedBrief(deadline: bench.now + .seconds(100))
            bench.escalate(tasks[0])
            #expect(bench.state(of: brief) == .blocked)
            bench.pass(.seconds(100))
            #expect(bench.state(of: brief) == .dead)
        },
        Scenario(
            "a blocked brief is done when a person accepts its close",
            shows: ["brief: blocked → brief.done → done"]
        ) { bench in
            bench.staff()
            let (brief, tasks, close) = bench.plannedBrief()
            bench.finish(tasks[0])
            for _ in 1...3 {
                bench.deliver(close)
                bench.judge(close, accepted: false)
            }
            #expect(bench.state(of: brief) == .blocked)
            let escalation = bench.state.tasks[close]?.escalation ?? EscalationID(0)
            bench.answer(escalation, "accept")
            #expect(bench.state(of: brief) == .done)
        },
        Scenario(
            "nothing in between is recorded: a brief that goes on is never called blocked or dead",
            shows: ["brief: running → brief.done → done"]
        ) { bench in
            bench.staff()
            let (brief, tasks, close) = bench.plannedBrief([("a", []), ("b", ["a"]), ("c", [])])
            bench.escalate(tasks[2])
            // Each of these ends all that moves, and starts something else in the same batch.
            bench.deliver(tasks[0])
            bench.judge(tasks[0], accepted: false)
            bench.finish(tasks[0])
            #expect(bench.state(of: brief) == .running)
            let escalation = bench.state.tasks[tasks[2]]?.escalation ?? EscalationID(0)
            bench.answer(escalation, "b")
            bench.finish(tasks[1])
            bench.finish(tasks[2])
            bench.finish(close)
            let types = bench.events.map(\.body)
            #expect(!types.contains(.briefBlocked))
            #expect(!types.contains(.briefDead))
        },
        Scenario(
            "a dependant that died waits no longer when its dependency is cancelled",
            shows: ["task: dead → task.cancelled dependency → cancelled"]
        ) { bench in
            bench.staff()
            let (brief, plan) = bench.submitBrief()
            bench.deliver(
                plan,
                .plan([
                    PlannedTask(id: "a", agent: AgentName("x")),
                    PlannedTask(
                        id: "b", agent: AgentName("x"), depends: ["a"],
                        deadline: bench.now + .seconds(20)),
                ]))
            let tasks = bench.state.briefs[brief]?.tasks ?? []
            bench.pass(.seconds(20))
            #expect(bench.state(of: tasks[2]) == .dead)
            bench.run(Bench.ann, .cancelTask(tasks[1]))
            #expect(bench.state(of: tasks[2]) == .cancelled)
            #expect(bench.state(of: brief) == .cancelled)
        },
    ]
