// Rules about words: no placeholders, no secrets, nothing empty where something was promised.

import JSON

extension Review {
    private static let placeholders = [
        ["tbd"], ["todo"], ["fixme"], ["xxx"], ["lorem", "ipsum"], ["to", "be", "determined"],
        ["to", "be", "defined"], ["placeholder"], ["???"],
    ]

    /// Words that stand for work not done, unless the brief itself uses them.
    mutating func checkPlaceholders() {
        let brief = Self.words(
            ([packet.objective, packet.title, packet.text("/context") ?? ""]
                + packet.successCriteria + packet.acceptanceCriteria + packet.definitionOfDone
                + packet.constraintTexts.map(\.text) + Self.strings(packet.inputs, at: "").map(\.1))
                .joined(separator: "\n"))
        let own = Self.placeholders.filter { !Self.contains(brief, $0) }
        for document in delivery.documents {
            guard let value = document.value else { continue }
            for (place, text) in Self.strings(value, at: "") {
                let words = Self.words(isBuiltIn ? Self.withoutNames(text) : text)
                for placeholder in own where Self.contains(words, placeholder) {
                    find(
                        "no-placeholder", .high, part: document.part, place: place,
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
                        "no-placeholder", .high, part: part, place: "line \(number + 1)",
                        "“\(placeholder.joined(separator: " "))” stands where a statement should",
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
    private static func words(_ text: String) -> [String] {
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

    private static func contains(_ words: [String], _ phrase: [String]) -> Bool {
        guard let first = phrase.first else { return false }
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

/// Finds what should never be in a document.
package enum SecretScanner {
    private static let prefixes: [(prefix: String, length: Int, kind: String)] = [
        ("AKIA", 16, "an AWS access key"), ("ASIA", 16, "an AWS access key"),
        ("ghp_", 36, "a GitHub token"), ("gho_", 36, "a GitHub token"),
        ("ghs_", 36, "a GitHub token"), ("github_pat_", 22, "a GitHub token"),
        ("glpat-", 20, "a GitLab token"), ("xoxb-", 20, "a Slack token"),
        ("xoxp-", 20, "a Slack token"), ("sk_live_", 16, "a Stripe key"),
        ("AIza", 35, "a Google API key"),
    ]

    /// What kind of secret a line holds; nil when none.
    package static func find(in line: String) -> String? {
        let bytes = Array(line.utf8)
        for start in bytes.indices {
            if bytes[start] == 45, follows(begin, bytes, start),
                bytes.indices.contains(where: { follows(privateKey, bytes, $0) })
            {
                return "a private key"
            }
            for (prefix, length, kind) in marks where follows(prefix, bytes, start) {
                let run = bytes[(start + prefix.count)...].prefix {
                    ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122)
                        || $0 == 95 || $0 == 45
                }
                if run.count >= length { return kind }
            }
        }
        return nil
    }

    private static let begin = Array("-----BEGIN ".utf8)
    private static let privateKey = Array("PRIVATE KEY".utf8)
    private static let marks = prefixes.map { (Array($0.prefix.utf8), $0.length, $0.kind) }

    private static func follows(_ wanted: [UInt8], _ bytes: [UInt8], _ start: Int) -> Bool {
        guard bytes[start] == wanted[0], bytes.count - start >= wanted.count else { return false }
        return bytes[start..<start + wanted.count].elementsEqual(wanted)
    }
}
