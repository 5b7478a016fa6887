// Where a `$ref` leads.

/// The target of a `$ref`, one step on.
enum APIReference: Sendable, Hashable {
    /// A place in the same document.
    case local(APINode)
    /// A place in the same document that is not there.
    case broken(String)
    /// Another document. It is named and never opened: a check reads what it was given.
    case external(String)
}
