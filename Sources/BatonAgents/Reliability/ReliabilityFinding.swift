// A finding of backend.api_reliability: a fault of a kind that has a name.

/// Something in the brief that works against its own promise.
struct ReliabilityFinding: Sendable, Hashable {
    /// The kind of fault, in lower case with hyphens: `inversion`, `dual-write`.
    let name: String
    /// The caller, operation or dependency that it was found at.
    let place: String
    /// What is wrong, in a sentence.
    let message: String
}
