// What is to be measured, the rules that alert on it, and what to do when they fire. The rules file
// and the runbooks are parts of the delivery of their own.

import JSON
import PlainText

extension ReliabilityRun {
    /// The plan as a section, the rules as a file, a runbook for each page and for redrive.
    mutating func observability() {
        let signals = ServiceSignals(packet)
        let queues = queueAlerts(signals)
        let alerts =
            burnRules(signals) + [missingRule(signals)] + latencyRules(signals) + callRules(signals)
            + storeRules(signals) + queues.rules
        let kept = alertRows.filter { $0.omission == nil }
        var windows: [String] = []
        for window in ["5m"] + kept.flatMap({ [$0.shortText, $0.longText] })
        where !windows.contains(window) {
            windows.append(window)
        }
        describeSignals(signals, queues)
        let file = RulesFile(
            signals: signals, windows: windows, alerts: alerts, agentID: workings.agentID)
        workings.attachments.append(file.file)
        let runbooks =
            kept.compactMap { burnRunbook($0, signals) } + [queues.redrive].compactMap(\.self)
        workings.attachments += runbooks.map(\.file)
    }

    /// The rules are checked wherever they are shipped from.
    mutating func rulesCheck() {
        workings.checks.append(
            RulesFile.check(
                owner: owner, reasons: [workings.reason(for: "/inputs/slo/availability")]))
    }

    /// The queues that operations publish to and nobody describes; those of the brief are watched
    /// by who plans them.
    private func queueAlerts(_ signals: ServiceSignals) -> QueueAlerts {
        let described = packet.queues.compactMap { $0["name"]?.stringValue }
        var names: [String] = []
        for operation in packet.operations {
            for name in (operation["publishes"]?.arrayValue ?? []).compactMap(\.stringValue)
            where !names.contains(name) && !described.contains(name) {
                names.append(name)
            }
        }
        return QueueAlerts(
            names: names, signals: signals, owner: owner,
            escalationOwner: packet.escalationOwner, packet: packet)
    }

    private var hasOutbox: Bool {
        packet.operations.contains { operation in
            !(operation["writes"]?.arrayValue ?? []).isEmpty
                && !(operation["publishes"]?.arrayValue ?? []).isEmpty
        }
    }

    // MARK: rules

    private func burnRules(_ signals: ServiceSignals) -> [AlertRule] {
        alertRows.filter { $0.omission == nil }.compactMap { row in
            guard let ratio = row.ratio else { return nil }
            let limit = AlertRule.number(ratio)
            return AlertRule(
                name: row.alertName,
                expression: """
                    \(signals.recordedRatio(row.longText)) > \(limit)
                      and
                    \(signals.recordedRatio(row.shortText)) > \(limit)
                    """,
                kind: row.kind, owner: owner,
                summary:
                    "More than \(workings.shown("alert.\(row.id).ratio")) of the requests fail:"
                    + " the error budget burns at \(workings.shown("alert.\(row.id).burn")) the"
                    + " even rate.",
                runbook: row.runbook)
        }
    }

    /// Without measurements every other rule is silent, also in an outage of everything.
    private func missingRule(_ signals: ServiceSignals) -> AlertRule {
        AlertRule(
            name: "RequestsNotMeasured", expression: "absent(\(signals.requests))", holds: "10m",
            kind: .ticket, owner: owner,
            summary: "No request of \(signals.service) is measured: the other alerts are blind.")
    }

    private func latencyRules(_ signals: ServiceSignals) -> [AlertRule] {
        guard let limit = workings.value(of: deadline) else { return [] }
        return [
            AlertRule(
                name: "LatencyObjectiveMissed",
                expression: "\(signals.latency(quantile: "0.99")) > \(AlertRule.number(limit))",
                holds: "10m", kind: .ticket, owner: owner,
                summary: "The 99th percentile of the response time is above"
                    + " \(Shown.duration(limit, .nearest)).")
        ]
    }

    private func callRules(_ signals: ServiceSignals) -> [AlertRule] {
        guard !targets.isEmpty else { return [] }
        return sheddingRules(signals) + [
            AlertRule(
                name: "RetryBudgetSpent", expression: "\(signals.retryRatio) > 0.1", holds: "10m",
                kind: .ticket, owner: owner,
                summary: "More than 10 % of the calls to {{ $labels.dependency }} are retries."),
            AlertRule(
                name: "BreakerOpen", expression: "\(signals.openBreaker) == 1", holds: "5m",
                kind: .ticket, owner: owner,
                summary: "The breaker of {{ $labels.dependency }} is open."),
        ]
    }

    /// Told before the refusals spend the error budget.
    private func sheddingRules(_ signals: ServiceSignals) -> [AlertRule] {
        guard let edge = workings.quantity("shed.edge") else { return [] }
        return [
            AlertRule(
                name: "LoadBeyondSlots",
                expression: "\(signals.requestRate) > \(AlertRule.number(edge.value))",
                holds: "5m", kind: .ticket, owner: owner,
                summary: "More than \(edge.shown) come in: the bulkheads refuse more than they"
                    + " should.")
        ]
    }

    private func storeRules(_ signals: ServiceSignals) -> [AlertRule] {
        guard hasOutbox else { return [] }
        return [
            AlertRule(
                name: "OutboxStuck", expression: "\(signals.outboxAge) > 60", holds: "5m",
                kind: .ticket, owner: owner,
                summary: "Effects are booked whose messages have waited for more than a minute.")
        ]
    }

    // MARK: runbooks

    private func burnRunbook(_ row: AlertRow, _ signals: ServiceSignals) -> Runbook? {
        guard let part = row.runbook, row.ratio != nil else { return nil }
        let ratio = workings.shown("alert.\(row.id).ratio")
        var runbook = Runbook(
            part: part, title: "\(row.alertName): the error budget burns",
            meaning: "More than \(ratio) of the requests have failed over"
                + " \(Shown.duration(row.long, .nearest)) and over the last"
                + " \(Shown.duration(row.short, .nearest)). If it goes on,"
                + " \(Shown.percent(row.budgetShare, .nearest)) of the error budget"
                + " (\(workings.shown("error_budget.minutes"))) is gone"
                + " \(Shown.duration(row.long, .nearest)) after it began.")
        runbook.sections = [
            (
                "See what fails",
                [
                    "Open the error ratio: `\(signals.recordedRatio(row.shortText))`.",
                    "Look at open breakers: `\(signals.openBreaker)`, and at full bulkheads:"
                        + " `\(signals.bulkheadUse)`.",
                    "Compare the time it began with the last release, change of configuration and"
                        + " expiry of a certificate.",
                ] + suspects
            ),
            (
                "Stop the loss",
                [
                    "A release began it: roll it back, and ask why later.",
                    "A dependency is down: let its breaker stay open, switch to what remains of its"
                        + " group, and tell its owner.",
                    "There is too much load"
                        + (workings.quantity("shed.edge").map { ", \($0.shown) or more" } ?? "")
                        + ": shed it in the order of “Load shedding”; hedges off first.",
                ] + multiplied
            ),
            ("Leave nothing in doubt", doubts),
            (
                "Afterwards",
                [
                    "The alert ends \(Shown.duration(row.short, .nearest)) after the ratio is back"
                        + " below \(ratio); wait for it.",
                    "Read what is left of the budget. If nothing is, changes other than repairs"
                        + " wait.",
                    "\(packet.escalationOwner) decides what is promised meanwhile.",
                    "Write down what happened, what was noticed late, and what to change here.",
                ]
            ),
        ]
        return runbook
    }

    /// What retries add to an outage, where there is anything to retry.
    private var multiplied: [String] {
        guard let worst = workings.quantity("retry.amplification") else { return [] }
        return [
            "Retries multiply it: \(worst.shown) calls per request at worst; lower the attempts"
                + " before anything is restarted."
        ]
    }

    /// Where outages come from, the costliest first.
    private var suspects: [String] {
        let costs = packet.dependencies.enumerated().compactMap {
            index, item -> (name: String, cost: Quantity)? in
            let name = PacketView.name(ofDependency: item, at: index)
            let id = "outages.\(index).\(PointerText.slug(name))"
            return workings.quantity(id).map { (name, $0) }
        }.filter { $0.cost.value > 0 }
        guard !costs.isEmpty else { return [] }
        // Equal costs keep the order of the brief.
        let ordered = costs.enumerated().sorted {
            $0.element.cost.value == $1.element.cost.value
                ? $0.offset < $1.offset : $0.element.cost.value > $1.element.cost.value
        }
        let list = ordered.prefix(5).map { "\($0.element.name) (\($0.element.cost.shown))" }
        return [
            "Ask the dependencies in the order of what they cost in a window:"
                + " \(list.joined(separator: ", "))."
        ]
    }

    /// Operations whose outcome is unknown after a timeout.
    private var doubts: [String] {
        packet.operations.enumerated().compactMap { index, operation in
            let method = (operation["method"]?.stringValue ?? "GET").uppercased()
            guard !["GET", "HEAD", "OPTIONS", "PUT", "DELETE"].contains(method) else { return nil }
            let name = PacketView.name(ofOperation: operation, at: index)
            return operation["idempotency"]?.stringValue == "key"
                ? "\(name): a timeout is unknown; look up the key, then repeat with the same one."
                : "\(name): a timeout is unknown and there is no key; look at the state, and repeat"
                    + " nothing by hand before."
        }
    }

    // MARK: the plan

    private mutating func describeSignals(_ signals: ServiceSignals, _ queues: QueueAlerts) {
        func flat(_ expression: String) -> String {
            expression.split(whereSeparator: \.isNewline).map { String($0).trimmed }
                .joined(separator: " ")
        }
        var rows = [
            ["Availability (SLI)", flat(signals.errorRatio("5m")), "burn-rate alerts"],
            [
                "Latency (SLI)", signals.latency(quantile: "0.99"),
                workings.value(of: deadline).map { "above \(Shown.duration($0, .nearest))" }
                    ?? "no objective is stated",
            ],
        ]
        if !targets.isEmpty {
            rows += [
                ["Retry ratio", flat(signals.retryRatio), "above 10 %, the retry budget"],
                ["Open breakers", signals.openBreaker, "open for 5 min"],
                ["Use of bulkheads", signals.bulkheadUse, "looked at, no alert"],
            ]
        }
        if let edge = workings.quantity("shed.edge") {
            rows.append(
                ["Request rate", signals.requestRate, "above \(edge.shown), where shedding starts"])
        }
        if hasOutbox { rows.append(["Outbox age", signals.outboxAge, "above 60 s"]) }
        rows += queues.rows
        workings.sections.append(
            Section(
                title: "Observability plan",
                text: "What is measured, at the edge where clients see it. A bad request is one"
                    + " that is answered with 5xx; refusals are among them. The rules are"
                    + " \(RulesFile.name); each page names its runbook. Metric names are common"
                    + " ones and may have to be adapted.",
                columns: ["Signal", "Expression", "Alert"], rows: rows))
    }
}
