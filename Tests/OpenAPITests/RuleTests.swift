// Each rule with what it finds and with what satisfies it. A sound operation has no findings, so
// every row adds one thing to it.

import OpenAPI
import Testing

@Suite("OpenAPI rules") struct RuleTests {
    /// An operation and the ids, without their common beginning, of what is found in it.
    struct Row: CustomTestStringConvertible, Sendable {
        let claim: String
        let paths: String
        let found: [String]
        var top = "security: [{key: []}]"
        var testDescription: String { claim }

        init(_ claim: String, _ paths: String, _ found: String..., top: String? = nil) {
            self.claim = claim
            self.paths = paths
            self.found = found
            if let top { self.top = top }
        }
    }

    private func check(_ row: Row) throws {
        let findings = try Sample.findings(row.paths, top: row.top)

        #expect(findings.keys.sorted() == row.found.map { "openapi.\($0)" }.sorted())
    }

    private static let bare = "{description: no}"
    private static let shared = "{$ref: '#/components/responses/Error'}"

    @Test(
        "errors are described, by their own status, their hundred or the default",
        arguments: [
            Row("default alone is enough", Sample.operation()),
            Row(
                "a range is enough",
                Sample.operation(responses: "{4XX: \(shared), 5xx: \(shared)}")),
            Row(
                "single statuses are enough",
                Sample.operation(
                    responses: "{'400': \(shared), '429': \(shared), '500': \(shared)}"),
                "retry-after-missing"),
            Row(
                "a success alone is not", Sample.operation(responses: "{'200': \(bare)}"),
                "error-response-missing", "rate-limit-unstated"),
            Row(
                "without the server's failures it is half",
                Sample.operation(responses: "{4XX: \(shared)}"), "server-error-missing"),
            Row(
                "an error has a schema", Sample.operation(responses: "{default: \(bare)}"),
                "error-schema-missing"),
            Row(
                "a HEAD has no body", Sample.operation("head", responses: "{default: \(bare)}")),
        ])
    func errors(_ row: Row) throws { try check(row) }

    private static func body(_ schema: String) -> String {
        "{description: no, content: {application/json: {schema: \(schema)}}}"
    }

    private static let main = "{properties: {code: {type: integer}, message: {type: string}}}"

    private static func twoErrors(_ second: String) -> String {
        Sample.operation(
            responses: "{4XX: \(body(main)), '404': \(body(main)), default: \(body(second))}")
    }

    @Test(
        "errors have one shape, which may be extended",
        arguments: [
            Row("the same written twice", twoErrors(main)),
            Row(
                "more members",
                twoErrors(
                    "{allOf: [\(main), {properties: {fields: {type: array, items: {}}}}]}")),
            Row("no shape is no other shape", twoErrors("{type: object}")),
            Row(
                "a member is missing", twoErrors("{properties: {message: {type: string}}}"),
                "error-shapes-differ"),
            Row(
                "a type differs",
                twoErrors(
                    "{properties: {code: {type: string}, message: {type: string}}}"),
                "error-shapes-differ"),
            Row("a text", twoErrors("{type: string}"), "error-shapes-differ"),
        ])
    func shapes(_ row: Row) throws { try check(row) }

    private static func limited(_ response: String) -> String {
        Sample.operation(
            responses: "{'429': \(response), default: \(shared)}")
    }

    private static let spoken = """
        security: [{key: []}]
        tags: [{name: all, description: 'Requests are throttled: 5 requests per second.'}]
        """

    @Test(
        "a limit has its refusal, and the refusal a time",
        arguments: [
            Row("429 without a time", limited(shared), "retry-after-missing"),
            Row(
                "Retry-After",
                limited(
                    "{description: no, headers: {retry-after: {}}, content: {a/b: {schema: {}}}}"
                )),
            Row(
                "a reset header",
                limited(
                    "{description: no, headers: {X-RateLimit-Reset: {}}, content: {a/b: {schema: {}}}}"
                )),
            Row(
                "a member of the body",
                limited(
                    "{description: no, content: {a/b: {schema: {properties: {retry_after: {}}}}}}"
                )),
            Row(
                "prose speaks of limits and no operation does",
                Sample.operation(responses: "{'400': \(shared), '500': \(shared)}"),
                "rate-limit-undeclared", top: spoken),
            Row("the default stands for it", Sample.operation(), top: spoken),
            Row(
                "nothing speaks of limits",
                Sample.operation(responses: "{'400': \(shared), '500': \(shared)}"),
                "rate-limit-unstated"),
        ])
    func limits(_ row: Row) throws { try check(row) }

    @Test("429 of some operations says little of the others")
    func limitOfOthers() throws {
        let findings = try Sample.findings(
            Self.limited(Self.shared)
                + Sample.operation(
                    path: "/others/{id}", responses: "{'404': \(Self.shared), 5XX: \(Self.shared)}")
        )

        let finding = try #require(findings["openapi.rate-limit-undeclared"])
        #expect(finding.severity == .low)
        #expect(finding.places.map(\.subject) == ["GET /others/{id}"])
    }

    private static func header(_ name: String, _ description: String = "none") -> String {
        "parameters: [{in: header, name: \(name), description: '\(description)', schema: {}}]"
    }

    private static func body(of type: String, _ schema: String) -> String {
        "requestBody: {content: {\(type): {schema: \(schema)}}}"
    }

    @Test(
        "what may have a second effect declares how to repeat it",
        arguments: [
            Row("POST", Sample.operation("post"), "idempotency-undeclared"),
            Row("PATCH", Sample.operation("patch"), "idempotency-undeclared"),
            Row("PUT repeats by itself", Sample.operation("put")),
            Row("DELETE repeats by itself", Sample.operation("delete")),
            Row("a key", Sample.operation("post", header("Idempotency-Key"))),
            Row("another spelling", Sample.operation("post", header("x-idempotencyKey"))),
            Row("a condition", Sample.operation("patch", header("If-Match"))),
            Row(
                "a header that says so",
                Sample.operation("post", header("X-Ref", "Makes the call idempotent"))),
            Row(
                "a header for tracing", Sample.operation("post", header("X-Request-Id")),
                "idempotency-undeclared"),
            Row(
                "a member of the body",
                Sample.operation(
                    "post",
                    body(
                        of: "application/json", "{allOf: [{properties: {client_token: {}}}]}"))),
            Row(
                "a description in the body is prose",
                Sample.operation(
                    "post",
                    body(
                        of: "application/json",
                        "{properties: {code: {description: Use the same idempotency key again}}}")
                ), "idempotency-undeclared"),
            Row(
                "a merge patch sets",
                Sample.operation("patch", body(of: "application/merge-patch+json", "{}"))),
            Row("an extension", Sample.operation("post", "x-idempotent: true")),
            Row(
                "an extension that denies", Sample.operation("post", "x-idempotent: false"),
                "idempotency-undeclared"),
            Row(
                "a key of the path counts",
                Sample.operation("post") + "    parameters: [{in: header, name: Idempotency-Key}]\n"
            ),
        ])
    func idempotency(_ row: Row) throws { try check(row) }

    @Test("what seems only to read is told apart, and alone matters little")
    func reading() throws {
        let search = Sample.operation("post", path: "/things/search")
        let both = try Sample.findings(search + Sample.operation("post", path: "/things"))
        let one = try Sample.findings(search)

        let finding = try #require(both["openapi.idempotency-undeclared"])
        #expect(finding.severity == .high)
        #expect(finding.places.map(\.subject) == ["POST /things", "POST /things/search"])
        #expect(finding.places.map(\.detail) == ["", "seems only to read"])
        #expect(one["openapi.idempotency-undeclared"]?.severity == .low)
    }

    private static func list(
        _ schema: String, _ lines: String = "", path: String = "/things", headers: String = "{}"
    ) -> String {
        Sample.operation(
            path: path, lines,
            responses: "{'200': {description: yes, headers: \(headers), content: "
                + "{application/json: {schema: \(schema)}}}, default: \(shared)}")
    }

    private static func query(_ name: String, _ schema: String = "{maximum: 9}") -> String {
        "parameters: [{in: query, name: '\(name)', schema: \(schema)}]"
    }

    private static let array = "{type: array, items: {}}"

    @Test(
        "a list has an end",
        arguments: [
            Row("an array", list(array), "list-unbounded"),
            Row("an envelope", list("{properties: {data: \(array)}}"), "list-unbounded"),
            Row("named like its path", list("{properties: {things: \(array)}}"), "list-unbounded"),
            Row("something else that has lists", list("{properties: {tags: \(array)}}")),
            Row(
                "one thing of a path has lists",
                list("{properties: {items: \(array)}}", path: "/things/{id}")),
            Row("maxItems", list("{type: array, maxItems: 12}")),
            Row("a limit", list(array, query("limit"))),
            Row("a page as deep object", list(array, query("page[size]"))),
            Row("a cursor", list(array, query("startingAfter", "{}"))),
            Row("a next page", list("{properties: {data: \(array), next_marker: {}}}")),
            Row("a Link header", list(array, headers: "{Link: {}}")),
            Row("a limit without an end", list(array, query("limit", "{}")), "page-size-unbounded"),
            Row(
                "a limit of the path counts", list(array) + "    \(query("limit"))\n"),
        ])
    func lists(_ row: Row) throws { try check(row) }

    @Test(
        "somebody says who may call",
        arguments: [
            Row("the document says it for all", Sample.operation()),
            Row("the operation says it", Sample.operation("get", "security: [{key: []}]"), top: ""),
            Row("open on purpose", Sample.operation("get", "security: []"), top: ""),
            Row(
                "open besides", Sample.operation("get", "security: [{}, {key: []}]"), top: ""),
            Row("nobody says it", Sample.operation(), "operation-unsecured", top: ""),
        ])
    func security(_ row: Row) throws { try check(row) }

    @Test("an operation that only reads matters less unsecured, and an open one is counted")
    func securityDegrees() throws {
        let open = Sample.operation("get", path: "/health", "security: []")
        let read = try Sample.report(
            Sample.document(Sample.operation() + open, top: "", components: Sample.error))
        let write = try Sample.findings(Sample.operation("put"), top: "")

        #expect(read.findings.map(\.severity) == [.medium])
        #expect(read.openOperationCount == 1)
        #expect(write["openapi.operation-unsecured"]?.severity == .high)
    }

    @Test(
        "operations have ids of their own",
        arguments: [
            Row(
                "none", "  /a/{id}:\n    get: {responses: {default: \(shared)}}\n",
                "operation-id-missing"),
            Row(
                "one for two",
                "  /a/{id}:\n    get: &one {operationId: x, responses: {default: \(shared)}}\n"
                    + "    put: *one\n", "operation-id-repeated"),
        ])
    func names(_ row: Row) throws { try check(row) }

    @Test(
        "references lead somewhere in the document",
        arguments: [
            Row(
                "nowhere",
                Sample.operation(
                    "get", "parameters: [{$ref: '#/components/parameters/None'}]"),
                "reference-broken"),
            Row(
                "another document",
                Sample.operation("post", "parameters: [{$ref: 'shared.yaml#/Key'}]"),
                "reference-external"),
            Row(
                "in a circle",
                Sample.operation(
                    "get", "requestBody: {$ref: '#/paths/~1things~1%7Bid%7D/get/requestBody'}"),
                "reference-broken"),
            Row(
                "an example is data", Sample.operation("get", "x-a: {$ref: '#/no'}")),
            Row(
                "a property may be called so",
                Sample.operation(
                    "put",
                    body(
                        of: "a/b",
                        "{properties: {$ref: {type: string}, default: {}, example: {}}}"))),
            Row(
                "a name twice", Sample.operation("get", "x-a: 1\nx-a: 2"), "key-repeated"),
        ])
    func references(_ row: Row) throws { try check(row) }

    @Test("webhooks and callbacks are the client's operations")
    func webhooks() throws {
        let findings = try Sample.findings(
            Sample.operation("put", "callbacks: {a: {'{$url}': {post: {responses: {}}}}}")
                + "webhooks: {paid: {post: {responses: {}}}}\n")

        #expect(findings.isEmpty)
    }

    @Test("a repeat is one finding that counts its places and names the first of them")
    func grouping() throws {
        let paths = (1...60).map { Sample.operation("post", path: "/a\($0)/{id}") }.joined()
        let findings = try Sample.findings(paths)

        let finding = try #require(findings["openapi.idempotency-undeclared"])
        #expect(findings.count == 1)
        #expect(finding.count == 60)
        #expect(finding.places.count == 50)
        #expect(finding.message.contains("60 of 60"))
    }

    @Test("a shared definition is one place, however many use it")
    func sharedPlace() throws {
        let limited = "{'429': {$ref: '#/components/responses/Error'}, default: \(Self.shared)}"
        let findings = try Sample.findings(
            Sample.operation(responses: limited)
                + Sample.operation(path: "/b/{id}", responses: limited))

        let finding = try #require(findings["openapi.retry-after-missing"])
        #expect(finding.places.map(\.pointer) == ["/components/responses/Error"])
        #expect(finding.message.contains("2 operations"))
    }
}
