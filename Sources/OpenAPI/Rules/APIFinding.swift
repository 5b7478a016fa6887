// What a rule found in a document: one finding, however often it repeats.

/// All that one rule found.
package struct APIFinding: Sendable, Hashable {
    package let rule: APIRule
    package let severity: APISeverity
    /// One sentence with the numbers of this document.
    package let message: String
    /// How many places there are.
    package let count: Int
    /// The first of them; never empty.
    package let places: [APIPlace]
}
