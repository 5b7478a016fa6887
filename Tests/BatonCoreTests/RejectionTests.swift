// Every refusal, and every problem that a refusal can list, is reached; they come in the order of
// their declaration; only refusals of right leave a record.

import BatonCore
import Testing

/// The cases without what they carry. A new case of `Rejection` does not compile until it stands in
/// the switch below, and then fails until something reaches it.
private enum RefusalName: String, CaseIterable {
    case notPermitted, staleToken, answeredByAsker, attestedByAuthor, unknownBrief, unknownTask,
        unknownEscalation
    case unknownAgent, unknownDocuments, keyReused, conflict, alreadyAnswered, withdrawn, unchanged
    case incompleteDelivery, planRefused, badEscalation, unknownOption, badTask, wrongState
    case wrongBriefState, limitReached, overloaded, rateExceeded

    init(_ rejection: Rejection) {
        self =
            switch rejection {
            case .notPermitted: .notPermitted
            case .staleToken: .staleToken
            case .answeredByAsker: .answeredByAsker
            case .attestedByAuthor: .attestedByAuthor
            case .unknownBrief: .unknownBrief
            case .unknownTask: .unknownTask
            case .unknownEscalation: .unknownEscalation
            case .unknownAgent: .unknownAgent
            case .unknownDocuments: .unknownDocuments
            case .keyReused: .keyReused
            case .conflict: .conflict
            case .alreadyAnswered: .alreadyAnswered
            case .withdrawn: .withdrawn
            case .unchanged: .unchanged
            case .incompleteDelivery: .incompleteDelivery
            case .planRefused: .planRefused
            case .badEscalation: .badEscalation
            case .unknownOption: .unknownOption
            case .badTask: .badTask
            case .wrongState: .wrongState
            case .wrongBriefState: .wrongBriefState
            case .limitReached: .limitReached
            case .overloaded: .overloaded
            case .rateExceeded: .rateExceeded
            }
    }
}

struct RefusalCase: Sendable, CustomTestStringConvertible {
    let claim: String
    let limits: Limits
    /// The reply, and the refusal it must be.
    let script: @Sendable (inout Bench) throws -> (Reply, Rejection)

    init(
        _ claim: String, limits: Limits = Limits(),
        script: @escaping @Sendable (inout Bench) throws -> (Reply, Rejection)
    ) {
        self.claim = claim
        self.limits = limits
        self.script = script
    }

    var testDescription: String { claim }
}

private let workerX = ActorName.agent(AgentName("x"))

private func small(_ change: (inout Limits) -> Void) -> Limits {
    var limits = Limits()
    change(&limits)
    return limits
}

private func brief(_ key: UInt64, _ match: UInt64, documents: [Digest] = []) -> Command.Body {
    .submitBrief(BriefSubmission(key: .test(key), match: .test(match), documents: documents))
}

private func task(
    _ key: UInt64, _ match: UInt64, agent: String = "x", priority: Int = 0,
    deadline: Instant? = nil,
    notBefore: Instant? = nil
) -> Command.Body {
    .submitTask(
        TaskSubmission(
            key: .test(key), match: .test(match), agent: AgentName(agent), priority: priority,
            notBefore: notBefore, deadline: deadline))
}

private let refusals: [RefusalCase] = [
    RefusalCase("a worker may not submit") { bench in
        (bench.run(workerX, brief(1, 1)), .notPermitted(workerX, verb: "SUBMIT"))
    },
    RefusalCase("another agent's token gives no right") { bench in
        let (task, _) = bench.leasedTask()
        let other = ActorName.agent(AgentName("y"))
        return (
            bench.run(other, .release(bench.attempt(task))), .notPermitted(other, verb: "LEASE")
        )
    },
    RefusalCase("a token that somebody else of the same role has read gives him nothing") { bench in
        let (task, _) = bench.leasedTask()
        let thief = Bench.ann.taking(role: AgentName("x"))
        return (
            bench.run(thief, .release(bench.attempt(task))), .notPermitted(thief, verb: "LEASE")
        )
    },
    RefusalCase("an older token is stale") { bench in
        let (task, _) = bench.leasedTask()
        let old = bench.attempt(task)
        bench.pass(.seconds(120))
        #expect(bench.attempt(task) != old)
        return (bench.run(workerX, .release(old)), .staleToken(task, old.token))
    },
    RefusalCase("a token of a task that has left memory is stale") { bench in
        let (task, _) = bench.leasedTask()
        bench.deliver(task)
        let wrong = Attempt(task: task, token: Token(1))
        return (bench.run(workerX, .release(wrong)), .staleToken(task, Token(1)))
    },
    RefusalCase("who asked may not answer") { bench in
        let (task, _) = bench.leasedTask()
        guard case .escalation(let id, _, _) = bench.escalate(task) else {
            return (.done, .unknownTask(task))
        }
        let inRole = Bench.ann.taking(role: AgentName("x"))
        #expect(bench.answer(id, "a", by: inRole) == .refused(.answeredByAsker(id)))
        return (bench.answer(id, "a", by: workerX), .answeredByAsker(id))
    },
    RefusalCase("who works on a brief does not attest its gates") { bench in
        bench.staff()
        let (brief, _, _) = bench.plannedBrief()
        let gate = try #require(GateName("load"))
        let evidence = EvidenceAdded(gate: gate, isPassed: true, match: .test(7), parts: [])
        return (bench.run(workerX, .attest(brief, evidence)), .attestedByAuthor(brief, gate))
    },
    RefusalCase("no agent answers for another") { bench in
        let (task, _) = bench.leasedTask()
        guard case .escalation(let id, _, _) = bench.escalate(task) else {
            return (.done, .unknownTask(task))
        }
        let other = ActorName.agent(AgentName("y"))
        return (bench.answer(id, "a", by: other), .notPermitted(other, verb: "ANSWER"))
    },
    RefusalCase("a brief that never was") { bench in
        (bench.run(Bench.ann, .cancelBrief(BriefID(99))), .unknownBrief(BriefID(99)))
    },
    RefusalCase("a task that never was") { bench in
        #expect(bench.run(Bench.ann, .cancelTask(TaskID(99))) == .refused(.unknownTask(TaskID(99))))
        #expect(bench.run(Bench.ann, .retry(TaskID(99))) == .refused(.unknownTask(TaskID(99))))
        #expect(bench.run(Bench.ann, .redrive(TaskID(99))) == .refused(.unknownTask(TaskID(99))))
        let attempt = Attempt(task: TaskID(99), token: Token(1))
        return (bench.run(workerX, .release(attempt)), .unknownTask(TaskID(99)))
    },
    RefusalCase("an escalation that never was") { bench in
        let id = EscalationID(99)
        #expect(
            bench.run(.supervisor, .notified(id, status: 0)) == .refused(.unknownEscalation(id)))
        return (bench.answer(id, "a"), .unknownEscalation(id))
    },
    RefusalCase("an agent that never was") { bench in
        let name = AgentName("nobody")
        #expect(bench.run(Bench.ann, .pause(name)) == .refused(.unknownAgent(name)))
        #expect(bench.run(Bench.ann, .resume(name)) == .refused(.unknownAgent(name)))
        #expect(bench.run(Bench.ann, .withdraw(name)) == .refused(.unknownAgent(name)))
        #expect(bench.run(.supervisor, .raise(name, .test())) == .refused(.unknownAgent(name)))
        return (bench.run(Bench.ann, task(1, 1, agent: "nobody")), .unknownAgent(name))
    },
    RefusalCase("attachments that were not put, by place") { bench in
        bench.run(Bench.ann, .putDocument(DocumentPut(content: .test(50), parts: [])))
        let documents = [Digest.test(51), .test(50), .test(52)]
        return (bench.run(Bench.ann, brief(1, 1, documents: documents)), .unknownDocuments([0, 2]))
    },
    RefusalCase("a key that stands for another brief") { bench in
        bench.run(Bench.ann, brief(1, 1))
        return (bench.run(Bench.ann, brief(1, 2)), .keyReused(existing: 2))
    },
    RefusalCase("a brief's key for a task, and a task's for a brief") { bench in
        bench.register("x")
        bench.run(Bench.ann, brief(1, 1))
        #expect(bench.run(Bench.ann, task(1, 1)) == .refused(.keyReused(existing: 3)))
        bench.run(Bench.ann, task(2, 2))
        let id = bench.events.last { $0.task != nil }?.task?.number ?? 0
        return (bench.run(Bench.ann, brief(2, 2)), .keyReused(existing: id))
    },
    RefusalCase("an attempt that ended otherwise") { bench in
        let (task, _) = bench.leasedTask()
        let attempt = bench.attempt(task)
        bench.deliver(task)
        let report = FailureReport(attempt: attempt, isRetryable: true, match: .test(1))
        return (bench.run(workerX, .fail(report)), .conflict(task, ended: .delivered))
    },
    RefusalCase("a question after a failure") { bench in
        let (task, _) = bench.leasedTask()
        let attempt = bench.attempt(task)
        bench.fail(task)
        let request = EscalationRequest(attempt: attempt, facts: .test())
        return (bench.run(workerX, .escalate(request)), .conflict(task, ended: .failed))
    },
    RefusalCase("a second answer") { bench in
        let (task, _) = bench.leasedTask()
        guard case .escalation(let id, _, _) = bench.escalate(task) else {
            return (.done, .unknownTask(task))
        }
        bench.answer(id, "a")
        #expect(bench.answer(id, "a") == .answered(id, isDuplicate: true), "the same again")
        #expect(
            bench.answer(id, "a", match: 6) == .answered(id, isDuplicate: true),
            "the same choice with another reason")
        #expect(bench.answer(id, "a", by: .person("bob")) == .refused(.alreadyAnswered(id)))
        return (bench.answer(id, "b"), .alreadyAnswered(id))
    },
    RefusalCase("an answer to what was withdrawn") { bench in
        let (task, _) = bench.leasedTask()
        guard case .escalation(let id, _, _) = bench.escalate(task) else {
            return (.done, .unknownTask(task))
        }
        bench.run(Bench.ann, .cancelTask(task))
        return (bench.answer(id, "a"), .withdrawn(id))
    },
    RefusalCase("the rejected bytes again") { bench in
        bench.register("core.quality")
        _ = bench.connect("core.quality")
        let (task, _) = bench.leasedTask(isReviewed: true)
        bench.deliver(task, match: 8)
        bench.judge(task, accepted: false)
        return (bench.deliver(task, match: 8), .unchanged(task))
    },
    RefusalCase("an incomplete delivery, and one of another kind than the task") { bench in
        let (task, _) = bench.leasedTask()
        #expect(bench.deliver(task, .plan([])) == .refused(.incompleteDelivery(task)))
        return (bench.deliver(task, .incomplete), .incompleteDelivery(task))
    },
    RefusalCase("a plan with a problem; the lease stays") { bench in
        bench.staff()
        let (_, plan) = bench.submitBrief()
        let reply = bench.deliver(plan, .plan([]))
        #expect(bench.state(of: plan) == .leased)
        return (reply, .planRefused([.empty]))
    },
    RefusalCase("a question with problems, all at once; the lease stays") { bench in
        let (task, _) = bench.leasedTask()
        let reply = bench.escalate(
            task,
            .test(
                options: [OptionFacts(id: "revise", effect: .accept)], recommended: "z"))
        #expect(bench.state(of: task) == .leased)
        return (
            reply,
            .badEscalation([
                .tooFewOptions(1), .reservedOption("revise"), .acceptOutsideGate("revise"),
                .recommendedUnknown("z"),
            ])
        )
    },
    RefusalCase("a question that offers one thing twice") { bench in
        let (task, _) = bench.leasedTask()
        let twice = [OptionFacts(id: "a", effect: .none), OptionFacts(id: "a", effect: .patch)]
        return (bench.escalate(task, .test(options: twice)), .badEscalation([.repeatedOption("a")]))
    },
    RefusalCase("an option that is not offered") { bench in
        let (task, _) = bench.leasedTask()
        guard case .escalation(let id, _, _) = bench.escalate(task) else {
            return (.done, .unknownTask(task))
        }
        return (bench.answer(id, "z"), .unknownOption(id, "z"))
    },
    RefusalCase("a task with every problem") { bench in
        bench.register("x")
        let never = Instant(microseconds: Instant.latest.microseconds + 1)
        let late = task(1, 1, priority: 10, deadline: bench.now, notBefore: never)
        return (
            bench.run(Bench.ann, late),
            .badTask([.priorityOutOfRange(limit: 9, value: 10), .deadlinePassed, .timeTooLate])
        )
    },
    RefusalCase("a redrive of what is not dead") { bench in
        let (task, _) = bench.leasedTask()
        #expect(bench.run(Bench.ann, .discard(task)) == .refused(.wrongState(task, .leased)))
        return (bench.run(Bench.ann, .redrive(task)), .wrongState(task, .leased))
    },
    RefusalCase("a retry of what waits for something else") { bench in
        let (task, _) = bench.leasedTask()
        bench.escalate(task)
        return (bench.run(Bench.ann, .retry(task)), .wrongState(task, .blocked))
    },
    RefusalCase("a cancel of what was accepted") { bench in
        let (task, _) = bench.leasedTask()
        bench.deliver(task)
        return (bench.run(Bench.ann, .cancelTask(task)), .wrongState(task, .accepted))
    },
    RefusalCase("a cancel of a review, which ends with its subject only") { bench in
        bench.register("core.quality")
        let (task, _) = bench.leasedTask(isReviewed: true)
        bench.deliver(task)
        let review = bench.state.tasks[task]?.review ?? TaskID(0)
        return (bench.run(Bench.ann, .cancelTask(review)), .wrongState(review, .ready))
    },
    RefusalCase("a cancel of a brief that is done") { bench in
        bench.staff()
        let (brief, tasks, close) = bench.plannedBrief()
        bench.finish(tasks[0])
        bench.finish(close)
        return (bench.run(Bench.ann, .cancelBrief(brief)), .wrongBriefState(brief, .done))
    },
    RefusalCase(
        "one open question too many of a brief", limits: small { $0.escalationsPerBriefMax = 1 }
    ) { bench in
        bench.staff()
        let (_, tasks, _) = bench.plannedBrief([("a", []), ("b", [])])
        bench.escalate(tasks[0])
        return (
            bench.escalate(tasks[1]),
            .limitReached(.escalationsPerBriefMax, limit: 1, value: 1)
        )
    },
    RefusalCase("one agent too many", limits: small { $0.agentsMax = 1 }) { bench in
        bench.register("x")
        let second = AgentRegistered(agent: AgentName("y"), isReviewed: false)
        return (
            bench.run(Bench.ann, .register(second)), .limitReached(.agentsMax, limit: 1, value: 1)
        )
    },
    RefusalCase(
        "a full queue refuses new submissions, and nothing else",
        limits: small { limits in
            limits.queuedTasksMax = 66
            limits.reservePerBrief = 65
        }
    ) { bench in
        bench.staff()
        bench.run(Bench.ann, brief(1, 1))
        #expect(bench.run(Bench.ann, brief(1, 1)) == .brief(BriefID(5), isDuplicate: true))
        let refused = Rejection.overloaded(.queuedTasksMax, limit: 66, value: 66)
        #expect(bench.run(Bench.ann, task(2, 2)) == .refused(refused))
        return (bench.run(Bench.ann, brief(3, 3)), refused)
    },
    RefusalCase(
        "a queue with too many bytes refuses new submissions, and repeats none",
        limits: small { $0.queuedBytesMax = 5 }
    ) { bench in
        bench.register("x")
        let part = Part.test("a", 1)
        func submission(_ key: UInt64) -> Command.Body {
            .submitTask(
                TaskSubmission(
                    key: .test(key), match: .test(1), agent: AgentName("x"), parts: [part]))
        }
        bench.run(Bench.ann, submission(1))
        #expect(bench.run(Bench.ann, submission(1)) == .task(TaskID(3), isDuplicate: true))
        return (
            bench.run(Bench.ann, submission(2)), .overloaded(.queuedBytesMax, limit: 5, value: 6)
        )
    },
    RefusalCase(
        "what is larger than all the queue is refused for good",
        limits: small { $0.queuedBytesMax = 2 }
    ) { bench in
        bench.register("x")
        let large = TaskSubmission(
            key: bench.key(), match: .test(2), agent: AgentName("x"), parts: [.test("a", 1)])
        return (
            bench.run(Bench.ann, .submitTask(large)),
            .limitReached(.queuedBytesMax, limit: 2, value: 3)
        )
    },
    RefusalCase(
        "a submitter who is too fast is told how long to wait",
        limits: small { limits in
            limits.submissionsPerMinuteMax = 6
            limits.submissionsBurstMax = 1
        }
    ) { bench in
        bench.register("x")
        bench.run(Bench.ann, task(1, 1))
        return (
            bench.run(Bench.ann, task(2, 2)),
            .rateExceeded(.submissionsPerMinuteMax, limit: 6, wait: .seconds(10))
        )
    },
]

@Suite(.timeLimit(.minutes(10))) struct RejectionTests {
    @Test(
        "a refusal is the one that it should be, and only one of right is recorded",
        arguments: refusals)
    func refusal(_ refusal: RefusalCase) throws {
        var bench = Bench(limits: refusal.limits)

        let (reply, expected) = try refusal.script(&bench)

        #expect(reply == .refused(expected))
        guard case .accessRefused? = bench.events.last?.body else {
            #expect(!expected.isRefusalOfRight)
            return
        }
        #expect(expected.isRefusalOfRight)
    }

    @Test("every refusal is reached")
    func everyRefusal() throws {
        let reached = try refusals.map { refusal in
            var bench = Bench(limits: refusal.limits)
            return RefusalName(try refusal.script(&bench).1)
        }

        #expect(Set(RefusalName.allCases).subtracting(reached).map(\.rawValue).sorted() == [])
    }

    @Test("every problem of a question and of a task is reached")
    func everyProblem() throws {
        var reached: Set<String> = []
        for refusal in refusals {
            var bench = Bench(limits: refusal.limits)
            switch try refusal.script(&bench).1 {
            case .badEscalation(let problems): reached.formUnion(problems.map(name))
            case .badTask(let problems): reached.formUnion(problems.map(name))
            default: break
            }
        }

        #expect(
            reached == [
                "tooFewOptions", "repeatedOption", "recommendedUnknown", "acceptOutsideGate",
                "reservedOption", "priorityOutOfRange", "deadlinePassed", "timeTooLate",
            ])
    }

    /// A new case does not compile until it stands here.
    private func name(_ problem: EscalationProblem) -> String {
        switch problem {
        case .tooFewOptions: "tooFewOptions"
        case .repeatedOption: "repeatedOption"
        case .recommendedUnknown: "recommendedUnknown"
        case .acceptOutsideGate: "acceptOutsideGate"
        case .reservedOption: "reservedOption"
        }
    }

    private func name(_ problem: TaskProblem) -> String {
        switch problem {
        case .priorityOutOfRange: "priorityOutOfRange"
        case .deadlinePassed: "deadlinePassed"
        case .timeTooLate: "timeTooLate"
        }
    }

    @Test("of several refusals the first in the order of declaration is given")
    func precedence() {
        var bench = Bench()
        bench.register("x")
        bench.run(Bench.ann, task(1, 1))

        // Unknown agent, reused key, bad priority.
        let first = bench.run(Bench.ann, task(1, 2, agent: "nobody", priority: 10))
        let second = bench.run(Bench.ann, task(1, 2, priority: 10))
        let third = bench.run(Bench.ann, task(3, 2, priority: 10))

        #expect(first == .refused(.unknownAgent(AgentName("nobody"))))
        #expect(second == .refused(.keyReused(existing: 3)))
        #expect(third == .refused(.badTask([.priorityOutOfRange(limit: 9, value: 10)])))
    }

    @Test("repeats of a refusal of right are one event a minute, with their count")
    func folded() {
        var bench = Bench()
        let (task, _) = bench.leasedTask()
        let stale = Attempt(task: task, token: Token(0))
        func recorded() -> [Int] {
            bench.events.compactMap { event in
                if case .accessRefused(let body) = event.body { body.count } else { nil }
            }
        }

        for _ in 1...5 { bench.run(workerX, .release(stale)) }
        #expect(recorded() == [1])
        bench.pass(.seconds(60))
        #expect(recorded() == [1, 4])
        bench.run(workerX, .release(stale))
        #expect(recorded() == [1, 4, 1], "a new minute")
        bench.pass(.seconds(61))
        bench.run(workerX, .release(stale))
        #expect(recorded() == [1, 4, 1, 1])
    }

    @Test("what a peer calls an agent cannot make an event too large")
    func longSubject() {
        var bench = Bench()

        bench.run(workerX, task(1, 1, agent: String(repeating: "é", count: 20_000)))

        guard case .accessRefused(let body)? = bench.events.last?.body else {
            Issue.record("not recorded")
            return
        }
        #expect(body.subject.utf8.count <= 130)
    }
}
