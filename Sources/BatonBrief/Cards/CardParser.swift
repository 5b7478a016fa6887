// Reads an agent's card: lenient in what it takes, strict in what it reports. Claude Code subagents
// and SKILL.md files are taken as they are; unknown keys are kept in `extra`.
import JSON
import Markdown
import YAML

/// What reading a card gave.
package struct CardReading: Sendable {
    /// Nil if there is an error among the diagnostics.
    package let card: Card?
    /// By line.
    package let diagnostics: [Diagnostic]
}

/// The parser of cards.
package enum CardParser {
    /// Largest card, in bytes: a card goes into prompts and packets.
    package static let cardBytesMax = 262_144

    /// Reads a card.
    /// - Parameter path: below the agents folder, `backend/api_reliability.md`; gives the id where
    ///   the card has none.
    package static func parse(_ bytes: [UInt8], path: String) -> CardReading {
        func refused(_ message: String, _ suggestion: String) -> CardReading {
            CardReading(
                card: nil,
                diagnostics: [Diagnostic(.error, line: nil, message, suggestion: suggestion)])
        }
        guard bytes.count <= cardBytesMax else {
            return refused(
                "the card of \(bytes.count) bytes exceeds cardBytesMax \(cardBytesMax)",
                "move long texts into files that the card names")
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            return refused("the card is not UTF-8 text", "save it as UTF-8 text")
        }
        guard TextPattern.visible.matches(text) else {
            return refused("the card is empty", "state at least a name and a description")
        }
        var reader = CardReader(FrontMatter(splitting: text), path: path)
        return reader.read()
    }

    /// The id that a path stands for: `backend/api_reliability.md` is `backend.api_reliability`,
    /// `x/SKILL.md` is `x`. Nil if nothing of the path can be part of an id.
    package static func id(fromPath path: String) -> String? {
        var steps = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard let file = steps.popLast() else { return nil }
        let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
        if stem.lowercased() != "skill" || steps.isEmpty {
            // `security.reviewer.md` at the top is `security/reviewer.md`.
            steps += stem.split(separator: ".").map(String.init)
        }
        let words = steps.compactMap(slug)
        let id = words.joined(separator: ".")
        return !words.isEmpty && TextPattern.agent.matches(id) ? id : nil
    }

    /// A word for an id: lower case, other characters replaced by `-`.
    package static func slug(_ text: String) -> String? {
        var slug = ""
        for scalar in text.lowercased().unicodeScalars {
            if scalar.isASCII, TextPattern.agent.matches(String(scalar)) {
                slug.unicodeScalars.append(scalar)
            } else if !slug.isEmpty, !slug.hasSuffix("-") {
                slug += "-"
            }
        }
        while slug.hasSuffix("-") { slug.removeLast() }
        return slug.isEmpty ? nil : String(slug.prefix(64))
    }
}
