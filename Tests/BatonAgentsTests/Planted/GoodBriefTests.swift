// No good delivery is rejected: every delivery of the engines for briefs of twenty fields, and the
// closings of those that need two specialists.

import BatonAgents
import BatonBrief
import JSON
import Testing

@Suite("Good deliveries", .timeLimit(.minutes(5)))
struct GoodBriefTests {
    @Test("there are twenty good sets at least, of different fields")
    func count() {
        #expect(GoodBrief.all.count >= 20)
        #expect(Set(GoodBrief.all.map(\.name)).count == GoodBrief.all.count)
    }

    @Test("a good delivery is accepted without a remark", arguments: GoodBrief.all)
    func accepted(_ brief: GoodBrief) throws {
        let desk = try brief.desk()
        var items = try brief.agentIDs.enumerated().map { index, agent in
            try desk.delivered(agent, task: "t-\(5 + index)")
        }
        if brief.agents == .both {
            let closing = try desk.close(items)
            items.append(
                try #require(closing.delivered(task: "t-9", agent: "core.orchestrator")))
        }

        for item in items {
            let verdict = try desk.review(item)
            let remarks = (verdict["findings"]?.arrayValue ?? []).map { finding in
                ["rule", "part", "place", "message"].compactMap { finding[$0]?.stringValue }
                    .joined(separator: " ")
            }
            #expect(remarks == [], "\(item.agent)")
            #expect(verdict["verdict"] == "accepted", "\(item.agent)")
        }
    }
}
