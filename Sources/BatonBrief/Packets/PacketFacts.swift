// What the broker knows about a task when it leases it: plain values, no ids of its own types, so
// that the assembler stays a pure function.
package import JSON

/// A stored part, named by its content.
package struct PartReference: Sendable, Hashable {
    package var name: String
    package var mediaType: String
    /// Bytes.
    package var size: Int
    /// SHA-256 of the content, lower-case hexadecimal.
    package var digestHex: String

    package init(name: String, mediaType: String, size: Int, digestHex: String) {
        self.name = name
        self.mediaType = mediaType
        self.size = size
        self.digestHex = digestHex
    }
}

/// Everything that goes into one packet.
package struct PacketFacts: Sendable {
    /// The leased task.
    package struct LeasedTask: Sendable {
        /// `t-18`.
        package var id: String
        package var kind: TaskKindName
        package var agent: String
        package var title: String
        package var instructions: String
        /// From 1.
        package var attempt: Int
        package var rejections: Int

        package init(
            id: String, kind: TaskKindName, agent: String, title: String, instructions: String,
            attempt: Int, rejections: Int,
        ) {
            self.id = id
            self.kind = kind
            self.agent = agent
            self.title = title
            self.instructions = instructions
            self.attempt = attempt
            self.rejections = rejections
        }
    }

    /// An answered escalation, in the order of the answers.
    package struct Answered: Sendable {
        /// `e-23`.
        package var escalationID: String
        package var escalation: JSONValue
        package var answer: JSONValue
        /// `user/ann`.
        package var by: String
        /// RFC 3339.
        package var at: String

        package init(
            escalationID: String, escalation: JSONValue, answer: JSONValue, by: String, at: String,
        ) {
            self.escalationID = escalationID
            self.escalation = escalation
            self.answer = answer
            self.by = by
            self.at = at
        }
    }

    /// An accepted task that this one depends on.
    package struct Upstream: Sendable {
        /// `t-20`.
        package var task: String
        package var agent: String
        package var title: String
        /// `verdict` or `exception`.
        package var acceptedBy: String
        /// The tasks that it waited for: `t-18`.
        package var dependsOn: [String]
        package var parts: [PartReference]

        package init(
            task: String, agent: String, title: String, acceptedBy: String,
            dependsOn: [String] = [], parts: [PartReference],
        ) {
            self.task = task
            self.agent = agent
            self.title = title
            self.acceptedBy = acceptedBy
            self.dependsOn = dependsOn
            self.parts = parts
        }
    }

    /// The task under review.
    package struct Subject: Sendable {
        package var task: String
        package var agent: String
        package var attempt: Int
        package var title: String
        package var instructions: String
        package var parts: [PartReference]
        /// The plan's entry for it.
        package var plannedTask: JSONValue?
        /// The answers that the subject's own packet had; its inputs are recomputed from them.
        package var answers: [Answered]

        package init(
            task: String, agent: String, attempt: Int, title: String, instructions: String,
            parts: [PartReference], plannedTask: JSONValue? = nil, answers: [Answered],
        ) {
            self.task = task
            self.agent = agent
            self.attempt = attempt
            self.title = title
            self.instructions = instructions
            self.parts = parts
            self.plannedTask = plannedTask
            self.answers = answers
        }
    }

    /// A registered agent and its card.
    package struct RegisteredAgent: Sendable {
        package var id: String
        package var card: PartReference

        package init(id: String, card: PartReference) {
            self.id = id
            self.card = card
        }
    }

    package var task: LeasedTask
    /// `b-17`; nil for direct tasks.
    package var briefID: String?
    /// RFC 3339 with microseconds.
    package var sentAt: String
    /// brief.json.
    package var brief: JSONValue?
    /// The plan's entry for this task.
    package var plannedTask: JSONValue?
    /// The plan's `route` list.
    package var route: JSONValue?
    package var answers: [Answered] = []
    package var upstream: [Upstream] = []
    package var subject: Subject?
    /// Findings of the last rejecting verdict.
    package var findings: [JSONValue] = []
    package var decisions: [JSONValue] = []
    /// For a close, and for whoever reviews it: the gates of the brief with their evidence.
    package var gates: [JSONValue] = []
    package var agents: [RegisteredAgent] = []
    /// The brief's artifacts as they are stored.
    package var artifacts: [PartReference] = []
    /// Direct tasks: the submitted parts, in their order.
    package var submitted: [PartReference] = []
    /// Direct tasks: the first submitted part that is a JSON object, parsed.
    package var submittedDocument: JSONValue?

    package init(task: LeasedTask, briefID: String?, sentAt: String, brief: JSONValue?) {
        self.task = task
        self.briefID = briefID
        self.sentAt = sentAt
        self.brief = brief
    }
}
