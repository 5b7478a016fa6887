// Names as words: `startingAfter`, `starting_after` and `page[size]` are read alike.

/// Splits and joins names.
enum Words {
    /// The words of a name in lower case: at capitals and at whatever is no letter or digit.
    static func split(_ name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasLower = false
        for scalar in name.unicodeScalars {
            let isUpper = (65...90).contains(scalar.value)
            let isLower = (97...122).contains(scalar.value)
            let isDigit = (48...57).contains(scalar.value)
            if !isUpper && !isLower && !isDigit || isUpper && wasLower {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if isUpper || isLower || isDigit { word.unicodeScalars.append(scalar) }
            wasLower = isLower || isDigit
        }
        if !word.isEmpty { words.append(word) }
        return words.map { $0.lowercased() }
    }

    /// The letters and digits of a name in lower case.
    static func joined(_ name: String) -> String { split(name).joined() }

    /// The first names in backquotes, and how many more there are.
    static func listed(_ names: [String], first: Int) -> String {
        names.prefix(first).map { "`\($0)`" }.joined(separator: ", ")
            + (names.count > first ? " and \(names.count - first) more" : "")
    }

    /// Whether `text` has `word` (in lower case ASCII) anywhere, in any case.
    static func contains(_ text: String, _ word: StaticString) -> Bool {
        let wanted = Array(String(describing: word).utf8)
        var matched = 0
        for byte in text.utf8 {
            let lower = byte >= 65 && byte <= 90 ? byte + 32 : byte
            if lower == wanted[matched] {
                matched += 1
                if matched == wanted.count { return true }
            } else {
                // Good enough: no word that is looked for begins again within itself.
                matched = lower == wanted[0] ? 1 : 0
            }
        }
        return false
    }
}
