// Refusals of right leave a record, and a peer that repeats one must not fill the journal: repeats
// of the same actor, verb, subject and code are folded into one event a minute, with their count.
// A subject may be any text that a peer chose, so whoever has many is folded without it.

struct RefusalLog: Sendable {
    struct Key: Hashable, Sendable {
        let actor: ActorName
        let verb: String
        let subject: String
        let code: String
    }

    private struct Entry {
        /// Repeats since the event that was written for the first.
        var count: Int
        let due: Instant
    }

    private var entries: [Key: Entry] = [:]
    /// The same keys, oldest first; all wait equally long, so the oldest is due first.
    private var order: [Key] = []
    /// Entries with a subject, by proven identity: a person has no more by taking many roles.
    private var subjects: [String: Int] = [:]
    /// Entries that were repeated: only these have something left to write.
    private var repeated = 0

    /// When there is a count to write; nil while nothing was repeated.
    var nextDeadline: Instant? {
        guard repeated > 0 else { return nil }
        return order.first { entries[$0].map { $0.count > 0 } ?? false }.flatMap {
            entries[$0]?.due
        }
    }

    /// What must be written of this refusal now; nil: it is a repeat, and only counted.
    mutating func note(_ key: Key, due: Instant, subjectsMax: Int) -> Key? {
        let key = folded(key, subjectsMax: subjectsMax)
        guard let entry = entries[key] else {
            entries[key] = Entry(count: 0, due: due)
            order.append(key)
            if !key.subject.isEmpty { subjects[key.actor.provenIdentity, default: 0] += 1 }
            return key
        }
        if entry.count == 0 { repeated += 1 }
        entries[key]?.count += 1
        return nil
    }

    /// The key, without its subject when its actor has too many others.
    private func folded(_ key: Key, subjectsMax: Int) -> Key {
        guard entries[key] == nil, subjects[key.actor.provenIdentity] ?? 0 >= subjectsMax else {
            return key
        }
        return Key(actor: key.actor, verb: key.verb, subject: "", code: key.code)
    }

    private mutating func forget(_ key: Key) {
        entries[key] = nil
        guard !key.subject.isEmpty, let count = subjects[key.actor.provenIdentity] else { return }
        subjects[key.actor.provenIdentity] = count > 1 ? count - 1 : nil
    }

    /// The repeated ones whose time is over, and the oldest of those beyond `limit`.
    mutating func takeDue(at now: Instant, limit: Int) -> [(key: Key, count: Int)] {
        var due: [(key: Key, count: Int)] = []
        while let key = order.first, let entry = entries[key],
            entry.due <= now || order.count > limit
        {
            order.removeFirst()
            forget(key)
            guard entry.count > 0 else { continue }
            repeated -= 1
            due.append((key, entry.count))
        }
        return due
    }
}

extension Broker {
    /// The longest subject that a record keeps; names of things are shorter.
    private static let subjectBytesMax = 128

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
        // What is over comes first: the same refusal after its minute is a new one.
        writeFoldedRefusals(at: moment, into: &events)
        // A subject may be whatever a peer wrote for the name of an agent.
        let known = String(decoding: subject.utf8.prefix(Self.subjectBytesMax), as: UTF8.self)
        let key = RefusalLog.Key(actor: actor, verb: verb, subject: known, code: code)
        let new = refusals.note(
            key, due: moment.now + limits.refusalFold, subjectsMax: limits.refusalSubjectsMax)
        guard let new else { return }
        write(new, count: 1, at: moment, into: &events)
    }

    mutating func writeFoldedRefusals(at moment: Moment, into events: inout [Event]) {
        for (key, count) in refusals.takeDue(at: moment.now, limit: limits.refusalsFoldedMax) {
            write(key, count: count, at: moment, into: &events)
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
        case .answeredByAsker, .attestedByAuthor: "not_permitted"
        case .unknownBrief, .unknownTask, .unknownEscalation, .unknownAgent, .unknownDocuments,
            .keyReused, .conflict, .alreadyAnswered, .withdrawn, .unchanged, .incompleteDelivery,
            .planRefused, .badEscalation, .unknownOption, .badTask, .wrongState, .wrongBriefState,
            .limitReached, .overloaded, .rateExceeded:
            preconditionFailure("only refusals of right are recorded")
        }
    }
}
