// What an engine collects while it works: figures with derivations, assumptions, plan, risks,
// checks.
// `Workings+Documents` turns the collection into the five deliverables and the analysis.

package import BatonBrief
package import JSON

/// The growing result of one run.
package struct Workings: Sendable {
    package let packet: PacketView
    package let card: JSONValue
    /// The bytes of the packet's parts by name: the artifacts of the brief among them.
    package let parts: [String: [UInt8]]
    package let agentID: String
    package private(set) var quantities: [Quantity] = []
    package private(set) var assumptions: [Assumption] = []
    package var requirements: [Requirement] = []
    package private(set) var steps: [(id: String, step: PlanStep)] = []
    package var decisions: [PlanDecision] = []
    package var risks: [Risk] = []
    package var checks: [Check] = []
    package var sections: [Section] = []
    package var plots: [Plot] = []
    /// What could not be computed or is left to a person.
    package private(set) var openQuestions: [String] = []
    package var proposedTasks: [(agent: String, title: String, why: String)] = []
    /// What agents disagree about; only a closing has any.
    package var openDecisions: [OpenDecision] = []
    /// What is said of the things that the playbook asks for; see `answer`.
    package private(set) var delivered: [DeliveredItem] = []
    /// What people may run; see `recommend`.
    package var commands: [RecommendedCommand] = []
    package var nextSteps: [String] = []
    /// Files beside the documents, such as alert rules; delivered after them, in this order.
    package var attachments: [EnginePart] = []
    private var positions: [String: Int] = [:]

    package init(packet: PacketView, card: JSONValue, parts: [String: [UInt8]] = [:]) {
        self.packet = packet
        self.card = card
        self.parts = parts
        agentID = card["id"]?.stringValue ?? packet.agent
    }

    // MARK: figures

    /// Derives a quantity and keeps it; nil (and nothing kept) when an input is missing or the
    /// formula has no value there. Deriving the same id again returns the first value.
    @discardableResult
    package mutating func derive(
        _ id: String, _ label: String, by formulaID: String, _ inputs: [(String, Source)]
    ) -> Double? {
        if let position = positions[id] { return quantities[position].value }
        guard let formula = FormulaRegistry.standard[formulaID] else {
            preconditionFailure("no formula \(formulaID)")
        }
        var resolved: [ResolvedInput] = []
        for (name, source) in inputs {
            guard let input = resolve(name, source, formula) else { return nil }
            resolved.append(input)
        }
        guard let derivation = Derivation.derive(formula, resolved) else { return nil }
        positions[id] = quantities.count
        quantities.append(
            Quantity(
                id: id, label: label, value: derivation.value, unit: formula.unit,
                formula: formula.id, inputs: inputs.map { $1.json(named: $0) },
                evidence: derivation.evidence, confidence: derivation.confidence,
                ceiling: derivation.ceiling, ceilingKind: derivation.kind,
                rationale: derivation.rationale,
                shown: shown(derivation.value, formula)))
        return derivation.value
    }

    private func shown(_ value: Double, _ formula: Formula) -> String {
        formula.isBesidePromise
            ? Shown.availability(
                value, promised: packet.number("/inputs/slo/availability"), formula.rounding)
            : Shown.text(value, unit: formula.unit, rounding: formula.rounding)
    }

    /// The quantity of that id.
    package func quantity(_ id: String) -> Quantity? { positions[id].map { quantities[$0] } }

    /// The shown text of a quantity, or `not computed`.
    package func shown(_ id: String) -> String { quantity(id)?.shown ?? "not computed" }

    /// The quantities that there are of these ids as what a decision rests on.
    package func evidence(_ ids: [String]) -> [String] {
        ids.compactMap { quantity($0) }.map { "\($0.label): \($0.shown)" }
    }

    /// The numeric value of a source.
    package func value(of source: Source?) -> Double? {
        switch source {
        case .pointer(let pointer)?: packet.number(pointer)
        case .quantity(let id)?: quantity(id)?.value
        case .assumed(let value, _)?: value
        case nil: nil
        }
    }

    /// Why something of the field at `pointer` is checked: the brief demands it, or what it does
    /// not state was assumed.
    package func reason(for pointer: String) -> Check.Reason {
        guard packet.number(pointer) == nil,
            let entry = ConservativeTable.entry(for: pointer, card: card)
        else { return .requirement(pointer) }
        return .assumption(entry.statement)
    }

    func resolve(
        _ name: String, _ source: Source, _ formula: Formula
    ) -> ResolvedInput? {
        switch source {
        case .pointer(let pointer):
            return Derivation.packetInput(
                name, pointer: pointer, packet: packet.document, formula: formula)
        case .quantity(let id):
            return quantity(id).map {
                ResolvedInput(
                    name: name, value: .number($0.value), ceiling: $0.ceiling,
                    kind: $0.ceilingKind, confidence: $0.confidence)
            }
        case .assumed(let value, let id):
            return assumptions.first { $0.id == id }.map {
                ResolvedInput(
                    name: name, value: .number(value), ceiling: $0.evidence.ceiling,
                    kind: $0.evidence, confidence: $0.confidence)
            }
        }
    }

    /// The packet's number at `pointer`; else, when the brief allows it, the conservative
    /// assumption of the card or of the documented table; else nil.
    package mutating func source(_ pointer: String) -> Source? {
        if packet.number(pointer) != nil { return .pointer(pointer) }
        guard packet.isConservative,
            let entry = ConservativeTable.entry(for: pointer, card: card)
        else { return nil }
        let id = assume(
            entry.statement, .inference, confidence: 0.5,
            "The brief does not state \(PointerText.field(pointer)) and allows conservative"
                + " assumptions; a person should confirm it.")
        return .assumed(entry.value, assumption: id)
    }

    // MARK: entries

    /// Records an assumption once; the same statement keeps its id.
    package mutating func assume(
        _ statement: String, _ evidence: Evidence, confidence: Double, _ rationale: String
    ) -> String {
        if let known = assumptions.first(where: { $0.statement == statement }) { return known.id }
        let id = "A\(assumptions.count + 1)"
        assumptions.append(
            Assumption(
                id: id, statement: statement, evidence: evidence,
                confidence: min(confidence, evidence.ceiling), rationale: rationale))
        return id
    }

    /// Adds a step and returns its id, for the steps that depend on it.
    @discardableResult
    package mutating func add(_ step: PlanStep) -> String {
        let id = "S\(steps.count + 1)"
        steps.append((id, step))
        return id
    }

    /// Says of a thing that the playbook asks for where it stands, or why it does not apply. What
    /// was not asked for, or was said already, is left.
    package mutating func answer(_ id: String, _ answer: DeliveredItem.Answer) {
        guard packet.asked.contains(where: { $0.id == id }),
            !delivered.contains(where: { $0.id == id })
        else { return }
        delivered.append(DeliveredItem(id: id, answer))
    }

    /// Answers all that is still open: lists that every delivery has are named; of anything else an
    /// engine says that it does not make it, and the closing asks who does.
    mutating func answerRest() {
        let lists = [
            ("decisions", decisions.isEmpty), ("steps", steps.isEmpty), ("risks", risks.isEmpty),
            ("checks", checks.isEmpty),
        ]
        for item in packet.asked {
            if lists.contains(where: { $0.0 == item.id && !$0.1 }) {
                answer(item.id, .at([item.id]))
            } else {
                answer(item.id, .notApplicable("\(agentID) makes nothing of the kind"))
            }
        }
    }

    /// Notes what a person must still say; a question is noted once.
    package mutating func ask(_ question: String) {
        if !openQuestions.contains(question) { openQuestions.append(question) }
    }
}
