// Something that must never be.

/// A promise that was not kept, in a sentence that names the event, task or key.
package struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
