// Refusals of right leave a record, and a peer that repeats one must not fill the journal: repeats of
// the same actor, verb, subject and code are folded into one event a minute, with their count.

struct RefusalLog: Sendable {
    struct Key: Hashable, Sendable {
        let actor: ActorName
        let verb: String
        let subject: String
        let code: String
    }

    struct Entry: Sendable {
        let key: Key
        /// Repeats since the last event.
        var count: Int
        let due: Instant
    }

    /// Oldest first.
    private var entries: [Entry] = []

    var nextDeadline: Instant? { entries.first?.due }

    /// True when this refusal must be written now; a repeat is only counted.
    mutating func isNew(_ key: Key, due: Instant) -> Bool {
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].count += 1
            return false
        }
        entries.append(Entry(key: key, count: 0, due: due))
        return true
    }

    /// Entries whose time is over, and the oldest ones beyond `limit`.
    mutating func takeDue(at now: Instant, limit: Int) -> [Entry] {
        var due: [Entry] = []
        while let first = entries.first, first.due <= now || entries.count > limit {
            due.append(first)
            entries.removeFirst()
        }
        return due
    }
}

extension Broker {
    /// Records a refusal of right, or counts a repeat.
    mutating func note(
        _ rejection: Rejection, of command: Command, at moment: Moment, into events: inout [Event]
    ) {
        note(
            verb: command.body.verb, subject: command.body.subject, code: rejection.code,
            actor: command.actor, at: moment, into: &events)
    }

    /// Records a refusal of right that was decided outside the core: a role that was not granted.
    package mutating func recordRefusal(
        verb: String, subject: String, code: String, actor: ActorName, at moment: Moment
    ) -> [Event] {
        var events: [Event] = []
        note(verb: verb, subject: subject, code: code, actor: actor, at: moment, into: &events)
        return events
    }

    private mutating func note(
        verb: String, subject: String, code: String, actor: ActorName, at moment: Moment,
        into events: inout [Event]
    ) {
        let key = RefusalLog.Key(actor: actor, verb: verb, subject: subject, code: code)
        guard refusals.isNew(key, due: moment.now + limits.refusalFold) else { return }
        write(key, count: 1, at: moment, into: &events)
        writeFoldedRefusals(at: moment, into: &events)
    }

    mutating func writeFoldedRefusals(at moment: Moment, into events: inout [Event]) {
        for entry in refusals.takeDue(at: moment.now, limit: limits.refusalsFoldedMax)
        where entry.count > 0 {
            write(entry.key, count: entry.count, at: moment, into: &events)
        }
    }

    private mutating func write(
        _ key: RefusalLog.Key, count: Int, at moment: Moment, into events: inout [Event]
    ) {
        var draft = Draft(state: state, actor: key.actor, moment: moment)
        let task = TaskID(text: key.subject).flatMap { state.tasks[$0] }
        draft.add(
            .accessRefused(
                AccessRefused(verb: key.verb, code: key.code, subject: key.subject, count: count)),
            brief: task?.brief, task: task?.id)
        for event in draft.events { record(event, into: &events) }
    }
}

extension Rejection {
    /// The code of a refusal of right, as the journal and the wire name it.
    var code: String {
        switch self {
        case .notPermitted: "not_permitted"
        case .staleToken: "stale_token"
        case .answeredByAsker: "not_permitted"
        case .unknownBrief, .unknownTask, .unknownEscalation, .unknownAgent, .unknownDocuments,
            .keyReused, .conflict, .alreadyAnswered, .withdrawn, .unchanged, .incompleteDelivery,
            .planRefused, .badEscalation, .unknownOption, .badTask, .wrongState, .wrongBriefState,
            .limitReached, .overloaded:
            preconditionFailure("only refusals of right are recorded")
        }
    }
}
