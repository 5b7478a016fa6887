// alerts.rules.yaml: recording and alerting rules that `promtool check rules` accepts.

/// The rules of one service.
struct RulesFile: Sendable {
    /// The name of the part that has the rules of the service.
    static let name = "alerts.rules.yaml"
    /// What the names of all rules files end with.
    static let suffix = ".rules.yaml"
    private static let mediaType = "application/yaml"

    /// The name of the part.
    var part = Self.name
    let signals: ServiceSignals
    /// Windows whose error ratio is recorded, such as `5m`, each once.
    let windows: [String]
    let alerts: [AlertRule]
    /// Who wrote them.
    let agentID: String

    /// Lines above the rules, for people.
    private var comment: [String] {
        [
            "Alert rules of \(signals.service), written by \(agentID).",
            "Metric names are those that client libraries commonly use; adapt them here.",
            "Check: promtool check rules \(part)",
        ]
    }

    /// The rules as a part of a delivery.
    var file: EnginePart { EnginePart(name: part, mediaType: Self.mediaType, text: text) }

    /// They are checked wherever they are shipped from.
    static func check(
        _ part: String = name, owner: String, reasons: [Check.Reason]
    ) -> Check {
        Check(
            traces: [], metric: "\(part) passes promtool check rules", comparator: ">=",
            threshold: 1, unit: "passing test",
            method: "Run it in the build of whatever ships the rules, after each change",
            when: "before release, then on each change", owner: owner, reasons: reasons)
    }

    /// The file's text.
    var text: String {
        var groups: [YAMLText] = []
        if !windows.isEmpty {
            groups.append(
                group(
                    "recorded",
                    windows.map { window in
                        .map([
                            .init("record", .text(signals.recordName(window))),
                            .init("expr", .block(signals.errorRatio(window))),
                            .init("labels", .map(signals.labels)),
                        ])
                    }))
        }
        if !alerts.isEmpty {
            groups.append(group("alerts", alerts.map { $0.yaml(service: signals.service) }))
        }
        return YAMLText.map([.init("groups", .list(groups))]).document(comment: comment)
    }

    private func group(_ name: String, _ rules: [YAMLText]) -> YAMLText {
        .map([.init("name", .text("\(signals.service)-\(name)")), .init("rules", .list(rules))])
    }
}

extension Workings {
    /// Recommends to check the rules of the delivery, where it has any.
    mutating func recommendRulesCheck() {
        for file in attachments where file.name.hasSuffix(RulesFile.suffix) {
            recommend(
                "promtool check rules \(file.name)",
                why: "Says whether the alert rules can be loaded, before a server has to.")
        }
    }
}
