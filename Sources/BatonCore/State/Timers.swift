// When the core must wake up by itself. Each subject has at most one timer in force; setting it
// again replaces it. What was replaced stays in the heap until it comes to the front or outweighs
// the rest.

/// What a timer is about. Whether it is still due is asked of the records when it fires.
enum TimerSubject: Comparable, Hashable, Sendable {
    case task(TaskID)
    case escalation(EscalationID)
    /// It may take tasks again: its circuit tries one, or its rate allows one.
    case agent(AgentName)
    case settle
}

struct Timer: Comparable, Sendable {
    let at: Instant
    let subject: TimerSubject

    static func < (left: Timer, right: Timer) -> Bool {
        left.at != right.at ? left.at < right.at : left.subject < right.subject
    }
}

struct Timers: Sendable {
    private var heap = MinHeap<Timer>()
    private var inForce: [TimerSubject: Instant] = [:]

    var count: Int { inForce.count }

    /// The earliest one in force, as of the last `prune`.
    var first: Timer? { heap.first }

    mutating func set(_ subject: TimerSubject, at instant: Instant) {
        guard inForce.updateValue(instant, forKey: subject) != instant else { return }
        heap.push(Timer(at: instant, subject: subject))
        // Leases usually end long before their timers: without this a busy broker would keep a
        // minute's worth of ended ones.
        if heap.count > 2 * inForce.count + 64 {
            heap = MinHeap(heap.elements.filter { inForce[$0.subject] == $0.at })
        }
    }

    mutating func cancel(_ subject: TimerSubject) {
        inForce[subject] = nil
    }

    /// Takes the earliest timer that is due at `now`.
    mutating func takeDue(at now: Instant) -> TimerSubject? {
        prune()
        guard let timer = heap.first, timer.at <= now else { return nil }
        _ = heap.pop()
        inForce[timer.subject] = nil
        return timer.subject
    }

    /// Drops replaced timers from the front, so that `first` is one in force.
    mutating func prune() {
        while let timer = heap.first, inForce[timer.subject] != timer.at { _ = heap.pop() }
    }
}
