// Several cards together: duplicates, and what each lacks.
import JSON

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

extension Card {
    /// What the card lacks to be useful: never an error, each with what would mend it.
    package var lint: [Diagnostic] {
        var lint: [Diagnostic] = []
        func say(_ field: String, _ message: String, _ suggestion: String) {
            lint.append(
                Diagnostic(.warning, line: nil, field: field, message, suggestion: suggestion))
        }
        if description.isEmpty {
            say("description", "the card has no description", "add a line description: …")
        }
        if !hasEngine {
            say(
                "brain", "the card has neither brain nor worker; up cannot start it",
                "add brain: builtin, preset: claude, command: […] or worker: […]")
        }
        if brain == .command, command == nil, preset == nil {
            say("command", "brain: command without a command", "add command: [program] or preset")
        }
        if activation == Activation(), tags.isEmpty, !id.hasPrefix("core.") {
            say(
                "activation", "nothing routes a brief to the card",
                "add activation: {tags: […], phrases: […], inputs: […]}, or tags")
        }
        if deliverables.isEmpty {
            say("deliverables", "the card lists no deliverables", "add a heading ## Deliverables")
        }
        for section in ["mission", "definition of done"] where sections[section] == nil {
            say(section, "the card has no section \(section)", "add a heading ## \(section)")
        }
        for input in requiredInputs where input.why.isEmpty {
            say(
                "required_inputs", "required input \(input.field) does not say why",
                "add why: to it")
        }
        return lint
    }
}
