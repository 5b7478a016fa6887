// Scenarios of questions: raised, joined, raised again, answered, withdrawn.

import BatonCore
import Testing

extension Bench {
    /// A direct task that asked.
    fileprivate mutating func question(
        _ facts: EscalationFacts = .test()
    ) -> (task: TaskID, escalation: EscalationID) {
        let (task, _) = leasedTask()
        escalate(task, facts)
        return (task, state.tasks[task]?.escalation ?? EscalationID(0))
    }
}

private let answers: [Scenario] = [("a", "patch"), ("b", "none"), ("d", "revise")].map {
    option, effect in
    Scenario(
        "an answer of kind \(effect) is recorded and sends the task back",
        shows: ["escalation: open → escalation.answered \(effect) → answered"]
    ) { bench in
        let (task, escalation) = bench.question()
        #expect(bench.answer(escalation, option) == .answered(escalation, isDuplicate: false))
        #expect(bench.state(of: task) == .leased)
        #expect(bench.state.escalations[escalation]?.answer?.effect.rawValue == effect)
    }
}

let escalationScenarios: [Scenario] =
    answers + [
        Scenario(
            "a question without options of its own can always be answered with revise",
            shows: ["escalation: – → escalation.raised task → open"]
        ) { bench in
            let (task, escalation) = bench.question()
            #expect(bench.answer(escalation, "revise") == .answered(escalation, isDuplicate: false))
            #expect(bench.state(of: task) == .leased)
        },
        Scenario(
            "a question with the key of an open one joins it; one answer frees both",
            shows: ["escalation: open → escalation.joined → open"]
        ) { bench in
            bench.staff()
            let (_, tasks, _) = bench.plannedBrief([("a", []), ("b", [])])
            guard
                case .escalation(let first, false, false) = bench.escalate(
                    tasks[0], .test(key: "k"))
            else { return }
            let attempt = bench.attempt(tasks[1])
            let request = EscalationRequest(attempt: attempt, facts: .test(key: "k", match: 4))
            let asker = ActorName.agent(AgentName("x"))
            let joined = Reply.escalation(first, isJoined: true, isDuplicate: false)
            #expect(bench.run(asker, .escalate(request)) == joined)
            let again = Reply.escalation(first, isJoined: true, isDuplicate: true)
            #expect(bench.run(asker, .escalate(request)) == again, "the original answer")
            bench.answer(first, "b")
            #expect(bench.state(of: tasks[0]) == .leased)
            #expect(bench.state(of: tasks[1]) == .leased)
        },
        Scenario(
            "past its deadline a question is raised again, twice, louder, and then stays open",
            shows: [
                "escalation: open → escalation.raised-again 1 → open",
                "escalation: open → escalation.raised-again 2 → open",
            ]
        ) { bench in
            let (_, escalation) = bench.question(.test(deadline: .seconds(60)))
            bench.pass(.seconds(59))
            #expect(bench.state.escalations[escalation]?.raisedAgain == 0)
            bench.pass(.seconds(1))
            #expect(bench.state.escalations[escalation]?.severity == .high)
            bench.pass(.seconds(60))
            #expect(bench.state.escalations[escalation]?.severity == .critical)
            bench.pass(.seconds(86_400))
            #expect(bench.state.escalations[escalation]?.raisedAgain == 2)
            #expect(bench.state.escalations[escalation]?.state == .open)
            #expect(bench.broker.nextDeadline(at: bench.moment) == nil)
        },
        Scenario(
            "a question is withdrawn when its last task ends otherwise",
            shows: ["escalation: open → escalation.withdrawn → withdrawn"]
        ) { bench in
            bench.staff()
            let (_, tasks, _) = bench.plannedBrief([("a", []), ("b", [])])
            bench.escalate(tasks[0], .test(key: "k"))
            bench.escalate(tasks[1], .test(key: "k", match: 4))
            let escalation = bench.state.tasks[tasks[0]]?.escalation ?? EscalationID(0)
            bench.run(Bench.ann, .cancelTask(tasks[0]))
            #expect(bench.state.escalations[escalation]?.state == .open)
            bench.run(Bench.ann, .cancelTask(tasks[1]))
            #expect(bench.state.escalations[escalation]?.state == .withdrawn)
            #expect(bench.answer(escalation, "a") == .refused(.withdrawn(escalation)))
        },
        Scenario(
            "an answer moves only the tasks that still wait for it",
            shows: ["task: dead → task.redriven → ready"]
        ) { bench in
            bench.staff()
            let (brief, plan) = bench.submitBrief()
            let soon = bench.now + .seconds(20)
            bench.deliver(
                plan,
                .plan([
                    PlannedTask(id: "a", agent: AgentName("x")),
                    PlannedTask(id: "b", agent: AgentName("x"), deadline: soon),
                ]))
            let tasks = bench.state.briefs[brief]?.tasks ?? []
            bench.escalate(tasks[1], .test(key: "k"))
            bench.escalate(tasks[2], .test(key: "k", match: 4))
            let first = bench.state.tasks[tasks[1]]?.escalation ?? EscalationID(0)
            bench.pass(.seconds(20))
            bench.run(Bench.ann, .redrive(tasks[2]))
            bench.escalate(tasks[2], .test(key: "other", match: 6))
            bench.answer(first, "b")
            #expect(bench.state(of: tasks[1]) == .leased)
            #expect(bench.state(of: tasks[2]) == .blocked, "it asked something else since")
        },
        Scenario(
            "a worker's question never joins the gate's, whose options are not for it",
            shows: ["escalation: – → escalation.raised gate → open"]
        ) { bench in
            bench.staff()
            let (_, tasks, _) = bench.plannedBrief([("a", []), ("b", [])])
            for _ in 1...3 {
                bench.deliver(tasks[0])
                bench.judge(tasks[0], accepted: false, gate: .gate(key: "k"))
            }
            guard case .escalation(_, let isJoined, _) = bench.escalate(tasks[1], .test(key: "k"))
            else { return }
            #expect(!isJoined)
        },
        Scenario(
            "the supervisor's question about an agent blocks nothing, and a second joins it",
            shows: [
                "escalation: – → escalation.raised supervisor → open",
                "escalation: open → escalation.notified → open",
                "escalation: open → escalation.answered patch → answered",
                "escalation: answered → escalation.notified → answered",
            ]
        ) { bench in
            bench.register("x")
            let name = AgentName("x")
            guard
                case .escalation(let id, false, false) = bench.run(
                    .supervisor, .raise(name, .test()))
            else {
                Issue.record("not raised")
                return
            }
            let again = bench.run(.supervisor, .raise(name, .test(match: 8)))
            #expect(again == .escalation(id, isJoined: true, isDuplicate: false))
            #expect(bench.run(.supervisor, .notified(id, status: 0)) == .done)
            #expect(bench.answer(id, "a") == .answered(id, isDuplicate: false))
            #expect(bench.run(.supervisor, .notified(id, status: .max)) == .done)
        },
        Scenario(
            "the supervisor takes its question back, once, and no other's",
            shows: ["escalation: open → escalation.withdrawn → withdrawn"]
        ) { bench in
            let (_, other) = bench.question()
            bench.register("x")
            guard
                case .escalation(let id, _, _) = bench.run(
                    .supervisor, .raise(AgentName("x"), .test()))
            else {
                Issue.record("not raised")
                return
            }
            #expect(
                bench.run(Bench.ann, .withdrawQuestion(id))
                    == .refused(.notPermitted(Bench.ann, verb: "WITHDRAW")))
            #expect(
                bench.run(.supervisor, .withdrawQuestion(other))
                    == .refused(.notPermitted(.supervisor, verb: "WITHDRAW")))

            #expect(bench.run(.supervisor, .withdrawQuestion(id)) == .done)
            #expect(bench.run(.supervisor, .withdrawQuestion(id)) == .done)

            #expect(bench.state.escalations[id]?.state == .withdrawn)
            #expect(bench.state.escalations[other]?.state == .open)
            #expect(bench.answer(id, "a") == .refused(.withdrawn(id)))
            let unknown = EscalationID(999_999)
            #expect(
                bench.run(.supervisor, .withdrawQuestion(unknown))
                    == .refused(.unknownEscalation(unknown)))
        },
        Scenario(
            "with an agent goes what was asked about its process, and nothing more is asked",
            shows: ["escalation: open → escalation.withdrawn → withdrawn"]
        ) { bench in
            bench.register("x")
            let name = AgentName("x")
            bench.run(.supervisor, .raise(name, .test()))

            bench.run(.supervisor, .withdraw(name))

            #expect(bench.state.escalations.values.allSatisfy { $0.state == .withdrawn })
            #expect(
                bench.run(.supervisor, .raise(name, .test())) == .refused(.unknownAgent(name)))
        },
        Scenario(
            "being told of a question that is over is recorded all the same",
            shows: ["escalation: withdrawn → escalation.notified → withdrawn"]
        ) { bench in
            let (task, escalation) = bench.question()
            bench.run(Bench.ann, .cancelTask(task))
            #expect(bench.run(.supervisor, .notified(escalation, status: 1)) == .done)
        },
    ]
