// Text that came from elsewhere, made fit for a terminal: wrapped, shortened, harmless.

/// Shapes text for people.
package enum Prose {
    /// The text in lines of at most `width` characters, broken at spaces.
    package static func wrapped(_ text: String, width: Int) -> String {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ") {
                if line.isEmpty {
                    line = String(word)
                } else if line.count + 1 + word.count <= max(width, 20) {
                    line += " " + word
                } else {
                    lines.append(line)
                    line = String(word)
                }
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }

    /// The text with every line moved to the right.
    package static func indented(_ text: String, by spaces: Int) -> String {
        let indent = String(repeating: " ", count: spaces)
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : indent + $0 }.joined(separator: "\n")
    }

    /// At most `width` characters; what is cut off shows as an ellipsis. It is cut after a word
    /// where that leaves at least half of the room in use.
    package static func shortened(_ text: String, width: Int) -> String {
        guard text.count > width else { return text }
        let room = text.prefix(max(width - 1, 0))
        let isWordsEnd = text.dropFirst(room.count).first == " "
        let words = isWordsEnd ? room : room.prefix(upTo: room.lastIndex(of: " ") ?? room.endIndex)
        var kept = words.count * 2 >= width ? words : room
        while kept.last == " " { kept.removeLast() }
        return kept + "…"
    }

    /// An agent's name in at most `width` characters: its beginning is cut off, at a dot where one
    /// fits. Commands take the end of a name for the whole.
    package static func shortenedName(_ text: String, width: Int) -> String {
        guard text.count > width else { return text }
        let end = text.suffix(max(width - 1, 0))
        guard let dot = end.firstIndex(of: "."), end[dot...].count * 2 >= width else {
            return "…" + end
        }
        return "…" + end[end.index(after: dot)...]
    }

    /// The text without control characters, on one line: a brief or an agent could otherwise move
    /// the cursor, hide what it wrote, or type into the terminal.
    package static func harmless(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: result.append(" ")
            case 0..<0x20, 0x7F..<0xA0: result.append("\u{FFFD}")
            // Marks that reorder what is read.
            case 0x202A...0x202E, 0x2066...0x2069: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Like `harmless`, with the line breaks kept.
    package static func harmlessLines(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { harmless(String($0)) }.joined(separator: "\n")
    }
}
