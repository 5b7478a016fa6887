// What can be found again from the records, kept because searching would be slow: which task is next,
// what is due, what must be looked at. Nothing here is saved or digested.

/// A binary heap that yields the smallest element first.
struct MinHeap<Element: Comparable & Sendable>: Sendable {
    private(set) var elements: [Element] = []

    var first: Element? { elements.first }
    var isEmpty: Bool { elements.isEmpty }

    mutating func push(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard elements[child] < elements[parent] else { return }
            elements.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> Element? {
        guard let smallest = elements.first else { return nil }
        let last = elements.removeLast()
        guard !elements.isEmpty else { return smallest }
        elements[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < elements.count else { return smallest }
            if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
            guard elements[child] < elements[parent] else { return smallest }
            elements.swapAt(parent, child)
            parent = child
        }
    }
}

/// A ready task in its agent's queue. Entries of tasks that are no longer ready are skipped.
struct ReadyEntry: Comparable, Sendable {
    let order: Int64
    let task: TaskID

    static func < (left: ReadyEntry, right: ReadyEntry) -> Bool {
        (left.order, left.task) < (right.order, right.task)
    }
}

/// What a timer is about. Whether it is still due is asked of the records when it fires.
enum TimerSubject: Comparable, Hashable, Sendable {
    case task(TaskID)
    case escalation(EscalationID)
    case probe(AgentName)
    case settle
}

struct Timer: Comparable, Sendable {
    let at: Instant
    let subject: TimerSubject

    static func < (left: Timer, right: Timer) -> Bool {
        left.at != right.at ? left.at < right.at : left.subject < right.subject
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
    case brief(BriefID)
    case circuit(AgentName)
    case assign(AgentName)
    case timer(TimerSubject)
}

struct Indexes: Sendable {
    var ready: [AgentName: MinHeap<ReadyEntry>] = [:]
    var readyCounts: [AgentName: Int] = [:]
    /// On the broker's time.
    var timers = MinHeap<Timer>()
    /// On the calendar.
    var calendar = MinHeap<Timer>()
    var agenda: [AgendaItem] = []
}
