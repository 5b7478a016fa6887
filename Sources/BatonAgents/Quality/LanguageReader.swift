// Whether a text is English: by its function words, and by its letters. A short text without any
// function word is nobody's language and passes.

/// Tells English from other languages, as far as a reviewer needs it.
enum LanguageReader {
    private static let english: Set<String> = [
        "the", "a", "an", "of", "is", "are", "and", "to", "it", "that", "for", "with", "at", "on",
        "by", "be", "not", "each", "as", "from", "or", "this", "than", "has", "have", "which",
        "where", "when", "what", "their", "its", "into", "they",
    ]

    /// Function words of other languages that are no English words.
    private static let foreign: Set<String> = [
        // German.
        "der", "das", "und", "ist", "nicht", "mit", "für", "auf", "dem", "den", "ein", "eine",
        "zu", "werden", "wird", "sind", "sich", "von", "im", "wenn", "oder", "auch", "nach",
        // French.
        "le", "la", "les", "des", "et", "est", "une", "dans", "pour", "que", "qui", "sont",
        "avec", "sur", "pas", "ou", "du", "aux",
        // Spanish and Portuguese.
        "el", "los", "las", "del", "por", "para", "una", "con", "como", "más", "uma", "não",
        "os", "em", "durante", "cuando",
        // Italian.
        "il", "di", "che", "della", "sono", "gli", "nella", "con",
        // Dutch, Polish.
        "het", "een", "niet", "voor", "zijn", "wordt", "nie", "jest", "się", "dla",
    ]

    /// Whether the text is in another language than English.
    static func isForeign(_ text: String) -> Bool {
        if hasForeignLetters(text) { return true }
        var other = 0
        var own = 0
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter }) {
            if english.contains(String(word)) { own += 1 }
            if foreign.contains(String(word)) { other += 1 }
        }
        return other >= 2 && other > own
    }

    /// Letters of other scripts, unless they are the few that formulas use.
    private static func hasForeignLetters(_ text: String) -> Bool {
        var others = 0
        for scalar in text.unicodeScalars where scalar.properties.isAlphabetic {
            // Latin with its extensions, and Greek.
            guard scalar.value >= 0x400, !(0x1D00...0x2BFF).contains(scalar.value) else { continue }
            others += 1
        }
        return others >= 3
    }
}
