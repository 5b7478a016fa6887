// alerts.rules.yaml: recording and alerting rules that `promtool check rules` accepts.

/// The rules of one service.
struct RulesFile: Sendable {
    /// The name of the part.
    static let name = "alerts.rules.yaml"
    static let mediaType = "application/yaml"

    let signals: ServiceSignals
    /// Windows whose error ratio is recorded, such as `5m`, each once.
    let windows: [String]
    let alerts: [AlertRule]
    /// Lines above the rules, for people.
    let comment: [String]

    /// The file.
    var text: String {
        var groups: [YAMLText] = []
        if !windows.isEmpty {
            groups.append(
                group(
                    "recorded",
                    windows.map { window in
                        .map([
                            .init("record", .text(ServiceSignals.recordName(window))),
                            .init("expr", .block(signals.errorRatio(window))),
                            .init("labels", .map([.init("service", .text(signals.service))])),
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
