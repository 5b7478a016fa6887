// Briefs of many fields, kept small, whose deliveries must all be accepted. The defects are planted
// into what the engines deliver for them, so no rule can be fitted to one example.

import BatonAgents
import BatonBrief
import JSON
import Testing

/// One brief and the agents that deliver for it.
struct GoodBrief: Sendable, CustomTestStringConvertible {
    enum Agents: Sendable { case api, queue, both }

    let name: String
    let agents: Agents
    let text: String

    var testDescription: String { name }

    static let api = "backend.api_reliability"
    static let queue = "backend.queue_worker_planner"

    /// The agents by id.
    var agentIDs: [String] {
        switch agents {
        case .api: [Self.api]
        case .queue: [Self.queue]
        case .both: [Self.api, Self.queue]
        }
    }

    /// A desk for the brief, routed where both agents work on it.
    func desk() throws -> Desk {
        let reading = BriefParser.parse(Array(text.utf8), name: name + ".md")
        try #require(reading.diagnostics.filter { $0.severity == .error } == [], "\(name)")
        var desk = try Desk(try #require(reading.document?.json))
        if agents == .both { desk.route = try desk.plan().part("plan.json")?["route"] }
        return desk
    }

    static func named(_ name: String) throws -> GoodBrief {
        try #require(all.first { $0.name == name }, "no brief \(name)")
    }

    static let all = services + streams + wholes
}
