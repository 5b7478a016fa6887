// The functions of a Swift file with their lengths, found by their keywords and brackets.

/// One function, initializer, subscript or computed property with a body.
struct Function: Sendable {
    let name: String
    /// Where it begins, from 1.
    let line: Int
    /// From the keyword to the closing bracket.
    let length: Int
    /// Whether the body is one `switch` whose cases take few lines each.
    let isTable: Bool

    /// All functions of the text that have a body.
    static func all(in text: SwiftText) -> [Function] {
        let keywords: Set = ["func", "init", "deinit", "subscript", "var"]
        return text.words.enumerated().compactMap { index, word in
            guard keywords.contains(word.text), isDeclaration(word, text) else { return nil }
            guard let body = body(of: word, text) else { return nil }
            let lines = String(decoding: text.code[body], as: UTF8.self)
                .split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
            let isNamed = word.text == "func" || word.text == "var"
            return Function(
                name: isNamed && index + 1 < text.words.count
                    ? text.words[index + 1].text : word.text, line: word.line,
                length: text.code[word.offset..<body.upperBound]
                    .count { $0 == UInt8(ascii: "\n") } + 1,
                isTable: isTable(lines))
        }
    }

    /// `self.init`, `.init(…)` and `var` within `case .a(var b)` are none.
    private static func isDeclaration(_ word: Word, _ text: SwiftText) -> Bool {
        if word.before == UInt8(ascii: ".") { return false }
        if word.text == "var" { return word.before != UInt8(ascii: "(") }
        return true
    }

    /// From the opening to behind the closing bracket; nil when nothing of the kind follows.
    private static func body(of word: Word, _ text: SwiftText) -> Range<Int>? {
        let code = text.code
        var depth = 0
        var index = word.offset
        var isAtLineEnd = false
        while index < code.count {
            switch code[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "="):
                // A stored property, unless it is part of an operator's name or `==`.
                if depth == 0, word.text == "var" { return nil }
            case UInt8(ascii: "{") where depth == 0:
                return closing(index, code).map { index..<$0 }
            case UInt8(ascii: "}") where depth == 0: return nil
            case UInt8(ascii: "\n") where depth == 0:
                // A stored property ends with its line, a requirement before the next declaration.
                if word.text == "var" { return nil }
                isAtLineEnd = true
            default:
                if isAtLineEnd, !code[index].isSpace {
                    isAtLineEnd = false
                    guard continues(code[index...]) else { return nil }
                }
            }
            if depth < 0 { return nil }
            index += 1
        }
        return nil
    }

    /// Whether a line goes on with the head of a function.
    private static func continues(_ rest: ArraySlice<UInt8>) -> Bool {
        ["->", "where ", "async", "throws", "{", "&", ","].contains {
            rest.starts(with: Array($0.utf8))
        }
    }

    private static func closing(_ start: Int, _ code: [UInt8]) -> Int? {
        var depth = 0
        for index in start..<code.count {
            if code[index] == UInt8(ascii: "{") { depth += 1 }
            if code[index] == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
        }
        return nil
    }

    /// One `switch` fills the body but for a few lines, and its cases have three lines on average:
    /// what would be one line often does not fit into one.
    private static func isTable(_ lines: [Substring]) -> Bool {
        guard let start = lines.firstIndex(where: { $0.contains("switch ") }), start <= 4 else {
            return false
        }
        let cases = lines.count { $0.hasPrefix("case ") }
        return cases * 3 + 8 >= lines.count
    }
}
