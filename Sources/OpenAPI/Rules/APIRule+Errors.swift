// Rules about errors and limits.

extension APIRule {
    static let errorResponseMissing = APIRule(
        id: "openapi.error-response-missing", severity: .medium,
        what: "Operations that describe no error at all",
        why: "A client cannot tell what failed, nor whether to try again, so each one guesses.",
        mend: "Add the errors that it can answer, or a `default` with the error's schema.",
        trigger: "A client that reports an error of this operation as “unexpected response”")

    static let serverErrorMissing = APIRule(
        id: "openapi.server-error-missing", severity: .low,
        what: "Operations that describe what clients do wrong, and no failure of the server",
        why: "The failures that can be tried again are those of the server; nothing says how"
            + " they look.",
        mend: "Add `5XX` or `default` with the error's schema.",
        trigger: "A 5xx whose body a client could not read")

    static let errorSchemaMissing = APIRule(
        id: "openapi.error-schema-missing", severity: .low,
        what: "Error responses without a schema",
        why: "Without a body that programs can read, clients decide by the status alone or parse"
            + " prose.",
        mend: "Give them the schema that the other errors have; for a new one take"
            + " application/problem+json (RFC 9457).",
        trigger: "A client that matches the text of a message")

    static let errorShapesDiffer = APIRule(
        id: "openapi.error-shapes-differ", severity: .medium,
        what: "Errors have different shapes",
        why: "A client needs one reader of errors per shape, and the one it forgot is met first"
            + " in an outage.",
        mend: "Let all errors have the members of the most used shape; a shape may add members.",
        trigger: "An error that a client could not decode")

    static let rateLimitUndeclared = APIRule(
        id: "openapi.rate-limit-undeclared", severity: .medium,
        what: "Requests are limited, and these operations have no 429",
        why: "A client that does not expect the refusal takes it for a failure and repeats at once,"
            + " which is what the limit was to prevent.",
        mend: "Add 429 with Retry-After to them, by a shared response; `4XX` or `default` count.",
        trigger: "More requests from one client after a 429 than before it")

    static let retryAfterMissing = APIRule(
        id: "openapi.retry-after-missing", severity: .medium,
        what: "429 does not say when to try again",
        why: "Without the time, clients choose one: some too early, all of them together.",
        mend: "Declare the header Retry-After (RFC 9110, section 10.2.3) on 429, best in one"
            + " shared response.",
        trigger: "Repetitions of one client less than a second after a 429")

    static let rateLimitUnstated = APIRule(
        id: "openapi.rate-limit-unstated", severity: .info,
        what: "The document says nothing of limits: no 429, no `4XX`, no `default`, no prose",
        why: "Nearly every public API refuses at some rate; if this one does, clients should know"
            + " from the description.",
        mend: "If there are limits, describe them and add 429 with Retry-After; if there are none,"
            + " nothing is to be done.",
        trigger: "A 429 in the logs of a gateway")
}
