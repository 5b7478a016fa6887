// What an engine is: a pure function from a packet to deliverables, an escalation or a failure.
// No clock, no chance, no order of a dictionary: the same packet gives the same bytes.

package import BatonBrief
package import JSON

/// All that an engine sees.
package struct EngineInput: Sendable {
    /// packet.json.
    package var packet: JSONValue
    /// The bytes of all parts that the packet names, by name; an engine asks for nothing else.
    package var parts: [String: [UInt8]]
    /// The normalised card of the agent that the engine works for.
    package var card: JSONValue

    /// A packet and a card as BatonBrief reads them.
    package init(_ packet: HandoffPacket, card: Card) {
        self.init(packet: packet.document, parts: packet.parts, card: card.json)
    }

    package init(packet: JSONValue, parts: [String: [UInt8]], card: JSONValue) {
        self.packet = packet
        self.parts = parts
        self.card = card
    }
}

/// One part of a delivery: a JSON document, or a text such as YAML or Markdown.
package struct EnginePart: Sendable, Hashable {
    package let name: String
    package let mediaType: String
    /// The document; of a text part the text as a string.
    package let value: JSONValue
    /// Whether the bytes are the text itself and no JSON.
    private let isText: Bool

    package init(name: String, mediaType: String = "application/json", value: JSONValue) {
        self.name = name
        self.mediaType = mediaType
        self.value = value
        isText = false
    }

    /// A part that is delivered as it stands.
    package init(name: String, mediaType: String, text: String) {
        self.name = name
        self.mediaType = mediaType
        value = .string(text)
        isText = true
    }

    /// The bytes to deliver: JSON indented, because people open these files.
    package var bytes: [UInt8] {
        Array((isText ? value.stringValue ?? "" : value.prettyPrinted()).utf8)
    }
}

/// How a run ends.
package enum EngineOutcome: Sendable, Hashable {
    case deliver([EnginePart])
    /// An escalation document as in Protocols/schemas.
    case escalate(JSONValue)
    /// Nothing that this engine can do; never worth another attempt.
    case fail(message: String)
}

/// A deterministic agent.
package protocol Engine: Sendable {
    /// The agent that the engine is the brain of.
    var agentID: String { get }

    /// Works on one packet.
    func run(_ input: EngineInput) -> EngineOutcome
}

/// The engines that are built in.
package enum EngineCatalog {
    /// All of them, in the order of their ids.
    package static let engines: [any Engine] = [
        ReliabilityEngine(), QueueEngine(), OrchestratorEngine(), QualityEngine(),
    ]

    /// The engine for a card of brain `builtin`; nil when there is none of that id.
    package static func engine(for agentID: String) -> (any Engine)? {
        engines.first { $0.agentID == agentID }
    }
}
