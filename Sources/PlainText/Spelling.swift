// Finds the word that was probably meant.

/// Distance between words, and the nearest of several.
package enum Spelling {
    /// The number of single-letter edits between two words; a swap of neighbours counts as one.
    /// Words longer than 64 letters are not compared: nobody mistypes those, and it would take
    /// long.
    package static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first.unicodeScalars)
        let b = Array(second.unicodeScalars)
        guard a.count <= 64, b.count <= 64 else { return .max }
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var older = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in 1...a.count {
            var row = [Int](repeating: i, count: b.count + 1)
            for j in 1...b.count {
                let change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(previous[j] + 1, row[j - 1] + 1, change)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], older[j - 2] + 1)
                }
            }
            older = previous
            previous = row
        }
        return previous[b.count]
    }

    /// The nearest candidate, if one is near enough to be meant: at most one edit for short words,
    /// a third of the letters for long ones. A candidate that the word begins counts as near.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let word = word.lowercased()
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(word, candidate)
            let bound = max(1, min(word.count, candidate.count) / 3)
            guard distance <= bound, distance < (best?.distance ?? .max) else { continue }
            best = (candidate, distance)
        }
        if let best { return best.word }
        guard word.count >= 2 else { return nil }
        let begun = candidates.filter { $0.hasPrefix(word) }
        return begun.count == 1 ? begun[0] : nil
    }
}
