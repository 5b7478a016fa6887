// Why a request to the broker did not succeed, in a sentence for people and an exit status for
// scripts (DESIGN: the command line's table of exits).
package import BatonWire

/// What kept a client from its answer.
public struct ClientError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// Nobody answers at the endpoint.
        case unreachable
        /// The broker's door does not open for this identity.
        case notPermitted
        /// The broker said no, definitely.
        case refused
        /// No definite answer in time.
        case timedOut
        /// The caller was asked to stop.
        case interrupted
        /// The answer is not of this protocol, or the transport itself failed.
        case failed
    }

    public let kind: Kind
    /// One sentence, and where it helps what to do.
    public let message: String
    /// True when the request had no effect and will have none. When false, its outcome is unknown
    /// and the remedy is the same request again, with the same key.
    public let isDefinite: Bool
    /// The broker's own words; not nil when `kind` is `refused`.
    package let refusal: Refusal?

    package init(_ kind: Kind, _ message: String, isDefinite: Bool = true, refusal: Refusal? = nil)
    {
        self.kind = kind
        self.message = message
        self.isDefinite = isDefinite
        self.refusal = refusal
    }

    package init(_ refusal: Refusal) {
        self.init(
            refusal.code == .notPermitted ? .notPermitted : .refused,
            refusal.message + Self.hint(of: refusal), refusal: refusal)
    }

    /// When another try is worth while, in the broker's own estimate.
    private static func hint(of refusal: Refusal) -> String {
        guard let milliseconds = refusal.retryAfterMilliseconds else { return "" }
        let wait =
            milliseconds < 10_000 ? "\(milliseconds) ms" : "\((milliseconds + 999) / 1_000) s"
        return "; worth another try after \(wait)"
    }

    package init(_ failure: RequestFailure, endpoint: String) {
        switch failure {
        case .refused(let refusal):
            self.init(refusal)
        case .timedOut(wasSent: true):
            self.init(
                .timedOut,
                "the broker at \(endpoint) did not answer in time; whether the request took effect "
                    + "is not known, and the same request may be sent again",
                isDefinite: false)
        case .timedOut(wasSent: false):
            self.init(.timedOut, "the broker at \(endpoint) did not take the request in time")
        case .notPermitted(let why):
            self.init(.notPermitted, why)
        case .lost:
            self.init(
                .timedOut,
                "the connection to \(endpoint) was lost while the request was on its way",
                isDefinite: false)
        case .tooManyWaiting(let limit):
            self.init(.timedOut, "more than \(limit) requests wait for an answer")
        case .unintelligible(let text):
            self.init(
                .failed,
                "the broker at \(endpoint) answered in words this client does not "
                    + "know: \(text)", isDefinite: false)
        }
    }

    package static func unreachable(_ endpoint: String, _ why: String, isDefinite: Bool = true)
        -> ClientError
    {
        ClientError(
            .unreachable, "no broker can be reached at \(endpoint): \(why)", isDefinite: isDefinite)
    }

    /// When the broker thinks that another try is worth while; nil when it did not say.
    public var retryAfter: Duration? {
        refusal?.retryAfterMilliseconds.map { .milliseconds($0) }
    }

    /// The protocol's code of a refusal, such as `bad_brief`.
    public var code: String? { refusal?.code.rawValue }

    /// Each thing that is wrong, where the broker listed them.
    public var problems: [String] {
        refusal?.problems.map { problem in
            let place = problem.line.map { "line \($0)" } ?? problem.field ?? problem.place
            let text = place.map { "\($0): \(problem.message)" } ?? problem.message
            return problem.suggestion.map { "\(text) (\($0))" } ?? text
        } ?? []
    }

    /// The status a command ends with.
    public var exitStatus: Int32 {
        switch kind {
        case .unreachable: 69
        case .notPermitted: 77
        case .refused: refusal?.code.exitStatus ?? 1
        case .timedOut: 75
        case .interrupted: 130
        case .failed: 1
        }
    }

    public var description: String { message }
}
