// What one delivery takes for granted and another, or the brief, states otherwise.

import JSON

extension ConflictFinder {
    /// What an agent assumes about the world. What it decides itself is no claim about the world.
    private struct Assumed {
        let agent: String
        let text: String
        let confidence: Double
        let part: String
        let pointer: String
    }

    private func assumptions(_ source: Upstream) -> [Assumed] {
        source.documents.list("objective_snapshot", "assumptions").enumerated().compactMap {
            index, item in
            guard item["evidence"]?.stringValue != Evidence.definition.rawValue,
                let text = item["statement"]?.stringValue
            else { return nil }
            return Assumed(
                agent: source.agent, text: text, confidence: item["confidence"]?.doubleValue ?? 0,
                part: source.place("objective_snapshot"), pointer: "/assumptions/\(index)")
        }
    }

    private func side(_ assumed: Assumed, field: String, shown: String) -> ConflictSide {
        ConflictSide(
            agent: assumed.agent, says: "assumes \(shown)", part: assumed.part,
            pointer: assumed.pointer, rank: .argued(by: field), way: "It is \(shown)",
            cost: "What the other agent computed has to be computed again.")
    }

    /// Two agents take different values for one field of one thing.
    func assumptionsAgainstAssumptions() -> [Conflict] {
        pairs.flatMap { one, other in
            assumptions(one).flatMap { left in
                assumptions(other).compactMap { right -> Conflict? in
                    guard let first = Claim(left.text, names: names),
                        let second = Claim(right.text, names: names),
                        first.subject == second.subject, first.field.name == second.field.name,
                        !QuantityRule.agree(first.value, second.value)
                    else { return nil }
                    let field = first.field
                    return Conflict(
                        matter: "The \(field.name) of \(first.subject) is taken for two values",
                        first: side(left, field: field.name, shown: first.shown(first.value)),
                        second: side(right, field: field.name, shown: second.shown(second.value)),
                        prefersFirst: field.isCautiousLow == (first.value < second.value),
                        advice: "The more cautious value is recommended until it is measured.")
                }
            }
        }
    }

    /// An agent takes another value than the brief states.
    func assumptionsAgainstBrief() -> [Conflict] {
        upstream.flatMap { source in
            assumptions(source).flatMap { assumed -> [Conflict] in
                guard let claim = Claim(assumed.text, names: names) else { return [] }
                return packet.dependencies.indices.compactMap { index -> Conflict? in
                    let pointer = "/inputs/dependencies/\(index)/\(claim.field.member)"
                    guard packet.dependencies[index]["name"]?.stringValue == claim.subject,
                        let stated = packet.number(pointer),
                        !QuantityRule.agree(stated, claim.value)
                    else { return nil }
                    let shown = claim.shown(stated)
                    return Conflict(
                        matter: "The \(claim.field.name) of \(claim.subject) is taken for another"
                            + " value than the brief's",
                        first: side(
                            assumed, field: claim.field.name, shown: claim.shown(claim.value)),
                        second: ConflictSide(
                            agent: "brief", says: "states \(shown)", part: "packet.json",
                            pointer: pointer, rank: .argued(by: claim.field.name), isDemanded: true,
                            way: "It is \(shown)",
                            cost: "What was computed with the assumption has to be computed again."
                        ),
                        prefersFirst: false, advice: "The brief is to be followed.")
                }
            }
        }
    }

    /// Two agents derive one figure and get different values: what one of them assumed is not what
    /// the other was told.
    func figuresApart() -> [Conflict] {
        pairs.flatMap { one, other in
            figures(one).flatMap { left in
                figures(other).compactMap { right in
                    apart(one, left, other, right)
                }
            }
        }
    }

    private func apart(
        _ one: Upstream, _ left: (Int, JSONValue), _ other: Upstream, _ right: (Int, JSONValue)
    ) -> Conflict? {
        guard let label = left.1["label"]?.stringValue, label == right.1["label"]?.stringValue,
            left.1["formula"] == right.1["formula"],
            let first = left.1["value"]?.doubleValue, let second = right.1["value"]?.doubleValue,
            !QuantityRule.agree(first, second),
            // The same inputs give another value when an answer came in between; the closing
            // derives both again and says so.
            left.1["inputs"] != right.1["inputs"]
        else { return nil }
        func side(_ source: Upstream, _ figure: (Int, JSONValue)) -> ConflictSide {
            let inputs = figure.1["inputs"]?.arrayValue ?? []
            let assumed = inputs.compactMap { $0["assumption"]?.stringValue }
            let shown = figure.1["shown"]?.stringValue ?? ""
            return ConflictSide(
                agent: source.agent,
                says: "computes \(shown)"
                    + (assumed.isEmpty ? "" : " from \(assumed.joined(separator: ", "))"),
                part: source.place("analysis"), pointer: "/quantities/\(figure.0)",
                // What the brief states goes before what an agent assumes.
                rank: .argued(by: label),
                isDemanded: inputs.allSatisfy { $0["pointer"] != nil }, way: "It is \(shown)",
                cost: "What rests on the other value has to be computed again.")
        }
        return Conflict(
            matter: "“\(label)” has two values", first: side(one, left), second: side(other, right),
            prefersFirst: (left.1["confidence"]?.doubleValue ?? 0)
                >= (right.1["confidence"]?.doubleValue ?? 0),
            advice: "The value that may claim more confidence is recommended.")
    }
}
