// Two versions of a document: what breaks clients is found, what does not is not.

import OpenAPI
import Testing

@Suite("Breaking changes") struct BreakingTests {
    /// Two versions of one operation, and what is found between them.
    struct Row: CustomTestStringConvertible, Sendable {
        let claim: String
        let old: String
        let new: String
        let found: [String]
        var testDescription: String { claim }

        init(_ claim: String, _ old: String, _ new: String, _ found: String...) {
            self.claim = claim
            self.old = old
            self.new = new
            self.found = found
        }
    }

    private func check(_ row: Row) throws {
        let report = try Sample.report(
            Sample.document(row.new, components: Sample.error),
            baseline: Sample.document(row.old, components: Sample.error))

        let breaking = report.findings.map(\.rule.id).filter { $0.hasPrefix("openapi.breaking.") }
        #expect(breaking.sorted() == row.found.map { "openapi.breaking.\($0)" }.sorted())
    }

    private static func query(_ schema: String, required: Bool = false, name: String = "q")
        -> String
    {
        Sample.operation(
            "get",
            "parameters: [{in: query, name: \(name), required: \(required), schema: \(schema)}]")
    }

    private static func request(_ schema: String, required: Bool = false) -> String {
        Sample.operation(
            "put",
            "requestBody: {required: \(required), content: {application/json: {schema: \(schema)}}}"
        )
    }

    private static func answer(_ schema: String, status: String = "'200'") -> String {
        Sample.operation(
            responses: "{\(status): {description: x, content: {application/json: {schema:"
                + " \(schema)}}}, default: {$ref: '#/components/responses/Error'}}")
    }

    @Test(
        "operations and parameters",
        arguments: [
            Row("nothing changes", query("{}"), query("{}")),
            Row(
                "an operation is gone", Sample.operation(), Sample.operation("put"),
                "operation-removed"),
            Row(
                "another name in a path", Sample.operation(),
                Sample.operation(path: "/things/{thing}")),
            Row("a new parameter", Sample.operation(), query("{}")),
            Row(
                "a new one that is required", Sample.operation(), query("{}", required: true),
                "input-required"),
            Row(
                "one becomes required", query("{}"), query("{}", required: true), "input-required"),
            Row("one is gone", query("{}"), Sample.operation(), "input-removed"),
            Row(
                "a new name", query("{}"), query("{}", name: "p"), "input-removed"),
            Row(
                "fewer values", query("{enum: [a, b]}"), query("{enum: [a]}"), "value-refused"),
            Row("more values", query("{enum: [a]}"), query("{enum: [a, b]}")),
            Row(
                "a tighter bound", query("{maximum: 100}"), query("{maximum: 50}"),
                "bound-tightened"),
            Row("a wider bound", query("{maximum: 50}"), query("{maximum: 100}")),
            Row("a bound at all", query("{}"), query("{maxLength: 5}"), "bound-tightened"),
            Row("a bound that bounds nothing", query("{}"), query("{minLength: 0}")),
        ])
    func requests(_ row: Row) throws { try check(row) }

    @Test(
        "bodies",
        arguments: [
            Row(
                "another type", request("{properties: {a: {type: string}}}"),
                request("{properties: {a: {type: integer}}}"), "type-changed"),
            Row(
                "a wider type", request("{properties: {a: {type: integer}}}"),
                request("{properties: {a: {type: number}}}")),
            Row(
                "another format", request("{properties: {a: {type: string, format: date}}}"),
                request("{properties: {a: {type: string, format: date-time}}}"), "type-changed"),
            Row(
                "a member becomes required", request("{properties: {a: {}}}"),
                request("{required: [a], properties: {a: {}}}"), "input-required"),
            Row(
                "a new member that only answers have", request("{properties: {a: {}}}"),
                request("{required: [b], properties: {a: {}, b: {readOnly: true}}}")),
            Row(
                "a member is gone", request("{properties: {a: {}, b: {}}}"),
                request("{properties: {a: {}}}"), "input-removed"),
            Row(
                "a member moves into a part", request("{properties: {a: {}, b: {}}}"),
                request("{allOf: [{properties: {a: {}}}, {properties: {b: {}}}]}")),
            Row(
                "the body becomes required", request("{}"), request("{}", required: true),
                "input-required"),
            Row(
                "deep in a list",
                request("{properties: {a: {items: {properties: {b: {enum: [x, y]}}}}}}"),
                request("{properties: {a: {items: {properties: {b: {enum: [x]}}}}}}"),
                "value-refused"),
            Row(
                "an alternative is gone", request("{oneOf: [{type: string}, {type: integer}]}"),
                request("{oneOf: [{type: string}]}"), "value-refused"),
        ])
    func bodies(_ row: Row) throws { try check(row) }

    @Test(
        "responses",
        arguments: [
            Row(
                "a member is gone", answer("{properties: {a: {}, b: {}}}"),
                answer("{properties: {a: {}}}"), "output-removed"),
            Row(
                "a new member", answer("{properties: {a: {}}}"),
                answer("{properties: {a: {}, b: {}}}")),
            Row(
                "a member becomes optional", answer("{required: [a], properties: {a: {}}}"),
                answer("{properties: {a: {}}}"), "output-optional"),
            Row(
                "it may be null", answer("{properties: {a: {type: string}}}"),
                answer("{properties: {a: {type: [string, 'null']}}}"), "type-changed"),
            Row(
                "a narrower type", answer("{properties: {a: {type: number}}}"),
                answer("{properties: {a: {type: integer}}}")),
            Row("more values", answer("{enum: [a]}"), answer("{enum: [a, b]}"), "value-added"),
            Row("fewer values", answer("{enum: [a, b]}"), answer("{enum: [a]}")),
            Row(
                "another status", answer("{}", status: "'200'"), answer("{}", status: "'202'"),
                "response-removed"),
            Row("its range", answer("{}", status: "'200'"), answer("{}", status: "2XX")),
        ])
    func responses(_ row: Row) throws { try check(row) }

    @Test("a media type that is gone breaks, a range that has it does not")
    func mediaTypes() throws {
        func text(_ type: String) -> String {
            Sample.operation("put", "requestBody: {content: {\(type): {}}}")
        }

        try check(Row("gone", text("text/csv"), text("text/plain"), "media-type-removed"))
        try check(Row("range", text("text/csv"), text("'text/*'")))
    }

    @Test("credentials that sufficed suffice, with the same scopes")
    func credentials() throws {
        func secured(_ list: String) -> String { Sample.operation("get", "security: \(list)") }

        try check(Row("opened", secured("[{key: []}]"), secured("[]")))
        try check(Row("closed", secured("[]"), secured("[{key: []}]"), "security-tightened"))
        try check(
            Row("scope", secured("[{o: [a]}]"), secured("[{o: [a, b]}]"), "security-tightened"))
        try check(Row("one more way", secured("[{a: []}]"), secured("[{a: []}, {b: []}]")))
        try check(
            Row("both", secured("[{a: []}]"), secured("[{a: [], b: []}]"), "security-tightened"))
        try check(
            Row(
                "one way less", secured("[{a: []}, {b: []}]"), secured("[{a: []}]"),
                "security-tightened"))
    }

    @Test("what is gone is shown in the old document, the rest in the new one")
    func places() throws {
        let report = try Sample.report(
            Sample.document(Sample.operation("put"), components: Sample.error),
            baseline: Sample.document(
                Sample.operation() + Sample.operation("put", path: "/gone", "deprecated: true"),
                components: Sample.error))

        let finding = try #require(
            Sample.byRule(report)["openapi.breaking.operation-removed"])
        #expect(finding.severity == .high)
        #expect(
            finding.places.map(\.pointer) == ["/paths/~1things~1{id}/get", "/paths/~1gone/put"])
        #expect(finding.places.allSatisfy { $0.isInBaseline })
        #expect(finding.places.map(\.detail) == ["", "was marked deprecated"])
    }

    @Test("a difference in a schema that many operations use is one place")
    func once() throws {
        func text(_ type: String) -> String {
            let use = "requestBody: {content: {a/b: {schema: {$ref: '#/components/schemas/S'}}}}"
            return Sample.document(
                Sample.operation("put", use) + Sample.operation("put", path: "/b/{id}", use),
                components: "  schemas:\n    S: {properties: {a: {type: \(type)}}}\n"
                    + Sample.error)
        }
        let report = try Sample.report(text("integer"), baseline: text("string"))

        #expect(report.findings.map(\.count) == [1])
        #expect(
            report.findings.first?.places.first?.pointer == "/components/schemas/S/properties/a")
    }
}
