// The words of a text that carry its meaning, so that texts of two agents can be compared.

/// Words without small words and plural endings.
enum TellingWords {
    /// Those of `text`.
    static func of(_ text: String) -> Set<String> {
        Set(BriefNames.tokens(text).map(stem)).subtracting(fillers)
    }

    /// A word without its plural ending.
    static func stem(_ word: String) -> String {
        word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss")
            ? String(word.dropLast()) : word
    }

    /// Whether two texts say nearly the same: the same words, or at least three of them shared and
    /// these two in three of all that either has.
    static func agree(_ left: Set<String>, _ right: Set<String>) -> Bool {
        if !left.isEmpty, left == right { return true }
        let shared = left.intersection(right).count
        return shared >= 3 && shared * 3 >= left.union(right).count * 2
    }

    private static let fillers: Set<String> = [
        "a", "an", "the", "of", "in", "on", "at", "to", "for", "by", "with", "and", "or", "is",
        "are", "be", "it", "its", "that", "thi", "this", "which", "still", "may", "can", "will",
        "there", "while",
    ]
}
