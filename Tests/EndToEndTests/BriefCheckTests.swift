// `baton brief check` on briefs as different people write them.
import JSON
import Testing

@Suite(.tags(.endToEnd), .timeLimit(.minutes(10)))
struct BriefCheckTests {
    private static func check(_ text: String, _ more: String...) async throws -> BatonProgram.Run {
        try await Stage.with { stage in
            let file = try stage.write(text, to: "brief.md")
            return try await BatonProgram.run(
                ["brief", "check", file, "--agents", "\(BatonProgram.sourceRoot)/Agents"] + more)
        }
    }

    @Test("a trivial edit chooses nobody, with the trigger as reason and where it belongs")
    func trivial() async throws {
        let brief = "# Objective\n\nFix the typo in the availability section of the README\n"
        let json = try await Self.check(brief, "--json").json()
        let route = try #require(json["route"]?.arrayValue)
        #expect(route.count == 2)
        for entry in route {
            #expect(entry["chosen"] == false)
            let first = entry["reasons"]?[0]?.stringValue
            #expect(first?.contains("negative trigger: a trivial documentation edit") == true)
        }
        let text = try await Self.check(brief)
        #expect(text.output.contains("open a pull request with the edit directly"), "\(text)")
    }
}
