// Scenarios of the gate: reviews, rejections, the question after the third, reviews that end
// otherwise.

import BatonCore
import Testing

extension Bench {
    /// A delivered direct task and its open review, both agents connected.
    fileprivate mutating func reviewedTask() -> (task: TaskID, review: TaskID) {
        register("core.quality")
        _ = connect("core.quality")
        let (task, _) = leasedTask(isReviewed: true)
        let reply = deliver(task)
        #expect(reply == .ended(task, .delivered, isDuplicate: false))
        return (task, state.tasks[task]?.review ?? TaskID(0))
    }

    /// Rejected three times: blocked, with the gate's question.
    fileprivate mutating func rejectedTask() -> (task: TaskID, escalation: EscalationID) {
        let (task, _) = reviewedTask()
        for count in 1...3 {
            if count > 1 { deliver(task) }
            #expect(needsQuestion(task) == (count == 3))
            judge(task, accepted: false)
        }
        return (task, state.tasks[task]?.escalation ?? EscalationID(0))
    }

    private func needsQuestion(_ task: TaskID) -> Bool {
        state.tasks[task]?.review.map { broker.needsGateEscalation(review: $0) } ?? false
    }
}

let gateScenarios: [Scenario] = [
    Scenario(
        "a verdict ends its review and accepts its subject in one batch",
        shows: [
            "task: – → task.created review → waiting",
            "task: delivered → task.accepted verdict → accepted",
        ]
    ) { bench in
        let (task, review) = bench.reviewedTask()
        #expect(bench.state(of: review) == .leased)
        bench.judge(task, accepted: true)
        #expect(bench.state(of: task) == .accepted)
        #expect(bench.state(of: review) == .accepted)
        #expect(bench.state.tasks.isEmpty)
    },
    Scenario(
        "a rejected task is tried again at once, and the rejected bytes are refused",
        shows: ["task: delivered → task.rejected → ready"]
    ) { bench in
        let (task, _) = bench.reviewedTask()
        bench.judge(task, accepted: false)
        #expect(bench.state(of: task) == .leased)
        bench.deliver(task, match: 77)
        bench.judge(task, accepted: false)
        #expect(bench.deliver(task, match: 77) == .refused(.unchanged(task)))
        #expect(bench.state(of: task) == .leased, "the lease stays")
        #expect(bench.deliver(task, match: 78) == .ended(task, .delivered, isDuplicate: false))
    },
    Scenario(
        "the third rejection asks people; revise starts three new ones",
        shows: [
            "task: ready → task.blocked gate → blocked", "task: blocked → task.unblocked → ready",
            "escalation: – → escalation.raised gate → open",
        ]
    ) { bench in
        let (task, escalation) = bench.rejectedTask()
        #expect(bench.state(of: task) == .blocked)
        bench.answer(escalation, "revise")
        #expect(bench.state(of: task) == .leased)
        #expect(bench.state.tasks[task]?.rejections == 0)
    },
    Scenario(
        "a person accepts with an exception what the gate rejected",
        shows: [
            "task: blocked → task.accepted exception → accepted",
            "escalation: open → escalation.answered accept → answered",
        ]
    ) { bench in
        let (task, escalation) = bench.rejectedTask()
        bench.answer(escalation, "accept")
        #expect(bench.state(of: task) == .accepted)
        #expect(bench.state.tasks.isEmpty)
    },
    Scenario(
        "an answer to a worker's question leaves the rejections as they are",
        shows: ["task: blocked → task.unblocked → ready"]
    ) { bench in
        let (task, _) = bench.reviewedTask()
        bench.judge(task, accepted: false)
        bench.deliver(task)
        bench.judge(task, accepted: false)
        guard case .escalation(let escalation, _, _) = bench.escalate(task) else { return }
        bench.answer(escalation, "b")
        #expect(bench.state.tasks[task]?.rejections == 2)
    },
    Scenario(
        "a review that dies takes its subject along; redrive makes a new review",
        shows: [
            "task: delivered → task.dead review_failed → dead",
            "task: dead → task.redriven → delivered",
            "task: dead → task.cancelled dependency → cancelled",
        ]
    ) { bench in
        let (task, review) = bench.reviewedTask()
        bench.fail(review, isRetryable: false)
        #expect(bench.state.tasks[task]?.death == .reviewFailed)
        #expect(bench.state.tasks[task]?.lastFailure != nil, "what went wrong can be found")
        #expect(bench.state(of: review) == .cancelled, "one dead letter, not two")
        bench.run(Bench.ann, .redrive(task))
        #expect(bench.state(of: task) == .delivered)
        bench.judge(task, accepted: true)
        #expect(bench.state(of: task) == .accepted)
        #expect(bench.state.tasks.isEmpty)
    },
    Scenario(
        "a review in work ends with its subject",
        shows: ["task: leased → task.cancelled dependency → cancelled"]
    ) { bench in
        let (task, review) = bench.reviewedTask()
        let attempt = bench.attempt(review)
        bench.run(Bench.ann, .cancelTask(task))
        #expect(bench.state(of: review) == .cancelled)
        let late = Delivery(
            attempt: attempt, match: .test(9), parts: [],
            content: .verdict(accepted: true, escalation: nil))
        let reply = bench.run(.agent(.quality), .deliver(late))
        #expect(reply == .refused(.staleToken(review, attempt.token)))
    },
    Scenario(
        "a review that waits for a reviewer ends with its subject",
        shows: ["task: ready → task.cancelled dependency → cancelled"]
    ) { bench in
        bench.register("core.quality")
        let (task, _) = bench.leasedTask(isReviewed: true)
        bench.deliver(task)
        bench.run(Bench.ann, .cancelTask(task))
        #expect(bench.state.tasks.isEmpty)
    },
    Scenario(
        "a review in backoff ends with its subject",
        shows: ["task: backoff → task.cancelled dependency → cancelled"]
    ) { bench in
        let (task, review) = bench.reviewedTask()
        bench.fail(review)
        bench.run(Bench.ann, .cancelTask(task))
        #expect(bench.state(of: review) == .cancelled)
    },
    Scenario(
        "a review that asks ends with its subject, and so does its question",
        shows: ["task: blocked → task.cancelled dependency → cancelled"]
    ) { bench in
        let (task, review) = bench.reviewedTask()
        bench.escalate(review)
        bench.run(Bench.ann, .cancelTask(task))
        #expect(bench.state(of: review) == .cancelled)
        #expect(bench.state.escalations.values.allSatisfy { $0.state == .withdrawn })
        #expect(bench.state.tasks.isEmpty)
    },
    Scenario(
        "a review that an answer cancels takes its subject along",
        shows: ["task: delivered → task.dead review_failed → dead"]
    ) { bench in
        let (task, review) = bench.reviewedTask()
        guard case .escalation(let escalation, _, _) = bench.escalate(review) else { return }
        bench.answer(escalation, "c")
        #expect(bench.state(of: review) == .cancelled)
        #expect(bench.state.tasks[task]?.death == .reviewFailed)
        bench.run(Bench.ann, .redrive(task))
        bench.judge(task, accepted: true)
        #expect(bench.state.tasks.isEmpty)
    },
    Scenario(
        "a direct task that an answer cancels leaves memory",
        shows: ["task: blocked → task.cancelled answer → cancelled"]
    ) { bench in
        let (task, _) = bench.leasedTask()
        guard case .escalation(let escalation, _, _) = bench.escalate(task) else { return }
        bench.answer(escalation, "c")
        #expect(bench.state(of: task) == .cancelled)
        #expect(bench.state.tasks.isEmpty)
    },
    Scenario(
        "the reviewer is never the author: another actor, in another process",
        shows: ["task: delivered → task.accepted verdict → accepted"]
    ) { bench in
        bench.register("core.quality")
        bench.register("x", isReviewed: true)
        let ann = Bench.ann
        _ = bench.connect("x", actor: ann.taking(role: AgentName("x")), processID: 7)
        _ = bench.connect("core.quality", actor: ann.taking(role: .quality), processID: 7)
        let task = bench.submitTask("x")
        bench.deliver(task)
        let review = bench.state.tasks[task]?.review ?? TaskID(0)
        #expect(bench.state(of: review) == .ready, "nobody but the author is there")
        _ = bench.connect("core.quality", actor: ann.taking(role: .quality), processID: 8)
        #expect(bench.state(of: review) == .leased)
        bench.judge(task, accepted: true)
        #expect(bench.state(of: task) == .accepted)
    },
    Scenario(
        "a process that takes the reviewer's role on its connection stays the author",
        shows: []
    ) { bench in
        let (task, review, worker) = bench.deliveredByAnn()
        _ = bench.connect(
            "core.quality", actor: Bench.ann.taking(role: .quality), session: worker, processID: 7)
        #expect(bench.state(of: review) == .ready)
        _ = bench.connect(
            "core.quality", actor: Bench.ann.taking(role: .quality), processID: 8)
        #expect(bench.state(of: review) == .leased)
        bench.judge(task, accepted: false)
        #expect(bench.state(of: task) == .ready)
    },
    Scenario(
        "a process that comes back as the reviewer stays the author, also after a redrive",
        shows: ["task: dead → task.redriven → delivered"]
    ) { bench in
        let (task, review, worker) = bench.deliveredByAnn()
        bench.close(worker, releasing: true)
        _ = bench.connect(
            "core.quality", actor: Bench.ann.taking(role: .quality), processID: 7)
        #expect(bench.state(of: review) == .ready)
        let other = bench.connect(
            "core.quality", actor: Bench.ann.taking(role: .quality), processID: 8)
        bench.fail(review, isRetryable: false)
        bench.close(other, releasing: true)
        bench.run(Bench.ann, .redrive(task))
        let second = bench.state.tasks[task]?.review ?? TaskID(0)
        #expect(second != review && bench.state(of: second) == .ready)
    },
    Scenario(
        "whoever brings the parts is an author, though another session holds the lease",
        shows: []
    ) { bench in
        bench.register("core.quality")
        bench.register("x", isReviewed: true)
        let ann = Bench.ann.taking(role: AgentName("x"))
        _ = bench.connect("x", actor: ann, processID: 7)
        let bearer = bench.connect("x", credit: 0, actor: ann, processID: 8)
        let task = bench.submitTask("x")
        bench.run(
            ann,
            .deliver(
                Delivery(
                    attempt: bench.attempt(task), match: .test(1), parts: [],
                    content: .deliverables)), in: bearer)
        bench.close(bearer, releasing: true)
        let review = bench.state.tasks[task]?.review ?? TaskID(0)
        for process in [7, 8] {
            _ = bench.connect(
                "core.quality", actor: Bench.ann.taking(role: .quality), processID: process)
            #expect(bench.state(of: review) == .ready)
        }
    },
]

extension Bench {
    /// A reviewed task that process 7 has delivered as a person's bare worker, and its session.
    fileprivate mutating func deliveredByAnn() -> (
        task: TaskID, review: TaskID, worker: SessionID
    ) {
        register("core.quality")
        register("x", isReviewed: true)
        let worker = connect("x", actor: Self.ann.taking(role: AgentName("x")), processID: 7)
        let task = submitTask("x")
        deliver(task)
        return (task, state.tasks[task]?.review ?? TaskID(0), worker)
    }
}
