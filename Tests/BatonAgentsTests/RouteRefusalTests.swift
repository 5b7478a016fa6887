// What is not planned, and what is proposed though nobody planned it.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Negative triggers and proposals")
struct RouteRefusalTests {
    private func desk(
        _ objective: String, inputs: JSONValue = [:], route: [JSONValue] = [],
        tags: JSONValue = []
    ) throws -> Desk {
        var brief: JSONValue = [
            "format": "baton.brief/1", "objective": .string(objective), "inputs": inputs,
            "assume": "never", "tags": tags,
        ]
        if !route.isEmpty { brief["route"] = .array(route) }
        return try Desk(brief)
    }

    @Test(
        "an edit of documentation is not planned, and the answer says where it belongs",
        arguments: [
            "Fix the typo in the README of the payment service",
            "Correct spelling and wording in the documentation", "Typo in the retry section",
            "Repair the broken links in our docs", "Fix the typo", "Correct a typo.",
            "There is a typo in the guide for new partners",
        ])
    func refused(_ objective: String) throws {
        var desk = try desk(objective)
        let escalation = try #require(try desk.plan().escalation)

        #expect(escalation["key"] == "trivial")
        #expect(escalation["blocker"]?.stringValue?.contains("open a pull request") == true)
        #expect(escalation["recommended"] == "a")
        #expect(escalation.value(at: "/options/0/effect/kind") == "cancel")
        // Whoever wants a plan all the same gets one.
        desk.answer(escalation, option: "b")
        #expect(try desk.plan().escalation?["key"] != "trivial")
    }

    @Test(
        "work that only mentions documents is planned",
        arguments: [
            "Generate the API documentation with correct spelling from the source",
            "Keep the promise of availability", "Add links to comments in the feed",
            "Update the README with the error budget",
            "Add typo-tolerant search to the catalogue",
            "Detect typos in customer addresses at checkout",
            "A typo in the retry config charged customers twice; find out why and prevent it",
            "Fix the typo in the retry configuration", "Make the search of the docs typo-tolerant",
            "Correct the wording of refunds", "Repair broken links between orders and invoices",
        ])
    func planned(_ objective: String) throws {
        #expect(try desk(objective).plan().escalation?["key"] != "trivial")
    }

    @Test("inputs, a route, and tags of a domain say that more is wanted than an edit")
    func wanted() throws {
        let objective = "Fix the typo in the README"
        let slo: JSONValue = ["slo": ["availability": 0.999, "window": 2_592_000]]
        #expect(try desk(objective, inputs: slo).plan().escalation == nil)
        let routed = try desk(objective, route: ["backend.api_reliability"]).plan()
        #expect(routed.escalation?["key"] != "trivial")
        #expect(try desk(objective, tags: ["api"]).plan().escalation?["key"] != "trivial")
        #expect(try desk(objective, tags: ["docs"]).plan().escalation?["key"] == "trivial")
    }

    /// A closing over the API agent's delivery with one risk written into it.
    private func proposals(_ severity: String, _ risk: String) throws -> [JSONValue] {
        let desk = try Desk(Repository.brief("payment-capture.md"))
        var item = try desk.delivered("backend.api_reliability", task: "t-5")
        let index = try #require(item.parts.firstIndex { $0.name == "risk_register.json" })
        var register = try item.json("risk_register.json")
        register["risks"] = [
            [
                "id": "K1", "risk": .string(risk), "severity": .string(severity),
                "likelihood": "medium", "impact": "Trust is lost.", "mitigation": "Look.",
                "owner": "payments-team", "trigger": "A report",
            ]
        ]
        item.parts[index].bytes = register.encoded()
        let closing = try desk.close([item])
        return closing.part("handoff_packet.json")?["proposed_tasks"]?.arrayValue ?? []
    }

    @Test("a high risk in a domain that nobody was planned for proposes its specialist")
    func proposed() throws {
        let risk = "An attacker replays a capture"
        let found = try proposals("high", risk).first { $0["agent"] == "security.reviewer" }
        #expect(found?["title"]?.stringValue == "Look at the risk: \(risk)")
        #expect(found?["why"]?.stringValue?.contains("domain security") == true)

        #expect(try !proposals("medium", risk).contains { $0["agent"] == "security.reviewer" })
        // The API agent was planned.
        let covered = try proposals("high", "Retries of clients use up the error budget")
        #expect(!covered.contains { $0["agent"] == "backend.api_reliability" })
    }
}
