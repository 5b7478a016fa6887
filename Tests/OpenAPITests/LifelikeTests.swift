// Documents made after the manner of real ones, with all that misleads a checker in them: security
// at each operation, idempotency spoken of in the description of some member, statuses as quoted
// numbers, defaults that stand for what is not named.

import OpenAPI
import Testing

@Suite("Lifelike documents") struct LifelikeTests {
    /// A payments API in the style of remote calls: 13 POSTs, all errors by name in one shape, no
    /// 429 and no default, idempotency only in the description of a code for tests.
    private static let payments: String = {
        let names = [
            "adjust", "authorise", "authorise3d", "cancel", "cancelOrRefund", "capture", "donate",
            "getAuthenticationResult", "refund", "retrieveResult", "technicalCancel", "voidRefund",
            "verifyCard",
        ]
        let errors = ["'400'", "'401'", "'403'", "'422'", "'500'"].map {
            """
                    \($0):
                      content:
                        application/json:
                          examples: {generic: {$ref: '#/components/examples/generic'}}
                          schema: {$ref: '#/components/schemas/ServiceError'}
                      description: An error.

            """
        }.joined()
        let paths = names.map {
            """
              /\($0):
                post:
                  operationId: post-\($0)
                  security:
                  - BasicAuth: []
                  - ApiKeyAuth: []
                  requestBody:
                    content:
                      application/json:
                        schema: {$ref: '#/components/schemas/PaymentRequest'}
                  responses:
                    '200':
                      content:
                        application/json:
                          schema: {$ref: '#/components/schemas/PaymentResult'}
                      description: OK

            """ + errors
        }.joined()
        return """
            openapi: 3.1.0
            info: {version: '68', title: Payments}
            paths:
            \(paths)
            components:
              examples:
                generic: {value: {status: 400, errorCode: '702', errorType: validation}}
              schemas:
                PaymentRequest:
                  type: object
                  required: [amount, reference]
                  properties:
                    amount: {$ref: '#/components/schemas/Amount'}
                    reference: {type: string, maxLength: 80}
                    splits: {type: array, items: {$ref: '#/components/schemas/PaymentRequest'}}
                    testCode:
                      type: string
                      description: >-
                        Triggers a test scenario. A request with the same idempotency key is
                        processed as if it was the first one.
                Amount:
                  type: object
                  required: [value, currency]
                  properties: {value: {type: integer, format: int64}, currency: {type: string}}
                PaymentResult:
                  type: object
                  properties:
                    pspReference: {type: string}
                    resultCode: {type: string, enum: [Authorised, Refused]}
                ServiceError:
                  type: object
                  properties:
                    status: {type: integer}
                    errorCode: {type: string}
                    message: {type: string}
              securitySchemes:
                BasicAuth: {type: http, scheme: basic}
                ApiKeyAuth: {type: apiKey, in: header, name: X-API-Key}
            """
    }()

    @Test("13 POSTs without a key are one finding, and prose is shown and does not count")
    func paymentsAPI() throws {
        let report = try Sample.report(Self.payments)

        #expect(
            report.findings.map { "\($0.rule.id) \($0.severity.rawValue) \($0.count)" } == [
                "openapi.idempotency-undeclared high 13", "openapi.rate-limit-unstated info 13",
            ])
        let finding = try #require(report.findings.first)
        #expect(finding.message.contains("13 of 13"))
        #expect(finding.message.contains("/components/schemas/PaymentRequest/properties/testCode"))
        #expect(finding.places.suffix(2).allSatisfy { $0.detail == "seems only to read" })
    }

    @Test("the next version of it loses a value, a member and an operation")
    func paymentsNext() throws {
        let next = Self.payments
            .replacing("enum: [Authorised, Refused]", with: "enum: [Authorised, Refused, Pending]")
            .replacing("errorCode: {type: string}", with: "code: {type: string}")
            .replacing(
                "required: [amount, reference]", with: "required: [amount, reference, testCode]"
            )
            .replacing("  /donate:", with: "  /donations:")

        let report = try Sample.report(next, baseline: Self.payments)

        let breaking = report.findings.filter { $0.rule.id.hasPrefix("openapi.breaking.") }
        #expect(
            breaking.map { "\($0.rule.id) \($0.count)" } == [
                "openapi.breaking.operation-removed 1", "openapi.breaking.input-required 1",
                "openapi.breaking.output-removed 1", "openapi.breaking.value-added 1",
            ])
    }

    private static func operation(_ method: String, _ path: String, _ responses: String...)
        -> String
    {
        let error = ##"{"$ref": "#/components/responses/ClientError"}"##
        let all = responses.map { status -> String in
            switch status {
            case "list":
                ##""200": {"description": "x", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Hubs"}}}}"##
            case "200", "201", "204": "\"\(status)\": {\"description\": \"x\"}"
            default: "\"\(status)\": \(error)"
            }
        }
        return """
            "\(method)": {
                "operationId": "\(method)\(path)", "responses": {\(all.joined(separator: ", "))}
            }
            """
    }

    /// A content API in the style of resources: global security, parameters at the paths, 429 of
    /// some operations, defaults of most, one part written by others.
    private static let hubs = """
        {
          "openapi": "3.0.2",
          "info": {"title": "Hubs", "version": "2025.0"},
          "security": [{"OAuth2": []}],
          "paths": {
            "/hubs": {
              "parameters": [
                {"name": "marker", "in": "query", "schema": {"type": "string"}},
                {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 1000}}
              ],
              \(operation("get", "/hubs", "list", "default")),
              \(operation("post", "/hubs", "201", "400", "429", "default"))
            },
            "/hubs/{hub_id}": {
              \(operation("get", "/hubs/id", "200", "404", "default")),
              \(operation("put", "/hubs/id", "200", "429", "default")),
              \(operation("delete", "/hubs/id", "204", "default"))
            },
            "/lists": {
              \(operation("get", "/lists", "list")),
              \(operation("post", "/lists", "200", "409"))
            },
            "/lists/{id}": {
              \(operation("get", "/lists/id", "200", "404"))
            }
          },
          "components": {
            "responses": {
              "ClientError": {
                "description": "An error.",
                "content": {
                  "application/json": {"schema": {"$ref": "#/components/schemas/ClientError"}}
                }
              }
            },
            "schemas": {
              "ClientError": {
                "type": "object",
                "properties": {"status": {"type": "integer"}, "request_id": {"type": "string"}}
              },
              "Hubs": {
                "allOf": [
                  {"properties": {"entries": {"type": "array", "items": {"$ref": "#/components/schemas/Hub"}}}}
                ]
              },
              "Hub": {
                "properties": {"id": {"type": "string"}, "parent": {"$ref": "#/components/schemas/Hub"}}
              }
            },
            "securitySchemes": {"OAuth2": {"type": "oauth2", "flows": {}}}
          }
        }
        """

    @Test("defaults, paths' parameters and global security count; what is without them is found")
    func hubsAPI() throws {
        let report = try Sample.report(Self.hubs)

        #expect(
            report.findings.map { "\($0.rule.id) \($0.severity.rawValue) \($0.count)" } == [
                "openapi.idempotency-undeclared high 2",
                "openapi.error-response-missing medium 1",
                "openapi.retry-after-missing medium 1", "openapi.list-unbounded medium 1",
                "openapi.server-error-missing low 2", "openapi.rate-limit-undeclared low 3",
            ])
        let list = try #require(Sample.byRule(report)["openapi.list-unbounded"])
        #expect(list.places.map(\.pointer) == ["/paths/~1lists/get/responses/200"])
    }
}
