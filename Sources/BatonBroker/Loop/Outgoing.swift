// What the loop has to say once the batch is on disk. Nothing of it leaves before.

package import BatonCore
package import BatonWire
package import JSON

package enum Outgoing: Sendable {
    /// An OK; `re` and `seq` are put in when it leaves.
    case reply(RoutingID, id: Int64, header: JSONObject, body: [[UInt8]])
    case refusal(RoutingID, id: Int64, Refusal)
    /// A lease to be sent with its packet.
    case assignment(RoutingID, Attempt)
    /// A question about the state or the records, answered as they are after the commit.
    case view(RoutingID, id: Int64, ViewRequest)

    /// The lease that it assigns.
    var attempt: Attempt? {
        switch self {
        case .assignment(_, let attempt): attempt
        case .reply, .refusal, .view: nil
        }
    }
}

/// What can be read.
package enum ViewRequest: Hashable, Sendable {
    case status
    case list(ListQuery)
    case brief(BriefID)
    case task(TaskID)
    case escalation(EscalationID)
    case agent(AgentName)
    /// An agent reads what its leases name, everybody else everything.
    case document(PartName, offset: Int, reader: SessionID, isAgent: Bool)
    case firstAnswer(EscalationID)
}

package struct ListQuery: Hashable, Sendable {
    package enum Subject: String, Sendable {
        case briefs, tasks, escalations, dead, agents
    }

    package var subject: Subject
    package var brief: BriefID?
    package var agent: AgentName?
    package var state: String?
    package var limit: Int
    package var before: UInt64?
}

/// How a stored part is asked for.
package enum PartName: Hashable, Sendable {
    case digest(String)
    case place(event: UInt64, part: String)
}
