// Where planted bugs sit: between the broker and its world, never in the broker's own code.

import BatonBroker
import BatonCore
import BatonJournal
import BatonWire
import JSON

extension Simulation where Store: ~Copyable {
    // MARK: In a message that arrives

    func plantInMessage(
        _ frames: [[UInt8]], from peer: any SimulatedPeer, on connection: Int
    ) -> [[UInt8]] {
        guard let bug = options.bug, var message = try? Message(frames: frames) else {
            return frames
        }
        switch (bug, message.verb) {
        case (.forgetsKeys, .submit), (.forgetsKeys, .task):
            guard let key = message.text("key") else { return frames }
            // A key is known as long as the process that heard it first.
            let first = restartedKeys[key, default: runs]
            restartedKeys[key] = first
            if first != runs { message.header["key"] = .string("\(key) in run \(runs)") }
            model.intentions.keys.insert(match(Array((message.text("key") ?? "").utf8)))
        case (.acceptsStaleTokens, .deliver):
            guard let task = message.text("task").flatMap(TaskID.init(text:)),
                let open = broker?.server.loop.core.state.lease(of: task)
            else { return frames }
            message.header["token"] = .integer(Int64(open.token.number))
        case (.skipsTheGate, .deliver):
            guard let parcel = try? Parcel(manifest: message.body[0], bodies: message.body[1]),
                let part = parcel.parts.first, part.name == "verdict.json",
                var verdict = try? JSONValue(parsing: part.body).objectValue
            else { return frames }
            verdict["verdict"] = "accepted"
            verdict["findings"] = []
            let body = JSONValue.object(verdict).encoded()
            message.body =
                Parcel(parts: [
                    .init(name: part.name, mediaType: part.mediaType, body: body)
                ]).bodyFrames
        case (.forgetsCancellations, .cancel):
            message = Message(.status, JSONObject([("id", message.header["id"] ?? 0)]))
        case (.ignoresHeartbeats, .beat):
            guard let id = message.integer("id") else { return frames }
            unheard[Witness.Name(connection: connection, id: id)] = message.body.first
            message.body = [JSONValue.array([]).encoded()]
        default: return frames
        }
        return message.frames
    }

    /// Who the broker thinks that a process is.
    func plantInIdentity(of peer: any SimulatedPeer) -> TransportIdentity {
        let identity = peer.identity
        guard options.bug == .forgetsProcesses, peer.name.hasPrefix(SimulatedTeam.quality) else {
            return identity
        }
        return TransportIdentity(actor: identity.actor, processID: identity.processID + 500)
    }

    // MARK: In a message that leaves

    /// - Returns: nil for what is never sent.
    func plantInReply(_ message: Message, _ route: [UInt8]) -> Message? {
        var message = message
        switch options.bug {
        case .misroutesReplies where message.verb == .ok && message.header["brief"] != nil:
            let own = message.header
            if let lastReply, chance.happens(percent: 50) {
                message.header["brief"] = lastReply["brief"]
            }
            lastReply = own
        case .tailSkipsEvents where message.verb == .events && chance.happens(percent: 10):
            guard let body = message.body.first, !body.isEmpty,
                let end = body.dropLast().lastIndex(of: UInt8(ascii: "\n"))
            else { return message }
            message.body[0] = Array(body[...end])
        case .tailLosesMessages where message.verb == .events && chance.happens(percent: 10):
            return nil
        case .ignoresHeartbeats where message.verb == .ok:
            let name = Witness.Name(
                connection: SimulatedNetwork.connection(of: route), id: message.integer("re") ?? -1)
            guard let body = unheard[name], let asked = witness.asked[name],
                let entries = try? JSONValue(parsing: body).arrayValue
            else { break }
            let until = asked.at + model.bounds.lease
            let held = entries.map { entry -> JSONValue in
                [
                    "task": entry["task"] ?? .null, "token": entry["token"] ?? .null,
                    "state": "held", "until_us": .integer(until),
                ]
            }
            message.body = [JSONValue.array(held).encoded()]
        default: break
        }
        return message
    }

    // MARK: In a turn

    func plantInTurn(_ broker: BrokerRun<Store>) throws {
        if options.bug == .endsWithoutCause, chance.happens(percent: 1) {
            throw RecordsFault("nothing at all")
        }
        guard options.bug == .decidesBySilence else { return }
        for question in model.openEscalations {
            let since = openSince[question.id, default: clock.elapsed]
            openSince[question.id] = since
            guard clock.elapsed - since > 20_000_000,
                let id = EscalationID(text: question.id)
            else { continue }
            let answer = AnswerRequest(
                escalation: id, option: question.options[0],
                match: BatonCore.Digest([UInt8](repeating: 7, count: 32)))
            broker.server.loop.run(
                Command(actor: .person("ann"), body: .answer(answer)), at: broker.server.moment)
        }
    }

    // MARK: In a start

    func plantInStart(_ found: consuming Found<Store>) -> Found<Store> {
        guard let bug = options.bug, found.records.head > 2 else { return found }
        guard bug == .skipsTheLastEvent || bug == .replaysDifferently else { return found }
        var core = Broker(limits: limits)
        let leaves = (try? found.records.leaves(from: 0, eventsMax: .max, bytesMax: .max)) ?? []
        for (seq, leaf) in leaves.enumerated() {
            guard var event = try? Event(leaf: leaf) else { continue }
            if bug == .skipsTheLastEvent, seq == leaves.count - 1 { continue }
            if bug == .replaysDifferently, case .taskFailed(var body) = event.body {
                body.failures += 1
                event.body = .taskFailed(body)
            }
            core.replay(event)
        }
        return Found(keys: found.keys, records: found.records, core: core)
    }
}
