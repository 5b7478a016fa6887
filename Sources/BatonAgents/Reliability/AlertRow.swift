// One row of the multi-window burn-rate policy. Source: SRE Workbook, chapter 5, table 5-8.

/// An alert that fires when a share of the error budget is spent within its long window.
struct AlertRow: Sendable, Hashable {
    /// Whom it reaches: a page wakes somebody, a ticket waits for the morning.
    enum Kind: String, Sendable { case page, ticket }

    /// Why a row is not among the rules.
    enum Omission: Sendable, Hashable {
        /// It would fire below the even spending of the budget, or its window is too long for it.
        case belowEvenSpending
        /// Its error ratio is one that no service can exceed.
        case neverFires
    }

    /// `page_1h`: part of quantity ids and file names.
    let id: String
    let kind: Kind
    /// Share of the budget spent when it fires, 0..1.
    let budgetShare: Double
    /// Windows in seconds, and as the rule language writes them.
    let long: Double
    let longText: String
    let short: Double
    let shortText: String
    /// Multiple of the even spending of the budget; nil where the formula has no value.
    var burn: Double?
    /// Error ratio above which it fires, 0..1.
    var ratio: Double?
    var omission: Omission?

    /// The policy that the workbook recommends; short windows are a twelfth of the long ones.
    static let policy = [
        AlertRow(
            id: "page_1h", kind: .page, budgetShare: 0.02, long: 3600, longText: "1h", short: 300,
            shortText: "5m"),
        AlertRow(
            id: "page_6h", kind: .page, budgetShare: 0.05, long: 21_600, longText: "6h",
            short: 1800, shortText: "30m"),
        AlertRow(
            id: "ticket_1d", kind: .ticket, budgetShare: 0.1, long: 86_400, longText: "1d",
            short: 7200, shortText: "2h"),
        AlertRow(
            id: "ticket_3d", kind: .ticket, budgetShare: 0.1, long: 259_200, longText: "3d",
            short: 21_600, shortText: "6h"),
    ]

    /// `ErrorBudgetPage1h`: the name of the alert in the rules.
    var alertName: String {
        "ErrorBudget" + (kind == .page ? "Page" : "Ticket") + longText
    }

    /// The file that says what to do; only pages have one.
    var runbook: String? { kind == .page ? "\(Runbook.folder)\(id).md" : nil }
}
