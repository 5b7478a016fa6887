// Shapes of the normalised brief and of the handoff packet that an agent consumes.

extension DocumentKind {
    private static let seconds = Shape.number(0...3_153_600_000)

    /// A number, or the number with where it comes from.
    private static func sourced(_ number: Shape) -> Shape {
        .either(
            [
                number,
                .object(
                    [.required("value", number), .required("from", .text(.visible, max: 256))],
                    rest: .refused),
            ], called: number.expectation + ", or {\"value\": …, \"from\": …}")
    }

    private static let ratio = sourced(.number(0...1))
    private static let time = sourced(seconds)
    private static let rate = sourced(.number(0...1e12))
    private static let count = sourced(.number(0...1e12))
    private static let name = Shape.text(.identifier, max: 64)
    private static let names = Shape.list(.text(.identifier, max: 64), count: 0...256)
    private static let money = sourced(
        .object(
            [
                .required("amount", .number(0...1e12)),
                .required("currency", .text(.currency, max: 3)),
            ], rest: .refused))

    private static func optionals(_ names: [String], _ shape: Shape) -> [ShapeField] {
        names.map { .optional($0, shape) }
    }

    private static let traffic = Shape.object(
        [
            .optional("mean", rate),
            .optional(
                "peak",
                .object([.required("rate", rate), .optional("for", time)], rest: .refused)),
        ], rest: .refused)

    private static let percentiles = ["p50", "p90", "p95", "p99"]

    private static let slo = Shape.object(
        optionals(["availability", "error_rate"], ratio)
            + optionals(
                ["latency_p50", "latency_p90", "latency_p95", "latency_p99", "window", "recovery"],
                time), rest: .refused)

    private static let dependency = Shape.object(
        [
            .required("name", name),
            .optional("kind", .choice(["hard", "soft", "cached", "redundant"])),
            .optional("group", name), .optional("need", count),
            .optional("shares", names), .optional("limit", rate), .optional("attempts", count),
            .optional(
                "maintenance",
                .object([.required("for", time), .required("every", time)], rest: .refused)),
        ] + optionals(["availability"], ratio)
            + optionals(["latency_p50", "latency_p99", "timeout", "stale_ok"], time),
        rest: .refused)

    private static let call = Shape.either(
        [name, .object([.required("parallel", names)], rest: .refused)],
        called: "a dependency's name, or {\"parallel\": [names]}")

    private static let operation = Shape.object(
        [
            .required("id", name),
            .optional("method", .text(.identifier, max: 16)),
            .optional("path", .text(.pointer, max: 1024)),
            .optional("share", ratio),
            .optional("calls", .list(call, count: 0...64)),
            .optional("idempotency", .visible),
            .optional("key_retention", time),
            .optional("writes", names), .optional("publishes", names),
        ], rest: .refused)

    private static let queue = Shape.object(
        [
            .required("name", name),
            .optional("arrival_rate", traffic),
            .optional("arrivals_cv", count),
            .optional(
                "service_time",
                .object(
                    optionals(["mean"] + percentiles, time) + [.optional("cv", count)],
                    rest: .refused)),
            .optional(
                "max_wait", .object(optionals(["mean"] + percentiles, time), rest: .refused)),
            .optional(
                "workers",
                .object(
                    [
                        .optional("max", count), .optional("now", count),
                        .optional("cost_per_hour", money),
                    ], rest: .refused)),
            .optional("pool", name),
            .optional("payload", count),
            .optional("fail", ratio), .optional("poison", ratio),
            .optional("calls", .list(call, count: 0...64)),
            .optional(
                "ordering",
                .object([.required("key", .visible), .optional("hottest", ratio)], rest: .refused)),
            .optional("prefetch", count),
            .optional(
                "now",
                .object(
                    optionals(
                        ["visibility_timeout", "backoff", "dedup_window", "dead_letter_retention"],
                        time) + [.optional("attempts", count)], rest: .refused)),
        ] + optionals(["outage", "retention"], time), rest: .refused)

    static let inputsShape = Shape.object(
        [
            .optional("slo", slo),
            .optional("own_availability", ratio),
            .optional("traffic", traffic),
            .optional(
                "callers",
                .list(
                    .object(
                        [
                            .required("name", name), .optional("timeout", time),
                            .optional("attempts", count),
                        ], rest: .refused), count: 0...64)),
            .optional(
                "layers",
                .list(
                    .object(
                        [
                            .required("name", name), .optional("attempts", count),
                            .optional("calls", names),
                        ], rest: .refused), count: 0...64)),
            .optional("dependencies", .list(dependency, count: 0...256)),
            .optional("operations", .list(operation, count: 0...256)),
            .optional("queues", .list(queue, count: 0...64)),
            .optional("openapi", .visible),
            .optional("baseline", .visible),
        ], rest: .refused)

    static let briefShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.brief.format)),
            .optional("title", .visible),
            .required("objective", .visible),
            .optional("success_criteria", .texts),
            .optional("acceptance_criteria", .texts),
            .optional("constraints", constraintsShape),
            .optional("deliverables", .texts),
            .optional("definition_of_done", .texts),
            .optional("context", .visible),
            .optional(
                "owners",
                .object(
                    [.optional("service", .visible), .optional("escalation", .visible)],
                    rest: .refused)),
            .required("inputs", inputsShape),
            .optional("artifacts", .list(artifactShape, count: 0...64)),
            .optional("tags", .list(.text(.visible, max: 64), count: 0...64)),
            .optional("route", .list(.text(.agent, max: 128), count: 0...64)),
            .optional("playbook", .text(.identifier, max: 64)),
            .optional("priority", .integer(0...9)),
            .optional(
                "budget",
                .object(
                    [
                        .optional("attempts", .integer(1...1_000_000)),
                        .optional(
                            "cost",
                            .object(
                                [
                                    .required("amount", .number(0.000_001...1_000_000)),
                                    .required("currency", .constant("USD")),
                                ], rest: .refused)),
                    ], rest: .refused)),
            .optional("not_before", .integer(0...9_007_199_254_740_991)),
            .optional(
                "deadline",
                .either(
                    [
                        .positive(max: 3_153_600_000),
                        .object(
                            [.required("at", .integer(0...9_007_199_254_740_991))],
                            rest: .refused),
                    ], called: "seconds from submission, or {\"at\": UTC microseconds}")),
            .required("assume", .choice(["never", "conservative"])),
            .optional("proposed", .list(proposedShape, count: 0...64)),
            .optional(
                "source",
                .object(
                    [
                        .required("name", .visible),
                        .required("media_type", .text(.mediaType, max: 128)),
                        .optional(
                            "lines", .object([], rest: .each(.integer(1...10_000_000)))),
                    ], rest: .refused)),
        ], rest: .refused)

    private static let artifactShape = Shape.object(
        [
            .required("name", .visible), .required("path", .visible),
            .required("digest", .text(.digest, max: 64)),
            .required("size", .integer(0...16_777_216)),
            .required("media_type", .text(.mediaType, max: 128)),
            .optional("command", .list(.anyText(max: 1_024), count: 1...64)),
        ], rest: .refused)

    private static let proposedShape = Shape.object(
        [
            .required("field", .visible), .required("text", .visible),
            .required("line", .integer(1...10_000_000)),
        ], rest: .refused)
}
