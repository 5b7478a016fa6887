// Rules about words: no placeholders, no secrets, nothing empty where something was promised.

import JSON

extension Review {
    private static let placeholders = [
        "tbd", "todo", "fixme", "xxx", "lorem ipsum", "to be determined", "to be defined",
        "placeholder", "fill in", "???",
    ]

    /// Words that stand for work not done, unless the brief itself uses them.
    mutating func checkPlaceholders() {
        let brief = Self.words(
            ([packet.objective, packet.title, packet.text("/context") ?? ""]
                + packet.successCriteria + packet.acceptanceCriteria + packet.definitionOfDone
                + packet.constraintTexts.map(\.text)).joined(separator: "\n"))
        let own = Self.placeholders.filter { !Self.contains(brief, $0) }
        for document in delivery.documents {
            guard let value = document.value else { continue }
            for (place, text) in Self.strings(value, at: "") {
                let words = Self.words(text)
                for placeholder in own where Self.contains(words, placeholder) {
                    find(
                        "no-placeholder", .high, part: document.part, place: place,
                        "“\(placeholder)” stands where a statement should",
                        satisfy: "state it, or list it as an open question")
                }
            }
        }
        for (part, text) in texts where !part.hasSuffix(".json") {
            for (number, line) in text.split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline
            ).enumerated() {
                let words = Self.words(String(line))
                for placeholder in own where Self.contains(words, placeholder) {
                    find(
                        "no-placeholder", .high, part: part, place: "line \(number + 1)",
                        "“\(placeholder)” stands where a statement should",
                        satisfy: "state it, or list it as an open question")
                }
            }
        }
    }

    /// Keys and tokens in any part, whatever its type.
    mutating func checkSecrets() {
        for (part, text) in texts {
            for (number, line) in text.split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline
            ).enumerated() {
                guard let kind = SecretScanner.find(in: String(line)) else { continue }
                find(
                    "no-secret", .critical, part: part, place: "line \(number + 1)",
                    "the line holds what looks like \(kind)",
                    satisfy: "remove it, and revoke it where it came from")
            }
        }
    }

    /// Lower case with every character that is no letter, digit or `?` a space.
    private static func words(_ text: String) -> String {
        " "
            + String(
                text.lowercased().map { $0.isLetter || $0.isNumber || $0 == "?" ? $0 : " " }) + " "
    }

    private static func contains(_ words: String, _ phrase: String) -> Bool {
        words.firstRange(of: phrase == "???" ? phrase : " \(phrase) ") != nil
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

/// Finds what should never be in a document.
enum SecretScanner {
    private static let prefixes: [(prefix: String, length: Int, kind: String)] = [
        ("AKIA", 16, "an AWS access key"), ("ASIA", 16, "an AWS access key"),
        ("ghp_", 36, "a GitHub token"), ("gho_", 36, "a GitHub token"),
        ("ghs_", 36, "a GitHub token"), ("github_pat_", 22, "a GitHub token"),
        ("glpat-", 20, "a GitLab token"), ("xoxb-", 20, "a Slack token"),
        ("xoxp-", 20, "a Slack token"), ("sk_live_", 16, "a Stripe key"),
        ("AIza", 35, "a Google API key"),
    ]

    /// What kind of secret a line holds; nil when none.
    static func find(in line: String) -> String? {
        if line.firstRange(of: "-----BEGIN ") != nil, line.firstRange(of: "PRIVATE KEY") != nil {
            return "a private key"
        }
        for (prefix, length, kind) in prefixes {
            var rest = Substring(line)
            while let range = rest.firstRange(of: prefix) {
                rest = rest[range.upperBound...]
                let run = rest.prefix { character in
                    character.isASCII
                        && (character.isLetter || character.isNumber || character == "_"
                            || character == "-")
                }
                if run.count >= length { return kind }
            }
        }
        return nil
    }
}
