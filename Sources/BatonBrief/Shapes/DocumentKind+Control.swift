// Shapes of the documents that the broker itself reads (plan, verdict, escalation, answer) and of
// the packet, the card and the event. Unknown members of control documents are refused: a misspelt
// key would otherwise change a decision silently.

extension DocumentKind {
    private static let ids = Shape.list(.text(.identifier, max: 64), count: 0...64)
    private static let seconds = Shape.positive(max: 3_153_600_000)
    private static let instant = Shape.integer(0...9_007_199_254_740_991)

    static let planShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.plan.format)),
            .required("playbook", .text(.identifier, max: 64)),
            .required(
                "route",
                .list(
                    .object(
                        [
                            .required("agent", .text(.agent, max: 128)),
                            .required("score", .number(-1e9...1e9)),
                            .required("chosen", .boolean),
                            .required("reasons", .texts),
                        ], rest: .refused), count: 0...1024)),
            .required("requirements", .list(requirementShape, count: 0...512)),
            .required("assumptions", .orNone(.list(assumptionShape, count: 0...512))),
            .required("tasks", .list(planTaskShape, count: 1...4096)),
            .optional("gates", .list(planGateShape, count: 0...64)),
            .required(
                "close",
                .object(
                    [
                        .required("title", .visible), .required("instructions", .visible),
                        .optional("deliver", DeliveryItem.listShape),
                    ], rest: .refused)),
        ], rest: .refused)

    private static let planGateShape = Shape.object(
        [.required("id", .text(.identifier, max: 64)), .required("title", .visible)], rest: .refused
    )

    private static let planTaskShape = Shape.object(
        [
            .required("id", .text(.identifier, max: 64)),
            .required("agent", .text(.agent, max: 128)),
            .required("title", .visible),
            .required("instructions", .visible),
            .optional("depends_on", ids),
            .optional("deliver", DeliveryItem.listShape),
            .optional("priority", .integer(0...9)),
            .optional("deadline", seconds),
            .optional("not_before", instant),
            .optional("attempt_timeout", seconds),
            .optional("silence_timeout", seconds),
        ], rest: .refused)

    static let verdictShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.verdict.format)),
            .required("verdict", .choice(["accepted", "rejected"])),
            .required("subject", .text(.task, max: 18)),
            .required("findings", .list(findingShape, count: 0...1024)),
            .optional("checked", .anyObject),
            .optional("summary", .anyText(max: 16_384)),
        ], rest: .refused)

    static let findingShape = Shape.object(
        [
            .required("rule", .text(.identifier, max: 64)),
            .required("severity", .choice(severities)),
            .required("part", .anyText(max: 512)),
            .required("place", .anyText(max: 1024)),
            .required("message", .visible),
            .required("satisfy", .visible),
        ], rest: .allowed)

    static let escalationShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.escalation.format)),
            .required("blocker", .visible),
            .required("impact", .visible),
            .required("options", .list(optionShape, count: 2...16)),
            .required("recommended", .text(.identifier, max: 64)),
            .required("rationale", .visible),
            .required("needs", .visible),
            .required("severity", .choice(severities)),
            .optional("owner", .visible),
            .optional("key", .text(.identifier, max: 64)),
            .optional("deadline", seconds),
            .optional(
                "context",
                .list(
                    .object(
                        [
                            .required("name", .visible),
                            .required("digest", .text(.digest, max: 64)),
                            .required("size", .integer(0...16_777_216)),
                        ], rest: .refused), count: 0...8)),
        ], rest: .refused)

    private static let optionShape = Shape.object(
        [
            .required("id", .text(.identifier, max: 64)),
            .required("label", .visible),
            .required("tradeoffs", .visible),
            .required("effect", effectShape),
        ], rest: .refused)

    private static let effectShape = Shape.either(
        [
            .object(
                [.required("kind", .constant("patch")), .required("patch", .anyObject)],
                rest: .refused),
            .object(
                [.required("kind", .constant("revise")), .required("instructions", .visible)],
                rest: .refused),
            .object(
                [.required("kind", .choice(["cancel", "none", "accept"]))], rest: .refused),
        ], called: "an effect: patch with a patch, revise with instructions, cancel, none or accept"
    )

    static let answerShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.answer.format)),
            .required("option", .text(.identifier, max: 64)),
            .optional("patch", .anyObject),
            .optional("instructions", .visible),
            .required("reason", .visible),
        ], rest: .refused)

    static let decisionShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.decision.format)),
            .required("decision", .visible),
            .required("why", .visible),
            .required(
                "alternatives",
                .orNone(
                    .list(
                        .object(
                            [.required("option", .visible), .required("why_not", .visible)],
                            rest: .refused), count: 0...64))),
            .required("evidence", .orNone(.texts)),
        ], rest: .refused)

    static let evidenceShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.evidence.format)),
            .required("producer", .visible),
            .optional("note", .visible),
        ], rest: .refused)

    static let exampleChecksShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.exampleChecks.format)),
            .required("outcome", .choice(["delivered", "escalated", "failed"])),
            .required(
                "checks",
                .list(
                    .object(
                        [
                            .required("part", .visible),
                            .optional("pointer", .text(.pointer, max: 256)),
                            .optional("equals", .any),
                            .optional("contains", .visible),
                            .optional("items_min", .integer(0...1_024)),
                        ], rest: .refused), count: 0...256)),
        ], rest: .refused)

    /// Seconds: of a second to a day.
    private static let ratePeriod = Shape.number(1...86_400)

    static let cardShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.card.format)),
            .required("id", .text(.agent, max: 128)),
            .required("name", .visible),
            .optional("description", .anyText(max: 65_536)),
            .required("tags", .texts),
            .required("hosts", .texts),
            .required("dependencies", .list(.text(.agent, max: 128), count: 0...64)),
            .optional("brain", .choice(["builtin", "command"])),
            .optional("command", .list(.anyText(max: 4096), count: 1...256)),
            .optional("preset", .choice(["claude", "codex"])),
            .optional("worker", .list(.anyText(max: 4096), count: 1...256)),
            .optional(
                "context", .list(.list(.anyText(max: 1_024), count: 1...64), count: 1...8)),
            .required("env", .texts),
            .required("review", .choice(["required", "none"])),
            .optional("attempt_timeout", seconds),
            .optional("silence_timeout", seconds),
            .optional(
                "rate",
                .object(
                    [.required("count", .integer(1...10_000)), .required("per", ratePeriod)],
                    rest: .refused)),
            .required("instances", .integer(0...256)),
            .required("concurrency", .integer(1...256)),
            .required(
                "activation",
                .object(
                    [
                        .required("tags", .texts), .required("phrases", .texts),
                        .required("inputs", .list(.text(.pointer, max: 256), count: 0...256)),
                    ], rest: .refused)),
            .required(
                "required_inputs",
                .list(
                    .object(
                        [
                            .required("pointer", .text(.pointer, max: 256)),
                            .required("why", .anyText(max: 4096)),
                            .optional("assumable", .any),
                            .required("field", .visible),
                        ], rest: .refused), count: 0...256)),
            .required("deliverables", .texts),
            .required("sections", .object([], rest: .each(.anyText(max: 262_144)))),
            .required("body", .anyText(max: 262_144)),
            .required("extra", .anyObject),
            .optional("source", .visible),
        ], rest: .refused)

    static let eventShape = Shape.object(
        [
            .required("v", .integer(1...1)),
            .required("seq", .integer(0...9_007_199_254_740_991)),
            .required("time", .text(.instant, max: 27)),
            .required("type", .text(.eventType, max: 64)),
            .required("actor", .text(.visible, max: 512)),
            .optional("brief", .text(.brief, max: 18)),
            .optional("task", .text(.task, max: 18)),
            .optional("attempt", .integer(0...9_007_199_254_740_991)),
            .optional("cause", .integer(0...9_007_199_254_740_991)),
            .required("data", .anyObject),
        ], rest: .refused)
}
