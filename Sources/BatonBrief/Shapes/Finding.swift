// What a check of a document reports: where, what is wrong, and what would satisfy it. A check
// never stops at the first problem; it returns all of them in document order.
package import JSON
import PlainText

/// One thing wrong with a JSON document.
package struct DocumentFinding: Sendable, Hashable, CustomStringConvertible {
    /// RFC 6901 pointer to the place; empty for the whole document.
    package var pointer: String
    /// What is wrong there, naming the value found.
    package var message: String
    /// What would make it right.
    package var satisfy: String

    /// Texts quote what was found, and that may be anything.
    package static let textBytesMax = 1_024

    /// Each text is cut at `textBytesMax`.
    package init(pointer: String, message: String, satisfy: String) {
        self.pointer = pointer.prefix(bytes: Self.textBytesMax)
        self.message = message.prefix(bytes: Self.textBytesMax)
        self.satisfy = satisfy.prefix(bytes: Self.textBytesMax)
    }

    package var description: String {
        "\(pointer.isEmpty ? "/" : pointer): \(message); \(satisfy)"
    }
}

/// A document that was refused, with every finding.
package struct DocumentRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// Never empty. At most `findingsMax`, and one that counts the rest.
    package let findings: [DocumentFinding]

    /// A document of the largest size can be wrong in thirty thousand places; nobody mends more
    /// than these at once.
    package static let findingsMax = 1_024

    package init(_ findings: [DocumentFinding]) {
        guard findings.count > Self.findingsMax else {
            self.findings = findings
            return
        }
        let rest = DocumentFinding(
            pointer: "", message: "and \(findings.count - Self.findingsMax) more",
            satisfy: "mend these first")
        self.findings = findings.prefix(Self.findingsMax) + [rest]
    }

    package var description: String {
        findings.map(\.description).joined(separator: "\n")
    }
}

/// JSON pointer text, built one token at a time.
package enum Pointer {
    /// `pointer` extended by one member name, escaped as RFC 6901 asks.
    package static func appending(_ key: String, to pointer: String) -> String {
        pointer + "/" + JSONPointer.escaped(key)
    }

    /// `pointer` extended by one array index.
    package static func appending(_ index: Int, to pointer: String) -> String {
        pointer + "/\(index)"
    }
}

extension JSONValue {
    /// A short description for messages: the value itself if it is short, else its kind.
    package var shownInMessage: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let text):
            text.count <= 40 ? "\"\(text)\"" : "a text of \(text.count) characters"
        case .array(let elements): "a list of \(elements.count)"
        case .object(let object): "an object with \(object.count) members"
        }
    }
}

extension JSONValue {
    /// A number as the parser would read it back: whole ones as integers. Documents that are made
    /// here and documents that were parsed then compare equal.
    package init(canonical number: Double) {
        self = Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }
}
