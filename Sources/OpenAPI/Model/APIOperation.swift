// One operation: a method of a path, with what its path and the document add to it.

/// An operation of the API. Webhooks and callbacks are none: those are served by the client.
package struct APIOperation: Sendable {
    /// Who may call it.
    package enum Security: Sendable, Hashable {
        /// Nothing is said, neither here nor for the whole document.
        case unsaid
        /// `security: []`, or an empty requirement among others: open on purpose.
        case open
        /// The requirements, here or for the whole document.
        case required(APINode)
    }

    /// In capitals.
    package let method: String
    package let path: String
    package let node: APINode
    package let id: String?
    /// Its own, then those of its path that it does not replace.
    package let parameters: [APIParameter]
    /// A parameter could not be followed, so that any parameter may be there.
    package let hasUnknownParameters: Bool
    package let requestBody: APINode?
    package let responses: [APIResponse]
    package let security: Security

    /// As people name it.
    package var name: String { "\(method) \(path)" }

    /// The methods that a path may have.
    static let methods = ["get", "head", "options", "trace", "put", "delete", "post", "patch"]

    /// Whether a repetition may have a second effect (RFC 9110, section 9.2.2; RFC 5789).
    package var isUnsafe: Bool { method == "POST" || method == "PATCH" }

    /// The last step of the path that is no parameter.
    var lastFixedStep: String {
        path.split(separator: "/").last { !$0.hasPrefix("{") }.map(String.init) ?? ""
    }

    /// Whether the path says that nothing is changed: `…/search`, `/getBalance`. A guess, and only
    /// used to say less.
    package var isReadingByName: Bool {
        let step = lastFixedStep.split(separator: ":").last ?? ""
        let word = Words.split(String(step)).first ?? ""
        // `retrieve3ds2Result`: a digit ends the verb.
        return Self.readingVerbs.contains(String(word.prefix { $0.isLetter }))
    }

    private static let readingVerbs: Set = [
        "get", "list", "search", "query", "find", "retrieve", "fetch", "lookup", "read", "count",
        "check", "validate", "calculate", "estimate", "preview", "introspect",
    ]

    /// The response for exactly this status, else for its range, else the default.
    func response(_ status: String) -> APIResponse? {
        responses.first { $0.status == status }
            ?? responses.first { $0.status.uppercased() == status.prefix(1) + "XX" }
            ?? responses.first { $0.status == "default" }
    }
}
