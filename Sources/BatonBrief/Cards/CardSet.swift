// Several cards together: which can be used, and what is to be said of each.

/// A card that was read, with the path it came from.
package struct CardSet: Sendable {
    /// Cards with an id of their own, by id.
    package let cards: [Card]
    /// By path, in the order given: what is to be said about each file.
    package let reports: [(path: String, diagnostics: [Diagnostic])]

    /// Reads all files. Of two cards of one id neither is used; both are named.
    package init(files: [(path: String, bytes: [UInt8])]) {
        var readings: [(path: String, reading: CardReading)] = []
        for file in files {
            readings.append((file.path, CardParser.parse(file.bytes, path: file.path)))
        }
        var pathsByID: [String: [String]] = [:]
        for (path, reading) in readings {
            if let id = reading.card?.id { pathsByID[id, default: []].append(path) }
        }
        var cards: [Card] = []
        var reports: [(path: String, diagnostics: [Diagnostic])] = []
        for (path, reading) in readings {
            var diagnostics = reading.diagnostics
            if let card = reading.card {
                let paths = pathsByID[card.id] ?? []
                if paths.count > 1 {
                    let others = paths.filter { $0 != path }.joined(separator: ", ")
                    diagnostics.append(
                        Diagnostic(
                            .error, line: nil, field: "id",
                            "id \(card.id) is also the id of \(others); neither is started",
                            suggestion: "add a line id: to one of them"))
                } else {
                    cards.append(card)
                }
            }
            reports.append((path, diagnostics))
        }
        self.cards = cards.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        self.reports = reports
    }
}
