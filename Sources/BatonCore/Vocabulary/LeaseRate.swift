// How often an agent may be given work: at most so many leases in any stretch of a given length.

package struct LeaseRate: Hashable, Sendable {
    /// Leases in any period, from 1. So many instants are remembered for the agent.
    package let count: Int
    package let period: Duration

    /// What a card may state: ten thousand remembered leases are 80 KB.
    package static let countRange = 1...10_000
    /// Shorter than a second is no rate that anybody means; longer than a day is a budget.
    package static let periodRange: ClosedRange<Duration> = .seconds(1)...Duration.seconds(86_400)

    /// Takes what is in range; other values are brought into it.
    package init(count: Int, period: Duration) {
        self.count = min(max(count, Self.countRange.lowerBound), Self.countRange.upperBound)
        self.period = min(max(period, Self.periodRange.lowerBound), Self.periodRange.upperBound)
    }
}
