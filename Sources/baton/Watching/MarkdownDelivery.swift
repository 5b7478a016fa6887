// A worker that speaks the wire itself may deliver one Markdown document. What `--out` writes of it
// is the same as for every other agent where that can be done: five documents, and the original.
import BatonBrief
import JSON

/// Turns the Markdown of a bare worker into the five documents.
struct MarkdownDelivery {
    /// SHOW brief.
    let brief: JSONValue
    /// The brief as it was submitted; nil where it is not at hand.
    let submitted: JSONValue?

    /// The documents by part name; none where the delivery is no such Markdown, or its packet
    /// cannot be made again: then the Markdown is all there is.
    func documents(of delivery: JSONValue, markdown: [UInt8]) -> [(name: String, JSONValue)] {
        guard let packet = packet(of: delivery) else { return [] }
        let documents = try? MarkdownDeliverables.documents(fromMarkdown: markdown, packet: packet)
        return documents ?? []
    }

    /// True when one Markdown document stands for the five.
    static func stands(forPartsNamed names: [String]) -> Bool {
        names.contains(Deliverables.markdownName)
            && !names.contains { Deliverables.fiveNames.contains($0) }
    }

    /// The packet as far as the documents repeat it. Answers may have changed the inputs since the
    /// brief was submitted; rather than state the old ones, nothing is made.
    private func packet(of delivery: JSONValue) -> HandoffPacket? {
        let isAnswered = (brief["escalations"]?.arrayValue ?? []).contains {
            $0["state"]?.stringValue == "answered"
        }
        let id = BrokerRows.text(brief, "brief")
        guard !isAnswered, let submitted else { return nil }
        let task = PacketFacts.LeasedTask(
            id: BrokerRows.text(delivery, "task"),
            kind: TaskKindName(rawValue: BrokerRows.text(delivery, "kind")) ?? .work,
            agent: BrokerRows.text(delivery, "agent"), title: BrokerRows.text(delivery, "title"),
            instructions: "", attempt: 1, rejections: 0)
        // The documents repeat no time of their packet.
        let facts = PacketFacts(
            task: task, briefID: id, sentAt: "1970-01-01T00:00:00.000000Z", brief: submitted)
        return HandoffPacket(document: PacketAssembler.assemble(facts).document)
    }
}
