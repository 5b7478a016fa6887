// Reading documents: both notations, lines and pointers, cycles, and what is refused.

import JSON
import OpenAPI
import Testing

@Suite("Reading OpenAPI") struct ReadingTests {
    private static let json = """
        {
          "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
          "paths": {
            "/a/{id}": {
              "parameters": [],
              "post":
                {"responses": {}}
            },
            "/b~c": {"get": {"responses": {"default": {"description": "x"}}}}
          }
        }
        """

    private static let yaml = """
        openapi: 3.0.3
        info: {title: T, version: '1'}
        paths:
          /a/{id}:
            parameters: []
            post:

              responses: {}
          /b~c:
            get:
              responses: {default: {description: x}}
        """

    @Test(
        "places have pointers, and the line where the name stands",
        arguments: zip([json, yaml], [[6, 9], [6, 10]]))
    func places(text: String, lines: [Int]) throws {
        let report = try Sample.report(text)

        let finding = try #require(Sample.byRule(report)["openapi.operation-id-missing"])
        #expect(finding.places.map(\.pointer) == ["/paths/~1a~1{id}/post", "/paths/~1b~0c/get"])
        #expect(finding.places.map(\.line) == lines)
        #expect(finding.places.map(\.subject) == ["POST /a/{id}", "GET /b~c"])
    }

    @Test("one document in both notations has one report")
    func notations() throws {
        let document = try JSONValue(parsing: Self.json)
        let indented = try Sample.report(Self.json)
        let inline = try Sample.report(document.encodedText)
        let yaml = try Sample.report(Self.yaml)

        #expect(indented.findings.map(\.rule.id) == inline.findings.map(\.rule.id))
        #expect(indented.findings.map(\.rule.id) == yaml.findings.map(\.rule.id))
        #expect(inline.findings.allSatisfy { $0.places.allSatisfy { $0.line == 1 } })
    }

    @Test("a byte order mark is no fault")
    func mark() throws {
        let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(Self.json.utf8)

        #expect(try APIDocument(reading: bytes).operations.count == 2)
    }

    @Test("schemas that contain themselves, through each other and by composition, are survived")
    func cycles() throws {
        let schemas = """
              schemas:
                A: {type: object, allOf: [{$ref: '#/components/schemas/B'}]}
                B: {oneOf: [{$ref: '#/components/schemas/A'}], properties: {a: {$ref: '#/components/schemas/A'}}}
            """
        let error = """
              responses:
                Error: {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
            """
        let text = Sample.document(
            Sample.operation(
                "put",
                "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/B'}}}}"
            ), components: schemas + "\n" + error)

        #expect(try Sample.report(text, baseline: text).findings.isEmpty)
    }

    @Test("chains of references and of schemas may be as long as they like")
    func chains() throws {
        let links = (1...900).map {
            "    S\($0): {allOf: [{$ref: '#/components/schemas/S\($0 + 1)'}], "
                + "properties: {next: {$ref: '#/components/schemas/S\($0 + 1)'}}}\n"
        }.joined()
        let text = Sample.document(
            Sample.operation(
                "put",
                "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/S1'}}}}"
            ), components: "  schemas:\n" + links + "    S901: {}\n" + Sample.error)

        #expect(try Sample.report(text, baseline: text).findings.isEmpty)
    }

    @Test("a path item may stand elsewhere, and merge keys are read")
    func indirect() throws {
        let text = """
            openapi: 3.1.0
            info: {title: T, version: '1'}
            x-all: &all {security: [], responses: {default: {description: x, content: {a/b: {schema: {}}}}}}
            components:
              pathItems:
                Shared: {put: {<<: *all, operationId: a}}
            paths:
              /a: {$ref: '#/components/pathItems/Shared'}
            """
        let document = try APIDocument(reading: Array(text.utf8))

        #expect(document.operations.map(\.name) == ["PUT /a"])
        #expect(APICheck.report(document).findings.isEmpty)
    }

    @Test(
        "what is no OpenAPI 3 document is refused with its place",
        arguments: [
            ("{\n\"openapi\": \"3.0.0\",\n", "line 3"),
            ("a: [1\nb: 2", "line 2"),
            ("swagger: '2.0'\n", "convert it to OpenAPI 3"),
            ("info: {}\nopenapi: 4.0.0\n", "line 2: OpenAPI 4.0.0"),
            ("just text", "no `openapi`"),
            ("", "empty"),
            ("openapi: 3.0.0\nx: " + String(repeating: "[", count: 200), "DepthMax"),
        ])
    func refused(text: String, part: String) {
        let error = #expect(throws: APIReadError.self) {
            try APIDocument(reading: Array(text.utf8))
        }

        #expect(error.map { "\($0)".contains(part) } ?? false, "\(error.map { "\($0)" } ?? "")")
    }

    @Test("limits refuse what is too large or too deep, JSON as YAML")
    func limits() throws {
        var limits = APILimits()
        limits.nodesMax = 5
        #expect(throws: APIReadError.self) {
            try APIDocument(reading: Array(Self.json.utf8), limits: limits)
        }
        #expect(throws: APIReadError.self) {
            try APIDocument(reading: Array(Self.yaml.utf8), limits: limits)
        }
        limits.nodesMax = 1_000
        limits.bytesMax = 10
        #expect(throws: APIReadError.self) {
            try APIDocument(reading: Array(Self.json.utf8), limits: limits)
        }
        let levels = zip("abcdefg", "bcdefgh").map { alias, name in
            let list = Array(repeating: "*\(alias)", count: 8).joined(separator: ", ")
            return "\(name): &\(name) [\(list)]\n"
        }
        let bomb = "openapi: 3.0.0\na: &a [x, x, x, x, x, x, x, x]\n" + levels.joined()
        #expect(throws: APIReadError.self) { try APIDocument(reading: Array(bomb.utf8)) }
    }

    @Test("a comparison of more pairs than allowed says that it is not complete")
    func pairs() throws {
        let schemas = (1...20).map { "    S\($0): {type: string}\n" }.joined()
        let members = (1...20).map { "m\($0): {$ref: '#/components/schemas/S\($0)'}" }
            .joined(separator: ", ")
        let text = Sample.document(
            Sample.operation(
                "put", "requestBody: {content: {a/b: {schema: {properties: {\(members)}}}}}"),
            components: "  schemas:\n" + schemas + Sample.error)
        var limits = APILimits()
        limits.pairsMax = 10
        let document = try APIDocument(reading: Array(text.utf8), limits: limits)

        #expect(APICheck.report(document, baseline: document).incomplete != nil)
        #expect(APICheck.report(document).incomplete == nil)
    }
}
