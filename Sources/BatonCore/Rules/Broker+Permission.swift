// Who may say what (guarantees and wire.md §1): agents work, people decide, the supervisor
// supervises. A refusal here is a refusal of right and leaves a record.

extension Broker {
    func permission(for command: Command) -> Rejection? {
        let kind = command.actor.kind
        let allowed: Bool
        switch command.body {
        case .create, .start, .stop, .tick:
            allowed = kind == .broker
        case .submitBrief, .submitTask, .putDocument, .cancelBrief, .cancelTask, .retry, .redrive,
            .discard, .pause, .resume:
            allowed = kind == .person || kind == .bareWorker
        case .answer(let request):
            let askers = state.escalations[request.escalation]?.askers ?? []
            if let role = command.actor.role, askers.contains(where: { $0.role == role }) {
                return .answeredByAsker(request.escalation)
            }
            allowed = kind == .person
        case .deliver, .fail, .release, .escalate:
            allowed = kind == .agent || kind == .bareWorker || isBroker(command)
        case .register(let body):
            allowed = kind == .person || kind == .supervisor || command.actor.role == body.agent
        case .withdraw:
            allowed = kind == .person || kind == .supervisor
        case .raise, .notified:
            allowed = kind == .supervisor
        }
        return allowed ? nil : .notPermitted(command.actor, verb: command.body.verb)
    }

    private func isBroker(_ command: Command) -> Bool { command.actor.kind == .broker }
}

extension Command.Body {
    /// The verb as the wire and the journal name it.
    package var verb: String {
        switch self {
        case .create: "CREATE"
        case .start: "START"
        case .stop: "STOP"
        case .tick: "TICK"
        case .submitBrief: "SUBMIT"
        case .submitTask: "TASK"
        case .putDocument: "PUT"
        case .deliver: "DELIVER"
        case .fail: "FAIL"
        case .release: "RELEASE"
        case .escalate: "ESCALATE"
        case .answer: "ANSWER"
        case .cancelBrief, .cancelTask: "CANCEL"
        case .retry: "RETRY"
        case .redrive: "REDRIVE"
        case .discard: "DISCARD"
        case .pause: "PAUSE"
        case .resume: "RESUME"
        case .register: "REGISTER"
        case .withdraw: "WITHDRAW"
        case .raise: "RAISE"
        case .notified: "NOTIFIED"
        }
    }

    /// What the command is about, for the record of a refusal.
    var subject: String {
        switch self {
        case .create, .start, .stop, .tick, .submitBrief, .putDocument: ""
        case .submitTask(let body): body.agent.text
        case .deliver(let body): body.attempt.task.description
        case .fail(let body): body.attempt.task.description
        case .release(let body): body.task.description
        case .escalate(let body): body.attempt.task.description
        case .answer(let body): body.escalation.description
        case .cancelBrief(let brief): brief.description
        case .cancelTask(let task), .retry(let task), .redrive(let task), .discard(let task):
            task.description
        case .pause(let agent), .resume(let agent), .withdraw(let agent): agent.text
        case .register(let body): body.agent.text
        case .raise(let agent, _): agent.text
        case .notified(let escalation, _): escalation.description
        }
    }
}
