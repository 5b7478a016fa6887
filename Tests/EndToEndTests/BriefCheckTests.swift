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

    @Test("a check shows the plan that the playbook makes, and asks who fills its roles")
    func plan() async throws {
        let brief = try Stage.source("Agents/briefs/payment-capture.md")
            .replacing("\ntags:", with: "\nplaybook: api-development\ntags:")
        let plan = try await Self.check(brief, "--json").json()["plan"]
        #expect(plan?["playbook"] == "api-development")
        #expect(
            plan?["tasks"]?.arrayValue?.map { $0["id"]?.stringValue } == [
                "api_reliability", "queue_worker_planner", "safety-nets",
            ])
        #expect(plan?["gates"]?.arrayValue?.count == 4)

        let text = try await Self.check(brief).output
        #expect(text.contains("Plan by the playbook api-development"), "\(text)")
        #expect(text.contains("the close waits for evidence: validation.contract"), "\(text)")
    }

    @Test("a brief of headings, lists and tables is understood, routed, and shown with its lines")
    func headings() async throws {
        let brief = """
            # Partner API

            ## Goal

            Partners fetch their settlements.

            ## Acceptance criteria

            - p99 of the list is below 1.2 s.

            ## Service level objectives

            | Objective | Target |
            |---|---|
            | Availability | 99.9 % |
            | Window | 30 days |

            ## Operations

            | Id | Method | Path | Calls |
            |---|---|---|---|
            | pay | POST | /payments | bank, fraud in parallel |

            ## Dependencies

            - bank: availability 99.95 %, p50 80 ms, p99 300 ms, kind hard
            - fraud: availability 99.9 %, p50 20 ms, p99 100 ms, kind soft
            """
        let json = try await Self.check(brief, "--json").json()
        let understood = json["understood"]?.arrayValue ?? []
        func line(_ field: String) -> Int64? {
            understood.first { $0["field"]?.stringValue == field }?["line"]?.integerValue
        }
        #expect(line("objective") == 3)
        #expect(line("acceptance_criteria") == 7)
        #expect(line("slo.availability") == 15)
        #expect(line("dependencies.fraud.latency_p99") == 27)
        #expect(json.value(at: "/route/0/chosen") == true)
        let requirements = json["requirements"]?.arrayValue ?? []
        #expect(requirements.contains { $0["kind"] == "inferred" }, "\(requirements)")

        let text = try await Self.check(brief)
        #expect(text.output.contains("bank and fraud in parallel"), "\(text)")
        #expect(text.output.contains("confirm  A repeated POST of pay"), "\(text)")
        #expect(text.output.contains("Ready."), "\(text)")
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
