// Rules about words: no placeholders, no secrets, nothing empty where something was promised.

import JSON

extension Review {
    private static let placeholders = [
        ["tbd"], ["todo"], ["fixme"], ["xxx"], ["lorem", "ipsum"], ["to", "be", "determined"],
        ["to", "be", "defined"], ["to", "be", "decided"], ["to", "be", "confirmed"],
        ["to", "be", "named"], ["placeholder"], ["???"],
    ]

    /// A template's gap: `<environment>`, `{{name}}`, `[insert name]`.
    private static func hasGap(_ text: String) -> Bool {
        if text.contains("{{") || text.lowercased().contains("[insert")
            || text.lowercased().contains("[your ")
        {
            return true
        }
        var rest = text[...]
        while let open = rest.firstIndex(of: "<") {
            let inner = rest[rest.index(after: open)...].prefix { $0 != ">" && $0 != "<" }
            let closes = inner.endIndex < rest.endIndex && rest[inner.endIndex] == ">"
            if closes, inner.first?.isLetter ?? false,
                inner.allSatisfy({ $0.isLetter || " _-".contains($0) })
            {
                return true
            }
            rest = rest[rest.index(after: open)...]
        }
        return false
    }

    /// Words that stand for work not done, unless the brief itself uses them.
    mutating func checkPlaceholders() {
        let brief = Self.words(
            briefText + "\n"
                + Self.strings(packet.inputs, at: "").map(\.1).joined(separator: "\n"))
        let own = Self.placeholders.filter { !Self.contains(brief, $0) }
        for document in delivery.documents {
            guard let value = document.value else { continue }
            for (place, text) in Self.strings(value, at: "") {
                if Self.hasGap(text), !briefText.contains(text), !place.hasPrefix("/inputs") {
                    find(
                        .noPlaceholder, isBuiltIn ? .high : .medium, part: document.part,
                        place: place, "a template's gap was not filled in",
                        satisfy: "state it, or list it as an open question")
                }
                let words = Self.words(isBuiltIn ? Self.withoutNames(text) : text)
                for placeholder in own where Self.contains(words, placeholder) {
                    find(
                        .noPlaceholder, .high, part: document.part, place: place,
                        "“\(placeholder.joined(separator: " "))” stands where a statement should",
                        satisfy: "state it, or list it as an open question")
                }
            }
        }
        for (part, text) in texts where !part.hasSuffix(".json") && !part.hasPrefix("context/") {
            for (number, line) in text.split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline
            ).enumerated() {
                let words = Self.words(String(line))
                for placeholder in own where Self.contains(words, placeholder) {
                    find(
                        .noPlaceholder, .high, part: part, place: "line \(number + 1)",
                        "“\(placeholder.joined(separator: " "))” stands where a statement should",
                        satisfy: "state it, or list it as an open question")
                }
            }
        }
    }

    /// Keys and tokens in any part, whatever its type.
    mutating func checkSecrets() {
        for (part, text) in texts {
            for (line, kind) in SecretScanner.places(in: text) {
                find(
                    .noSecret, .critical, part: part, place: "line \(line)",
                    "the line holds what looks like \(kind)",
                    satisfy: "remove it, and revoke it where it came from")
            }
        }
    }

    /// A text without what it names: code in backticks, and pointers and paths. An engine writes no
    /// placeholders there, and an API may well be about `/todo` lists.
    private static func withoutNames(_ text: String) -> String {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 0 }
            .flatMap { $0.element.split(separator: " ") }
            .filter { !$0.drop { $0 == "(" }.hasPrefix("/") }
            .joined(separator: " ")
    }

    /// The words of a text in lower case; `?` counts as a letter.
    static func words(_ text: String) -> [String] {
        var result: [String] = []
        var word: [UInt8] = []
        for byte in text.utf8 {
            let isUpper = byte >= 65 && byte <= 90
            let isPart =
                isUpper || (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte >= 128
                || byte == 63
            if isPart {
                word.append(isUpper ? byte + 32 : byte)
            } else if !word.isEmpty {
                result.append(String(decoding: word, as: UTF8.self))
                word = []
            }
        }
        if !word.isEmpty { result.append(String(decoding: word, as: UTF8.self)) }
        return result
    }

    static func contains(_ words: [String], _ phrase: [String]) -> Bool {
        guard let first = phrase.first else { return false }
        guard phrase.count > 1 || first == "???" else { return words.contains(first) }
        return words.indices.contains { start in
            // Any run of three question marks, also within a longer one.
            if first == "???" { return words[start].utf8.count { $0 == 63 } >= 3 }
            return words[start] == first && words.count - start >= phrase.count
                && words[start..<start + phrase.count].elementsEqual(phrase)
        }
    }

    /// All strings of a document with their pointers, in order.
    private static func strings(_ value: JSONValue, at pointer: String) -> [(String, String)] {
        switch value {
        case .string(let text): [(pointer, text)]
        case .array(let list):
            list.enumerated().flatMap { strings($1, at: "\(pointer)/\($0)") }
        case .object(let object):
            object.members.flatMap { strings($0.value, at: "\(pointer)/\($0.key)") }
        case .null, .bool, .integer, .number: []
        }
    }
}
