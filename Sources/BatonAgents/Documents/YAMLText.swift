// A small writer of YAML: maps, lists and texts, in the order given, always the same bytes.
// It covers what the agents deliver as YAML and reads nothing; BatonBrief reads YAML.

/// A YAML value in the making.
package indirect enum YAMLText: Sendable, Hashable {
    /// A text in double quotes, whatever it holds.
    case text(String)
    /// A text as it stands, line by line, such as an expression; printable, no empty first line.
    case block(String)
    case list([YAMLText])
    /// Keys must be plain words; they are written without quotes.
    case map([Member])

    /// A key with its value.
    package struct Member: Sendable, Hashable {
        package let key: String
        package let value: YAMLText

        package init(_ key: String, _ value: YAMLText) {
            self.key = key
            self.value = value
        }
    }

    /// The document, after `comment` as comment lines.
    package func document(comment: [String]) -> String {
        comment.map { "# " + Self.line($0) + "\n" }.joined() + lines(indent: 0) + "\n"
    }

    /// The value from its first character on; later lines carry the indentation.
    private func lines(indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        switch self {
        case .text(let text): return Self.quoted(text)
        case .block(let text):
            let content = text.split(separator: "\n", omittingEmptySubsequences: false)
            return "|-\n" + content.map { margin + $0 }.joined(separator: "\n")
        case .list(let items):
            guard !items.isEmpty else { return "[]" }
            return items.map { "- " + $0.lines(indent: indent + 2) }
                .joined(separator: "\n" + margin)
        case .map(let members):
            guard !members.isEmpty else { return "{}" }
            return members.map { $0.key + ":" + $0.value.following(indent: indent) }
                .joined(separator: "\n" + margin)
        }
    }

    /// What stands after a key: on its line, or below it.
    private func following(indent: Int) -> String {
        let deeper = indent + 2
        let margin = String(repeating: " ", count: deeper)
        switch self {
        case .text, .block: return " " + lines(indent: deeper)
        case .list(let items):
            return items.isEmpty ? " []" : "\n" + margin + lines(indent: deeper)
        case .map(let members):
            return members.isEmpty ? " {}" : "\n" + margin + lines(indent: deeper)
        }
    }

    /// In double quotes, with everything escaped that YAML would read otherwise.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default:
                let value = scalar.value
                // Controls, and line and paragraph separators, which end a line in YAML.
                let isHidden =
                    value < 0x20 || (0x7f...0x9f).contains(value) || value == 0x2028
                    || value == 0x2029 || value == 0xfeff
                guard isHidden else {
                    result.unicodeScalars.append(scalar)
                    continue
                }
                let digits = String(value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }

    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
