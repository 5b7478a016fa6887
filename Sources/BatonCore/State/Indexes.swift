// What can be found again from the records, kept because searching would be slow: which task is
// next, what is due, what must be looked at. Nothing here is saved or digested.

/// A ready task in its agent's queue. Entries of tasks that are no longer ready are skipped.
struct ReadyEntry: Comparable, Sendable {
    let order: Int64
    let task: TaskID

    static func < (left: ReadyEntry, right: ReadyEntry) -> Bool {
        (left.order, left.task) < (right.order, right.task)
    }
}

/// Something that must be looked at after an event; looking twice does no harm.
enum AgendaItem: Hashable, Sendable {
    /// May it become ready?
    case dependencies(TaskID)
    /// Its dependants, its review and its escalation follow its end.
    case ending(TaskID)
    /// A delivery that the gate must judge.
    case gate(TaskID)
    case circuit(AgentName)
    case timer(TimerSubject)
}

/// What must be looked at, with the event that gave the reason. Tasks come first, then briefs,
/// whose state is that of their tasks, then assignments: nobody sees a brief blocked for the length
/// of a batch, and the first lease goes to the first of all that became ready.
struct Agenda: Sendable {
    struct Note: Sendable {
        let item: AgendaItem
        let cause: UInt64?
    }

    private(set) var notes: [Note] = []
    private(set) var briefs: [BriefID: UInt64?] = [:]
    private(set) var assignments: [AgentName: UInt64?] = [:]

    var isEmpty: Bool { notes.isEmpty && briefs.isEmpty && assignments.isEmpty }

    mutating func add(_ item: AgendaItem, cause: UInt64?) {
        notes.append(Note(item: item, cause: cause))
    }

    mutating func add(_ brief: BriefID, cause: UInt64?) { briefs[brief] = .some(cause) }

    mutating func add(_ agent: AgentName, cause: UInt64?) { assignments[agent] = .some(cause) }

    mutating func takeNotes() -> [Note] {
        defer { notes = [] }
        return notes
    }

    /// In the order of their ids.
    mutating func takeBriefs() -> [(brief: BriefID, cause: UInt64?)] {
        defer { briefs.removeAll(keepingCapacity: true) }
        return briefs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// In the order of their names.
    mutating func takeAssignments() -> [(agent: AgentName, cause: UInt64?)] {
        defer { assignments.removeAll(keepingCapacity: true) }
        return assignments.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    mutating func clear() {
        notes.removeAll(keepingCapacity: true)
        briefs.removeAll(keepingCapacity: true)
        assignments.removeAll(keepingCapacity: true)
    }
}

struct Indexes: Sendable {
    var ready: [AgentName: MinHeap<ReadyEntry>] = [:]
    var readyCounts: [AgentName: Int] = [:]
    /// On the broker's time.
    var timers = Timers()
    /// On the calendar: `not_before` and `deadline`, which never move. Entries of tasks that are
    /// over are dropped when they come to the front.
    var calendar = MinHeap<Timer>()
    var agenda = Agenda()
    /// What each agent's newest task is like, for the next one to share.
    var natures: [AgentName: TaskNature] = [:]
}
