// Splits a Markdown file into its YAML front matter and its body, keeping line numbers.

/// The two halves of a file.
package struct FrontMatter: Sendable, Hashable {
    /// The YAML between the two `---` lines; nil if the file does not start with one.
    package let yaml: String?
    /// Add to a line of `yaml` to get the file's line.
    package let yamlLineOffset: Int
    package let body: String
    /// The file's line at which the body starts, from 1.
    package let bodyFirstLine: Int
    /// True if the front matter has no closing line; everything is then taken as YAML.
    package let isUnclosed: Bool

    /// Splits a text.
    package init(splitting text: String) {
        let withoutMark = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        let lines = withoutMark.split(omittingEmptySubsequences: false) {
            $0 == "\n" || $0 == "\r\n" || $0 == "\r"
        }
        let first = lines.firstIndex { !$0.allSatisfy(\.isWhitespace) } ?? 0
        guard first < lines.count, Self.isFence(lines[first], "---") else {
            yaml = nil
            yamlLineOffset = 0
            body = withoutMark
            bodyFirstLine = 1
            isUnclosed = false
            return
        }
        let close = lines[(first + 1)...].firstIndex {
            Self.isFence($0, "---") || Self.isFence($0, "...")
        }
        let end = close ?? lines.endIndex
        yaml = lines[(first + 1)..<end].joined(separator: "\n") + "\n"
        yamlLineOffset = first + 1
        body = close.map { lines[($0 + 1)...].joined(separator: "\n") } ?? ""
        bodyFirstLine = end + 2
        isUnclosed = close == nil
    }

    private static func isFence(_ line: Substring, _ fence: String) -> Bool {
        line.hasPrefix(fence) && line.dropFirst(3).allSatisfy(\.isWhitespace)
    }
}
