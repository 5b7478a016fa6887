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
        "readme", "docs", "documentation", "docstring", "changelog", "wiki", "faq", "guide",
        "tutorial", "runbook", "wording", "comment", "comments", "link", "links", "section",
        "paragraph", "heading",
    ]
    private static let links: Set<String> = ["link", "links"]
    private static let typos: Set<String> = [
        "typo", "typos", "misspelling", "misspellings", "misspelt",
    ]
    /// What else is done to a document.
    private static let edits: Set<String> = [
        "spelling", "wording", "reword", "rephrase", "grammar", "punctuation", "capitalisation",
        "capitalization",
    ]
    /// Words with which the order of an edit begins, beside the names of what is wrong.
    private static let orders: Set<String> = [
        "fix", "correct", "repair", "edit", "change", "improve", "remove", "update", "replace",
        "broken", "dead",
    ]
    /// Words before these that say nothing.
    private static let fillers: Set<String> = ["please", "there", "is", "are", "a", "an", "the"]
    /// Words that speak of more than an edit.
    private static let work: Set<String> = [
        "build", "implement", "migrate", "design", "deploy", "scale", "automate", "generate",
        "translate", "add", "detect", "find", "prevent", "investigate", "search", "tolerant",
        "tolerance", "checker",
    ]
    /// An objective of more words, or more criteria, describes work.
    private static let wordsMax = 30
    private static let criteriaMax = 3

    /// What gives it away, such as `typo, readme`; nil for a brief that is worth a plan. Inputs,
    /// constraints and tags of anything but documents say that there is more to it.
    static func signs(in packet: PacketView) -> String? {
        let criteria = packet.successCriteria + packet.acceptanceCriteria
        guard packet.inputs == [:], packet.constraintTexts.isEmpty, criteria.count <= criteriaMax,
            packet.tags.allSatisfy({ documents.contains($0.lowercased()) })
        else { return nil }
        let words = Self.words(packet.objective).drop(while: fillers.contains)
        guard let first = words.first, words.count <= wordsMax,
            work.isDisjoint(with: words + criteria.flatMap(Self.words)),
            orders.contains(first) || typos.contains(first) || edits.contains(first)
        else { return nil }
        let isBrokenLink = zip(words, words.dropFirst()).contains { first, second in
            ["broken", "dead"].contains(first) && links.contains(second)
        }
        let edit =
            words.first { typos.contains($0) || edits.contains($0) }
            ?? (isBrokenLink ? "broken link" : nil)
        guard let edit else { return nil }
        // What is wrong is not the document that it is wrong in: a wording, a broken link.
        let document = words.first {
            documents.contains($0) && $0 != edit && !(isBrokenLink && links.contains($0))
        }
        if let document { return "\(edit), \(document)" }
        return namesNothingElse(words, edit) ? edit : nil
    }

    /// `Fix the typo`.
    private static func namesNothingElse(_ words: ArraySlice<String>, _ edit: String) -> Bool {
        typos.contains(edit) && words.last == edit
            && words.dropLast().allSatisfy { ["fix", "correct", "a", "the"].contains($0) }
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
