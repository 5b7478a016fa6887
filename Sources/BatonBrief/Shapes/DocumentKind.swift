// Every JSON document that Baton's parts exchange, with its format name, its shape and its schema.
// The shapes themselves stand in DocumentKind+Deliverables.swift, +Control.swift and +Brief.swift.
package import JSON

/// A kind of document.
package enum DocumentKind: String, Sendable, CaseIterable {
    case brief
    case packet
    case objectiveSnapshot = "objective_snapshot"
    case executionPlan = "execution_plan"
    case riskRegister = "risk_register"
    case validationChecklist = "validation_checklist"
    case handoffPacket = "handoff_packet"
    case analysis
    case plan
    case verdict
    case escalation
    case answer
    case decision
    case evidence
    case exampleChecks = "example_checks"
    case card
    case event

    /// The value of the document's `format` member. An event has `v` instead.
    package var format: String { "baton.\(rawValue)/1" }

    /// The file name of the schema without `.schema.json`.
    package var schemaName: String { rawValue }

    /// The shape that the schema and the checks share.
    package var shape: Shape {
        switch self {
        case .brief: Self.briefShape
        case .packet: Self.packetShape
        case .objectiveSnapshot: Self.objectiveSnapshotShape
        case .executionPlan: Self.executionPlanShape
        case .riskRegister: Self.riskRegisterShape
        case .validationChecklist: Self.validationChecklistShape
        case .handoffPacket: Self.handoffPacketShape
        case .analysis: Self.analysisShape
        case .plan: Self.planShape
        case .verdict: Self.verdictShape
        case .escalation: Self.escalationShape
        case .answer: Self.answerShape
        case .decision: Self.decisionShape
        case .evidence: Self.evidenceShape
        case .exampleChecks: Self.exampleChecksShape
        case .card: Self.cardShape
        case .event: Self.eventShape
        }
    }

    /// The JSON Schema of this kind.
    package var schema: JSONValue {
        shape.schemaDocument(id: schemaName, title: "Baton \(title)", description: summary)
    }

    /// The kind's name in words.
    package var title: String {
        rawValue.split(separator: "_").joined(separator: " ")
    }

    /// One sentence on what the document is for.
    package var summary: String {
        switch self {
        case .brief: "What a person submits, normalised to base units."
        case .packet: "Everything that an agent consumes with a lease; every part present."
        case .objectiveSnapshot: "What is to be reached, and under which constraints."
        case .executionPlan: "The steps, their owners, and the decisions behind them."
        case .riskRegister: "Risks with severity, mitigation, owner and trigger."
        case .validationChecklist: "Measurable checks, each tracing to an acceptance criterion."
        case .handoffPacket: "The packet for the next owner."
        case .analysis: "An agent's numbers with formula and inputs, and its reasoning."
        case .plan: "The tasks that a brief becomes, and why."
        case .verdict: "The quality gate's answer with its findings."
        case .escalation: "A blocker as data: options, recommendation, what is needed."
        case .answer: "A person's decision on an escalation."
        case .decision: "What a person decided about a brief, and why."
        case .evidence: "What shows that a gate of a brief is passed, or that it is not."
        case .exampleChecks: "What must hold for the delivery of an agent on an example."
        case .card: "An agent's card, normalised."
        case .event: "One leaf of the journal. The list of types is open."
        }
    }

    /// Checks a parsed document: its shape, then the rules that a schema cannot say.
    /// All findings are returned, in document order; empty means valid.
    package func findings(in document: JSONValue) -> [DocumentFinding] {
        let shapeFindings = shape.findings(in: document)
        // The further rules read members that the shape guarantees.
        guard shapeFindings.isEmpty else { return shapeFindings }
        switch self {
        case .plan: return PlanDocument.ruleFindings(in: document, limits: .standard)
        case .verdict: return VerdictDocument.ruleFindings(in: document)
        case .escalation: return EscalationDocument.ruleFindings(in: document, raisedByGate: true)
        case .answer: return AnswerDocument.ruleFindings(in: document)
        case .objectiveSnapshot, .executionPlan, .riskRegister, .validationChecklist, .analysis:
            return DeliverableRules.findings(in: document, kind: self)
        case .brief, .packet, .handoffPacket, .decision, .evidence, .exampleChecks, .card, .event:
            return []
        }
    }

    /// Parses and checks the bytes of a document of this kind.
    /// - Throws: every finding; one at the root if the bytes are no JSON.
    package func parse(_ bytes: [UInt8]) throws(DocumentRefusal) -> JSONValue {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw DocumentRefusal([
                DocumentFinding(
                    pointer: "",
                    message: "line \(error.line), column \(error.column): \(error.message)",
                    satisfy: "write one JSON object")
            ])
        }
        let found = findings(in: document)
        guard found.isEmpty else { throw DocumentRefusal(found) }
        return document
    }
}
