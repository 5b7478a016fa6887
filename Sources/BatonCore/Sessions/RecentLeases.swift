// When an agent was last given work: as many instants as its rate counts. A sliding window and not
// a bucket, because a provider that takes 30 requests a minute counts any minute.

struct RecentLeases: Sendable {
    let rate: LeaseRate
    /// A ring once it is full; until then in order.
    private var times: [Instant] = []
    private var oldest = 0

    init(rate: LeaseRate) {
        self.rate = rate
    }

    /// From when on another lease is within the rate; nil: from any time.
    var next: Instant? { times.count < rate.count ? nil : times[oldest] + rate.period }

    /// Notes a lease. Instants come in order.
    mutating func note(_ instant: Instant) {
        guard times.count == rate.count else {
            times.append(instant)
            return
        }
        times[oldest] = instant
        oldest = (oldest + 1) % rate.count
    }
}
