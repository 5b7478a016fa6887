// Which agents a brief needs: by its route, else by the activation signals of their cards.
// Every registered agent is scored by the same rule, whoever wrote its card.

import JSON
import PlainText

/// One agent considered.
struct RouteEntry: Sendable, Hashable {
    let agent: String
    let score: Double
    let isChosen: Bool
    let reasons: [String]

    var json: JSONValue {
        [
            "agent": .string(agent), "score": .number(score), "chosen": .bool(isChosen),
            "reasons": .array(reasons.map(JSONValue.string)),
        ]
    }
}

/// The outcome of routing.
struct Route: Sendable {
    var entries: [RouteEntry]
    /// Requested names that no registered agent has.
    var unregistered: [String] = []
    /// Dependencies of chosen agents that are not registered: (agent, dependency).
    var unmet: [(agent: String, dependency: String)] = []
    /// Chosen agents whose cards depend on each other in a circle.
    var circle: [String] = []
    /// What shows that the brief asks for an edit that is not worth a plan; nil when nothing does.
    var trivial: String?

    var chosen: [String] { entries.filter(\.isChosen).map(\.agent) }
}

/// Scores cards and chooses.
struct Router: Sendable {
    let packet: PacketView
    let cards: CardShelf
    let directives: Directives

    func route() -> Route {
        // The orchestrator and the quality gate take part by themselves; a plan never names them.
        if directives.route == nil, packet.requestedRoute.isEmpty,
            let signs = TrivialEdit.signs(in: packet)
        {
            return refusing(signs)
        }
        let requested = (directives.route ?? packet.requestedRoute).filter {
            !($0.hasPrefix("core.") && cards.registered.contains($0))
        }
        var route = requested.isEmpty ? bySignals() : byRequest(requested)
        for agent in route.chosen {
            for dependency in cards[agent]?["dependencies"]?.arrayValue ?? [] {
                guard let name = dependency.stringValue,
                    !cards.registered.contains(name), cards.resolve(name) == nil
                else { continue }
                route.unmet.append((agent, name))
            }
        }
        route.circle = circle(route.chosen)
        return route
    }

    /// The negative trigger: every agent with its score, and none chosen.
    private func refusing(_ signs: String) -> Route {
        var route = bySignals()
        route.trivial = signs
        route.entries = route.entries.map { entry in
            RouteEntry(
                agent: entry.agent, score: entry.score, isChosen: false,
                reasons: ["negative trigger: a trivial documentation edit (\(signs))"]
                    + (entry.score > 0 ? entry.reasons : []))
        }
        return route
    }

    private func byRequest(_ names: [String]) -> Route {
        var route = Route(entries: [])
        var chosen: [String] = []
        for name in names {
            guard let agent = cards.resolve(name) else {
                route.unregistered.append(name)
                continue
            }
            if !chosen.contains(agent) { chosen.append(agent) }
        }
        let origin = directives.route == nil ? "named in the brief's route" : "named in an answer"
        for agent in chosen {
            let (score, reasons) = cards[agent].map(score) ?? (0, [])
            route.entries.append(
                RouteEntry(
                    agent: agent, score: score, isChosen: true, reasons: [origin] + reasons))
        }
        for card in cards.cards {
            guard let id = card["id"]?.stringValue, !chosen.contains(id) else { continue }
            let (score, reasons) = score(card)
            route.entries.append(
                RouteEntry(
                    agent: id, score: score, isChosen: false,
                    reasons: ["the route names other agents"] + reasons))
        }
        return route
    }

    private func bySignals() -> Route {
        var entries: [RouteEntry] = []
        for card in cards.cards {
            guard let id = card["id"]?.stringValue else { continue }
            var (score, reasons) = score(card)
            let inputs = Self.texts(card.value(at: "/activation/inputs"))
            let hasInput = inputs.contains { RequiredInputs.isPresent($0, packet) }
            // Words alone are weak evidence for an agent that works on figures.
            let needed: Double = inputs.isEmpty || hasInput ? 1 : 2
            if score == 0 {
                reasons = ["no activation signal of its card is in the brief"]
            } else if score < needed {
                reasons.append("none of its inputs is stated, so one signal is not enough")
            }
            entries.append(
                RouteEntry(agent: id, score: score, isChosen: score >= needed, reasons: reasons))
        }
        entries.sort {
            $0.score == $1.score
                ? $0.agent.utf8.lexicographicallyPrecedes($1.agent.utf8) : $0.score > $1.score
        }
        return Route(entries: entries)
    }

    /// One point for each tag, phrase and input of the card that the brief has.
    func score(_ card: JSONValue) -> (Double, [String]) {
        var reasons: [String] = []
        var tags: [String] = []
        for tag in Self.texts(card.value(at: "/activation/tags")) + Self.texts(card["tags"]) {
            let lower = tag.lowercased()
            if !tags.contains(lower) { tags.append(lower) }
        }
        for tag in packet.tags.map({ $0.lowercased() }) where tags.contains(tag) {
            reasons.append("tag \(tag) (+1)")
        }
        let text = Self.words(
            ([packet.objective, packet.text("/brief_document/title") ?? ""]
                + packet.successCriteria + packet.acceptanceCriteria).joined(separator: " . "))
        // One word in the singular and in the plural is one signal.
        var found: Set<String> = []
        for phrase in Self.texts(card.value(at: "/activation/phrases")) {
            let wanted = Self.words(phrase).trimmed
            let singular = wanted.hasSuffix("s") ? String(wanted.dropLast()) : wanted
            if !wanted.isEmpty, text.firstRange(of: " \(wanted) ") != nil,
                found.insert(singular).inserted
            {
                reasons.append("phrase “\(phrase)” (+1)")
            }
        }
        for pointer in Self.texts(card.value(at: "/activation/inputs"))
        where RequiredInputs.isPresent(pointer, packet) {
            reasons.append("input \(pointer) (+1)")
        }
        return (Double(reasons.count), reasons)
    }

    /// Lower case, every other character a space, one space at both ends.
    private static func words(_ text: String) -> String {
        var result = " "
        for character in text.lowercased() {
            if character.isLetter || character.isNumber {
                result.append(character)
            } else if result.last != " " {
                result.append(" ")
            }
        }
        return result.last == " " ? result : result + " "
    }

    static func texts(_ value: JSONValue?) -> [String] {
        (value?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// The chosen agents that `agent` depends on.
    static func dependencies(of agent: String, among chosen: [String], _ cards: CardShelf)
        -> [String]
    {
        texts(cards[agent]?["dependencies"]).compactMap { cards.resolve($0) }
            .filter { chosen.contains($0) && $0 != agent }
    }

    /// What remains when agents without open dependencies are taken away again and again.
    private func circle(_ chosen: [String]) -> [String] {
        var left = chosen
        while true {
            let free = left.filter {
                Self.dependencies(of: $0, among: left, cards).isEmpty
            }
            if free.isEmpty { return left }
            left.removeAll { free.contains($0) }
        }
    }
}
