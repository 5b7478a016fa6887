// What a brief may use before a person is asked: attempts and cost, of all its tasks together.

/// A brief's budget; what is nil is not bounded.
package struct Budget: Hashable, Sendable {
    /// Leases of tasks of the brief: plan, work, reviews and close, however they end.
    package var attempts: Int?
    /// Millionths of a US dollar.
    package var cost: Int?

    package static let none = Budget()

    package init(attempts: Int? = nil, cost: Int? = nil) {
        self.attempts = attempts
        self.cost = cost
    }

    /// Whether nothing is left after `use`: the next lease would be beyond it.
    package func isUsedUp(by use: BudgetUse) -> Bool {
        attempts.map { use.attempts >= $0 } ?? false || cost.map { use.cost >= $0 } ?? false
    }
}

/// What was used.
package struct BudgetUse: Hashable, Sendable {
    package internal(set) var attempts = 0
    /// Millionths of a US dollar, as workers reported it.
    package internal(set) var cost = 0

    package init() {}

    /// The most that one attempt may be said to have cost: a million dollars.
    package static let attemptCostMax = 1_000_000_000_000
    /// Where the sum stops, so that it stays a number that a document can hold.
    private static let costMax = 1 << 53 - 1

    mutating func add(cost more: Int?) {
        cost = min(cost + min(max(more ?? 0, 0), Self.attemptCostMax), Self.costMax)
    }

    static func - (left: BudgetUse, right: BudgetUse) -> BudgetUse {
        var rest = left
        rest.attempts -= right.attempts
        rest.cost -= right.cost
        return rest
    }
}
