// Small documents for one claim each: an operation in YAML, with what stands around it.

import JSON
import OpenAPI
import Testing

/// Makes documents and checks them.
enum Sample {
    /// A document around the paths, which are written with two spaces of indent.
    static func document(
        _ paths: String, top: String = "security: [{key: []}]", components: String = ""
    ) -> String {
        """
        openapi: 3.1.0
        info: {title: Sample, version: '1'}
        \(top)
        components:
          securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
        \(components)
        paths:
        \(paths)
        """
    }

    /// An operation without any fault: what a test adds is the only thing to be found.
    static func operation(
        _ method: String = "get", path: String = "/things/{id}", _ lines: String = "",
        responses: String = "{default: {$ref: '#/components/responses/Error'}}"
    ) -> String {
        let name = method + path.filter { $0.isLetter || $0.isNumber }
        let own = lines.split(separator: "\n").map { "      \($0)\n" }.joined()
        return """
              \(path):
                \(method):
                  operationId: \(name)
                  responses: \(responses)

            """ + own
    }

    static let error = """
          responses:
            Error:
              description: what went wrong
              content:
                application/problem+json:
                  schema:
                    type: object
                    properties: {type: {type: string}, title: {type: string}}
        """

    static func report(_ text: String, baseline: String? = nil) throws -> APIReport {
        let document = try APIDocument(reading: Array(text.utf8))
        return APICheck.report(
            document, baseline: try baseline.map { try APIDocument(reading: Array($0.utf8)) })
    }

    /// The findings of a document with these paths and the shared error, by rule.
    static func findings(
        _ paths: String, top: String = "security: [{key: []}]", components: String = error
    ) throws -> [String: APIFinding] {
        byRule(try report(document(paths, top: top, components: components)))
    }

    static func byRule(_ report: APIReport) -> [String: APIFinding] {
        Dictionary(uniqueKeysWithValues: report.findings.map { ($0.rule.id, $0) })
    }
}
