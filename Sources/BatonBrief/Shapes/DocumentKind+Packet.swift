// Shape of packet.json: what an agent consumes. Every part is present; an empty one says so.

extension DocumentKind {
    private static let objects = Shape.orNone(.list(.anyObject, count: 0...4096))

    static let packetShape = Shape.object(
        [
            .required("format", .constant(DocumentKind.packet.format)),
            .required("task", packetTaskShape),
            .required("brief", .orNone(.text(.brief, max: 18))),
            .required("sent_at", .text(.instant, max: 27)),
            .required("objective", .visible),
            .required("success_criteria", .orNone(.texts)),
            .required("acceptance_criteria", .orNone(.texts)),
            .required("constraints", constraintsShape),
            .required("inputs", .orNone(.anyObject)),
            .required("assume", .choice(["never", "conservative"])),
            .required("owners", .orNone(.anyObject)),
            .required("tags", .orNone(.texts)),
            .required("context", .visible),
            .required("requested_route", .orNone(.texts)),
            .required(
                "route",
                .object(
                    [
                        .required("phase", .choice(["plan", "work", "review", "close", "direct"])),
                        .required("reasons", objects),
                    ], rest: .refused)),
            .required("artifacts", objects),
            .required("definition_of_done", .orNone(.texts)),
            .required("upstream", .orNone(.list(upstreamShape, count: 0...4096))),
            .required("subject", .orNone(.anyObject)),
            .required("findings", objects),
            .required("answers", objects),
            .required("decisions", .orNone(.list(.any, count: 0...4096))),
            .optional("gates", .orNone(.list(.anyObject, count: 0...4096))),
            .required(
                "agents",
                .orNone(
                    .list(
                        .object(
                            [
                                .required("agent", .text(.agent, max: 128)),
                                .required("part", .visible),
                                .required("registered", .boolean),
                            ], rest: .refused), count: 0...4096))),
            .required("brief_document", .orNone(.anyObject)),
            .required("parts", .list(packetPartShape, count: 0...4096)),
        ], rest: .refused)

    private static let packetTaskShape = Shape.object(
        [
            .required("id", .text(.task, max: 18)),
            .required("kind", .choice(["plan", "work", "review", "close", "direct"])),
            .required("agent", .text(.agent, max: 128)),
            .required("title", .visible),
            .required("instructions", .visible),
            .optional("deliver", DeliveryItem.listShape),
            .required("attempt", .integer(1...1_000_000_000)),
            .required("rejections", .integer(0...1_000_000)),
        ], rest: .refused)

    private static let upstreamShape = Shape.object(
        [
            .required("task", .text(.task, max: 18)),
            .required("agent", .text(.agent, max: 128)),
            .required("title", .visible),
            .required("parts", .texts),
            .required("accepted_by", .choice(["verdict", "exception", "delivery"])),
            .optional("depends_on", .texts),
        ], rest: .refused)

    private static let packetPartShape = Shape.object(
        [
            .required("name", .visible),
            .required("media_type", .text(.mediaType, max: 128)),
            .required("size", .integer(0...67_108_864)),
            .required("digest", .text(.digest, max: 64)),
            .required("inline", .boolean),
        ], rest: .refused)
}
