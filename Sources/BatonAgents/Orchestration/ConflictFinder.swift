// Looks for what the deliveries of two agents say that cannot both hold. Each kind has its own
// function; what it reads is named there, so that a reader can follow it to the place.

import JSON
import PlainText

/// Finds conflicts between deliveries.
struct ConflictFinder: Sendable {
    let packet: PacketView
    let upstream: [Upstream]
    let names: BriefNames

    init(packet: PacketView, upstream: [Upstream]) {
        self.packet = packet
        self.upstream = upstream
        names = BriefNames(packet)
    }

    /// All of them but those between checks, by kind, then in the order of the deliveries.
    func conflicts() -> [Conflict] {
        retriesInTwoLayers() + callsBeyondJobs() + keysForgottenEarly() + excludingDecisions()
            + assumptionsAgainstAssumptions() + assumptionsAgainstBrief() + figuresApart()
    }

    /// Each pair of deliveries once.
    var pairs: [(Upstream, Upstream)] {
        upstream.indices.flatMap { first in
            upstream[(first + 1)...].filter { $0.agent != upstream[first].agent }
                .map { (upstream[first], $0) }
        }
    }

    // MARK: decisions

    /// One decides what the other has rejected, or the opposite of what the other decides.
    private func excludingDecisions() -> [Conflict] {
        pairs.flatMap { one, other in
            decisions(one).flatMap { left in
                decisions(other).compactMap { right in exclusion(left, right) }
            }
        }
    }

    /// A decision with what its words are and where it stands.
    private struct Decided {
        let agent: String
        let text: String
        let rejected: [(option: String, whyNot: String)]
        let rank: Rank
        let part: String
        let pointer: String
    }

    private func decisions(_ source: Upstream) -> [Decided] {
        source.documents.list("execution_plan", "decisions").enumerated().map { index, item in
            Decided(
                agent: source.agent, text: item["decision"]?.stringValue ?? "",
                rejected: (item["alternatives"]?.arrayValue ?? []).map {
                    ($0["option"]?.stringValue ?? "", $0["why_not"]?.stringValue ?? "")
                },
                rank: Rank(rawValue: item["rank"]?.stringValue ?? "") ?? .convenience,
                part: source.place("execution_plan"), pointer: "/decisions/\(index)")
        }
    }

    private func exclusion(_ left: Decided, _ right: Decided) -> Conflict? {
        let isOpposite = Self.isOpposite(left.text, right.text)
        let isRejected =
            right.rejected.contains { Self.agree(left.text, $0.option) }
            || left.rejected.contains { Self.agree(right.text, $0.option) }
        guard isOpposite || isRejected else { return nil }
        func side(_ decided: Decided) -> ConflictSide {
            ConflictSide(
                agent: decided.agent, says: "decides “\(decided.text.withoutFullStop)”",
                part: decided.part, pointer: decided.pointer, rank: decided.rank,
                way: decided.text.withoutFullStop,
                cost: decided.rejected.first.map { "It was chosen over “\($0.option)”." }
                    ?? "Its author names no alternative.")
        }
        return Conflict(
            matter: "Decisions that exclude each other", first: side(left), second: side(right),
            prefersFirst: left.rejected.count >= right.rejected.count,
            advice: "The one that was weighed against more alternatives is recommended.")
    }

    private static func agree(_ left: String, _ right: String) -> Bool {
        TellingWords.agree(TellingWords.of(left), TellingWords.of(right))
    }

    private static let denials: Set<String> = ["not", "no", "never", "without", "don't", "none"]

    /// The same words, and only one of them denies it.
    private static func isOpposite(_ left: String, _ right: String) -> Bool {
        let one = TellingWords.of(left), other = TellingWords.of(right)
        guard one.isDisjoint(with: denials) != other.isDisjoint(with: denials) else { return false }
        return TellingWords.agree(one.subtracting(denials), other.subtracting(denials))
    }

    // MARK: checks

    /// Two checks of one metric that demand different figures.
    func conflict(
        _ metric: String, _ left: CheckPlace, _ right: CheckPlace
    ) -> Conflict {
        func side(_ place: CheckPlace) -> ConflictSide {
            let check = place.check
            // A bare number has the unit 1.
            let unit = check.unit == "1" ? "" : " \(check.unit)"
            let bound = "\(check.comparator) \(Shown.significant(check.threshold))\(unit)"
            return ConflictSide(
                agent: place.agent, says: "checks for \(bound)", part: place.part,
                pointer: place.pointer, rank: .argued(by: metric), isDemanded: place.isDemanded,
                way: "“\(metric)” \(bound)",
                cost: "What \(place.agent) planned holds; the other plan is checked against it.")
        }
        let isUpper = left.check.comparator.hasPrefix("<")
        return Conflict(
            matter: "“\(metric)” has two thresholds", first: side(left), second: side(right),
            prefersFirst: isUpper == (left.check.threshold <= right.check.threshold),
            advice: "The stricter one is recommended: whoever keeps it keeps the other too.")
    }
}

/// A check, and where it stands.
struct CheckPlace: Sendable {
    let check: Check
    let agent: String
    let part: String
    let pointer: String
    /// Whether it proves an acceptance criterion or a hard requirement.
    let isDemanded: Bool

    /// This check, proving what the other proves as well.
    func joined(with other: CheckPlace) -> CheckPlace {
        var check = check
        check.traces += other.check.traces.filter { !check.traces.contains($0) }
        check.reasons += other.check.reasons
        return CheckPlace(
            check: check, agent: agent, part: part, pointer: pointer,
            isDemanded: isDemanded || other.isDemanded)
    }
}

extension Upstream {
    /// A document of this delivery as people can find it.
    func place(_ kind: String) -> String { "\(task)/\(documents.part(kind))" }
}
