// The API's description in the work of `backend.api_reliability`: findings in the deliverables, the
// document's operations where the brief lists none, and what happens to a document that is none.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Description of the API")
struct APIDescriptionTests {
    private static let agent = "backend.api_reliability"

    /// An API whose names are placeholders elsewhere: no reason to refuse what is said about it.
    private static let document = """
        openapi: 3.1.0
        info: {title: Todo API, version: '2'}
        security: [{key: []}]
        components:
          securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
          responses:
            Error: {description: x, content: {application/json: {schema: {properties: {code: {}}}}}}
        paths:
          /todo:
            post:
              operationId: create_todo
              responses: {default: {$ref: '#/components/responses/Error'}}
          /todo/{id}:
            get:
              operationId: get_todo
              responses: {default: {$ref: '#/components/responses/Error'}}
        """

    private func desk(
        _ inputs: JSONValue, _ artifacts: [String: String] = ["todo.yaml": document]
    ) throws -> Desk {
        var inputs = inputs
        inputs["slo"] = ["availability": 0.999]
        var desk = try Desk([
            "format": "baton.brief/1", "objective": "Keep the promise", "inputs": inputs,
            "assume": "never", "success_criteria": ["It works"],
        ])
        desk.artifacts = artifacts.keys.sorted().map { ($0, Array((artifacts[$0] ?? "").utf8)) }
        return desk
    }

    private func section(_ outcome: EngineOutcome, _ title: String) throws -> JSONValue {
        let sections = try #require(outcome.part("analysis.json")?["sections"]?.arrayValue)
        return try #require(sections.first { $0["title"]?.stringValue == title })
    }

    @Test("findings are in the analysis with pointer and line, and the high ones are risks")
    func findings() throws {
        let outcome = try desk(["openapi": "todo.yaml"]).work(Self.agent)

        let rows = try section(outcome, "Description of the API").value(at: "/table/rows")
        let row = try #require(rows?[0]?.arrayValue).compactMap(\.stringValue)
        #expect(row[0] == "high")
        #expect(row[1] == "openapi.idempotency-undeclared")
        #expect(row[3] == "POST /todo at /paths/~1todo/post, line 10")
        let risks = outcome.part("risk_register.json")?["risks"]?.arrayValue ?? []
        let risk = try #require(
            risks.first {
                $0["risk"]?.stringValue?.contains("declared way to repeat") ?? false
            })
        for member in ["mitigation", "owner", "trigger"] {
            #expect(risk[member]?.stringValue?.isEmpty == false)
        }
        let steps = outcome.part("execution_plan.json")?["steps"]?.arrayValue ?? []
        #expect(steps.contains { $0["title"] == "Mend the description of the API" })
    }

    @Test("its operations stand in the table of failure semantics where the brief lists none")
    func operations() throws {
        let described = try desk(["openapi": "todo.yaml"]).work(Self.agent)
        let listed = try desk([
            "openapi": "todo.yaml",
            "operations": [["id": "pay", "method": "POST", "path": "/pay", "idempotency": "key"]],
        ]).work(Self.agent)

        let rows = try section(described, "Failure semantics").value(at: "/table/rows")?.arrayValue
        #expect(rows?.compactMap { $0[0]?.stringValue } == ["POST /todo", "GET /todo/{id}"])
        #expect(rows?[0][1] == "not idempotent")
        let own = try section(listed, "Failure semantics").value(at: "/table/rows")?.arrayValue
        #expect(own?.count == 1)
    }

    @Test("the quality gate accepts it, whatever the API's names are")
    func accepted() throws {
        let desk = try desk(["openapi": "todo.yaml", "baseline": "todo.yaml"])
        let verdict = try desk.review(try desk.delivered(Self.agent, task: "t-5"))

        #expect(verdict["verdict"] == "accepted", "\(verdict.prettyPrinted())")
        #expect(verdict["findings"]?.arrayValue == [])
    }

    @Test("names of any length keep a delivery within its limits")
    func longNames() throws {
        let name = String(repeating: "long/", count: 1_000)
        let document: JSONValue = [
            "openapi": "3.1.0", "info": ["title": "Long", "version": "1"],
            "paths": .object(
                JSONObject((0..<20).map { ("/\(name)\($0)", ["post": ["responses": [:]]]) })),
        ]

        let outcome = try desk(["openapi": "long.json"], ["long.json": document.encodedText])
            .work(Self.agent)

        let rows = try section(outcome, "Description of the API").value(at: "/table/rows")
        #expect(rows?.arrayValue?.isEmpty == false)
    }

    @Test("a baseline brings the breaking differences")
    func baseline() throws {
        let outcome = try desk(
            ["openapi": "todo.yaml", "baseline": "v1.yaml"],
            [
                "todo.yaml": Self.document,
                "v1.yaml": Self.document.replacing("/todo/{id}:", with: "/gone/{id}:"),
            ]
        ).work(Self.agent)

        let rows = try section(outcome, "Description of the API").value(at: "/table/rows")
        let row = try #require(
            rows?.arrayValue?.first { $0[1] == "openapi.breaking.operation-removed" })
        #expect(row[3] == "GET /gone/{id} at /paths/~1gone~1{id}/get, line 14 of the baseline")
    }

    @Test(
        "what cannot be read is a question, and the rest of the work is done",
        arguments: [
            (["todo.yaml": "openapi: 3.1.0\npaths: {a"], "was not checked: line"),
            (["todo.yaml": "swagger: '2.0'"], "convert it to OpenAPI 3"), ([:], "not among"),
        ] as [([String: String], String)])
    func unreadable(artifacts: [String: String], words: String) throws {
        let outcome = try desk(["openapi": "todo.yaml"], artifacts).work(Self.agent)

        let questions = outcome.part("handoff_packet.json")?["open_questions"]?.arrayValue ?? []
        #expect(questions.contains { $0.stringValue?.contains(words) ?? false })
        #expect(outcome.part("analysis.json")?.quantity("error_budget.ratio") != nil)
    }
}
