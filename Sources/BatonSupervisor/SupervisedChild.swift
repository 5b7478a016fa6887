// One process in the supervisor's care, as far as decisions need to know it.

/// Which process.
package enum ChildName: Sendable, Hashable, CustomStringConvertible {
    case broker
    /// An instance of an agent, counted from 1.
    case agent(String, instance: Int)

    /// `broker`, `core.quality`, and `core.quality-2` for a second instance.
    package var description: String {
        switch self {
        case .broker: "broker"
        case .agent(let agent, instance: 1): agent
        case .agent(let agent, let instance): "\(agent)-\(instance)"
        }
    }
}

/// How a process ended.
package enum ChildEnd: Sendable, Hashable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    package var description: String {
        switch self {
        case .code(let code): "exit \(code)"
        case .signal(let signal): "signal \(signal)"
        }
    }
}

/// A child's state and history.
package struct SupervisedChild: Sendable {
    package enum State: Sendable, Equatable {
        /// For the broker's first answer.
        case waiting
        case running(since: Duration)
        /// Between an end and the next start.
        case backoff(until: Duration)
        /// It ended, and is not to be started again.
        case ended
    }

    package let name: ChildName
    package internal(set) var state = State.waiting
    /// How often it was to be started again since the supervisor started.
    package internal(set) var restarts = 0
    /// It crash-loops, and is tried at the longest intervals only.
    package internal(set) var isQuarantined = false
    /// How it ended the last time.
    package internal(set) var lastEnd: String?
    /// Waits since it was last healthy; the next one is twice the last.
    var waits = 0
    var recentEnds: [Duration] = []

    init(_ name: ChildName) {
        self.name = name
    }

    package var isRunning: Bool {
        if case .running = state { return true }
        return false
    }

    /// One word for status: `waiting`, `running`, `restarting`, `quarantined`, `ended`.
    package var word: String {
        switch state {
        case .waiting: "waiting"
        case .ended: "ended"
        case _ where isQuarantined: "quarantined"
        case .running: "running"
        case .backoff: "restarting"
        }
    }

    mutating func forgetTrouble() {
        isQuarantined = false
        waits = 0
        recentEnds = []
    }
}
