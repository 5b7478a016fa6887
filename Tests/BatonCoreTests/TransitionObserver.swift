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

    mutating func observe(_ event: Event) -> [Transition] {
        let before = state
        state.apply(event)
        var found: [Transition] = []
        func add(_ thing: String, _ from: String, _ to: String, with: String = "") {
            found.append(
                Transition(
                    thing: thing, from: from, event: event.type.rawValue, with: with, to: to))
        }
        if let task = event.task, let after = state.tasks[task], event.type.isOfTask {
            add(
                "task", before.tasks[task]?.state.rawValue ?? "–", after.state.rawValue,
                with: detail(of: event))
        }
        if let brief = event.brief, event.type.rawValue.hasPrefix("brief."),
            let after = state.briefs[brief]
        {
            add("brief", before.briefs[brief]?.state.rawValue ?? "–", after.state.rawValue)
        }
        if let escalation = event.escalation, let after = state.escalations[escalation] {
            add(
                "escalation", before.escalations[escalation]?.state.rawValue ?? "–",
                after.state.rawValue, with: detail(of: event))
        }
        for (name, agent) in state.agents.sorted(by: { $0.key < $1.key }) {
            let old = before.agents[name]
            if let old, old.circuit.word != agent.circuit.word {
                add("circuit", old.circuit.word, agent.circuit.word, with: detail(of: event))
            }
            if let old, old.isPaused != agent.isPaused {
                add("queue", old.isPaused ? "paused" : "open", agent.isPaused ? "paused" : "open")
            }
        }
        if let agent = event.agentOfRegistry {
            add("agent", before.agents[agent].word, state.agents[agent].word)
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
}

extension Event {
    fileprivate var escalation: EscalationID? {
        switch body {
        case .escalationRaised: EscalationID(seq)
        case .escalationJoined(let id, _, _): id
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

extension AgentRecord? {
    fileprivate var word: String {
        guard let self else { return "–" }
        return self.isRegistered ? "registered" : "withdrawn"
    }
}
