// `baton api check` as a person and a pipeline meet it: findings, exit statuses, refusals.
import BatonPlatform
import JSON
import Testing

@Suite(.tags(.endToEnd), .timeLimit(.minutes(10)))
struct APICheckTests {
    private static let document = """
        openapi: 3.1.0
        info: {title: Captures, version: '2'}
        security: [{key: []}]
        paths:
          /captures:
            post:
              operationId: capture
              responses:
                default: {description: x, content: {application/json: {schema: {type: object}}}}

        """

    @Test("findings are told with rule, line and mend, and are no failure unless asked to be")
    func findings() async throws {
        try await Stage.with { stage in
            try stage.write(Self.document, to: "api.yaml")
            let path = "\(stage.folder)/api.yaml"

            let text = try await BatonProgram.run(["api", "check", path])
            #expect(text.status == 0, "\(text)")
            #expect(text.output.contains("openapi.idempotency-undeclared"))
            #expect(text.output.contains("line 6  /paths/~1captures/post"))
            #expect(text.output.contains("Mend: "))

            let json = try await BatonProgram.run([
                "api", "check", path, "--json", "--fail-on", "high",
            ])
            #expect(json.status == 1)
            let place = try json.json().value(at: "/findings/0/places/0")
            #expect(place?["pointer"] == "/paths/~1captures/post")
            #expect(try json.json().value(at: "/counts/openapi.idempotency-undeclared") == 1)
        }
    }

    @Test("a baseline brings what is gone")
    func baseline() async throws {
        try await Stage.with { stage in
            try stage.write(Self.document, to: "v1.yaml")
            try stage.write(
                Self.document.replacing("/captures:", with: "/payments:"), to: "v2.yaml")

            let run = try await BatonProgram.run([
                "api", "check", "\(stage.folder)/v2.yaml", "--baseline",
                "\(stage.folder)/v1.yaml",
            ])
            #expect(run.output.contains("openapi.breaking.operation-removed"))
            #expect(run.output.contains("baseline line 6"))
        }
    }

    @Test("what is no OpenAPI 3 document is refused with its line")
    func refused() async throws {
        try await Stage.with { stage in
            try stage.write("info: {}\nopenapi: 4.0.0\n", to: "api.yaml")

            let run = try await BatonProgram.run(["api", "check", "\(stage.folder)/api.yaml"])
            #expect(run.status == 65)
            #expect(run.errorOutput.contains("line 2"))
        }
    }
}
