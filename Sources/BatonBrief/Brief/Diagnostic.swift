// What reading a brief or a card reports: a place, what is wrong, and a suggestion.
package import JSON
import PlainText

/// One thing to say about a source text.
package struct Diagnostic: Sendable, Hashable {
    /// An error refuses the text; a warning only tells.
    package enum Severity: String, Sendable {
        case error, warning
    }

    /// What is reported of one text; what is more is counted.
    package static let diagnosticsMax = 1_024

    package var severity: Severity
    /// From 1; nil if it is about the whole text.
    package var line: Int?
    /// The key's path, `slo.latency_p99`; nil if it is about no field.
    package var field: String?
    package var message: String
    package var suggestion: String?

    /// Texts quote what was found, and that may be anything.
    package static let textBytesMax = 1_024

    /// Each text is cut at `textBytesMax`.
    package init(
        _ severity: Severity, line: Int?, field: String? = nil, _ message: String,
        suggestion: String? = nil,
    ) {
        self.severity = severity
        self.line = line
        self.field = field?.prefix(bytes: Self.textBytesMax)
        self.message = message.prefix(bytes: Self.textBytesMax)
        self.suggestion = suggestion?.prefix(bytes: Self.textBytesMax)
    }

    /// `brief.md:7: error: …; did you mean …?`, as compilers print it.
    package func shown(file: String) -> String {
        let place = line.map { "\(file):\($0)" } ?? file
        let tail = suggestion.map { "; \($0)" } ?? ""
        return "\(place): \(severity.rawValue): \(message)\(tail)"
    }

    /// For `--json`.
    package var json: JSONValue {
        var object = JSONObject([("severity", .string(severity.rawValue))])
        object["line"] = line.map { .integer(Int64($0)) }
        object["field"] = field.map { .string($0) }
        object["message"] = .string(message)
        object["suggestion"] = suggestion.map { .string($0) }
        return .object(object)
    }
}

extension [Diagnostic] {
    /// True if one of them refuses the text.
    package var hasErrors: Bool { contains { $0.severity == .error } }

    /// By line, errors before warnings; those without a line last. Of more than `diagnosticsMax`
    /// the rest is counted.
    package var inOrder: [Diagnostic] {
        let sorted = sortedByLine
        guard sorted.count > Diagnostic.diagnosticsMax else { return sorted }
        let rest = sorted[Diagnostic.diagnosticsMax...]
        let isError = rest.contains { $0.severity == .error }
        return sorted[..<Diagnostic.diagnosticsMax] + [
            Diagnostic(isError ? .error : .warning, line: nil, "and \(rest.count) more")
        ]
    }

    private var sortedByLine: [Diagnostic] {
        enumerated().sorted { left, right in
            let first = (left.element.line ?? .max, left.element.severity == .error ? 0 : 1)
            let second = (right.element.line ?? .max, right.element.severity == .error ? 0 : 1)
            return first == second ? left.offset < right.offset : first < second
        }.map(\.element)
    }
}
