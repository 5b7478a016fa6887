// A negative trigger: a brief that asks for nothing but a small edit of documentation. A plan,
// specialists and reviews would cost more than the edit; whoever asks is told where it belongs.

import JSON
import PlainText

/// Recognises an edit that is not worth a plan.
enum TrivialEdit {
    /// Where such an edit belongs.
    static let pointer =
        "open a pull request with the edit directly, or tell whoever owns the document"

    /// What is edited without thinking about the service.
    private static let documents: Set<String> = [
        "readme", "docs", "documentation", "docstring", "changelog", "wiki", "faq",
    ]
    /// What is done to it.
    private static let edits: Set<String> = [
        "typo", "typos", "spelling", "misspelling", "misspelt", "wording", "reword", "rephrase",
        "grammar", "punctuation", "capitalisation", "capitalization",
    ]
    /// Words that speak of more than an edit.
    private static let work: Set<String> = [
        "build", "implement", "migrate", "design", "deploy", "scale", "automate", "generate",
        "translate",
    ]
    /// An objective of more words, or more criteria, describes work.
    private static let wordsMax = 30
    private static let criteriaMax = 3

    /// What gives it away, such as `typo, readme`; nil for a brief that is worth a plan. Inputs and
    /// constraints say that there is more to it.
    static func signs(in packet: PacketView) -> String? {
        let criteria = packet.successCriteria + packet.acceptanceCriteria
        guard packet.inputs == [:], packet.constraintTexts.isEmpty, criteria.count <= criteriaMax
        else { return nil }
        let words = Self.words(packet.objective)
        let all = Set(words + criteria.flatMap(Self.words))
        guard words.count <= wordsMax, all.isDisjoint(with: work) else { return nil }
        let document = words.first { documents.contains($0) }
        let isBrokenLink = zip(words, words.dropFirst()).contains { first, second in
            ["broken", "dead"].contains(first) && ["link", "links"].contains(second)
        }
        let edit = words.first { edits.contains($0) } ?? (isBrokenLink ? "broken link" : nil)
        // A typo is one wherever it stands; a wording needs a document around it.
        guard let edit, document != nil || edit.hasPrefix("typo") else { return nil }
        return [edit, document].compactMap(\.self).joined(separator: ", ")
    }

    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    /// The question instead of a plan; the recommended answer ends the brief.
    static func escalation(_ signs: String, _ packet: PacketView, _ cards: CardShelf) -> JSONValue {
        var draft = EscalationDraft(
            blocker: "The brief asks for nothing but a small edit of documentation (\(signs)); it"
                + " is not planned. Where it belongs: \(pointer).",
            impact: "Nothing is planned and no specialist starts.",
            needs: "The edit, made directly; or the agents that shall work on it all the same.",
            severity: .low, owner: packet.escalationOwner, key: "trivial")
        draft.offer(
            "End the brief; \(pointer)", tradeoffs: "The edit is made in minutes, by hand.",
            .cancel)
        if !cards.ids.isEmpty {
            draft.offer(
                "Plan it all the same, for \(cards.ids.joined(separator: ", "))",
                tradeoffs: "A plan, the agents' work and its review for one edit.",
                .revise(instructions: "route: \(cards.ids.joined(separator: ", "))"))
        } else {
            draft.offer(
                "Try again after an agent for documents was registered",
                tradeoffs: "Nothing happens until somebody starts it with its card.", .none)
        }
        draft.rationale = "Convenience decides: an edit costs less than its plan."
        return draft.json
    }
}
