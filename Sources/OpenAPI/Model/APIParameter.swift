// A parameter of an operation, its own or its path's.

/// One parameter, references followed.
package struct APIParameter: Sendable {
    package let name: String
    /// `query`, `header`, `path`, `cookie`.
    package let location: String
    package let isRequired: Bool
    package let node: APINode
    /// As written, a `$ref` or not.
    package let schema: APINode?

    /// Names of headers have no case.
    var identity: String { location + " " + (location == "header" ? name.lowercased() : name) }
}
