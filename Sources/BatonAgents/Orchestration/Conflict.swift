// Two agents that cannot both be followed, and what the ranking says about them.

import BatonBrief

/// One of the two.
struct ConflictSide: Sendable {
    /// The agent, or `brief` where the brief itself says otherwise.
    let agent: String
    let says: String
    /// The document, such as `t-5/analysis.json`, and the place in it.
    let part: String
    let pointer: String
    /// What its reason ranks as.
    let rank: Rank
    /// Whether the brief demands it: no agent's choice goes before that.
    var isDemanded = false
    /// What is done where this side holds, and what that costs.
    let way: String
    let cost: String

    var position: OpenDecision.Position {
        OpenDecision.Position(agent: agent, says: says, part: part, pointer: pointer, rank: rank)
    }
}

/// A conflict between two agents.
struct Conflict: Sendable {
    /// What it is about, as the beginning of a sentence.
    let matter: String
    let first: ConflictSide
    let second: ConflictSide
    /// Whether `first` is the one that a person is advised to take where no rank decides.
    let prefersFirst: Bool
    /// Why it is.
    let advice: String
    /// What a person has answered: whether `first` holds, and who said so.
    var answer: (isFirst: Bool, by: String)?

    /// Whether the brief demands both: no order of reasons helps, and nobody can keep both.
    var isContradictedDemand: Bool { first.isDemanded && second.isDemanded }

    /// The conflict as a question states it, by which an answer is known to be about it.
    var statement: String {
        "\(matter): \(first.agent) \(first.says); \(second.agent) \(second.says)."
    }

    /// The side that holds; nil where a person has to decide.
    var winner: ConflictSide? {
        if let answer { return answer.isFirst ? first : second }
        if first.isDemanded != second.isDemanded { return first.isDemanded ? first : second }
        // Of two demands of one brief nobody but its author can drop one.
        if first.isDemanded || first.rank == second.rank { return nil }
        return Self.order(first.rank) < Self.order(second.rank) ? first : second
    }

    var loser: ConflictSide? {
        winner.map { $0.agent == first.agent && $0.says == first.says ? second : first }
    }

    /// Why it is decided so, or why not at all.
    var reason: String {
        guard let winner, let loser else {
            return first.isDemanded
                ? "The brief demands both." : "Both rank as \(first.rank.rawValue)."
        }
        if let answer { return "Decided by \(answer.by), who was asked." }
        return winner.isDemanded
            ? "The brief demands it, and no choice of an agent goes before that."
            : "\(winner.rank.rawValue.capitalizedFirst) decides: it goes before"
                + " \(loser.rank.rawValue)."
    }

    /// The decision that the ranking takes; nil where it takes none.
    var decision: PlanDecision? {
        guard let winner, let loser else { return nil }
        return PlanDecision(
            decision: "\(matter): \(winner.way)",
            alternatives: [(loser.way, "\(loser.agent) \(loser.says); \(reason)")],
            rank: winner.rank, rationale: reason)
    }

    /// The question for a person; nil where the ranking decides.
    func openDecision(owner: String) -> OpenDecision? {
        guard winner == nil else { return nil }
        return OpenDecision(
            question: "\(statement) Which of them holds?",
            positions: [first.position, second.position],
            options: [(first.way, first.cost), (second.way, second.cost)],
            recommended: prefersFirst ? 0 : 1, rationale: "\(reason) \(advice)", owner: owner)
    }

    /// A row of the table of conflicts.
    var row: [String] {
        func cell(_ side: ConflictSide) -> String {
            "\(side.agent) \(side.says) (\(side.part)\(side.pointer);"
                + " \(side.isDemanded ? "demanded by the brief" : side.rank.rawValue))"
        }
        return [matter, cell(first), cell(second), winner?.way ?? "open: see the handoff", reason]
    }

    static let columns = ["Matter", "One says", "Another says", "What holds", "Why"]

    private static func order(_ rank: Rank) -> Int { Rank.allCases.firstIndex(of: rank) ?? 0 }
}

extension Rank {
    /// Beginnings of words by what they argue for, strongest first.
    private static let words: [(rank: Rank, beginnings: [String])] = [
        (
            .reliability,
            [
                "avail", "outage", "lost", "lose", "loss", "duplic", "twice", "retr", "idempot",
                "recover", "fail", "reliab", "visibil", "outlast", "error",
            ]
        ),
        (.security, ["secur", "secret", "leak", "attack", "credential", "encrypt", "vulnerab"]),
        (.performance, ["latenc", "wait", "fast", "slow", "throughput", "deadline", "timeout"]),
        (.features, ["feature"]),
    ]

    /// The strongest rank that a text argues for: an agent that states no rank has none that goes
    /// before others by itself, so what argues for nothing is convenience.
    static func argued(by text: String) -> Rank {
        let tokens = BriefNames.tokens(text)
        return words.first { entry in
            tokens.contains { token in entry.beginnings.contains { token.hasPrefix($0) } }
        }?.rank ?? .convenience
    }
}
