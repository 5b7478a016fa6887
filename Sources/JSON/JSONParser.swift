// A strict JSON parser (RFC 8259) for input that may be hostile: UTF-8 is checked, a name may stand
// once in an object, and depth and size have limits. An error names the byte, the line and the
// column.

/// The bounds of one parse.
package struct JSONLimits: Sendable {
    /// The most nested arrays and objects. 64 is deeper than any document of ours and shallow
    /// enough for the parser's recursion on a 512 KiB thread stack.
    package var depthMax: Int
    /// The most bytes of one document: the attachment limit, the largest thing that is ever parsed.
    package var bytesMax: Int

    package init(depthMax: Int = 64, bytesMax: Int = 16 << 20) {
        self.depthMax = depthMax
        self.bytesMax = bytesMax
    }

    package static let standard = JSONLimits()
}

/// Why a text is not the JSON that was asked for, and where.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    /// Bytes before the fault.
    package let offset: Int
    /// From 1.
    package let line: Int
    /// In bytes, from 1.
    package let column: Int
    package let message: String

    package var description: String { "line \(line), column \(column): \(message)" }
}

extension JSONValue {
    /// Parses one document; nothing but white space may follow it.
    package init(
        parsing bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSONError) {
        var parser = JSONParser(bytes: bytes, limits: limits)
        self = try parser.document()
    }

    package init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// Parses one document and says where its values stand.
    /// - Returns: the value, and the line, from 1, of each value within it: the root first, then
    ///   depth first in the order of the text. A member's line is that of its name.
    package static func located(
        parsing bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSONError) -> (value: JSONValue, lines: [Int32]) {
        var parser = JSONParser(bytes: bytes, limits: limits)
        parser.isLocating = true
        let value = try parser.document()
        return (value, parser.lines)
    }
}

private struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0
    /// Whether `starts` is kept; most readers never ask where a value stood.
    var isLocating = false
    /// Where each value begins, a member with its name: ascending, because values nest.
    private var starts: [Int32] = []

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.bytesMax else {
            throw fault("document of \(bytes.count) bytes exceeds bytesMax \(limits.bytesMax)")
        }
        skipSpace()
        noteStart()
        let result = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw fault("text after the end of the document") }
        return result
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard let byte = peek else { throw fault("a value was expected, the text ends") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw fault("a value was expected")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var members: [(key: String, value: JSONValue)] = []
        // Past a dozen names a set finds a repeated one faster than walking the list.
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw fault("a member name was expected") }
            let start = position
            noteStart()
            let key = try string()
            let isNew: Bool
            if members.count < 12 {
                isNew = !members.contains { $0.key == key }
            } else {
                if names.isEmpty { names = Set(members.map(\.key)) }
                isNew = names.insert(key).inserted
            }
            guard isNew else {
                position = start
                let name = String(decoding: key.utf8.prefix(64), as: UTF8.self)
                throw fault("the name \"\(name)\" stands twice in one object")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("':' was expected") }
            skipSpace()
            members.append((key, try value(depth: depth)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(JSONObject(uniqueMembers: members)) }
            guard take(UInt8(ascii: ",")) else { throw fault("',' or '}' was expected") }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            skipSpace()
            noteStart()
            elements.append(try value(depth: depth))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw fault("',' or ']' was expected") }
        }
    }

    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= limits.depthMax else {
            throw fault("nesting of \(depth) exceeds depthMax \(limits.depthMax)")
        }
        position += 1
    }

    private mutating func word(_ text: StaticString, _ result: JSONValue) throws(JSONError)
        -> JSONValue
    {
        for expected in String(describing: text).utf8 {
            guard take(expected) else { throw fault("'\(text)' was expected") }
        }
        return result
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) {
            try digits()
        } else if let byte = peek, isDigit(byte) {
            throw fault("a number does not begin with 0")
        }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else {
            position = start
            throw fault("the number is out of range")
        }
        return .number(double)
    }

    private mutating func digits() throws(JSONError) {
        guard let first = peek, isDigit(first) else { throw fault("a digit was expected") }
        while let byte = peek, isDigit(byte) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        // Most strings have no escape: find the end, then check and copy once.
        passPlainText()
        if peek == UInt8(ascii: "\"") {
            let text = try checkedText(start..<position)
            position += 1
            return text
        }
        return try escapedString(from: start)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = try checkedText(start..<position)
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                text.unicodeScalars.append(try escape())
            case 0..<0x20:
                throw fault("a control character in a string must be escaped")
            default:
                let from = position
                passPlainText()
                text += try checkedText(from..<position)
            }
        }
        throw fault("the text ends inside a string")
    }

    /// Goes to the next quote, escape or control character.
    private mutating func passPlainText() {
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20
        {
            position += 1
        }
    }

    private func checkedText(_ range: Range<Int>) throws(JSONError) -> String {
        // Most text is ASCII, where nothing can be repaired: `decoding`, on a buffer, copies it by
        // the word, while `validating` looks up generic types at each call.
        let text: String? = unsafe bytes.withUnsafeBufferPointer { buffer in
            let part = unsafe UnsafeBufferPointer(rebasing: buffer[range])
            return unsafe part.allSatisfy({ $0 < 0x80 })
                ? String(decoding: part, as: UTF8.self) : String(validating: part, as: UTF8.self)
        }
        guard let text else { throw fault("a string is not UTF-8") }
        return text
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let byte = peek else { throw fault("the text ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw fault("an unknown escape in a string")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A high surrogate must be followed by a low one; alone neither is a character.
        guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u"))
        else { throw fault("half of a surrogate pair in a string") }
        let second = try fourHexDigits()
        // Looked at before it is reckoned with: a difference below zero would trap.
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(
                0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw fault("half of a surrogate pair in a string") }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw fault("the text ends inside a string") }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw fault("four hexadecimal digits were expected")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func noteStart() {
        // Offsets fit: bytesMax is far below 2 GiB.
        if isLocating { starts.append(Int32(position)) }
    }

    /// The lines of `starts`, in one pass over the text.
    var lines: [Int32] {
        var line: Int32 = 1
        var place = 0
        return starts.map { start in
            while place < Int(start) {
                if bytes[place] == 0x0A { line += 1 }
                place += 1
            }
            return line
        }
    }

    private func fault(_ message: String) -> JSONError {
        var line = 1
        var column = 1
        for byte in bytes.prefix(position) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return JSONError(offset: position, line: line, column: column, message: message)
    }
}
