// The thread of a worker that owns its socket: it drives the WorkerSession with what arrives, with
// the clock, and with what the attempts' threads report.
import BatonClient
import BatonPlatform
import BatonWire
import JSON
import ZeroMQ

/// What an attempt's thread hears about the end it reported.
enum AttemptAnswer: Sendable {
    case settled(WorkerSession.Settlement)
    case findings(Refusal)
}

/// The state of the thread that owns the socket.
struct WorkerLoop: ~Copyable {
    private let worker: Worker
    private var connection: PeerConnection
    private var session: WorkerSession
    private var attempts: [LeaseName: Running] = [:]
    /// Threads that have not ended yet, also of attempts that were stopped.
    private var threadCount = 0
    /// When attempts were stopped whose threads have not ended.
    private var stoppedAt: [LeaseName: Duration] = [:]
    /// The attempt whose handler ignores its cancellation: the reason to end.
    private var stuck: LeaseName?
    /// Assigned, but waiting for the thread of a stopped attempt to end.
    private var waiting: [Assignment] = []
    private var fetches: [RequestID: Fetch] = [:]
    private var ending: WorkerSession.Ending?
    private let startedAt: Duration
    private let inboxItem: Poller.Item
    private let signals: SignalHolder?
    private let signalItem: Poller.Item?
    private let lifeline: Descriptor?
    private var lifelineItem: Poller.Item?

    /// How long stopped attempts may take to end after the session is over. A command that ignores
    /// SIGTERM is killed after five seconds.
    private static let threadsTimeout = Duration.seconds(8)

    private struct Running {
        let context: AgentContext
        let answers: Slot<AttemptAnswer>
    }

    private struct Fetch {
        let digest: String
        var assembly: ContentAssembly
        let answer: Slot<Result<[UInt8], ClientError>>
    }

    init(_ worker: Worker) throws(ClientError) {
        let options = worker.options
        // Before the transport's own threads start: they must not be where a signal ends up.
        let signals = try worldly { () throws(SystemError) in
            options.handlesSignals ? SignalHolder(try SignalInbox([.terminate, .interrupt])) : nil
        }
        let context = try worldly { () throws(ZMQError) in try Context() }
        var connection = try PeerConnection.open(
            endpoint: options.endpoint, identity: options.identity, context: context)
        inboxItem = connection.watch(descriptor: worker.inbox.fileDescriptor)
        if let descriptor = signals?.inbox.fileDescriptor {
            signalItem = connection.watch(descriptor: descriptor)
        } else {
            signalItem = nil
        }
        if let number = options.lifeline {
            lifelineItem = connection.watch(descriptor: number)
            lifeline = Descriptor(owning: number)
        } else {
            lifelineItem = nil
            lifeline = nil
        }
        session = WorkerSession(
            role: .init(
                agent: options.agent, instance: options.instance,
                concurrency: options.concurrency),
            options: ClientSession.Options(name: options.name), seed: Entropy.uint64())
        startedAt = monotonicNow()
        self.worker = worker
        self.connection = connection
        self.signals = signals
    }

    mutating func run() throws(ClientError) {
        while ending == nil { try step(until: nil) }
        for running in attempts.values { running.context.stop(.draining) }
        let limit = monotonicNow() + Self.threadsTimeout
        // For those that have been given up already there is nothing to wait.
        while threadCount > (stuck == nil ? 0 : stoppedAt.count), monotonicNow() < limit {
            try step(until: limit)
        }
        if let stuck {
            throw ClientError(
                .failed,
                "\(stuck.task): the handler went on for more than cancelGrace "
                    + "\(worker.options.cancelGrace) after its cancellation")
        }
        guard case .refused(let failure) = ending else {
            worker.options.log("stopped")
            return
        }
        throw ClientError(failure, endpoint: worker.options.endpoint)
    }

    // MARK: - One turn

    private mutating func step(until limit: Duration?) throws(ClientError) {
        let deadlines = [session.nextDeadline, connectDeadline, stuckDeadline, limit]
            .compactMap(\.self)
        let start = monotonicNow()
        try connection.wait(atMost: deadlines.min().map { $0 - start })
        let now = monotonicNow()
        try hearSignals(at: now)
        for news in worker.inbox.takeAll() { try hear(news, at: now) }
        for input in try connection.takeInputs() {
            try apply(session.handle(.transport(input), at: now), at: now)
        }
        try apply(session.handle(.transport(.tick), at: now), at: now)
        startWaiting()
        try leaveIfStuck(at: now)
        if let deadline = connectDeadline, now >= deadline {
            throw ClientError.unreachable(worker.options.endpoint, connection.lastFailure)
        }
    }

    /// A broker that was there once is waited for as long as it takes: whoever supervises us
    /// decides.
    private var connectDeadline: Duration? {
        guard !connection.wasEverConnected, ending == nil else { return nil }
        return startedAt + worker.options.connectTimeout
    }

    private var stuckDeadline: Duration? {
        guard stuck == nil, ending == nil else { return nil }
        return stoppedAt.values.min().map { $0 + worker.options.cancelGrace }
    }

    /// Takes nothing new, lets other attempts finish, and then ends.
    private mutating func leaveIfStuck(at now: Duration) throws(ClientError) {
        guard let deadline = stuckDeadline, now >= deadline else { return }
        stuck = stoppedAt.min { $0.value < $1.value }?.key
        worker.options.log("\(stuck?.task ?? "-"): the handler ignores its cancellation: ending")
        try apply(session.handle(.drain(limit: worker.options.drainLimit), at: now), at: now)
    }

    private mutating func hearSignals(at now: Duration) throws(ClientError) {
        if let signalItem, connection.isReady(signalItem) {
            while let signal = try nextSignal() {
                worker.options.log("signal \(signal.rawValue): draining")
                // The second one means it.
                let limit = session.isDraining ? Duration.zero : worker.options.drainLimit
                try apply(session.handle(.drain(limit: limit), at: now), at: now)
            }
        }
        if let item = lifelineItem, connection.isReady(item) {
            let outcome = try readLifeline()
            guard outcome == .endOfFile else { return }
            connection.unwatch(item)
            lifelineItem = nil
            worker.options.log("the supervisor has gone: stopping")
            try apply(session.handle(.drain(limit: .zero), at: now), at: now)
        }
    }

    private func nextSignal() throws(ClientError) -> Signal? {
        do {
            return try signals?.inbox.next()
        } catch {
            throw ClientError(.failed, "\(error)")
        }
    }

    /// What is written to a lifeline means nothing; its end does.
    private func readLifeline() throws(ClientError) -> ReadOutcome {
        do {
            return try lifeline?.read(bytesMax: 4096) ?? .endOfFile
        } catch {
            throw ClientError(.failed, "\(error)")
        }
    }

    // MARK: - News from the attempts

    private mutating func hear(_ news: WorkerNews, at now: Duration) throws(ClientError) {
        switch news {
        case .finished(let lease, let end, let costMicroUSD):
            let input = WorkerSession.Input.finished(lease, end, costMicroUSD: costMicroUSD)
            try apply(session.handle(input, at: now), at: now)
        case .progress(let lease, let percent, let message):
            let input = WorkerSession.Input.progress(lease, percent: percent, message: message)
            try apply(session.handle(input, at: now), at: now)
        case .fetch(let digest, let bytesMax, let answer):
            let fetch = Fetch(
                digest: digest, assembly: ContentAssembly(bytesMax: bytesMax), answer: answer)
            try ask(for: fetch, at: now)
        case .threadEnded(let lease):
            threadCount -= 1
            attempts[lease] = nil
            stoppedAt[lease] = nil
        case .drain(let limit):
            try apply(session.handle(.drain(limit: limit), at: now), at: now)
        }
    }

    private mutating func ask(for fetch: Fetch, at now: Duration) throws(ClientError) {
        let header = JSONObject([
            ("digest", .string(fetch.digest)),
            ("offset", .integer(Int64(fetch.assembly.bytes.count))),
        ])
        let (id, outputs) = session.request(
            ClientRequest(.get, header, timeout: .seconds(120)), at: now)
        fetches[id] = fetch
        try apply(outputs, at: now)
    }

    private mutating func fetched(
        _ id: RequestID, _ result: Result<Message, RequestFailure>, at now: Duration,
    ) throws(ClientError) {
        guard var fetch = fetches.removeValue(forKey: id) else { return }
        switch result {
        case .failure(let failure):
            let error = ClientError(failure, endpoint: worker.options.endpoint)
            fetch.answer.put(.failure(error))
        case .success(let reply):
            let isWhole: Bool
            do {
                isWhole = try fetch.assembly.add(reply)
            } catch {
                fetch.answer.put(.failure(error))
                return
            }
            if isWhole {
                fetch.answer.put(.success(fetch.assembly.bytes))
            } else {
                try ask(for: fetch, at: now)
            }
        }
    }

    // MARK: - What the session wants

    private mutating func apply(
        _ outputs: [WorkerSession.Output], at now: Duration,
    ) throws(ClientError) {
        for output in outputs {
            switch output {
            case .send(let message):
                try connection.send(message)
            case .start(let assignment):
                waiting.append(assignment)
            case .stop(let lease, let reason):
                worker.options.log("\(lease.task): \(reason.rawValue)")
                waiting.removeAll { $0.lease == lease }
                attempts[lease]?.context.stop(reason)
                if attempts[lease] != nil, stoppedAt[lease] == nil {
                    stoppedAt[lease] = monotonicNow()
                }
            case .findings(let lease, let refusal):
                worker.options.log("\(lease.task): \(refusal.code.rawValue): \(refusal.message)")
                attempts[lease]?.answers.put(.findings(refusal))
            case .settled(let lease, let settlement):
                worker.options.log("\(lease.task): \(settlement)")
                attempts[lease]?.answers.put(.settled(settlement))
            case .complete(let id, let result):
                try fetched(id, result, at: now)
            case .established(let actor):
                worker.options.log("working for \(worker.options.agent) as \(actor)")
            case .interrupted:
                worker.options.log("the connection to the broker was interrupted")
            case .ended(let how):
                ending = how
            }
        }
    }

    private mutating func startWaiting() {
        while threadCount < worker.options.concurrency, !waiting.isEmpty, ending == nil {
            start(waiting.removeFirst())
        }
    }

    private mutating func start(_ assignment: Assignment) {
        let lease = assignment.lease
        do {
            let inbox = worker.inbox
            let context = try AgentContext(assignment) { inbox.post($0) }
            let answers = try Slot<AttemptAnswer>()
            let attempt = Attempt(
                assignment: assignment, context: context, answers: answers, inbox: worker.inbox,
                handler: worker.handler, options: worker.options)
            // Deep recursion (a parser, a planner) gets the room that the main thread would have.
            _ = try spawnThread(name: lease.task, stackSize: 8 << 20) { attempt.run() }
            attempts[lease] = Running(context: context, answers: answers)
            threadCount += 1
            worker.options.log("\(lease.task): attempt \(assignment.attempt) starts")
        } catch {
            // Out of descriptors or threads: somebody else may have them, or we, later.
            worker.options.log("\(lease.task): \(error)")
            worker.inbox.post(.finished(lease, .release, costMicroUSD: nil))
        }
    }
}

/// Lets an inbox be there or not; an optional of a type that cannot be copied is awkward to read.
private final class SignalHolder {
    let inbox: SignalInbox

    init(_ inbox: consuming SignalInbox) { self.inbox = inbox }
}

/// Runs what asks the world, and says its failure as a client's.
func worldly<Value: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Value,
) throws(ClientError) -> Value {
    do {
        return try body()
    } catch {
        throw ClientError(.failed, "\(error)")
    }
}
