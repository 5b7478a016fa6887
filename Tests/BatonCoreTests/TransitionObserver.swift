// What changed with an event: the same words as the table in Protocols/lifecycle.md.

import BatonCore
import BatonWire

/// One row of the table.
struct Transition: Hashable, Comparable, CustomStringConvertible {
    let thing: String
    let from: String
    let event: String
    /// The reason that the event names, or what else tells it from others of its type; or empty.
    let with: String
    let to: String

    var description: String { "\(thing): \(from) → \(event) \(with) → \(to)" }

    static func < (left: Transition, right: Transition) -> Bool {
        left.description < right.description
    }
}

/// Folds events into a state of its own that forgets nothing, and compares before with after.
struct TransitionObserver {
    private(set) var state = State(keepsFinished: true)
    private var brokerRuns = false

    /// The words for everything that the event may change; taken before and after.
    private struct Words {
        let task: String
        let brief: String
        let escalation: String
        let agent: String
        let circuits: [String]
        let queues: [String]

        init(of event: Event, in state: State) {
            task = event.task.flatMap { state.tasks[$0]?.state.rawValue } ?? "–"
            brief = event.brief.flatMap { state.briefs[$0]?.state.rawValue } ?? "–"
            escalation =
                event.escalation.flatMap { state.escalations[$0]?.state.rawValue } ?? "–"
            agent = event.agentOfRegistry.flatMap { state.agents[$0]?.word } ?? "–"
            let agents = state.agents.values.sorted { $0.name < $1.name }
            circuits = agents.map(\.circuit.word)
            queues = agents.map { $0.isPaused ? "paused" : "open" }
        }
    }

    mutating func observe(_ event: Event) -> [Transition] {
        let before = Words(of: event, in: state)
        state.apply(event)
        let after = Words(of: event, in: state)
        var found: [Transition] = []
        func add(_ thing: String, _ from: String, _ to: String, with: String = "") {
            found.append(
                Transition(
                    thing: thing, from: from, event: event.type.rawValue, with: with, to: to))
        }
        if event.type.isOfTask { add("task", before.task, after.task, with: detail(of: event)) }
        if event.type.isOfBrief { add("brief", before.brief, after.brief) }
        if event.escalation != nil, event.type.isOfEscalation {
            add("escalation", before.escalation, after.escalation, with: detail(of: event))
        }
        if event.agentOfRegistry != nil {
            add("agent", before.agent, after.agent)
        } else {
            // A registration may add an agent; nothing else does.
            for (old, new) in zip(before.circuits, after.circuits) where old != new {
                add("circuit", old, new, with: detail(of: event))
            }
            for (old, new) in zip(before.queues, after.queues) where old != new {
                add("queue", old, new)
            }
        }
        addBroker(event, &found)
        return found
    }

    private mutating func addBroker(_ event: Event, _ found: inout [Transition]) {
        let runs: Bool
        switch event.type {
        case .brokerStarted: runs = true
        case .brokerStopped: runs = false
        default: return
        }
        found.append(
            Transition(
                thing: "broker", from: brokerRuns ? "running" : "stopped",
                event: event.type.rawValue, with: "", to: runs ? "running" : "stopped"))
        brokerRuns = runs
    }

    private func detail(of event: Event) -> String {
        switch event.body {
        case .taskCreated(let body): body.kind.rawValue
        case .taskAccepted(let reason): reason.rawValue
        case .taskFailed(let body): body.isRetryable ? "retryable" : "permanent"
        case .taskExpired(let body): body.reason.rawValue
        case .taskReleased(let body): body.reason.rawValue
        case .taskRetried: event.actor == .broker ? "timer" : "operator"
        case .taskBlocked(let id): state.escalations[id]?.origin.rawValue ?? ""
        case .taskDead(let reason): reason.rawValue
        case .taskCancelled(let reason): reason.rawValue
        case .escalationRaised(let body): body.origin.rawValue
        case .escalationRaisedAgain(let body): String(body.times)
        case .escalationAnswered(let body): body.effect.rawValue
        default: ""
        }
    }
}

extension EventType {
    fileprivate var isOfTask: Bool { rawValue.hasPrefix("task.") }
    fileprivate var isOfBrief: Bool { rawValue.hasPrefix("brief.") }
    fileprivate var isOfEscalation: Bool { rawValue.hasPrefix("escalation.") }
}

extension Event {
    fileprivate var escalation: EscalationID? {
        switch body {
        case .escalationRaised: EscalationID(seq)
        case .escalationJoined(let body): body.escalation
        case .escalationRaisedAgain(let body): body.escalation
        case .escalationAnswered(let body): body.escalation
        case .escalationWithdrawn(let id): id
        case .escalationNotified(let id, _): id
        default: nil
        }
    }

    fileprivate var agentOfRegistry: AgentName? {
        switch body {
        case .agentRegistered(let body): body.agent
        case .agentWithdrawn(let agent): agent
        default: nil
        }
    }
}

extension Circuit {
    fileprivate var word: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .probing: "probing"
        case .probeFailed: "probe failed"
        case .probePassed: "probe passed"
        }
    }
}

extension AgentRecord {
    fileprivate var word: String { isRegistered ? "registered" : "withdrawn" }
}
