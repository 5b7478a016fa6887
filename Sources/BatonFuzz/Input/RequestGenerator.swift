// Requests of every verb: a header with the members that verbs have, and bodies of every sort.

import BatonBrief
import BatonWire
import JSON

/// What is known of a broker, so that requests can be about things that exist.
struct RequestGenerator: Sendable {
    var shapes = ShapeGenerator(budget: 2_000)
    var tasks: [String] = ["t-1", "t-9", "t-18446744073709551615"]
    var briefs: [String] = ["b-1", "b-9"]
    var escalations: [String] = ["e-1", "e-9"]
    var tokens: [Int64] = [0, 1, .max, -1]
    var digests: [String] = [String(repeating: "0", count: 64)]
    var agents: [String] = [
        "team.writer", "team.reader", "core.orchestrator", "core.quality", "no.body",
    ]

    static func anything(_ random: inout FuzzRandom) -> Message {
        var generator = RequestGenerator()
        return generator.request(random.pick(Verb.allCases), id: 1, &random)
    }

    mutating func request(_ verb: Verb, id: Int64, _ random: inout FuzzRandom) -> Message {
        var header = JSONObject([("id", .integer(id))])
        for name in Self.members(of: verb) where !random.once(in: 9) {
            header[name] = value(of: name, &random)
        }
        if random.once(in: 12) {
            var generator = JSONGenerator(budget: 4)
            header[generator.text(&random)] = generator.value(&random)
        }
        return Message(verb, header, body: body(of: verb, &random))
    }

    // MARK: Header

    private static func members(of verb: Verb) -> [String] {
        switch verb {
        case .hello: ["version", "name", "agent", "instance", "credit", "leases"]
        case .beat, .bye, .status: []
        case .credit: ["credit"]
        case .assign:
            [
                "task", "token", "kind", "agent", "brief", "attempt", "lease_ms",
                "attempt_timeout_ms",
                "silence_timeout_ms", "deadline_us",
            ]
        case .deliver, .release, .escalate: ["task", "token"]
        case .fail: ["task", "token", "retryable", "retry_after_ms", "code"]
        case .get: ["digest", "event_seq", "part", "offset"]
        case .submit: ["key"]
        case .task:
            [
                "key", "agent", "priority", "not_before_us", "deadline_ms", "attempt_timeout_ms",
                "silence_timeout_ms",
            ]
        case .put: ["digest", "size", "offset", "media_type"]
        case .answer: ["escalation"]
        case .decide: ["brief"]
        case .attest: ["brief", "gate", "passed"]
        case .cancel: ["brief", "task"]
        case .retry, .redrive, .discard: ["task"]
        case .pause, .resume, .withdraw, .raise: ["agent"]
        case .register: []
        case .notified: ["escalation", "status"]
        case .list: ["what", "brief", "agent", "state", "limit", "before"]
        case .show: ["brief", "task", "escalation", "agent"]
        case .tail:
            ["since", "last", "follow", "credit", "payload", "brief", "task", "agent", "type"]
        case .more: ["tail", "credit"]
        case .stop: ["tail"]
        case .events: ["re", "from", "upto", "end"]
        case .ok:
            [
                "re", "seq", "actor", "heartbeat_ms", "lost", "state", "duplicate", "next",
                "complete",
            ]
        case .error: ["re", "seq", "code", "message", "definite", "retryable", "retry_after_ms"]
        }
    }

    private mutating func value(of name: String, _ random: inout FuzzRandom) -> JSONValue {
        if random.once(in: 12) {
            var generator = JSONGenerator(budget: 3)
            return generator.value(&random)
        }
        switch name {
        case "task": return .string(random.pick(tasks))
        case "brief": return .string(random.pick(briefs))
        case "escalation": return .string(random.pick(escalations))
        case "agent": return .string(random.pick(agents))
        case "token": return .integer(random.pick(tokens))
        case "digest": return .string(random.pick(digests))
        case "version": return 1
        case "key", "instance", "name": return .string("k\(random.below(40))")
        case "leases", "lost":
            return .array([.string("\(random.pick(tasks)) \(random.pick(tokens))")])
        case "retryable", "follow", "payload", "duplicate", "end", "definite", "complete":
            return .bool(random.once(in: 2))
        case "code":
            return .string(random.once(in: 3) ? "c" : random.pick(ErrorCode.allCases).rawValue)
        case "what":
            return .string(random.pick(["briefs", "tasks", "escalations", "dead", "agents"]))
        case "state":
            return .string(random.pick(["held", "ready", "leased", "backoff", "open", "x"]))
        case "type": return .string(random.pick(["task.", "task.leased", "brief.", "x"]))
        case "part": return .string(random.pick(["brief.json", "key", "a", "plan.json"]))
        case "kind": return .string(random.pick(["plan", "work", "review", "close", "direct"]))
        case "before": return .string(random.pick(tasks + ["x-18446744073709551615", "-", ""]))
        case "media_type": return .string(random.pick(["text/plain", "a", "a/b"]))
        default: return .integer(number(&random))
        }
    }

    private func number(_ random: inout FuzzRandom) -> Int64 {
        switch random.below(3) {
        case 0: random.pick(JSONGenerator.integers)
        case 1: Int64(random.below(20))
        default: Int64(random.below(5_000))
        }
    }

    // MARK: Body

    private mutating func body(of verb: Verb, _ random: inout FuzzRandom) -> [[UInt8]] {
        if random.once(in: 15) {
            return (0..<random.below(15)).map { _ in [random.byte(), random.byte()] }
        }
        switch verb {
        case .submit: return [document(.brief, &random)]
        case .answer: return [document(.answer, &random)]
        case .decide: return [document(.decision, &random)]
        case .escalate, .raise: return [document(.escalation, &random)]
        case .register: return [document(.card, &random)]
        case .deliver, .task, .attest: return delivery(&random)
        case .fail: return [Array("{\"message\":\"m\"}".utf8)]
        case .put: return [Array(repeating: random.byte(), count: random.length(upTo: 5_000))]
        case .beat, .ok: return [beats(&random)]
        case .assign: return [document(.packet, &random), []]
        case .events, .error: return [document(.event, &random)]
        case .hello, .credit, .bye, .release, .get, .cancel, .retry, .redrive, .discard, .pause,
            .resume, .withdraw, .notified, .status, .list, .show, .tail, .more, .stop:
            return []
        }
    }

    mutating func document(_ kind: DocumentKind, _ random: inout FuzzRandom) -> [UInt8] {
        shapes = ShapeGenerator(budget: random.length(upTo: 40_000))
        shapes.agents = agents
        shapes.tasks = tasks
        var value = shapes.value(kind.shape, &random)
        // An attachment that nobody uploaded refuses nearly every brief.
        if kind == .brief, !random.once(in: 6) { value["artifacts"] = nil }
        if random.once(in: 6) { value = ValueMutator.mutate(value, &random) }
        let bytes = value.encoded()
        return random.once(in: 12) ? Mutator().mutate(bytes, &random) : bytes
    }

    private mutating func delivery(_ random: inout FuzzRandom) -> [[UInt8]] {
        let json = "application/json"
        let parts: [Parcel.Part]
        switch random.below(5) {
        case 0: return ParcelTarget.parcel(&random).bodyFrames
        case 1:
            parts = [.init(name: "plan.json", mediaType: json, body: document(.plan, &random))]
        case 2:
            parts = [
                .init(name: "verdict.json", mediaType: json, body: document(.verdict, &random))
            ]
        case 3:
            let text = Array("## Objective snapshot\n\(random.below(9))".utf8)
            parts = [.init(name: "deliverables.md", mediaType: "text/markdown", body: text)]
        default:
            parts = Deliverables.fiveNames.map {
                .init(name: $0, mediaType: json, body: [0x7B, 0x7D])
            }
        }
        return Parcel(parts: parts).bodyFrames
    }

    private func beats(_ random: inout FuzzRandom) -> [UInt8] {
        var generator = JSONGenerator(budget: 2)
        let lines = (0..<random.length(upTo: 500)).map { _ -> JSONValue in
            var line: JSONValue = [
                "task": .string(random.pick(tasks)), "token": .integer(random.pick(tokens)),
                "state": .string(random.pick(["held", "lost", "cancelled"])),
            ]
            if random.once(in: 3) { line["percent"] = .integer(number(&random)) }
            if random.once(in: 3) { line["message"] = .string(generator.text(&random)) }
            if random.once(in: 20) { line["token"] = generator.value(&random) }
            return line
        }
        return JSONValue.array(lines).encoded()
    }
}
