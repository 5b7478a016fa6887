// What keeps a worker's session and its leases: HELLO, BEAT, and the drain at the end (wire.md
// §4.1).
import BatonClient
import BatonWire
import JSON

extension WorkerSession {
    /// What the next HELLO will say; leases in it are the ones the broker must not give away.
    mutating func updateHello() {
        var members = JSONObject([
            ("agent", .string(role.agent)), ("instance", .string(role.instance)),
            ("credit", .integer(isDraining ? 0 : Int64(role.concurrency))),
        ])
        members["leases"] = .array(held.map { .string($0.lease.description) })
        session.helloMembers = members
    }

    mutating func greeted(_ reply: Message, into outputs: inout [Output]) {
        outputs.append(.established(actor: reply.text("actor") ?? ""))
        for text in reply.texts("lost") ?? [] {
            guard let lease = LeaseName(listed: text) else { continue }
            stopIfWorking(lease, .lost, into: &outputs)
        }
    }

    /// An end that is already on its way gets its own definite reply: the lease may be gone just
    /// because the broker has taken it.
    mutating func stopIfWorking(
        _ lease: LeaseName, _ reason: StopReason, into outputs: inout [Output],
    ) {
        guard let item = held.first(where: { $0.lease == lease }),
            case .working = item.state
        else { return }
        drop(lease)
        outputs.append(.stop(lease, reason))
    }

    mutating func note(_ lease: LeaseName, percent: Int?, message: String?) {
        guard let index = held.firstIndex(where: { $0.lease == lease }) else { return }
        held[index].hasProgress = true
        if let percent { held[index].percent = min(max(percent, 0), 100) }
        if let message { held[index].message = message }
    }

    mutating func note(_ lease: LeaseName, costMicroUSD: Int64?) {
        guard let index = held.firstIndex(where: { $0.lease == lease }) else { return }
        held[index].costMicroUSD = costMicroUSD
    }

    mutating func beat(at now: Duration, into outputs: inout [Output]) {
        lastBeat = now
        var entries: [JSONValue] = []
        for index in held.indices {
            var entry = JSONObject([
                ("task", .string(held[index].lease.task)),
                ("token", .integer(held[index].lease.token)),
            ])
            if held[index].hasProgress {
                entry["percent"] = held[index].percent.map { .integer(Int64($0)) }
                entry["message"] = held[index].message.map { .string($0) }
                if held[index].percent == nil, held[index].message == nil {
                    entry["output"] = true
                }
                held[index].hasProgress = false
            }
            entries.append(.object(entry))
        }
        let body = entries.isEmpty ? [] : [JSONValue.array(entries).encoded()]
        let request = ClientRequest(
            .beat, body: body, timeout: session.heartbeat, isResent: false)
        let (id, results) = session.request(request, at: now)
        housekeeping.append(id)
        translate(results, at: now, into: &outputs)
    }

    mutating func beaten(_ reply: Message, into outputs: inout [Output]) {
        guard let body = reply.body.first, let json = try? JSONValue(parsing: body) else { return }
        for entry in json.arrayValue ?? [] {
            guard let task = entry["task"]?.stringValue, let token = entry["token"]?.integerValue,
                let state = entry["state"]?.stringValue,
                let reason = StopReason(rawValue: state), reason != .draining
            else { continue }
            stopIfWorking(LeaseName(task: task, token: token), reason, into: &outputs)
        }
    }
}

// MARK: - Draining and time

extension WorkerSession {
    mutating func drain(
        limit: Duration, at now: Duration, into outputs: inout [Output],
    ) {
        switch phase {
        case .working:
            phase = .draining(until: now + limit)
            updateHello()
            if session.isEstablished {
                let header = JSONObject([("credit", 0)])
                let (id, results) = session.request(
                    ClientRequest(.credit, header, timeout: limit + Self.farewellTimeout), at: now)
                housekeeping.append(id)
                translate(results, at: now, into: &outputs)
            }
        case .draining(let until):
            // Asked again, more urgently.
            phase = .draining(until: min(until, now + limit))
        case .releasing, .leaving, .ended:
            break
        }
    }

    /// What follows from the time alone, and from a drain's having nothing left to wait for.
    mutating func advance(at now: Duration, into outputs: inout [Output]) {
        for lease in leases {
            guard let index = held.firstIndex(where: { $0.lease == lease }),
                case .endingAgain(let end, let at) = held[index].state, now >= at
            else { continue }
            send(end, at: index, now: now, into: &outputs)
        }
        if session.isEstablished, held.contains(where: \.hasProgress),
            now >= lastBeat + Self.progressInterval
        {
            beat(at: now, into: &outputs)
        }
        switch phase {
        case .working, .ended:
            break
        case .draining(let until):
            if held.isEmpty {
                leave(at: now, into: &outputs)
            } else if now >= until {
                giveBack(at: now, into: &outputs)
            }
        case .releasing(let until):
            if held.isEmpty || now >= until { leave(at: now, into: &outputs) }
        case .leaving:
            if !session.isEstablished { end(.drained, into: &outputs) }
        }
    }

    private mutating func giveBack(at now: Duration, into outputs: inout [Output]) {
        phase = .releasing(until: now + Self.farewellTimeout)
        for lease in leases {
            guard let item = held.first(where: { $0.lease == lease }),
                case .working = item.state
            else { continue }
            outputs.append(.stop(lease, .draining))
            finish(lease, .release, at: now, into: &outputs)
        }
    }

    private mutating func leave(at now: Duration, into outputs: inout [Output]) {
        guard session.isEstablished else {
            end(.drained, into: &outputs)
            return
        }
        let bye = ClientRequest(.bye, timeout: Self.farewellTimeout, isResent: false)
        let (id, results) = session.request(bye, at: now)
        phase = .leaving(id)
        translate(results, at: now, into: &outputs)
    }
}
