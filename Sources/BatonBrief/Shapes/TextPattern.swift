// The few text forms that documents use. Each has a regular expression for the JSON Schemas and a
// matcher in plain Swift for the broker's path; a test holds the two together.

/// A named form of text.
package enum TextPattern: String, Sendable, CaseIterable {
    /// Something visible: at least one character that is not white space.
    case visible
    /// An id inside one document: plan task ids, options, risks.
    case identifier
    /// An agent's id: `backend.api_reliability`.
    case agent
    /// A task's id: `t-18`.
    case task
    /// A brief's id: `b-17`.
    case brief
    /// An escalation's id: `e-23`.
    case escalation
    /// SHA-256 in lower-case hexadecimal.
    case digest
    /// A JSON pointer below the root.
    case pointer
    /// RFC 3339 in UTC with microseconds.
    case instant
    /// `type/subtype`, with optional parameters.
    case mediaType
    /// An ISO 4217 currency code.
    case currency
    /// `noun.verb`, an event's type.
    case eventType

    /// The ECMA 262 regular expression used in the schemas.
    package var regularExpression: String {
        switch self {
        case .visible: "\\S"
        case .identifier: "^[A-Za-z0-9_.-]{1,64}$"
        case .agent: "^[a-z0-9_-]+(\\.[a-z0-9_-]+)*$"
        case .task: "^t-[0-9]{1,16}$"
        case .brief: "^b-[0-9]{1,16}$"
        case .escalation: "^e-[0-9]{1,16}$"
        case .digest: "^[0-9a-f]{64}$"
        case .pointer: "^/"
        case .instant:
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$"
        case .mediaType: "^[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+(;.*)?$"
        case .currency: "^[A-Z]{3}$"
        case .eventType: "^[a-z][a-z-]*\\.[a-z][a-z-]*$"
        }
    }

    /// What a message says the text has to be.
    package var expectation: String {
        switch self {
        case .visible: "write a text that is not blank"
        case .identifier: "use 1 to 64 letters, digits, '.', '_' or '-'"
        case .agent: "use an agent id such as backend.api_reliability"
        case .task: "use a task id such as t-18"
        case .brief: "use a brief id such as b-17"
        case .escalation: "use an escalation id such as e-23"
        case .digest: "use a SHA-256 digest: 64 lower-case hexadecimal digits"
        case .pointer: "use a JSON pointer that starts with '/'"
        case .instant: "use a UTC time such as 2026-11-20T08:09:10.123456Z"
        case .mediaType: "use a media type such as text/markdown"
        case .currency: "use a currency code of three capital letters such as EUR"
        case .eventType: "use noun.verb such as task.leased"
        }
    }

    /// True if the whole text has this form.
    package func matches(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        switch self {
        case .visible:
            // Almost every text shows itself in its first byte; only the others need the tables.
            if bytes.contains(where: { (33...126).contains($0) }) { return true }
            return text.unicodeScalars.contains { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }
        case .identifier:
            return (1...64).contains(bytes.count) && bytes.allSatisfy(Self.isIdentifierByte)
        case .agent:
            let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(Self.isAgentByte) }
        case .task: return Self.isNumbered(bytes, prefix: UInt8(ascii: "t"))
        case .brief: return Self.isNumbered(bytes, prefix: UInt8(ascii: "b"))
        case .escalation: return Self.isNumbered(bytes, prefix: UInt8(ascii: "e"))
        case .digest:
            return bytes.count == 64
                && bytes.allSatisfy { Self.isDigit($0) || (97...102).contains($0) }
        case .pointer: return bytes.first == UInt8(ascii: "/")
        case .instant: return Self.fits(bytes, template: "0000-00-00T00:00:00.000000Z")
        case .mediaType: return Self.isMediaType(bytes)
        case .currency: return bytes.count == 3 && bytes.allSatisfy { (65...90).contains($0) }
        case .eventType:
            let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            return parts.count == 2
                && parts.allSatisfy { part in
                    guard let first = part.first, Self.isLower(first) else { return false }
                    return part.allSatisfy { Self.isLower($0) || $0 == UInt8(ascii: "-") }
                }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (65...90).contains(byte) }

    private static func isAgentByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLower(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        isAgentByte(byte) || isUpper(byte) || byte == UInt8(ascii: ".")
    }

    private static func isNumbered(_ bytes: [UInt8], prefix: UInt8) -> Bool {
        (3...18).contains(bytes.count) && bytes[0] == prefix && bytes[1] == UInt8(ascii: "-")
            && bytes.dropFirst(2).allSatisfy(isDigit)
    }

    private static func fits(_ bytes: [UInt8], template: String) -> Bool {
        let expected = Array(template.utf8)
        guard bytes.count == expected.count else { return false }
        return zip(bytes, expected).allSatisfy { found, wanted in
            wanted == UInt8(ascii: "0") ? isDigit(found) : found == wanted
        }
    }

    private static func isMediaType(_ bytes: [UInt8]) -> Bool {
        let parameterStart = bytes.firstIndex(of: UInt8(ascii: ";")) ?? bytes.endIndex
        if bytes[parameterStart...].contains(where: { $0 == 10 || $0 == 13 }) { return false }
        let name = bytes[..<parameterStart]
        let parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { isIdentifierByte($0) || $0 == UInt8(ascii: "+") }
            }
    }
}
