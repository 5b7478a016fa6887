// The events of one decision in the making: numbered, stamped with time and actor, each with the
// event that led to it.

/// Makes the events of one decision: numbers them and stamps time and actor.
struct Draft {
    let actor: ActorName
    let moment: Moment
    let time: Instant
    private let head: UInt64
    private let cause: UInt64?
    private(set) var events: [Event] = []

    /// - Parameter cause: what led to the first event; the first one leads to the others, unless
    ///   they name another.
    init(state: State, actor: ActorName, moment: Moment, cause: UInt64? = nil) {
        self.actor = actor
        self.moment = moment
        self.cause = cause
        head = state.head
        time = max(moment.now, state.time)
    }

    /// The number that the next event will have.
    var next: UInt64 { head + UInt64(events.count) }

    mutating func add(
        _ body: Event.Body, brief: BriefID? = nil, task: TaskID? = nil, attempt: Int? = nil,
        cause: UInt64? = nil
    ) {
        events.append(
            Event(
                seq: next, time: time, actor: actor, brief: brief, task: task,
                attempt: attempt == 0 ? nil : attempt,
                cause: cause ?? events.first?.seq ?? self.cause, body: body))
    }

    func replying(_ reply: Reply) -> Decision {
        Decision(events: events, reply: reply)
    }

    func refusing(_ rejection: Rejection) -> Decision {
        Decision(reply: .refused(rejection))
    }
}
