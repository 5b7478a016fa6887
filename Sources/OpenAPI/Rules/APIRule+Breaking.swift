// Rules about what a new version takes away from the clients of the old one.

extension APIRule {
    /// In the order of the specification.
    static let breaking: [APIRule] = [
        operationRemoved, inputRequired, inputRemoved, valueRefused, boundTightened, typeChanged,
        mediaTypeRemoved, responseRemoved, outputRemoved, outputOptional, valueAdded,
        securityTightened,
    ]

    private static let keep =
        "Keep the old form beside the new one until nobody uses it, or"
        + " publish a new major version."

    private static func broken(
        _ name: String, _ severity: APISeverity, _ what: String, _ why: String,
        mend: String = keep, trigger: String
    ) -> APIRule {
        APIRule(
            id: "openapi.breaking." + name, severity: severity, what: what, why: why, mend: mend,
            trigger: trigger)
    }

    static let operationRemoved = broken(
        "operation-removed", .high, "Operations are gone",
        "Every client that calls them fails from the day of the release.",
        mend: "Keep them, marked `deprecated`, until nobody calls them any more.",
        trigger: "404 or 405 at a path of the old version")

    static let inputRequired = broken(
        "input-required", .high, "More is required in requests",
        "Requests that were right are refused.",
        mend: "Make it optional, with a default that keeps the old meaning.",
        trigger: "More 400 or 422 after the release")

    static let inputRemoved = broken(
        "input-removed", .medium, "Parameters or members of requests are gone",
        "What clients still send is refused or, worse, silently ignored.",
        trigger: "Requests that carry the removed name")

    static let valueRefused = broken(
        "value-refused", .high, "Values are no longer accepted",
        "Requests with them were right and are refused.",
        trigger: "More 400 or 422 after the release")

    static let boundTightened = broken(
        "bound-tightened", .medium, "Bounds of requests are tighter",
        "Requests between the old bound and the new one were right and are refused.",
        trigger: "More 400 or 422 after the release")

    static let typeChanged = broken(
        "type-changed", .high, "Types or formats have changed",
        "Clients that were generated or compiled for the old type cannot decode or send it.",
        mend: "Add a member with the new type beside the old one.",
        trigger: "Errors of decoding in clients")

    static let mediaTypeRemoved = broken(
        "media-type-removed", .high, "Media types are gone",
        "Clients that send or accept only these get 415 or 406, or what they cannot read.",
        trigger: "415 or 406 after the release")

    static let responseRemoved = broken(
        "response-removed", .medium, "Successful responses are gone",
        "Clients that wait for this status take another one for a failure, or do not read its"
            + " body.",
        trigger: "Clients that report success as an unexpected response")

    static let outputRemoved = broken(
        "output-removed", .high, "Members of responses are gone",
        "Clients that read them find nothing.",
        trigger: "Errors of decoding in clients")

    static let outputOptional = broken(
        "output-optional", .medium, "Members of responses are no longer certain",
        "Clients that rely on them fail only where they are missing: late, and not in tests.",
        trigger: "Errors of decoding in clients")

    static let valueAdded = broken(
        "value-added", .low, "Responses may have values that were not there before",
        "Clients that switch over all known values meet one that they do not know.",
        mend: "Announce it; say in the description that more values can come.",
        trigger: "A client that reports an unknown value")

    static let securityTightened = broken(
        "security-tightened", .high, "Credentials that sufficed no longer do",
        "Clients get 401 or 403 until they have others.",
        mend: "Accept the old credentials as an alternative for a time.",
        trigger: "More 401 or 403 after the release")
}
