// One alert of the rules file: when it fires, whom it reaches, and what it says.

/// An alerting rule.
struct AlertRule: Sendable {
    let name: String
    /// When it fires, in the Prometheus query language.
    let expression: String
    /// How long it must hold, as the rule language writes it; nil fires at once.
    var holds: String?
    let kind: AlertRow.Kind
    /// Who gets it; any text.
    let owner: String
    /// What is the matter, in a sentence; may hold templates of the alerting, so nothing out of a
    /// brief but slugs.
    let summary: String
    /// The part of the delivery that says what to do.
    var runbook: String?

    /// The rule as YAML.
    func yaml(service: String) -> YAMLText {
        var members: [YAMLText.Member] = [
            .init("alert", .text(name)), .init("expr", .block(expression)),
        ]
        if let holds { members.append(.init("for", .text(holds))) }
        members.append(
            .init(
                "labels",
                .map([
                    .init("severity", .text(kind.rawValue)), .init("service", .text(service)),
                    .init("owner", .text(Self.literal(owner))),
                ])))
        var notes: [YAMLText.Member] = [.init("summary", .text(summary))]
        if let runbook { notes.append(.init("runbook", .text(runbook))) }
        members.append(.init("annotations", .map(notes)))
        return .map(members)
    }

    /// A number as the rule language reads it.
    static func number(_ value: Double) -> String {
        Shown.fixed(value, decimals: 12, .nearest).filter { $0 != "," }
    }

    /// Text of a brief that the alerting must not read as a template.
    private static func literal(_ text: String) -> String {
        var result = ""
        for character in text {
            if character == "{", result.last == "{" { result.append(" ") }
            result.append(character)
        }
        return result
    }
}
