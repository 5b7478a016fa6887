// Conflicts of a plan for an API with a plan for queues whose workers make the same calls.

import JSON

extension ConflictFinder {
    /// What an API plan says about calls to one dependency or group.
    private struct Calls {
        let source: Upstream
        let name: String
        let attempts: Double
        /// The longest that all attempts together may take, in seconds.
        let longest: Double
        let pointer: String
    }

    private var calls: [Calls] {
        var seen: Set<String> = []
        let targets =
            (packet.dependencies.flatMap { item in
                ["group", "name"].compactMap { item[$0]?.stringValue }
            }).filter { seen.insert($0).inserted }
        return upstream.flatMap { source in
            figures(source).compactMap { index, item -> Calls? in
                guard let id = item["id"]?.stringValue, id.hasPrefix("worst_case."),
                    !id.hasPrefix("worst_case.path."), let longest = item["value"]?.doubleValue,
                    let name = targets.first(where: { target in
                        id.split(separator: ".").last.map(String.init) == PointerText.slug(target)
                    }),
                    let attempts = input("attempts", of: item)
                else { return nil }
                return Calls(
                    source: source, name: name, attempts: attempts, longest: longest,
                    pointer: "/quantities/\(index)")
            }
        }
    }

    /// The figures of a delivery with their positions.
    func figures(_ source: Upstream) -> [(Int, JSONValue)] {
        Array(source.documents.list("analysis", "quantities").enumerated())
    }

    /// The number that a figure took as that input; nil where it is another figure.
    private func input(_ name: String, of figure: JSONValue) -> Double? {
        let input = (figure["inputs"]?.arrayValue ?? []).first { $0["name"]?.stringValue == name }
        return input?["pointer"]?.stringValue.flatMap { packet.number($0) }
            ?? input?["value"]?.doubleValue
    }

    /// Figures about the queue at `index` in deliveries of other agents than `agent`.
    private func figures(
        ofQueue index: Int, notBy agent: String
    ) -> [(source: Upstream, index: Int, figure: JSONValue)] {
        let name = PacketView.name(ofQueue: packet.queues[index], at: index)
        let suffix = ".\(index).\(PointerText.slug(name))"
        return upstream.filter { $0.agent != agent }.flatMap { source in
            figures(source).filter { $0.1["id"]?.stringValue?.hasSuffix(suffix) ?? false }
                .map { (source, $0.0, $0.1) }
        }
    }

    /// The queues whose workers make these calls, with their names.
    private func queues(calling name: String) -> [(index: Int, name: String)] {
        packet.queues.indices.compactMap { index in
            let called = packet.list("/inputs/queues/\(index)/calls").flatMap(CallReader.names)
            let isCalled = called.contains { call in
                call == name
                    || packet.dependencies.contains {
                        $0["name"]?.stringValue == call && $0["group"]?.stringValue == name
                    }
            }
            guard isCalled else { return nil }
            return (index, PacketView.name(ofQueue: packet.queues[index], at: index))
        }
    }

    /// A call that is attempted again within a job that is attempted again: attempts multiply just
    /// when the dependency is weakest.
    func retriesInTwoLayers() -> [Conflict] {
        calls.filter { $0.attempts > 1 }.flatMap { call in
            queues(calling: call.name).compactMap { queue -> Conflict? in
                let known = figures(ofQueue: queue.index, notBy: call.source.agent)
                guard
                    let job = known.first(where: { input("attempts", of: $0.figure) ?? 0 > 1 }),
                    let attempts = input("attempts", of: job.figure)
                else { return nil }
                let decided = rank(call.source, about: ["retry", "attempt"]) ?? .performance
                return Conflict(
                    matter: "Calls to \(call.name) are retried in two layers",
                    first: ConflictSide(
                        agent: call.source.agent,
                        says: "attempts each call to \(call.name)"
                            + " \(Shown.significant(call.attempts)) times",
                        part: call.source.place("analysis"), pointer: call.pointer, rank: decided,
                        way: "The workers of \(queue.name) use the client of the API, with its"
                            + " attempts",
                        cost: "One lost packet costs no redelivery; during an outage of"
                            + " \(call.name) the attempts of both layers multiply."),
                    second: ConflictSide(
                        agent: job.source.agent,
                        says: "attempts each message of \(queue.name), which calls \(call.name),"
                            + " \(Shown.significant(attempts)) times",
                        part: job.source.place("analysis"), pointer: "/quantities/\(job.index)",
                        rank: rank(job.source, about: ["retry", "attempt"]) ?? .reliability,
                        way: "The workers of \(queue.name) call \(call.name) once in each"
                            + " delivery, and the queue alone retries",
                        cost: "One lost packet costs a message the delay of a redelivery; an"
                            + " outage of \(call.name) is not made worse."),
                    prefersFirst: false,
                    advice: "The layer that outlasts an outage is the one to retry in: the queue.")
            }
        }
    }

    /// Calls that may take longer than the job that makes them: the worker kills its job first.
    func callsBeyondJobs() -> [Conflict] {
        calls.flatMap { call in
            queues(calling: call.name).compactMap { queue -> Conflict? in
                let known = figures(ofQueue: queue.index, notBy: call.source.agent)
                guard
                    let job = known.first(where: {
                        $0.figure["id"]?.stringValue?.hasPrefix("job.limit.") ?? false
                    }), let limit = job.figure["value"]?.doubleValue, call.longest > limit
                else { return nil }
                return Conflict(
                    matter: "Calls to \(call.name) may outlast a job of \(queue.name)",
                    first: ConflictSide(
                        agent: call.source.agent,
                        says: "lets calls to \(call.name) take"
                            + " \(Shown.duration(call.longest, .nearest))",
                        part: call.source.place("analysis"), pointer: call.pointer,
                        rank: .performance,
                        way: "The timeouts and attempts of the API hold in the workers too, and"
                            + " the visibility timeout of \(queue.name) is raised above them",
                        cost: "A lost worker is noticed later."),
                    second: ConflictSide(
                        agent: job.source.agent,
                        says: "kills a job of \(queue.name) after"
                            + " \(Shown.duration(limit, .nearest))",
                        part: job.source.place("analysis"), pointer: "/quantities/\(job.index)",
                        rank: .reliability,
                        way: "In the workers of \(queue.name) all calls to \(call.name) end within"
                            + " the job limit",
                        cost: "A slow answer of \(call.name) is given up, and the message"
                            + " delivered again."),
                    prefersFirst: false,
                    advice: "A job that is killed in a call leaves its outcome unknown.")
            }
        }
    }

    /// Records of keys that are gone while a message may still be delivered again.
    func keysForgottenEarly() -> [Conflict] {
        packet.queues.indices.flatMap { queue in
            (statedLifetimes(ofQueue: queue) + upstream.flatMap(lifetimes)).compactMap {
                kept -> Conflict? in
                let known = figures(ofQueue: queue, notBy: kept.agent)
                guard
                    let window = known.first(where: {
                        $0.figure["id"]?.stringValue?.hasPrefix("idempotency.") ?? false
                    }), let needed = window.figure["value"]?.doubleValue,
                    kept.seconds < needed
                else { return nil }
                let name = PacketView.name(ofQueue: packet.queues[queue], at: queue)
                let shown = Shown.duration(needed, .up)
                return Conflict(
                    matter: "Records of keys end before messages of \(name) do",
                    first: ConflictSide(
                        agent: kept.agent, says: kept.text, part: kept.part,
                        pointer: kept.pointer, rank: kept.rank,
                        way: "Records of keys are kept for"
                            + " \(Shown.duration(kept.seconds, .nearest))",
                        cost: "A later redelivery or redrive has its effect a second time."),
                    second: ConflictSide(
                        agent: window.source.agent,
                        says: "needs them for \(shown)", part: window.source.place("analysis"),
                        pointer: "/quantities/\(window.index)", rank: .reliability,
                        way: "Records of keys are kept for \(shown)",
                        cost: "The store of keys grows with the time that they are kept."),
                    prefersFirst: false,
                    advice: "A second effect cannot be taken back; storage can be bought.")
            }
        }
    }

    /// A statement about how long keys are kept.
    private struct Lifetime {
        /// The agent, or `brief`.
        let agent: String
        /// What it says.
        let text: String
        let seconds: Double
        let part: String
        let pointer: String
        let rank: Rank
    }

    /// What the brief states for the operations that publish to a queue. It is what is in force and
    /// no demand: keeping keys longer breaks no promise, and only costs storage.
    private func statedLifetimes(ofQueue queue: Int) -> [Lifetime] {
        let name = PacketView.name(ofQueue: packet.queues[queue], at: queue)
        return packet.operations.enumerated().compactMap { index, operation in
            let pointer = "/inputs/operations/\(index)/key_retention"
            guard let seconds = packet.number(pointer),
                (operation["publishes"]?.arrayValue ?? []).contains(.string(name))
            else { return nil }
            let subject = PacketView.name(ofOperation: operation, at: index)
            return Lifetime(
                agent: "brief",
                text: "states that keys of \(subject) are kept for"
                    + " \(Shown.duration(seconds, .nearest))",
                seconds: seconds, part: "packet.json", pointer: pointer, rank: .convenience)
        }
    }

    private func lifetimes(_ source: Upstream) -> [Lifetime] {
        let places: [(kind: String, list: String, texts: [String])] = [
            ("objective_snapshot", "assumptions", ["statement"]),
            ("execution_plan", "steps", ["title", "detail"]),
            ("execution_plan", "decisions", ["decision"]),
        ]
        return places.flatMap { place in
            source.documents.list(place.kind, place.list).enumerated().compactMap {
                index, item -> Lifetime? in
                let text = place.texts.compactMap { item[$0]?.stringValue }
                    .first { Self.isAboutKeptKeys($0) }
                guard let text, let seconds = Claim.number(in: text, of: .duration) else {
                    return nil
                }
                return Lifetime(
                    agent: source.agent, text: "says “\(text.withoutFullStop)”",
                    seconds: seconds, part: source.place(place.kind),
                    pointer: "/\(place.list)/\(index)",
                    rank: Rank(rawValue: item["rank"]?.stringValue ?? "") ?? .argued(by: text))
            }
        }
    }

    private static func isAboutKeptKeys(_ text: String) -> Bool {
        let words = TellingWords.of(text)
        return words.contains("key")
            && !words.isDisjoint(with: ["keep", "kept", "expire", "lifetime", "stored", "forget"])
    }

    /// The rank of an agent's decision about one of these words.
    private func rank(_ source: Upstream, about words: Set<String>) -> Rank? {
        source.documents.list("execution_plan", "decisions").first { item in
            !TellingWords.of(item["decision"]?.stringValue ?? "").isDisjoint(with: words)
        }.flatMap { Rank(rawValue: $0["rank"]?.stringValue ?? "") }
    }
}
