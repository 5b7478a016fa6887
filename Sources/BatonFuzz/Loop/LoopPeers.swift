// Peers of a fuzzed broker: they know what they were told, so that many of their requests are about
// tasks, tokens and questions that exist.

import BatonBrief
import BatonCore
import BatonWire
import JSON

struct LoopPeers {
    private struct Peer {
        let route: String
        let actor: ActorName
    }

    private static let writer = ActorName.agent(AgentName("team.writer"))
    private let peers = [
        Peer(route: "ann", actor: .person("ann")), Peer(route: "bob", actor: .person("bob")),
        Peer(route: "up", actor: .supervisor),
        Peer(route: "w1", actor: writer), Peer(route: "w2", actor: writer),
        Peer(route: "r1", actor: .agent(AgentName("team.reader"))),
        Peer(route: "o1", actor: .agent(.orchestrator)), Peer(route: "q1", actor: .agent(.quality)),
    ]
    private var generator = RequestGenerator()
    private var nextID: Int64 = 1
    /// Leases as they were assigned: route, task, token, kind.
    private var assigned: [(route: String, Message)] = []

    /// Registers the agents and says HELLO for everybody, so that a run begins with work to do.
    mutating func greet(_ driver: LoopDriver) {
        for peer in peers { hello(peer, driver) }
        for agent in generator.agents where agent != "no.body" {
            var card = Card(id: agent, name: agent)
            card.isReviewed = agent == "team.reader"
            send(.register, JSONObject(), [card.json.encoded()], peers[0], driver)
        }
        for peer in peers { hello(peer, driver) }
    }

    private mutating func hello(_ peer: Peer, _ driver: LoopDriver) {
        var header = JSONObject([("version", 1), ("name", "fuzz"), ("credit", 4)])
        if peer.actor.kind == .agent {
            header["agent"] = .string(peer.actor.role?.text ?? "")
            header["instance"] = .string(peer.route)
        }
        send(.hello, header, [], peer, driver)
    }

    private mutating func send(
        _ verb: Verb, _ header: JSONObject, _ body: [[UInt8]], _ peer: Peer, _ driver: LoopDriver
    ) {
        var header = header
        header["id"] = .integer(nextID)
        nextID += 1
        driver.receive(Message(verb, header, body: body).frames, from: peer.route, as: peer.actor)
    }

    /// One step of one peer; the number of replies that it may get.
    mutating func step(_ driver: LoopDriver, _ random: inout FuzzRandom) {
        let peer = random.pick(peers)
        switch random.below(10) {
        case 0, 1, 2: work(driver, &random)
        case 3:
            // Frames that may be no message at all, sometimes under another's routing id.
            let frames = generator.request(random.pick(Verb.allCases), id: nextID, &random).frames
            let input = Mutator().mutate(FrameBytes.join(frames), &random)
            let other = random.once(in: 4) ? random.pick(peers) : peer
            driver.receive(FrameBytes.split(input), from: peer.route, as: other.actor)
        case 4: hello(peer, driver)
        case 5:
            let parts = generator.document(.brief, &random)
            send(
                .submit, JSONObject([("key", .string("k\(random.below(99))"))]), [parts], peers[0],
                driver)
        default:
            let message = generator.request(random.pick(Verb.allCases), id: nextID, &random)
            nextID += 1
            driver.receive(message.frames, from: peer.route, as: peer.actor)
        }
    }

    /// Ends an assignment, mostly as a worker should.
    private mutating func work(_ driver: LoopDriver, _ random: inout FuzzRandom) {
        guard !assigned.isEmpty else { return }
        let place = random.below(assigned.count)
        let (route, assignment) = assigned[place]
        guard let peer = peers.first(where: { $0.route == route }) else { return }
        if !random.once(in: 5) { assigned.remove(at: place) }
        var header = JSONObject()
        header["task"] = assignment.header["task"]
        header["token"] = assignment.header["token"]
        switch random.below(8) {
        case 0:
            header["retryable"] = .bool(random.once(in: 2))
            header["retry_after_ms"] = .integer(random.pick(JSONGenerator.integers))
            send(.fail, header, [Array("{\"message\":\"m\"}".utf8)], peer, driver)
        case 1: send(.release, header, [], peer, driver)
        case 2: send(.escalate, header, [generator.document(.escalation, &random)], peer, driver)
        default: send(.deliver, header, delivery(assignment, &random), peer, driver)
        }
    }

    private mutating func delivery(_ assignment: Message, _ random: inout FuzzRandom) -> [[UInt8]] {
        let part: Parcel.Part
        switch assignment.text("kind") {
        case "plan":
            part = .init(
                name: Deliverables.planName, mediaType: Deliverables.jsonMediaType,
                body: plan(&random))
        case "review":
            part = .init(
                name: Deliverables.verdictName, mediaType: Deliverables.jsonMediaType,
                body: verdict(assignment, &random))
        default:
            part = .init(
                name: Deliverables.markdownName, mediaType: Deliverables.markdownMediaType,
                body: Array("text \(random.below(99))".utf8))
        }
        return Parcel(parts: [part]).bodyFrames
    }

    private mutating func plan(_ random: inout FuzzRandom) -> [UInt8] {
        if random.once(in: 4) { return generator.document(.plan, &random) }
        let tasks = (0..<1 + random.length(upTo: 64)).map { index -> JSONValue in
            var task: JSONValue = [
                "id": .string("s\(index)"),
                "agent": .string(random.pick(["team.writer", "team.reader"])),
                "title": "t", "instructions": "i",
                "depends_on": index == 0 ? [] : [.string("s\(random.below(index))")],
            ]
            if random.once(in: 6) {
                task["deadline"] = .number(random.pick([.leastNonzeroMagnitude, 1, 3_153_600_000]))
            }
            if random.once(in: 6) {
                task["attempt_timeout"] = .number(
                    random.pick([.leastNonzeroMagnitude, 3_153_600_000]))
            }
            if random.once(in: 6) {
                task["silence_timeout"] = .number(
                    random.pick([.leastNonzeroMagnitude, 3_153_600_000]))
            }
            if random.once(in: 6) {
                task["not_before"] = .integer(random.pick([0, 1, (1 << 53) - 1]))
            }
            return task
        }
        let plan: JSONValue = [
            "format": .string(DocumentKind.plan.format), "playbook": "default", "route": [],
            "requirements": [], "assumptions": [], "tasks": .array(tasks),
            "close": ["title": "c", "instructions": "i"],
        ]
        return plan.encoded()
    }

    private func verdict(_ assignment: Message, _ random: inout FuzzRandom) -> [UInt8] {
        let packet = assignment.body.first.flatMap { try? JSONValue(parsing: $0) }
        let subject =
            packet?["subject"]?["task"]?.stringValue ?? packet?["subject"]?["id"]?.stringValue
        let isAccepted = random.once(in: 2)
        let findings: JSONValue =
            isAccepted
            ? []
            : [
                [
                    "rule": "r", "severity": "high", "part": "p", "place": "/", "message": "m",
                    "satisfy": "s",
                ]
            ]
        let verdict: JSONValue = [
            "format": .string(DocumentKind.verdict.format),
            "verdict": isAccepted ? "accepted" : "rejected",
            "subject": .string(subject ?? "t-1"), "findings": findings,
        ]
        return verdict.encoded()
    }

    // MARK: Hearing

    /// Looks at what the broker said: it must be a message, within its bounds.
    mutating func hear(_ route: String, _ message: Message) throws(FuzzViolation) {
        let frames = message.frames
        do throws(WireFault) {
            _ = try Message(frames: frames)
        } catch {
            throw FuzzViolation("the broker says what is no message: \(error)")
        }
        for frame in frames {
            try require(
                frame.count <= WireLimits.standard.frameBytesMax,
                "\(message.verb.rawValue) has a frame of \(frame.count) bytes")
        }
        if message.verb == .error {
            try requireBounded(message.text("message") ?? "", "the message")
        }
        learn(message)
        if message.verb == .assign { assigned.append((route, message)) }
        if assigned.count > 64 { assigned.removeFirst() }
    }

    private mutating func learn(_ message: Message) {
        func keep(_ text: String?, in list: inout [String]) {
            guard let text, !list.contains(text) else { return }
            list.append(text)
            if list.count > 24 { list.remove(at: 2) }
        }
        keep(message.text("task"), in: &generator.tasks)
        keep(message.text("brief"), in: &generator.briefs)
        keep(message.text("escalation"), in: &generator.escalations)
        keep(message.text("digest"), in: &generator.digests)
        if let token = message.integer("token") {
            generator.tokens.append(token)
            if generator.tokens.count > 24 { generator.tokens.remove(at: 4) }
        }
    }
}
