// A refusal as it crosses the wire: an ERROR message with a code, a sentence and a list of
// problems.

package import JSON
import PlainText

/// One thing that is wrong with a document or a request.
package struct Problem: Sendable, Hashable {
    /// The field in the author's words, such as `slo.availability`.
    package var field: String?
    /// A JSON Pointer into the document.
    package var place: String?
    /// The line in the author's file, from 1.
    package var line: Int?
    package var message: String
    /// What to write instead.
    package var suggestion: String?

    package init(
        field: String? = nil, place: String? = nil, line: Int? = nil, message: String,
        suggestion: String? = nil
    ) {
        self.field = field
        self.place = place
        self.line = line
        self.message = message
        self.suggestion = suggestion
    }

    package init?(json: JSONValue) {
        guard let message = json["message"]?.stringValue else { return nil }
        self.init(
            field: json["field"]?.stringValue, place: json["place"]?.stringValue,
            line: json["line"]?.integerValue.flatMap { Int(exactly: $0) }, message: message,
            suggestion: json["suggestion"]?.stringValue)
    }

    package var json: JSONValue {
        var object = JSONObject()
        object["field"] = field.map { .string($0) }
        object["place"] = place.map { .string($0) }
        object["line"] = line.map { .integer(Int64($0)) }
        object["message"] = .string(message)
        object["suggestion"] = suggestion.map { .string($0) }
        return .object(object)
    }
}

/// The broker's no: definite, and with every problem at once.
package struct Refusal: Error, Sendable, Hashable {
    package var code: ErrorCode
    package var message: String
    package var problems: [Problem]
    package var retryAfterMilliseconds: Int64?
    /// A document that belongs to the refusal, such as the first answer; nil for a list of
    /// problems.
    package var document: JSONValue?

    package init(
        _ code: ErrorCode, _ message: String, problems: [Problem] = [],
        retryAfterMilliseconds: Int64? = nil, document: JSONValue? = nil
    ) {
        self.code = code
        self.message = message
        self.problems = problems
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.document = document
    }

    /// Reads an ERROR message; nil when it is no ERROR or its code is not of this version.
    package init?(_ reply: Message) {
        guard reply.verb == .error, let code = reply.text("code").flatMap(ErrorCode.init(rawValue:))
        else { return nil }
        self.init(
            code, reply.text("message") ?? code.rawValue,
            retryAfterMilliseconds: reply.integer("retry_after_ms"))
        guard let first = reply.body.first, let json = try? JSONValue(parsing: first) else {
            return
        }
        if let list = json.arrayValue {
            problems = list.compactMap(Problem.init(json:))
        } else {
            document = json
        }
    }

    /// Bounds of what a refusal may say: it must not be a way to get much out for little.
    private static let textBytesMax = 1_024
    private static let problemsMax = 128

    /// The problems as they cross the wire; what is left out is counted.
    private var boundedProblems: [JSONValue] {
        var lines = problems.prefix(Self.problemsMax).map { problem in
            var problem = problem
            problem.message = problem.message.prefix(bytes: Self.textBytesMax)
            problem.field = problem.field?.prefix(bytes: Self.textBytesMax)
            problem.place = problem.place?.prefix(bytes: Self.textBytesMax)
            problem.suggestion = problem.suggestion?.prefix(bytes: Self.textBytesMax)
            return problem.json
        }
        let rest = problems.count - lines.count
        if rest > 0 { lines.append(Problem(message: "and \(rest) more").json) }
        return lines
    }

    /// The ERROR message that answers request `id`, standing on `seq` durable events.
    package func reply(to id: Int64, seq: UInt64) -> Message {
        var header = JSONObject()
        header["re"] = .integer(id)
        header["seq"] = .integer(Int64(seq))
        header["code"] = .string(code.rawValue)
        header["message"] = .string(message.prefix(bytes: Self.textBytesMax))
        header["definite"] = .bool(code.isDefinite)
        header["retryable"] = .bool(code.isRetryable)
        header["retry_after_ms"] = retryAfterMilliseconds.map { .integer($0) }
        var body: [[UInt8]] = []
        if let document {
            body = [document.encoded()]
        } else if !problems.isEmpty {
            body = [JSONValue.array(boundedProblems).encoded()]
        }
        return Message(.error, header, body: body)
    }
}
