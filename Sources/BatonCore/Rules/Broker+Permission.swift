// Who may say what (guarantees and wire.md §1): agents work, people decide, the supervisor
// supervises. A refusal here is a refusal of right and leaves a record.

extension Broker {
    func permission(for command: Command) -> Rejection? {
        let actor = command.actor
        let verb = command.body.verb
        if case .answer(let request) = command.body, let role = actor.role {
            let askers = state.escalations[request.escalation]?.askers ?? []
            if askers.contains(where: { $0.role == role }) {
                return .answeredByAsker(request.escalation)
            }
        }
        if case .withdrawQuestion = command.body, actor.kind != .supervisor {
            return .notPermitted(actor, verb: verb)
        }
        if case .register(let body) = command.body, let role = actor.role, role != body.agent {
            return .notPermitted(actor, verb: verb)
        }
        return Self.mayEver(actor.kind, verb) ? nil : .notPermitted(actor, verb: verb)
    }

    /// Whether such an actor may say this at all, whatever it is about: asked before anybody looks
    /// at what came with it.
    package static func mayEver(_ kind: ActorName.Kind, _ verb: String) -> Bool {
        switch verb {
        // What the broker does by itself has names that are no verbs of the wire.
        case "CREATE", "START", "END", "TICK", "BUDGET": kind == .broker
        case "SUBMIT", "TASK", "PUT", "CANCEL", "RETRY", "REDRIVE", "DISCARD", "PAUSE", "RESUME":
            kind == .person || kind == .bareWorker
        case "ANSWER", "DECIDE": kind == .person
        case "ATTEST": kind != .broker && kind != .supervisor
        case "DELIVER", "FAIL", "RELEASE", "ESCALATE": kind != .person && kind != .supervisor
        case "REGISTER": kind != .broker
        case "WITHDRAW": kind == .person || kind == .supervisor
        case "RAISE", "NOTIFIED": kind == .supervisor
        default: true
        }
    }
}

extension Command.Body {
    /// The verb as the wire and the journal name it.
    package var verb: String {
        switch self {
        case .create: "CREATE"
        case .start: "START"
        case .stop: "END"
        case .tick: "TICK"
        case .submitBrief: "SUBMIT"
        case .submitTask: "TASK"
        case .putDocument: "PUT"
        case .deliver: "DELIVER"
        case .fail: "FAIL"
        case .release: "RELEASE"
        case .escalate: "ESCALATE"
        case .answer: "ANSWER"
        case .decide: "DECIDE"
        case .attest: "ATTEST"
        case .cancelBrief, .cancelTask: "CANCEL"
        case .retry: "RETRY"
        case .redrive: "REDRIVE"
        case .discard: "DISCARD"
        case .pause: "PAUSE"
        case .resume: "RESUME"
        case .register: "REGISTER"
        case .withdraw, .withdrawQuestion: "WITHDRAW"
        case .raise: "RAISE"
        case .askForBudget: "BUDGET"
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
        case .cancelBrief(let brief), .decide(let brief, _), .attest(let brief, _):
            brief.description
        case .cancelTask(let task), .retry(let task), .redrive(let task), .discard(let task):
            task.description
        case .pause(let agent), .resume(let agent), .withdraw(let agent): agent.text
        case .register(let body): body.agent.text
        case .raise(let agent, _): agent.text
        case .askForBudget(let brief, _): brief.description
        case .notified(let escalation, _), .withdrawQuestion(let escalation):
            escalation.description
        }
    }
}
