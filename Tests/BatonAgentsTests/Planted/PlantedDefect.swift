// One defect, planted into one good delivery. The table was written before the rules that find
// most of it, from what reviewers of real plans complain about; the rows of QualityMutationTests
// were written beside their rules. Together they are what the gate is measured by.

import BatonAgents
import BatonBrief
import JSON
import Testing

/// A defect and where it is planted.
struct PlantedDefect: Sendable, CustomTestStringConvertible {
    /// What is wrong, as a reviewer would sort it.
    enum Kind: String, Sendable, CaseIterable {
        case completeness, measurability, traceability, risks, ownership, scope, decisions
        case contradictions, words, secrets, invention, language, figures, formulas, confidence
    }

    let name: String
    let kind: Kind
    /// The name of the good brief whose delivery is spoilt.
    let brief: String
    let agent: String?
    private let plant: @Sendable (inout DeliveryDraft) throws -> Void

    /// - Parameter agent: by default the first agent of the brief.
    init(
        _ name: String, _ kind: Kind, _ brief: String, by agent: String? = nil,
        _ plant: @escaping @Sendable (inout DeliveryDraft) throws -> Void
    ) {
        self.name = name
        self.kind = kind
        self.brief = brief
        self.agent = agent
        self.plant = plant
    }

    var testDescription: String { "\(kind.rawValue): \(name)" }

    /// The good delivery that the defect goes into.
    func delivery() throws -> (desk: Desk, item: Delivered) {
        let brief = try GoodBrief.named(self.brief)
        var desk = try brief.desk()
        desk.repeats = false
        let agent = try #require(self.agent ?? brief.agentIDs.first)
        return (desk, try desk.delivered(agent, task: "t-5"))
    }

    /// The verdict on the delivery with the defect in it.
    func verdict(on desk: Desk, _ good: Delivered) throws -> JSONValue {
        var item = good
        var draft = try DeliveryDraft(item, packet: desk.packet(item.agent, task: "t-5").document)
        let before = draft.parts
        try plant(&draft)
        item.parts = draft.parts
        let isChanged =
            before.count != item.parts.count
            || !zip(before, item.parts).allSatisfy { $0.bytes == $1.bytes }
        try #require(isChanged, "the defect changes something")
        return try desk.review(item)
    }

    static let all =
        structural + accountable + verbal + numerical
}
