// One request on its way through a ClientSession, and how it can end.
package import BatonWire
package import JSON

/// The number that ties a reply to its request; unique within one session value.
package typealias RequestID = Int64

/// What a caller asks of the broker.
package struct ClientRequest: Sendable {
    package var verb: Verb
    package var header: JSONObject
    package var body: [[UInt8]]
    /// How long the caller waits for a definite reply, all tries together; nil waits for ever.
    package var timeout: Duration?
    /// False for what belongs to one connection only, such as BEAT and TAIL: it ends as `lost`
    /// when the session is interrupted, instead of being sent again.
    package var isResent: Bool
    /// False to hand every refusal to the caller at once, also those that time may cure.
    package var retriesRefusals: Bool

    package init(
        _ verb: Verb, _ header: JSONObject = JSONObject(), body: [[UInt8]] = [],
        timeout: Duration? = .seconds(30), isResent: Bool = true, retriesRefusals: Bool = true,
    ) {
        self.verb = verb
        self.header = header
        self.body = body
        self.timeout = timeout
        self.isResent = isResent
        self.retriesRefusals = retriesRefusals
    }
}

/// How a request can end without an OK.
package enum RequestFailure: Error, Sendable, Hashable {
    /// The broker said no.
    case refused(Refusal)
    /// No definite reply in time. When it was sent at least once the outcome is indefinite: the
    /// remedy is the same request again.
    case timedOut(wasSent: Bool)
    /// The broker's door does not open for this identity; nothing was sent.
    case notPermitted(String)
    /// The session was interrupted, and this request is not one to send again.
    case lost
    /// More requests are waiting than the session allows; nothing was sent.
    case tooManyWaiting(limit: Int)
    /// An ERROR of a later protocol version, or no reply of the protocol at all.
    case unintelligible(String)
}
