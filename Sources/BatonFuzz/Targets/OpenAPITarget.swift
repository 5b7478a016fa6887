// The checks of OpenAPI documents: references in circles, schemas without an end, two versions.
// Every place of a finding has to be a place of the document that it names.

import OpenAPI

struct OpenAPITarget: FuzzTarget {
    static let name = "openapi"

    private let mutator = Mutator(words: Self.words)
    /// The input before this one stands for the version before.
    private var baseline: APIDocument?

    mutating func makeInput(_ random: inout FuzzRandom) -> [UInt8] {
        let text = Array(Self.document.utf8)
        var input = random.once(in: 8) ? text : mutator.mutate(text, &random, with: text)
        // More than one change, so that both versions differ in more than one thing.
        for _ in 0..<random.below(4) { input = mutator.mutate(input, &random, with: text) }
        return input
    }

    mutating func check(_ input: [UInt8]) throws(FuzzViolation) -> FuzzOutcome {
        let document: APIDocument
        do {
            document = try APIDocument(reading: input)
        } catch {
            try requireBounded(error.message, "the message")
            return .refused(error.message)
        }
        let report = APICheck.report(document, baseline: baseline)
        let ids = report.findings.map(\.rule.id)
        try require(Set(ids).count == ids.count, "a rule has two findings")
        for finding in report.findings {
            try require(!finding.places.isEmpty, "\(finding.rule.id) has no place")
            try require(finding.count >= finding.places.count, "\(finding.rule.id) counts less")
            try requireBounded(finding.message, finding.rule.id)
            for place in finding.places {
                try check(place, place.isInBaseline ? baseline : document, finding.rule.id)
            }
        }
        baseline = document
        return .accepted()
    }

    private func check(
        _ place: APIPlace, _ document: APIDocument?, _ rule: String
    ) throws(FuzzViolation) {
        try require(place.line > 0, "\(rule) has no line")
        for text in [place.pointer, place.subject, place.detail] { try requireBounded(text, rule) }
        // A name that stands twice has a line alone, and longer pointers are cut.
        guard !place.pointer.isEmpty, place.pointer.utf8.count < 1_000 else { return }
        try require(
            document?.line(at: place.pointer) == place.line,
            "\(rule) names \(place.pointer), line \(place.line), which is not there")
    }

    private static let words = [
        "$ref: '#/components/schemas/A'", "{$ref: '#/paths/~1things/get'}", "allOf: [*s]",
        "oneOf: ", "anyOf: ", "items: ", "properties: ", "required: [a]", "enum: [x]", "const: 1",
        "type: array", "default: ", "'429': ", "4XX: ", "security: []", "parameters: ", "<<: *s",
        "'#'", "%7B", "~0", "\n    ", "post:", "patch:", "/{id}",
    ]

    private static let document = """
        openapi: 3.1.0
        info: {title: Things, version: '1'}
        security: [{key: []}, {key: [], token: [read]}]
        components:
          securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
          parameters:
            Limit: {in: query, name: limit, schema: {type: integer, maximum: 100}}
          schemas:
            A: &s {allOf: [{$ref: '#/components/schemas/B'}], properties: {a: {type: string}}}
            B: {oneOf: [{$ref: '#/components/schemas/A'}, {type: integer}], required: [a]}
            C: {type: object, properties: {items: {type: array, items: {$ref: '#/components/schemas/C'}}}}
          responses:
            Error:
              description: Too many requests are throttled.
              content: {application/problem+json: {schema: {$ref: '#/components/schemas/A'}}}
        paths:
          /things:
            parameters: [{$ref: '#/components/parameters/Limit'}]
            get:
              operationId: list
              responses:
                '200': {description: yes, content: {application/json: {schema: {$ref: '#/components/schemas/C'}}}}
                default: {$ref: '#/components/responses/Error'}
            post:
              requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/B'}}}}
              responses: {'201': {description: yes}, '429': {$ref: '#/components/responses/Error'}}
          /things/{id}:
            patch: {security: [], responses: {4XX: {$ref: '#/components/responses/Error'}}}
        """
}
