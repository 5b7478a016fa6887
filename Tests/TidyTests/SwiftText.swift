// A Swift file as code, comments and texts: enough of the language's lexical structure to search
// code without finding words that only stand in a comment or a string.

/// A word of the code, with what stands around it.
struct Word: Sendable {
    let text: String
    /// From 1.
    let line: Int
    /// Where it begins in the code.
    let offset: Int
    /// The nearest bytes before and after it that are no space; 0 at the ends.
    let before: UInt8
    let after: UInt8
}

/// A Swift file taken apart.
struct SwiftText: Sendable {
    /// As long as the file, with comments and the contents of strings as spaces; line feeds stay.
    let code: [UInt8]
    /// The comments, one an element, with the line that each begins in.
    let comments: [(line: Int, text: String)]
    let words: [Word]
    /// The lines, from 1, that begin within a text of several lines.
    let textLines: Set<Int>

    init(_ bytes: [UInt8]) {
        var lexer = Lexer(bytes: bytes, code: bytes)
        lexer.run()
        code = lexer.code
        comments = lexer.comments
        textLines = lexer.textLines
        words = Self.words(of: lexer.code)
    }

    init(_ text: String) { self.init(Array(text.utf8)) }

    /// The code, one line an element.
    var lines: [String] {
        code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func words(of code: [UInt8]) -> [Word] {
        var words: [Word] = []
        var line = 1
        var index = 0
        var last: UInt8 = 0
        while index < code.count {
            let byte = code[index]
            guard byte.isLetter else {
                if byte == UInt8(ascii: "\n") { line += 1 }
                if !byte.isSpace { last = byte }
                index += 1
                continue
            }
            let start = index
            while index < code.count, code[index].isLetter || code[index].isDigit { index += 1 }
            let after = code[index...].first { !$0.isSpace } ?? 0
            words.append(
                Word(
                    text: String(decoding: code[start..<index], as: UTF8.self), line: line,
                    offset: start, before: last, after: after))
            last = code[index - 1]
        }
        return words
    }
}

/// Walks through a file and blanks what is no code.
private struct Lexer {
    /// What the walk is inside of.
    private enum Place {
        /// Code, with the number of round brackets open since it began.
        case code(Int)
        case string(hashes: Int, isMultiline: Bool)
    }

    let bytes: [UInt8]
    var code: [UInt8]
    var comments: [(line: Int, text: String)] = []
    var textLines: Set<Int> = []
    private var index = 0
    private var line = 1
    private var places: [Place] = [.code(0)]

    init(bytes: [UInt8], code: [UInt8]) {
        self.bytes = bytes
        self.code = code
    }

    mutating func run() {
        while index < bytes.count, let place = places.last {
            switch place {
            case .code(let depth): stepInCode(depth)
            case .string(let hashes, let isMultiline): stepInString(hashes, isMultiline)
            }
        }
    }

    private mutating func stepInCode(_ depth: Int) {
        if starts("//") {
            takeComment { $0.bytes[$0.index] == UInt8(ascii: "\n") }
        } else if starts("/*") {
            takeBlockComment()
        } else if let hashes = openingHashes() {
            index += hashes
            let isMultiline = starts("\"\"\"")
            index += isMultiline ? 3 : 1
            places.append(.string(hashes: hashes, isMultiline: isMultiline))
        } else {
            let byte = bytes[index]
            if byte == UInt8(ascii: "(") { places[places.count - 1] = .code(depth + 1) }
            if byte == UInt8(ascii: ")") {
                if depth == 0, places.count > 1 {
                    places.removeLast()
                } else {
                    places[places.count - 1] = .code(depth - 1)
                }
            }
            advance()
        }
    }

    private mutating func stepInString(_ hashes: Int, _ isMultiline: Bool) {
        let marks = String(repeating: "#", count: hashes)
        if starts((isMultiline ? "\"\"\"" : "\"") + marks) {
            index += (isMultiline ? 3 : 1) + hashes
            places.removeLast()
        } else if starts("\\" + marks + "(") {
            blank(1 + hashes)
            advance()
            places.append(.code(0))
        } else if starts("\\" + marks) {
            blank(1 + hashes)
            if index < bytes.count { blank(1) }
        } else {
            blank(1)
        }
    }

    /// The number of `#` before a quote that opens a string here.
    private func openingHashes() -> Int? {
        var at = index
        while at < bytes.count, bytes[at] == UInt8(ascii: "#") { at += 1 }
        return at < bytes.count && bytes[at] == UInt8(ascii: "\"") ? at - index : nil
    }

    private mutating func takeComment(until isEnd: (Lexer) -> Bool) {
        let start = (index, line)
        while index < bytes.count, !isEnd(self) { blank(1) }
        comments.append(
            (start.1, String(decoding: bytes[start.0..<index], as: UTF8.self)))
    }

    private mutating func takeBlockComment() {
        let start = (index, line)
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                blank(2)
            } else if starts("*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && index < bytes.count
        comments.append(
            (start.1, String(decoding: bytes[start.0..<index], as: UTF8.self)))
    }

    private func starts(_ wanted: String) -> Bool {
        var at = index
        for byte in wanted.utf8 {
            guard at < bytes.count, bytes[at] == byte else { return false }
            at += 1
        }
        return true
    }

    private mutating func advance() {
        if bytes[index] == UInt8(ascii: "\n") {
            line += 1
            if case .string(_, isMultiline: true) = places.last { textLines.insert(line) }
        }
        index += 1
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<min(count, bytes.count - index) {
            if bytes[index] != UInt8(ascii: "\n") { code[index] = UInt8(ascii: " ") }
            advance()
        }
    }
}

extension UInt8 {
    /// Letters, `_`, and everything beyond ASCII.
    var isLetter: Bool {
        (self | 32 >= 97 && self | 32 <= 122) || self == UInt8(ascii: "_") || self >= 128
    }
    var isDigit: Bool { self >= 48 && self <= 57 }
    var isSpace: Bool { self == 32 || self == 9 || self == 10 || self == 13 }
}
