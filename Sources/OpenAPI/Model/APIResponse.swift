// A response of an operation.

/// One status, or a range of them, with what it answers.
package struct APIResponse: Sendable {
    /// `200`, `4XX`, `default`.
    package let status: String
    /// Where the operation names it.
    package let place: APINode
    /// What it says; nil where a reference leads out of the document or nowhere.
    package let node: APINode?

    /// Statuses 400 and above; `default` stands for all that is not named, errors first of all.
    package var isError: Bool {
        status == "default" || status.hasPrefix("4") || status.hasPrefix("5")
    }

    package var isSuccess: Bool { status.hasPrefix("2") }
}
