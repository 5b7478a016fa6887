// Shapes of the five deliverables and of an agent's own analysis.

extension DocumentKind {
    /// `format`, `agent` and `task` open each deliverable.
    private static func deliverable(_ kind: DocumentKind, _ fields: [ShapeField]) -> Shape {
        .object(
            [
                .required("format", .constant(kind.format)),
                .required("agent", .text(.agent, max: 128)),
                .required("task", .text(.task, max: 18)),
            ] + fields,
            rest: .allowed)
    }

    private static func identified(_ fields: [ShapeField]) -> Shape {
        .object([.required("id", .text(.identifier, max: 64))] + fields, rest: .allowed)
    }

    private static let many = 0...512
    private static let some = 1...512

    static let objectiveSnapshotShape = deliverable(
        .objectiveSnapshot,
        [
            .required("objective", .visible),
            .required(
                "success_criteria",
                .orNone(.list(identified([.required("text", .visible)]), count: many))),
            .required(
                "acceptance_criteria",
                .orNone(.list(identified([.required("text", .visible)]), count: many))),
            .required(
                "requirements",
                .orNone(.list(requirementShape, count: many))),
            .required("constraints", constraintsShape),
            .required("assumptions", .orNone(.list(assumptionShape, count: many))),
            .optional("decides", .orNone(.texts)),
            .optional("must_ask", .orNone(.texts)),
            .required("out_of_scope", .orNone(.texts)),
            .required(
                "decided",
                .orNone(
                    .list(
                        .object(
                            [
                                .required("escalation", .text(.escalation, max: 18)),
                                .required("option", .text(.identifier, max: 64)),
                                .required("label", .visible),
                                .required("reason", .visible),
                                .required("by", .visible),
                            ], rest: .allowed), count: many))),
        ])

    static let requirementShape = identified([
        .required("text", .visible),
        .required("kind", .choice(["hard", "soft", "inferred"])),
        .required("source", .visible),
    ])

    static let assumptionShape = identified([
        .required("statement", .visible),
        .required("evidence", .choice(evidenceKinds)),
        .required("confidence", .number(0...1)),
        .required("ceiling", .number(0...1)),
        .required("rationale", .visible),
    ])

    /// Kinds of evidence, strongest first.
    package static let evidenceKinds = [
        "definition", "measurement", "computed", "research", "report", "inference",
    ]

    /// What competes when recommendations collide, strongest first.
    package static let ranks = [
        "reliability", "security", "performance", "features", "convenience",
    ]

    static let constraintsShape = Shape.orNone(
        .object(
            constraintNames.map { .optional($0, .orNone(.texts)) }, rest: .refused))

    /// The kinds of constraint a brief can state.
    package static let constraintNames = [
        "security", "legal", "budget", "timeline", "staffing", "other",
    ]

    static let executionPlanShape = deliverable(
        .executionPlan,
        [
            .required(
                "steps",
                .list(
                    identified([
                        .required("title", .visible),
                        .required("detail", .visible),
                        .required("owner", .visible),
                        .required(
                            "depends_on", .list(.text(.identifier, max: 64), count: many)),
                        .required("done_when", .visible),
                    ]), count: some)),
            .required("decisions", .orNone(.list(planDecisionShape, count: many))),
        ])

    static let planDecisionShape = identified([
        .required("decision", .visible),
        .required(
            "alternatives",
            .orNone(
                .list(
                    .object(
                        [.required("option", .visible), .required("why_not", .visible)],
                        rest: .allowed), count: many))),
        .required("rank", .choice(ranks)),
        .required("rationale", .visible),
        .optional("evidence", .orNone(.list(.visible, count: many))),
    ])

    static let riskRegisterShape = deliverable(
        .riskRegister,
        [
            .required(
                "risks",
                .list(
                    identified([
                        .required("risk", .visible),
                        .required("severity", .choice(severities)),
                        .required("likelihood", .choice(likelihoods)),
                        .required("impact", .visible),
                        .optional("impact_level", .choice(impactLevels)),
                        .required("mitigation", .visible),
                        .required("owner", .visible),
                        .required("trigger", .visible),
                        .optional(
                            "sources",
                            .list(
                                .object(
                                    [
                                        .required("agent", .text(.agent, max: 128)),
                                        .required("risk", .visible),
                                    ], rest: .allowed), count: many)),
                    ]), count: some))
        ])

    /// Severities, lowest first.
    package static let severities = ["low", "medium", "high", "critical"]

    /// How bad it is when a risk comes true, least first.
    package static let impactLevels = ["minor", "moderate", "major", "critical"]

    /// How likely a risk is, least first.
    package static let likelihoods = ["low", "medium", "high"]

    static let validationChecklistShape = deliverable(
        .validationChecklist,
        [
            .required(
                "checks",
                .list(
                    identified([
                        .required("traces", .list(.text(.identifier, max: 64), count: many)),
                        .required("metric", .visible),
                        .required("comparator", .choice(["<=", ">=", "<", ">", "="])),
                        .required(
                            "threshold",
                            .either(
                                [.number(-1e300...1e300), .visible, .boolean],
                                called: "a number, a text, true or false")),
                        .required("unit", .anyText(max: 64)),
                        .required("method", .visible),
                        .required("when", .visible),
                        .required("owner", .visible),
                    ]), count: some))
        ])

    static let handoffPacketShape = deliverable(
        .handoffPacket,
        [
            .required(
                "to",
                .either(
                    [.text(.agent, max: 128), .constant(noneStated)],
                    called: "an agent id, or \"\(noneStated)\"")),
            .required("objective", .visible),
            .required("success_criteria", .orNone(.list(criterionShape, count: many))),
            .required("constraints", constraintsShape),
            .required("inputs", .orNone(.anyObject)),
            .required("route", .orNone(.anyObject)),
            .required("artifacts", .orNone(.list(.any, count: many))),
            .required("definition_of_done", .orNone(.texts)),
            .required("findings", .orNone(.list(.anyObject, count: many))),
            .required("answers", .orNone(.list(.anyObject, count: many))),
            .required("decisions", .orNone(.list(.any, count: many))),
            .required("open_questions", .orNone(.list(.any, count: many))),
            .required(
                "proposed_tasks",
                .orNone(
                    .list(
                        .object(
                            [
                                .required("agent", .text(.agent, max: 128)),
                                .required("title", .visible), .required("why", .visible),
                            ], rest: .allowed), count: many))),
            .optional("delivered", .orNone(.list(DeliveryItem.answerShape, count: many))),
            .optional("open_decisions", .orNone(.list(openDecisionShape, count: many))),
            .optional("recommended_commands", .orNone(.list(commandShape, count: many))),
            .required("summary", .visible),
            .required("next_steps", .orNone(.texts)),
        ])

    /// What agents disagree about and no rank decides: for a person.
    static let openDecisionShape = identified([
        .required("question", .visible),
        .required(
            "positions",
            .list(
                .object(
                    [
                        .required("agent", .text(.agent, max: 128)),
                        .required("says", .visible),
                        .required("part", .visible),
                        .required("pointer", .text(.pointer, max: 1024)),
                        .required("rank", .choice(ranks)),
                    ], rest: .allowed), count: many)),
        .required(
            "options",
            .list(
                identified([.required("label", .visible), .required("tradeoffs", .visible)]),
                count: 2...26)),
        .required("recommended", .text(.identifier, max: 64)),
        .required("rationale", .visible),
        .required("owner", .visible),
    ])

    /// A command that a person may run; nobody else does.
    static let commandShape = Shape.object(
        [
            .required("command", .visible), .required("why", .visible),
            .optional("by", .list(.text(.agent, max: 128), count: many)),
        ], rest: .allowed)

    /// A criterion as text, or with an id.
    static let criterionShape = Shape.either(
        [.visible, identified([.required("text", .visible)])],
        called: "a text, or an object with id and text")

    static let analysisShape = deliverable(
        .analysis,
        [
            .required("summary", .visible),
            .required("quantities", .list(quantityShape, count: 0...2048)),
            .required(
                "sections",
                .list(
                    .object(
                        [
                            .required("title", .visible),
                            .required("text", .anyText(max: 65_536)),
                            .optional(
                                "table",
                                .object(
                                    [
                                        .required("columns", .texts),
                                        .required(
                                            "rows",
                                            .list(
                                                .list(.anyText(max: 8192), count: 0...64),
                                                count: 0...4096)),
                                    ], rest: .refused)),
                        ], rest: .allowed), count: many)),
            .optional("plots", .list(plotShape, count: many)),
        ])

    static let quantityShape = identified([
        .required("label", .visible),
        .required(
            "value",
            .either([.number(-1e300...1e300), .boolean, .visible], called: "a number")),
        .required("unit", .anyText(max: 64)),
        .required("formula", .visible),
        .required("inputs", .list(quantityInputShape, count: 0...1024)),
        .required("evidence", .choice(evidenceKinds)),
        .required("confidence", .number(0...1)),
        .required("ceiling", .number(0...1)),
        .optional("ceiling_kind", .choice(evidenceKinds)),
        .optional("rationale", .visible),
        .required("shown", .visible),
    ])

    static let quantityInputShape = Shape.either(
        [
            .object(
                [.required("name", .visible), .required("pointer", .text(.pointer, max: 1024))],
                rest: .refused),
            .object(
                [.required("name", .visible), .required("quantity", .text(.identifier, max: 64))],
                rest: .refused),
            .object(
                [
                    .required("name", .visible), .required("value", .any),
                    .optional("assumption", .text(.identifier, max: 64)),
                ], rest: .refused),
        ], called: "an object with name and one of pointer, quantity or value")
}
