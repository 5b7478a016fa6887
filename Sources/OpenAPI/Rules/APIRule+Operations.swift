// Rules about single operations and about the document as a text.

extension APIRule {
    static let idempotencyUndeclared = APIRule(
        id: "openapi.idempotency-undeclared", severity: .high,
        what: "POST and PATCH without a declared way to repeat them safely",
        why: "After a timeout nobody knows whether the request took effect; without a key,"
            + " repeating it may do it twice, and not repeating it may lose it.",
        mend: "Declare an Idempotency-Key header as a shared parameter and say how long keys are"
            + " kept; or If-Match for changes of one resource.",
        trigger: "Two effects for one intent of a user")

    static let listUnbounded = APIRule(
        id: "openapi.list-unbounded", severity: .medium,
        what: "Lists that nothing bounds",
        why: "The answer grows with the data: its latency and its memory too, until it no longer"
            + " arrives within a timeout.",
        mend: "Add a limit with a maximum and a cursor, or `maxItems` where the list is short by"
            + " nature.",
        trigger: "The largest answer of the operation above 1 MB, or its p99 rising with the data")

    static let pageSizeUnbounded = APIRule(
        id: "openapi.page-size-unbounded", severity: .low,
        what: "Page sizes without a maximum",
        why: "One client may ask for everything at once; what the server then does is not said.",
        mend: "Add `maximum` (and `default`) to the schema of the parameter.",
        trigger: "A request with a page size above what screens show")

    static let operationIDMissing = APIRule(
        id: "openapi.operation-id-missing", severity: .low,
        what: "Operations without an operationId",
        why: "Generators, logs and dashboards name operations by it; without one each tool makes"
            + " up its own name, and it changes with the path.",
        mend: "Add a unique operationId.",
        trigger: "A generated client whose method changed its name")

    static let operationIDRepeated = APIRule(
        id: "openapi.operation-id-repeated", severity: .medium,
        what: "An operationId stands at several operations",
        why: "It has to be unique (OpenAPI, Operation Object); generators drop or rename one of"
            + " the operations.",
        mend: "Rename all but one.",
        trigger: "A generated client that lacks an operation")

    static let operationUnsecured = APIRule(
        id: "openapi.operation-unsecured", severity: .high,
        what: "Operations for which nothing says who may call them",
        why: "Readers, generators and gateways take an operation without security for a public"
            + " one.",
        mend: "Add `security` to the operation or to the document; `security: []` where it is meant"
            + " to be public.",
        trigger: "A successful request without credentials")

    static let referenceBroken = APIRule(
        id: "openapi.reference-broken", severity: .high,
        what: "References that lead nowhere",
        why: "Whatever should stand there is not part of the contract; most tools refuse the whole"
            + " document.",
        mend: "Correct the `$ref`, or add what it names.",
        trigger: "A generator or validator that refuses the document")

    static let referenceExternal = APIRule(
        id: "openapi.reference-external", severity: .info,
        what: "References to other documents, which were not followed",
        why: "What they name was taken as sound: no finding here says anything about it.",
        mend: "Bundle the document and check that one.",
        trigger: "A finding that only the bundled document has")

    static let keyRepeated = APIRule(
        id: "openapi.key-repeated", severity: .medium,
        what: "Names that stand twice in one map",
        why: "YAML forbids it; readers keep the first, the last, or refuse the document.",
        mend: "Remove one of the two.",
        trigger: "Two tools that disagree about the document")
}
