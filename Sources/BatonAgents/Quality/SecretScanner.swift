// Keys, tokens and passwords by the forms that their issuers gave them, and by what stands before
// them. A plan never needs one.

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

    /// The lines of a text that hold a secret, counted from 1, each with what kind it is.
    package static func places(in text: String) -> [(line: Int, kind: String)] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .compactMap { index, line in find(in: String(line)).map { (index + 1, $0) } }
    }

    /// What kind of secret a line holds; nil when none.
    package static func find(in line: String) -> String? {
        let bytes = Array(line.utf8)
        for start in bytes.indices where firsts[Int(bytes[start])] {
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
        // Most lines have none of the marks, and looking closer is what takes time.
        if bytes.contains(UInt8(ascii: "@")), let found = addressWithPassword(line) {
            return found
        }
        let isStatement = bytes.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }
        if isStatement, let found = statedSecret(line) { return found }
        return line.contains("Bearer ") || line.contains("eyJ") ? token(line) : nil
    }

    /// `scheme://user:password@host`; variables and stars in its place are none.
    private static func addressWithPassword(_ line: String) -> String? {
        var rest = line[...]
        while let mark = rest.firstRange(of: "://") {
            rest = rest[mark.upperBound...]
            let authority = rest.prefix { !$0.isWhitespace && $0 != "/" }
            guard let at = authority.lastIndex(of: "@"),
                let colon = authority[..<at].firstIndex(of: ":")
            else { continue }
            let password = authority[authority.index(after: colon)..<at]
            let isVariable = password.hasPrefix("$") || password.hasPrefix("<")
            if !password.isEmpty, !isVariable, !password.allSatisfy({ $0 == "*" }) {
                return "a password in an address"
            }
        }
        return nil
    }

    private static let keys = [
        "password", "passwd", "passphrase", "secret", "api_key", "apikey", "api-key",
        "access_key", "token",
    ]

    /// `password: value`, where the value is no plain word.
    private static func statedSecret(_ line: String) -> String? {
        let lower = line.lowercased()
        for key in keys {
            var rest = lower[...]
            while let found = rest.firstRange(of: key) {
                rest = rest[found.upperBound...]
                let mark = rest.drop { $0 == "\"" || $0 == " " }
                guard mark.first == ":" || mark.first == "=" else { continue }
                let value = mark.dropFirst().drop { $0 == " " || $0 == "\"" || $0 == "'" }
                    .prefix { !$0.isWhitespace && $0 != "\"" && $0 != "'" && $0 != "," }
                let isWord = !value.contains { $0.isNumber }
                if value.count >= 8, !isWord, !value.hasPrefix("$"), !value.hasPrefix("<") {
                    return "a \(key)"
                }
            }
        }
        return nil
    }

    /// A bearer token, or a JSON web token: three parts, the first two of them JSON in base64.
    private static func token(_ line: String) -> String? {
        if let found = line.firstRange(of: "Bearer ") {
            let run = line[found.upperBound...].prefix(while: isTokenCharacter)
            if run.count >= 20, run.contains(where: \.isNumber) { return "a bearer token" }
        }
        for word in line.split(whereSeparator: { !isTokenCharacter($0) }) {
            let parts = word.split(separator: ".")
            if parts.count == 3, parts[0].hasPrefix("eyJ"), parts[1].hasPrefix("eyJ"),
                parts.allSatisfy({ $0.count >= 8 })
            {
                return "a JSON web token"
            }
        }
        return nil
    }

    private static func isTokenCharacter(_ character: Character) -> Bool {
        character.isASCII
            && (character.isLetter || character.isNumber || "._-~+/=".contains(character))
    }

    private static let begin = Array("-----BEGIN ".utf8)
    private static let privateKey = Array("PRIVATE KEY".utf8)
    /// Whether a private key or a mark may begin with this byte.
    private static let firsts = (0..<256).map { byte in
        byte == Int(begin[0]) || marks.contains { Int($0.0[0]) == byte }
    }
    private static let marks = prefixes.map { (Array($0.prefix.utf8), $0.length, $0.kind) }

    private static func follows(_ wanted: [UInt8], _ bytes: [UInt8], _ start: Int) -> Bool {
        guard bytes[start] == wanted[0], bytes.count - start >= wanted.count else { return false }
        return bytes[start..<start + wanted.count].elementsEqual(wanted)
    }
}
