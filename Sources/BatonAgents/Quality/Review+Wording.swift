// Rules about words: nothing hedges where a plan has to commit itself, and everything is English.

import JSON

extension Review {
    /// Words that hide that something is not known. An assumption or an open question is the place
    /// for what is not known.
    private static let hedges: [[String]] = [
        ["probably"], ["perhaps"], ["maybe"], ["hopefully"], ["presumably"], ["somehow"],
        ["supposedly"], ["arguably"], ["more", "or", "less"], ["should", "be", "fine"],
        ["should", "be", "ok"], ["should", "be", "enough"], ["should", "work"],
        ["should", "suffice"], ["good", "enough"], ["as", "appropriate"], ["as", "needed"],
        ["as", "necessary"], ["if", "necessary"], ["where", "appropriate"], ["and", "so", "on"],
        ["etc"], ["i", "think"], ["we", "think"], ["we", "believe"], ["we", "hope"],
        ["it", "seems"], ["reasonably"], ["roughly"], ["and", "or", "similar"],
        ["or", "something"], ["kind", "of"], ["sort", "of"], ["in", "theory"], ["ideally"],
        ["might", "work"], ["may", "or", "may", "not"], ["not", "sure"],
    ]

    /// No hedging outside of assumptions and open questions.
    mutating func checkHedging() {
        let brief = Self.words(briefText)
        let own = Self.hedges.filter { !Self.contains(brief, $0) }
        for document in delivery.documents {
            guard let value = document.value else { continue }
            for (place, text) in prose(document.kind, value)
            where !place.hasPrefix("/assumptions") && !place.hasPrefix("/open_questions") {
                let words = Self.words(text)
                for hedge in own where Self.contains(words, hedge) {
                    find(
                        .noHedging, authored, part: document.part, place: place,
                        "“\(hedge.joined(separator: " "))” hides what is not known",
                        satisfy: "state it, or list it as an assumption or an open question")
                }
            }
        }
    }

    /// Everything that an agent writes is English; what it quotes of the brief may be anything.
    mutating func checkLanguage() {
        let brief = briefText
        let owners = (origin["owners"]?.objectValue?.members ?? []).compactMap {
            $0.value.stringValue
        }
        for document in delivery.documents {
            guard let value = document.value else { continue }
            for (place, text) in prose(document.kind, value)
            where LanguageReader.isForeign(
                owners.reduce(Self.unquoted(text)) { $0.replacing($1, with: "") })
                && !brief.contains(text)
            {
                find(
                    .english, authored, part: document.part, place: place,
                    "the text is not English", satisfy: "write English")
            }
        }
    }

    /// A text without what it quotes.
    private static func unquoted(_ text: String) -> String {
        var result = ""
        var isQuoted = false
        for character in text {
            switch character {
            case "“": isQuoted = true
            case "”": isQuoted = false
            default: if !isQuoted { result.append(character) }
            }
        }
        return result
    }

    /// All that the brief says in words.
    var briefText: String {
        ([packet.objective, packet.title, packet.text("/context") ?? ""]
            + packet.successCriteria + packet.acceptanceCriteria + packet.definitionOfDone
            + packet.constraintTexts.map(\.text)).joined(separator: "\n")
    }
}
