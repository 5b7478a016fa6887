// Why a document cannot be checked at all.

/// A text that is no OpenAPI 3 document.
package struct APIReadError: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1; 0 if the fault has no place.
    package let line: Int
    package let message: String

    package var description: String { line > 0 ? "line \(line): \(message)" : message }
}
