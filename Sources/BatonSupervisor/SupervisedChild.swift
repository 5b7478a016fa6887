// One process in the supervisor's care, as far as decisions need to know it.

/// Which process.
package enum ChildName: Sendable, Hashable, CustomStringConvertible {
    case broker
    /// An instance of an agent, counted from 1.
    case agent(String, instance: Int)

    /// The agent's id; nil for the broker.
    package var agent: String? {
        if case .agent(let agent, _) = self { return agent }
        return nil
    }

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

    /// Follows how a process ended that somebody wanted started anew.
    static let restartMark = ", for a restart"

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

    /// Why it was asked to end, and when it is killed if it does not; nil while it may go on.
    var ending: (reason: Ending, killAt: Duration)?
    /// Since when the broker has had no session with it; nil while it has one, and before anybody
    /// has looked.
    var absentSince: Duration?
    /// Whether this process has ever had a session.
    var hasConnected = false
    /// Ends in a row because it hung, none of them after it was healthy.
    var hangs = 0
    /// People are asked about it, and need not be any more once it is healthy.
    var isAskedAbout = false

    /// Why the supervisor ends a process before everything ends.
    enum Ending: Sendable, Equatable {
        /// It lives but does nothing; in words.
        case hung(String)
        /// Somebody wants it started anew.
        case restart
    }

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

    /// Whether it has been up for so long that its history no longer counts. One that the broker
    /// does not hear of is up and no use.
    func isHealthy(at now: Duration, after period: Duration) -> Bool {
        guard case .running(let since) = state, ending == nil, absentSince == nil else {
            return false
        }
        return now - since >= period
    }

    /// Whether there is something to forget once it is healthy.
    var isWatched: Bool { isQuarantined || isAskedAbout }

    mutating func forgetTrouble() {
        isQuarantined = false
        waits = 0
        hangs = 0
        recentEnds = []
    }

    /// A new process knows nothing of the last one's sessions.
    mutating func forgetProcess() {
        ending = nil
        absentSince = nil
        hasConnected = false
    }
}
