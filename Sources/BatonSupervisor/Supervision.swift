// What the supervisor decides, without any input or output: which process to start, when to start
// it again, when to stop trying so hard, and in what order everything ends. The driver owns
// processes, pipes and clocks; scripts of inputs with times test this value.
//
// The broker starts first and ends last. Agents start when the broker answers, and stay while it
// restarts: they reconnect by themselves.

/// Supervises one broker and the instances of some agents.
package struct Supervision: Sendable {
    /// How patient it is. All times count from the monotonic clock's zero.
    package struct Limits: Sendable {
        /// The first wait before a restart; each further one is twice as long.
        package var backoffFirst = Duration.seconds(1)
        /// Long enough to leave the machine in peace, short enough to be back soon.
        package var backoffLongest = Duration.seconds(30)
        /// A process that was up so long is healthy: its history is forgotten.
        package var healthyAfter = Duration.seconds(60)
        /// So many ends within `crashLoopWindow` are a crash loop.
        package var crashLoopEnds = 5
        package var crashLoopWindow = Duration.seconds(120)
        /// From SIGTERM to SIGKILL: an agent hands its work back within a few seconds.
        package var agentDrain = Duration.seconds(10)
        /// The broker's last commit and snapshot.
        package var brokerDrain = Duration.seconds(15)

        package init() {}
    }

    /// What happened.
    package enum Input: Sendable, Equatable {
        /// Begin.
        case start
        /// The process could not even be started.
        case failedToStart(ChildName, String)
        /// The process ended.
        case ended(ChildName, ChildEnd)
        /// The broker took our session, and every card is registered.
        case brokerAnswers
        /// Somebody wants everything to end; said again, it ends faster.
        case stop
        /// Time has passed, nothing else.
        case tick
    }

    /// What is to be done.
    package enum Output: Sendable, Equatable {
        case start(ChildName)
        /// Ask it to end.
        case terminate(ChildName)
        /// End it, with its whole process group.
        case kill(ChildName)
        /// Tell a person.
        case note(ChildName, Note)
        /// An agent crash-loops: tell the people who own it.
        case escalate(agent: String, ends: Int, last: String)
        /// Everything has ended.
        case finish(Finish)
    }

    /// News about a child, for people.
    package enum Note: Sendable, Equatable {
        case ended(String, restartIn: Duration)
        case quarantined(String, restartIn: Duration)
        case recovered
    }

    /// How it all ended.
    package enum Finish: Sendable, Equatable {
        /// As asked.
        case stopped
        /// The broker cannot run here, by its own exit status.
        case brokerRefused(status: Int32)
    }

    private enum Phase: Sendable, Equatable {
        case idle
        case running
        case drainingAgents(until: Duration)
        case drainingBroker(until: Duration)
        case finished
    }

    private let limits: Limits
    /// The broker, then the agents in the order of their cards.
    package private(set) var children: [SupervisedChild]
    private var phase = Phase.idle
    private var finish = Finish.stopped
    private var brokerHasAnswered = false

    /// - Parameter agents: one name for each instance, in the order in which they start.
    package init(agents: [ChildName], limits: Limits = Limits()) {
        self.limits = limits
        children = [SupervisedChild(.broker)] + agents.map { SupervisedChild($0) }
    }

    /// True from the first `stop`, or from the broker's refusal to run.
    package var isStopping: Bool {
        switch phase {
        case .idle, .running: false
        case .drainingAgents, .drainingBroker, .finished: true
        }
    }

    /// When `tick` is wanted at the latest; nil when nothing waits for time.
    package var nextDeadline: Duration? {
        switch phase {
        case .idle, .finished: return nil
        case .drainingAgents(let until), .drainingBroker(let until): return until
        case .running: break
        }
        return children.compactMap { child -> Duration? in
            switch child.state {
            case .backoff(let until): until
            case .running(let since) where child.isQuarantined: since + limits.healthyAfter
            case .waiting, .running, .ended: nil
            }
        }.min()
    }

    /// Takes one input and says what is to be done, in order.
    package mutating func handle(_ input: Input, at now: Duration) -> [Output] {
        switch input {
        case .start:
            precondition(phase == .idle, "supervision starts once")
            phase = .running
            return [start(0, at: now)]
        case .failedToStart(let name, let why):
            return ended(name, why, at: now)
        case .ended(let name, let end):
            if name == .broker, case .code(let status) = end, Self.isFinal(status), !isStopping {
                finish = .brokerRefused(status: status)
                mark(0, .ended)
                return drain(at: now)
            }
            return ended(name, end.description, at: now)
        case .brokerAnswers:
            brokerHasAnswered = true
            guard phase == .running else { return [] }
            return startWaiting(at: now)
        case .stop:
            return stop(at: now)
        case .tick:
            return tick(at: now)
        }
    }

    /// A broker that cannot run here says so by these statuses; to start it again would not help.
    /// Everything else is worth another try, above all 74: the disk may have room again.
    private static func isFinal(_ status: Int32) -> Bool {
        switch status {
        case 64, 75, 77, 78: true
        default: false
        }
    }

    // MARK: Starting

    private mutating func start(_ index: Int, at now: Duration) -> Output {
        mark(index, .running(since: now))
        return .start(children[index].name)
    }

    private mutating func startWaiting(at now: Duration) -> [Output] {
        var outputs: [Output] = []
        for index in children.indices where children[index].state == .waiting {
            outputs.append(start(index, at: now))
        }
        return outputs
    }

    private mutating func mark(_ index: Int, _ state: SupervisedChild.State) {
        children[index].state = state
    }

    // MARK: Ends

    private mutating func ended(_ name: ChildName, _ why: String, at now: Duration) -> [Output] {
        guard let index = children.firstIndex(where: { $0.name == name }) else { return [] }
        children[index].lastEnd = why
        guard phase == .running else {
            mark(index, .ended)
            return proceed(at: now)
        }
        return scheduleRestart(index, why, at: now)
    }

    private mutating func scheduleRestart(_ index: Int, _ why: String, at now: Duration) -> [Output]
    {
        var child = children[index]
        if case .running(let since) = child.state, now - since >= limits.healthyAfter {
            child.forgetTrouble()
        }
        child.restarts += 1
        child.recentEnds.append(now)
        child.recentEnds.removeAll { now - $0 > limits.crashLoopWindow }
        let isNewLoop = !child.isQuarantined && child.recentEnds.count >= limits.crashLoopEnds
        if isNewLoop { child.isQuarantined = true }
        // Doubling stops long before it could overflow.
        let doubled = limits.backoffFirst * (1 << min(child.waits, 16))
        let wait = child.isQuarantined ? limits.backoffLongest : min(doubled, limits.backoffLongest)
        child.waits += 1
        child.state = .backoff(until: now + wait)
        children[index] = child

        guard isNewLoop else {
            return [.note(child.name, .ended(why, restartIn: wait))]
        }
        var outputs: [Output] = [.note(child.name, .quarantined(why, restartIn: wait))]
        if case .agent(let agent, _) = child.name {
            outputs.append(.escalate(agent: agent, ends: child.recentEnds.count, last: why))
        }
        return outputs
    }

    // MARK: Time

    private mutating func tick(at now: Duration) -> [Output] {
        switch phase {
        case .idle, .finished:
            return []
        case .drainingAgents(let until):
            guard now >= until else { return [] }
            phase = .drainingAgents(until: now + limits.agentDrain)
            return runningAgents.map { .kill(children[$0].name) }
        case .drainingBroker(let until):
            guard now >= until else { return [] }
            phase = .drainingBroker(until: now + limits.brokerDrain)
            return children[0].isRunning ? [.kill(.broker)] : []
        case .running:
            break
        }
        var outputs: [Output] = []
        for index in children.indices {
            switch children[index].state {
            case .backoff(let until) where now >= until:
                outputs.append(start(index, at: now))
            case .running(let since)
            where children[index].isQuarantined && now - since >= limits.healthyAfter:
                children[index].forgetTrouble()
                outputs.append(.note(children[index].name, .recovered))
            case .waiting, .running, .backoff, .ended:
                break
            }
        }
        return outputs
    }

    // MARK: The end of everything

    private mutating func stop(at now: Duration) -> [Output] {
        switch phase {
        case .idle:
            phase = .finished
            return [.finish(finish)]
        case .running:
            return drain(at: now)
        case .drainingAgents:
            // Asked twice: no more patience.
            phase = .drainingAgents(until: now + limits.agentDrain)
            return runningAgents.map { .kill(children[$0].name) }
        case .drainingBroker:
            phase = .drainingBroker(until: now + limits.brokerDrain)
            return children[0].isRunning ? [.kill(.broker)] : []
        case .finished:
            return []
        }
    }

    private mutating func drain(at now: Duration) -> [Output] {
        phase = .drainingAgents(until: now + limits.agentDrain)
        for index in children.indices.dropFirst() where !children[index].isRunning {
            mark(index, .ended)
        }
        return runningAgents.map { .terminate(children[$0].name) } + proceed(at: now)
    }

    /// Goes on to the broker when the last agent has ended, and to the end after the broker's.
    private mutating func proceed(at now: Duration) -> [Output] {
        if case .drainingAgents = phase, runningAgents.isEmpty {
            phase = .drainingBroker(until: now + limits.brokerDrain)
            if children[0].isRunning { return [.terminate(.broker)] }
            mark(0, .ended)
        }
        if case .drainingBroker = phase, !children[0].isRunning {
            phase = .finished
            return [.finish(finish)]
        }
        return []
    }

    private var runningAgents: [Int] {
        children.indices.dropFirst().filter { children[$0].isRunning }
    }
}
