// Each failure of each operation: status code, problem type, what has happened, what the client
// does. Sources: RFC 9110 (methods, status codes, Retry-After), RFC 9457 (problem documents), RFC
// 6585 (429), the IETF draft on the Idempotency-Key header (400, 409, 422).

import JSON

extension ReliabilityRun {
    /// A table of failures, by operation.
    mutating func failures() {
        var rows: [[String]] = []
        for (index, operation) in packet.operations.enumerated() {
            let name = PacketView.name(ofOperation: operation, at: index)
            let method = (operation["method"]?.stringValue ?? "GET").uppercased()
            let key = operation["idempotency"]?.stringValue
            rows += Self.failures(method: method, key: key).map {
                [name, $0.status, "/problems/\($0.type)", $0.effect, $0.client]
            }
        }
        guard !rows.isEmpty else { return }
        workings.sections.append(
            Section(
                title: "Failures by operation",
                text: "The problem type is a URI below the API's own documentation, which says the"
                    + " same as this table. Clients wait for Retry-After where it is given, plus"
                    + " jitter, and otherwise back off; every repetition counts against their retry"
                    + " budget. A repetition with a key gets the first response. The record of a"
                    + " key is written in the same transaction as the effect.",
                columns: ["Operation", "Status", "Problem type", "Effect", "The client"],
                rows: rows))
    }

    private typealias Failure = (status: String, type: String, effect: String, client: String)

    private static func failures(method: String, key: String?) -> [Failure] {
        let isSafe = ["GET", "HEAD", "OPTIONS", "TRACE"].contains(method)
        let isIdempotent = isSafe || method == "PUT" || method == "DELETE"
        let isKeyed = !isSafe && key == "key"
        var result: [Failure] = [
            ("400", "invalid-request", "none", "corrects the request; does not repeat it")
        ]
        if isKeyed {
            result += [
                ("400", "key-missing", "none", "sends an Idempotency-Key"),
                (
                    "409", "key-in-flight", "under way",
                    "waits, then repeats with the same key"
                ),
                (
                    "422", "key-reused", "none: the key belongs to another payload",
                    "takes a new key for a new intent; does not repeat"
                ),
            ]
        }
        let repeats = isIdempotent || key == "key" || key == "natural"
        result += [
            (
                "429", "over-limit", "none",
                "waits for Retry-After plus jitter, then repeats\(isKeyed ? " with its key" : "")"
            ),
            (
                "503", "not-available", "none: refused before any work",
                "waits for Retry-After plus jitter, then repeats\(isKeyed ? " with its key" : "")"
            ),
            (
                "500", "internal-error", isSafe ? "none" : "unknown",
                client(isSafe: isSafe, repeats: repeats, key: key)
            ),
            (
                "504 or no answer", "deadline-passed", isSafe ? "none" : "unknown",
                client(isSafe: isSafe, repeats: repeats, key: key)
            ),
        ]
        return result
    }

    /// What a client does when it does not know whether something happened.
    private static func client(isSafe: Bool, repeats: Bool, key: String?) -> String {
        if isSafe { return "repeats within its budget" }
        guard repeats else { return "asks for the state; a person decides about a repetition" }
        return key == "key"
            ? "looks up the key, then repeats with it" : "looks at the state, then repeats"
    }
}
