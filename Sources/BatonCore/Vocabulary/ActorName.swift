// Who did something, as the transport proved it. It is never read from a message.

/// The identity behind a command: `broker`, `supervisor`, `agent/x`, `user/ann` or
/// `user/ann/agent/x`.
package struct ActorName: Hashable, Sendable, CustomStringConvertible {
    /// What an actor may do follows from its kind alone.
    package enum Kind: Hashable, Sendable {
        case broker
        case supervisor
        /// A supervised process, proven by its token.
        case agent
        /// A person on this host, proven by the kernel's peer credentials.
        case person
        /// A person's process that took an agent's role.
        case bareWorker
    }

    package let kind: Kind
    package let text: String

    private init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }

    package static let broker = ActorName(kind: .broker, text: "broker")
    package static let supervisor = ActorName(kind: .supervisor, text: "supervisor")

    package static func agent(_ agent: AgentName) -> ActorName {
        ActorName(kind: .agent, text: "agent/\(agent.text)")
    }

    package static func person(_ user: String) -> ActorName {
        ActorName(kind: .person, text: "user/\(user)")
    }

    /// The same person at work in an agent's role.
    package func taking(role agent: AgentName) -> ActorName {
        precondition(kind == .person || kind == .bareWorker, "only a person takes a role")
        return ActorName(kind: .bareWorker, text: "\(provenIdentity)/agent/\(agent.text)")
    }

    /// Reads what an event holds.
    package init(text: String) {
        self.text = text
        if text == "broker" {
            kind = .broker
        } else if text == "supervisor" {
            kind = .supervisor
        } else if text.hasPrefix("agent/") {
            kind = .agent
        } else if text.split(separator: "/").count > 2 {
            kind = .bareWorker
        } else {
            kind = .person
        }
    }

    /// What was proven, without the claimed role.
    package var provenIdentity: String {
        guard kind == .bareWorker else { return text }
        return text.split(separator: "/").prefix(2).joined(separator: "/")
    }

    /// The agent whose role this actor plays, if any.
    package var role: AgentName? {
        switch kind {
        case .broker, .supervisor, .person: nil
        case .agent: AgentName(String(text.dropFirst("agent/".count)))
        case .bareWorker:
            AgentName(text.split(separator: "/", maxSplits: 3).last.map(String.init) ?? "")
        }
    }

    package var description: String { text }
}
