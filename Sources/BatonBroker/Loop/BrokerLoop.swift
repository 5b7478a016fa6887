// The broker's loop without input or output: messages in, events and things to say out. A driver
// receives, appends, commits, and only then asks for what is to be sent. The simulator drives the
// same value.

package import BatonCore
package import BatonJournal
package import BatonWire
import BatonBrief
import JSON

package struct BrokerLoop {
    package internal(set) var core: Broker
    var intake: Intake
    var peers: [RoutingID: Peer] = [:]
    private var routes: [SessionID: RoutingID] = [:]
    private var nextSession: UInt64 = 1

    /// Decided and folded, not yet on disk.
    private var pending = JournalBatch()
    /// For each pending leaf, whether a piece may begin with it.
    private var pendingCuts: [Bool] = []
    private var lastKept: Event?
    private var pendingEvents: [Event] = []
    /// What the newest `takeBatches` holds, as events.
    package private(set) var takenEvents: [Event] = []
    private var pendingStart: UInt64
    /// Bytes of leaves and payloads that wait for the next append.
    package private(set) var pendingBytes = 0
    /// Questions that wait for their answer; they cost the loop more than other requests.
    package private(set) var pendingViews = 0
    private var outgoing: [Outgoing] = []
    /// Said after all replies, so that a worker hears that its delivery was taken before it gets
    /// the next task.
    private var assignments: [Outgoing] = []

    package internal(set) var counters = Counters()
    package let wireLimits: WireLimits
    package let contentLimits: ContentLimits
    /// New submissions are refused while the disk is nearly full; deliveries go on.
    package var isDiskLow = false
    package var isStopping = false

    /// What STATUS tells of the loop's own work.
    package struct Counters: Hashable, Sendable {
        package var batches = 0
        package var events = 0
        package var commands = 0
        package var largestBatch = 0
        /// Messages that were not as specified, by reason.
        package var malformed = 0
        package var overloaded = 0
        /// How often all connections were closed because a peer sent more than could be held.
        package var reopened = 0
    }

    package init(
        core: Broker, keys: JournalKeys, randomBytes: @escaping RandomBytes,
        wireLimits: WireLimits = .standard, contentLimits: ContentLimits = ContentLimits()
    ) {
        self.core = core
        intake = Intake(keys: keys, randomBytes: randomBytes)
        pendingStart = core.state.head
        self.wireLimits = wireLimits
        self.contentLimits = contentLimits
    }

    // MARK: Messages

    /// Takes one message from a peer. What it leads to waits for the commit.
    package mutating func receive(
        frames: [[UInt8]], from route: RoutingID, identity: TransportIdentity, at moment: Moment
    ) {
        counters.commands += 1
        let message: Message
        do {
            message = try Message(frames: frames, limits: wireLimits)
        } catch {
            refuseMalformed(error, frames: frames, from: route)
            return
        }
        // MORE has no reply, so it may come without an id.
        let id = message.integer("id") ?? (message.verb == .more ? 0 : nil)
        guard let id else {
            refuse(route, -1, Refusal(.malformed, "header member \"id\" is missing or no integer"))
            return
        }
        if isStopping {
            refuse(
                route, id, Refusal(.shuttingDown, "the broker is stopping; reconnect and resend"))
            return
        }
        if message.verb == .hello {
            hello(message, id, route, identity, at: moment)
            return
        }
        guard let peer = peers[route], let session = core.sessions[peer.session] else {
            refuse(
                route, id,
                Refusal(.noSession, "say HELLO first; the broker does not know this peer"))
            return
        }
        guard peer.identity.actor == identity.actor else {
            // A routing id cannot change hands under libzmq; if it ever did, the newcomer is
            // nobody.
            drop(route, releasing: false, at: moment)
            refuse(
                route, id,
                Refusal(.noSession, "say HELLO first; the broker does not know this peer"))
            return
        }
        core.heard(from: peer.session, at: moment)
        do {
            try handle(message, id, route, session, at: moment)
        } catch {
            refuse(route, id, error)
        }
        intake.discard()
    }

    /// Takes what is kept of a message that was larger than a message may be.
    package mutating func receiveOversized(_ frames: [[UInt8]], from route: RoutingID) {
        counters.commands += 1
        let fault = WireFault(
            "message exceeds messageBytesMax \(wireLimits.messageBytesMax), or framesMax "
                + "\(wireLimits.framesMax)", isOverLimit: true)
        refuseMalformed(fault, frames: frames, from: route)
    }

    private mutating func handle(
        _ message: Message, _ id: Int64, _ route: RoutingID, _ session: Session, at moment: Moment
    ) throws(Refusal) {
        let request = Request(
            message: message, id: id, route: route, session: session, moment: moment)
        try requireRight(request)
        switch message.verb {
        case .hello, .ok, .error, .assign, .events:
            throw Refusal(.malformed, "\(message.verb.rawValue) is not a request of a peer")
        case .beat: try beat(request)
        case .credit: try setCredit(request)
        case .bye: bye(request)
        case .deliver: try deliver(request)
        case .fail: try fail(request)
        case .release: try release(request)
        case .escalate: try escalate(request)
        case .get: try get(request)
        case .submit: try submit(request)
        case .task: try submitTask(request)
        case .put: try put(request)
        case .answer: try answer(request)
        case .decide: try decide(request)
        case .attest: try attest(request)
        case .cancel: try cancel(request)
        case .retry: try simple(request, .retry(try request.task()))
        case .redrive: try simple(request, .redrive(try request.task()))
        case .discard: try simple(request, .discard(try request.task()))
        case .pause: try simple(request, .pause(try request.agent()))
        case .resume: try simple(request, .resume(try request.agent()))
        case .withdraw: try withdraw(request)
        case .register: try register(request)
        case .raise: try raise(request)
        case .notified: try notified(request)
        case .status, .list, .show: try view(request)
        case .tail: try tail(request)
        case .more: more(request)
        case .stop: try stopTail(request)
        }
    }

    private mutating func refuseMalformed(
        _ fault: WireFault, frames: [[UInt8]], from route: RoutingID
    ) {
        counters.malformed += 1
        // The request's id may be readable although something else is not.
        let header =
            frames.count > 2 && frames[2].count <= wireLimits.headerBytesMax
            ? try? JSONValue(parsing: frames[2]) : nil
        let id = header?["id"]?.integerValue ?? -1
        refuse(route, id, Refusal(fault.isOverLimit ? .tooLarge : .malformed, fault.message))
    }

    // MARK: The core

    /// Runs a command and keeps its events for the next append.
    mutating func run(_ body: Command.Body, for request: Request) -> Reply {
        run(
            Command(actor: request.actor, session: request.session.id, body: body),
            at: request.moment)
    }

    @discardableResult
    package mutating func run(_ command: Command, at moment: Moment) -> Reply {
        let outcome = core.handle(command, at: moment)
        keep(outcome.events, at: moment)
        return outcome.reply
    }

    /// What the broker does by itself.
    @discardableResult
    package mutating func run(_ body: Command.Body, at moment: Moment) -> Reply {
        run(Command(actor: .broker, body: body), at: moment)
    }

    mutating func keep(_ events: [Event], at moment: Moment) {
        for event in events {
            let leaf = event.leafBytes()
            let payloads = intake.take(for: event)
            pendingBytes += payloads.reduce(leaf.count) { $0 + $1.payload.body.count }
            pending.leaves.append(leaf)
            pendingCuts.append(lastKept.map { !event.continuesDecision(of: $0) } ?? true)
            lastKept = event
            pendingEvents.append(event)
            pending.payloads += payloads
            if case .taskLeased(let lease) = event.body, let task = event.task,
                let session = core.sessions.holder(of: task), let route = routes[session]
            {
                assignments.append(.assignment(route, Attempt(task: task, token: lease.token)))
            }
        }
        askForBudgets(at: moment)
    }

    /// Brings the questions about briefs whose budget the core found used up.
    private mutating func askForBudgets(at moment: Moment) {
        while let id = core.takeUnaskedBudget() {
            guard let brief = core.state.briefs[id] else { continue }
            let document = BudgetQuestion(brief: brief).document
            run(.askForBudget(id, facts(of: document, bytes: document.json.encoded())), at: moment)
        }
    }

    // MARK: Saying

    mutating func say(
        _ request: Request, _ header: JSONObject = JSONObject(), body: [[UInt8]] = []
    ) {
        say(to: request.route, request.id, header, body: body)
    }

    mutating func say(
        to route: RoutingID, _ id: Int64, _ header: JSONObject, body: [[UInt8]] = []
    ) {
        outgoing.append(.reply(route, id: id, header: header, body: body))
    }

    mutating func refuse(_ route: RoutingID, _ id: Int64, _ refusal: Refusal) {
        if refusal.code == .overloaded { counters.overloaded += 1 }
        outgoing.append(.refusal(route, id: id, refusal))
    }

    mutating func show(_ request: Request, _ view: ViewRequest) {
        outgoing.append(.view(request.route, id: request.id, view))
        pendingViews += 1
    }

    // MARK: Peers

    /// The peer behind a route, made when it says HELLO for the first time.
    mutating func peer(_ route: RoutingID, _ identity: TransportIdentity) -> Peer {
        if let known = peers[route], known.identity.actor == identity.actor { return known }
        let peer = Peer(session: SessionID(nextSession), identity: identity)
        nextSession += 1
        peers[route] = peer
        routes[peer.session] = route
        return peer
    }

    package func route(of session: SessionID) -> RoutingID? { routes[session] }

    /// Forgets a peer. Its leases run out by themselves unless they are released.
    package mutating func drop(_ route: RoutingID, releasing: Bool, at moment: Moment) {
        guard let peer = peers.removeValue(forKey: route) else { return }
        routes[peer.session] = nil
        keep(core.close(peer.session, releasing: releasing, at: moment), at: moment)
    }

    /// Forgets every peer; each may come back to its leases.
    package mutating func dropAll(at moment: Moment) {
        for route in peers.keys.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            drop(route, releasing: false, at: moment)
        }
    }

    /// A lease whose assignment certainly did not arrive goes to somebody else, uncounted.
    package mutating func giveBack(_ attempt: Attempt, at moment: Moment) {
        guard core.state.tasks[attempt.task]?.lease?.token == attempt.token else { return }
        run(.release(attempt), at: moment)
    }

    package mutating func countOverload() { counters.overloaded += 1 }
    package mutating func countReopening() { counters.reopened += 1 }

    /// Lets time pass: leases, waits, deadlines, silent sessions.
    package mutating func tick(at moment: Moment) {
        run(.tick, at: moment)
        for session in core.silentSessions(at: moment) {
            guard let route = routes[session] else { continue }
            drop(route, releasing: false, at: moment)
        }
    }

    // MARK: The batch

    package var pendingLeaves: Int { pending.leaves.count }

    /// Something was decided or is to be said that no turn has dealt with yet.
    package var hasPending: Bool {
        !pending.leaves.isEmpty || !outgoing.isEmpty || !assignments.isEmpty
    }

    /// What must be on disk before anything is said, cut into pieces that one append can take. A
    /// cut between two decisions is safe: a start looks at everything again. One decision, at most
    /// a plan, is far smaller than an append.
    package mutating func takeBatches() -> [(batch: JournalBatch, at: UInt64)] {
        takenEvents = pendingEvents
        pendingEvents = []
        guard !pending.leaves.isEmpty else { return [] }
        var batches: [(batch: JournalBatch, at: UInt64)] = []
        var current = JournalBatch()
        var start = pendingStart
        var bytes = 0
        var payloads = pending.payloads[...]
        for (index, leaf) in pending.leaves.enumerated() {
            if pendingCuts[index], bytes + decisionBytes(from: index) > JournalLimits.appendBytesMax
            {
                batches.append((current, start))
                start += UInt64(current.leaves.count)
                current = JournalBatch()
                bytes = 0
            }
            current.leaves.append(leaf)
            bytes += leaf.count
            let seq = pendingStart + UInt64(index)
            while let first = payloads.first, first.seq == seq {
                current.payloads.append(first)
                payloads.removeFirst()
            }
        }
        batches.append((current, start))
        counters.batches += 1
        counters.events += pending.leaves.count
        counters.largestBatch = max(counters.largestBatch, pending.leaves.count)
        pendingStart += UInt64(pending.leaves.count)
        pending = JournalBatch()
        pendingCuts = []
        pendingBytes = 0
        return batches
    }

    /// The size of the decision whose first event is the pending leaf at `index`.
    private func decisionBytes(from index: Int) -> Int {
        let next = pendingCuts[(index + 1)...].firstIndex(of: true) ?? pendingCuts.endIndex
        return pending.leaves[index..<next].reduce(0) { $0 + $1.count }
    }

    /// What may be said now that everything is committed.
    package mutating func takeOutgoing() -> [Outgoing] {
        defer {
            pendingViews = 0
            outgoing.removeAll(keepingCapacity: true)
            assignments.removeAll(keepingCapacity: true)
        }
        return outgoing + assignments
    }
}

/// The bounds of what people upload.
package struct ContentLimits: Sendable {
    package var attachmentBytesMax = 16 << 20
    package var attachmentsBytesPerBriefMax = 64 << 20
    package var attachmentsPerBriefMax = 64
    /// Attachments on their way in, of all peers together.
    package var uploadsBytesMax = 128 << 20
    /// What a tail may be sent before its reader asks for more, whatever it granted.
    package var tailCreditBytesMax = 1 << 20
    package var tailsPerSessionMax = 16
    /// What the tails of one peer may have under way: three that join payloads at full credit.
    package var tailsBytesPerSessionMax = 8 << 20
    /// What all tails may have under way together: half of what the memory watch tolerates.
    package var tailsBytesMax = 128 << 20

    package init() {}
}
