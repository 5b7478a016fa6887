// What the supervisor decides, without any input or output: which process to start, when to start
// it again, when to stop trying so hard, and in what order everything ends. The driver owns
// processes, pipes and clocks; scripts of inputs with times test this value.
//
// The broker starts first and ends last. Agents start when the broker answers, and stay while it
// restarts: they reconnect by themselves.

/// Supervises one broker and the instances of some agents.
package struct Supervision: Sendable {
    /// How patient it is. All times count from the monotonic clock's zero.
    package struct Limits: Sendable, Hashable {
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
        /// How long a process may live before the broker has heard of it: a worker that loads a
        /// model first needs a while.
        package var connectWait = Duration.seconds(120)
        /// How long the broker may have no session with a process that had one. More than a
        /// session's period, which has passed already when the broker notices.
        package var absentWait = Duration.seconds(120)
        /// So many hangs in a row are a crash loop, however far apart they are.
        package var hangsMax = 3

        /// How often the broker is asked who is there: often enough for the waits above, and a
        /// request that nobody notices.
        package var lookPeriod: Duration {
            min(.seconds(5), min(connectWait, absentWait) / 4)
        }

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
        /// The broker was asked, and has sessions with these and no other processes.
        case present(Set<ChildName>)
        /// People have been asked about an agent, by us or by a supervisor before us.
        case asked(agent: String)
        /// Somebody wants an agent's processes started anew, whatever happened before.
        case restart(agent: String)
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
        /// An agent crash-loops: ask the people who own it.
        case escalate(agent: String, ends: Int, last: String)
        /// It is well again: what people were asked about it needs no answer.
        case settle(agent: String)
        /// Everything has ended.
        case finish(Finish)
    }

    /// News about a child, for people.
    package enum Note: Sendable, Equatable {
        case ended(String, restartIn: Duration)
        case quarantined(String, restartIn: Duration)
        case recovered
        /// It lives but does nothing, and is asked to end.
        case hung(String)
        /// It did not end when asked to.
        case killed
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
    private var lastLook: Duration?

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
            case .running where child.ending != nil: child.ending?.killAt
            case .running(let since) where child.isWatched && child.absentSince == nil:
                since + limits.healthyAfter
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
            guard phase == .running else { return [] }
            return startWaiting(at: now)
        case .present(let names):
            guard phase == .running else { return [] }
            return look(names, at: now)
        case .asked(let agent):
            for index in indices(of: agent) { children[index].isAskedAbout = true }
            return []
        case .restart(let agent):
            guard phase == .running else { return [] }
            return indices(of: agent).flatMap { restart($0, at: now) }
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
        children[index].forgetProcess()
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

    private func indices(of agent: String) -> [Int] {
        children.indices.filter { children[$0].name.agent == agent }
    }

    // MARK: Restarts and hangs

    private mutating func restart(_ index: Int, at now: Duration) -> [Output] {
        children[index].forgetTrouble()
        switch children[index].state {
        case .backoff: return [start(index, at: now)]
        case .running: return end(index, .restart, at: now)
        // What has not been started yet will be.
        case .waiting, .ended: return []
        }
    }

    /// Asks a process to end, and remembers why.
    private mutating func end(
        _ index: Int, _ reason: SupervisedChild.Ending, at now: Duration
    ) -> [Output] {
        guard children[index].ending == nil else { return [] }
        children[index].ending = (reason, killAt: now + limits.agentDrain)
        return [.terminate(children[index].name)]
    }

    /// Absence counts from the first look that finds it, so that a broker's restart, when nobody
    /// can be present, is nobody's absence.
    private mutating func look(_ present: Set<ChildName>, at now: Duration) -> [Output] {
        let hasGap = lastLook.map { now - $0 > limits.lookPeriod * 4 } ?? true
        lastLook = now
        var outputs: [Output] = []
        for index in children.indices.dropFirst() where children[index].isRunning {
            if present.contains(children[index].name) {
                children[index].absentSince = nil
                children[index].hasConnected = true
                continue
            }
            let since = hasGap ? now : children[index].absentSince ?? now
            children[index].absentSince = since
            let limit = children[index].hasConnected ? limits.absentWait : limits.connectWait
            guard now - since >= limit, children[index].ending == nil else { continue }
            let seconds = Int(limit / .seconds(1))
            let why =
                children[index].hasConnected
                ? "hung: no session with the broker for \(seconds) s"
                : "hung: it did not connect within \(seconds) s"
            outputs.append(.note(children[index].name, .hung(why)))
            outputs += end(index, .hung(why), at: now)
        }
        return outputs
    }

    // MARK: Ends

    private mutating func ended(_ name: ChildName, _ why: String, at now: Duration) -> [Output] {
        guard let index = children.firstIndex(where: { $0.name == name }) else { return [] }
        children[index].lastEnd = why
        guard phase == .running else {
            mark(index, .ended)
            return proceed(at: now)
        }
        guard let ending = children[index].ending else {
            return scheduleRestart(index, why, at: now)
        }
        switch ending.reason {
        case .restart:
            children[index].lastEnd = why + SupervisedChild.restartMark
            children[index].restarts += 1
            return [start(index, at: now)]
        case .hung(let reason):
            children[index].lastEnd = reason
            children[index].hangs += 1
            return scheduleRestart(index, reason, at: now)
        }
    }

    private mutating func scheduleRestart(_ index: Int, _ why: String, at now: Duration) -> [Output]
    {
        var child = children[index]
        if child.isHealthy(at: now, after: limits.healthyAfter) { child.forgetTrouble() }
        child.restarts += 1
        child.recentEnds.append(now)
        child.recentEnds.removeAll { now - $0 > limits.crashLoopWindow }
        let ends = max(child.recentEnds.count, child.hangs)
        let isLoop =
            child.recentEnds.count >= limits.crashLoopEnds || child.hangs >= limits.hangsMax
        let isNewLoop = isLoop && !child.isQuarantined
        if isNewLoop {
            child.isQuarantined = true
            child.isAskedAbout = child.name != .broker
        }
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
            outputs.append(.escalate(agent: agent, ends: ends, last: why))
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
            return runningAgents.flatMap { kill(children[$0].name) }
        case .drainingBroker(let until):
            guard now >= until else { return [] }
            phase = .drainingBroker(until: now + limits.brokerDrain)
            return children[0].isRunning ? kill(.broker) : []
        case .running:
            break
        }
        return children.indices.flatMap { passTime($0, at: now) }
    }

    private mutating func passTime(_ index: Int, at now: Duration) -> [Output] {
        let name = children[index].name
        if case .backoff(let until) = children[index].state, now >= until {
            return [start(index, at: now)]
        }
        if let ending = children[index].ending, children[index].isRunning, now >= ending.killAt {
            children[index].ending = (ending.reason, killAt: now + limits.agentDrain)
            return [.note(name, .killed), .kill(name)]
        }
        guard children[index].isWatched,
            children[index].isHealthy(at: now, after: limits.healthyAfter)
        else { return [] }
        var outputs: [Output] = []
        if children[index].isQuarantined { outputs.append(.note(name, .recovered)) }
        children[index].forgetTrouble()
        if children[index].isAskedAbout, let agent = name.agent {
            children[index].isAskedAbout = false
            // One of several that is well does not speak for the others.
            let isOver = !indices(of: agent).contains { children[$0].isWatched }
            if isOver { outputs.append(.settle(agent: agent)) }
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
            return runningAgents.flatMap { kill(children[$0].name) }
        case .drainingBroker:
            phase = .drainingBroker(until: now + limits.brokerDrain)
            return children[0].isRunning ? kill(.broker) : []
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

    private func kill(_ name: ChildName) -> [Output] { [.note(name, .killed), .kill(name)] }

    private var runningAgents: [Int] {
        children.indices.dropFirst().filter { children[$0].isRunning }
    }
}
