// Alerts on the burn of the error budget: long and short window, pages and tickets.
// Source: SRE Workbook, chapter 5.

import JSON

extension ReliabilityRun {
    /// Thresholds of the policy for this promise and window; what cannot work is left out and said.
    mutating func alerts() {
        guard let promised, let window else { return }
        let policy = alertPolicy()
        for row in AlertRow.policy {
            alertRows.append(judged(row, promised: promised, window: window, policy: policy))
        }
        let kept = alertRows.filter { $0.omission == nil }
        let quiet = kept.filter { lowTraffic($0, policy: policy) }
        let rows = kept.map { row in
            [
                row.kind.rawValue, Shown.duration(row.long, .nearest),
                Shown.duration(row.short, .nearest), workings.shown("alert.\(row.id).burn"),
                workings.shown("alert.\(row.id).ratio"),
                workings.shown("alert.\(row.id).detection"),
            ]
        }
        workings.sections.append(
            Section(
                title: "Burn-rate alerts", text: alertText + trafficText(quiet),
                columns: [
                    "Kind", "Long window", "Short window", "Burn rate", "Error ratio",
                    "Fires, when everything fails, after",
                ],
                rows: rows))
    }

    /// The rows with their figures, and nothing else of the alerts: where another task plans them.
    mutating func judgeAlerts(promised: Source, window: Source) {
        for row in AlertRow.policy where row.kind == .page {
            alertRows.append(
                judged(row, promised: promised, window: window, policy: alertPolicy()))
        }
    }

    mutating func alertPolicy() -> String {
        workings.assume(
            "Page when 2 % of the budget is spent in 1 h or 5 % in 6 h; ticket for 10 % in 1"
                + " d or 3 d.",
            .research, confidence: 0.85, "The recommended policy of the SRE Workbook, chapter 5.")
    }

    /// A row with its figures, and why it is left out if it is.
    private mutating func judged(
        _ row: AlertRow, promised: Source, window: Source, policy: String
    ) -> AlertRow {
        var row = row
        let even = "alert.\(row.id).burn"
        let length = workings.value(of: window) ?? 0
        // A threshold below 1 would alert on a budget that lasts; the figure is not delivered.
        guard length >= row.long, row.budgetShare * length / row.long >= 1 - 1e-12 else {
            row.omission = .belowEvenSpending
            return row
        }
        row.burn = workings.derive(
            even, "Burn rate of the alert \(row.id)", by: "burn-rate",
            [
                ("budget_share", .assumed(row.budgetShare, assumption: policy)),
                ("window", window), ("alert_window", .assumed(row.long, assumption: policy)),
            ])
        row.ratio = workings.derive(
            "alert.\(row.id).ratio", "Error ratio of the alert \(row.id)",
            by: "alert-error-ratio", [("burn_rate", .quantity(even)), ("availability", promised)])
        guard let ratio = row.ratio, ratio < 1 else {
            row.omission = .neverFires
            return row
        }
        workings.derive(
            "alert.\(row.id).detection", "Time until \(row.id) fires when everything fails",
            by: "alert-detection",
            [
                ("error_ratio", .quantity("alert.\(row.id).ratio")),
                ("alert_window", .assumed(row.long, assumption: policy)),
            ])
        return row
    }

    /// Whether one failed request alone fires the alert.
    private mutating func lowTraffic(_ row: AlertRow, policy: String) -> Bool {
        guard packet.number("/inputs/traffic/mean") != nil else { return false }
        let failures = workings.derive(
            "alert.\(row.id).failures", "Failed requests in the long window that fire \(row.id)",
            by: "alert-failures",
            [
                ("error_ratio", .quantity("alert.\(row.id).ratio")),
                ("rate", .pointer("/inputs/traffic/mean")),
                ("alert_window", .assumed(row.long, assumption: policy)),
            ])
        return failures.map { $0 < 1 } ?? false
    }

    private var alertText: String {
        var text =
            "An alert fires when both its long and its short window are above the error"
            + " ratio; the short one ends it soon after the trouble."
        let dropped = alertRows.filter { $0.omission == .belowEvenSpending }.map(\.id)
        if !dropped.isEmpty {
            text +=
                " Dropped, because the threshold would be below 1, the even spending of the"
                + " budget: \(dropped.joined(separator: ", "))."
        }
        let rejected = alertRows.filter { $0.omission == .neverFires }
        if !rejected.isEmpty {
            let list = rejected.map { "\($0.id) (\(workings.shown("alert.\($0.id).ratio")))" }
            text +=
                " Rejected, because no error ratio exceeds 100 %, so that they never fire:"
                + " \(list.joined(separator: ", "))."
        }
        return text
    }

    /// What to do where one failure is an alert.
    private mutating func trafficText(_ quiet: [AlertRow]) -> String {
        guard !quiet.isEmpty else {
            return packet.number("/inputs/traffic/mean") == nil
                ? " Whether there is enough traffic for them is not known: traffic.mean is not"
                    + " stated."
                : ""
        }
        let names = quiet.map(\.id).joined(separator: ", ")
        named.append(
            ReliabilityFinding(
                name: "low-traffic", place: names,
                message: "A single failed request in the long window fires the alert."))
        workings.ask(
            "There is too little traffic for \(names): one failed request fires. Which remedy"
                + " shall it be: artificial traffic, alerting on several services together,"
                + " retries by the clients, or a lower objective or longer window?")
        return " Too little traffic: for \(names) a single failed request fires. The workbook's"
            + " remedies: artificial traffic that makes up for the missing requests; one objective"
            + " for several services that fail together; changes that make a single failure"
            + " harmless, such as a retry by the client; a lower objective or a longer window."
    }
}
