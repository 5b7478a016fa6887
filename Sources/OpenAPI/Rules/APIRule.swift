// The rules, each with what a reader needs who meets only its finding. The texts are in the files
// of their kind. Spec: Protocols/openapi-rules.md.

/// One rule.
package struct APIRule: Sendable, Hashable {
    /// Never changes: people filter by it.
    package let id: String
    /// Of a finding that nothing makes better or worse.
    package let severity: APISeverity
    /// What is wrong, in a few words.
    package let what: String
    package let why: String
    package let mend: String
    /// How it shows in operation that the risk has come true.
    package let trigger: String

    /// All rules, in the order of the specification.
    package static let all: [APIRule] =
        [
            errorResponseMissing, serverErrorMissing, errorSchemaMissing, errorShapesDiffer,
            rateLimitUndeclared, retryAfterMissing, rateLimitUnstated,
            idempotencyUndeclared, listUnbounded, pageSizeUnbounded,
            operationIDMissing, operationIDRepeated, operationUnsecured,
            referenceBroken, referenceExternal, keyRepeated,
        ] + breaking
}
