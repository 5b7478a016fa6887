// What a bystander at the broker's door knows: what was asked, by which process and when, and what
// was said to it. A promise that leaves must be one that can be kept, and a refusal of right must
// be on record.

import BatonBroker
import BatonCore
import BatonWire
import JSON

/// Notes of what passed the door.
struct Witness {
    /// A message that arrived, as the peer that sent it knows it.
    struct Asked {
        /// When the broker took it, by its own time.
        let at: Int64
        /// Leases with a sign of progress.
        let progress: Set<Int64>
    }

    struct Name: Hashable {
        let connection: Int
        let id: Int64
    }

    /// By connection and request; the first of several copies.
    var asked: [Name: Asked] = [:]
    /// The process that a delivery under a token came from, and in which run of the broker.
    var deliverers: [Int64: (process: Int, run: Int)] = [:]
}

extension Simulation where Store: ~Copyable {
    // MARK: What arrives

    func note(_ frames: [[UInt8]], on connection: Int, at now: Instant) {
        guard let message = try? Message(frames: frames) else { return }
        let peer = peers[network.connections[connection].peer]
        if let id = message.integer("id") {
            let name = Witness.Name(connection: connection, id: id)
            if witness.asked[name] == nil {
                witness.asked[name] = Witness.Asked(
                    at: now.microseconds, progress: Self.progress(in: message))
            }
        }
        switch message.verb {
        case .deliver:
            guard let task = message.text("task"), let token = message.integer("token"),
                model.isOpen(token, of: task)
            else { return }
            witness.deliverers[token] = (peer.identity.processID, runs)
        case .hello:
            guard let instance = message.text("instance") else { return }
            model.intentions.hellos[instance] = now.microseconds
        default: break
        }
    }

    private static func progress(in message: Message) -> Set<Int64> {
        guard message.verb == .beat, let body = message.body.first,
            let entries = try? JSONValue(parsing: body).arrayValue
        else { return [] }
        let moving = entries.filter {
            $0["percent"] != nil || $0["message"] != nil || $0["output"]?.boolValue == true
        }
        return Set(moving.compactMap { $0["token"]?.integerValue })
    }

    // MARK: What leaves

    func judge(_ message: Message, to connection: Int) {
        let peer = peers[network.connections[connection].peer]
        if message.verb == .assign { return judgeAssignment(message, peer) }
        guard let id = message.integer("re"),
            let asked = witness.asked[Witness.Name(connection: connection, id: id)]
        else { return }
        switch message.verb {
        case .ok: keepPromises(message, asked)
        case .error:
            guard let code = message.text("code"), ["stale_token", "not_permitted"].contains(code)
            else { return }
            if !model.isRefusalKnown(code, to: peer.identity.actor.text, since: asked.at) {
                complain("\(peer.name) was refused (\(code)), and it is not on record")
            }
        default: break
        }
    }

    /// A held lease lasts as long again from the moment of the heartbeat.
    private func keepPromises(_ reply: Message, _ asked: Witness.Asked) {
        guard let body = reply.body.first,
            let entries = try? JSONValue(parsing: body).arrayValue
        else { return }
        for entry in entries where entry["state"]?.stringValue == "held" {
            guard let token = entry["token"]?.integerValue,
                let until = entry["until_us"]?.integerValue
            else { continue }
            if until < asked.at + model.bounds.lease {
                complain("a heartbeat extended the lease \(token) to \(until) only")
            }
            model.intentions.promised[token] = max(
                model.intentions.promised[token] ?? 0, until)
            if asked.progress.contains(token) { model.intentions.progress[token] = asked.at }
        }
    }

    /// Who delivered does not judge, in whatever role. A start forgets who it was.
    private func judgeAssignment(_ message: Message, _ peer: any SimulatedPeer) {
        guard let task = message.text("task"), let token = model.deliveryJudged(by: task),
            let author = witness.deliverers[token], author.run == runs
        else { return }
        if author.process == peer.identity.processID {
            complain("\(task) was given to process \(author.process), whose work it judges")
        }
    }
}
