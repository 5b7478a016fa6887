// What agents disagree about and no rank decides: a question for a person, with ways out of which
// one is recommended and none is taken.

package import JSON

/// One open decision of a handoff.
package struct OpenDecision: Sendable, Hashable {
    /// What one agent says about the matter.
    package struct Position: Sendable, Hashable {
        package let agent: String
        package let says: String
        /// The document in which it says so.
        package let part: String
        /// Where it stands there.
        package let pointer: String
        package let rank: Rank

        var json: JSONValue {
            [
                "agent": .string(agent), "says": .string(says), "part": .string(part),
                "pointer": .string(pointer), "rank": .string(rank.rawValue),
            ]
        }
    }

    package let question: String
    package let positions: [Position]
    /// At least two; ids are a, b, c … in this order.
    package let options: [(label: String, tradeoffs: String)]
    /// A position in `options`.
    package let recommended: Int
    package let rationale: String
    package let owner: String

    package func json(id: String) -> JSONValue {
        [
            "id": .string(id), "question": .string(question),
            "positions": .array(positions.map(\.json)),
            "options": .array(
                options.enumerated().map {
                    [
                        "id": .string(EscalationDraft.id($0)), "label": .string($1.label),
                        "tradeoffs": .string($1.tradeoffs),
                    ]
                }),
            "recommended": .string(EscalationDraft.id(recommended)),
            "rationale": .string(rationale), "owner": .string(owner),
        ]
    }

    package static func == (left: OpenDecision, right: OpenDecision) -> Bool {
        left.json(id: "") == right.json(id: "")
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(json(id: "")) }
}
