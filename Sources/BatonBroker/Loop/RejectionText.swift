// The core's rejections in words: code, thing, limit and value, and every problem of a list.

import BatonCore
import BatonWire

extension Refusal {
    /// When a full queue is worth another try. Nobody knows when one of its tasks ends; a second is
    /// long for a queue that moves and costs nothing at one that does not.
    private static let capacityRetryMilliseconds: Int64 = 1_000

    init(_ rejection: Rejection) {
        switch rejection {
        case .notPermitted(let actor, let verb):
            self.init(.notPermitted, "\(actor) may not \(verb)")
        case .staleToken(let task, let token):
            self.init(
                .staleToken,
                "token \(token.number) of \(task) is no longer the newest; the lease is over")
        case .answeredByAsker(let escalation):
            self.init(
                .notPermitted, "\(escalation) must be answered by a person who did not ask")
        case .attestedByAuthor(let brief, let gate):
            self.init(
                .notPermitted,
                "evidence for \(gate) of \(brief) must come from somebody who does not work on it")
        case .unknownBrief(let brief): self.init(.unknownBrief, "there is no brief \(brief)")
        case .unknownTask(let task): self.init(.unknownTask, "there is no task \(task)")
        case .unknownEscalation(let id):
            self.init(.unknownEscalation, "there is no escalation \(id)")
        case .unknownAgent(let agent):
            self.init(.unknownAgent, "no agent \(agent) is registered")
        case .unknownDocuments(let places):
            self.init(.unknownDocument, "\(places.count) attachment(s) were not uploaded with PUT")
        case .keyReused(let existing):
            self.init(
                .keyReused, "this key stands for other content, submitted as number \(existing)")
        case .conflict(let task, let ended):
            self.init(.conflict, "this attempt of \(task) already ended: \(ended.rawValue)")
        case .alreadyAnswered(let id): self.init(.alreadyAnswered, "\(id) already has an answer")
        case .withdrawn(let id): self.init(.withdrawn, "\(id) was withdrawn and needs no answer")
        case .unchanged(let task):
            self.init(
                .unchanged, "the delivery of \(task) is the one that was rejected, byte for byte")
        case .incompleteDelivery(let task):
            self.init(.incompleteDelivery, "the delivery of \(task) is incomplete")
        case .planRefused(let problems):
            self.init(
                .planRefused, "the plan has \(problems.count) problem(s) and was not taken",
                problems: problems.map { Problem(message: $0.text) })
        case .badEscalation(let problems):
            self.init(
                .badEscalation, "the escalation has \(problems.count) problem(s)",
                problems: problems.map { Problem(message: $0.text) })
        case .unknownOption(let id, let option):
            self.init(.badAnswer, "\(id) has no option \"\(option)\"")
        case .badTask(let problems):
            self.init(
                .badTask, problems.map(\.text).joined(separator: "; "),
                problems: problems.map { Problem(message: $0.text) })
        case .wrongState(let task, let state):
            self.init(.wrongState, "\(task) is \(state.rawValue); this cannot be done to it")
        case .wrongBriefState(let brief, let state):
            self.init(.wrongState, "\(brief) is \(state.rawValue); this cannot be done to it")
        case .limitReached(let name, let limit, let value):
            self.init(.limitReached, "\(name.rawValue) of \(limit) is reached: \(value)")
        case .overloaded(let name, let limit, let value):
            self.init(
                .overloaded, "\(name.rawValue) of \(limit) is reached: \(value)",
                retryAfterMilliseconds: Self.capacityRetryMilliseconds)
        case .rateExceeded(let name, let limit, let wait):
            // Rounded up: a millisecond earlier there would be no room yet.
            let milliseconds = (wait.wholeMicroseconds + 999) / 1_000
            self.init(
                .overloaded,
                "\(name.rawValue) of \(limit) is used up for now",
                retryAfterMilliseconds: milliseconds)
        }
    }
}

extension PlanProblem {
    var text: String {
        switch self {
        case .empty: "the plan has no task"
        case .tooManyTasks(let limit, let value):
            "\(value) tasks exceed tasks_per_plan_max \(limit)"
        case .repeatedID(let id): "two tasks have the id \"\(id)\""
        case .unknownAgent(let task, let agent):
            "task \"\(task)\" is for \(agent), which is not registered"
        case .coreAgent(let task, let agent):
            "task \"\(task)\" is for \(agent); a plan names no core agent"
        case .unregisteredDependency(let task, let agent, let needs):
            "task \"\(task)\" is for \(agent), which depends on \(needs), which is not registered"
        case .unknownDependency(let task, let on):
            "task \"\(task)\" depends on \"\(on)\", which is not in the plan"
        case .cycle(let ids): "these tasks wait for each other: \(ids.joined(separator: ", "))"
        case .chainTooLong(let limit, let value):
            "a chain of \(value) tasks exceeds dependency_chain_max \(limit)"
        case .priorityOutOfRange(let task, let limit, let value):
            "task \"\(task)\" has priority \(value); 0 to \(limit) are possible"
        case .timeTooLate(let task):
            "task \"\(task)\" has a time after \(Timestamp.text(.latest))"
        }
    }
}

extension EscalationProblem {
    var text: String {
        switch self {
        case .tooFewOptions(let count): "at least two options are needed; found \(count)"
        case .repeatedOption(let id): "two options have the id \"\(id)\""
        case .recommendedUnknown(let id):
            "the recommended option \"\(id)\" is not among the options"
        case .acceptOutsideGate(let id):
            "option \"\(id)\" accepts; only the gate may offer to accept what it rejected"
        case .reservedOption(let id): "the option id \"\(id)\" is reserved for the answer revise"
        }
    }
}

extension TaskProblem {
    var text: String {
        switch self {
        case .priorityOutOfRange(let limit, let value):
            "priority \(value) is not between 0 and \(limit)"
        case .deadlinePassed: "the deadline has passed"
        case .timeTooLate: "not_before or deadline is after \(Timestamp.text(.latest))"
        }
    }
}
