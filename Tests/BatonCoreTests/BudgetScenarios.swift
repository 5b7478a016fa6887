// Scenarios of a brief's budget: attempts and cost are counted, nothing is leased beyond them, one
// question is asked, and only an answer goes on.

import BatonCore
import BatonWire
import Testing

extension Bench {
    /// A brief that has used up its budget of two attempts: its first task failed once, and waits
    /// for an answer after its backoff.
    fileprivate mutating func usedUp() -> (brief: BriefID, task: TaskID, question: EscalationID) {
        staff()
        let (brief, tasks, _) = plannedBrief(budget: Budget(attempts: 2))
        fail(tasks[0])
        pass(.seconds(10))
        #expect(state(of: tasks[0]) == .blocked)
        return (brief, tasks[0], budgetQuestion(of: brief) ?? EscalationID(0))
    }

    fileprivate func budgetQuestion(of brief: BriefID) -> EscalationID? {
        state.briefs[brief]?.openEscalations.first { state.escalations[$0]?.origin == .budget }
    }

    fileprivate func leases(of brief: BriefID) -> Int {
        events.count { $0.brief == brief && $0.type == .taskLeased }
    }
}

let budgetScenarios: [Scenario] = [
    Scenario(
        "a brief whose attempts are used up gets no lease and one question",
        shows: [
            "escalation: – → escalation.raised budget → open",
            "task: ready → task.blocked budget → blocked",
            "brief: running → brief.blocked → blocked",
        ]
    ) { bench in
        let (brief, task, question) = bench.usedUp()
        #expect(bench.state.escalations[question]?.tasks == [task])
        #expect(bench.state(of: brief) == .blocked)
        #expect(bench.leases(of: brief) == 2)
        bench.pass(.seconds(7_200))
        #expect(bench.leases(of: brief) == 2, "silence is no consent")
        #expect(bench.events.count { $0.type == .escalationRaised } == 1)
    },
    Scenario(
        "an answer begins the budget anew, and it binds again",
        shows: ["escalation: open → escalation.answered none → answered"]
    ) { bench in
        let (brief, task, question) = bench.usedUp()
        #expect(
            bench.answer(question, "continue") == .answered(question, isDuplicate: false))
        #expect(bench.state(of: task) == .leased)
        #expect(bench.state.briefs[brief]?.usedOfBudget.attempts == 1)
        #expect(bench.state.briefs[brief]?.used.attempts == 3)
        #expect(bench.state.briefs[brief]?.answers == [], "it changes nothing to compute with")
        bench.deliver(task)
        bench.judge(task, accepted: true)
        let close = bench.state.briefs[brief]?.close
        #expect(close.flatMap { bench.state(of: $0) } == .blocked, "two more were used")
        let second = bench.budgetQuestion(of: brief)
        #expect(second != nil && second != question)
        #expect(bench.leases(of: brief) == 4)
    },
    Scenario(
        "without another budget all of the brief is cancelled, also what is in work",
        shows: [
            "escalation: open → escalation.answered cancel → answered",
            "task: blocked → task.cancelled brief → cancelled",
            "task: leased → task.cancelled brief → cancelled",
        ]
    ) { bench in
        bench.staff(credit: 1)
        let (brief, tasks, _) = bench.plannedBrief(
            [("a", []), ("b", [])], budget: Budget(attempts: 2))
        #expect(bench.state(of: tasks[0]) == .leased)
        // There is credit for the second, and no budget.
        _ = bench.connect("x", credit: 1)
        #expect(bench.state(of: tasks[1]) == .blocked)
        let question = bench.budgetQuestion(of: brief) ?? EscalationID(0)
        #expect(bench.state(of: brief) == .running, "the first is in work")
        bench.answer(question, "cancel")
        #expect(bench.state(of: tasks[0]) == .cancelled)
        #expect(bench.state(of: brief) == .cancelled)
    },
    Scenario(
        "what becomes ready while the question is open joins it",
        shows: ["task: ready → task.blocked budget → blocked"]
    ) { bench in
        bench.staff()
        let (brief, tasks, _) = bench.plannedBrief(
            [("a", []), ("b", []), ("c", ["a"])], budget: Budget(attempts: 4))
        bench.deliver(tasks[0])
        #expect(bench.leases(of: brief) == 4, "the plan, two tasks and a review")
        bench.fail(tasks[1])
        bench.pass(.seconds(10))
        let question = bench.budgetQuestion(of: brief) ?? EscalationID(0)
        bench.judge(tasks[0], accepted: true)
        #expect(bench.state.escalations[question]?.tasks == [tasks[1], tasks[2]])
        bench.answer(question, "revise")
        #expect(bench.state(of: tasks[1]) == .leased)
        #expect(bench.state(of: tasks[2]) == .leased)
    },
    Scenario(
        "cost counts however an attempt ends, and what is not bounded does not",
        shows: ["task: ready → task.blocked budget → blocked"]
    ) { bench in
        bench.staff()
        let (brief, plan) = bench.submitBrief(budget: Budget(cost: 1_000_000))
        bench.deliver(plan, .plan([PlannedTask(id: "a", agent: AgentName("x"))]), cost: 100_000)
        let task = bench.state.briefs[brief]?.tasks[1] ?? TaskID(0)
        bench.fail(task, cost: 300_000)
        bench.pass(.seconds(10))
        bench.escalate(task, .test(), cost: 500_000)
        let asked = bench.state.tasks[task]?.escalation ?? EscalationID(0)
        bench.answer(asked, "b")
        #expect(bench.state(of: task) == .leased, "900,000 of 1,000,000 are used")
        bench.deliver(task, cost: 250_000)
        #expect(bench.state.briefs[brief]?.used.cost == 1_150_000)
        let review = bench.state.tasks[task]?.review ?? TaskID(0)
        #expect(bench.state(of: review) == .blocked)
        let question = bench.budgetQuestion(of: brief) ?? EscalationID(0)
        bench.answer(question, "continue")
        #expect(bench.state(of: review) == .leased)
        #expect(bench.state.briefs[brief]?.usedOfBudget.cost == 0)
    },
    Scenario(
        "a brief that ends within its budget is never asked about",
        shows: ["brief: running → brief.done → done"]
    ) { bench in
        bench.staff()
        let (brief, tasks, close) = bench.plannedBrief(budget: Budget(attempts: 5))
        bench.finish(tasks[0])
        bench.deliver(close)
        bench.judge(close, accepted: true)
        #expect(bench.state(of: brief) == .done)
        #expect(!bench.events.contains { $0.type == .escalationRaised })
    },
    Scenario(
        "one brief's budget holds back no other work of the agent",
        shows: ["task: ready → task.blocked budget → blocked"]
    ) { bench in
        let (_, task, question) = bench.usedUp()
        let other = bench.submitTask("x")
        #expect(bench.state(of: other) == .leased)
        #expect(bench.state.escalations[question]?.tasks == [task])
    },
    Scenario(
        "a question nobody needs any more is withdrawn, and asked again when one is needed",
        shows: ["escalation: open → escalation.withdrawn → withdrawn"]
    ) { bench in
        bench.staff()
        let (brief, tasks, _) = bench.plannedBrief(
            [("a", []), ("b", [])], budget: Budget(attempts: 3))
        bench.fail(tasks[0])
        bench.pass(.seconds(10))
        let first = bench.budgetQuestion(of: brief) ?? EscalationID(0)
        bench.deliver(tasks[1])
        #expect(bench.state.escalations[first]?.tasks.count == 2, "the review waits too")
        bench.run(Bench.ann, .cancelTask(tasks[0]))
        #expect(bench.state.escalations[first]?.state == .open)
        bench.run(Bench.ann, .cancelTask(tasks[1]))
        #expect(bench.state(of: brief) == .cancelled)
    },
]
